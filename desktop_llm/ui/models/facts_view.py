"""What is known of a model, in pairs of a name and a value."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop_llm.library.hub_types import ModelDetails
from desktop_llm.ui.models.words import (
    count_words,
    iso_date_words,
    language_words,
    licence_words,
    parameter_words,
    task_words,
)
from desktop_llm.ui.widgets.named import label

TAGS = 12
"""Of a model, shown at most."""


class FactsView(QWidget):
    """Two columns; what the hub does not say is left out, but for the licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.pairs: list[tuple[str, str]] = []
        """What is shown."""

    def show_details(self, details: ModelDetails) -> None:
        """Show what is known of a model."""
        self.pairs = [pair for pair in self._pairs(details) if pair[1]]
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for row, (name, value) in enumerate(self.pairs):
            text = label(value, wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(text, row, 1)

    def _pairs(self, details: ModelDetails) -> Iterator[tuple[str, str]]:
        model = details.model
        yield self.tr("Licence"), licence_words(model.licence)
        yield self.tr("Task"), task_words(model.task)
        yield self.tr("Parameters"), parameter_words(model.parameters) if model.parameters else ""
        length = details.context_length
        tokens = self.tr("{count} tokens").format(count=QLocale().toString(length))
        yield self.tr("Reads at most"), tokens if length else ""
        chats = self.tr("Yes, it has a chat template")
        plain = self.tr("No chat template: it continues texts")
        yield self.tr("Made for chat"), chats if details.has_chat_template else plain
        yield self.tr("Languages"), language_words(model.languages, 8)
        yield self.tr("Made from"), model.base
        yield self.tr("Downloads"), count_words(model.downloads) if model.downloads else ""
        yield self.tr("Likes"), count_words(model.likes) if model.likes else ""
        yield self.tr("Changed"), iso_date_words(model.updated)
        yield self.tr("Version"), details.commit[:12]
        yield self.tr("Tags"), ", ".join(model.tags[:TAGS])
