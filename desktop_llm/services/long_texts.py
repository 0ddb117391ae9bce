"""Attached texts and what the model can read: measured, shortened, or asked about in windows.

All of `LongTexts` asks the engine, so it runs on CountThread (`ContextService.ask`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from desktop_llm.core.conversation import Attachment, Conversation, Message, new_id
from desktop_llm.core.generation import LoadedModel
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact, Text
from desktop_llm.engine.protocol import Engine
from desktop_llm.forms import forms
from desktop_llm.forms.fitting import Room
from desktop_llm.forms.form import language_of
from desktop_llm.forms.windows import (
    WindowReduction,
    WindowTask,
    merged_at_once,
    partial_tokens,
)
from desktop_llm.services.chat_prompt import attached_text
from desktop_llm.services.context_planner import FAR, Planner, Subject
from desktop_llm.services.errors import ContextFull

End = Literal["start", "end"]
Words = Callable[[Text], str]
"""How a sentence is said to the person; may be called on another thread."""

MARGIN = 32
"""Tokens that a shortened text leaves free for its longer name, and where texts meet."""

GRAIN = 16
"""Tokens; a text is shortened in steps of so many."""

HUGE = 1_000_000
"""Characters; of a longer text that cannot fit only so many are counted, and the rest is guessed.
Counting all of 20 MB would keep everybody waiting for half a minute."""

MOST_PARTS = 1000
"""More windows than a person would wait for."""

LEAST_WINDOW = 64
LEAST_ANSWER = 256
"""Tokens: with less room for the answer a text counts as too long."""

ROUNDS = 8

FIRST = QT_TRANSLATE_NOOP("core", "{name} (first {kept} of {tokens} tokens)")
LAST = QT_TRANSLATE_NOOP("core", "{name} (last {kept} of {tokens} tokens)")
FIRST_OF_ABOUT = QT_TRANSLATE_NOOP("core", "{name} (first {kept} of about {tokens} tokens)")
LAST_OF_ABOUT = QT_TRANSLATE_NOOP("core", "{name} (last {kept} of about {tokens} tokens)")
IN_PARTS = QT_TRANSLATE_NOOP("core", "{name} (read in parts)")


@dataclass(frozen=True)
class Measure:
    """What the attachments of a draft take. All numbers are tokens."""

    tokens: tuple[int, ...]
    """Of the text of each attachment."""
    fits: bool
    """The prompt with all of them is no longer than the model reads."""
    guessed: tuple[bool, ...] = ()
    """Which of `tokens` are about right only."""
    room: int = 0
    """For all texts together; what they can be shortened to."""
    widest: int = 0
    """The largest window; below `LEAST_WINDOW` there is no room for windows."""
    merged: int = 2
    """So many results of windows can be merged at once."""

    @property
    def total(self) -> int:
        return sum(self.tokens)

    def parts(self, window: int, overlap: int) -> int:
        """About how many windows there will be."""
        step = window - overlap - max(1, min(window // 8, window - overlap - 1))
        return max(1, math.ceil((self.total - overlap) / max(1, step)))

    def requests(self, window: int, overlap: int) -> int:
        """About how many requests: one for each window, and those that merge."""
        level = requests = self.parts(window, overlap)
        while level > 1:
            level = math.ceil(level / self.merged)
            requests += level
        return requests


@dataclass(frozen=True)
class InWindows:
    """What is sent when texts are read in windows."""

    attachments: tuple[Attachment, ...]
    steps: WindowReduction


@dataclass(frozen=True)
class LongTexts:
    """A draft: what is asked, and the texts that it is asked about."""

    conversation: Conversation
    system_prompt: str
    path: tuple[Message, ...]
    text: str
    attachments: tuple[Attachment, ...]
    question: str = "Summarise the text."
    """What is asked about windows when there is no text."""
    words: Words = str

    def measure(self, engine: Engine, model: LoadedModel, planner: Planner) -> Measure:
        """How much the attachments take, and how much they may."""
        counted = [_stand_in(each, engine, model, planner) for each in self.attachments]
        frames = [attached_text(replace(each, text="")) for each in counted]
        lengths = planner.lengths(engine, model, [*map(attached_text, counted), *frames])
        known = [a - b for a, b in zip(lengths, lengths[len(counted) :], strict=False)]
        tokens = tuple(
            length * len(each.text) // max(1, len(part.text))
            for length, each, part in zip(known, self.attachments, counted, strict=True)
        )
        guessed = tuple(
            part is not each for part, each in zip(counted, self.attachments, strict=True)
        )
        plan = planner.plan(engine, model, self._subject(counted))
        of_model = self._room(engine, model)
        answer = of_model.answer
        if not plan.excess and plan.reserved >= min(answer, LEAST_ANSWER):
            return Measure(tokens, fits=True)
        room = plan.limit - answer - (plan.used - sum(known)) - MARGIN * len(counted)
        free = of_model.prompt() - of_model.count(self._task.system)
        widest = self._task.window_tokens(of_model.count, free)
        return Measure(
            tokens,
            fits=False,
            guessed=guessed,
            room=max(0, room),
            widest=widest,
            merged=merged_at_once(free, partial_tokens("model", free, answer)),
        )

    def shorten(
        self, engine: Engine, model: LoadedModel, planner: Planner, end: End
    ) -> tuple[Attachment, ...]:
        """The attachments with only their `end` kept, as much as fits. Raises ContextFull.

        Small ones stay whole; the others share what is left.
        """
        measure = self.measure(engine, model, planner)
        if measure.fits:
            return self.attachments
        room = measure.room
        for _ in range(ROUNDS):
            shares = _shares(measure.tokens, room)
            cut = tuple(
                self._cut(engine, place, measure, share, end) for place, share in enumerate(shares)
            )
            plan = planner.plan(engine, model, self._subject(cut))
            if not plan.excess:
                return cut
            room -= plan.excess + MARGIN
        raise ContextFull(plan.used, plan.limit, plan.reserved)

    def in_windows(
        self, engine: Engine, model: LoadedModel, window: int = 0, overlap: int | None = None
    ) -> InWindows:
        """The steps that read all of it, by default in the largest windows. Raises WindowTooLarge.

        Sizes are tokens.
        """
        several = len(self.attachments) > 1
        texts = [attached_text(each) if several else each.text for each in self.attachments]
        steps = self._room(engine, model).windows(self._task, "\n\n".join(texts), window, overlap)
        named = tuple(
            replace(each, id=new_id(), name=_named(self.words, IN_PARTS, each), in_prompt=False)
            for each in self.attachments
        )
        return InWindows(named, steps)

    def _cut(
        self, engine: Engine, place: int, measure: Measure, share: int, end: End
    ) -> Attachment:
        """An attachment with at most `share` tokens of its text; whole if that is enough."""
        attachment, tokens = self.attachments[place], measure.tokens[place]
        if tokens <= share:
            return attachment
        ratio = len(attachment.text) / tokens
        text, kept = _kept(engine, attachment.text.strip(), share, end, ratio)
        exact, about = (FIRST, FIRST_OF_ABOUT) if end == "start" else (LAST, LAST_OF_ABOUT)
        template = about if measure.guessed[place] else exact
        name = _named(self.words, template, attachment, kept=kept, tokens=tokens)
        return replace(attachment, id=new_id(), name=name, text=text)

    @property
    def _task(self) -> WindowTask:
        return WindowTask(self.text or self.question, system=self.system_prompt.strip())

    def _room(self, engine: Engine, model: LoadedModel) -> Room:
        return Room(engine, model.context_length, self.conversation.sampling.max_new_tokens)

    def _subject(self, attachments: Sequence[Attachment]) -> Subject:
        draft = Message(
            *("", self.conversation.id, None, "user", self.text), attachments=tuple(attachments)
        )
        return Subject(self.conversation, self.system_prompt, (*self.path, draft))


def unread(message: Message) -> tuple[Attachment, ...]:
    """What has to be read in windows again when `message` is answered anew."""
    return tuple(each for each in message.attachments if not each.in_prompt)


def steps_again(
    conversation: Conversation,
    system_prompt: str,
    message: Message,
    engine: Engine,
    model: LoadedModel,
    planner: Planner,
) -> WindowReduction:
    """On CountThread: the steps of another answer to `message`, as `in_windows`."""
    files = tuple(replace(each, in_prompt=True) for each in unread(message))
    form = forms.find(message.form.form) if message.form else None
    if message.form and form:
        room = Room(engine, model.context_length, form.sampling.max_new_tokens)
        language = language_of(files[0].text)
        task = WindowTask.of(form, message.form.inputs, language, message.content)
        return room.windows(task, files[0].text)
    texts = LongTexts(conversation, system_prompt, (), message.content, files)
    return texts.in_windows(engine, model).steps


def _shares(needs: Sequence[int], room: int) -> list[int]:
    """`room` shared out fairly: who needs less than an equal share leaves the rest to others."""
    shares = [0] * len(needs)
    order = sorted(range(len(needs)), key=lambda number: needs[number])
    for place, number in enumerate(order):
        shares[number] = max(0, min(needs[number], room // (len(order) - place)))
        room -= shares[number]
    return shares


def _stand_in(
    attachment: Attachment, engine: Engine, model: LoadedModel, planner: Planner
) -> Attachment:
    """The beginning in place of a huge text, if that alone is far too long."""
    beginning = replace(attachment, text=attachment.text[:HUGE])
    if len(attachment.text) <= HUGE:
        return attachment
    (tokens,) = planner.lengths(engine, model, [attached_text(beginning)])
    return beginning if tokens > FAR * model.context_length else attachment


def _kept(engine: Engine, text: str, share: int, end: End, ratio: float) -> tuple[str, int]:
    """The `end` of `text` with at most `share` tokens, and how many these are.

    `ratio`: characters of a token, about; no more of the text is looked at than is needed.
    """
    length = round(share * ratio * 2) + 1000
    while True:
        part = text[:length] if end == "start" else text[-length:]
        spans = engine.split_text(part, GRAIN, 0)
        if len(spans) * GRAIN > share + GRAIN or len(part) == len(text):
            break
        length *= 2
    number, tokens, kept = max(1, share // GRAIN), 0, ""
    for _ in range(ROUNDS):  # grains are not always full
        longer = part[: spans[:number][-1][1]] if end == "start" else part[spans[-number:][0][0] :]
        count = engine.count_texts([longer]).texts[0]
        if count > share and kept:
            break
        kept, tokens = longer, count
        if share - count < GRAIN:
            break
        number += (share - count) // GRAIN
    return kept, tokens


def _named(words: Words, template: str, attachment: Attachment, **numbers: int) -> str:
    """The name that tells the truth about what of the file is there."""
    facts: dict[str, Fact] = {key: f"{number:,}" for key, number in numbers.items()}
    return words(Text(template, {**facts, "name": attachment.name}))
