"""LaTeX to a picture. Slow (2 to 25 ms, and 0.2 s for the first), so only for `formulas`' thread.

ziamath makes MathML of LaTeX, lays that out with its own font and writes SVG. It opens its font
and its table of symbols, when it is imported, and nothing else.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from types import FrameType
from typing import Any

from desktop_llm.ui.chat.messages.math_glyphs import borrow_letters
from desktop_llm.ui.chat.messages.math_syntax import LIMIT, inside, is_display

INK = "ink"
"""Stands in the picture for the colour of the text."""
SIZE = 24.0
"""Pixels of an em, in the picture."""
_LIBRARIES = ("ziamath", "ziafont", "latex2mathml")
SECONDS = 0.5
"""Time that a formula may take."""

_DEEPEST = 24
_LARGEST = 1500
"""Square ems."""
_MARGIN = 1.0
_DEFINING = re.compile(r"\\(?:re|provide)?(?:newcommand|newenvironment)|\\[egx]?def\b|\\let\b")
"""What could make a short formula endless."""
_TAG = re.compile(r"\\tag\*?\s*\{([^{}]*)\}")
_IGNORED = re.compile(r"\\(?:label\s*\{[^{}]*\}|nonumber\b|notag\b)|\\(?:begin|end)\{equation\*?\}")
_NUMBERED = re.compile(
    r"\\(begin|end)\s*\{(align|alignat|gather|multline|flalign|eqnarray|split)\*?\}"
)
_OPENING = re.compile(r"\{|\\left\b|\\begin\b")
_CLOSING = re.compile(r"\}|\\right\b|\\end\b")
_BRACKETS = re.compile(rf"(\\[{{}}\\])|({_OPENING.pattern})|({_CLOSING.pattern})")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A formula as a picture; lengths in ems. Without a picture it cannot be drawn."""

    svg: bytes = b""
    width: float = 0.0
    ascent: float = 0.0
    descent: float = 0.0


def draw(source: str) -> Drawing:
    """The picture of a formula that is written with its delimiters.

    Whatever the library stumbles over only means that the reader sees the formula as written.
    """
    latex = _prepared(inside(source))
    if not latex or len(source) > LIMIT or _DEFINING.search(latex) or _depth(latex) > _DEEPEST:
        return Drawing()
    library = _library()
    deadline = perf_counter() + SECONDS
    watching = sys.gettrace()
    sys.settrace(lambda frame, event, argument: _check(frame, deadline))
    try:
        made = library.Latex(latex, SIZE, inline=not is_display(source), color=INK)
        svg = made.svg().encode()
        box = made.node.bbox
    except Exception:  # of many kinds: assertions, look-ups, parsers, recursion, and our deadline
        return Drawing()
    finally:
        sys.settrace(watching)
    sides = (box.xmax - box.xmin, box.ymax, -box.ymin)
    width, ascent, descent = ((side + _MARGIN) / SIZE for side in sides)
    drawable = 0 < width * (ascent + descent) < _LARGEST
    return Drawing(svg, width + _MARGIN / SIZE, ascent, descent) if drawable else Drawing()


class _TooLong(Exception):
    pass


def _check(frame: FrameType, deadline: float) -> None:
    """Called with every call of a function: the only way to end what runs in a thread.

    Raised elsewhere, for instance where an object of somebody else is destroyed, it would be
    ignored, and Python would not call this again.
    """
    if perf_counter() > deadline and any(name in frame.f_code.co_filename for name in _LIBRARIES):
        raise _TooLong


@cache
def _library() -> Any:
    import ziamath

    ziamath.config.svg2 = False  # Qt draws no referenced glyphs
    borrow_letters(ziamath.zmath.loadedfonts["default"])
    return ziamath


def _prepared(latex: str) -> str:
    latex = _TAG.sub(r"\\qquad(\\text{\1})", latex)
    latex = _NUMBERED.sub(r"\\\1{align*}", latex)
    return _IGNORED.sub("", latex).strip()


def _depth(latex: str) -> int:
    """How deeply groups are nested."""
    depth = deepest = 0
    for escaped, opening, _ in _BRACKETS.findall(latex):
        if not escaped:
            depth += 1 if opening else -1
            deepest = max(deepest, depth)
    return deepest
