"""What the model will see: planned live while a person types, and exactly before every request."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.context import ContextPlan
from desktop_llm.core.conversation import Conversation, Message
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ChatMessage, LoadedModel, PromptToken
from desktop_llm.engine.errors import NoModelLoaded
from desktop_llm.engine.protocol import Engine
from desktop_llm.services.context_planner import Planner, Subject, goes_on
from desktop_llm.services.errors import ContextFull
from desktop_llm.services.inference import EngineState, InferenceService

log = logging.getLogger(__name__)
T = TypeVar("T")

QUICK_MS = 80
EXACT_MS = 500
"""After the last change: the sum of the parts at once, the true length when nothing changes."""

OnFailed = Callable[[ExpectedError], None]


@dataclass(frozen=True)
class PreparedPrompt:
    """What a request is made of. `left_out` are the ids of messages that do not fit."""

    messages: tuple[ChatMessage, ...]
    left_out: tuple[str, ...]
    system_prompt: str


class ContextService(QObject):
    """Plans for the model that is in memory; without one nothing is known, and nothing left out."""

    planned = Signal(object)
    """ContextPlan, or None while nothing is known."""

    def __init__(self, inference: InferenceService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plan: ContextPlan | None = None
        self._inference = inference
        self._planner = Planner()
        self._subject: Subject | None = None
        self._newest: object = None
        self._waiting: list[tuple[Callable[[], None], OnFailed]] = []
        """What goes on when the model is there that is being loaded, or is given up."""
        self._quick = QTimer(self, singleShot=True, interval=QUICK_MS)
        self._exact = QTimer(self, singleShot=True, interval=EXACT_MS)
        self._quick.timeout.connect(self._plan_quickly)
        self._exact.timeout.connect(self._plan_exactly)
        inference.state_changed.connect(self._follow)

    def watch(
        self, conversation: Conversation, system_prompt: str, path: Sequence[Message]
    ) -> None:
        """Plan for this now, and whenever another model is there; `planned` follows.

        A draft is a last message without an id. Cheap enough for every keystroke.
        """
        if self._subject is None or self._subject.conversation.id != conversation.id:
            self._show(None)
        self._subject = Subject(conversation, system_prompt, tuple(path))
        if self._model:
            self._quick.start()
            self._exact.start()

    def when_loaded(self, go_on: Callable[[], None], on_failed: OnFailed) -> None:
        """Call `go_on` now, or as soon as the model that is being loaded can count.

        If it cannot be loaded, too: the engine tells why. `on_failed` gets NoModelLoaded if loading
        was cancelled.
        """
        if self._inference.state and self._inference.state.phase == "loading":
            self._waiting.append((go_on, on_failed))
        else:
            go_on()

    def wait_no_more(self) -> None:
        """The person has stopped it: everything that waits goes on at once."""
        waiting, self._waiting = self._waiting, []
        for go_on, _ in waiting:
            go_on()

    def prepare(
        self,
        conversation: Conversation,
        system_prompt: str,
        path: Sequence[Message],
        on_ready: Callable[[PreparedPrompt], None],
        on_failed: OnFailed,
    ) -> None:
        """What is sent for `path`, which is never longer than the model reads.

        `on_failed` gets ContextFull if the person wants to be asked, or nothing more may be left
        out. While no model can count, all of it is handed over at once, and the engine judges.
        """
        subject = Subject(conversation, system_prompt, tuple(path))

        def all_of_it(_: ExpectedError | None = None) -> None:
            on_ready(PreparedPrompt(subject.messages(), (), system_prompt))

        model = self._model
        if model is None:
            all_of_it()
            return

        def count(engine: Engine) -> tuple[ContextPlan, PreparedPrompt]:
            plan = self._planner.plan(engine, model, subject)
            messages = subject.messages(plan.left_out)
            return plan, PreparedPrompt(messages, plan.left_out, system_prompt)

        def counted(answer: tuple[ContextPlan, PreparedPrompt]) -> None:
            plan, prompt = answer
            if plan.excess:
                on_failed(ContextFull(plan.used, plan.limit, plan.reserved))
            else:
                on_ready(prompt)

        self._inference.ask(count, counted, all_of_it)

    def ask(
        self,
        function: Callable[[Engine, LoadedModel, Planner], T],
        on_done: Callable[[T], None],
        on_failed: OnFailed,
    ) -> bool:
        """Call `function` on CountThread with what the plans are made with; False without a model.

        The planner is for this thread only: it remembers the lengths of texts.
        """
        model = self._model
        if model is not None:
            ask = self._inference.ask
            ask(lambda engine: function(engine, model, self._planner), on_done, on_failed)
        return model is not None

    def explain(
        self,
        on_done: Callable[[list[PromptToken]], None],
        on_failed: OnFailed,
        template: str | None = None,
        messages: Sequence[ChatMessage] = (),
    ) -> None:
        """The tokens of the next prompt, or of `messages`, perhaps by another template."""
        subject, plan = self._subject, self.plan
        if not messages and subject:
            messages = subject.messages(plan.left_out if plan else ())
        thinking = subject.conversation.thinking if subject else None

        def tell(engine: Engine) -> list[PromptToken]:
            if not messages:
                return []
            return engine.explain(messages, template, thinking, goes_on(messages))

        self._inference.ask(tell, on_done, on_failed)

    def own_template(self, on_done: Callable[[str], None], on_failed: OnFailed) -> None:
        """The chat template that came with the model in memory."""
        self._inference.ask(lambda engine: engine.template(), on_done, on_failed)

    def shut_down(self) -> None:
        """Plan no more."""
        self._waiting.clear()
        self._quick.stop()
        self._exact.stop()

    @property
    def _model(self) -> LoadedModel | None:
        """The model in memory, if it can count: servers do not."""
        state = self._inference.state
        model = state.model if state and state.phase == "ready" else None
        return model if model and model.capabilities.counts_tokens else None

    @Slot(object)
    def _follow(self, state: EngineState) -> None:
        if state.phase in ("ready", "failed"):
            self.wait_no_more()
        elif state.phase != "loading":
            waiting, self._waiting = self._waiting, []
            for _, on_failed in waiting:
                on_failed(NoModelLoaded())
        if self._model is None:
            self.shut_down()
            self._show(None)
        elif self.plan is None and self._subject:
            self._quick.start()

    @Slot()
    def _plan_quickly(self) -> None:
        if self.plan is None:  # nothing is known that could be corrected
            self._exact.stop()
            self._ask(exact=True)
        else:
            self._ask(exact=False)

    @Slot()
    def _plan_exactly(self) -> None:
        self._ask(exact=True)

    def _ask(self, exact: bool) -> None:
        subject, model = self._subject, self._model
        if subject is None or model is None:
            return
        wish = self._newest = object()

        def plan(engine: Engine) -> ContextPlan | None:
            if wish is not self._newest:
                return None
            return self._planner.plan(engine, model, subject, exact)

        def planned(plan: ContextPlan | None) -> None:
            if plan is not None and wish is self._newest:
                self._show(plan)

        def failed(error: ExpectedError) -> None:
            log.debug("the prompt's length is unknown: %s", type(error).__name__)
            if wish is self._newest:
                self._show(None)

        self._inference.ask(plan, planned, failed)

    def _show(self, plan: ContextPlan | None) -> None:
        if plan is None:
            self._newest = None
        if plan is not self.plan:
            self.plan = plan
            self.planned.emit(plan)
