"""What the model will see of a data set: tokens, the loss mask, and lengths. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MaskState = Literal["trained", "ignored", "cut"]


@dataclass(frozen=True)
class PreviewToken:
    """One token as people read it; `special` ones are control tokens."""

    id: int
    text: str
    state: MaskState
    special: bool = False


@dataclass(frozen=True)
class RowTokens:
    """One row as the model sees it.

    `stop_learned`: the token that ends an answer is in the loss (None where the task has none);
    `label`: what a classifier should say.
    """

    file: int
    line: int
    tokens: tuple[PreviewToken, ...]
    stop_learned: bool | None = None
    label: str = ""


@dataclass(frozen=True)
class TokenReport:
    """Preview rows, and the lengths of all rows (at most `MAX_LENGTHS`, then a sample)."""

    rows: tuple[RowTokens, ...]
    lengths: tuple[int, ...]
    """Tokens of each row before cutting, in the order of the rows."""
    trained: tuple[int, ...]
    """Tokens of each row that are in the loss, after cutting."""
    stop_learned: bool | None
    """Whether the end of an answer is learned; None where the task has none."""
    model_limit: int
    """Tokens that the model can read at most."""


MAX_LENGTHS = 20_000
