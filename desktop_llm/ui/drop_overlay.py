"""What lies over the window while files are dragged above it, and takes them when they fall."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop_llm.ui.models.dropped import models_in
from desktop_llm.ui.widgets.named import label, named


def dropped_files(data: QMimeData) -> list[Path]:
    """Files and folders of this computer in what is dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class DropOverlay(QFrame):
    """Covers `area`, the contents of the window, while it is shown.

    It has two halves while `may_talk` says so: files are talked about, or a model is trained on
    them. Models are imported wherever they fall.
    """

    files_dropped = Signal(object)
    """list[Path], to be imported or trained on."""
    talk_wanted = Signal(object)
    """list[Path], to be attached to the next message."""

    def __init__(self, area: QWidget, may_talk: Callable[[], bool] = lambda: False) -> None:
        super().__init__(area)
        self._area = area
        self._may_talk = may_talk
        named(self, "dropOverlay", self.tr("Drop to talk about, to import or to fine-tune"))
        self.setProperty("pane", "window")
        self.setAcceptDrops(True)
        self.talk = _Half("talkHalf")
        self.talk.say(
            self.tr("Talk about it"),
            self.tr("Text, PDF, Word, Excel, web pages, code, or a folder of them"),
        )
        self.use = _Half("useHalf")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.setSpacing(16)
        outer.addWidget(self.use, 1)
        outer.addWidget(self.talk, 3)  # where the message is written
        area.installEventFilter(self)
        self.hide()

    def cover(self, files: Sequence[Path] = ()) -> None:
        """Lie over everything and say what happens to `files`."""
        if files:
            self._offer(files)
        self.setGeometry(self._area.rect())
        self.show()
        self.raise_()

    def _offer(self, files: Sequence[Path]) -> None:
        models = bool(models_in(files))
        self.talk.setVisible(self._may_talk() and not models)
        if models:
            self.use.say(
                self.tr("Drop to import this model"),
                self.tr("A folder with safetensors files, or a GGUF file"),
            )
        else:
            formats = self.tr("JSON lines, JSON, CSV, TSV, Parquet, text or Markdown")
            halves = not self.talk.isHidden()
            title = (
                self.tr("Train on it") if halves else self.tr("Drop to fine-tune on these files")
            )
            self.use.say(title, formats)
        for half in (self.talk, self.use):
            half.set_over(half is self.use and self.talk.isHidden())

    def _point(self, position: QPoint) -> bool:
        """Show where the files would fall; whether they would be talked about."""
        talks = not self.talk.isHidden() and position.y() >= self.talk.geometry().top()
        self.talk.set_over(talks)
        self.use.set_over(not talks)
        return talks

    # Qt's own names

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.cover()
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files := dropped_files(event.mimeData()):
            self.cover(files)
            self._point(event.position().toPoint())
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._point(event.position().toPoint())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        talks = self._point(event.position().toPoint())
        self.hide()
        if files := dropped_files(event.mimeData()):
            event.acceptProposedAction()
            (self.talk_wanted if talks else self.files_dropped).emit(files)


class _Half(QFrame):
    """A part of the overlay: what happens to files that fall there."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("pane", "overlay")
        self._title = label(kind="title")
        self._text = label(kind="muted")
        column = QVBoxLayout(self)
        column.addStretch()
        for widget in (self._title, self._text):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch()
        self.set_over(True)

    def say(self, title: str, text: str) -> None:
        self._title.setText(title)
        self._text.setText(text)

    def set_over(self, over: bool) -> None:
        """Whether the pointer is here."""
        if self.property("over") != over:
            self.setProperty("over", over)
            self.style().polish(self)
