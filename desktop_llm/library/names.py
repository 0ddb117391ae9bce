"""Names that come from a hub, checked before any of them becomes a path on this computer.

The rules hold on every system, so that a repository that is fetched here can be copied there.
"""

from __future__ import annotations

import re
import unicodedata

from desktop_llm.library.hub_errors import UnsafeName

LONGEST = 200
"""Characters of a path inside a repository, and of a repository's name."""

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_REPO = re.compile(rf"{_PART}(?:/{_PART})?")
_BLOB = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FORBIDDEN = frozenset('\\:*?"<>|')
"""What Windows reads as a drive, a stream, a pattern or a pipe."""

_RESERVED = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{device}{digit}" for device in ("COM", "LPT") for digit in "0123456789¹²³"
}
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories of what a person cannot see: control characters, bidi marks, lone halves."""


def check_repo(repo: str) -> None:
    """Raise UnsafeName unless `repo` is `owner/name`, or a `name` of the hub's early days."""
    usable = len(repo) <= LONGEST and _REPO.fullmatch(repo) is not None
    # "--" would be read as "/" in the cache, where "owner/name" is the folder "owner--name"
    if not usable or "--" in repo or ".." in repo or repo.endswith(".git"):
        raise UnsafeName(repo)
    check_path(repo)


def check_path(path: str) -> None:
    """Raise UnsafeName unless `path`, relative and with "/", stays below its folder everywhere."""
    if len(path) > LONGEST or not all(_is_plain(part) for part in path.split("/")):
        raise UnsafeName(path)


def check_blob(name: str) -> None:
    """Raise UnsafeName unless `name` is a sha1 or sha256: the cache makes a file name of it."""
    if not _BLOB.fullmatch(name):
        raise UnsafeName(name)


def _is_plain(part: str) -> bool:
    """Whether `part` names a file or folder in the folder where it is, on every system."""
    return (
        part.strip(" ") == part
        and bool(part.rstrip("."))  # neither "", "." nor ".."
        and not part.endswith(".")
        and not part.startswith("~")
        and _FORBIDDEN.isdisjoint(part)
        and part.partition(".")[0].rstrip(" ").upper() not in _RESERVED
        and not any(unicodedata.category(character) in _INVISIBLE for character in part)
    )
