"""From the messages that are shown to the turns that the model gets, and to a title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop_llm.core.conversation import Attachment, Message
from desktop_llm.core.generation import ChatMessage

TITLE_LENGTH = 48


def attached_text(attachment: Attachment) -> str:
    """A file as the model reads it: named, and marked where it ends."""
    name = " ".join(attachment.name.split())
    if not attachment.in_prompt:
        return f"===== {name} ====="
    return f"===== {name} =====\n{attachment.text.strip()}\n===== end of {name} ====="


def turn_parts(message: Message) -> list[str]:
    """What the model reads of a message: its files, then its words."""
    files = [attached_text(attachment) for attachment in message.attachments]
    return [*files, message.content] if message.content else files


def turn_text(message: Message) -> str:
    """The same as one text."""
    return "\n\n".join(turn_parts(message))


def prompt_messages(system_prompt: str, path: Iterable[Message]) -> tuple[ChatMessage, ...]:
    """The turns of `path` after the system prompt, taking turns as chat templates demand it.

    Thinking goes along; the template decides about it. A reply without text is skipped, and
    neighbours of one role are joined.
    """
    turns = [ChatMessage("system", system_prompt)] if system_prompt.strip() else []
    for message in path:
        text = turn_text(message)
        if not text:
            continue
        turn = ChatMessage(message.role, text, message.thinking)
        if turns and turns[-1].role == turn.role:
            turns[-1] = _joined(turns[-1], turn)
        else:
            turns.append(turn)
    return tuple(turns)


def _joined(first: ChatMessage, second: ChatMessage) -> ChatMessage:
    thinking = "\n\n".join(each.thinking for each in (first, second) if each.thinking)
    return ChatMessage(first.role, f"{first.content}\n\n{second.content}", thinking)


def first_words(path: Sequence[Message]) -> str:
    """The title of a conversation that has no other: its first words, or the names of its files."""
    if not path:
        return ""
    names = ", ".join(attachment.name for attachment in path[0].attachments)
    return title_of(path[0].content.strip() or names)


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
