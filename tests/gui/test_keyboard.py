"""The workspace without a mouse: order of Tab, rings, dialogs, shortcuts, where the focus goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, QPoint, QRect, Qt
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QMainWindow,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop_llm.services.crash_net import CrashReport
from desktop_llm.services.storage import DamageReport
from desktop_llm.storage.backups import Backup
from desktop_llm.storage.errors import StorageDamaged
from desktop_llm.storage.salvage import Salvaged
from desktop_llm.storage.trash import TrashEntry
from desktop_llm.ui.chat.composer import PromptEdit
from desktop_llm.ui.chat.prompt_view import PromptDialog
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.dialogs.attachment_text import AttachmentDialog
from desktop_llm.ui.dialogs.backups import BackupsDialog
from desktop_llm.ui.dialogs.crash import CrashDialog
from desktop_llm.ui.dialogs.damage import DamageDialog
from desktop_llm.ui.dialogs.details import DetailsDialog
from desktop_llm.ui.dialogs.export import ExportDialog
from desktop_llm.ui.dialogs.link import LinkQuestion, usable
from desktop_llm.ui.dialogs.message_text import MessageTextDialog
from desktop_llm.ui.dialogs.rejected import RejectedDialog
from desktop_llm.ui.dialogs.samples import SamplesDialog
from desktop_llm.ui.dialogs.shortcuts import ShortcutsDialog
from desktop_llm.ui.dialogs.trash import TrashDialog
from desktop_llm.ui.models.template_editor import TemplateEditor
from tests.fake_documents import an_attached
from tests.gui.conftest import Desk, find
from tests.gui.conversation_rows import WORK, some
from tests.gui.test_context_bar import plan_of
from tests.values import a_message, a_record

TARGET = 24
"""Pixels that can be hit."""
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


def name_of(widget: QWidget | None) -> str:
    return (widget.objectName() or type(widget).__name__) if widget else ""


def spoken(widget: QWidget) -> str:
    return widget.accessibleName() or str(getattr(widget, "text", str)())


def walk(window: QWidget, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """What Tab reaches, beginning with what has the focus now, until it is reached again."""
    seen: list[QWidget] = []
    while (focused := window.focusWidget()) and focused not in seen:
        seen.append(focused)
        QTest.keyClick(focused, key)
    assert window.focusWidget() is seen[0], (name_of(window.focusWidget()), name_of(seen[0]))
    return seen


def in_order(wanted: tuple[str, ...], names: list[str]) -> bool:
    """Whether `names` has all that is `wanted`, in that order."""
    rest = iter(names)
    return all(name in rest for name in wanted)


def picture(window: QWidget, widget: QWidget) -> QImage:
    """The widget and a little around it, without a blinking cursor."""
    QApplication.processEvents()
    place = QRect(widget.mapTo(window, QPoint()), widget.size()).adjusted(-12, -12, 12, 12)
    return window.grab(place.intersected(window.rect())).toImage()


def has_ring(window: QWidget, widget: QWidget, elsewhere: QWidget) -> bool:
    if isinstance(widget, QPlainTextEdit):
        widget.setCursorWidth(0)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    focused = picture(window, widget)
    elsewhere.setFocus(Qt.FocusReason.TabFocusReason)
    return focused != picture(window, widget)


def check_stops(window: QWidget, stops: list[QWidget]) -> None:
    """Everything is reached forth and back, is named, is large enough and shows the focus."""
    stops[0].setFocus()
    assert walk(window, Qt.Key.Key_Backtab) == [stops[0], *stops[:0:-1]]
    for number, stop in enumerate(stops):
        assert spoken(stop), stop
        assert min(stop.width(), stop.height()) >= TARGET, (name_of(stop), stop.size())
        elsewhere = stops[(number + len(stops) // 2) % len(stops)]
        if elsewhere is not stop:
            assert has_ring(window, stop, elsewhere), name_of(stop)
    reachable = {
        each
        for each in window.findChildren(QWidget)
        if each.isVisible() and each.isEnabled() and each.window() is window
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and not each.focusProxy()
    }
    left_out = {name_of(each) for each in reachable - set(stops)}
    assert left_out <= {"navModels", "navFineTune", *EXCLUSIVE}, left_out


EXCLUSIVE = {"export_html", "export_json", "export_jsonl"}
"""The arrow keys go on from the chosen one of a group."""


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


# Dialogs


def files() -> list[Any]:
    return [an_attached("word", name).attachment for name in ("a.txt", "b.txt")]


def the_answer() -> Any:
    return a_message("assistant", "An answer", generation=a_record())


def samples(desk: Desk) -> QDialog:
    versions = [the_answer(), the_answer()]
    desk.chat.siblings = lambda _: versions  # type: ignore[assignment, method-assign]
    return SamplesDialog(desk.chat, versions[0].id, desk.window)  # type: ignore[arg-type]


def trash(desk: Desk) -> QDialog:
    made = TrashDialog(desk.window)
    made.set_entries([TrashEntry("conversation", each, each, 1e9) for each in "ab"])
    made.view.selectRow(0)
    return made


def backups(desk: Desk) -> QDialog:
    desk.backups.backups = [
        Backup(Path("/b/1"), datetime(2026, 5, day), "auto", 9) for day in (2, 1)
    ]
    service: Any = desk.backups
    return BackupsDialog(service, False, desk.window)


def damage(desk: Desk) -> QDialog:
    backup = Backup(Path("/b/1"), datetime(2026, 5, 1), "auto", 9)
    report = DamageReport(StorageDamaged("/d/broken"), Salvaged(), backup)
    service: Any = desk.backups
    return DamageDialog(report, service, desk.window)


def crash(desk: Desk) -> QDialog:
    facts: dict[str, Any] = dict.fromkeys(CrashReport.__dataclass_fields__, "x")
    return CrashDialog(CrashReport(**facts | {"previous_run": False}), desk.window)


def settings(desk: Desk) -> QDialog:
    desk.window.open_settings()
    return find(desk.window, QDialog, "settingsDialog")


def text(desk: Desk) -> QDialog:
    roles = [("user", "You"), ("assistant", "Assistant")]
    return MessageTextDialog("Insert", "Help", "Save", roles=roles, parent=desk.window)


def link(desk: Desk) -> QDialog:
    url = usable("https://example.org/page")
    assert url
    return LinkQuestion(url, desk.window)


Make = Callable[[Desk], QDialog]
DIALOGS: dict[str, tuple[Make, str, str]] = {
    "file": (lambda d: AttachmentDialog(files(), 0, d.window), "attachmentChoice", "Close"),
    "export": (lambda d: ExportDialog(1, d.window), "export_markdown", "exportGo"),
    "backups": (backups, "backupList", ""),
    "link": (link, "linkCancel", "linkCancel"),
    "text": (text, "messageText", "messageTextSave"),
    "rejected": (
        lambda d: RejectedDialog("Title", "Rows", ["Row", "Why"], [["1", "bad"]], d.window),
        "rejectedTable",
        "closeRejected",
    ),
    "details": (
        lambda d: DetailsDialog(the_answer(), lambda work, done: None, d.window),
        "detailsClose",
        "detailsClose",
    ),
    "samples": (samples, "sample1", ""),
    "crash": (crash, "crashDetails", "crashCloseButton"),
    "damage": (damage, "addFromBackup", "addFromBackup"),
    "trash": (trash, "trashList", "Close"),
    "shortcuts": (
        lambda d: ShortcutsDialog(d.window.menuBar(), d.window),
        "shortcutSearch",
        "Close",
    ),
    "settings": (settings, "settingsPages", "Close"),
    "prompt": (lambda d: PromptDialog(d.services, d.window), "promptTokens", ""),
    "template": (lambda d: TemplateEditor(d.services, d.window), "templateEdit", ""),
}
"""How each is made, what has the focus at first, and what Enter presses."""


@pytest.fixture
def opened(full: Desk) -> Iterator[tuple[Desk, Callable[[str], QDialog]]]:
    full.window.page.composer.setFocus()

    def open_dialog(kind: str) -> QDialog:
        dialog = DIALOGS[kind][0](full)
        dialog.show()
        dialog.activateWindow()
        QApplication.processEvents()
        return dialog

    yield full, open_dialog


def default_button(dialog: QDialog) -> str:
    pressed = [each for each in dialog.findChildren(QPushButton) if each.isDefault()]
    return " ".join(each.objectName() or each.text().replace("&", "") for each in pressed)


def test_every_dialog_is_used_with_the_keyboard_alone(
    opened: tuple[Desk, Callable[[str], QDialog]],
) -> None:
    desk, open_dialog = opened
    for kind, (_, at_first, default) in DIALOGS.items():
        dialog = open_dialog(kind)
        assert name_of(dialog.focusWidget()) == at_first, kind
        assert default_button(dialog) == default, kind
        check_stops(dialog, walk(dialog))
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not (isValid(dialog) and dialog.isVisible()), kind
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert name_of(desk.window.focusWidget()) == "composer", kind


def test_what_deletes_for_good_is_not_what_enter_presses(desk: Desk) -> None:
    dialog = trash(desk)
    dialog.show()
    find(dialog, QPushButton, "trashRemove").click()
    question = find(dialog, QMessageBox, "trashQuestion")
    assert question.defaultButton() is question.button(QMessageBox.StandardButton.Cancel)
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert not question.isVisible()
    dialog.close()


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
