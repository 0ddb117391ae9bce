"""Tokens to text while they come: everything that is certain at once, half a character never.

A token can end in the middle of a character (most Chinese, Thai and emoji in byte-level
vocabularies), which decodes to U+FFFD until the rest arrives. Decoding the tokens one by one would
also lose the spaces that a decoder puts between two of them. So a short window of tokens is decoded
together, and what was not yet delivered of it is new.
"""

from __future__ import annotations

from typing import Any

HALF = "\ufffd"
PATIENCE = 6
"""Tokens after which a half character is taken for garbage: a character has at most four bytes."""

WINDOW = 64
"""Tokens that are decoded together at most, so that endless garbage does not get slower."""


class Detokenizer:
    """Streams the text of a growing list of tokens; special tokens are left out.

    The pieces together are `tokenizer.decode(all_tokens, skip_special_tokens=True)`.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._bytewise = decodes_bytewise(tokenizer)
        self._window: list[int] = []
        self._known = 0
        """Tokens of the window that were delivered whole; they give the next ones their context."""
        self._delivered = 0
        """Characters of the window's text that were delivered."""
        self._waiting = 0

    def push(self, token: int) -> str:
        """The text that `token` completes; empty while a character is incomplete."""
        self._window.append(token)
        text = self._decode()
        certain = text.removesuffix(HALF) if self._bytewise else text.rstrip(HALF)
        new = certain[self._delivered :]
        self._delivered += len(new)
        self._waiting = 0 if new else self._waiting + 1
        if len(certain) == len(text):
            if new:
                self._move_window()
            return new
        if self._waiting < PATIENCE and len(self._window) - self._known < WINDOW:
            return new
        return new + self.flush()

    def flush(self) -> str:
        """What is still held back; a half character at the very end is shown as U+FFFD."""
        text = self._decode()
        rest = text[self._delivered :]
        if rest:
            self._move_window()
        return rest

    def _move_window(self) -> None:
        """Keep only the newest delivered tokens as context."""
        del self._window[: self._known]
        self._known = len(self._window)
        self._delivered = len(self._decode())
        self._waiting = 0

    def _decode(self) -> str:
        return str(
            self._tokenizer.decode(
                self._window, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )


def decodes_bytewise(tokenizer: Any) -> bool:
    """Whether a half character decodes to one U+FFFD, however many of its bytes are there.

    Vocabularies with a fallback to bytes give one for every byte, also of whole characters before
    the half one.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    return "ByteLevel" in str(getattr(backend, "decoder", ""))
