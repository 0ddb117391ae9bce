"""The workspace without a mouse: order of Tab, rings, dialogs, shortcuts, where the focus goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMainWindow,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from desktop_llm.ui.areas import tab_in_order
from desktop_llm.ui.chat.composer import PromptEdit
from desktop_llm.ui.commands import Commands
from tests.fake_documents import an_attached
from tests.gui.conftest import Desk, find
from tests.gui.conversation_rows import WORK, some
from tests.gui.keyboard import check_stops, name_of, walk
from tests.gui.test_context_bar import plan_of
from tests.values import a_message, a_record

READING = (
    *("navChat", "navSettings"),
    *("newChatButton", "newFolderButton", "conversationSearch", "conversationList", "trashButton"),
    *("toggleListButton", "modelPicker", "loadButton", "togglePanelButton"),
    *("findField", "findCase", "findClose"),
    *("messageList", "message", "copyButton", "editButton", "moreButton"),
    *("message", "copyCodeButton", "copyButton", "retryButton", "moreButton"),
    *("contextBar", "contextPolicyButton", "showPromptButton"),
    *("attachmentName", "removeAttachment", "composer", "attachButton", "tasksButton"),
    *("sendButton", "presetPicker", "systemPromptEdit", "temperatureSpin", "stopStringsEdit"),
)
"""What Tab comes by, among other things."""


def in_order(wanted: tuple[str, ...], names: list[str]) -> bool:
    """Whether `names` has all that is `wanted`, in that order."""
    rest = iter(names)
    return all(name in rest for name in wanted)


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A window that shows nearly everything, with a short conversation."""
    desk.load()
    desk.window.resize(1400, 1100)
    desk.chat.folders_changed.emit([WORK])
    desk.chat.conversations_changed.emit(some(3))
    code = "Text\n```python\nx = 1\n```\n"
    talk = [a_message("user", "Question"), a_message("assistant", code, generation=a_record())]
    desk.chat.show(talk)
    desk.context.planned.emit(plan_of(talk))
    desk.window.commands["togglePanel"].trigger()
    page = desk.window.page
    page.attachments.add_files([Path("/files/a.txt")])
    desk.documents.deliver(an_attached("word " * 20, "a.txt"))
    page.composer.set_text("Hello")
    desk.window.commands["find"].trigger()
    QApplication.processEvents()
    return desk


def test_tab_goes_in_the_order_of_reading_and_everything_shows_the_focus(full: Desk) -> None:
    window = full.window
    find(window, QWidget, "navChat").setFocus()
    stops = walk(window)
    names = [name_of(stop) for stop in stops]
    assert in_order(READING, names), names
    check_stops(window, stops)


def test_tab_goes_through_the_inputs_of_a_form_one_after_another(desk: Desk) -> None:
    for form in ("sentiment", "translate"):  # the second has other fields than the first
        desk.window.commands[f"form_{form}"].trigger()
        QApplication.processEvents()
    names = [name_of(stop) for stop in walk(desk.window)]
    wanted = ("formClose", "formInput_from", "formInput_to", "formInput_text", "formInput_textFile")
    start = names.index("formClose")
    assert in_order((*wanted, "formPromptToggle", "formRun"), names[start:] + names[:start]), names


