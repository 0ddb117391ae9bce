"""All messages of a conversation as a tree, and the path of it that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from desktop_llm.core.conversation import Message


class Tree:
    """Versions of a message are siblings, in the order of writing.

    A deleted message hides itself and what follows it. `leaf` is the end of the shown path; it is
    never a hidden message. Nothing here is recursive: a conversation may be 100,000 deep.
    """

    def __init__(self, messages: Iterable[Message] = (), leaf: str | None = None) -> None:
        """`messages` in the order of writing. A leaf that cannot be shown is replaced by another.

        A message whose parent was not written before it (a damaged file) begins a path of its own,
        so that every conversation can be opened.
        """
        self.leaf: str | None = None
        self._messages: dict[str, Message] = {}
        self._children: dict[str | None, list[str]] = {None: []}
        self._order: dict[str, int] = {}
        """When a message was written, as a number; those of discarded ones are used again."""
        self._path: list[str] | None = None
        for message in messages:
            self.put(message)
        self.show(leaf)

    def __contains__(self, message_id: str | None) -> bool:
        return message_id in self._messages

    def __getitem__(self, message_id: str) -> Message:
        return self._messages[message_id]

    def __iter__(self) -> Iterator[Message]:
        """All messages, also the hidden ones, in the order of writing."""
        return iter(self._messages.values())

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def path(self) -> list[Message]:
        """What is shown, from the root to the leaf."""
        return [self._messages[key] for key in self._shown()]

    def put(self, message: Message) -> None:
        """Add `message` after its parent, or replace the one with its id where that is."""
        old = self._messages.get(message.id)
        parent = old.parent_id if old else message.parent_id
        if parent not in self._messages:
            parent = None
        if parent != message.parent_id:
            message = replace(message, parent_id=parent)
        if old is None:
            self._children[parent].append(message.id)
            self._children[message.id] = []
            self._order[message.id] = len(self._order)
        self._messages[message.id] = message

    def discard(self, message_id: str) -> None:
        """Forget a message that nothing follows and that was never saved."""
        parent = self._messages.pop(message_id).parent_id
        self._children[parent].remove(message_id)
        del self._children[message_id], self._order[message_id]
        if self.leaf == message_id:
            self.show(parent)

    def show(self, leaf: str | None) -> None:
        """Let the path end at `leaf`; at the latest message if that cannot be shown."""
        shown = leaf is not None and leaf in self and not self.hidden(leaf)
        self.leaf = leaf if shown else self.latest()
        self._path = None

    def shows(self, message_id: str) -> bool:
        """Whether a message is on the shown path."""
        return message_id in self and message_id in self._shown()

    def hidden(self, message_id: str) -> bool:
        """Whether a message or one before it is deleted."""
        return any(self._messages[key].deleted_at is not None for key in self._up(message_id))

    def is_below(self, message_id: str, ancestor: str) -> bool:
        """Whether a message is `ancestor` or follows it."""
        return ancestor in self._up(message_id)

    def path_to(self, message_id: str) -> list[Message]:
        """From the root to a message, itself included."""
        return [self._messages[key] for key in self._up(message_id)][::-1]

    def after(self, message_id: str) -> list[Message]:
        """What follows a message: on the shown path, or else on the way to the latest."""
        path = self._shown() if self.shows(message_id) else self._ids_to(self.latest(message_id))
        return [self._messages[key] for key in path[path.index(message_id) + 1 :]]

    def below(self, message_id: str | None) -> list[Message]:
        """Everything that follows a message and is not deleted, in the order of writing."""
        keys = set(self._visible(message_id)) - {message_id}
        return [message for key, message in self._messages.items() if key in keys]

    def siblings(self, message_id: str) -> list[Message]:
        """The versions of a message that are not deleted, itself included."""
        return self._versions_under(self._messages[message_id].parent_id)

    def latest(self, message_id: str | None = None) -> str | None:
        """The message below (or of all) that was written last; `message_id` if there is none."""
        return max(self._visible(message_id), key=self._order.__getitem__, default=message_id)

    def versions(self) -> dict[str, tuple[int, int]]:
        """Number (from 1) and count of the versions of shown messages that have several."""
        found = {}
        for key in self._shown():
            parent = self._messages[key].parent_id
            if len(self._children[parent]) > 1:
                versions = [message.id for message in self._versions_under(parent)]
                if len(versions) > 1:
                    found[key] = versions.index(key) + 1, len(versions)
        return found

    def _versions_under(self, parent: str | None) -> list[Message]:
        versions = (self._messages[key] for key in self._children[parent])
        return [message for message in versions if message.deleted_at is None]

    def _visible(self, message_id: str | None) -> Iterator[str]:
        """Ids below a message that no deletion below it hides, in any order."""
        waiting = list(self._children[message_id])
        while waiting:
            key = waiting.pop()
            if self._messages[key].deleted_at is None:
                yield key
                waiting += self._children[key]

    def _shown(self) -> list[str]:
        if self._path is None:
            self._path = self._ids_to(self.leaf)
        return self._path

    def _ids_to(self, message_id: str | None) -> list[str]:
        return list(self._up(message_id))[::-1]

    def _up(self, message_id: str | None) -> Iterator[str]:
        while message_id is not None:
            yield message_id
            message_id = self._messages[message_id].parent_id
