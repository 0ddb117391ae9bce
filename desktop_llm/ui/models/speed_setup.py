"""What shall be measured: models, settings, other engines, lengths of prompts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.generation import ModelSource
from desktop_llm.core.speed import SIDES, SpeedWish
from desktop_llm.ui.models.speed_words import setting_words
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import NumberField

SETTINGS = ("exact", "8-bit", "4-bit")
LENGTHS = (64, 512, 2048, 4096)
USUAL_LENGTHS = (64, 512, 2048)
WIDTH = 280
MOST_ROWS = 7
"""Of models; more are scrolled to."""


class SpeedSetup(QScrollArea):
    """Asks by signals; nothing is measured before "Measure"."""

    measure_requested = Signal(object)
    """list[SpeedWish], one for each model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen: set[str] = set()
        self.models = named(QListWidget(), "speedModels", self.tr("Models to measure"))
        self.settings = {key: QCheckBox(self._box_words(key)) for key in SETTINGS}
        self.rivals = {key: QCheckBox(SIDES[key]) for key in ("stock", "llamacpp")}
        self.lengths = {count: QCheckBox(QLocale().toString(count)) for count in LENGTHS}
        self.runs = named(NumberField(), "speedRuns", self.tr("Repetitions"))
        self.new_tokens = named(NumberField(), "speedNewTokens", self.tr("New tokens"))
        self.button = named(QPushButton(self.tr("Measure")), "speedMeasure", self.tr("Measure"))
        self._why = label(kind="small", wrap=True)
        self._busy = False
        self._set_up()
        self._arrange()
        self.models.itemChanged.connect(self._model_changed)
        self.button.clicked.connect(self._ask)
        self._refresh()

    def _set_up(self) -> None:
        self.models.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.models.setProperty("kind", "checks")
        self.models.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.button.setProperty("kind", "primary")
        for boxes, checked in (
            (self.settings, SETTINGS),
            (self.rivals, ("stock", "llamacpp")),
            (self.lengths, USUAL_LENGTHS),
        ):
            for key, box in boxes.items():
                named(box, f"speed_{key}", box.text())
                box.setChecked(key in checked)
                box.toggled.connect(self._refresh)
        self.rivals["stock"].setToolTip(self.tr("Plain Transformers, in bfloat16 and in float32"))
        self.rivals["llamacpp"].setToolTip(
            self.tr("On files made of the same weights: Q4_0, Q4_1 and Q8_0")
        )
        self.runs.setRange(1, 20)
        self.runs.setValue(3)
        self.new_tokens.setRange(8, 1024)
        self.new_tokens.setGroupSeparatorShown(True)
        self.new_tokens.setValue(64)

    def _box_words(self, setting: str) -> str:
        """Alone, where a sentence begins."""
        return self.tr("Exact") if setting == "exact" else setting_words(setting)

    def _arrange(self) -> None:
        inner = QWidget()
        inner.setProperty("pane", "clear")
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 16, 12, 16)
        column.setSpacing(8)
        for title, part in (
            (self.tr("Models"), self.models),
            (self.tr("Weights of this app"), _grid(self.settings.values(), 3)),
            (self.tr("Compared with"), _grid(self.rivals.values(), 2)),
            (self.tr("Tokens of the prompt"), _grid(self.lengths.values(), 2)),
        ):
            column.addWidget(label(title, "heading"))
            column.addWidget(part)
            column.addSpacing(8)
        numbers = QGridLayout()
        numbers.setHorizontalSpacing(12)
        numbers.setVerticalSpacing(8)
        for row, field in enumerate((self.new_tokens, self.runs)):
            name = label(field.accessibleName())
            name.setBuddy(field)
            numbers.addWidget(name, row, 0)
            numbers.addWidget(field, row, 1)
        column.addLayout(numbers)
        column.addSpacing(8)
        note = self.tr(
            "This takes minutes, in processes of their own. Chats are slower meanwhile, and make "
            "the figures worse; the model in memory stays there."
        )
        column.addWidget(label(note, "small", wrap=True))
        column.addSpacing(4)
        column.addWidget(self.button)
        column.addWidget(self._why)
        column.addStretch()
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(WIDTH)

    @Slot(object)
    def set_models(self, models: Sequence[ModelSource]) -> None:
        """Offer `models`; those that were chosen stay chosen, else the first is."""
        offered = [each for each in models if each.kind == "chat" and each.remote is None]
        names = [each.name for each in offered]
        self._chosen &= set(names)
        self._chosen = self._chosen or set(names[:1])
        self.models.blockSignals(True)
        self.models.clear()
        for each in offered:
            item = QListWidgetItem(each.title or each.name, self.models)
            item.setData(Qt.ItemDataRole.UserRole, each.name)
            item.setToolTip(each.name)
            chosen = each.name in self._chosen
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
        self.models.blockSignals(False)
        row = self.models.sizeHintForRow(0) if offered else 0
        self.models.setFixedHeight(min(MOST_ROWS, max(1, len(offered))) * row + 4)
        self._refresh()

    def set_busy(self, busy: bool) -> None:
        """Whether something is measured now."""
        self._busy = busy
        self._refresh()

    @property
    def wishes(self) -> list[SpeedWish]:
        """What is chosen; empty if something is missing."""
        settings = tuple(key for key, box in self.settings.items() if box.isChecked())
        lengths = tuple(key for key, box in self.lengths.items() if box.isChecked())
        rivals = tuple(key for key, box in self.rivals.items() if box.isChecked())
        if not settings or not lengths:
            return []
        shape = settings, rivals, lengths, self.new_tokens.value(), self.runs.value()
        return [
            SpeedWish(self.models.item(row).data(Qt.ItemDataRole.UserRole), *shape)
            for row in range(self.models.count())
            if self.models.item(row).checkState() == Qt.CheckState.Checked
        ]

    @Slot(QListWidgetItem)
    def _model_changed(self, item: QListWidgetItem) -> None:
        name = item.data(Qt.ItemDataRole.UserRole)
        if item.checkState() == Qt.CheckState.Checked:
            self._chosen.add(name)
        else:
            self._chosen.discard(name)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        why = ""
        if not self.models.count():
            why = self.tr("There is no model yet that could be measured.")
        elif not self.wishes:
            why = self.tr("Choose a model, a kind of weights and a length of the prompt.")
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self.button.setEnabled(not why and not self._busy)

    @Slot()
    def _ask(self) -> None:
        self.measure_requested.emit(self.wishes)


def _grid(boxes: Iterable[QCheckBox], columns: int) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(4)
    for place, box in enumerate(boxes):
        grid.addWidget(box, *divmod(place, columns))
    grid.setColumnStretch(columns, 1)
    return holder
