"""The window as a whole: menus, keys, focus, places, settings and another language at run time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_llm.core.generation import GenerationResult
from desktop_llm.ui import i18n, window_place
from desktop_llm.ui.dialogs.settings import PAGES, SettingsDialog
from tests.gui.conftest import Desk, find
from tests.values import a_message, a_result

Speak = Callable[[i18n.Choice], None]

OPERATED = (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QAbstractItemView,
)
NAMES = {
    "mainWindow",
    "navChat",
    "navModels",
    "navFineTune",
    "navSettings",
    "conversationList",
    "newChatButton",
    "conversationSearch",
    "modelPicker",
    "loadButton",
    "messageList",
    "composer",
    "sendButton",
    "systemPromptEdit",
    "temperatureSpin",
    "topPSpin",
    "topKSpin",
    "maxTokensSpin",
    "seedSpin",
    "contextMeter",
    "settingsDialog",
    "languagePicker",
    "themePicker",
    "devicePicker",
}


def menus(desk: Desk) -> list[QMenu]:
    found = [action.menu() for action in desk.window.menuBar().actions()]
    found += [a.menu() for m in found if isinstance(m, QMenu) for a in m.actions() if a.menu()]
    return [menu for menu in found if isinstance(menu, QMenu)]


def operated(parent: QWidget) -> list[QWidget]:
    """Widgets that a person can use, without the parts that Qt makes inside of them."""
    return [
        widget
        for widget in parent.findChildren(QWidget)
        if isinstance(widget, OPERATED)
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
        and not widget.inherits("QComboBoxListView")
        and not widget.window().inherits("QComboBoxPrivateContainer")
    ]


def show_everything(desk: Desk) -> SettingsDialog:
    desk.window.commands["togglePanel"].trigger()
    desk.window.open_settings()
    return find(desk.window, SettingsDialog, "settingsDialog")


def test_every_stable_name_is_there(desk: Desk) -> None:
    show_everything(desk)
    names = {desk.window.objectName()} | {w.objectName() for w in desk.window.findChildren(QWidget)}
    assert names >= NAMES


def test_every_command_is_in_a_menu_and_has_a_text(desk: Desk) -> None:
    in_menus = {action for menu in menus(desk) for action in menu.actions()}
    for action in desk.window.commands.all():
        assert action in in_menus
        assert action.text()


def test_mnemonics_are_unique_in_each_menu(desk: Desk, speak: Speak) -> None:
    languages: list[i18n.Choice] = ["en", "zh_CN"]
    for language in languages:
        speak(language)
        desk.window.build()
        rows = [desk.window.menuBar().actions()] + [menu.actions() for menu in menus(desk)]
        for actions in rows:
            letters = [re.findall("&(.)", action.text().upper()) for action in actions]
            counts = Counter(each[0] for each in letters if each)
            assert all(len(each) == 1 for each, a in zip(letters, actions, strict=True) if a.text())
            assert set(counts.values()) <= {1}, counts


def test_no_two_commands_share_a_key(desk: Desk) -> None:
    keys = Counter(
        shortcut.toString()
        for action in desk.window.commands.all()
        for shortcut in action.shortcuts()
    )
    assert set(keys.values()) == {1}, keys


def test_the_system_menu_of_macos_gets_its_own(desk: Desk) -> None:
    roles = {name: desk.window.commands[name].menuRole() for name in ("about", "settings", "quit")}
    assert roles == {
        "about": QAction.MenuRole.AboutRole,
        "settings": QAction.MenuRole.PreferencesRole,
        "quit": QAction.MenuRole.QuitRole,
    }


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_everything_that_is_operated_is_named_and_large_enough(
    desk: Desk, speak: Speak, language: i18n.Choice
) -> None:
    speak(language)
    desk.window.build()
    dialog = show_everything(desk)
    for page in PAGES:
        dialog.show_page(page)
        QApplication.processEvents()
        for widget in operated(desk.window):
            assert widget.objectName() or widget.inherits("QPushButton"), widget
            if widget.isVisible() and not widget.inherits("QDialogButtonBox"):
                name = widget.accessibleName() or getattr(widget, "text", str)()
                assert name, widget.objectName()
                assert min(widget.width(), widget.height()) >= 24, (
                    widget.objectName(),
                    widget.size(),
                )


@pytest.mark.parametrize("size", [QSize(1024, 640), QSize(1440, 900)])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_text_is_cut_off(
    desk: Desk, qtbot: QtBot, speak: Speak, language: i18n.Choice, size: QSize
) -> None:
    speak(language)
    desk.window.build()
    desk.window.resize(size)
    dialog = show_everything(desk)
    for page in PAGES:
        dialog.show_page(page)
        qtbot.waitUntil(lambda: settled(desk.window))
        for widget in desk.window.findChildren(QWidget):
            if isinstance(widget, QLabel | QAbstractButton) and widget.isVisible():
                assert not is_cut_off(widget), (widget.text(), widget.size(), widget.sizeHint())


def settled(window: QWidget) -> bool:
    """Nothing is waiting to be laid out."""
    before = [w.geometry() for w in window.findChildren(QWidget)]
    QApplication.processEvents()
    return before == [w.geometry() for w in window.findChildren(QWidget)]


def is_cut_off(widget: QLabel | QAbstractButton) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() < widget.heightForWidth(widget.width())
    if widget.inherits("ElidedLabel") or not widget.text():
        return False
    if isinstance(widget, QToolButton) and (
        widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    ):
        return False
    return widget.width() < widget.minimumSizeHint().width()


def test_tab_visits_every_field_once_and_comes_back(desk: Desk, qtbot: QtBot) -> None:
    desk.window.commands["togglePanel"].trigger()
    first = desk.window.focusWidget()
    assert first is not None
    seen: list[QWidget] = []
    for _ in range(100):
        focus = desk.window.focusWidget()
        assert focus is not None
        if focus in seen:
            break
        seen.append(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert desk.window.focusWidget() is first
    expected = {
        w.objectName()
        for w in operated(desk.window)
        if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    assert expected == {w.objectName() for w in seen} & expected


def test_the_smallest_window_fits_a_small_screen(desk: Desk) -> None:
    show_everything(desk)
    smallest = desk.window.minimumSizeHint().expandedTo(desk.window.minimumSize())
    assert smallest.width() <= 1024
    assert smallest.height() <= 640


def test_the_place_of_the_window_is_kept(desk: Desk) -> None:
    desk.window.setGeometry(40, 50, 1100, 700)
    desk.window.close()
    kept = desk.preferences.value.window
    assert (kept["width"], kept["height"], kept["maximized"]) == (1100, 700, False)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (QRect(10, 10, 700, 500), QRect(10, 10, 700, 500)),
        (QRect(3000, 2000, 1000, 700), QRect(200, 200, 1000, 700)),
        (QRect(-500, -500, 3840, 2160), QRect(0, 0, 1200, 900)),
        (QRect(0, 0, 10, 10), QRect(0, 0, 640, 480)),
    ],
)
def test_a_window_comes_back_onto_the_screen(wanted: QRect, expected: QRect) -> None:
    screens = [QRect(0, 0, 1200, 900)]
    assert window_place.clamped(wanted, screens, QSize(640, 480)) == expected


def test_a_window_stays_on_the_screen_that_shows_most_of_it() -> None:
    screens = [QRect(0, 0, 1000, 800), QRect(1000, 0, 1000, 800)]
    placed = window_place.clamped(QRect(1500, 10, 600, 500), screens, QSize(100, 100))
    assert placed == QRect(1400, 10, 600, 500)


def test_settings_apply_at_once_and_are_reset_page_by_page(desk: Desk, qtbot: QtBot) -> None:
    dialog = show_everything(desk)
    dialog.show_page("models")
    device = find(dialog, QComboBox, "devicePicker")
    with qtbot.waitSignal(desk.preferences.changed):
        device.setCurrentIndex(device.findData("cpu"))
        device.activated.emit(device.currentIndex())
    assert desk.preferences.value.model_dump()["device"] == "cpu"
    reset = find(dialog, QAbstractButton, "modelsReset")
    assert reset.isEnabled()
    reset.click()
    assert desk.preferences.value.model_dump()["device"] == "auto"
    assert device.currentData() == "auto"
    assert not reset.isEnabled()


def test_about_opens_the_settings_at_its_page(desk: Desk) -> None:
    desk.window.commands["about"].trigger()
    dialog = find(desk.window, SettingsDialog, "settingsDialog")
    assert dialog.page == "about"
    assert "torch" in find(dialog, QPlainTextEdit, "aboutPackages").toPlainText()
    assert find(dialog, QListWidget, "settingsPages").count() == len(PAGES)


def test_another_language_keeps_what_is_half_done(desk: Desk, speak: Speak) -> None:
    desk.load()
    page = desk.window.page
    desk.chat.show([a_message("user", "Question", id="q"), a_message("assistant", "A", id="a")])
    page.messages.editing.begin("q")
    assert page.messages.editing.editor
    page.messages.editing.editor.field.setPlainText("A better question")
    page.messages.unsaved["elsewhere"] = "Begun"
    page.forms.open("summarise")
    page.form_panel.fields["text"].set_value("A long text")
    speak("zh_CN")
    desk.window.build()
    page = desk.window.page
    assert page.composer.isHidden() and not page.form_panel.isHidden()
    assert page.form_panel.inputs["text"] == "A long text"
    assert page.messages.editing.editor
    assert page.messages.editing.editor.text == "A better question"
    assert page.messages.unsaved["elsewhere"] == "Begun"


def test_another_language_keeps_draft_and_conversation(desk: Desk, speak: Speak) -> None:
    desk.chat.messages = [a_message("user", "hello")]
    desk.window.page.composer.set_text("draft")
    old = desk.window.page
    speak("zh_CN")
    desk.window.build()
    assert desk.window.page is not old
    assert desk.window.page.composer.text == "draft"
    assert not desk.window.page.welcome.isVisible()
    assert find(desk.window, QAbstractButton, "newChatButton").text() == "新对话"
    assert desk.called("refresh_list") == [()]


def test_the_old_contents_hear_the_services_no_more(desk: Desk, qtbot: QtBot) -> None:
    desk.window.build()
    QApplication.sendPostedEvents(None, 52)  # the old contents are deleted
    desk.chat.set_busy(True)
    desk.chat.conversations_changed.emit([])
    desk.load()
    assert find(desk.window, QAbstractButton, "loadButton").text() == "Eject"


def test_the_appearance_menu_sets_the_theme(desk: Desk) -> None:
    desk.window.commands["theme_dark"].trigger()
    assert desk.preferences.value.theme == "dark"
    assert desk.window.commands["theme_dark"].isChecked()


def test_edit_commands_act_where_the_focus_is(desk: Desk) -> None:
    edit = desk.window.page.composer.edit
    edit.setFocus()
    desk.window.page.composer.set_text("some text")
    desk.window.commands["selectAll"].trigger()
    desk.window.commands["copy"].trigger()
    assert QApplication.clipboard().text() == "some text"
    desk.window.commands["cut"].trigger()
    assert desk.window.page.composer.text == ""
    desk.window.commands["undo"].trigger()
    assert desk.window.page.composer.text == "some text"


def test_the_panes_can_be_folded(desk: Desk) -> None:
    page = desk.window.page
    assert page.conversations.isVisible()
    assert not page.panel.isVisible()
    desk.window.commands["toggleList"].trigger()
    desk.window.commands["togglePanel"].trigger()
    assert not page.conversations.isVisible()
    assert page.panel.isVisible()
    desk.window.commands["search"].trigger()
    assert page.conversations.isVisible()


def test_the_status_bar_tells_what_conversations_take_of_the_memory(desk: Desk) -> None:
    memory = find(desk.window, QLabel, "statusMemory")
    desk.load()
    assert memory.text() == "Memory of the model: 2.0 MB"
    desk.inference.finished.emit("r", replace(a_result("r"), cache_bytes=5_000_000))
    assert memory.text() == "Memory of the model: 2.0 MB, of conversations: 5.0 MB"
    desk.inference.stopped.emit("s", GenerationResult("s", ()))
    assert "5.0 MB" in memory.text()
    desk.load("other")
    assert "conversations" not in memory.text()
