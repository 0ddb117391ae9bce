"""Texts as the search index sees them: what of them is found, and where in them a hit is.

A hit is a text that has every piece of the query (pieces are parted by spaces), whatever the case
of the letters. A piece may begin and end anywhere; only one that begins with fewer than three
letters begins where a word does, since "th" inside of words helps nobody. To the index a text is a
row of tokens: words of letters; and every other character (signs, digits, and those of scripts
without spaces between words, such as Chinese) as a token of its own. A piece is then a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

SHORTEST_INSIDE = 3
"""Letters with which a piece may begin inside a word."""
SNIPPET = 120
"""About how many characters of a text are shown with a hit."""
_BEFORE = 30
"""How many of them stand before the hit."""
_FIRST_LETTER = "\x80"
"""Before a letter: the token that says "some word here begins with it"."""
_CONTROL = "\x00-\x1f\x7f-\x9f"
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff"  # Thai, Lao, Burmese, Hangul letters, Khmer
    "\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"  # Chinese, Japanese, Korean
)
_LETTER = rf"[^\W\d_{_UNSPACED}]"
_TOKEN = re.compile(rf"{_LETTER}+|[^\s{_CONTROL}]")
_PIECE = re.compile(rf"[^\s{_CONTROL}]+")
_HEAD = re.compile(rf"{_LETTER}*")


def fold(text: str) -> str:
    """`text` without the difference of upper and lower case; every character keeps its place."""
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(
        next((form for form in (c.casefold(), c.lower()) if len(form) == 1), c) for c in text
    )


def pieces(query: str) -> list[str]:
    """What a text must have, each once; folded."""
    return list(dict.fromkeys(_PIECE.findall(fold(query))))


def tokens(folded: str) -> list[str]:
    """The tokens of a folded text or piece, in their order."""
    return _TOKEN.findall(folded)


def index_entry(found: Sequence[str]) -> str:
    """What the index stores for a text with these tokens: they and the letters words begin with."""
    first = {_FIRST_LETTER + token[0] for token in set(found) if len(token) > 1}
    return " ".join((*found, *first))


def head(piece: str) -> str:
    """The letters that `piece` begins with."""
    found = _HEAD.match(piece)
    return found[0] if found else ""


def phrases(found: Sequence[str]) -> list[str]:
    """Conditions of FTS5: these tokens side by side, the last, if a word, as how it begins.

    All words with one first letter are more than FTS5 can look up in time: for one letter, behind
    enough others or alone, a token says that such a word is there.
    """
    *before, last = found
    if len(last) == 1 and len(before) != 1:
        return [_quoted(" ".join(before))] * bool(before) + [any_of([last, _FIRST_LETTER + last])]
    more = " *" if head(last) else ""
    return [_quoted(" ".join(found)) + more]


def any_of(words: Sequence[str]) -> str:
    """A condition of FTS5: at least one of the words."""
    return "(" + " OR ".join(map(_quoted, words)) + ")"


class Query:
    """The pieces of a query, and where they are in a text."""

    def __init__(self, text: str) -> None:
        self.pieces = pieces(text)
        self._patterns = [re.compile(_pattern(piece)) for piece in self.pieces]

    def hits(self, text: str) -> bool:
        """Whether `text` has every piece."""
        folded = fold(text)
        return all(pattern.search(folded) for pattern in self._patterns)

    def snippet(self, text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
        """What stands around the first hit, in one line, and from where to where hits are in it."""
        first = min(self._spans(text))
        start = max(0, first[0] - _BEFORE)
        end = max(start + SNIPPET, first[1])
        shown = " ".join(text[start:end].split())
        if start:
            shown = f"… {shown}"
        if end < len(text):
            shown = f"{shown} …"
        return shown, _merged(sorted(self._spans(shown)))

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        folded = fold(text)
        for pattern in self._patterns:
            for found in pattern.finditer(folded):
                yield found.span()


def _pattern(piece: str) -> str:
    literal = re.escape(piece)
    if 0 < len(head(piece)) < SHORTEST_INSIDE:
        return f"{literal}(?<!{_LETTER}{literal})"
    return literal


def _merged(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sorted spans without those that overlap or touch."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return tuple(found)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
