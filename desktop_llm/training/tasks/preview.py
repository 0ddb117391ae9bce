"""Rows as people read them, token by token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desktop_llm.engine.detokenizer import Detokenizer
from desktop_llm.engine.prompt_tokens import control_ids
from desktop_llm.training.tasks.task import IGNORED
from desktop_llm.training.tokens import MaskState, PreviewToken

MOST_TOKENS = 4_000
"""More of a row nobody reads, and the window would get slow."""


def row_limit(tokenizer: Any, max_length: int) -> int:
    """How many tokens of a row are kept: no more than the model can read."""
    return int(min(max_length, tokenizer.model_max_length))


def preview_tokens(
    tokenizer: Any, ids: Sequence[int], labels: Sequence[int], cut: int
) -> list[PreviewToken]:
    """The first `MOST_TOKENS` of `ids` with their state; those from `cut` on are cut off.

    A character that takes several tokens is the text of its last one, and the others have none.
    """
    text = Detokenizer(tokenizer)
    special = control_ids(tokenizer)
    tokens: list[PreviewToken] = []
    for place, (token, label) in enumerate(zip(ids[:MOST_TOKENS], labels, strict=False)):
        state: MaskState = "ignored" if label == IGNORED else "trained"
        state = "cut" if place >= cut else state
        if token in special:
            name = str(tokenizer.decode([token], skip_special_tokens=False))
            tokens.append(PreviewToken(token, name, state, special=True))
        else:
            tokens.append(PreviewToken(token, text.push(token), state))
    return tokens
