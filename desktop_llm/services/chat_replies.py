"""All replies that are being written, whatever conversation is open: journalled and finished."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.conversation import Message
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    TextChunk,
)
from desktop_llm.services.chat_reply import RunningReply
from desktop_llm.services.inference import EngineState, InferenceService
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore

log = logging.getLogger(__name__)

JOURNAL_MS = 700
"""With the commit itself, a reply is on the disk up to at most a second before any end."""


class Replies(QObject):
    """Turns requests into messages. At most one reply is written in a conversation."""

    text_appended = Signal(object, str, bool)
    """Message as it was, text, whether it is thinking."""
    live_changed = Signal(str, object)
    """Conversation id, LiveStats."""
    ended = Signal(object)
    """Message in its final state, which is not saved yet."""
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

    def running_in(self, conversation_id: str) -> RunningReply | None:
        """The reply that is being written in a conversation."""
        found = (r for r in self._running.values() if r.message.conversation_id == conversation_id)
        return next(found, None)

    def now(self, path: Sequence[Message]) -> list[Message]:
        """The messages as they are now, which may be newer than what is on the disk."""
        running = {reply.message.id: reply.message for reply in self._running.values()}
        newer = self._unsaved | running
        return [newer.get(message.id, message) for message in path] if newer else list(path)

    def prepare(self, message: Message, request: GenerationRequest) -> None:
        """A reply is going to be written into `message`, as soon as that is saved."""
        self._running[request.id] = RunningReply(message, request)
        self._save_unsaved()

    def submit(self, request_id: str) -> None:
        """The message is saved: ask the model, unless that was stopped or given up meanwhile."""
        reply = self._running.get(request_id)
        if reply is None:
            return
        if reply.request.stop.is_set():
            self._stop_here(request_id, GenerationResult(request_id, ()))
            return
        reply.submitted = True
        if not self._journal.isActive():
            self._journal.start()
        self._inference.submit(reply.request)

    def drop(self, request_id: str) -> None:
        """The message could not be saved, so the model is not asked."""
        self._running.pop(request_id, None)

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
            self._end(request_id, replace(reply.message, state="interrupted"))
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
        before = reply.message
        reply.take(event)
        if isinstance(event, TextChunk):
            self.text_appended.emit(before, event.text, event.thinking)
        self.live_changed.emit(before.conversation_id, reply.stats)

    @Slot(str, object)
    def _finish(self, request_id: str, result: GenerationResult) -> None:
        if reply := self._running.get(request_id):
            self._end(request_id, reply.ended(result, "complete"))

    @Slot(str, object)
    def _stop_here(self, request_id: str, result: GenerationResult) -> None:
        if reply := self._running.get(request_id):
            self._end(request_id, reply.ended(result, "stopped"))

    @Slot(str, object)
    def _break_off(self, request_id: str, error: ExpectedError) -> None:
        if reply := self._running.get(request_id):
            self._end(request_id, reply.broken(error))

    def _end(self, request_id: str, message: Message) -> None:
        reply = self._running.pop(request_id)
        self._restart_clocks()
        if not self._running:
            self._journal.stop()
        self.live_changed.emit(message.conversation_id, reply.stats)
        self._unsaved[message.id] = message
        self.ended.emit(message)
        self._save(message)

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
            text, thinking = reply.unjournalled()
            if (text or thinking) and not reply.journalling:
                reply.journalling = True
                self._append(reply, text, thinking)

    def _append(self, reply: RunningReply, text: str, thinking: str) -> None:
        message_id = reply.message.id

        def append(store: ConversationStore) -> None:
            store.append_stream(message_id, text, thinking)

        self._storage.call(
            append,
            partial(self._has_appended, reply, text, thinking),
            partial(self._not_appended, reply),
        )

    def _has_appended(self, reply: RunningReply, text: str, thinking: str, _: None) -> None:
        reply.journalling = False
        reply.journalled(text, thinking)

    def _not_appended(self, reply: RunningReply, error: ExpectedError) -> None:
        """The text stays here and is tried again; told once for a reply."""
        reply.journalling = False
        if not reply.warned:
            reply.warned = True
            self.failed.emit(error)
