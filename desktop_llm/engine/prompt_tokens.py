"""Texts and prompts as tokens: how long they are, what each one is, where to cut them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from desktop_llm.core.generation import PromptToken
from desktop_llm.engine.detokenizer import Detokenizer

BATCH = 512
"""Texts that are counted at once."""

SOFT_END = 8
"""The last eighth of a window is looked through for a good place to end it."""

BREAKS = ("\n", "。", ". ", " ")
"""Where a window had better end, best first."""


def control_ids(tokenizer: Any) -> frozenset[int]:
    """Tokens that are control and not text, those included that only the chat template means so."""
    named = set(tokenizer.chat_control_tokens or ())
    added = tokenizer.added_tokens_decoder.items()
    marked = {number for number, token in added if token.special or token.content in named}
    return frozenset(marked | set(tokenizer.all_special_ids))


def explain_ids(tokenizer: Any, ids: Sequence[int]) -> list[PromptToken]:
    """Each token with its text; a character of several tokens is the text of its last one."""
    text = Detokenizer(tokenizer)
    special = control_ids(tokenizer)
    return [
        PromptToken(token, str(tokenizer.decode([token], skip_special_tokens=False)), True)
        if token in special
        else PromptToken(token, text.push(token))
        for token in ids
    ]


def text_lengths(tokenizer: Any, texts: Sequence[str]) -> list[int]:
    """Tokens of each text by itself; control tokens in it are text."""
    lengths: list[int] = []
    for start in range(0, len(texts), BATCH):
        batch = list(texts[start : start + BATCH])
        lengths += map(len, _encode(tokenizer, batch)["input_ids"])
    return lengths


def split_text(tokenizer: Any, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
    """Spans of characters that cover `text`, each of at most `window` tokens by itself.

    A span begins about `overlap` tokens before the end of the one before it, and ends between
    words if that costs little. A single character is never cut, however many tokens it takes.
    """
    starts = _token_starts(tokenizer, text)
    window = max(1, window)
    overlap = min(max(0, overlap), window - 1)
    spans: list[tuple[int, int]] = []
    begin = end = 0
    while end < len(text):
        before, end = end, _end_of_window(tokenizer, text, starts, begin, window)
        if end <= before:  # the overlap took all of the window
            begin, end = before, _end_of_window(tokenizer, text, starts, before, window)
        spans.append((begin, end))
        back = max(0, bisect_left(starts, end) - overlap)
        begin = min(end, max(starts[back] if back < len(starts) else end, begin + 1))
    return spans


def _end_of_window(tokenizer: Any, text: str, starts: list[int], begin: int, window: int) -> int:
    """Where the span from `begin` ends: a cut text can have other tokens, so it is counted."""
    first = bisect_left(starts, begin)
    last = first + window
    while True:
        end = starts[last] if last < len(starts) else len(text)
        if end <= begin + 1:
            return begin + 1
        if end < len(text):
            end = _good_end(text, max(begin + 1, end - (end - begin) // SOFT_END), end)
        excess = text_lengths(tokenizer, [text[begin:end]])[0] - window
        if excess <= 0:
            return end
        last = min(last, len(starts)) - excess


def _good_end(text: str, low: int, high: int) -> int:
    for mark in BREAKS:
        place = text.rfind(mark, low, high)
        if place >= 0:
            return place + len(mark)
    return high


def _token_starts(tokenizer: Any, text: str) -> list[int]:
    """The character at which each token begins; about there where the tokenizer cannot tell."""
    if tokenizer.is_fast:
        offsets = _encode(tokenizer, text, return_offsets_mapping=True)["offset_mapping"]
        return [start for start, _ in offsets]
    count = len(_encode(tokenizer, text)["input_ids"])
    return [number * len(text) // count for number in range(count)]


def _encode(tokenizer: Any, text: str | list[str], **more: bool) -> Any:
    return tokenizer(
        text,
        add_special_tokens=False,
        split_special_tokens=True,
        return_attention_mask=False,
        **more,
    )
