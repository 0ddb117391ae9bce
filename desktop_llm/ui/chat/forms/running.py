"""From a filled-in form to what is sent: whole, shortened, or in windows."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass

from desktop_llm.core.conversation import Attachment, FormUse, new_id
from desktop_llm.core.generation import LoadedModel
from desktop_llm.core.text import Text
from desktop_llm.engine.protocol import Engine
from desktop_llm.forms.fitting import Room
from desktop_llm.forms.form import Language, placed, with_text
from desktop_llm.forms.forms import Form, samples
from desktop_llm.forms.windows import WindowReduction, WindowTask, merged_at_once, partial_tokens
from desktop_llm.services.context_planner import Planner
from desktop_llm.services.long_texts import IN_PARTS, Measure
from desktop_llm.ui.chat.long_text_panel import Choice

SURELY_SHORT = 1000
"""Characters of a prompt that fits into any model, so that nobody has to count."""


@dataclass(frozen=True)
class Sending:
    """What `ChatService.send` is given."""

    text: str
    form: FormUse
    samples: int = 1
    attachments: tuple[Attachment, ...] = ()
    steps: WindowReduction | None = None


@dataclass(frozen=True)
class Filled:
    """A form as the person filled it in. What asks an engine runs on CountThread."""

    form: Form
    inputs: dict[str, str]
    instruction: str
    """The prompt, with the place for the text; perhaps edited."""
    text: str
    name: str
    """Of the text: its file."""
    language: Language
    words: Callable[[Text], str] = str

    @property
    def short(self) -> bool:
        """Whether it fits in any case."""
        return self.form.raw or len(self.instruction) + len(self.text) <= SURELY_SHORT

    @property
    def use(self) -> FormUse:
        """What is kept with the message; the text is in the message itself."""
        long = self.form.text_input
        kept = {n: v for n, v in self.inputs.items() if long is None or n != long.name}
        return FormUse(self.form.id, kept)

    def whole(self) -> Sending:
        """The whole text in the prompt."""
        return self._of(self.text)

    def measure(self, engine: Engine, model: LoadedModel, _planner: Planner) -> Measure:
        """How long it is, and how much there is room for."""
        room = self._room(engine, model)
        tokens, limit = room.count(self.text), room.prompt()
        around = room.count(placed(self.instruction, ""))
        task = self._task
        widest = task.window_tokens(room.count, limit)
        partial = partial_tokens(task.merging, limit, room.answer)
        return Measure(
            (tokens,),
            fits=room.count(placed(self.instruction, self.text)) <= limit,
            room=max(0, limit - around),
            widest=min(widest, room.answer) if task.merging == "join" else widest,
            merged=merged_at_once(limit, partial) if task.merging == "model" else sys.maxsize,
        )

    def as_chosen(
        self, choice: Choice, engine: Engine, model: LoadedModel, _planner: Planner
    ) -> Sending:
        """Shortened or in windows. Raises TextTooLong or WindowTooLarge."""
        room = self._room(engine, model)
        if choice.way == "start":
            return self._of(room.start(self.instruction, self.text))
        if choice.way == "end":
            return self._of(room.end(self.instruction, self.text))
        overlap = 0 if self._task.merging == "join" else choice.overlap
        steps = room.windows(self._task, self.text, choice.window, overlap)
        data = self.text.encode(errors="replace")
        name = self.words(Text(IN_PARTS, {"name": self.name}))
        digest = hashlib.sha256(data).hexdigest()
        attachment = Attachment(
            new_id(), name, "text/plain", digest, len(data), self.text, in_prompt=False
        )
        asked = placed(self.instruction, "").strip()
        return Sending(asked, self.use, 1, (attachment,), steps)

    @property
    def _task(self) -> WindowTask:
        return WindowTask.of(self.form, self.inputs, self.language, self.instruction)

    def _room(self, engine: Engine, model: LoadedModel) -> Room:
        return Room(engine, model.context_length, self.form.sampling.max_new_tokens)

    def _of(self, text: str) -> Sending:
        said = with_text(self.form, self.instruction, text)
        return Sending(said, self.use, samples(self.form, self.inputs))
