"""From the messages that are shown to the turns that the model gets, and to a title."""

from __future__ import annotations

from collections.abc import Iterable

from desktop_llm.core.conversation import Message
from desktop_llm.core.generation import ChatMessage

TITLE_LENGTH = 48


def prompt_messages(system_prompt: str, path: Iterable[Message]) -> tuple[ChatMessage, ...]:
    """The turns of `path` after the system prompt, taking turns as chat templates demand it.

    Thinking is left out. A reply without text is skipped, and neighbours of one role are joined.
    """
    turns = [ChatMessage("system", system_prompt)] if system_prompt.strip() else []
    for message in path:
        if not message.content:
            continue
        if turns and turns[-1].role == message.role:
            joined = f"{turns[-1].content}\n\n{message.content}"
            turns[-1] = ChatMessage(message.role, joined)
        else:
            turns.append(ChatMessage(message.role, message.content))
    return tuple(turns)


def title_of(text: str) -> str:
    """The first words of a message, on one line."""
    words = " ".join(text[: TITLE_LENGTH * 4].split())
    if len(words) <= TITLE_LENGTH:
        return words
    cut = words[:TITLE_LENGTH]
    whole = cut if words[TITLE_LENGTH] == " " else cut.rpartition(" ")[0]
    return (whole if len(whole) > TITLE_LENGTH // 2 else cut).rstrip() + "…"


def whole_characters(text: str) -> str:
    """`text` as UTF-8 can carry it: halves of a split emoji are joined, or become U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
