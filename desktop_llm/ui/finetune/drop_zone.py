"""Where files are dropped: large while there are none, one line afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.ui import icons, theme
from desktop_llm.ui.widgets.named import label, named

ICON = 32


class DropZone(QFrame):
    """Takes files by dropping and by browsing, and offers the sample data."""

    files_chosen = Signal(object)
    """list[Path]; folders as they were dropped."""
    sample_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "dropZone", self.tr("Drop files of your data here"))
        self.setProperty("pane", "drop")
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._picture = label()
        self._title = label(kind="heading")
        self._formats = label(
            self.tr(
                "JSON, JSON lines, CSV, TSV, Parquet, text, Markdown or CoNLL: chats, questions "
                "with answers, plain text, texts with labels. The files are only read."
            ),
            "muted",
            wrap=True,
        )
        self.browse = named(QPushButton(), "browseDataButton", self.tr("Browse for files"))
        self.browse.setText(self.tr("Browse…"))
        self._sample = named(QPushButton(), "sampleDataButton", self.tr("Try the sample data"))
        self._sample.setText(self.tr("Try the sample data"))
        self._sample.setProperty("kind", "quiet")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.browse)
        buttons.addWidget(self._sample)
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addStretch()
        text.addWidget(self._title)
        text.addWidget(self._formats)
        text.addStretch()
        self._row = QHBoxLayout(self)
        self._row.setSpacing(16)
        self._row.addWidget(self._picture)
        self._row.addLayout(text, 1)
        self._row.addLayout(buttons)
        self.browse.clicked.connect(self._ask)
        self._sample.clicked.connect(self.sample_wanted)
        theme.notifier().changed.connect(self._tint)
        self.set_small(False)

    def set_small(self, small: bool) -> None:
        """One line, because there is data already."""
        self._title.setText(
            self.tr("Drop more files here") if small else self.tr("Drop your data here")
        )
        self._formats.setVisible(not small)
        self._sample.setVisible(not small)
        top = 8 if small else 24
        self._row.setContentsMargins(20, top, 16, top)
        self._size = ICON * 3 // 4 if small else ICON + 8
        self._tint()

    @Slot()
    def _ask(self) -> None:
        ask_for_files(self, self.tr("Choose data"), self.files_chosen.emit)

    @Slot()
    def _tint(self) -> None:
        picture = icons.pixmap("tray", self._size, self.devicePixelRatio(), "accent")
        self._picture.setPixmap(picture)

    def _set_over(self, over: bool) -> None:
        self.setProperty("over", over)
        self.style().polish(self)

    # Qt's own names

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            event.acceptProposedAction()
            self._set_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_over(False)
        if files := local_files(event.mimeData()):
            event.acceptProposedAction()
            self.files_chosen.emit(files)


def local_files(data: QMimeData) -> list[Path]:
    """The files and folders of this computer that are being dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def ask_for_files(parent: QWidget, title: str, on_chosen: object) -> None:
    """Open a dialog for one or several existing files; `on_chosen` gets a list[Path]."""
    dialog = QFileDialog(parent, title)
    dialog.setObjectName("fileDialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)

    def chosen(names: Iterable[str]) -> None:
        if callable(on_chosen):
            on_chosen([Path(name) for name in names])

    dialog.filesSelected.connect(chosen)
    dialog.open()
