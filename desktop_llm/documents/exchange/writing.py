"""Exports: one file, or for pages of several conversations a folder; whole or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from desktop_llm.core.files import sync_folder, write_pieces_atomically
from desktop_llm.documents.errors import ExportFailed, NothingToLearn
from desktop_llm.documents.exchange import lossless
from desktop_llm.documents.exchange.archive import Archived
from desktop_llm.documents.exchange.html import to_html
from desktop_llm.documents.exchange.markdown import to_markdown
from desktop_llm.documents.exchange.training_lines import to_lines

Form = Literal["markdown", "html", "json", "jsonl"]
ENDINGS: dict[Form, str] = {"markdown": ".md", "html": ".html", "json": ".json", "jsonl": ".jsonl"}

LONGEST_NAME = 80
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def write(conversations: Sequence[Archived], form: Form, target: Path) -> Path:
    """Write `conversations` to `target`, replacing a file of that name; where they are then.

    Several as Markdown or HTML become files in a new folder, `target` without its ending. Raises
    ExportFailed, or NothingToLearn for training rows, and leaves everything as it was.
    """
    if form == "jsonl" and next(iter(to_lines(conversations)), None) is None:
        raise NothingToLearn
    try:
        if form in ("markdown", "html") and len(conversations) != 1:
            return _write_folder(conversations, form, target)
        write_pieces_atomically(target, _pieces(conversations, form))
    except OSError as error:
        raise ExportFailed(target, error.strerror or type(error).__name__) from error
    return target


def file_name(title: str, form: Form) -> str:
    """A name that every system takes."""
    plain = " ".join(_UNSAFE.sub(" ", title).split())[:LONGEST_NAME].strip(". ")
    if not plain or _RESERVED.match(plain):
        plain = f"conversation {plain}".strip()
    return plain + ENDINGS[form]


def _pieces(conversations: Sequence[Archived], form: Form) -> Iterable[str]:
    if form == "json":
        return lossless.pieces(conversations)
    if form == "jsonl":
        return to_lines(conversations)
    return map(_page(form), conversations)


def _page(form: Form) -> Callable[[Archived], str]:
    return to_markdown if form == "markdown" else to_html


def _write_folder(conversations: Sequence[Archived], form: Form, target: Path) -> Path:
    """All files in a folder beside `target` that gets its name when it is whole."""
    folder = _unused(target.with_suffix(""))
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for archived, name in zip(conversations, _names(conversations, form), strict=True):
            write_pieces_atomically(unfinished / name, [_page(form)(archived)])
        unfinished.replace(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    sync_folder(folder.parent)
    return folder


def _names(conversations: Sequence[Archived], form: Form) -> Iterator[str]:
    used: set[str] = set()
    for archived in conversations:
        name = Path(file_name(archived.conversation.title, form))
        candidate, number = name, 2
        while candidate.name.casefold() in used:
            candidate, number = name.with_stem(f"{name.stem} {number}"), number + 1
        used.add(candidate.name.casefold())
        yield candidate.name


def _unused(folder: Path) -> Path:
    candidate, number = folder, 2
    while candidate.exists():
        candidate, number = folder.with_name(f"{folder.name} {number}"), number + 1
    return candidate
