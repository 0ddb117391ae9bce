"""The view's own words about a message: who speaks, how it ended, what it cost."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.forms.result import result_words
from desktop_llm.ui.icons import Tint

SPOKEN = 4000
"""Characters of a message that are given to a screen reader."""

translate = QCoreApplication.translate


class Mark(NamedTuple):
    """An icon in the header of a message, with words unless it speaks for itself."""

    icon: str
    tint: Tint
    text: str


def speaker(message: Message) -> str:
    """Who wrote `message`."""
    if message.role == "user":
        return translate("MessageList", "You")
    return (
        translate("MessageList", "Assistant")
        if message.role == "assistant"
        else translate("MessageList", "Instructions")
    )


def place(message: Message, number: int, total: int) -> str:
    """The accessible name: speaker and place in the conversation, counted from 1."""
    words = translate("MessageList", "{speaker}, message {number} of {total}")
    words = words.replace("{speaker}", speaker(message))
    return words.replace("{number}", str(number)).replace("{total}", str(total))


def note(message: Message) -> str:
    """How an answer ended, if it did not simply end."""
    if message.state == "stopped":
        return translate("MessageList", "You stopped this answer.")
    if message.state == "interrupted":
        return translate(
            "MessageList", "This answer was interrupted. Everything up to here is kept."
        )
    if result := result_words(message):
        return result
    if is_cut_off(message):
        return translate("MessageList", "The answer reached its length limit.")
    return ""


def is_cut_off(message: Message) -> bool:
    """Whether the answer ended only because its length was limited."""
    record = message.generation
    return message.state == "complete" and record is not None and record.stop_reason == "length"


def can_continue(message: Message) -> bool:
    """Whether the answer can go on where it ended."""
    if message.role != "assistant":
        return False
    return message.state in ("stopped", "interrupted") or is_cut_off(message)


def can_retry(message: Message) -> bool:
    """Whether another answer to the same question can be asked for."""
    return message.role == "assistant" and message.state != "streaming"


def thinking_title(message: Message) -> str:
    """The header of the part that a reasoning model writes before its answer."""
    if message.state == "streaming" and not message.content:
        return translate("MessageList", "Thinking…")
    record = message.generation
    if record is not None and record.thinking_s:
        seconds = QLocale().toString(max(1, round(record.thinking_s)))
        if not record.thinking_tokens:
            return translate("MessageList", "Thought for {n} s").replace("{n}", seconds)
        text = translate("MessageList", "Thought for {n} s, {count} tokens").replace("{n}", seconds)
        return text.replace("{count}", QLocale().toString(record.thinking_tokens))
    return translate("MessageList", "Thought for a while")


def waiting(done: int, total: int) -> str:
    """What happens before the first word; the counts are tokens of the prompt, 0 if unknown."""
    if total <= 0:
        return translate("MessageList", "Getting ready…")
    percent = QLocale().toString(100 * done // total)
    return translate("MessageList", "Reading the prompt… {percent} %").replace("{percent}", percent)


def facts(message: Message, saved: bool) -> str:
    """The small print beside the buttons: length, speed, and whether it is on the disk."""
    parts = []
    if not message.content:
        return ""
    if message.generation is not None:
        count = QLocale().toString(message.generation.new_tokens)
        parts.append(translate("MessageList", "{count} tokens").replace("{count}", count))
        speed = QLocale().toString(message.generation.tokens_per_s, "f", 1)
        parts.append(translate("MessageList", "{speed} tokens/s").replace("{speed}", speed))
    if saved:
        parts.append(translate("MessageList", "Saved"))
    return "  ·  ".join(parts)


def spoken(message: Message, errors: list[str], dimmed: bool = False) -> str:
    """The readable text of `message` for a screen reader, then all that can be seen of it."""
    files = ", ".join(each.name for each in message.attachments[:20])
    votes = {
        "up": translate("MessageList", "You liked this answer"),
        "down": translate("MessageList", "You did not like this answer"),
    }
    said = [votes.get(message.vote, "")]
    said += [mark.text for mark in marks(message, dimmed, unsaved=False)]
    parts = [message.content[:SPOKEN], files, note(message), *errors, *said, time_full(message)]
    return "\n".join(part for part in parts if part)


def ending(message: Message, errors: list[str]) -> str:
    """What is announced when an answer has ended."""
    if message.state == "failed":
        return " ".join([translate("MessageList", "The answer failed."), *errors])
    words = note(message) or translate("MessageList", "The answer is complete.")
    return f"{words} {message.content[:SPOKEN]}"


def time_short(message: Message) -> str:
    """When the message was written: the time alone if that was today."""
    when = _when(message)
    short = QLocale.FormatType.ShortFormat
    if when.date() == QDate.currentDate():
        return QLocale().toString(when.time(), short)
    return QLocale().toString(when, short)


def time_full(message: Message) -> str:
    """When the message was written, with the day in words."""
    when = _when(message)
    day = QLocale().toString(when.date(), QLocale.FormatType.LongFormat)
    text = translate("MessageList", "{day}, {time}")
    return text.replace("{day}", day).replace(
        "{time}", QLocale().toString(when.time(), QLocale.FormatType.ShortFormat)
    )


def _when(message: Message) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(int(message.created_at))


def unseen() -> str:
    """The mark of a message that is left out of the prompt."""
    return translate("MessageList", "The model no longer sees this")


def marks(message: Message, dimmed: bool, unsaved: bool) -> list[Mark]:
    """What the header of a message tells besides who wrote it."""
    found: list[Mark] = []
    if message.vote:
        found.append(Mark(f"thumbs-{message.vote}-fill", "text_muted", ""))
    if message.pinned:
        found.append(Mark("push-pin-fill", "accent", translate("MessageList", "Pinned")))
    if message.correction:
        text = translate("MessageList", "You wrote a better answer")
        found.append(Mark("check-square", "success", text))
    if unsaved:
        text = translate("MessageList", "Edited, not saved")
        found.append(Mark("pencil-simple", "warning", text))
    if dimmed:
        found.append(Mark("eye-slash", "text_muted", unseen()))
    return found
