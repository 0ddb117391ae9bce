"""From sampled tokens to text that can be shown: characters, thinking, stop strings, in that order.

Stop strings end the answer, not the thinking before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desktop_llm.engine.detokenizer import Detokenizer
from desktop_llm.engine.stop_strings import StopStrings
from desktop_llm.engine.thinking import MARKERS, Piece, ThinkingSplitter


class TextStream:
    """The text of one sample; `text` and `thinking` grow with every piece that is handed out."""

    def __init__(
        self, tokenizer: Any, stops: Sequence[str], splitter: ThinkingSplitter | None
    ) -> None:
        """`splitter` None: everything is answer (a raw completion)."""
        self._detokenizer = Detokenizer(tokenizer)
        self._stops = StopStrings(stops)
        self._splitter = splitter
        self._markers = _marker_tokens(tokenizer) if splitter else {}
        self.text = ""
        self.thinking = ""

    @property
    def stopped(self) -> bool:
        """A stop string has come."""
        return self._stops.found

    def push(self, token: int) -> list[Piece]:
        """The pieces of text that are certain after `token`."""
        marker = self._markers.get(token)
        if marker is None:
            return self._split(self._detokenizer.push(token))
        # Some vocabularies have the markers as special tokens, which decoding would leave out.
        return self._split(self._detokenizer.flush() + marker)

    def push_text(self, text: str) -> list[Piece]:
        """The pieces that are certain after `text`, whose tokens are not known."""
        return self._split(self._detokenizer.flush() + text)

    def finish(self) -> list[Piece]:
        """What was held back, once no token follows."""
        if self.stopped:
            return []
        pieces = self._split(self._detokenizer.flush())
        if self._splitter:
            pieces += self._deliver(self._splitter.flush())
        rest = self._stops.flush()
        self.text += rest
        return [*pieces, (rest, False)] if rest else pieces

    def _split(self, text: str) -> list[Piece]:
        return self._deliver(self._splitter.push(text) if self._splitter else [(text, False)])

    def _deliver(self, pieces: list[Piece]) -> list[Piece]:
        shown: list[Piece] = []
        for text, thinking in pieces:
            if thinking:
                self.thinking += text
            else:
                text = self._stops.push(text)
                self.text += text
            if text:
                shown.append((text, thinking))
        return shown


def _marker_tokens(tokenizer: Any) -> dict[int, str]:
    added = tokenizer.get_added_vocab()
    return {added[marker]: marker for pair in MARKERS for marker in pair if marker in added}
