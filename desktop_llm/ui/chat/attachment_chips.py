"""The files of a draft as chips above the text: name, size, tokens, and a way to remove them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import QLocale, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.documents.document import FOLDER_TYPE
from desktop_llm.services.documents import Attached
from desktop_llm.services.long_texts import Measure
from desktop_llm.ui import icons
from desktop_llm.ui.chat.messages.chips import size_text
from desktop_llm.ui.chat.messages.plain import visible
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named

NAME_WIDTH = 190
"""Pixels of a name before it is shortened in its middle."""

_ICONS = {
    "application/pdf": "file-pdf",
    FOLDER_TYPE: "folder-simple",
    "text/csv": "table",
    "text/tab-separated-values": "table",
}


class AttachmentChip(QFrame):
    """One file. A click on its name shows its text."""

    show_requested = Signal(str)
    remove_requested = Signal(str)
    inline_requested = Signal(str)
    """Its text shall stand in the message itself."""

    def __init__(self, attached: Attached, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.attachment = attached.attachment
        self.setProperty("pane", "chip")
        name = visible(self.attachment.name)
        self.name = named(QPushButton(), "attachmentName", name)
        self.name.setProperty("kind", "chip")
        picture = _ICONS.get(self.attachment.media_type, "file-text")
        self.name.setIcon(icons.icon(picture, "text_muted"))
        metrics = self.name.fontMetrics()
        elided = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        self.name.setText(elided.replace("&", "&&"))
        self.name.setToolTip("\n".join([name, *(words(note) for note in attached.notes)]))
        self.facts = label(kind="small")
        self._remove_button = remove = named(
            QToolButton(), "removeAttachment", self.tr("Remove {file}").format(file=name)
        )
        remove.setIcon(icons.icon("x", "text_muted"))
        remove.setIconSize(QSize(14, 14))
        remove.setToolTip(self.tr("Do not send this; the file stays where it is."))
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(4)
        for widget in (self.name, self.facts, remove):
            row.addWidget(widget)
        self.name.clicked.connect(self._show)
        remove.clicked.connect(self._remove)
        if attached.pasted:
            inline = QAction(self.tr("Put the text into the message"), self.name)
            inline.triggered.connect(self._inline)
            self.name.addAction(inline)
            self.name.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.set_tokens(None)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where Tab stops."""
        return self.name, self._remove_button

    def set_tokens(self, tokens: int | None, guessed: bool = False) -> None:
        """How long it is for the model, or about how long; None while that is not known."""
        size = size_text(self.attachment.size)
        text = size
        if tokens is not None:
            count = QLocale().toString(tokens)
            text = self.tr("{size} · {count} tokens")
            if guessed:
                text = self.tr("{size} · about {count} tokens")
            text = text.format(size=size, count=count)
        self.facts.setText(text)
        self.name.setAccessibleDescription(text)

    @Slot()
    def _show(self) -> None:
        self.show_requested.emit(self.attachment.id)

    @Slot()
    def _remove(self) -> None:
        self.remove_requested.emit(self.attachment.id)

    @Slot()
    def _inline(self) -> None:
        self.inline_requested.emit(self.attachment.id)


class AttachmentStrip(QWidget):
    """The chips beside each other, and how far the reading of others is; hidden while empty."""

    show_requested = Signal(str)
    remove_requested = Signal(str)
    inline_requested = Signal(str)
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attachmentStrip")
        self._chips: list[AttachmentChip] = []
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._row.addStretch()
        self._area = _Sideways(self._row)
        self._reading = self._make_reading()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 6, 2)
        column.setSpacing(4)
        column.addWidget(self._area)
        column.addWidget(self._reading)
        self._show_what_there_is()

    @property
    def chips(self) -> list[AttachmentChip]:
        return list(self._chips)

    def set_attached(self, attached: Sequence[Attached]) -> None:
        """Show these. Chips that stay keep what they know, and the focus."""
        old = {chip.attachment.id: chip for chip in self._chips}
        self._chips = [old.get(each.attachment.id) or self._add_chip(each) for each in attached]
        for chip in old.values():
            if chip in self._chips:
                continue
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._show_what_there_is()

    def show_measure(self, measure: Measure | None) -> None:
        """The lengths of all of them in their order; None while they are not known."""
        tokens = measure.tokens if measure else ()
        guessed = measure.guessed if measure else ()
        for chip, count, about in zip_longest(self._chips, tokens, guessed):
            if chip is not None:
                chip.set_tokens(count, bool(about))

    def set_reading(self, reading: bool) -> None:
        """Whether files are being read."""
        self._bar.setValue(0)
        self._reading.setVisible(reading)
        self._show_what_there_is()

    def set_progress(self, fraction: float) -> None:
        """How far the reading is, 0 to 1."""
        self._bar.setValue(round(100 * fraction))

    def _make_reading(self) -> QWidget:
        holder = QWidget()
        self._bar = QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Reading files"))
        cancel = named(QPushButton(self.tr("Cancel")), "cancelReading", self.tr("Cancel reading"))
        cancel.setProperty("kind", "quiet")
        cancel.clicked.connect(self.cancel_requested)
        row = QHBoxLayout(holder)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(label(self.tr("Reading files…"), "small"))
        row.addWidget(self._bar, 1)
        row.addWidget(cancel)
        holder.hide()
        return holder

    def _add_chip(self, attached: Attached) -> AttachmentChip:
        chip = AttachmentChip(attached)
        chip.show_requested.connect(self.show_requested)
        chip.remove_requested.connect(self.remove_requested)
        chip.inline_requested.connect(self.inline_requested)
        self._row.insertWidget(self._row.count() - 1, chip)
        return chip

    def _show_what_there_is(self) -> None:
        self._area.setVisible(bool(self._chips))
        self.setVisible(bool(self._chips) or not self._reading.isHidden())


class _Sideways(QScrollArea):
    """Scrolls sideways only, and is as high as what is in it."""

    def __init__(self, row: QHBoxLayout) -> None:
        super().__init__()
        self._inside = QWidget()
        self._inside.setProperty("pane", "clear")
        self._inside.setLayout(row)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setWidget(self._inside)

    # Qt's own names

    def sizeHint(self) -> QSize:
        hint = self._inside.sizeHint()
        bar = self.horizontalScrollBar()
        scrolls = hint.width() > self.width()
        return QSize(hint.width(), hint.height() + (bar.sizeHint().height() if scrolls else 0))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())
