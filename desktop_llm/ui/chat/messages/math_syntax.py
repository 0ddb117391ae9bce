r"""Where formulas are in Markdown: $…$, $$…$$, \(…\), \[…\] and the environments of amsmath.

Own rules instead of ready ones: a formula often follows a line of text without a blank line, an
amount of money is not a formula, and an answer that is still being written ends inside a formula.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # see `markdown`
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

LIMIT = 4000
"""Characters of a formula; more is text."""
_LINES = 80
"""Lines of a formula."""

_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:equation|multline|gather|align|alignat|flalign|eqnarray|displaymath"
    r"|aligned|gathered|cases|split|array|[pbBvV]?matrix)\*?)\}"
)
_DOLLARS = re.compile(r"\$(?![\s$])((?:\\.|[^\\$\n])+?)(?<!\s)\$(?![0-9A-Za-z{$])")
_MONEY = re.compile(r"\d[\d.,]*[kKmMbB]?\s+(?:an?\s+)?[A-Za-z]{2,}")
_ENDING = re.compile(r"[ \t]*[.,;:。，；：]?[ \t]*")
"""What may follow a formula on its last line."""


def math_rules(parser: MarkdownIt) -> None:
    """Have `parser` find formulas: tokens `math_inline`, `math_block` and `math_open`.

    The content of a token is the formula as it was written, with its delimiters. `math_open` is a
    block that nothing has closed yet; it is only made if the environment says that the text is
    "growing". Otherwise what is not closed is text. A block is "settled" (in its token's `meta`) if
    no further text makes something else of it.
    """
    parser.inline.ruler.before("escape", "math_inline", _inline)
    interrupts = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "math_block", _block, {"alt": interrupts})


def inside(source: str) -> str:
    r"""The LaTeX between the delimiters of a formula; an environment is all LaTeX."""
    source = source.strip()
    closer = _CLOSERS.get(source[:2])
    if closer and source.endswith(closer):
        return source[2:-2].strip()
    return source[1:-1].strip() if source[:1] == "$" else source


def is_display(source: str) -> bool:
    """Whether a formula is written in the large form."""
    return not source.startswith("\\(") and (source[:1] != "$" or source[:2] == "$$")


def _inline(state: StateInline, silent: bool) -> bool:
    text, start = state.src, state.pos
    if text[start] not in "$\\":
        return False
    opener = text[start : start + 2]
    end = _closed_at(text, start, opener) if opener in _CLOSERS else _dollar_at(text, start)
    if end < 0:
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = text[start:end]
    state.pos = end
    return True


def _closed_at(text: str, start: int, opener: str) -> int:
    """Where a formula ends that `opener` begins; -1 if it is not one."""
    closer = _CLOSERS[opener]
    at = text.find(closer, start + 2, start + LIMIT)
    return at + 2 if at > start + 2 and text[start + 2 : at].strip() else -1


def _dollar_at(text: str, start: int) -> int:
    """Where a formula between single dollars ends; -1 if it is not one, but money, say."""
    before = text[start - 1] if start else " "
    if text[start] != "$" or (before.isascii() and before.isalnum()):
        return -1
    found = _DOLLARS.match(text, start, start + LIMIT)
    return found.end() if found and not _MONEY.match(found[1]) else -1


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    line = _line(state, first)
    closer = _closer_of(line)
    if not closer or state.is_code_block(first):
        return False
    start = state.bMarks[first] + state.tShift[first] + 2
    if not _is_growing(state, last) and state.src.find(closer, start, start + LIMIT) < 0:
        return False
    end, closed = _end_of(state, first, last, closer)
    lines = [_line(state, number) for number in range(first, end)]
    if closed:
        found = bool("".join(lines)[2:].rsplit(closer, 1)[0].strip())
    else:
        found = _is_growing(state, end)
    if found and not silent:
        token = state.push("math_block" if closed else "math_open", "math", 0)
        token.block = True
        token.content = "\n".join(lines)
        token.map = [first, end]
        token.meta = {"settled": closed and state.eMarks[end - 1] < len(state.src)}
    if found:
        state.line = end
    return found


def _closer_of(line: str) -> str:
    """What closes the block formula that begins with `line`; nothing if none does."""
    if line[:2] in ("$$", "\\["):
        return _CLOSERS[line[:2]]
    environment = _ENVIRONMENT.match(line)
    return f"\\end{{{environment[1]}}}" if environment else ""


def _end_of(state: StateBlock, first: int, last: int, closer: str) -> tuple[int, bool]:
    """The line behind a block formula, and whether that is closed."""
    searched = 2
    for number in range(first, min(last, first + _LINES)):
        line = _line(state, number)
        if number > first and (state.isEmpty(number) or state.sCount[number] < state.blkIndent):
            return number, False
        if number > first and closer == "\\]" and line.startswith("\\["):
            return number, False
        at = line.find(closer, searched)
        if at >= 0:
            ends_here = _ENDING.fullmatch(line, at + len(closer)) is not None
            return (number + 1, True) if ends_here else (first, False)
        searched = 0
    return min(last, first + _LINES), False


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _is_growing(state: StateBlock, number: int) -> bool:
    """Whether a text that grows has been read up to its end, before line `number`."""
    return bool(state.env.get("growing")) and number >= len(state.bMarks) - 1
