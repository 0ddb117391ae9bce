"""Data sets, tasks, the job, the trainer process, evaluation and export.

The package itself, `job`, `events`, `run_folder`, `task_facts`, `presets`, `tokens`, `result` and `data`
are free of torch: the window uses them. `tasks`, `trainer` and what needs torch runs in a process
of its own.
"""
