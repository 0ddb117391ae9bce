"""What every command has in common: its three options, where it writes, and how it fails.

Stdout carries the answer alone, so that it can be piped; progress and errors go to stderr, and
progress only where a person is watching.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shlex
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.logs import start_log
from desktop_llm.core.memory_plan import read_ways
from desktop_llm.core.paths import DATA_DIR_VARIABLE, Paths, user_paths
from desktop_llm.core.text import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

log = logging.getLogger(__name__)

LOG_NAME = "command-line.log"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class UnexpectedFault(ExpectedError):
    """A bug of ours, for the person in front of a terminal; the log has the traceback."""

    happened = QT_TRANSLATE_NOOP("core", "Desktop LLM made a mistake: {fault}.")
    safe = QT_TRANSLATE_NOOP("core", "Your conversations and models are untouched.")
    todo = QT_TRANSLATE_NOOP("core", "Please report it with the end of {log}.")


@dataclass(frozen=True)
class Session:
    """One run of a command: its folders, and whether a program or a person reads the answer."""

    paths: Paths
    json: bool = False
    offline: bool = False

    @classmethod
    def open(cls, data_dir: Path | None, as_json: bool, offline: bool) -> Session:
        """Make the options hold for this process and for the workers that it starts."""
        if data_dir:
            os.environ[DATA_DIR_VARIABLE] = str(data_dir.expanduser().absolute())
        if offline:
            os.environ["HF_HUB_OFFLINE"] = "1"
        paths = user_paths()
        start_log(paths.logs, LOG_NAME)
        return cls(paths, as_json, offline)

    def answer(self, data: dict[str, Any], words: str) -> None:
        """The answer of the command: `data` for a program, `words` for a person."""
        text = json.dumps(data, ensure_ascii=False, default=str) if self.json else words
        write(text + "\n")

    @contextmanager
    def told_errors(self) -> Iterator[None]:
        """Turn what goes wrong into one line on stderr and an exit code."""
        try:
            yield
        except ExpectedError as error:
            tell(error)
            raise typer.Exit(1) from error
        except BrokenPipeError:
            # Whoever read our output has heard enough. Python would complain once more when it
            # flushes stdout at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            sys.stderr.write("desktop-llm: stopped.\n")
            raise typer.Exit(130) from None
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception as error:
            log.exception("a command failed unexpectedly")
            tell(self._fault(error))
            raise typer.Exit(1) from error

    def _fault(self, error: Exception) -> UnexpectedFault:
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
        fault = f"{type(error).__name__} in {place}"
        return UnexpectedFault(fault=fault, log=str(self.paths.logs / LOG_NAME))

    @contextmanager
    def status(self, words: str) -> Iterator[Status | None]:
        """Show `words` with a spinner while something takes its time, if somebody watches."""
        if self.json or not watched(sys.stderr):
            yield None
            return
        with error_console().status(words) as shown:
            yield shown


def watched(stream: Any) -> bool:
    """Whether a person sees what is written to `stream`."""
    return stream is not None and bool(stream.isatty())


def error_console() -> Console:
    """The terminal for people, on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False)


def write(text: str) -> None:
    """Write to stdout at once; a terminal gets no control characters from a model or a file."""
    if watched(sys.stdout):
        text = clean(text)
    sys.stdout.write(text)
    sys.stdout.flush()


def clean(text: str) -> str:
    """`text` without what a terminal would obey; tabs and line ends stay."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def tell(error: ExpectedError) -> None:
    """`error` as one plain line on stderr."""
    words = f"{error} {_ways_out(error)}"
    sys.stderr.write("desktop-llm: " + clean(" ".join(words.split())) + "\n")


def _ways_out(error: ExpectedError) -> str:
    """Settings with which a model would fit into the memory, as the command that sets them."""
    ways = read_ways(str(error.facts.get("ways", "")))
    if not ways:
        return ""
    said = []
    for way in ways:
        options = [f"--weights {way.weights}"] * (way.weights != "auto")
        options += [f"--engine {way.engine}"] * (way.engine != "auto")
        options += [f"--context {way.context}"] * bool(way.context)
        said.append(f"{' '.join(options)} ({megabytes(way.needed)})")
    name = shlex.quote(str(error.facts.get("name", "")))
    return f"It fits after “desktop-llm models set {name}” with {', or '.join(said)}."


def megabytes(count: float) -> str:
    """Bytes in words, decimal as disks and downloads are sold."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def be_printable() -> None:
    """Let no character of an answer end the command with an encoding error."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None or not hasattr(stream, "reconfigure"):
            continue
        if os.name == "nt" and not stream.isatty():
            stream.reconfigure(encoding="utf-8")
        stream.reconfigure(errors="replace")
