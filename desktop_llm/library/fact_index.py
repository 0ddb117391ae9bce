"""Facts of models that were read before: a thousand models are listed without opening one."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from desktop_llm.core.files import write_atomically
from desktop_llm.core.paths import Paths
from desktop_llm.library.disk_files import DiskFile
from desktop_llm.library.facts import Facts, describe

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    state: str
    """Of the files that were looked at: names, sizes and times, hashed."""
    facts: Facts


@dataclass(frozen=True)
class _Contents:
    version: Literal[1] = 1
    models: dict[str, _Known] = field(default_factory=dict)
    """By absolute path."""


_FORMAT = TypeAdapter(_Contents)


class FactIndex:
    """Facts that were read once. Losing the file costs time and nothing else."""

    def __init__(self, file: Path | None) -> None:
        """Nothing is remembered without a `file`."""
        self._file = file
        self._old = self._read()
        self._seen: dict[str, _Known] = {}
        self.reads = 0
        """How many models had to be opened."""

    @classmethod
    def of(cls, paths: Paths) -> FactIndex:
        """The index in the app's cache folder."""
        return cls(paths.cache / "model_facts.json")

    def facts(self, path: Path | str, files: list[DiskFile]) -> Facts:
        """What the model at `path` is; `files` are those that it consists of, as they are now."""
        name, state = str(path), _state(files)
        known = self._old.get(name)
        if known is None or known.state != state:
            self.reads += 1
            known = _Known(state, describe(Path(path)))
        if not known.facts.incomplete:  # that may have been the disk's fault
            self._seen[name] = known
        return known.facts

    def save(self) -> None:
        """Keep what was seen since the index was opened, and nothing of models that are gone."""
        if self._file is None or self._seen == self._old:
            return
        contents = replace(_Contents(), models=self._seen)
        try:
            write_atomically(self._file, json.dumps(_FORMAT.dump_python(contents, mode="json")))
        except OSError as error:
            log.warning("what models are cannot be remembered: %s", type(error).__name__)

    def _read(self) -> dict[str, _Known]:
        if self._file is None:
            return {}
        try:
            return _FORMAT.validate_python(json.loads(self._file.read_bytes())).models
        except (OSError, ValueError, RecursionError):
            return {}


def _state(files: list[DiskFile]) -> str:
    told = "|".join(sorted(f"{file.name}\0{file.size}\0{file.mtime_ns}" for file in files))
    return hashlib.blake2b(told.encode(errors="surrogatepass"), digest_size=12).hexdigest()