def test_fields_that_are_gone_take_nothing_else_with_them(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    fields = QWidget(window)
    QLineEdit(fields)
    page = QScrollArea(window)
    viewport = page.viewport()
    tab_in_order([fields, page])
    delete(fields)
    assert isValid(viewport)


def test_f6_goes_from_area_to_area_and_back(full: Desk) -> None:
    window, page = full.window, full.window.page
    areas = [area for area in full.window.places.areas if area.isVisible()]
    page.composer.setFocus()
    reached = []
    for _ in areas:
        window.commands["nextArea"].trigger()
        focused = QApplication.focusWidget()
        reached += [area for area in areas if focused and area.isAncestorOf(focused)]
    assert reached == [areas[-1], *areas[:-1]]
    window.commands["previousArea"].trigger()
    assert page.panel.isAncestorOf(QApplication.focusWidget() or window) is False
    assert page.context.isAncestorOf(QApplication.focusWidget() or window)


# Shortcuts

EXPECTED = {
    "newChat": "Ctrl+N",
    "find": "Ctrl+F",
    "search": "Ctrl+Shift+F",
    "palette": "Ctrl+K",
    "settings": "Ctrl+,",
    "toggleList": "F9",
    "togglePanel": "F8",
    "focusComposer": "Ctrl+L",
    "nextArea": "F6",
    "nextConversation": "Ctrl+PgDown",
    "previousConversation": "Ctrl+PgUp",
    "messageCopy": "Ctrl+Shift+C",
    "messageCopyCode": "Ctrl+Shift+X",
    "messageEdit": "Ctrl+E",
    "retry": "Ctrl+R",
    "delete": "Del",
    "rename": "F2",
    "stop": "Esc",
}
EDITING = {"undo", "redo", "cut", "copy", "paste", "selectAll"}
"""Commands that mean what the field does anyway."""


@pytest.fixture
def commands(qtbot: QtBot) -> Iterator[Commands]:
    window = QMainWindow()
    qtbot.addWidget(window)
    yield Commands(window)


def test_keys_are_those_that_people_know(commands: Commands) -> None:
    keys = {name: [each.toString() for each in commands[name].shortcuts()] for name in EXPECTED}
    assert {name: each[0] for name, each in keys.items()} == EXPECTED


def first(keys: QKeySequence) -> QKeyCombination:
    return keys[0]  # type: ignore[index, no-any-return]


def taken(field: QWidget, keys: QKeySequence) -> bool:
    """Whether a field keeps a key for itself, so that no command gets it."""
    pressed = first(keys)
    event = QKeyEvent(QEvent.Type.ShortcutOverride, pressed.key(), pressed.keyboardModifiers())
    event.ignore()
    QApplication.sendEvent(field, event)
    return event.isAccepted()


def test_a_key_of_a_command_is_no_key_of_a_text_field(commands: Commands, qtbot: QtBot) -> None:
    fields = (PromptEdit(), QLineEdit())
    for field in fields:
        qtbot.addWidget(field)
    for action in commands.all():
        of_a_widget = action.shortcutContext() == Qt.ShortcutContext.WidgetShortcut
        if action.objectName() not in EDITING and not of_a_widget:
            for keys in action.shortcuts():
                assert not any(taken(field, keys) for field in fields), keys.toString()


def test_no_command_has_a_key_that_types_something(commands: Commands) -> None:
    control_or_alt = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    for action in commands.all():
        for keys in action.shortcuts():
            modifiers = first(keys).keyboardModifiers() & control_or_alt
            assert modifiers or first(keys).key() >= Qt.Key.Key_Escape, keys.toString()
            # AltGr is Ctrl+Alt, and with letters it types in many languages.
            assert modifiers != control_or_alt, keys.toString()


# What the keys do, and where the focus is afterwards


def test_next_and_previous_conversation_stop_at_the_ends(full: Desk) -> None:
    for name in ("next", "next", "next", "next", "previous"):
        full.window.commands[f"{name}Conversation"].trigger()
        opened = full.called("open")
        if opened:  # the service opens it
            full.window.page.conversations.set_current(opened[-1][0])
    assert [ids for (ids,) in full.called("open")] == ["c0", "c1", "c2", "c1"]


def test_the_last_block_of_code_is_copied(full: Desk) -> None:
    full.window.commands["messageCopyCode"].trigger()
    assert QApplication.clipboard().text().strip() == "x = 1"


def test_commands_of_the_chat_show_it_first(full: Desk) -> None:
    for name in ("newChat", "focusComposer", "find", "search"):
        full.window.places.turn_to("navModels")
        full.window.commands[name].trigger()
        assert full.window.places.shown == "navChat", name
        focused = full.window.focusWidget()
        assert focused and full.window.page.isAncestorOf(focused), name


def test_esc_closes_the_find_bar_from_each_of_its_buttons(full: Desk) -> None:
    bar = full.window.page.find_bar
    for stop in ("findField", "findCase", "findClose"):
        full.window.page.composer.setFocus()
        full.window.commands["find"].trigger()
        widget = find(bar, QWidget, stop)
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Escape)
        assert not bar.isVisible(), stop
        assert name_of(full.window.focusWidget()) == "composer", stop


def test_the_focus_goes_back_to_the_composer_or_to_the_message(full: Desk) -> None:
    window, page = full.window, full.window.page
    page.composer.button.setFocus()
    QTest.keyClick(page.composer.button, Qt.Key.Key_Space)
    assert full.called("send")
    assert name_of(window.focusWidget()) == "composer"
    QTest.keyClick(page.composer.edit, Qt.Key.Key_Up)
    assert name_of(window.focusWidget()) == "messageEdit"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert name_of(window.focusWidget()) == "message"
    full.chat.show(full.chat.messages[:1])
    assert window.focusWidget() and page.messages.isVisible()
    assert name_of(window.focusWidget()) in ("message", "messageList")


def test_without_conversations_the_list_gives_the_focus_to_a_place_of_use(full: Desk) -> None:
    view = full.window.page.conversations.view
    view.setFocus()
    full.chat.conversations_changed.emit([])
    full.chat.folders_changed.emit([])
    assert name_of(full.window.focusWidget()) == "newChatButton"
