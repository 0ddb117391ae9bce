"""What lies over the window while files are dragged above it, and takes them when they fall."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
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
    """Covers `area`, the contents of the window, while it is shown."""

    files_dropped = Signal(object)
    """list[Path]"""

    def __init__(self, area: QWidget) -> None:
        super().__init__(area)
        self._area = area
        named(self, "dropOverlay", self.tr("Drop to import or to fine-tune"))
        self.setProperty("pane", "window")
        self.setAcceptDrops(True)
        self._title = label(kind="title")
        self._text = label(kind="muted")
        frame = QFrame()
        frame.setProperty("pane", "overlay")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.addWidget(frame)
        column = QVBoxLayout(frame)
        column.addStretch()
        for widget in (self._title, self._text):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch()
        area.installEventFilter(self)
        self.hide()

    def cover(self, files: Sequence[Path] = ()) -> None:
        """Lie over everything and say what happens to `files`."""
        if models_in(files):
            self._title.setText(self.tr("Drop to import this model"))
            self._text.setText(self.tr("A folder with safetensors files, or a GGUF file"))
        elif files:
            self._title.setText(self.tr("Drop to fine-tune on these files"))
            self._text.setText(self.tr("JSON lines, JSON, CSV, TSV, Parquet, text or Markdown"))
        self.setGeometry(self._area.rect())
        self.show()
        self.raise_()

    # Qt's own names

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.cover()
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files := dropped_files(event.mimeData()):
            self.cover(files)
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.hide()
        if files := dropped_files(event.mimeData()):
            event.acceptProposedAction()
            self.files_dropped.emit(files)
