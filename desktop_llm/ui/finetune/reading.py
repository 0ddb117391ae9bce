"""Has the data read while it is being changed, and keeps what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.training.data.types import DataReport
from desktop_llm.training.job import DataSpec, TaskName
from desktop_llm.training.tokens import TokenReport

if TYPE_CHECKING:
    from desktop_llm.services.datasets import DataService

DELAY_MS = 300
"""The data is read so long after the last change."""

TokenQuestion = tuple[DataSpec, TaskName, ModelSource, int]
"""The data, the task, the base model, and the maximum length in tokens."""


class Reading(QObject):
    """First the check of the files, then the tokens for a model; `changed` after every step."""

    changed = Signal()
    check_refused = Signal(object)
    """ExpectedError"""
    tokens_refused = Signal(object)
    """ExpectedError"""

    def __init__(self, data: DataService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.report: DataReport | None = None
        self.tokens: TokenReport | None = None
        self.checking = False
        self.check_failed = False
        self.tokens_failed = False
        self._data = data
        self._to_check: tuple[DataSpec, TaskName | None] | None = None
        self._question: TokenQuestion | None = None
        self._check_soon = self._timer(self._check)
        self._tokens_soon = self._timer(self._ask)
        data.checked.connect(self._checked)
        data.tokens_ready.connect(self._tokens_ready)
        data.failed.connect(self._failed)

    def _timer(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(DELAY_MS)
        timer.timeout.connect(slot)
        return timer

    def check(self, spec: DataSpec, task: TaskName | None) -> None:
        """Have `spec` read soon; `task` None lets the reader find out what it is for."""
        self._to_check = (spec, task)
        self._set_checking(True)
        self._check_soon.start()

    def forget(self) -> None:
        """There is no data any more."""
        self.report = self.tokens = None
        self._set_checking(False)

    def _set_checking(self, checking: bool) -> None:
        self.checking, self.check_failed = checking, False
        self._question = None
        self._check_soon.stop()
        self._tokens_soon.stop()

    def tokenise(self, question: TokenQuestion) -> None:
        """Have the rows turned into tokens soon, unless just this was asked last."""
        if self._question == question or not self.report or self.checking:
            return
        if self._question is None or self._question[1:3] != question[1:3]:
            self.tokens = None
        self._question, self.tokens_failed = question, False
        self._tokens_soon.start()

    def forget_tokens(self) -> None:
        """There is no model that could read the rows."""
        self._question = self.tokens = None
        self._tokens_soon.stop()

    @Slot()
    def check_again(self) -> None:
        """Do again what failed."""
        if self._to_check:
            self.check(*self._to_check)
            self.changed.emit()

    @Slot()
    def tokenise_again(self) -> None:
        """Do again what failed."""
        self.tokens_failed = False
        self._tokens_soon.start()
        self.changed.emit()

    def flush(self) -> None:
        """Do now what would be done soon."""
        for timer, slot in ((self._check_soon, self._check), (self._tokens_soon, self._ask)):
            if timer.isActive():
                timer.stop()
                slot()

    @Slot()
    def _check(self) -> None:
        if self._to_check:
            self._data.check(*self._to_check)

    @Slot()
    def _ask(self) -> None:
        if self._question:
            self._data.tokens(*self._question)

    @Slot(object)
    def _checked(self, report: DataReport) -> None:
        if self.checking and not self._check_soon.isActive():
            self.report, self.checking = report, False
            self.changed.emit()

    @Slot(object)
    def _tokens_ready(self, tokens: TokenReport) -> None:
        if self._question and not self._tokens_soon.isActive():
            self.tokens = tokens
            self.changed.emit()

    @Slot(object)
    def _failed(self, error: ExpectedError) -> None:
        if self.checking:
            self.checking, self.check_failed = False, True
            self.check_refused.emit(error)
        elif self._question:
            self.tokens, self.tokens_failed = None, True
            self.tokens_refused.emit(error)
        self.changed.emit()
