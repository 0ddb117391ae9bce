"""`python -m desktop_llm.training RUN_DIR`: the trainer process."""

from __future__ import annotations

import sys
from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.training.trainer.main import run


def main(arguments: list[str]) -> int:
    """Work on the run folder that is named; 2 for wrong usage."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m desktop_llm.training RUN_DIR\n")
        return 2
    try:
        return run(Path(arguments[0]))
    except ExpectedError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
