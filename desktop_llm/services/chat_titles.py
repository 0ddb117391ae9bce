"""Titles that the model proposes when nobody needs it: in a quiet moment after an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.generation import ChatMessage, GenerationRequest, GenerationResult, Sampling
from desktop_llm.services.chat_open import OpenConversation
from desktop_llm.services.chat_prompt import prompt_messages, title_of
from desktop_llm.services.chat_replies import Replies
from desktop_llm.services.inference import InferenceService
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore

QUIET_MS = 4000
"""Nothing was asked or answered for so long."""

TITLE_TOKENS = 24
ASK_FOR_TITLE = (
    "Write a title of at most six words for this conversation, in its language. "
    "Answer with the title only."
)
"""A prompt, not a sentence of the window. It follows the exchange, so that what the model has read
of that need not be read again."""

AROUND = "\"'“”„«»‘’「」『』*#_` .:：。"
"""What models put around a title."""


class Titles(QObject):
    """Asks once for each conversation; gives way at once to everything that a person asks for."""

    titled = Signal(object)
    """Conversation with its title, saved."""

    def __init__(
        self,
        opened: OpenConversation,
        replies: Replies,
        inference: InferenceService,
        storage: StorageService,
    ) -> None:
        super().__init__(replies)
        self._open = opened
        self._replies = replies
        self._inference = inference
        self._storage = storage
        self._asked: set[str] = set()
        """Conversations that have been answered, or for which it failed."""
        self._request_id = ""
        self._conversation_id = ""
        self._timer = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._timer.timeout.connect(self._ask)
        replies.begun.connect(self.give_way)
        replies.ended.connect(self._wait)
        inference.finished.connect(self._finish)
        inference.stopped.connect(self._end)
        inference.failed.connect(self._fail)

    @Slot()
    def give_way(self) -> None:
        """Stop asking; it is tried again after the next answer."""
        self._timer.stop()
        if self._request_id:
            self._inference.stop(self._request_id)

    @Slot()
    def _wait(self) -> None:
        if self._replies.idle:
            self._timer.start()

    @Slot()
    def _ask(self) -> None:
        conversation, path = self._open.conversation, self._open.path[:2]
        state = self._inference.state
        ready = self._replies.idle and not self._request_id and state and state.phase == "ready"
        if not (ready and self._wants_title(conversation, path)):
            return
        request = GenerationRequest(
            new_id(),
            (*prompt_messages(self._open.system_prompt, path), ChatMessage("user", ASK_FOR_TITLE)),
            sampling=Sampling(temperature=0.0, max_new_tokens=TITLE_TOKENS, stop_strings=("\n\n",)),
            thinking=False,
        )
        self._request_id, self._conversation_id = request.id, conversation.id
        self._inference.submit(request)

    def _wants_title(self, conversation: Conversation, path: Sequence[Message]) -> bool:
        return (
            self._open.stored
            and conversation.id not in self._asked
            and conversation.title_source in ("", "words")
            and [message.role for message in path] == ["user", "assistant"]
            and path[-1].state == "complete"
            and path[0].form is None
        )

    @Slot(str, object)
    def _finish(self, request_id: str, result: GenerationResult) -> None:
        if request_id != self._request_id:
            return
        self._asked.add(self._conversation_id)
        self._end(request_id)
        key, title = self._conversation_id, clean_title(result.completions[0].text)

        def save(store: ConversationStore) -> Conversation | None:
            found = store.find(key)
            if found is None or found.title_source not in ("", "words"):
                return None
            named = replace(found, title=title, title_source="model")
            store.save_conversation(named)
            return named

        if title:
            self._storage.call(save, self._saved)

    def _saved(self, conversation: Conversation | None) -> None:
        if conversation is not None:
            self.titled.emit(conversation)

    @Slot(str)
    def _fail(self, request_id: str) -> None:
        """The first words stay the title, and the person is not told of what he did not ask for."""
        if request_id == self._request_id:
            self._asked.add(self._conversation_id)
        self._end(request_id)

    @Slot(str)
    def _end(self, request_id: str) -> None:
        if request_id == self._request_id:
            self._request_id = ""


def clean_title(text: str) -> str:
    """The first line of an answer without what models put around a title; "" if it is none."""
    lines = (line.strip(AROUND) for line in text.splitlines())
    line = next((line for line in lines if line), "")
    name, colon, rest = line.partition(":")
    if colon and name.strip(AROUND).lower() == "title":
        line = rest.strip(AROUND)
    return title_of(line)
