"""Checkpoints that are whole or not there: written aside, synced, hashed, renamed.

A checkpoint is a folder `step-000050` whose `complete.json` names every file in it with its
SHA-256. It is written last, inside a folder with another name, which then gets its own. What is not
whole is not used, whatever it is called.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from desktop_llm.core.files import sync_folder, write_atomically
from desktop_llm.training.errors import RunDiskFull, RunFolderGone, disk_errors

log = logging.getLogger(__name__)

MARK = "complete.json"
NAME = re.compile(r"step-(\d{6,})")
ROOM_LEFT = 50_000_000
"""Bytes that stay free on the disk: a full one disturbs every other program."""


class Checkpoints:
    """The checkpoints of a run, newest last."""

    def __init__(self, folder: Path, keep: int) -> None:
        """The newest `keep` are kept (at least one), and those that `write` is told of."""
        self._folder = folder
        self._keep = max(keep, 1)

    def write(
        self, step: int, size: int, fill: Callable[[Path], None], also: Collection[int] = ()
    ) -> str:
        """Let `fill` write a checkpoint of about `size` bytes, put it in place, remove old ones.

        Returns its name. Those of the steps in `also` are kept too. Raises RunDiskFull,
        RunFolderGone; the checkpoints before are untouched then.
        """
        run = self._folder.parent
        if not run.exists():  # making our folder would bring it back
            raise RunFolderGone(run)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._remove_leftovers()
        self._check_room(size)
        work = self._folder / f".writing-{step}"
        work.mkdir(mode=0o700)
        try:
            with disk_errors(run):
                fill(work)
                write_mark(work)
                put_in_place(work, self._folder / _name(step))
        except Exception as error:
            self._explain(work, size, error)
            raise
        self._remove_old(also)
        return _name(step)

    def newest(self, on_damaged: Callable[[str], None]) -> Path | None:
        """The newest checkpoint that is whole; `on_damaged` hears the names of newer ones."""
        for step in sorted(self.steps(), reverse=True):
            path = self.path(step)
            if is_whole(path):
                return path
            on_damaged(path.name)
        return None

    def path(self, step: int) -> Path:
        return self._folder / _name(step)

    def steps(self) -> list[int]:
        """The steps of all that look like checkpoints."""
        names = [p.name for p in self._folder.iterdir()] if self._folder.is_dir() else []
        return sorted(int(found[1]) for name in names if (found := NAME.fullmatch(name)))

    def _check_room(self, size: int) -> None:
        free = shutil.disk_usage(self._folder).free
        if free < size + ROOM_LEFT:
            raise RunDiskFull(self._folder.parent, free)

    def _explain(self, work: Path, size: int, error: Exception) -> None:
        """Clean up, and say what the writers of weights hide: that the disk is full."""
        run = self._folder.parent
        if not run.exists():
            raise RunFolderGone(run) from error
        free = shutil.disk_usage(run).free
        shutil.rmtree(work, ignore_errors=True)
        if free < size:  # there was room before: somebody else took it
            raise RunDiskFull(run, free) from error

    def _remove_old(self, also: Collection[int]) -> None:
        steps = self.steps()
        for step in set(steps) - set(steps[-self._keep :]) - set(also):
            shutil.rmtree(self.path(step), ignore_errors=True)

    def _remove_leftovers(self) -> None:
        """What a killed process had begun to write, or to remove."""
        for path in self._folder.glob(".*"):
            shutil.rmtree(path, ignore_errors=True)


def write_mark(folder: Path) -> None:
    """Sync all files of `folder` and mark it complete. Raises OSError."""
    write_atomically(folder / MARK, json.dumps(sync_files(folder), indent=1))


def sync_files(folder: Path) -> dict[str, str]:
    """Bring the files of `folder` to the disk, for their owner only; their names and hashes."""
    return {path.name: _sync_and_hash(path) for path in sorted(folder.iterdir())}


def put_in_place(work: Path, target: Path) -> None:
    """Give the folder `work` the name `target`, in place of what is there. Raises OSError."""
    old = target.with_name(f".old-{target.name}")
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
    work.rename(target)
    sync_folder(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def is_whole(folder: Path) -> bool:
    """Whether exactly the files are there that its mark names, with their hashes."""
    try:
        hashes = json.loads((folder / MARK).read_bytes())
        names = {path.name for path in folder.iterdir()} - {MARK}
        return names == set(hashes) and all(
            _hash(folder / name) == digest for name, digest in hashes.items()
        )
    except (OSError, ValueError, TypeError):
        return False


def _name(step: int) -> str:
    return f"step-{step:06d}"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_and_hash(path: Path) -> str:
    with path.open("rb+") as file:  # Windows syncs only what may be written
        os.fsync(file.fileno())
    path.chmod(0o600)
    return _hash(path)
