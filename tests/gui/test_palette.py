"""Every command is in a menu, in the sheet of shortcuts, and a few letters away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from shiboken6 import isValid

from desktop_llm.ui.commands import plain_text
from desktop_llm.ui.dialogs.palette import ENTRY_ROLE, Palette
from desktop_llm.ui.dialogs.shortcuts import ShortcutsDialog
from desktop_llm.ui.palette_entries import Entry, command_entries, found
from tests.values import a_conversation


@pytest.fixture
def palette(desk):
    desk.window.show()
    soup, trip = a_conversation(title="Soup for two"), a_conversation(title="Trip to 罗马")
    desk.chat.conversations_changed.emit([soup, trip])
    desk.window.commands["palette"].trigger()
    opened = desk.window.findChild(Palette, "palette")
    assert opened is not None
    yield opened
    if isValid(opened):
        opened.close()


def is_open(palette):
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return isValid(palette) and palette.isVisible()


def shown(palette):
    model = palette.view.model()
    return [model.index(row, 0).data(ENTRY_ROLE).title for row in range(model.rowCount())]


def test_a_command_is_found_by_some_letters_and_run_by_enter(desk, palette):
    QTest.keyClicks(palette.search, "new ch")
    assert shown(palette)[0] == "New chat"
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert desk.called("new_conversation")
    assert not is_open(palette)


def test_the_arrow_keys_choose_while_one_types(desk, palette):
    QTest.keyClicks(palette.search, "light")
    before = palette.view.currentIndex().row()
    QTest.keyClicks(palette.search, "\b\b\b\b")
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.view.currentIndex().row() == before + 1


def test_conversations_and_models_are_found_beside_the_commands(desk, palette):
    palette.search.setText("罗马")
    assert shown(palette) == ["Trip to 罗马"]
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert len(desk.called("open")) == 1


def test_nothing_found_is_said(palette):
    QTest.keyClicks(palette.search, "xyzzy")
    assert any(label.isVisible() for label in palette.findChildren(QLabel))
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert not is_open(palette)


def test_a_command_that_cannot_be_carried_out_is_not_offered(desk):
    titles = [entry.title for entry in command_entries(desk.window.menuBar())]
    assert plain_text(desk.window.commands["stop"]) not in titles
    everything = [e.title for e in command_entries(desk.window.menuBar(), disabled=True)]
    assert plain_text(desk.window.commands["stop"]) in everything


def test_every_command_stands_in_a_menu(desk):
    entries = command_entries(desk.window.menuBar(), disabled=True)
    listed = {entry.title for entry in entries}
    commands = [action for action in desk.window.commands.all() if action.menu() is None]
    lost = [action for action in commands if plain_text(action) not in listed]
    assert [action.objectName() for action in lost] == []


def test_the_sheet_has_every_shortcut_and_finds_it_by_name_and_by_keys(desk):
    desk.window.commands["shortcuts"].trigger()
    sheet = desk.window.findChild(ShortcutsDialog, "shortcutsDialog")
    everything = texts(sheet.tree)
    for action in desk.window.commands.all():
        if not action.shortcut().isEmpty():
            assert plain_text(action) in everything, action.objectName()
    sheet.search.setText("Ctrl+K")
    assert "Command palette" in texts(sheet.tree)
    assert "New chat" not in texts(sheet.tree)
    sheet.search.setText("new chat")
    assert "New chat" in texts(sheet.tree)
    sheet.close()


def texts(tree):
    tops = [tree.topLevelItem(number) for number in range(tree.topLevelItemCount())]
    return {top.child(number).text(0) for top in tops for number in range(top.childCount())}


def test_the_beginning_of_a_title_comes_before_its_middle():
    entries = [Entry(title, "", bool) for title in ("Unload", "Re load", "Load it")]
    assert [entry.title for entry in found(entries, "load")] == ["Load it", "Re load", "Unload"]


def test_english_names_find_commands_in_any_language():
    entry = Entry("导出全部", "文件", bool, aliases="export all")
    assert found([entry], "export") == [entry]
    assert found([entry], "文件") == [entry]
    assert found([entry], "export import") == []
