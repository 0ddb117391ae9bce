"""The bar above the conversation: which model, and one button that loads, ejects or cancels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QLocale, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.generation import LoadProgress, ModelSource
from desktop_llm.core.remote_server import host_of, is_here, is_readable_on_the_way
from desktop_llm.library.starter import FetchProgress
from desktop_llm.services.inference import EngineState
from desktop_llm.ui import icons
from desktop_llm.ui.commands import plain_text
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named

Command = Literal["load", "eject", "cancel_load", "fetch", "cancel_fetch", "try"]
"""`try`: the chosen model is a classifier, which cannot chat but can be tried."""

STEPS = 1000
TITLE_WIDTHS = 160, 280
"""Pixels of the chosen model's title: at least, and at most while something is said beside it."""
AROUND = 72
"""Pixels of icon, arrow and edges."""


class _Beside(ElidedLabel):
    """What is said beside the button, as long as there is room for it."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class ModelBar(QFrame):
    """Shows models and the engine's state; asks by `command_requested`."""

    command_requested = Signal(str)
    """A `Command`; `picked` says for which model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "top")
        self._state = EngineState("starting")
        self._fetching: FetchProgress | None = None
        self._starter: str = ""
        self._command: Command = "load"
        self.engine_of: Callable[[ModelSource], str] = lambda model: ""
        """Which engine will run a model and why, as a sentence."""
        self.picker = named(ComboBox(), "modelPicker", self.tr("Model"))
        self.picker.setPlaceholderText(self.tr("Looking for models…"))
        self.picker.setMaximumWidth(340)
        self.button = named(QPushButton(), "loadButton", self.tr("Load"))
        self._toggles = QToolButton(), QToolButton()
        self._stage = ""
        self._beside = _Beside()
        self._beside.setProperty("kind", "muted")
        self._below = label(kind="muted", wrap=True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Progress"))
        self._row = QHBoxLayout()
        self._arrange()
        self.picker.currentIndexChanged.connect(self._refresh)
        self.button.clicked.connect(self._press)
        self._beside.resized.connect(self._place_stage)
        self._refresh()

    def _arrange(self) -> None:
        self._row.setContentsMargins(12, 9, 12, 5)
        self._row.setSpacing(8)
        for button in self._toggles:
            button.setProperty("kind", "toggle")
        self._row.addWidget(self._toggles[0])
        self._row.addWidget(self.picker, 5)
        self._row.addWidget(self.button)
        self._row.addWidget(self._beside, 8)
        self._row.addStretch(1)
        self._row.addWidget(self._toggles[1])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row)
        self._below.setContentsMargins(20, 0, 20, 5)
        column.addWidget(self._below)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        column.addWidget(self._progress)

    def add_toggles(self, left: QAction, right: QAction) -> None:
        """Buttons for the panes at the two sides."""
        for button, action in zip(self._toggles, (left, right), strict=True):
            named(button, f"{action.objectName()}Button", plain_text(action))
            button.setDefaultAction(action)
            button.setIconSize(QSize(20, 20))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)

    @property
    def picked(self) -> ModelSource | None:
        """The chosen model."""
        model = self.picker.currentData()
        return model if isinstance(model, ModelSource) else None

    @property
    def command(self) -> Command:
        """What the button does now."""
        return self._command

    @property
    def stage(self) -> str:
        """What is going on, in words."""
        return self._stage

    def set_models(self, models: Sequence[ModelSource], missing_starter: str) -> None:
        """Offer `models`; `missing_starter` is the name of the one to be downloaded first."""
        self._starter = missing_starter
        kept = self.picked
        self.picker.blockSignals(True)
        self.picker.clear()
        self.picker.setPlaceholderText(self.tr("No model yet"))
        for model in models:
            where = model.remote.address if model.remote else self._where(model)
            self.picker.addItem(model.title or model.name, model)
            row = self.picker.count() - 1
            if model.remote:
                self.picker.setItemIcon(row, icons.icon("cloud", "text_muted"))
            self.picker.setItemData(row, where, Qt.ItemDataRole.ToolTipRole)
        self.picker.blockSignals(False)
        if kept:
            self.pick(kept.name)
        self._refresh()

    def _where(self, model: ModelSource) -> str:
        """Its place on the disk, and who will run it."""
        file = model.convert_from if model.convert_from and not model.sha256 else model.path
        return "\n".join(filter(None, (str(file), self.engine_of(model))))

    def pick(self, name: str) -> None:
        """Choose the model `name`, if it is in the list."""
        for number in range(self.picker.count()):
            if self.picker.itemData(number).name == name:
                self.picker.setCurrentIndex(number)

    def set_state(self, state: EngineState) -> None:
        """The engine's phase and progress."""
        if state.model and (self._state.model is None or self._state.model != state.model):
            self.pick(state.model.source.name)
        self._state = state
        self._refresh()

    def set_fetching(self, progress: FetchProgress | None) -> None:
        """How far the download of the starter is; None when it is not running."""
        self._fetching = progress
        self._refresh()

    @Slot()
    def choose(self) -> None:
        """Open the list of models."""
        self.picker.setFocus()
        self.picker.showPopup()

    @Slot()
    def _press(self) -> None:
        self.command_requested.emit(self._command)

    @Slot()
    def _refresh(self) -> None:
        self._command = self._next_command()
        title = self.fontMetrics().horizontalAdvance(self.picker.currentText())
        least, most = TITLE_WIDTHS
        self.picker.setMinimumWidth(max(least, min(most, title + AROUND)))
        words = {
            "load": self.tr("Load"),
            "eject": self.tr("Eject"),
            "cancel_load": self.tr("Cancel"),
            "fetch": self.tr("Download"),
            "cancel_fetch": self.tr("Cancel"),
            "try": self.tr("Try it"),
        }
        self.button.setText(words[self._command])
        self.button.setAccessibleName(words[self._command])
        self.button.setEnabled(self.picked is not None or self._command.startswith("cancel"))
        primary = "primary" if self._command in ("load", "try") and self.picked else ""
        if self.button.property("kind") != primary:
            self.button.setProperty("kind", primary)
            self.button.style().polish(self.button)
        self._show_progress()

    def _next_command(self) -> Command:
        if self._fetching:
            return "cancel_fetch"
        if self._state.phase == "loading":
            return "cancel_load"
        picked, loaded = self.picked, self._state.model
        if picked and picked.kind == "classifier":
            return "try"
        if picked and loaded and loaded.source.name == picked.name:
            return "eject"
        return "fetch" if picked and picked.name == self._starter else "load"

    def _show_progress(self) -> None:
        text, fraction = "", None
        active = True
        if self._fetching:
            text, fraction = self._fetch_words(self._fetching)
        elif self._state.phase == "loading":
            progress = self._state.progress or LoadProgress("starting")
            text, fraction = self._stage_words(progress), progress.fraction
        else:
            active = False
            text = self._note()
        self._stage = text
        self._beside.setVisible(bool(text))
        self._place_stage()
        self._progress.setVisible(active)
        if fraction is None:
            self._progress.setRange(0, 0 if active else STEPS)
        else:
            self._progress.setRange(0, STEPS)
            self._progress.setValue(round(fraction * STEPS))

    @Slot()
    def _place_stage(self) -> None:
        """Beside the button if all of it fits there, else on lines of its own."""
        room = self._beside.contentsRect().width()
        fits = self._beside.fontMetrics().horizontalAdvance(self._stage) <= room
        self._beside.set_whole_text(self._stage if fits else "")
        self._below.setText("" if fits else self._stage)
        self._below.setVisible(not fits)

    def _note(self) -> str:
        """What one should know of the chosen model all the time."""
        picked = self.picked
        if self._command == "try":
            return self.tr("This model labels texts; it cannot chat.")
        if picked is not None and picked.remote is not None:
            return self._way(picked.remote.address)
        if self._state.rested:
            return self.tr("Unloaded while idle. Your next message loads it again.")
        return self.engine_of(picked) if picked and self._command == "load" else ""

    def _way(self, address: str) -> str:
        """Where text goes, for as long as a model of a server is chosen."""
        if is_here(address):
            return self.tr("Your text goes to another program here.")
        text = self.tr("Your text goes to {host}.")
        if is_readable_on_the_way(address):
            text = self.tr("Your text goes to {host}, unencrypted.")
        return text.format(host=host_of(address))

    def _fetch_words(self, progress: FetchProgress) -> tuple[str, float | None]:
        locale = QLocale()
        done = locale.formattedDataSize(
            progress.done_bytes, 0, locale.DataSizeFormat.DataSizeSIFormat
        )
        if not progress.total_bytes:
            return self.tr("Downloading: {done}").format(done=done), None
        total = locale.formattedDataSize(
            progress.total_bytes, 0, locale.DataSizeFormat.DataSizeSIFormat
        )
        text = self.tr("Downloading: {done} of {total}").format(done=done, total=total)
        return text, progress.done_bytes / progress.total_bytes

    def _stage_words(self, progress: LoadProgress) -> str:
        words = {
            "starting": self.tr("Starting the engine…"),
            "checking": self.tr("Checking the files…"),
            "converting": self.tr("Preparing the model, this once…"),
            "reading": self.tr("Reading the model…"),
            "measuring": self.tr("Measuring this computer, this once…"),
            "compiling": self.tr("Preparing to write; the first time this may take half a minute…"),
            "connecting": self.tr("Asking the server…"),
        }[progress.stage]
        if progress.fraction is None:
            return words
        return self.tr("{stage} {percent} %").format(
            stage=words, percent=round(progress.fraction * 100)
        )
