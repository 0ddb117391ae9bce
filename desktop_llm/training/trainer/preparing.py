"""The data of a run: read once, split, and kept in its folder, so that a resume needs no file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop_llm.core.files import write_atomically
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.training.data.fingerprint import sha256
from desktop_llm.training.data.reading import examples
from desktop_llm.training.data.split import split
from desktop_llm.training.data.types import Example, Rejected
from desktop_llm.training.errors import NothingToTrain, disk_errors
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.run_folder import RunFolder

LOOK_EVERY = 200
"""Rows between two looks at what the person wants."""


@dataclass(frozen=True)
class Prepared:
    """The rows of a run, and the hash of all of them in order."""

    train: tuple[Example, ...]
    evaluation: tuple[Example, ...]
    sha256: str


def prepare(run: RunFolder, job: TrainingJob, on_row: Callable[[int], None]) -> Prepared:
    """The rows from the run folder, or else from the files, then kept. Raises `ExpectedError`.

    `on_row` is called now and then with the number of rows read, and may raise to stop.
    """
    folder = run.path / "data"
    if (folder / "sha256.json").exists():
        return _read(folder)
    rows: list[Example] = []
    for number, row in enumerate(examples(job.data, job.task)):
        if number % LOOK_EVERY == 0:
            on_row(number)
        if not isinstance(row, Rejected):
            rows.append(row)
    train, evaluation = split(rows, job.data, job.task)
    if not train:
        raise NothingToTrain
    prepared = Prepared(tuple(train), tuple(evaluation), sha256(rows))
    with disk_errors(run.path):
        _write(folder / "train.jsonl", prepared.train)
        _write(folder / "eval.jsonl", prepared.evaluation)
        write_atomically(folder / "sha256.json", json.dumps(prepared.sha256))  # the mark: whole
    return prepared


def _read(folder: Path) -> Prepared:
    parts = []
    for name in ("train.jsonl", "eval.jsonl"):
        lines = (folder / name).read_bytes().split(b"\n")
        parts.append(tuple(from_plain(Example, json.loads(line)) for line in lines if line))
    return Prepared(parts[0], parts[1], json.loads((folder / "sha256.json").read_bytes()))


def _write(path: Path, rows: Iterable[Example]) -> None:
    lines = (json.dumps(to_plain(row), ensure_ascii=False) + "\n" for row in rows)
    write_atomically(path, "".join(lines).encode(errors="replace"))
