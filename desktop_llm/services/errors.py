"""What can go wrong in the services themselves, told in three sentences each."""

from __future__ import annotations

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP


class ContextFull(ExpectedError):
    """A conversation is too long for the model, and the person wants to decide what is left out.

    All in tokens: the prompt, what the model reads and writes together, and the room for the
    answer.
    """

    happened = QT_TRANSLATE_NOOP(
        "core",
        "The conversation is {tokens} tokens long and {reserved} are kept for the answer, but this "
        "model takes at most {limit} together.",
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was sent or left out, and your message is kept.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Choose what may be left out, shorten your message, or start a new conversation.",
    )

    def __init__(self, tokens: int, limit: int, reserved: int = 0) -> None:
        super().__init__(tokens=tokens, limit=limit, reserved=reserved)
