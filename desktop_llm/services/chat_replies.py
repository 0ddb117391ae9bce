"""All replies that are being written, whatever conversation is open: journalled and finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.conversation import Message
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import GenerationEvent, GenerationResult
from desktop_llm.services.chat_reply import Answer, RunningReply
from desktop_llm.services.inference import EngineState, InferenceService
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore

JOURNAL_MS = 700
"""With the commit itself, a reply is on the disk up to at most a second before any end."""


class Replies(QObject):
    """Turns requests into messages. At most one request runs for a conversation."""

    begun = Signal()
    """The person asks the model for something."""
    text_appended = Signal(object, str, bool)
    """Message as it was, text, whether it is thinking."""
    live_changed = Signal(str, object)
    """Conversation id, LiveStats."""
    ended = Signal(object)
    """Message in its final state, which is not saved yet."""
    given_up = Signal(object)
    """Message that was never begun, since the samples before it were stopped; it is no more."""
    saved = Signal(str)
    failed = Signal(object)

    def __init__(
        self, inference: InferenceService, storage: StorageService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._inference = inference
        self._storage = storage
        self._running: dict[str, RunningReply] = {}
        self._unsaved: dict[str, Message] = {}
        self._journal = QTimer(self, interval=JOURNAL_MS)
        self._journal.timeout.connect(self._write_journal)
        inference.event_received.connect(self._take)
        inference.finished.connect(self._finish)
        inference.stopped.connect(self._stop_here)
        inference.failed.connect(self._break_off)
        inference.state_changed.connect(self._follow)

    @property
    def idle(self) -> bool:
        """Nothing is being written, in any conversation."""
        return not self._running

    @property
    def conversations(self) -> frozenset[str]:
        """Those in which something is being written."""
        return frozenset(reply.conversation_id for reply in self._running.values())

    def running_in(self, conversation_id: str) -> RunningReply | None:
        """The reply that is being written in a conversation."""
        found = (r for r in self._running.values() if r.conversation_id == conversation_id)
        return next(found, None)

    def now(self, path: Sequence[Message]) -> list[Message]:
        """The messages as they are now, which may be newer than what is on the disk."""
        running = {m.id: m for reply in self._running.values() for m in reply.messages}
        newer = self._unsaved | running
        if not newer:
            return list(path)
        return [_updated(m, newer[m.id]) if m.id in newer else m for m in path]

    def prepare(self, reply: RunningReply) -> None:
        """A reply is going to be written, as soon as its messages are saved."""
        self._running[reply.request.id] = reply
        self._save_unsaved()
        self.begun.emit()

    def submit(self, reply: RunningReply) -> None:
        """The messages are saved: ask the model, unless that was stopped or given up meanwhile."""
        if self._running.get(reply.request.id) is not reply:
            return
        if reply.request.stop.is_set():
            self._stop_here(reply.request.id, GenerationResult(reply.request.id, ()))
            return
        reply.submitted = True
        if not self._journal.isActive():
            self._journal.start()
        self._inference.submit(reply.request)

    def drop(self, reply: RunningReply) -> None:
        """The messages could not be saved, so the model is not asked."""
        self._running.pop(reply.request.id, None)

    def stop(self, conversation_id: str) -> None:
        """Stop the reply that is being written in a conversation."""
        if reply := self.running_in(conversation_id):
            reply.request.stop.set()
            if reply.submitted:
                self._inference.stop(reply.request.id)

    def shut_down(self) -> None:
        """Save every running reply as interrupted; what the engine still says is too late."""
        for request_id, reply in list(self._running.items()):
            reply.request.stop.set()
            if reply.saved:
                self._end(request_id, [replace(m, state="interrupted") for m in reply.messages])
        self._running.clear()
        self._save_unsaved()
        self._journal.stop()

    @Slot(object)
    def _follow(self, state: EngineState) -> None:
        if state.phase == "ready":
            self._restart_clocks()

    @Slot(str, object)
    def _take(self, request_id: str, event: GenerationEvent) -> None:
        reply = self._running.get(request_id)
        if reply is None:
            return
        if news := reply.take(event):
            self.text_appended.emit(*news)
        self.live_changed.emit(reply.conversation_id, reply.stats)

    @Slot(str, object)
    def _finish(self, request_id: str, result: GenerationResult) -> None:
        reply = self._running.get(request_id)
        if reply and not self._advance(request_id, reply, result):
            self._end(request_id, reply.ended(result, "complete"))

    @Slot(str, object)
    def _stop_here(self, request_id: str, result: GenerationResult) -> None:
        if reply := self._running.get(request_id):
            self._end(request_id, reply.ended(result, "stopped"))

    @Slot(str, object)
    def _break_off(self, request_id: str, error: ExpectedError) -> None:
        if reply := self._running.get(request_id):
            self._end(request_id, reply.broken(error))

    def _advance(self, request_id: str, reply: RunningReply, result: GenerationResult) -> bool:
        """Make the next request of a reply that has several; False if this was the last one."""
        before = reply.answers[0].message
        try:
            heading = reply.advance(result.completions[0].text)
        except ExpectedError as error:
            self._end(request_id, reply.broken(error))
            return True
        if heading is None:
            return False
        self._running[reply.request.id] = self._running.pop(request_id)
        if heading:
            self.text_appended.emit(before, heading, True)
        self.submit(reply)
        return True

    def _end(self, request_id: str, messages: Sequence[Message]) -> None:
        reply = self._running.pop(request_id)
        self._restart_clocks()
        if not self._running:
            self._journal.stop()
        self.live_changed.emit(reply.conversation_id, reply.stats)
        for place, message in enumerate(messages):
            if place and message.state != "complete" and not (message.content or message.thinking):
                self._give_up(message)
                continue
            self._unsaved[message.id] = message
            self.ended.emit(message)
            self._save(message)

    def _give_up(self, message: Message) -> None:
        def remove(store: ConversationStore) -> None:
            store.trash.remove("message", message.id)

        self._storage.call(remove)
        self.given_up.emit(message)

    def _save(self, message: Message) -> None:
        def finish(store: ConversationStore) -> None:
            store.finish_message(message)

        self._storage.call(finish, partial(self._has_saved, message))

    def _has_saved(self, message: Message, _: None) -> None:
        if self._unsaved.get(message.id) is message:
            del self._unsaved[message.id]
            self.saved.emit(message.id)

    def _save_unsaved(self) -> None:
        """Again what could not be saved, for instance on a disk that was full."""
        for message in self._unsaved.values():
            self._save(message)

    def _restart_clocks(self) -> None:
        for reply in self._running.values():
            reply.restart_clock()

    @Slot()
    def _write_journal(self) -> None:
        for reply in self._running.values():
            for answer in reply.answers:
                text, thinking = answer.unjournalled()
                if (text or thinking) and not answer.journalling:
                    answer.journalling = True
                    self._append(answer, text, thinking)

    def _append(self, answer: Answer, text: str, thinking: str) -> None:
        message_id = answer.message.id

        def append(store: ConversationStore) -> None:
            store.append_stream(message_id, text, thinking)

        self._storage.call(
            append,
            partial(self._has_appended, answer, text, thinking),
            partial(self._not_appended, answer),
        )

    def _has_appended(self, answer: Answer, text: str, thinking: str, _: None) -> None:
        answer.journalling = False
        answer.journalled(text, thinking)

    def _not_appended(self, answer: Answer, error: ExpectedError) -> None:
        """The text stays here and is tried again; told once for a reply."""
        answer.journalling = False
        if not answer.warned:
            answer.warned = True
            self.failed.emit(error)


def _updated(message: Message, newer: Message) -> Message:
    """What the model wrote is `newer`; what a person has changed meanwhile is the message's."""
    return replace(
        message,
        content=newer.content,
        thinking=newer.thinking,
        state=newer.state,
        error=newer.error,
        generation=newer.generation,
    )
