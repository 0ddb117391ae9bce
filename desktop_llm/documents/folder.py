"""A folder as one document: the files in it that can be read, each under its path."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.documents.document import FOLDER_TYPE, Document, Limits, Progress, TextParts
from desktop_llm.documents.errors import DocumentTooLong, FileTooLarge, NoText
from desktop_llm.documents.opening import told
from desktop_llm.documents.reading import read_document

LARGEST = 10 * 1024**2
"""Bytes of a file in a folder; larger ones are seldom what a person wants to talk about."""

NOT_ENTERED = frozenset(("node_modules", "__pycache__", "venv", "site-packages"))
"""Folders full of what others wrote; hidden ones, such as .git, are not entered either."""

FILES = QT_TRANSLATE_NOOP("core", "{files} files")
LEFT_OUT = {
    "hidden": QT_TRANSLATE_NOOP("core", "{count} hidden files and folders were left out."),
    "link": QT_TRANSLATE_NOOP("core", "{count} links to other places were not followed."),
    "library": QT_TRANSLATE_NOOP("core", "{count} folders of libraries were left out."),
    "deep": QT_TRANSLATE_NOOP("core", "{count} folders lie too deep and were left out."),
    "large": QT_TRANSLATE_NOOP("core", "{count} files are too large and were left out."),
    "no text": QT_TRANSLATE_NOOP("core", "{count} files have no text that can be read."),
    "many": QT_TRANSLATE_NOOP("core", "{count} more files were left out: there are too many."),
}
"""What is said of things that were not read, by the reason."""


def read_folder(path: Path, limits: Limits, on_progress: Progress) -> Document:
    """All readable files below `path`, sorted. Raises NoText if there are none."""
    skipped: Counter[str] = Counter()
    found = []
    for file in _files(path, limits.depth, skipped):
        on_progress(0.0)
        found.append(file)
    found.sort(key=lambda file: file.parts)
    skipped["many"] = max(0, len(found) - limits.files)
    parts, digest, size, count = TextParts(path, limits), hashlib.sha256(), 0, 0
    for number, file in enumerate(found[: limits.files]):
        on_progress(number / len(found))
        document = _read(file, limits, on_progress, number / len(found), skipped)
        if document is None:
            continue
        name = file.relative_to(path).as_posix()
        parts.add(f"===== {name} =====\n{document.text.strip()}\n\n")
        digest.update(f"{document.sha256} {name}\n".encode(errors="replace"))
        size += document.size
        count += 1
    if not count:
        raise NoText(path)
    notes = [Text(FILES, {"files": count})]
    notes += [Text(LEFT_OUT[why], {"count": n}) for why, n in sorted(skipped.items()) if n]
    name = path.resolve().name or str(path)
    return Document(name, FOLDER_TYPE, size, digest.hexdigest(), parts.joined(), tuple(notes))


def _files(folder: Path, depth: int, skipped: Counter[str]) -> Iterator[Path]:
    """The files below `folder`; links are never followed."""
    with told(folder):
        entries = list(os.scandir(folder))
    for entry in entries:
        if entry.name.startswith("."):
            skipped["hidden"] += 1
        elif entry.is_symlink():
            skipped["link"] += 1
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
        elif not entry.is_dir(follow_symlinks=False):
            skipped["no text"] += 1
        elif entry.name in NOT_ENTERED:
            skipped["library"] += 1
        elif depth == 0:
            skipped["deep"] += 1
        else:
            yield from _files_inside(Path(entry.path), depth - 1, skipped)


def _files_inside(folder: Path, depth: int, skipped: Counter[str]) -> Iterator[Path]:
    """The same, of a folder that may be closed to us."""
    try:
        yield from _files(folder, depth, skipped)
    except ExpectedError:
        skipped["no text"] += 1


def _read(
    file: Path, limits: Limits, on_progress: Progress, done: float, skipped: Counter[str]
) -> Document | None:
    try:
        inside = Limits(LARGEST, limits.text, limits.unpacked)
        return read_document(file, inside, lambda fraction: on_progress(done))
    except (FileTooLarge, DocumentTooLong):
        skipped["large"] += 1
    except ExpectedError:
        skipped["no text"] += 1
    return None
