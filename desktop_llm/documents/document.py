"""What is read out of a file that a person attaches, and how much of it at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop_llm.core.text import Text
from desktop_llm.documents.encoding import UNDECODABLE
from desktop_llm.documents.errors import DocumentTooLong

Progress = Callable[[float], None]
"""Told the share that is done, 0 to 1, often; may raise to end the reading."""

FOLDER_TYPE = "inode/directory"
"""The media type of a folder that was read as one document."""

# Tabs and line feeds stay. The others mean nothing to a model, and half characters cannot be kept.
_CLEAN = dict.fromkeys((*range(9), 11, *range(14, 32), 127)) | {12: "\n", 13: "\n"}
_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


@dataclass(frozen=True)
class Document:
    """The text of a file, or of all files in a folder."""

    name: str
    media_type: str
    size: int
    """Bytes of the file."""
    sha256: str
    """Of the file, hexadecimal."""
    text: str
    notes: tuple[Text, ...] = ()
    """What a reader should know: how many rows there are, what was left out."""


@dataclass(frozen=True)
class Limits:
    """More than this is not read. Sizes in bytes."""

    file: int = 100 * 1024**2
    text: int = 20 * 1024**2
    """Of the text that comes out, as UTF-8."""
    unpacked: int = 400 * 1024**2
    """Of what a ZIP archive, such as DOCX and XLSX are, holds."""
    files: int = 500
    """Files of a folder."""
    depth: int = 12
    """Folders inside a folder."""


DEFAULT_LIMITS = Limits()


class TextParts:
    """Collects the text of `path`. Raises DocumentTooLong as soon as it is too much."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limit = limits.text
        self._length = 0
        self._parts: list[str] = []

    def add(self, text: str) -> None:
        """Append `text`."""
        self._length += len(text) if text.isascii() else len(text.encode(errors="replace"))
        if self._length > self._limit:
            raise DocumentTooLong(self._path, self._limit // 1024**2)
        self._parts.append(text)

    def __bool__(self) -> bool:
        return any(part.strip() for part in self._parts)

    def joined(self, between: str = "") -> str:
        """All of it, with whole characters only."""
        return whole_text(between.join(self._parts))


def whole_text(text: str) -> str:
    """`text` without control characters and half characters."""
    text = text.replace("\r\n", "\n").translate(_CLEAN)
    return text if text.isascii() else text.translate(_HALVES)


def undecodable(text: str) -> int:
    """How many places of `text` could not be decoded."""
    return text.count(UNDECODABLE)
