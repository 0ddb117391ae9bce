"""Files of conversations, whoever wrote them: read one by one, good ones kept, bad ones told.

Known are our own JSON, the exports of ChatGPT (also as the ZIP that one gets) and Open WebUI, and
training dialogues (ShareGPT and `messages`), as JSON or JSON Lines.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.documents.archive import DAMAGES
from desktop_llm.documents.errors import FileTooLarge, NotConversations
from desktop_llm.documents.exchange import chatgpt, lossless, open_webui, sharegpt
from desktop_llm.documents.exchange.archive import Archived, ImportReport, Rejected, Source, renewed
from desktop_llm.documents.exchange.foreign import Unreadable
from desktop_llm.documents.opening import open_regular
from desktop_llm.documents.text_file import TextFile

MOST = 1024**3
"""Bytes of a file, or of the member of a ZIP, that are read."""
_MEMBER = "conversations.json"
_NOT_JSON = QT_TRANSLATE_NOOP("core", "It is not JSON (line {line}).")
_NOT_KNOWN = QT_TRANSLATE_NOOP("core", "It is not a conversation in a known form.")
_BROKEN = QT_TRANSLATE_NOOP("core", "Something in it is missing or of the wrong kind ({where}).")
_NEWER = QT_TRANSLATE_NOOP("core", "A newer version of this app has written it.")

_FAULTS = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What readers stumble over in data that is not as it should be."""

_KINDS: tuple[tuple[Source, Callable[[Any], bool], Callable[[dict[str, Any]], Archived]], ...] = (
    ("chatgpt", chatgpt.is_chatgpt, chatgpt.read),
    ("open-webui", open_webui.is_open_webui, open_webui.read),
    ("sharegpt", sharegpt.is_sharegpt, sharegpt.read),
)


def read_conversations(path: Path, on_read: Callable[[Archived], None]) -> ImportReport:
    """Give every conversation in `path` to `on_read`, with identifiers of their own.

    Raises this package's errors, NotConversations if there is nothing of that kind in the file.
    """
    source: Source | None = None
    kept, number, rejected = 0, 0, list[Rejected]()
    for number, entry in enumerate(_entries(path), 1):
        try:
            found, archived = _read(entry)
        except Unreadable as error:
            rejected.append(Rejected(number, _title(entry), error.reason))
            continue
        source = source or found
        kept += 1
        on_read(renewed(archived))
    if not kept and (not rejected or all(each.reason.template == _NOT_KNOWN for each in rejected)):
        raise NotConversations(path)
    return ImportReport(source or "sharegpt", kept, tuple(rejected))


def _read(entry: Any) -> tuple[Source, Archived]:
    if isinstance(entry, Unreadable):
        raise entry
    try:
        if isinstance(entry, _Own):
            return "desktop-llm", lossless.of_data(entry.data)
        for source, knows, read in _KINDS:
            if knows(entry):
                return source, read(entry)
    except _FAULTS as error:
        raise Unreadable(Text(_BROKEN, {"where": _where(error)})) from error
    raise Unreadable(Text(_NOT_KNOWN))


class _Own:
    """An entry of a file that this app has written."""

    def __init__(self, data: Any) -> None:
        self.data = data


def _entries(path: Path) -> Iterator[Any]:
    """The conversations of a file, as they stand in it."""
    text = _text(path)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        if _looks_like_lines(text):
            yield from _lines(text)
            return
        raise NotConversations(path) from error
    if isinstance(data, dict) and data.get("format") == lossless.FORMAT:
        yield from _own(data)
    elif isinstance(data, list):
        yield from data
    else:
        yield data


def _own(data: dict[str, Any]) -> Iterator[Any]:
    if data.get("version") != lossless.VERSION:
        yield Unreadable(Text(_NEWER))
        return
    listed = data.get("conversations")
    yield from (_Own(each) for each in (listed if isinstance(listed, list) else []))


def _lines(text: str) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            yield Unreadable(Text(_NOT_JSON, {"line": number}))


def _looks_like_lines(text: str) -> bool:
    first = next((line for line in text.split("\n") if line.strip()), "").strip()
    return first.startswith("{") and first.endswith("}")


def _text(path: Path) -> str:
    if path.suffix.lower() == ".zip":
        return _of_zip(path)
    with TextFile(path, MOST) as file:
        return "".join(file.chunks())


def _of_zip(path: Path) -> str:
    """The one member of an export that holds the conversations; nothing else is looked at."""
    with open_regular(path, MOST) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                names = [n for n in archive.namelist() if n.rpartition("/")[2] == _MEMBER]
                if not names:
                    raise NotConversations(path)
                with archive.open(names[0]) as member:
                    data = member.read(MOST + 1)
        except (*DAMAGES, RuntimeError) as error:
            raise NotConversations(path) from error
    if len(data) > MOST:
        raise FileTooLarge(path, len(data) // 1024**2, MOST // 1024**2)
    return data.decode("utf-8-sig", "replace")


def _title(entry: Any) -> str:
    data = entry.data if isinstance(entry, _Own) else entry
    title = data.get("title") if isinstance(data, dict) else None
    return str(title or "")[:80]


def _where(error: Exception) -> str:
    """The name of the field, as far as it is known; the error's own words are for developers."""
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])[:40]
    errors = getattr(error, "errors", None)
    if callable(errors):
        return ".".join(str(part) for part in errors()[0]["loc"])[:60]
    return type(error).__name__
