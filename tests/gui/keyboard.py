"""What the tests of the keyboard have in common: walking with Tab, and seeing where one is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QPlainTextEdit,
    QWidget,
)

TARGET = 24
"""Pixels that can be hit."""


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
