"""Base and tuned side by side: one prompt, one seed, and the label says which weights answered."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from desktop_llm.core.conversation import new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    ChatMessage,
    GenerationEvent,
    GenerationRecord,
    GenerationRequest,
    GenerationResult,
    ModelSource,
    Sampling,
    TextChunk,
)
from desktop_llm.services.inference import InferenceService
from desktop_llm.training.run_folder import RunSummary
from desktop_llm.ui import icons
from desktop_llm.ui.chat.composer import PromptEdit
from desktop_llm.ui.finetune.run_words import base_words, run_name
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import NumberField

LONGEST_ANSWER = 256
LARGEST_SEED = 2_147_483_647


@dataclass(frozen=True)
class Turn:
    """One of the two answers: in which pane, by which model, with its adapter or without."""

    pane: int
    model: ModelSource
    use_adapter: bool


class AnswerPane(QFrame):
    """One answer, whose it is, and which weights really gave it."""

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__()
        self.setProperty("pane", "card")
        self._title = ElidedLabel()
        self._title.setProperty("kind", "heading")
        self.edit = named(QPlainTextEdit(), name, accessible)
        self.edit.setReadOnly(True)
        self.edit.setTabChangesFocus(True)
        self.edit.setProperty("kind", "bare")
        self.edit.document().setDocumentMargin(0)
        self._proof = label(kind="small", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 10)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self.edit, 1)
        column.addWidget(self._proof)

    @property
    def title(self) -> str:
        return self._title.whole_text

    @property
    def proof(self) -> str:
        """Which weights answered, as the engine says."""
        return self._proof.text()

    def begin(self, title: str, proof: str) -> None:
        self._title.set_whole_text(title)
        self.edit.clear()
        self._proof.setText(proof)

    def say(self, proof: str) -> None:
        self._proof.setText(proof)

    def append(self, text: str) -> None:
        bar = self.edit.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        cursor = self.edit.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        cursor.insertText(text)
        if at_end:
            bar.setValue(bar.maximum())


class Comparison(QWidget):
    """Asks the base first, then the tuned model, through the same engine as the chat."""

    busy_changed = Signal(bool)

    def __init__(self, inference: InferenceService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inference = inference
        self._run: RunSummary | None = None
        self._result: ModelSource | None = None
        self._turns: list[Turn] = []
        self._turn: Turn | None = None
        self._request = ""
        self._seed_used = 0
        self._asked = ""
        self.panes = (
            AnswerPane("compareBase", self.tr("Answer of the base model")),
            AnswerPane("compareTuned", self.tr("Answer of the tuned model")),
        )
        self.prompt = named(PromptEdit(), "comparePrompt", self.tr("Prompt for both models"))
        self.prompt.setPlaceholderText(self.tr("Ask both models the same…"))
        self.seed = named(
            NumberField(),
            "compareSeed",
            self.tr("Seed"),
            self.tr("Both draw the same random numbers. “Random” takes another seed each time."),
        )
        self.seed.setRange(-1, LARGEST_SEED)
        self.seed.setSpecialValueText(self.tr("Random"))
        self.seed.setValue(1)
        self.seed.setFixedWidth(110)
        self.button = named(QToolButton(), "compareAsk", self.tr("Ask both"))
        self.button.setProperty("kind", "send")
        self.button.setIconSize(QSize(20, 20))
        self.banner = ErrorBanner()
        self._arrange()
        self.prompt.submitted.connect(self._ask)
        self.prompt.textChanged.connect(self._refresh)
        self.button.clicked.connect(self._press)
        inference.event_received.connect(self._event)
        inference.finished.connect(self._ended)
        inference.stopped.connect(self._ended)
        inference.failed.connect(self._failed)
        self._refresh()

    def _arrange(self) -> None:
        box = QFrame()
        box.setProperty("pane", "composer")
        row = QHBoxLayout(box)
        row.setContentsMargins(16, 10, 10, 8)
        row.setSpacing(10)
        row.addWidget(self.prompt, 1)
        bottom = Qt.AlignmentFlag.AlignBottom
        name = label(self.tr("Seed"), "small")
        name.setFixedHeight(36)
        name.setBuddy(self.seed)
        row.addWidget(name, 0, bottom)
        row.addWidget(self.seed, 0, bottom)
        row.addWidget(self.button, 0, bottom)
        panes = QHBoxLayout()
        panes.setSpacing(12)
        for pane in self.panes:
            panes.addWidget(pane, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 16)
        column.setSpacing(12)
        column.addLayout(panes, 1)
        column.addWidget(self.banner)
        column.addWidget(box)

    def show_run(self, run: RunSummary, result: ModelSource) -> None:
        """Compare `run`'s base with `result`, the model that came out of it."""
        self._result = result
        if self._run is not None and self._run.id == run.id:
            self._run = run
            return
        self.stop()
        self._run = run
        self.banner.clear()
        for number, pane in enumerate(self.panes):
            pane.begin(self._title(number), "")
        self._refresh()

    @property
    def busy(self) -> bool:
        return self._turn is not None

    def _title(self, pane: int) -> str:
        if self._run is None:
            return ""
        if pane == 0:
            return self.tr("Base: {name}").format(name=base_words(self._run.job))
        return self.tr("Tuned: {name}").format(name=run_name(self._run))

    @Slot()
    def _press(self) -> None:
        if self.busy:
            self.stop()
        else:
            self._ask()

    @Slot()
    def _ask(self) -> None:
        text = self.prompt.toPlainText().strip()
        if not text or self.busy or self._run is None or self._result is None:
            return
        self.banner.clear()
        self._asked = text
        self._seed_used = self.seed.value()
        if self._seed_used < 0:
            self._seed_used = random.randrange(LARGEST_SEED)
        for number, pane in enumerate(self.panes):
            pane.begin(self._title(number), self.tr("Waits for its turn"))
        base = self._result if self._result.adapter else self._run.job.model
        self._turns = [Turn(0, base, False), Turn(1, self._result, True)]
        self._next()

    def _next(self) -> None:
        """Load what the next turn needs, if it is not in memory, and submit its request."""
        if not self._turns:
            self._turn = None
            self._refresh()
            return
        self._turn = turn = self._turns.pop(0)
        loaded = self._inference.state.model
        if loaded is None or loaded.source.name != turn.model.name:
            self._inference.load(turn.model)
        self._request = new_id()
        self.panes[turn.pane].say(self.tr("Answers…"))
        self._refresh()
        self._inference.submit(self._request_for(turn))

    def _request_for(self, turn: Turn) -> GenerationRequest:
        sampling = Sampling(max_new_tokens=LONGEST_ANSWER, seed=self._seed_used)
        is_text = self._run is not None and self._run.job.task == "pretrain"
        return GenerationRequest(
            self._request,
            messages=() if is_text else (ChatMessage("user", self._asked),),
            prompt=self._asked if is_text else None,
            sampling=sampling,
            use_adapter=turn.use_adapter,
        )

    @Slot()
    def stop(self) -> None:
        """End what runs and what waits."""
        self._turns = []
        if self._turn is not None:
            self._inference.stop(self._request)

    @Slot(str, object)
    def _event(self, request_id: str, event: GenerationEvent) -> None:
        if self._turn and request_id == self._request and isinstance(event, TextChunk):
            self.panes[self._turn.pane].append(event.text)

    @Slot(str, object)
    def _ended(self, request_id: str, result: GenerationResult) -> None:
        if self._turn is None or request_id != self._request:
            return
        pane = self.panes[self._turn.pane]
        if result.completions:
            pane.say(self._proof_words(result.completions[0].record))
        else:
            pane.say(self.tr("Stopped before it answered"))
        if not self._turns and self._turn.pane == 0:
            self.panes[1].say(self.tr("Not asked"))
        self._next()

    def _proof_words(self, record: GenerationRecord) -> str:
        if record.adapter_hash:
            text = self.tr("Answered by {model} with the adapter {hash}, seed {seed}")
        else:
            text = self.tr("Answered by {model} without an adapter, seed {seed}")
        return text.format(model=record.model, hash=record.adapter_hash[:12], seed=record.seed)

    @Slot(str, object)
    def _failed(self, request_id: str, error: ExpectedError) -> None:
        if self._turn is None or request_id != self._request:
            return
        for pane in self.panes[self._turn.pane :]:
            pane.say(self.tr("No answer"))
        self._turns, self._turn = [], None
        self.banner.show_error(error, False)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        busy = self.busy
        name = self.tr("Stop") if busy else self.tr("Ask both")
        self.button.setIcon(icons.icon("stop-fill" if busy else "arrow-up-bold", "accent_text"))
        self.button.setAccessibleName(name)
        self.button.setToolTip(name)
        self.button.setEnabled(busy or bool(self.prompt.toPlainText().strip()))
        self.busy_changed.emit(busy)
