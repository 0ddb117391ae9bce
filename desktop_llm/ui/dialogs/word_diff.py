"""Where two texts differ, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

COMPARED = 1200
"""Words of each text that are compared closely, after what both begin and end with."""
_WORD = re.compile(r"[^\W\d_]+\s*|\d+\s*|\s+|.", re.DOTALL)
"""Words and numbers with the space after them; every other character by itself."""
_IDEOGRAPHS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")


class Part(NamedTuple):
    """A stretch of text; `changed`: the other text has something else in its place, or nothing."""

    text: str
    changed: bool


def word_diff(old: str, new: str) -> tuple[list[Part], list[Part]]:
    """Both texts in parts, which joined give the text again.

    What is beyond `COMPARED` words after the first difference counts as changed.
    """
    words, others = _words(old), _words(new)
    start = _common(words, others)
    end = _common(words[start:][::-1], others[start:][::-1])
    middle, other_middle = words[start : len(words) - end], others[start : len(others) - end]
    found: tuple[list[Part], list[Part]] = ([], [])
    _add(found[0], words[:start], False)
    _add(found[1], others[:start], False)
    near, far = middle[:COMPARED], middle[COMPARED:]
    other_near, other_far = other_middle[:COMPARED], other_middle[COMPARED:]
    matcher = SequenceMatcher(None, near, other_near, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        _add(found[0], near[a:b], kind != "equal")
        _add(found[1], other_near[c:d], kind != "equal")
    _add(found[0], far, True)
    _add(found[1], other_far, True)
    _add(found[0], words[len(words) - end :], False)
    _add(found[1], others[len(others) - end :], False)
    return found


def _words(text: str) -> list[str]:
    """The words of `text`; ideographs, which have no spaces between words, one by one."""
    found: list[str] = []
    for word in _WORD.findall(text):
        if _IDEOGRAPHS.search(word):
            found += word
        else:
            found.append(word)
    return found


def _common(words: Sequence[str], others: Sequence[str]) -> int:
    pairs = enumerate(zip(words, others, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(words), len(others)))


def _add(parts: list[Part], words: Sequence[str], changed: bool) -> None:
    if not words:
        return
    text = "".join(words)
    if parts and parts[-1].changed == changed:
        parts[-1] = Part(parts[-1].text + text, changed)
    else:
        parts.append(Part(text, changed))
