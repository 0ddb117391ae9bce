"""Acts on the real window as a person would: finds things by name, types, clicks, looks.

Used by the end-to-end tests and the tour. Nothing here calls a service to make something happen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPlainTextEdit, QWidget

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.main_window import MainWindow


class Person:
    """Sits in front of `window`."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def find(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """The widget called `name`; the person sees it, so it must be visible."""
        widget = self.window.findChild(kind, name)
        assert widget is not None, f"there is no {name}"
        assert widget.isVisible(), f"{name} cannot be seen"
        return widget

    def shows(self, *names: str) -> Callable[[], bool]:
        """Whether any of the widgets called so can be seen, to be waited for."""
        widgets = [self.window.findChild(QWidget, name) for name in names]
        return lambda: any(widget is not None and widget.isVisible() for widget in widgets)

    def wait(self, condition: Callable[[], bool], seconds: float = 120, what: str = "") -> None:
        """Let the window live until `condition` holds; AssertionError when it never does."""
        deadline = time.monotonic() + seconds
        loop = QEventLoop()
        poll = QTimer()
        poll.setInterval(20)

        def look() -> None:
            if condition() or time.monotonic() > deadline:
                loop.quit()

        poll.timeout.connect(look)
        poll.start()
        loop.exec()
        poll.stop()
        assert condition(), f"waited {seconds} s in vain {what}"

    def pause(self, milliseconds: int) -> None:
        """Look at the window for a while."""
        loop = QEventLoop()  # QTest.qWait would let no thread of Python work meanwhile
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def click(self, name: str) -> None:
        widget = self.find(name)
        middle = QPoint(widget.width() // 2, widget.height() // 2)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=middle)

    def click_last(self, name: str) -> None:
        """Click the lowest button of that name in the conversation."""
        buttons = self.messages().findChildren(QAbstractButton, name)
        assert buttons, f"there is no {name}"
        QTest.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)

    def drop(self, *files: Path) -> None:
        """Drag `files` from a file manager and let them fall where they are used."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        place = self.window.rect().center()
        action, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        keys = Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(place, action, mime, left, keys)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted(), "the window does not take files"
        place = self.window.places.overlay.use.geometry().center()
        fall = QDropEvent(QPointF(place), action, mime, left, keys)
        QApplication.sendEvent(self.window, fall)

    def write(self, text: str) -> None:
        """Type `text` into the composer."""
        composer = self.find("composer", QPlainTextEdit)
        composer.setFocus()
        if text.isascii():
            QTest.keyClicks(composer, text)
            return
        typed = QInputMethodEvent()  # other characters come from an input method
        typed.setCommitString(text)
        QApplication.sendEvent(composer, typed)

    def press_enter(self) -> None:
        QTest.keyClick(self.find("composer"), Qt.Key.Key_Return)

    def ask(self, text: str) -> None:
        self.write(text)
        self.press_enter()

    def trigger(self, name: str) -> None:
        """Choose a command from the menu."""
        self.window.commands[name].trigger()

    def dialog(self, name: str) -> QWidget:
        found = next((w for w in QApplication.topLevelWidgets() if w.objectName() == name), None)
        assert found is not None and found.isVisible(), f"{name} is not open"
        return found

    def messages(self) -> MessageList:
        return self.window.page.messages

    def wait_for_model(self, seconds: float = 180) -> None:
        inference = self.window.services.inference
        self.wait(lambda: inference.state.phase == "ready", seconds, "for the model")

    def wait_for_answer(self, seconds: float = 180) -> Message:
        """The last message, once it is not being written any more."""
        chat = self.window.services.chat
        self.wait(lambda: not chat.busy and len(chat.messages) > 1, seconds, "for an answer")
        return chat.messages[-1]

    def picture(self, path: Path) -> None:
        """Save what is on the screen."""
        self.pause(150)
        assert self.window.grab().save(str(path)), f"could not save {path}"

    def send_button(self) -> QAbstractButton:
        button = self.find("sendButton", QAbstractButton)
        assert isinstance(button, QAbstractButton)
        return button
