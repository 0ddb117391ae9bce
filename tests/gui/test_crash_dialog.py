"""The report that a person sees when something unexpected happened."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop_llm.services.crash_net import CrashReport
from desktop_llm.ui.dialogs.crash import CrashDialog

REPORT = CrashReport("RuntimeError (page.py:7)", "python 3.11\n\nTraceback <b>…</b>\n", "abc")


def words_of(dialog: CrashDialog) -> str:
    label = dialog.findChild(QLabel, "crashWords")
    assert label
    return label.text()


def details_of(dialog: CrashDialog) -> QPlainTextEdit:
    details = dialog.findChild(QPlainTextEdit, "crashDetails")
    assert details
    return details


@pytest.fixture
def dialog(qtbot: QtBot) -> CrashDialog:
    shown = CrashDialog(REPORT)
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(shown)
    shown.show()
    return shown


def test_it_says_in_plain_words_what_happened_and_that_nothing_saved_is_lost(
    dialog: CrashDialog,
) -> None:
    words = words_of(dialog)
    assert "stopped what it was doing" in words
    assert "is safe" in words


def test_the_details_are_shown_as_they_are(dialog: CrashDialog) -> None:
    details = details_of(dialog)
    assert details.isReadOnly()
    assert "Traceback <b>…</b>" in details.toPlainText()
    assert "RuntimeError (page.py:7)" in details.toPlainText()


def test_copy_puts_all_details_on_the_clipboard(dialog: CrashDialog, qtbot: QtBot) -> None:
    button = dialog.findChild(QPushButton, "crashCopyButton")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert REPORT.title in copied
    assert REPORT.details.strip() in copied


def test_escape_and_the_close_button_close_it(dialog: CrashDialog, qtbot: QtBot) -> None:
    qtbot.mouseClick(dialog.findChild(QPushButton, "crashCloseButton"), Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_it_does_not_block_the_window(dialog: CrashDialog) -> None:
    assert not dialog.isModal()


def test_everything_that_can_be_operated_has_a_name(dialog: CrashDialog) -> None:
    for widget in [*dialog.findChildren(QAbstractButton), *dialog.findChildren(QPlainTextEdit)]:
        assert widget.objectName()
        assert widget.accessibleName()


def test_a_fault_of_the_run_before_has_its_own_words(qtbot: QtBot) -> None:
    dialog = CrashDialog(CrashReport("Segmentation fault", "…", "d", previous_run=True))
    qtbot.addWidget(dialog)
    assert "the last time" in words_of(dialog)
