"""Text shown as it was written: what people typed, and what is too long for Markdown."""

from __future__ import annotations

import re

from desktop_llm.ui.chat.messages.leaves import Leaf

PIECE = 4000
"""Characters of one leaf at most, so that a huge text is laid out only where it is seen."""

_REPLACED = dict.fromkeys((*range(9), *range(11, 32), 127, 64976, 64977, 65532), "�")
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_DIRECTIONS = {code: f"⟨U+{code:04X}⟩" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_VISIBLE = _REPLACED | _SURROGATES | _DIRECTIONS | {0x0D: None}

_FENCE = re.compile(
    r"^(?P<fence>`{3,}+|~{3,}+)[ \t]*+(?P<language>[^\s`]*+)[^\n`]*+\n(?P<code>.*?)"
    r"(?:^(?P=fence)[ \t]*(?:\n|\Z)|\Z)",
    re.MULTILINE | re.DOTALL,
)


def visible(text: str) -> str:
    """`text` without characters that hide or reorder others, or that mean something to Qt.

    Direction controls become readable, as a reader must see that something was turned around.
    """
    return text.translate(_VISIBLE)


def plain_leaves(text: str, glued: bool = False) -> list[Leaf]:
    """Leaves that show `text` unchanged, cut at line ends where there are any.

    `glued`: the text goes on inside the line with which an earlier leaf ended.
    """
    leaves = []
    while len(text) > PIECE:
        line_end = text.rfind("\n", 1, PIECE)
        cut = line_end if line_end > 0 else PIECE
        leaves.append(Leaf("plain", text=text[:cut], glued=glued))
        glued = line_end <= 0
        text = text[cut if glued else cut + 1 :]
    leaves.append(Leaf("plain", text=text, glued=glued))
    return leaves


def typed_leaves(text: str) -> list[Leaf]:
    """Leaves for what a person typed: nothing is interpreted but fenced code."""
    text = visible(text)
    leaves: list[Leaf] = []
    end = 0
    for match in _FENCE.finditer(text):
        leaves += _between(text[end : match.start()])
        code = match["code"].rstrip()
        leaves.append(Leaf("code", text=code, language=match["language"]))
        end = match.end()
    leaves += _between(text[end:])
    return leaves or [Leaf("plain")]


def _between(text: str) -> list[Leaf]:
    text = text.strip("\n")
    return plain_leaves(text) if text.strip() else []
