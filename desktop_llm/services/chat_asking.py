"""From what a person wrote to a request: prepared, saved, and only then asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.conversation import Attachment, Conversation, FormUse, Message, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import GenerationRequest
from desktop_llm.core.text import Text
from desktop_llm.services.chat_drafts import NEW_CHAT, Drafts
from desktop_llm.services.chat_forms import as_form_wants, form_of
from desktop_llm.services.chat_list import as_listed
from desktop_llm.services.chat_open import OpenConversation
from desktop_llm.services.chat_prompt import first_words, whole_characters
from desktop_llm.services.chat_replies import Replies
from desktop_llm.services.chat_reply import ReplySteps, RunningReply
from desktop_llm.services.chat_tree import Tree
from desktop_llm.services.context import ContextService, PreparedPrompt
from desktop_llm.services.long_texts import steps_again, unread
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore


@dataclass(frozen=True, eq=False)
class _Question:
    """What is asked: `path` is what the model shall know, and ends with a reply that goes on."""

    conversation: Conversation
    reply: RunningReply
    path: Sequence[Message]
    new: Sequence[Message]
    """Of `path`, what is not on the disk yet."""
    draft: str
    """Under which id its text is kept until then."""
    tree: Tree
    """Has the messages as they were marked since then, whatever is open now."""


class Asking(QObject):
    """Sends, retries and continues in the open conversation; the signals are `ChatService`'s."""

    message_added = Signal(object)
    message_changed = Signal(object)
    message_saved = Signal(str)
    draft_restored = Signal(str)
    failed = Signal(object)
    asked = Signal(object)
    """Conversation that is on the disk, or newer there than before."""
    busy_changed = Signal()
    """A reply was begun or given up."""

    def __init__(
        self,
        opened: OpenConversation,
        replies: Replies,
        drafts: Drafts,
        context: ContextService,
        storage: StorageService,
        words: Callable[[Text], str],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._open = opened
        self._replies = replies
        self._drafts = drafts
        self._context = context
        self._storage = storage
        self._words = words

    @property
    def busy(self) -> bool:
        """Whether a reply is being written in the open conversation."""
        return self._replies.running_in(self._open.conversation.id) is not None

    def send(
        self,
        text: str,
        attachments: Sequence[Attachment] = (),
        form: FormUse | None = None,
        samples: int = 1,
        steps: ReplySteps | None = None,
    ) -> None:
        """Add a message and have it answered. Ignored if empty, or while a reply is written."""
        text = whole_characters(text)
        if self.busy or not (text.strip() or attachments):
            return
        tree = self._open.tree
        self.forget_unsaved()
        message = Message(
            *(new_id(), self._open.conversation.id, tree.leaf, "user", text),
            attachments=tuple(attachments),
            form=form,
        )
        tree.put(message)
        tree.show(message.id)
        self._drafts.sending(text)
        self.message_added.emit(message)
        self._ask([_empty_reply(message) for _ in range(samples)], tree.path, [message], steps)

    def retry(self, message_id: str, samples: int = 1) -> None:
        """Other replies to the same message: siblings of the reply, which is kept."""
        if self.busy or message_id not in self._open.tree:
            return
        path = self._open.tree.path_to(message_id)
        if path[-1].role == "assistant":
            path.pop()
        if path and path[-1].state != "failed":
            self._ask([_empty_reply(path[-1]) for _ in range(samples)], path)

    def answer(self, message: Message) -> None:
        """Have a message answered that was just made, and is neither shown nor saved."""
        self._open.tree.put(message)
        self._open.tree.show(message.id)
        self._open.show_path()
        self._ask([_empty_reply(message)], self._open.tree.path, [message])

    def continue_reply(self, message_id: str) -> None:
        """Go on inside the last reply, after whatever ended it; an earlier one stays as it is.

        Of that another version goes on, since it is what the messages behind it answer.
        """
        tree = self._open.tree
        if self.busy or message_id not in tree or tree[message_id].role != "assistant":
            return
        path = self._replies.now(tree.path_to(message_id))
        reply = replace(path[-1], state="streaming", error=None, generation=None)
        if tree.below(message_id):
            reply = replace(reply, id=new_id(), created_at=time.time(), vote="", correction="")
        self._ask([reply], [*path[:-1], reply])

    def forget_unsaved(self) -> None:
        """A message that is not on the disk cannot be answered; its text went to the draft."""
        tree = self._open.tree
        if tree.leaf and tree[tree.leaf].role == "user" and tree[tree.leaf].state == "failed":
            tree.discard(tree.leaf)
            self._open.show_path()

    def _ask(
        self,
        messages: list[Message],
        path: Sequence[Message],
        new: Sequence[Message] = (),
        steps: ReplySteps | None = None,
    ) -> None:
        conversation = self._open.conversation
        request = GenerationRequest(
            new_id(),
            continue_last=path[-1].id == messages[0].id and bool(messages[0].content),
            sampling=conversation.sampling,
            num_samples=len(messages),
            thinking=conversation.thinking,
            json_schema=conversation.json_schema,
        )
        request = as_form_wants(request, path)
        reply = RunningReply(messages, request, steps, self._words)
        draft = conversation.id if self._open.stored else NEW_CHAT
        question = _Question(conversation, reply, path, new, draft, self._open.tree)
        self._replies.prepare(reply)
        self.busy_changed.emit()
        try:
            has_steps = reply.advance(None) is not None
        except ExpectedError as error:
            self._not_asked(question, error)
            return
        system_prompt = self._open.system_prompt
        form = form_of(path)
        if form:
            conversation = replace(conversation, sampling=reply.request.sampling)
            system_prompt = system_prompt or form.system
        if has_steps or reply.request.prompt is not None:
            self._save(question)
        else:
            self._context.when_loaded(
                partial(self._plan, question, conversation, system_prompt),
                partial(self._not_asked, question),
            )

    def _plan(self, question: _Question, conversation: Conversation, system_prompt: str) -> None:
        if not self._reads_again(question, system_prompt):
            self._context.prepare(
                *(conversation, system_prompt, self._replies.now(question.path)),
                partial(self._prepared, question),
                partial(self._not_asked, question),
            )

    def _reads_again(self, question: _Question, system_prompt: str) -> bool:
        """Whether files of the message have to be read in windows, which is begun then."""
        asked = question.path[-1]
        if asked.role != "user" or not unread(asked):
            return False
        return self._context.ask(
            partial(steps_again, question.conversation, system_prompt, asked),
            partial(self._has_steps, question),
            partial(self._not_asked, question),
        )

    def _has_steps(self, question: _Question, steps: ReplySteps) -> None:
        question.reply.take_steps(steps)
        self._save(question)

    def _prepared(self, question: _Question, prompt: PreparedPrompt) -> None:
        reply = question.reply
        reply.request = replace(reply.request, messages=prompt.messages)
        reply.left_out = prompt.left_out
        self._save(question)

    def _save(self, question: _Question) -> None:
        """Save the question and the empty replies in one transaction."""
        replies = question.reply.messages
        here = self._is_open(question)
        opened = self._open.conversation if here else None
        new = [question.tree[message.id] for message in question.new]

        def save(store: ConversationStore) -> Conversation:
            key = question.conversation.id
            newest = as_listed(opened, store) if opened else store.find(key)
            conversation = _asked(newest or question.conversation, question)
            with store.transaction():
                store.save_conversation(conversation)
                for message in new:
                    store.add_message(message)
                for message in replies:
                    store.finish_message(message)  # a journal from before ends here
                if question.new:
                    store.drafts.forget(question.draft)
            return conversation

        question.reply.saved = True
        if here:
            self._open.forget_changes()
        self._storage.call(save, partial(self._saved, question), partial(self._not_asked, question))

    def _saved(self, question: _Question, conversation: Conversation) -> None:
        here = self._is_open(question)
        if question.new:
            self._drafts.sent(question.draft, conversation.id, here)
        if here:
            self._open.now_saved_as(conversation)
            self._show(question)
        self._replies.submit(question.reply)
        self.asked.emit(conversation)

    def _show(self, question: _Question) -> None:
        """Show the first reply, unless the person has gone elsewhere in the tree meanwhile."""
        tree, first = self._open.tree, question.reply.messages[0]
        leaf = tree.leaf
        for message in (*question.new, *question.reply.messages):
            if message.id not in tree:  # else it may have been marked meanwhile
                tree.put(message)
        for message in question.new:
            self.message_saved.emit(message.id)
        if leaf == first.id:
            self.message_changed.emit(first)
        elif question.new and leaf == question.path[-1].id:
            tree.show(first.id)
            self.message_added.emit(first)
        elif not question.new or leaf in {message.id for message in question.path}:
            tree.show(first.id)
            self._open.show_path()
        self._open.tell_versions()

    def _not_asked(self, question: _Question, error: ExpectedError) -> None:
        """Nothing of it is on the disk. The person keeps the text that was not sent."""
        self._replies.drop(question.reply)
        here = self._is_open(question)
        for message in question.new:
            if here:
                self._drafts.given_back()
                self._open.update(replace(message, state="failed", error=error))
            if here:
                self.draft_restored.emit(message.content)
            elif question.draft == NEW_CHAT:
                self._drafts.keep_for_new_chat(message.content)
        self.failed.emit(error)
        self.busy_changed.emit()

    def _is_open(self, question: _Question) -> bool:
        return question.conversation.id == self._open.conversation.id


def _asked(conversation: Conversation, question: _Question) -> Conversation:
    """The conversation when something was asked in it."""
    return replace(
        conversation,
        title=conversation.title or first_words(question.path),
        title_source=conversation.title_source or "words",
        active_leaf=question.reply.messages[0].id,
        updated_at=time.time(),
    )


def _empty_reply(asked: Message) -> Message:
    """An answer to a form knows which, so that it can be read as what was asked for."""
    made = Message(new_id(), asked.conversation_id, asked.id, "assistant", "", state="streaming")
    return replace(made, form=asked.form)
