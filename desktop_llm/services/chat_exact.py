"""An answer written once more from its record, to see whether it comes out identical."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.conversation import Message, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    Completion,
    GenerationRecord,
    GenerationRequest,
    GenerationResult,
)
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.services.chat_forms import form_of, raw_prompt
from desktop_llm.services.chat_prompt import prompt_messages
from desktop_llm.services.chat_reproduction import Reproduction
from desktop_llm.services.errors import (
    AnswerInParts,
    NoRecord,
    RecordedModelGone,
    RepetitionStopped,
)
from desktop_llm.services.inference import InferenceService
from desktop_llm.services.long_texts import unread

UseRecorded = Callable[[GenerationRecord | None], bool]
"""Has the model of a record loaded as it was then; None: the person's own choice again. False if
that model is not here any more."""


class Repeating(QObject):
    """Repeats one answer at a time. Nothing of it becomes part of the conversation."""

    reproduced = Signal(object)
    """Reproduction."""

    def __init__(
        self,
        inference: InferenceService,
        use_recorded: UseRecorded,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._inference = inference
        self._use_recorded = use_recorded
        self._request_id = ""
        self._message: Message | None = None
        inference.finished.connect(self._finish)
        inference.stopped.connect(self._stop)
        inference.failed.connect(self._break_off)

    def reproduce(self, path: Sequence[Message]) -> None:
        """Write the last message of `path` again; `reproduced` follows."""
        self.give_way()
        message = self._message = path[-1]
        record = message.generation
        if record is None:
            self._tell(Reproduction(message.id, False, "", error=NoRecord()))
        elif any(map(unread, path[-2:-1])):
            self._tell(Reproduction(message.id, False, "", error=AnswerInParts()))
        elif not self._use_recorded(record):
            error = RecordedModelGone(record.model)
            self._tell(Reproduction(message.id, False, "", error=error))
        else:
            request = exact_request(path, record)
            self._request_id = request.id
            self._inference.submit(request)

    @Slot()
    def give_way(self) -> None:
        """The person asks for something else, which gets the model that was chosen for it."""
        if self._request_id:
            self._inference.stop(self._request_id)
            self._break_off(self._request_id, RepetitionStopped())

    @Slot(str, object)
    def _finish(self, request_id: str, result: GenerationResult) -> None:
        if request_id == self._request_id and self._message:
            self._end(compare(self._message, result.completions[0]))

    @Slot(str)
    def _stop(self, request_id: str) -> None:
        self._break_off(request_id, RepetitionStopped())

    @Slot(str, object)
    def _break_off(self, request_id: str, error: ExpectedError) -> None:
        if request_id == self._request_id and self._message:
            self._end(Reproduction(self._message.id, False, "", error=error))

    def _end(self, reproduction: Reproduction) -> None:
        self._request_id = ""
        self._use_recorded(None)
        self._tell(reproduction)

    def _tell(self, reproduction: Reproduction) -> None:
        self._message = None
        self.reproduced.emit(reproduction)


def exact_request(path: Sequence[Message], record: GenerationRecord) -> GenerationRequest:
    """The request that wrote the last message of `path`, as its record says."""
    gone = frozenset(record.left_out)
    asked = [message for message in path[:-1] if message.id not in gone]
    begun = replace(path[-1], content=path[-1].content[: record.continued_from])
    form = form_of(asked)
    raw = form is not None and form.raw
    if record.continued_from:
        asked.append(begun)
    sampling = replace(record.sampling, seed=record.seed)
    if record.stop_reason in ("stopped", "length"):
        sampling = replace(sampling, max_new_tokens=max(1, record.new_tokens))
    return GenerationRequest(
        new_id(),
        () if raw else prompt_messages(record.system_prompt, asked),
        prompt=raw_prompt(asked) if raw else None,
        continue_last=bool(record.continued_from) and not raw,
        sampling=sampling,
        thinking=record.thinking,
        json_schema=record.json_schema,
        exact=True,
    )


def compare(message: Message, completion: Completion) -> Reproduction:
    """How `completion` differs from what its record says of `message`."""
    before, now = message.generation, completion.record
    assert before is not None
    wanted = message.content[before.continued_from :]
    first = _first_difference(before.token_ids, now.token_ids) if before.token_ids else None
    identical = first is None and completion.text == wanted
    return Reproduction(
        message.id, identical, completion.text, first, tuple(_conditions(before, now))
    )


def _first_difference(before: Sequence[int], now: Sequence[int]) -> int | None:
    if before == now:
        return None
    pairs = enumerate(zip(before, now, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(before), len(now)))


_CHANGED = {
    "model": QT_TRANSLATE_NOOP("core", "The model was “{before}” and is “{now}”."),
    "revision": QT_TRANSLATE_NOOP("core", "The model has another revision: {now}, not {before}."),
    "adapter_hash": QT_TRANSLATE_NOOP("core", "The fine-tuned part of the model is another one."),
    "template_hash": QT_TRANSLATE_NOOP("core", "The chat template is another one."),
    "prompt_hash": QT_TRANSLATE_NOOP("core", "The prompt is not the same any more."),
    "engine": QT_TRANSLATE_NOOP("core", "The engine was “{before}” and is “{now}”."),
    "device": QT_TRANSLATE_NOOP("core", "It was computed on “{before}” and now on “{now}”."),
    "dtype": QT_TRANSLATE_NOOP("core", "The number format was {before} and is {now}."),
    "threads": QT_TRANSLATE_NOOP("core", "It was computed by {before} threads and now by {now}."),
    "bits": QT_TRANSLATE_NOOP("core", "The weights had {before} bits and have {now}."),
}
_VERSION = QT_TRANSLATE_NOOP("core", "The version of {name} was {before} and is {now}.")


def _conditions(before: GenerationRecord, now: GenerationRecord) -> Iterable[Text]:
    """What was recorded and is different now."""
    for name, template in _CHANGED.items():
        old, new = getattr(before, name), getattr(now, name)
        if old and old != new:
            yield Text(template, {"before": old, "now": new})
    for name, version in before.versions.items():
        if now.versions.get(name) != version:
            new = now.versions.get(name, "—")
            yield Text(_VERSION, {"name": name, "before": version, "now": new})
