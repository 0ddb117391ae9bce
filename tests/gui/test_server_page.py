"""The server in the window: its page of the settings, the status bar, the menu."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from desktop_llm.core.serving import ServingState
from desktop_llm.server.errors import PortTaken
from desktop_llm.services.serving import ServerStatus
from tests.gui.conftest import Desk, find

KEY = "sk-" + "0123456789" * 4
ADDRESS = "http://127.0.0.1:8321/v1"
ON = ServerStatus("on", ServingState(ADDRESS, 8321, 1, 2, 1400), KEY)


@pytest.fixture
def page(desk: Desk) -> Iterator[QWidget]:
    find(desk.window, QToolButton, "statusServer").click()
    dialog = find(desk.window, QDialog, "settingsDialog")
    yield dialog
    dialog.close()


def test_the_status_bar_shows_the_server_only_while_it_is_there(desk: Desk) -> None:
    button = find(desk.window, QToolButton, "statusServer")
    assert not button.isVisible()
    desk.serving.show(ON)
    assert (button.isVisible(), button.text()) == (True, "Server on, port 8321")
    desk.serving.show(ServerStatus())
    assert not button.isVisible()


def test_the_menu_switches_it_and_shows_where_it_is(desk: Desk) -> None:
    desk.window.commands["serve"].trigger()
    assert desk.serving.calls == [("switch", True)]
    dialog = find(desk.window, QDialog, "settingsDialog")
    assert dialog.isVisible()
    assert find(dialog, QPushButton, "serverSwitch").isVisible()
    dialog.close()


def test_address_and_key_are_there_while_it_is_on(desk: Desk, page: QWidget) -> None:
    address = find(page, QLineEdit, "serverAddress")
    assert not address.isVisible()
    assert find(page, QPushButton, "serverSwitch").text() == "Switch on"
    desk.serving.show(ON)
    assert (address.isVisible(), address.text()) == (True, ADDRESS)
    facts = find(page, QLabel, "serverFacts").text()
    assert facts == "Requests being answered: 1 · waiting: 2 · answered so far: 1,400"
    find(page, QPushButton, "serverSwitch").click()
    assert desk.serving.calls == [("switch", False)]


def test_the_key_is_hidden_until_it_is_wanted_and_copied_whole(desk: Desk, page: QWidget) -> None:
    desk.serving.show(ON)
    shown = find(page, QLineEdit, "serverKey")
    example = find(page, QPlainTextEdit, "serverExample")
    assert KEY not in shown.text() + example.toPlainText()
    find(page, QPushButton, "serverCopyExample").click()
    copied = QGuiApplication.clipboard().text()
    assert KEY in copied and ADDRESS in copied
    find(page, QPushButton, "serverCopyKey").click()
    assert QGuiApplication.clipboard().text() == KEY
    find(page, QPushButton, "serverShowKey").click()
    assert shown.text() == KEY and KEY in example.toPlainText()


def test_a_new_key_is_made_and_a_key_of_this_session_is_told(desk: Desk, page: QWidget) -> None:
    desk.serving.show(replace(ON, kept_in="session"))
    find(page, QPushButton, "serverNewKey").click()
    assert desk.serving.calls == [("renew_key",)]
    shown = [text.text() for text in page.findChildren(QLabel) if text.isVisible()]
    assert any("no keyring" in text for text in shown)


def test_what_keeps_it_from_starting_is_told_with_what_to_do(desk: Desk, page: QWidget) -> None:
    desk.serving.show(ServerStatus("failed", error=PortTaken(8321)))
    words = find(page, QLabel, "serverState").text()
    assert "port 8321" in words and "Choose another port" in words
    assert find(desk.window, QToolButton, "statusServer").text() == "Server could not start"
    assert not desk.window.commands["serve"].isChecked()
