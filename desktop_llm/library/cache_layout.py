"""Where huggingface_hub keeps what it fetched, and under which names.

`models--OWNER--NAME/` holds `blobs/` (contents, named by their hash), `snapshots/COMMIT/` (the
files' names, as links to blobs) and `refs/` (which commit a branch stood at). Asking the library
itself would cost its import.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

PREFIX = "models--"

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def cache_folder() -> Path:
    """The folder of all repositories."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if folder := os.environ.get(variable):
            return _expanded(folder)
    if home := os.environ.get("HF_HOME"):
        return _expanded(home) / "hub"
    return _expanded(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"


def _expanded(folder: str) -> Path:
    """With the values of `~` and of variables."""
    return Path(os.path.expandvars(Path(folder).expanduser()))


@dataclass(frozen=True)
class CachedRepo:
    """The places of one repository below `root`; none of them needs to exist."""

    root: Path
    repo: str

    @property
    def folder(self) -> Path:
        return self.root / (PREFIX + self.repo.replace("/", "--"))

    @property
    def blobs(self) -> Path:
        return self.folder / "blobs"

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    def blob(self, etag: str) -> Path:
        """The contents with that hash (sha256, or git's sha1 for small files)."""
        return self.blobs / etag

    def snapshot(self, commit: str) -> Path:
        return self.snapshots / commit

    def pointer(self, commit: str, path: str) -> Path:
        """The file `path` of a commit: a link to its blob, or a file where links cannot be."""
        return self.snapshot(commit).joinpath(*path.split("/"))

    def ref(self, revision: str) -> Path:
        """Says at which commit `revision` stood; its text is the commit and nothing else."""
        return self.folder.joinpath("refs", *revision.split("/"))


def blob_of(file: Path) -> Path | None:
    """The blob that a file of a snapshot is a link to; its name is the hash that it has to have."""
    if not file.is_symlink():
        return None
    blob = Path(os.path.normpath(file.parent / file.readlink()))
    folder = blob.parent
    in_cache = folder.name == "blobs" and folder.parent.name.startswith(PREFIX)
    return blob if in_cache and _HASH.fullmatch(blob.name) else None


def names_of(blob: Path) -> list[Path]:
    """The links to a blob in all versions of its repository."""
    files = (blob.parent.parent / "snapshots").rglob("*")
    return [file for file in files if file.is_symlink() and file.readlink().name == blob.name]
