"""A person who works with conversations: their versions, files, forms and folders; clicks only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QListView,
    QPlainTextEdit,
    QWidget,
)

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages.frame import MessageFrame
from tests.fine_tuner import FineTuner

LEFT = Qt.MouseButton.LeftButton


class Writer(FineTuner):
    """Finds the messages of the open conversation by their number, from 0; -1 is the last."""

    def message(self, number: int = -1) -> Message:
        return self.messages().sheet.messages[number]

    def point_at(self, number: int = -1) -> None:
        """Bring a message into sight, and make it the one that the commands of the menu act on."""
        self.come_back()
        frame = self._frame(number)
        frame.setFocus()
        message_id = frame.card.message.id
        self.wait(lambda: self.messages().current_message == message_id, 10, "for the message")

    def _frame(self, number: int) -> MessageFrame:
        message_id = self.message(number).id
        if self.messages().frames[message_id] is None:
            self.messages().scroll_to(message_id)
            self.pause(60)
        frame = self.messages().frames[message_id]
        assert frame is not None, f"message {number} cannot be seen"
        return frame

    def act(self, command: str, number: int = -1) -> None:
        """Choose a command of the menu "Message" for a message."""
        self.point_at(number)
        action = self.window.commands[command]
        assert action.isEnabled(), f"{command} does not apply to message {number}"
        action.trigger()

    def press(self, button: str, number: int = -1) -> None:
        """Click a button below a message."""
        found = self._frame(number).findChild(QAbstractButton, button)
        assert found is not None and found.isVisible(), f"{button} cannot be seen"
        QTest.mouseClick(found, LEFT)

    def wait_for_new_answer(self, seconds: float = 180) -> Message:
        """The answer that was asked for just now, once it is written."""
        chat = self.window.services.chat
        self.wait(lambda: chat.busy, 30, "for an answer to begin")
        return self.wait_for_answer(seconds)

    def type_over(self, name: str, text: str) -> None:
        """Replace what stands in a field."""
        field = self.within(name)
        assert isinstance(field, QPlainTextEdit)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)

    def within(self, name: str) -> QWidget:
        """A widget of any window or dialog that can be seen."""
        for top in reversed(QApplication.topLevelWidgets()):
            for widget in (top, *top.findChildren(QWidget, name)):
                if widget.objectName() == name and widget.isVisible():
                    return widget
        raise AssertionError(f"{name} cannot be seen")

    def click_within(self, name: str) -> None:
        """Click something in any window or dialog."""
        widget = self.within(name)
        assert widget.isEnabled(), f"{name} cannot be used"
        QTest.mouseClick(widget, LEFT, pos=QPoint(8, widget.height() // 2))

    def is_open(self, name: str) -> bool:
        return any(w.objectName() == name and w.isVisible() for w in QApplication.topLevelWidgets())

    def close_dialog(self, name: str) -> None:
        dialog = self.dialog(name)
        dialog.close()
        self.wait(lambda: not self.is_open(name), 10, f"for {name} to close")
        self.come_back()

    def come_back(self) -> None:
        """Where there is no window manager, nobody gives the focus back after a dialog."""
        self.window.activateWindow()

    def hold_over_chat(self, *files: Path) -> None:
        """Drag files over the lower part of the window, where they are talked about."""
        self._drag(files, falls=False)

    def talk_about(self, *files: Path) -> None:
        """Drop files where they are talked about."""
        self._drag(files, falls=True)

    def _drag(self, files: tuple[Path, ...], falls: bool) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        overlay = self.window.places.overlay
        middle = self.window.rect().center()
        action, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(middle, action, mime, LEFT, keys)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted(), "the window does not take files"
        self.pause(30)
        low = QPoint(overlay.width() // 2, round(overlay.height() * 0.8))
        QApplication.sendEvent(overlay, QDragEnterEvent(low, action, mime, LEFT, keys))
        if falls:
            QApplication.sendEvent(overlay, QDropEvent(QPointF(low), action, mime, LEFT, keys))

    def wait_for_files(self, count: int) -> None:
        """Until so many files hang on the message that is written."""
        attachments = self.window.page.attachments
        self.wait(lambda: len(attachments.attached) == count, 60, f"for {count} files")

    def open_conversation(self, title: str) -> None:
        """Click a conversation of the list."""
        chat, view = self.window.services.chat, self.window.page.conversations.view
        self.click_row(view, title)
        self.wait(lambda: chat.current.title == title, 30, f"for {title}")
        self.pause(80)

    def click_row(
        self, view: QListView, title: str, keys: Qt.KeyboardModifier | None = None
    ) -> None:
        """Click the row that begins with `title`, once it is there."""
        rows = view.model()

        def found() -> int | None:
            texts = (str(rows.index(row, 0).data()) for row in range(rows.rowCount()))
            return next((row for row, text in enumerate(texts) if text.startswith(title)), None)

        self.wait(lambda: found() is not None, 30, f"for {title} in the list")
        index = rows.index(found() or 0, 0)
        view.scrollTo(index)
        place = view.visualRect(index).center()
        none = Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(view.viewport(), LEFT, none if keys is None else keys, place)
