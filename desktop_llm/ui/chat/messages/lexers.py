"""Pygments' lexers, brought in by a thread: the first of a language takes up to 0.1 s to import."""

from __future__ import annotations

import threading
from typing import Any

_known: dict[str, Any] = {}
"""By language; None where there is no such lexer."""
_wanted: set[str] = set()


def is_ready(language: str) -> bool:
    """Whether `lexer` can answer; if not, this starts to fetch the lexer."""
    if language not in _known and language not in _wanted:
        _wanted.add(language)
        threading.Thread(target=_fetch, args=(language,), name="lexer", daemon=True).start()
    return language in _known


def lexer(language: str) -> Any:
    """The lexer of `language`, or None if there is none."""
    return _known[language]


def _fetch(language: str) -> None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    found = None
    try:
        found = get_lexer_by_name(language)
        list(found.get_tokens_unprocessed("x"))  # compiles its expressions
    except ClassNotFound:
        pass
    finally:
        _known[language] = found
        _wanted.discard(language)
