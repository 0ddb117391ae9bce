"""Data sets, tasks, the job, the trainer process, evaluation and export.

Free of torch, since the window uses them: the package itself, `data`, `job`, `events`,
`run_folder`, `task_facts`, `presets`, `tokens`, `result` and `results`. `tasks`, `trainer` and what
else needs torch runs in a process of its own.
"""
