"""Distances between the leaves of a message, and how far each is indented."""

from __future__ import annotations

import unicodedata

from desktop_llm.ui.chat.messages.leaves import ITEM, Leaf
from desktop_llm.ui.chat.messages.look import Look

_STRONG = {"L": False, "R": True, "AL": True}


def indents(leaf: Leaf, look: Look) -> list[tuple[str, int]]:
    """The containers around `leaf` with the distance at which each begins, from the outside in."""
    found = []
    x = 0
    for letter in leaf.inside:
        found.append((letter, x))
        x += width_of(letter, look)
    return found


def indent(leaf: Leaf, look: Look) -> int:
    """How far from the edge the text of `leaf` begins."""
    return sum(width_of(letter, look) for letter in leaf.inside)


def width_of(letter: str, look: Look) -> int:
    """The indentation by one list or one quotation."""
    return round(look.em * 1.75) if letter == ITEM else round(look.em * 1.2)


def gap(before: Leaf, after: Leaf, look: Look) -> int:
    """The free space between two leaves."""
    line = look.body.line
    if after.glued or before.kind == after.kind == "plain":
        return 0
    if after.kind == "heading":
        return round(line * (1.15 if after.level <= 2 else 0.9))
    if before.kind == "heading":
        return round(line * 0.4)
    if "rule" in (before.kind, after.kind):
        return round(line * 0.6)
    if before.inside and after.inside and _is_light(before, after):
        return round(line * 0.28)
    return round(line * 0.6)


def _is_light(before: Leaf, after: Leaf) -> bool:
    """Whether two leaves of a list belong closely together."""
    return bool(after.marker) and before.kind not in ("code", "table", "math")


def is_right_to_left(text: str) -> bool:
    """The direction of the first character that has one."""
    for character in text[:2000]:
        direction = _STRONG.get(unicodedata.bidirectional(character))
        if direction is not None:
            return direction
    return False
