"""Where every start begins: quick answers first, then a worker, the window or the command line."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path


def main() -> int:
    """Run what the command line asks for and return the exit code.

    Nothing heavy is imported here: `--version` has to be quick, the window starts without the
    command line's parser, and the engine process sets itself up before torch is imported.
    """
    multiprocessing.freeze_support()
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from desktop_llm import __version__

        sys.stdout.write(f"desktop-llm {__version__}\n")
        return 0
    if arguments[:1] == ["engine-worker"]:
        from desktop_llm.server.process import main as work

        work()
        return 0
    if arguments[:1] == ["trainer"]:
        from desktop_llm.training.__main__ import main as train

        return train(arguments[1:])
    if arguments[:1] == ["task-worker"]:
        from desktop_llm.training.workshop import main as work_on_data

        work_on_data()
        return 0
    if arguments[:1] == ["hub-worker"]:
        from desktop_llm.library.hub_worker import main as work_with_the_hub

        work_with_the_hub()
        return 0
    if _is_plain_window(arguments):
        return _open_window(arguments[1:])
    from desktop_llm.cli import run as run_command

    return run_command(arguments)


def _open_window(files: list[str]) -> int:
    """Raise the window that is open, or open one; the first is tried before much is imported."""
    from desktop_llm.core.paths import user_paths
    from desktop_llm.ui.single_instance import hand_over

    files = [str(Path(file).absolute()) for file in files]
    if hand_over(user_paths(), files):
        return 0
    from desktop_llm.app import run

    return run(files)


def _is_plain_window(arguments: list[str]) -> bool:
    """No command at all, or `gui` with files and no options."""
    return not arguments or (
        arguments[0] == "gui" and not any(word.startswith("-") for word in arguments)
    )


if __name__ == "__main__":
    sys.exit(main())
