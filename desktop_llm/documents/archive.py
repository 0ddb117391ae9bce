"""DOCX and XLSX are ZIP archives: what is in them is judged before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from desktop_llm.documents.document import Limits
from desktop_llm.documents.errors import (
    DocumentDamaged,
    DocumentLocked,
    NotADocument,
    UnpackedTooLarge,
)
from desktop_llm.documents.opening import open_regular

MAX_MEMBERS = 20_000

_ENCRYPTED = 0x1
DAMAGES = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError)
"""What reading a ZIP raises that is none, or a broken one."""


def office_kind(path: Path) -> Literal["docx", "xlsx"]:
    """Which of the two the archive at `path` is. Raises NotADocument if neither."""
    with open_regular(path) as file, _opened(path, file) as archive:
        names = set(archive.namelist())
    if any(name.startswith("word/") for name in names):
        return "docx"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise NotADocument(path, "ZIP" if "META-INF/MANIFEST.MF" not in names else "JAR")


@contextmanager
def safe_archive(path: Path, limits: Limits) -> Iterator[BinaryIO]:
    """The file, opened, once it is known to unpack to no more than the limits.

    The library reads no more of a member than its entry says, so that the entries can be trusted.
    """
    with open_regular(path, limits.file) as file:
        with _opened(path, file) as archive:
            members = archive.infolist()
            if any(member.flag_bits & _ENCRYPTED for member in members):
                raise DocumentLocked(path)
            unpacked = sum(member.file_size for member in members)
            if unpacked > limits.unpacked or len(members) > MAX_MEMBERS:
                raise UnpackedTooLarge(path, limits.unpacked // 1024**2)
        file.seek(0)
        yield file


@contextmanager
def _opened(path: Path, file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except DAMAGES as error:
        raise DocumentDamaged(path, "ZIP", str(error)) from error
    with archive:
        yield archive
