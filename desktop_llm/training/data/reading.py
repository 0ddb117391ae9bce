"""The one reader: for the preview, the check and the training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice

from desktop_llm.training.data.container import open_rows
from desktop_llm.training.data.convert import convert
from desktop_llm.training.data.errors import UnknownColumn
from desktop_llm.training.data.files import expand
from desktop_llm.training.data.fill import filled
from desktop_llm.training.data.layouts import Meaning, columns_of, detect, given
from desktop_llm.training.data.types import Container, Example, Rejected, Row
from desktop_llm.training.job import DataFile, DataSpec, TaskName

HEAD = 200
"""Records of a file's beginning by which its layout is judged."""


@dataclass(frozen=True)
class Numbered:
    """A file of the spec (folders expanded) with its number, and whether it is held out."""

    number: int
    file: DataFile
    held_out: bool


@dataclass(frozen=True)
class OpenedFile:
    """A file while it is read: what it is, what its columns mean, and its records."""

    container: Container
    columns: tuple[str, ...]
    meaning: Meaning
    rows: Iterator[Row | Rejected]


def numbered_files(spec: DataSpec) -> list[Numbered]:
    """The files of `spec` in the order in which they are read: `files`, then `eval_files`."""
    files = expand(spec.files)
    held_out = expand(spec.eval_files)
    return [Numbered(i, file, i >= len(files)) for i, file in enumerate([*files, *held_out])]


@contextmanager
def opened(
    file: DataFile,
    task: TaskName | None,
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> Iterator[OpenedFile]:
    """`file` with its meaning for `task` (None: as it looks). Raises ExpectedErrors."""
    with open_rows(file.path, on_progress) as found:
        head = list(islice(found.rows, HEAD))
        rows = [row for row in head if isinstance(row, Row)]
        columns = tuple(columns_of(rows))
        chosen = {role: column for role, column in file.mapping.items() if column}
        for column in chosen.values():
            if columns and column not in columns:
                raise UnknownColumn(file.path, column[:100], ", ".join(columns)[:500])
        meaning = given(rows, chosen) if chosen else detect(rows, task)
        yield OpenedFile(found.container, columns, meaning, chain(head, found.rows))


def examples(spec: DataSpec, task: TaskName) -> Iterator[Example | Rejected]:
    """Every record of the spec as an example of `task`, placeholders filled; or why it is none.

    Raises ExpectedErrors for what concerns a whole file.
    """
    for source in numbered_files(spec):
        with opened(source.file, task) as file:
            for row in file.rows:
                yield example_of(row, source, file.meaning, task, spec.fill)


def example_of(
    row: Row | Rejected, source: Numbered, meaning: Meaning, task: TaskName, fill: dict[str, str]
) -> Example | Rejected:
    """One record of `source` as an example of `task`."""
    judged = row if isinstance(row, Rejected) else convert(row, meaning, task)
    if isinstance(judged, Rejected):
        return replace(judged, file=source.number)
    return replace(filled(judged, fill), file=source.number, held_out=source.held_out)
