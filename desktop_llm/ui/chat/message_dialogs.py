"""The dialogs that belong to messages: links, details, files, texts to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop_llm.core.conversation import Message
from desktop_llm.services.chat_reproduction import Reproduction
from desktop_llm.services.tasks import TaskService
from desktop_llm.ui.chat.messages.plain import visible
from desktop_llm.ui.dialogs.attachment_text import AttachmentDialog
from desktop_llm.ui.dialogs.link import LinkQuestion, usable
from desktop_llm.ui.dialogs.message_text import MessageTextDialog
from desktop_llm.ui.widgets.toast import Toast

if TYPE_CHECKING:
    from desktop_llm.ui.dialogs.details import DetailsDialog

Written = Callable[[str, str], None]
"""Takes a role, or "", and a text."""


class MessageDialogs(QObject):
    """None of them blocks the window's thread; at most one card of details is open."""

    run_requested = Signal(str)
    """The answer shall be written again, exactly."""
    stop_requested = Signal()
    """It shall not be written again any more."""

    def __init__(self, window: QWidget, toast: Toast, tasks: TaskService) -> None:
        super().__init__(window)
        self._window = window
        self._toast = toast
        self._tasks = tasks
        self._details: DetailsDialog | None = None

    @Slot(str)
    def ask_link(self, address: str) -> None:
        """Show where a link leads, and open it if the person wants that."""
        url = usable(address)
        if url is None:
            text = self.tr("Links of this kind are not opened: {address}")
            self._toast.tell(text.replace("{address}", visible(address)))
            return
        question = LinkQuestion(url, self._window.window())
        question.copied.connect(lambda: self._toast.tell(self.tr("The address was copied.")))
        question.open()

    def show_file(self, message: Message, number: int) -> None:
        """Show the text of an attached file."""
        AttachmentDialog(message.attachments, number, self._window.window()).show()

    def show_details(self, message: Message, run: bool = False) -> None:
        """Show how an answer came about; `run`: and write it again at once."""
        from desktop_llm.ui.dialogs.details import DetailsDialog  # the window starts without it

        if message.generation is None:
            return
        self._close_details()
        self._details = DetailsDialog(message, self._in_background, self._window.window())
        self._details.run_requested.connect(self.run_requested)
        self._details.stop_requested.connect(self.stop_requested)
        self._details.show()
        if run:
            self._details.run()

    @Slot(object)
    def show_reproduction(self, result: Reproduction) -> None:
        """An answer was written again: tell it where it was asked for."""
        dialog = self._details
        if dialog is not None and isValid(dialog) and dialog.message.id == result.message_id:
            dialog.show_result(result)

    def _close_details(self) -> None:
        if self._details is not None and isValid(self._details):
            self._details.close()
        self._details = None

    def _in_background(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        dialog = self._details

        def tell(result: Any) -> None:
            if dialog is not None and isValid(dialog):
                done(result)

        self._tasks.run(work, tell)

    def ask_insertion(self, insert: Written, role: str = "user", text: str = "") -> None:
        """Ask for a message, which may have been begun; `insert` gets its role and its text."""
        roles = (
            ("user", self.tr("You")),
            ("assistant", self.tr("Assistant")),
            ("system", self.tr("Instructions")),
        )
        dialog = MessageTextDialog(
            self.tr("Insert a message"),
            self.tr(
                "It is put into a new branch, in which what follows is repeated. Nothing is "
                "answered anew, and the conversation as it was is kept."
            ),
            self.tr("Insert"),
            roles=roles,
            begun=(role, text),
            parent=self._window.window(),
        )
        dialog.written.connect(insert)
        dialog.open()

    def ask_correction(
        self, message: Message, correct: Written, role: str = "", text: str = ""
    ) -> None:
        """Ask for the answer that the person would have wanted; `text` was begun earlier."""
        dialog = MessageTextDialog(
            self.tr("A better answer"),
            self.tr(
                "Write what the model should have answered. The answer itself stays as it is; "
                "yours is kept beside it, and a model can be trained on it later."
            ),
            self.tr("Save"),
            text=message.correction or message.content,
            may_be_empty=bool(message.correction),
            begun=(role, text),
            parent=self._window.window(),
        )
        dialog.written.connect(correct)
        dialog.open()
