"""What can be done with a message: one table for menu bar, context menu and … button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from desktop_llm.core.conversation import Message
from desktop_llm.core.text import QT_TRANSLATE_NOOP

Run = Callable[..., object]
"""Does the command whose name comes first."""


@dataclass(frozen=True)
class Situation:
    """What besides the message itself decides which commands apply to it."""

    message: Message
    busy: bool = False
    """An answer is being written in the conversation, so its tree stays as it is."""
    version: tuple[int, int] = (1, 1)
    """Number, from 1, and count."""


Applies = Callable[[Situation], bool]


def _always(_: Situation) -> bool:
    return True


def _has_text(now: Situation) -> bool:
    return bool(now.message.content)


def _at_rest(now: Situation) -> bool:
    return not now.busy and now.message.state != "streaming"


def _is_answer(now: Situation) -> bool:
    return now.message.role == "assistant" and now.message.state != "streaming"


def _answer_at_rest(now: Situation) -> bool:
    return _is_answer(now) and not now.busy


def _has_facts(now: Situation) -> bool:
    return _is_answer(now) and now.message.generation is not None


def _was_made_here(now: Situation) -> bool:
    """Servers cannot repeat an answer exactly."""
    record = now.message.generation
    return _has_facts(now) and record is not None and record.engine != "remote"


@dataclass(frozen=True)
class Command:
    """One line of a menu. `checked` makes it a line with a tick."""

    name: str
    text: str
    applies: Applies = _always
    shortcut: str = ""
    section: int = 0
    """Lines of one section stand together."""
    group: str = ""
    """The submenu that it is in."""
    checked: Applies | None = None
    in_row: bool = False
    """Has a button of its own below the message."""


_RETRY = QT_TRANSLATE_NOOP("MessageCommands", "Try &again")
_INSERT = QT_TRANSLATE_NOOP("MessageCommands", "&Insert a message")
_ROLE = QT_TRANSLATE_NOOP("MessageCommands", "Change the &role")

COMMANDS: tuple[Command, ...] = (
    Command(
        "messageCopy", QT_TRANSLATE_NOOP("MessageCommands", "&Copy as Markdown"), _has_text,
        "Ctrl+Shift+C", in_row=True,
    ),
    Command(
        "messageCopyPlain", QT_TRANSLATE_NOOP("MessageCommands", "Copy as plain &text"), _has_text,
    ),
    Command(
        "messageCopyCode", QT_TRANSLATE_NOOP("MessageCommands", "Copy the last code bloc&k"),
        lambda now: "```" in now.message.content, "Ctrl+Shift+X",
    ),
    Command(
        "messageQuote", QT_TRANSLATE_NOOP("MessageCommands", "&Quote in the message field"),
        _has_text, "Ctrl+Shift+Q",
    ),
    Command(
        "versionBack", QT_TRANSLATE_NOOP("MessageCommands", "&Previous version"),
        lambda now: _at_rest(now) and now.version[0] > 1, "Ctrl+[", section=1, in_row=True,
    ),
    Command(
        "versionNext", QT_TRANSLATE_NOOP("MessageCommands", "&Next version"),
        lambda now: _at_rest(now) and now.version[0] < now.version[1], "Ctrl+]", section=1,
        in_row=True,
    ),
    Command(
        "messageCompare", QT_TRANSLATE_NOOP("MessageCommands", "Compare the &versions…"),
        lambda now: now.version[1] > 1, section=1,
    ),
    Command(
        "retryOne", QT_TRANSLATE_NOOP("MessageCommands", "&One more answer"), _answer_at_rest,
        section=1, group=_RETRY, in_row=True,
    ),
    Command(
        "retryTwo", QT_TRANSLATE_NOOP("MessageCommands", "&Two answers side by side"),
        _answer_at_rest, section=1, group=_RETRY, in_row=True,
    ),
    Command(
        "retryFour", QT_TRANSLATE_NOOP("MessageCommands", "&Four answers side by side"),
        _answer_at_rest, section=1, group=_RETRY, in_row=True,
    ),
    Command(
        "messageContinue", QT_TRANSLATE_NOOP("MessageCommands", "C&ontinue the answer"),
        lambda now: _answer_at_rest(now) and bool(now.message.content), "Ctrl+Shift+Return",
        section=1,
    ),
    Command(
        "messageEdit", QT_TRANSLATE_NOOP("MessageCommands", "&Edit"),
        lambda now: now.message.state != "streaming", "Ctrl+E", section=2, in_row=True,
    ),
    Command(
        "messageBranch", QT_TRANSLATE_NOOP("MessageCommands", "&Branch from here"), _at_rest,
        "Ctrl+Shift+B", section=2,
    ),
    Command(
        "messageFork", QT_TRANSLATE_NOOP("MessageCommands", "New conversation &from here"),
        _at_rest, section=2,
    ),
    Command(
        "insertBefore", QT_TRANSLATE_NOOP("MessageCommands", "&Before this one…"), _at_rest,
        section=2, group=_INSERT,
    ),
    Command(
        "insertAfter", QT_TRANSLATE_NOOP("MessageCommands", "&After this one…"), _at_rest,
        section=2, group=_INSERT,
    ),
    Command(
        "roleUser", QT_TRANSLATE_NOOP("MessageCommands", "&You"), _at_rest, section=2,
        group=_ROLE, checked=lambda now: now.message.role == "user",
    ),
    Command(
        "roleAssistant", QT_TRANSLATE_NOOP("MessageCommands", "&Assistant"), _at_rest, section=2,
        group=_ROLE, checked=lambda now: now.message.role == "assistant",
    ),
    Command(
        "roleSystem", QT_TRANSLATE_NOOP("MessageCommands", "&Instructions"), _at_rest, section=2,
        group=_ROLE, checked=lambda now: now.message.role == "system",
    ),
    Command(
        "messagePin", QT_TRANSLATE_NOOP("MessageCommands", "Pin to the conte&xt"),
        lambda now: now.message.state != "streaming", "Ctrl+Shift+D", section=3,
        checked=lambda now: now.message.pinned,
    ),
    Command(
        "rateUp", QT_TRANSLATE_NOOP("MessageCommands", "&Good answer"), _is_answer, section=3,
        checked=lambda now: now.message.vote == "up", in_row=True,
    ),
    Command(
        "rateDown", QT_TRANSLATE_NOOP("MessageCommands", "Ba&d answer"), _is_answer, section=3,
        checked=lambda now: now.message.vote == "down", in_row=True,
    ),
    Command(
        "messageCorrect", QT_TRANSLATE_NOOP("MessageCommands", "&Write a better answer…"),
        _is_answer, section=3,
    ),
    Command(
        "messageDetails", QT_TRANSLATE_NOOP("MessageCommands", "Detail&s of the answer…"),
        _has_facts, "Ctrl+I", section=4,
    ),
    Command(
        "messageReproduce", QT_TRANSLATE_NOOP("MessageCommands", "R&un again exactly…"),
        lambda now: _was_made_here(now) and not now.busy, section=4,
    ),
    Command(
        "deleteVersion",
        QT_TRANSLATE_NOOP("MessageCommands", "De&lete this version and what follows it"), _at_rest,
        section=5,
    ),
    Command(
        "deleteMessage", QT_TRANSLATE_NOOP("MessageCommands", "Delete only this &message"),
        _at_rest, section=5,
    ),
)  # fmt: skip

BY_NAME = {command.name: command for command in COMMANDS}


def translated(text: str) -> str:
    """A string of the table in the language of the window."""
    return QCoreApplication.translate("MessageCommands", text)


def fill(
    menu: QMenu, action_of: Callable[[Command], QAction], commands: Sequence[Command] = COMMANDS
) -> None:
    """Put `commands` into `menu`, in sections and submenus."""
    for _, section in groupby(commands, key=lambda each: each.section):
        menu.addSeparator()
        for group, members in groupby(section, key=lambda each: each.group):
            place = menu.addMenu(translated(group)) if group else menu
            for command in members:
                place.addAction(action_of(command))


def fill_for(menu: QMenu, now: Situation, run: Run, commands: Sequence[Command]) -> None:
    """Put those of `commands` into `menu` that apply now; the others would only be in the way."""
    fill(
        menu,
        lambda command: _action(menu, command, now, run),
        [command for command in commands if command.applies(now)],
    )


def _action(menu: QMenu, command: Command, now: Situation, run: Run) -> QAction:
    action = QAction(translated(command.text), menu)
    action.setObjectName(command.name)
    if command.shortcut:
        action.setShortcut(QKeySequence(command.shortcut))
    update(action, command, now)
    action.triggered.connect(partial(run, command.name))
    return action


def update(action: QAction, command: Command, now: Situation | None) -> None:
    """Enable and tick `action` as the message demands; None: there is no message."""
    action.setEnabled(now is not None and command.applies(now))
    if command.checked is not None:
        action.setCheckable(True)
        action.setChecked(now is not None and command.checked(now))
