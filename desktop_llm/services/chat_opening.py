"""Which conversation is open: a new one, one from the disk, one just where a message is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.conversation import Conversation, new_id
from desktop_llm.core.generation import Sampling
from desktop_llm.services.chat_drafts import Drafts
from desktop_llm.services.chat_open import OpenConversation
from desktop_llm.services.chat_tree import Tree
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.drafts import Draft

Read = tuple[Conversation, Tree, Draft]


class Opening(QObject):
    """Of several conversations that are asked for in a row the last one is shown."""

    jump_requested = Signal(str)
    """The id of a message that is shown now and shall be seen."""

    def __init__(
        self,
        opened: OpenConversation,
        drafts: Drafts,
        storage: StorageService,
        model_sampling: Callable[[], Sampling],
        parent: QObject,
    ) -> None:
        """`model_sampling` is what new conversations begin with."""
        super().__init__(parent)
        self._open = opened
        self._drafts = drafts
        self._storage = storage
        self._model_sampling = model_sampling
        self._given = Sampling()
        self._wanted = ""
        self._blank = ""
        """The id of a new conversation that was left before anything was sent in it."""

    @property
    def wanted(self) -> str:
        """The id of the conversation that is open or about to be; "" for a new one."""
        return self._wanted or self._open.conversation.id

    @Slot()
    def new_conversation(self) -> None:
        """Open a conversation without messages: this one, if it has none."""
        used = self._open.stored or self._open.path
        self._wanted = ""
        self._given = self._model_sampling()
        now = self._open.conversation
        if used:
            now = Conversation(self._blank or new_id(), sampling=self._given)
            self._blank = ""
        self._open.show(now, Tree(), stored=False)
        self._drafts.open_new()

    @Slot()
    def use_model_settings(self) -> None:
        """Another model was chosen: a new conversation that nobody has changed is made for it."""
        now = self._open.conversation
        empty = not (self._open.stored or self._open.path)
        if empty and now.sampling == self._given and not now.preset:
            self._given = self._model_sampling()
            self._open.change(replace(now, sampling=self._given))
            self._open.show_path()

    @Slot(str)
    def open(self, conversation_id: str) -> None:
        """Open a saved conversation."""
        self._wanted = conversation_id
        if conversation_id == self._open.conversation.id:
            self._open.show_path()
        else:
            self._load(conversation_id)

    @Slot(str, str)
    def open_at(self, conversation_id: str, message_id: str) -> None:
        """Open a conversation where one message is shown, and ask to show that."""
        self._wanted = conversation_id
        if conversation_id == self._open.conversation.id:
            self._go_to(message_id)
        else:
            self._load(conversation_id, partial(self._go_to, message_id))

    @Slot(str)
    def reopen(self, conversation_id: str, message_id: str = "") -> None:
        """Open a conversation as it is on the disk, also if it is open already."""
        self._wanted = conversation_id
        self._load(conversation_id, partial(self._go_to, message_id))

    @Slot(str)
    def read_again(self, conversation_id: str) -> None:
        """If this one is open: what is shown of it is not on the disk."""
        now = self._open.conversation
        if conversation_id != now.id:
            return
        if self._open.stored:
            self.reopen(conversation_id)
        else:
            empty = replace(now, title="", title_source="", active_leaf=None)
            self._open.show(empty, Tree(), stored=False)

    @Slot(object, object)
    def show_fork(self, conversation: Conversation, tree: Tree) -> None:
        """Open a conversation that was just saved."""
        self._wanted = conversation.id
        self._show_saved(conversation, tree)
        self._drafts.open(Draft(conversation.id))

    @Slot(object)
    def has_saved(self, conversation: Conversation) -> None:
        """If this one is open and was not on the disk: it is now, and its draft is its own."""
        if conversation.id == self._open.conversation.id and not self._open.stored:
            self._open.stored = True
            self._drafts.adopt(conversation.id)

    def _load(self, conversation_id: str, then: Callable[[], None] = lambda: None) -> None:
        def load(store: ConversationStore) -> Read | None:
            if store.find(conversation_id) is None:
                return None
            conversation, messages = store.load(conversation_id)
            tree = Tree(messages, conversation.active_leaf)
            return conversation, tree, store.drafts.get(conversation_id)

        def loaded(read: Read | None) -> None:
            if read and read[0].id == self._wanted:
                conversation, tree, draft = read
                self._show_saved(conversation, tree)
                if draft.conversation_id != self._drafts.conversation_id:
                    self._drafts.open(draft)
                then()

        self._open.save_now()
        self._drafts.save_now()
        self._storage.call(load, loaded)

    def _show_saved(self, conversation: Conversation, tree: Tree) -> None:
        """Show it; a new conversation that is left has its files again when one comes back."""
        if not (self._open.stored or self._open.path):
            self._blank = self._open.conversation.id
        self._open.show(conversation, tree, stored=True)

    def _go_to(self, message_id: str) -> None:
        tree = self._open.tree
        if message_id not in tree or tree.hidden(message_id):
            return
        if not tree.shows(message_id):
            self._open.show_leaf(tree.latest(message_id))
        self.jump_requested.emit(message_id)
