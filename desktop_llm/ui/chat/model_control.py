"""Between the model bar and the services: load, eject, download, and what to tell when it fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import LoadOptions, ModelSource
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.engine.engine_choice import choose_engine
from desktop_llm.library.starter import NAME as STARTER
from desktop_llm.library.starter import FetchProgress
from desktop_llm.services.inference import EngineState, InferenceService
from desktop_llm.services.library import LibraryService
from desktop_llm.services.models import ModelService
from desktop_llm.ui.chat.model_bar import ModelBar
from desktop_llm.ui.translate import words

Step = Literal["", "load", "fetch"]


class NoModelYet(ExpectedError):
    """Somebody wants an answer, and there is nothing that could give one."""

    happened = QT_TRANSLATE_NOOP("core", "There is no model on this computer yet.")
    safe = QT_TRANSLATE_NOOP("core", "Your message is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Download the starter model first.")


class ModelControl(QObject):
    """Keeps the bar true and carries out its commands."""

    failed = Signal(object, str)
    """ExpectedError, and the `Step` that "Try again" repeats."""
    recovered = Signal()
    """What failed works now."""
    try_requested = Signal(str)
    """The name of a classifier, which is tried in a place of its own."""
    changed = Signal()
    """Something that the welcome page or the composer shows is different."""

    def __init__(
        self,
        bar: ModelBar,
        inference: InferenceService,
        models: ModelService,
        library: LibraryService,
    ) -> None:
        super().__init__(bar)
        self._bar = bar
        self._inference = inference
        self._models = models
        self._library = library
        self._fetching: FetchProgress | None = None
        bar.engine_of = self._engine_of
        bar.command_requested.connect(self.run)
        bar.picker.currentIndexChanged.connect(self._picked)
        inference.state_changed.connect(self._state_changed)
        models.models_changed.connect(self._models_changed)
        library.choices_changed.connect(self._choices_changed)
        models.starter_progress.connect(self._fetch_progress)
        models.starter_ready.connect(self._fetch_ready)
        models.starter_failed.connect(self._fetch_failed)
        if models.models:
            self._models_changed(models.models)
        bar.set_state(inference.state)

    @property
    def state(self) -> EngineState:
        return self._inference.state

    @property
    def fetching(self) -> bool:
        return self._fetching is not None

    @property
    def starter_missing(self) -> bool:
        """No model can be used before the starter is downloaded."""
        return bool(self._models.models) and not self._usable()

    @property
    def english_only(self) -> bool:
        """The model that would answer is the starter."""
        model = self._answering()
        return model is None or model.name == STARTER

    def _usable(self) -> list[ModelSource]:
        missing = STARTER if self._models.starter_missing else ""
        return [
            model
            for model in self._models.models
            if model.name != missing and model.kind != "classifier"
        ]

    def _engine_of(self, model: ModelSource) -> str:
        """Who will run `model` as the person has set it, and why."""
        entry = self._library.find(model.name)
        options = entry.choices.applied_to(LoadOptions()) if entry else LoadOptions()
        return words(choose_engine(model, options).reason)

    def _answering(self) -> ModelSource | None:
        return self.state.model.source if self.state.model else self._bar.picked

    def ensure_loaded(self) -> bool:
        """See to it that a request gets an answer; False (and `failed`) if nothing could give it.

        A request that is submitted while a model loads waits for it.
        """
        if self.state.phase in ("loading", "ready"):
            return True
        usable = self._usable()
        if not usable:
            self.failed.emit(NoModelYet(), "")
            return False
        picked = self._bar.picked
        self._inference.load(picked if picked in usable else usable[0])
        return True

    @Slot()
    def load_picked(self) -> None:
        """Load the chosen model, or download it first if it is the missing starter."""
        self.run(self._bar.command if self._bar.command in ("fetch", "try") else "load")

    @Slot()
    def eject(self) -> None:
        """Give the model's memory back."""
        self.run("eject")

    @Slot(str)
    def run(self, command: str) -> None:
        """Carry out a `Command` of the bar for the chosen model."""
        picked = self._bar.picked
        if command == "load" and picked:
            self.recovered.emit()
            self._inference.load(picked)
        elif command == "try" and picked:
            self.try_requested.emit(picked.name)
        elif command == "eject":
            self._inference.eject()
        elif command == "cancel_load":
            self._inference.cancel_load()
        elif command == "fetch":
            self.fetch_starter()
        elif command == "cancel_fetch":
            self._models.cancel_fetch()
            self._set_fetching(None)

    @Slot()
    def fetch_starter(self) -> None:
        """Download the starter model; it is loaded when it is there."""
        self.recovered.emit()
        self._set_fetching(FetchProgress(0, 0))
        self._models.fetch_starter()

    @Slot(object)
    def _state_changed(self, state: EngineState) -> None:
        self._bar.set_state(state)
        self.changed.emit()
        if state.phase == "ready":
            self.recovered.emit()
        elif state.phase == "failed" and state.error:
            self.failed.emit(state.error, "load")

    @Slot(object)
    def _models_changed(self, models: Sequence[ModelSource]) -> None:
        nothing_picked = self._bar.picked is None
        self._bar.set_models(models, STARTER if self._models.starter_missing else "")
        default = self._models.default_model()
        if nothing_picked and default:
            self._bar.pick(default.name)
        self.changed.emit()

    @Slot()
    def _choices_changed(self) -> None:
        """Another engine may have been chosen."""
        self._models_changed(self._models.models)

    @Slot()
    def _picked(self) -> None:
        self.changed.emit()

    @Slot(object)
    def _fetch_progress(self, progress: FetchProgress) -> None:
        self._set_fetching(progress)

    @Slot()
    def _fetch_ready(self) -> None:
        self._set_fetching(None)
        self._bar.pick(STARTER)
        starter = self._bar.picked
        if starter and starter.name == STARTER and self.state.model is None:
            self._inference.load(starter)

    @Slot(object)
    def _fetch_failed(self, error: ExpectedError) -> None:
        self._set_fetching(None)
        self.failed.emit(error, "fetch")

    def _set_fetching(self, progress: FetchProgress | None) -> None:
        self._fetching = progress
        self._bar.set_fetching(progress)
        self.changed.emit()
