"""The row below a message: which buttons it has, in which order, and what they say and show."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages import words

Version = tuple[int, int]
"""The number of a version, from 1, and how many there are."""

GLYPHS = {
    "copyButton": "copy",
    "copyCodeButton": "copy",
    "retryButton": "arrow-clockwise",
    "samplesButton": "caret-down",
    "continueButton": "play",
    "editButton": "pencil-simple",
    "upButton": "thumbs-up",
    "downButton": "thumbs-down",
    "moreButton": "dots-three",
    "versionBack": "caret-left",
    "versionNext": "caret-right",
    "thinkingButton": "caret-right",
    "tryAgainButton": "arrow-clockwise",
    "attachmentButton": "file-text",
}
ALWAYS_SHOWN = frozenset(
    ("thinkingButton", "tryAgainButton", "versionBack", "versionNext", "attachmentButton")
)
"""Shown although neither the mouse nor the keyboard is at the message."""
WITH_WORDS = frozenset(("continueButton", "tryAgainButton", "thinkingButton"))
NARROW = frozenset(("samplesButton", "versionBack", "versionNext"))
NEED_REST = NARROW | {"retryButton", "continueButton", "tryAgainButton"}
"""Of no use while an answer is being written in the conversation."""

translate = QCoreApplication.translate


def row_of(message: Message, version: Version | None) -> list[str]:
    """The names of the row's parts from one side to the other; "versionLabel" is no button."""
    switcher = ["versionBack", "versionLabel", "versionNext"] if version else []
    copy = ["copyButton"] if message.content else []
    if message.role == "user":  # at the right: what is always shown stands at the edge
        return [*copy, "editButton", "moreButton", *switcher]
    if message.role == "system":
        return [*switcher, *copy, "editButton", "moreButton"]
    retry = ["retryButton", "samplesButton"] if message.state != "failed" else []
    votes = ["upButton", "downButton"] if message.content else []
    on = ["continueButton"] if words.can_continue(message) else []
    return [*switcher, *copy, *retry, "editButton", *votes, "moreButton", *on]


def label(name: str, message: Message, version: Version | None = None) -> str:
    """The accessible name of a button, which is its tooltip too."""
    labels = {
        "copyButton": translate("MessageFrame", "Copy message"),
        "copyCodeButton": translate("MessageFrame", "Copy code"),
        "retryButton": translate("MessageFrame", "Try again"),
        "samplesButton": translate("MessageFrame", "Try again with several answers"),
        "tryAgainButton": translate("MessageFrame", "Try again"),
        "continueButton": translate("MessageFrame", "Continue"),
        "editButton": translate("MessageFrame", "Edit"),
        "upButton": translate("MessageFrame", "Good answer"),
        "downButton": translate("MessageFrame", "Bad answer"),
        "moreButton": translate("MessageFrame", "More"),
        "versionBack": translate("MessageFrame", "Previous version"),
        "versionNext": translate("MessageFrame", "Next version"),
    }
    if name == "thinkingButton":
        return words.thinking_title(message)
    if name == "versionLabel":
        number, count = version or (1, 1)
        text = translate("MessageFrame", "Version {number} of {count}")
        return text.replace("{number}", str(number)).replace("{count}", str(count))
    return labels[name]


def version_text(version: Version) -> str:
    """What stands between the arrows."""
    locale = QLocale()
    return f"{locale.toString(version[0])}/{locale.toString(version[1])}"


def glyph(name: str, message: Message) -> str:
    """The icon of a button; votes that were given are filled."""
    given = (name == "upButton" and message.vote == "up") or (
        name == "downButton" and message.vote == "down"
    )
    return GLYPHS[name] + "-fill" * given


def is_enabled(name: str, version: Version | None, busy: bool) -> bool:
    """Whether a button can do anything now."""
    if busy and name in NEED_REST:
        return False
    number, count = version or (1, 1)
    return not (name == "versionBack" and number <= 1) and not (
        name == "versionNext" and number >= count
    )
