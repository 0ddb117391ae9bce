"""What the engines read: real text, since what was made up would suit guessing engines too well.

The beginning of a text is for prompts, its end is held out for perplexity. The text that comes
with the app is the beginning of Shakespeare's Coriolanus.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desktop_llm.bench.contenders import Prompt
from desktop_llm.core.paths import resource

TEXT = "bench_text.txt"
HELD_OUT = 0.25
WINDOW = 512
"""Tokens of a window of held-out text."""

STEP = 997
"""Characters from the beginning of one repetition's prompt to that of the next."""


class Prompts:
    """Cuts a text into prompts of so many tokens, and windows for perplexity."""

    def __init__(self, folder: Path, text: Path | None = None) -> None:
        """`folder` has the model's tokenizer.json."""
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        whole = (text or resource(TEXT)).read_text(encoding="utf-8", errors="replace")
        cut = int(len(whole) * (1 - HELD_OUT))
        self._prompts, self._held_out = whole[:cut], whole[cut:]

    def prompt(self, tokens: int, number: int) -> Prompt:
        """A prompt of about `tokens`; each `number` begins with another token."""
        start = number * STEP % max(1, len(self._prompts))
        text = f"{number} {self._prompts[start:]}{self._prompts[:start]}"
        while self._length(text) < tokens:
            text += self._prompts
        return self._cut(text, tokens)

    def windows(self, tokens: int) -> Sequence[Prompt]:
        """Held-out text of about `tokens` in all."""
        found: list[Prompt] = []
        rest = self._held_out
        while sum(len(window.ids) for window in found) < tokens and rest:
            found.append(self._cut(rest, WINDOW))
            rest = rest[len(found[-1].text) :]
        return [window for window in found if len(window.ids) > 1]

    def _cut(self, text: str, tokens: int) -> Prompt:
        offsets = self._tokenizer.encode(text[: 12 * tokens]).offsets
        end = offsets[tokens - 1][1] if len(offsets) > tokens else len(text)
        kept = text[:end]
        return Prompt(kept, tuple(self._tokenizer.encode(kept).ids))

    def _length(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids)
