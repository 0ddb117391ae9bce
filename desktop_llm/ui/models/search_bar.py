"""What to look for: words, filters and the order of the results."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.library.hub_types import SearchQuery
from desktop_llm.ui import icons
from desktop_llm.ui.models.words import LICENCES, TASKS, language_name, translated
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import named

TYPING_MS = 400
LANGUAGES = ("en", "zh", "de", "fr", "es", "pt", "it", "ja", "ko", "ru", "ar", "hi", "vi", "id")
BILLION = 1_000_000_000
SIZES: tuple[tuple[str, tuple[int, int]], ...] = (
    (QT_TRANSLATE_NOOP("models", "Any size"), (0, 0)),
    (QT_TRANSLATE_NOOP("models", "Up to 0.5B"), (0, BILLION // 2)),
    (QT_TRANSLATE_NOOP("models", "0.5B to 1.5B"), (BILLION // 2, 3 * BILLION // 2)),
    (QT_TRANSLATE_NOOP("models", "1.5B to 4B"), (3 * BILLION // 2, 4 * BILLION)),
    (QT_TRANSLATE_NOOP("models", "4B to 9B"), (4 * BILLION, 9 * BILLION)),
    (QT_TRANSLATE_NOOP("models", "More than 9B"), (9 * BILLION, 0)),
)
"""Numbers of parameters, from and to."""


class SearchBar(QWidget):
    """Tells of a new question a moment after the last key, or at once with Return."""

    query_changed = Signal(object)
    """SearchQuery"""
    help_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = named(QLineEdit(), "modelSearch", self.tr("Search for models"))
        self.edit.setPlaceholderText(self.tr("Search for models on the hub"))
        self.edit.setClearButtonEnabled(True)
        self.edit.addAction(
            icons.icon("magnifying-glass", "text_muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self._boxes: dict[str, ComboBox] = {}
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._told = SearchQuery()
        self._arrange()
        self.edit.textChanged.connect(self._edited)
        self.edit.returnPressed.connect(self._tell)
        self._typing.timeout.connect(self._tell)

    def _arrange(self) -> None:
        help_button = named(QPushButton(), "helpMeChoose", self.tr("Help me choose"))
        help_button.setText(self.tr("Help me choose…"))
        help_button.setIcon(icons.icon("compass"))
        help_button.clicked.connect(self.help_requested)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.edit, 1)
        top.addWidget(self._sort_box())
        top.addWidget(help_button)
        filters = QHBoxLayout()
        filters.setSpacing(8)
        for box in self._filter_boxes():
            box.setMinimumWidth(84)
            filters.addWidget(box, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 14, 24, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addLayout(filters)

    def _sort_box(self) -> ComboBox:
        orders = {
            "trending": self.tr("Trending"),
            "downloads": self.tr("Most downloads"),
            "likes": self.tr("Most likes"),
            "updated": self.tr("Newest changes"),
        }
        return self._box("sort", self.tr("Order"), orders)

    def _filter_boxes(self) -> list[ComboBox]:
        formats = {
            "": self.tr("Any format"),
            "safetensors": "safetensors",
            "gguf": "GGUF",
            "adapter": self.tr("Adapters"),
        }
        tasks = {"": self.tr("Any task")} | {key: translated(text) for key, text in TASKS.items()}
        languages = {"": self.tr("Any language")}
        languages |= {code: language_name(code) for code in LANGUAGES}
        access = {
            "": self.tr("Any access"),
            "open": self.tr("Free to download"),
            "gated": self.tr("With conditions"),
        }
        sizes = {number: translated(text) for number, (text, _) in enumerate(SIZES)}
        return [
            self._box("task", self.tr("Task"), tasks),
            self._box("size", self.tr("Size"), sizes),
            self._box("language", self.tr("Language"), languages),
            self._box("format", self.tr("Format"), formats),
            self._box("licence", self.tr("Licence"), {"": self.tr("Any licence")} | LICENCES),
            self._box("access", self.tr("Access"), access),
        ]

    def _box(self, name: str, accessible: str, choices: dict[Any, str]) -> ComboBox:
        box = named(ComboBox(), f"{name}Filter", accessible, accessible)
        for key, text in choices.items():
            box.addItem(text, key)
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + 40)
        box.activated.connect(self._tell)
        self._boxes[name] = box
        return box

    @property
    def query(self) -> SearchQuery:
        """What the fields say."""
        chosen = {name: box.currentData() for name, box in self._boxes.items()}
        _, (smallest, largest) = SIZES[chosen.pop("size")]
        text = " ".join(self.edit.text().split())
        return SearchQuery(text, min_parameters=smallest, max_parameters=largest, **chosen)

    def set_query(self, query: SearchQuery) -> None:
        """Fill the fields without telling."""
        self._told = query
        self.edit.setText(query.text)
        self._typing.stop()
        limits = (query.min_parameters, query.max_parameters)
        size = next((number for number, (_, each) in enumerate(SIZES) if each == limits), 0)
        for name, box in self._boxes.items():
            wanted = size if name == "size" else getattr(query, name)
            box.setCurrentIndex(max(0, box.findData(wanted)))

    @Slot()
    def _edited(self) -> None:
        self._typing.start()

    @Slot()
    def _tell(self) -> None:
        self._typing.stop()
        if self.query != self._told:
            self._told = self.query
            self.query_changed.emit(self._told)

    # Qt's own names

    def hideEvent(self, event: QHideEvent) -> None:
        self._typing.stop()
        super().hideEvent(event)


def restricts(query: SearchQuery) -> bool:
    """Whether anything was asked for."""
    return query != SearchQuery(sort=query.sort)
