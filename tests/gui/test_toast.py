"""The short message at the bottom of a page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_llm.ui.widgets.toast import Toast
from tests.gui.conftest import find


def test_it_stays_above_the_pages_and_a_click_leaves_the_focus_where_it_is(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field, pages = QLineEdit(), QStackedWidget()
    column = QVBoxLayout(window)
    column.addWidget(pages)
    column.addWidget(field)
    for name in ("one", "two"):
        pages.addWidget(QLabel(name))
    toast = Toast(pages)
    done: list[str] = []
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    field.setFocus()
    toast.tell("It is gone.", "Undo", lambda: done.append("undone"))
    pages.setCurrentIndex(1)
    assert pages.children()[-1] is toast
    QTest.mouseClick(find(toast, QPushButton, "toastAction"), Qt.MouseButton.LeftButton)
    assert done == ["undone"]
    assert field.hasFocus()
