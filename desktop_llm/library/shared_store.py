"""Contents that several repositories of the hub's cache share, and when one can go.

huggingface_hub may keep a file once for all repositories: `blobs/XX/HASH` beside them, to which a
repository's own `blobs/ETAG` is a link. `HASH.refs` lists those links. It is a hint: each line is
compared with the disk, and where it is missing nothing is deleted (as that library does it).
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

from filelock import FileLock

from desktop_llm.core.files import write_atomically

log = logging.getLogger(__name__)

MARKER, LAYOUT = ".huggingface-shared-blobs", "1\n"
_HASH = re.compile(r"[0-9a-f]{64}")
_REPO = re.compile(r"(models|datasets|spaces|kernels)--.+")
LOCK_S = 10.0


class SharedStore:
    """The store of the cache at `root`, if it has one of the layout that is known."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self.blobs = self._root / "blobs"
        self.exists = self._is_marked()
        self.is_unknown = not self.exists and self.blobs.exists()

    def target(self, blob: Path) -> Path | None:
        """The content in the store to which a repository's `blob` is a link; None if it is none."""
        if not self.exists or not blob.is_symlink():
            return None
        target = Path(os.path.normpath(blob.parent / blob.readlink()))
        place = target.parent.parent, target.parent.name
        if place != (self.blobs, target.name[:2]) or not _HASH.fullmatch(target.name):
            return None
        return target if target.is_file() and not target.is_symlink() else None

    def users(self, content: Path) -> set[Path] | None:
        """The blobs that link to `content` now; None if that cannot be known."""
        refs = _refs(content)
        try:
            if refs.is_symlink():
                return None
            lines = refs.read_text().splitlines()
        except (OSError, ValueError):
            return None
        blobs = [self._blob(line) for line in lines]
        return {blob for blob in blobs if blob is not None and self.target(blob) == content}

    def sweep(self, content: Path) -> int:
        """Delete `content` if nothing links to it any more; the bytes that this freed."""
        try:
            with FileLock(content.with_name(content.name + ".lock"), timeout=LOCK_S, mode=0o666):
                users = self.users(content)
                if users is None:
                    return 0
                if users:
                    lines = sorted(f"{user.relative_to(self._root).as_posix()}\n" for user in users)
                    write_atomically(_refs(content), "".join(lines), mode=0o666)
                    return 0
                size = content.stat().st_size
                content.unlink()
                _refs(content).unlink(missing_ok=True)
                return size
        except (OSError, NotImplementedError) as error:  # it stays, as litter
            log.warning("shared contents could not be removed: %s", type(error).__name__)
            return 0

    def _blob(self, line: str) -> Path | None:
        parts = Path(line).parts
        sound = len(parts) == 3 and parts[1] == "blobs" and ".." not in parts
        return self._root / line if sound and _REPO.fullmatch(parts[0]) else None

    def _is_marked(self) -> bool:
        marker = self.blobs / MARKER
        try:
            real = not self.blobs.is_symlink() and not marker.is_symlink()
            return real and marker.read_text() == LAYOUT
        except (OSError, ValueError):
            return False


def _refs(content: Path) -> Path:
    return content.with_name(content.name + ".refs")
