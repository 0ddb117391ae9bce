"""The versions of an answer side by side, also while they are written, to pick one from."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.core.conversation import Message
from desktop_llm.services.chat import ChatService
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.widgets.named import label, named

MOST = 4
"""Columns; of more versions the latest are shown."""


class SamplesDialog(QDialog):
    """Follows the conversation until one is taken, or it is closed; nothing is lost by either."""

    taken = Signal(str)
    """The id of a version."""
    link_activated = Signal(str)

    def __init__(
        self, chat: ChatService, message_id: str, parent: QWidget | None = None, count: int = MOST
    ) -> None:
        """`message_id`: one of the versions, of which the latest `count` are compared."""
        super().__init__(parent)
        self.setObjectName("samplesDialog")
        self.setWindowTitle(self.tr("Answers side by side"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._chat = chat
        self._views: dict[str, MessageList] = {}
        self._columns: dict[str, QWidget] = {}
        versions = chat.siblings(message_id)[-min(count, MOST) :]
        columns = QHBoxLayout()
        columns.setSpacing(12)
        for number, version in enumerate(versions, 1):
            columns.addWidget(self._column(number, version), 1)
        close = named(QPushButton(self.tr("Close")), "samplesClose", self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        bottom = QHBoxLayout()
        hint = self.tr("The others are kept as versions of the answer.")
        bottom.addWidget(label(hint, "muted", wrap=True), 1)
        bottom.addWidget(close)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.setSpacing(12)
        box.addLayout(columns, 1)
        box.addLayout(bottom)
        self.resize(320 + 300 * len(versions), 560)
        chat.text_appended.connect(self._append)
        chat.message_changed.connect(self._update)
        chat.versions_changed.connect(self._follow)
        chat.conversation_opened.connect(self._follow)
        self.taken.connect(chat.choose_version)

    def _column(self, number: int, version: Message) -> QWidget:
        view = MessageList()
        view.setObjectName(f"sample{number}")
        view.setAccessibleName(self.tr("Answer {number}").format(number=number))
        view.frames.only_read = True
        view.set_messages([version])
        view.link_activated.connect(self.link_activated)
        self._views[version.id] = view
        take = named(
            QPushButton(self.tr("Take this one")),
            f"takeSample{number}",
            self.tr("Take answer {number}").format(number=number),
        )
        take.setAutoDefault(False)
        take.clicked.connect(partial(self._take, version.id))
        frame = self._columns[version.id] = QFrame()
        frame.setProperty("pane", "surface")
        column = QVBoxLayout(frame)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(view, 1)
        column.addWidget(take, 0, Qt.AlignmentFlag.AlignHCenter)
        return frame

    def _take(self, message_id: str) -> None:
        self.accept()
        self.taken.emit(message_id)

    @Slot()
    def _follow(self) -> None:
        """What was deleted or never begun cannot be taken; nothing can, elsewhere."""
        siblings = [each for message_id in self._views for each in self._chat.siblings(message_id)]
        here = {each.id for each in siblings}
        for message_id, column in self._columns.items():
            column.setVisible(message_id in here)
        if not here:
            self.reject()

    @Slot(str, str, bool)
    def _append(self, message_id: str, text: str, thinking: bool) -> None:
        if view := self._views.get(message_id):
            view.append_text(message_id, text, thinking)

    @Slot(object)
    def _update(self, message: Message) -> None:
        if view := self._views.get(message.id):
            view.update_message(message)
