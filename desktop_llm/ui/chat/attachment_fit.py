"""Whether the attached texts fit into the model, and what the person wants if they do not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.conversation import Attachment
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import LoadedModel
from desktop_llm.engine.protocol import Engine
from desktop_llm.forms.windows import WindowReduction
from desktop_llm.services.context import ContextService
from desktop_llm.services.context_planner import Planner
from desktop_llm.services.long_texts import LongTexts, Measure
from desktop_llm.ui.chat.long_text_panel import Choice, LongTextPanel

MEASURE_MS = 300
"""After the last change of the draft."""

Made = tuple[tuple[Attachment, ...], WindowReduction | None]
"""What is sent: the attachments as they shall be kept, and the steps of windows."""


class AttachmentFit(QObject):
    """Measures while the person writes; of several questions the newest is answered."""

    measured = Signal()
    """`known` or `fits` are others now, or something was chosen."""

    def __init__(self, context: ContextService, draft: Callable[[], LongTexts | None]) -> None:
        """`draft` is what is written at the moment; None without attachments."""
        super().__init__()
        self.panel = LongTextPanel()
        self.known: Measure | None = None
        self.fits = True
        """All of it goes in whole, as far as is known."""
        self._context = context
        self._draft = draft
        self._newest: object = None
        self._pause = QTimer(self, singleShot=True, interval=MEASURE_MS)
        self._pause.timeout.connect(self.measure)
        self.panel.chosen.connect(self.measured)

    @property
    def undecided(self) -> bool:
        """The person has to choose first."""
        return not self.panel.isHidden() and self.panel.choice is None

    @Slot()
    def measure_soon(self) -> None:
        """Something changed that will change more."""
        self._pause.start()

    @Slot()
    def measure(self) -> None:
        """Ask how long the texts are; `measured` follows."""
        wish, draft = object(), self._draft()
        self._newest = wish

        def measure(engine: Engine, model: LoadedModel, planner: Planner) -> Measure | None:
            return draft.measure(engine, model, planner) if draft and self._newest is wish else None

        def done(measure: Measure | None) -> None:
            if measure is not None and self._newest is wish:
                self._show(measure)

        if draft is None or not self._context.ask(measure, done, lambda error: None):
            self._show(None)

    def make(
        self,
        draft: LongTexts,
        on_made: Callable[[tuple[Attachment, ...], WindowReduction | None], None],
        on_given_up: Callable[[ExpectedError | None], None],
    ) -> None:
        """Make what is sent, sure to fit; given up for an error, or None if one has to choose."""

        def made(made: Made | Measure) -> None:
            if isinstance(made, Measure):
                self._show(made)
                on_given_up(None)
            else:
                on_made(*made)

        work = partial(_make, draft, self.panel.choice)
        if not self._context.ask(work, made, on_given_up):
            on_made(draft.attachments, None)  # no model can count: the engine will judge

    def _show(self, measure: Measure | None) -> None:
        self.known = measure
        self.fits = measure is None or measure.fits
        self.panel.show_measure(measure)
        self.measured.emit()


def _make(
    draft: LongTexts, choice: Choice | None, engine: Engine, model: LoadedModel, planner: Planner
) -> Made | Measure:
    """On CountThread: what is sent; the measure if there is something to choose first."""
    measure = draft.measure(engine, model, planner)
    if measure.fits:
        return draft.attachments, None
    if choice is None:
        return measure
    if choice.way == "windows":
        made = draft.in_windows(engine, model, choice.window, choice.overlap)
        return made.attachments, made.steps
    return draft.shorten(engine, model, planner, choice.way), None
