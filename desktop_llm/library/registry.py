"""What only this app knows of the models on this machine: `library.json` in the data folder.

Where imported models are, what was set for a model, when it was used, and which files were found to
be right. It is no list of models: those are looked for on the disk (`library.shelf`). Window and
command line may write at the same time: each change is read, merged and written under a lock.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from desktop_llm.core.files import write_atomically
from desktop_llm.core.paths import Paths
from desktop_llm.library.errors import LibraryUnusable
from desktop_llm.library.hub_types import FileRecord, ModelChoices, ModelKind
from desktop_llm.library.locks import alone

log = logging.getLogger(__name__)

NAME = "library.json"


@dataclass(frozen=True)
class Record:
    """What is remembered of the model `name`; `path` is "" if it was never ours to find."""

    name: str
    kind: ModelKind = "hub"
    path: str = ""
    """Absolute: a folder, or a .gguf file."""
    title: str = ""
    repo: str = ""
    commit: str = ""
    revision: str = ""
    base: str = ""
    copied: bool = False
    """An import that was copied into the app's folder; else it is in its own place."""
    added: float = 0.0
    last_used: float = 0.0
    """Both in seconds since 1970."""
    choices: ModelChoices = field(default_factory=ModelChoices)


@dataclass(frozen=True)
class _Contents:
    version: Literal[1] = 1
    models: dict[str, Record] = field(default_factory=dict)
    files: dict[str, FileRecord] = field(default_factory=dict)
    """By absolute path."""


_FORMAT = TypeAdapter(_Contents)


class Registry:
    """Reads are cheap while the file is unchanged; writes raise LibraryUnusable.

    What cannot be read now, or was written by a newer version, is never written over.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at: tuple[int, ...] = ()
        self._contents = _Contents()

    @classmethod
    def of(cls, paths: Paths) -> Registry:
        """The registry of the app's data folder."""
        return cls(paths.data / NAME)

    @property
    def records(self) -> Mapping[str, Record]:
        """What is remembered now, by the models' names."""
        return self._read().models

    @property
    def files(self) -> Mapping[str, FileRecord]:
        """What is known of single files, by absolute path."""
        return self._read().files

    def get(self, name: str) -> Record:
        """What is remembered of `name`: an empty record if nothing is."""
        return self.records.get(name) or Record(name)

    def add(self, record: Record, files: Mapping[str, FileRecord] | None = None) -> Record:
        """Remember a model and its files; what was set for its name before is kept."""

        def change(contents: _Contents) -> None:
            old = contents.models.get(record.name, record)
            contents.models[record.name] = replace(
                record,
                added=record.added or time.time(),
                last_used=old.last_used,
                choices=old.choices,
            )
            contents.files.update(files or {})

        return self._change(change).models[record.name]

    def update(self, name: str, **changes: Any) -> Record:
        """Change fields of a record, which comes to be if there is none."""

        def change(contents: _Contents) -> None:
            old = contents.models.get(name) or Record(name)
            contents.models[name] = replace(old, **changes)

        return self._change(change).models[name]

    def touch(self, name: str) -> None:
        """The model was used just now."""
        self.update(name, last_used=time.time())

    def record_files(self, files: Mapping[str, FileRecord]) -> None:
        """Remember what was found out about files, by absolute path."""
        self._change(lambda contents: contents.files.update(files))

    def remove(self, name: str, *places: Path) -> None:
        """Forget a model, and what is known of the files at or below `places`."""
        inside = tuple(f"{place}{os.sep}" for place in places)

        def change(contents: _Contents) -> None:
            contents.models.pop(name, None)
            for path in [p for p in contents.files if (p + os.sep).startswith(inside)]:
                del contents.files[path]

        self._change(change)

    def _change(self, change: Callable[[_Contents], None]) -> _Contents:
        with self._locked():
            try:
                contents = self._parse()
            except ValueError:
                self._set_aside()
                contents = _Contents()
            change(contents)
            data = json.dumps(_FORMAT.dump_python(contents, mode="json"), indent=1)
            write_atomically(self._file, data)
            return contents

    def _read(self) -> _Contents:
        """What is known; while the file cannot be read, what was known before."""
        state = self._state()
        if state != self._read_at:
            try:
                self._contents, self._read_at = self._parse(), state
            except ValueError:
                self._contents, self._read_at = _Contents(), state
            except (OSError, LibraryUnusable) as error:
                log.warning("the registry of models is unreadable: %s", type(error).__name__)
        return self._contents

    def _parse(self) -> _Contents:
        """The file's contents. Raises OSError, ValueError if they are damaged, LibraryUnusable."""
        try:
            data = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return _Contents()
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        version = data.get("version") if isinstance(data, dict) else None
        if isinstance(version, int) and version > _Contents.version:
            raise LibraryUnusable(str(self._file.parent), "a newer version of the app wrote it")
        return _FORMAT.validate_python(data)

    def _state(self) -> tuple[int, ...]:
        try:
            facts = self._file.stat()
        except OSError:
            return (0,)
        return facts.st_ino, facts.st_mtime_ns, facts.st_size

    def _set_aside(self) -> None:
        """Keep what cannot be read under another name."""
        aside = self._file.with_name(f"{NAME}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
        self._file.replace(aside)
        log.warning("the damaged registry was kept as %s", aside.name)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with alone(self._file.with_name(f".{self._file.name}.lock")):
                yield
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise LibraryUnusable(str(self._file.parent), detail) from error
