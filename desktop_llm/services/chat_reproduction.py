"""What comes of writing an answer once more under the conditions of its record."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import Text


@dataclass(frozen=True)
class Reproduction:
    """Whether the answer came out the same."""

    message_id: str
    identical: bool
    text: str
    """As it came this time."""
    first_difference: int | None = None
    """The number of the first token that differs, from 0."""
    conditions: tuple[Text, ...] = ()
    """What is not as the record says: revision, number format, threads, versions …"""
    error: ExpectedError | None = None
