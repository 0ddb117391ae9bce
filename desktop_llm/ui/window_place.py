"""Where the window was and how it was divided, kept in the settings and brought back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from desktop_llm.ui.chat.page import ChatPage
from desktop_llm.ui.commands import Commands

FIRST_SIZE = QSize(1180, 780)


def describe(window: QMainWindow) -> dict[str, Any]:
    """The place of `window` as plain data for the settings."""
    place = window.normalGeometry()
    return {
        "x": place.x(),
        "y": place.y(),
        "width": place.width(),
        "height": place.height(),
        "maximized": window.isMaximized(),
    }


def restore(window: QMainWindow, place: dict[str, Any]) -> None:
    """Put `window` where `place` says, clamped to the screens of today."""
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    numbers = [place.get(key) for key in ("x", "y", "width", "height")]
    if all(isinstance(number, int) for number in numbers):
        x, y, width, height = (int(str(number)) for number in numbers)
        wanted = QRect(x, y, width, height)
    else:
        wanted = QRect(screens[0].topLeft(), FIRST_SIZE)
        wanted.moveCenter(screens[0].center())
    window.setGeometry(clamped(wanted, screens, window.minimumSize()))
    if place.get("maximized") is True:
        window.showMaximized()


def arrangement(page: ChatPage) -> dict[str, Any]:
    """How the chat is divided, as plain data for the settings."""
    return {
        "splitter": page.splitter.sizes(),
        "list": page.conversations.isVisibleTo(page),
        "panel": page.panel.isVisibleTo(page),
    }


def arrange(page: ChatPage, commands: Commands, wanted: dict[str, Any]) -> None:
    """Divide the chat as `wanted` says; whatever is missing or of another kind is left alone."""
    for key, name in (("list", "toggleList"), ("panel", "togglePanel")):
        if isinstance(wanted.get(key), bool):
            commands[name].setChecked(wanted[key])
    sizes = wanted.get("splitter")
    if isinstance(sizes, list) and len(sizes) == 3 and all(isinstance(n, int) for n in sizes):
        page.splitter.setSizes(sizes)


def clamped(wanted: QRect, screens: list[QRect], smallest: QSize) -> QRect:
    """`wanted`, moved and shrunk until it lies whole on the screen that shows most of it."""

    def shared(screen: QRect) -> int:
        part = screen.intersected(wanted)
        return part.width() * part.height() if part.isValid() else 0

    screen = max(screens, key=shared)
    size = wanted.size().boundedTo(screen.size()).expandedTo(smallest)
    x = min(max(wanted.x(), screen.left()), screen.left() + screen.width() - size.width())
    y = min(max(wanted.y(), screen.top()), screen.top() + screen.height() - size.height())
    return QRect(max(x, screen.left()), max(y, screen.top()), size.width(), size.height())
