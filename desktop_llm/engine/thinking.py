"""Telling a reasoning model's thinking from its answer, while both stream.

Models write their thinking between two markers before they answer; some templates have already
written the first one. A marker later in the answer is text: somebody may be explaining it.
"""

from __future__ import annotations

from desktop_llm.engine.stop_strings import StopStrings

MARKERS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("◁think▷", "◁/think▷"),
)

Piece = tuple[str, bool]
"""Text, and whether it is thinking."""


def open_marker(prompt_end: str) -> str:
    """The closing marker to wait for if the prompt ends inside a thinking part, else ""."""
    end = prompt_end.rstrip()
    return next((closing for opening, closing in MARKERS if end.endswith(opening)), "")


class ThinkingSplitter:
    """Splits streamed text; `closing` is the marker that ends a thinking part already begun.

    Markers are dropped, and so is the white space after them.
    """

    def __init__(self, closing: str = "") -> None:
        self._start: str | None = None if closing else ""
        """White space and the possible beginning of a marker; None once that is decided."""
        self._thinking = StopStrings([closing]) if closing else None
        self._fresh = True
        """Nothing of the present part has been delivered: white space is dropped."""

    def push(self, text: str) -> list[Piece]:
        """The pieces that are certain now."""
        if self._start is not None:
            self._start += text
            if self._undecided(self._start.lstrip()):
                return []
            text = self._decide()
        return self._split(text)

    def flush(self) -> list[Piece]:
        """What was held back, at the end of the stream."""
        if self._start is not None:
            text, self._start, self._fresh = self._start, None, False
            return self._piece(text, thinking=False)
        if self._thinking is not None:
            return self._piece(self._thinking.flush(), thinking=True)
        return []

    def _undecided(self, start: str) -> bool:
        return any(opening.startswith(start) and opening != start for opening, _ in MARKERS)

    def _decide(self) -> str:
        """Note whether the completion begins with a marker; the text after it."""
        text, self._start = self._start or "", None
        for opening, closing in MARKERS:
            if text.lstrip().startswith(opening):
                self._thinking = StopStrings([closing])
                return text.lstrip()[len(opening) :]
        self._fresh = False
        return text

    def _split(self, text: str) -> list[Piece]:
        if self._thinking is None:
            return self._piece(text, thinking=False)
        thought = self._thinking.push(text)
        pieces = self._piece(thought, thinking=True)
        if self._thinking.found:
            rest = self._thinking.rest
            self._thinking, self._fresh = None, True
            pieces += self._piece(rest, thinking=False)
        return pieces

    def _piece(self, text: str, thinking: bool) -> list[Piece]:
        if self._fresh:
            text = text.lstrip()
        self._fresh = self._fresh and not text
        return [(text, thinking)] if text else []
