"""A long text in windows that begin and end where sentences do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

Span = tuple[int, int]
"""Where a part of a text begins and ends, in characters."""

SplitText = Callable[[str, int, int], Sequence[Span]]
"""Text, window and overlap in tokens → spans, as an engine makes them."""

_BOUNDARIES = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n"),
    re.compile(r"[.!?…][\"'”’)\]]*\s+|[。！？…][”’」）]*"),
    re.compile(r"\s+|[，、；,;]"),
)
"""Behind these a window may end, the best first: paragraph, line, sentence, word."""

_SLACK = 8
"""The slack for a boundary is this part of a window."""


def split_windows(text: str, window: int, overlap: int, split: SplitText) -> list[str]:
    """`text` in windows of at most `window` tokens that overlap by about `overlap`, 0 for not.

    More overlap is asked for than is wanted; what is too much is given up for good boundaries.
    """
    slack = max(1, min(window // _SLACK, window - overlap - 1))
    spans = split(text, window, overlap + slack)
    chosen = spans_at_boundaries(text, spans, slack / (overlap + slack))
    return [text[start:end] for start, end in chosen]


def spans_at_boundaries(text: str, spans: Sequence[Span], tolerance: float) -> list[Span]:
    """`spans`, which overlap, made shorter so that they begin and end at boundaries of the text.

    `tolerance` is the share of each overlap that may be given up; with 1 nothing overlaps after. No
    span grows, and none is left out of the text.
    """
    starts = [start for start, _ in spans]
    ends = [end for _, end in spans]
    for number, ((_, end), (start, _)) in enumerate(pairwise(spans)):
        give = int(max(0, end - start) * tolerance)
        ends[number] = _boundary(text, end - give, end, last=True)
        left = give - (end - ends[number])
        starts[number + 1] = (
            ends[number] if tolerance >= 1 else _boundary(text, start, start + left, last=False)
        )
    return list(zip(starts, ends, strict=True))


def _boundary(text: str, low: int, high: int, *, last: bool) -> int:
    """The best place in `low` … `high`: of the last or the first; the outer edge without one."""
    for pattern in _BOUNDARIES:
        places = [low + m.end() for m in pattern.finditer(text[low:high])]
        if places:
            return places[-1] if last else places[0]
    return high if last else low
