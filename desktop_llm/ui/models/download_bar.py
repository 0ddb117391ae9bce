"""At the foot of a model's details: what would be fetched, under which licence, and the button."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.core.memory_fit import GIGABYTE
from desktop_llm.library.download_list import Download
from desktop_llm.library.hub_types import FileChoice
from desktop_llm.ui.models.words import UNKNOWN, licence_words, size_words
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named

Command = Literal["download", "resume", "chat", ""]
SPARE = GIGABYTE
"""Bytes that should be left on the disk."""


class DownloadBar(QFrame):
    """One button, which does what makes sense next."""

    download_requested = Signal()
    resume_requested = Signal()
    chat_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "bottom")
        self._command: Command = ""
        self._licence = self._licence_note = ""
        self._free = 0
        self._what = ElidedLabel()
        self._note = label(kind="small", wrap=True)
        self.button = named(QPushButton(), "downloadButton", self.tr("Download"))
        self.button.setProperty("kind", "primary")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._what)
        texts.addWidget(self._note)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 10, 20, 12)
        row.setSpacing(16)
        row.addLayout(texts, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self._press)

    @property
    def text(self) -> str:
        """All that is said."""
        return f"{self._what.whole_text} {self._note.text()}"

    def set_licence(self, licence: str, note: str) -> None:
        """Of the model that is shown, "" if none is stated; and what to know of it."""
        self._licence, self._licence_note = licence, note

    def set_free_disk(self, free: int) -> None:
        """Bytes; 0 as long as nobody knows."""
        self._free = free

    def show_choice(self, choice: FileChoice | None, name: str, download: Download | None) -> None:
        """`name`: of the model in the library if it is there; `download`: if it is on its way."""
        self.setVisible(choice is not None)
        if choice is None:
            return
        self._what.set_whole_text(self._licence_words())
        self._note.setText(self._room_words(choice.size))
        if name:
            self._offer("chat", self.tr("Chat with it"))
            self._note.setText(self.tr("On this computer already."))
        elif download is None or download.state == "done":
            self._offer("download", self._download_words(choice.size))
            self.button.setEnabled(not self._too_large(choice.size))
        elif download.state in ("paused", "failed"):
            self._offer("resume", self.tr("Resume the download"))
        else:
            self._offer("", self._progress_words(download))

    def _too_large(self, size: int) -> bool:
        return bool(self._free) and size > self._free

    def _licence_words(self) -> str:
        if not self._licence or licence_words(self._licence) == UNKNOWN:
            return self.tr("No licence is stated: ask its owner before you use it for work.")
        name = licence_words(self._licence)
        if self._licence_note:
            text = self.tr("Licence: {licence}. {note}")
            return text.format(licence=name, note=self._licence_note)
        return self.tr("Licence: {licence}").format(licence=name)

    def _room_words(self, size: int) -> str:
        if not self._free:
            return ""
        facts = {"size": size_words(size), "free": size_words(self._free)}
        if self._too_large(size):
            text = self.tr("{size} are needed, and {free} are free on the disk.")
        elif self._free - size < SPARE:
            text = self.tr("After {size} of {free}, the disk is nearly full.")
        else:
            text = self.tr("{free} are free on the disk.")
        return text.format(**facts)

    def _download_words(self, size: int) -> str:
        if not size:
            return self.tr("Download")
        return self.tr("Download {size}").format(size=size_words(size))

    def _progress_words(self, download: Download) -> str:
        progress = download.progress
        if download.state == "waiting" or progress is None or not progress.total:
            return self.tr("In the queue")
        percent = QLocale().toString(int(100 * progress.done / progress.total))
        return self.tr("Downloading: {percent} %").format(percent=percent)

    def _offer(self, command: Command, text: str) -> None:
        self._command = command
        self.button.setText(text)
        self.button.setAccessibleName(text)
        self.button.setEnabled(bool(command))

    @Slot()
    def _press(self) -> None:
        asked = {
            "download": self.download_requested,
            "resume": self.resume_requested,
            "chat": self.chat_requested,
        }
        if self._command:
            asked[self._command].emit()
