"""What an edit makes of a tree: messages to add and to mark, and the leaf that is shown then.

Messages are never changed in place. What follows an edited, inserted or moved message is copied
behind it, so that the path as it was before remains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from desktop_llm.core.conversation import Conversation, Message, Role, new_id
from desktop_llm.core.frozen import made
from desktop_llm.services.chat_tree import Tree


@dataclass(frozen=True)
class Change:
    """`added` in the order of writing; `deleted` is the message that goes into the trash."""

    leaf: str | None
    added: tuple[Message, ...] = ()
    deleted: Message | None = None


def edited(tree: Tree, message_id: str, text: str, now: float) -> Change:
    """Another version of a message with `text`; the model did not write it so."""
    message = tree[message_id]
    return _put_before(
        replace(message, id=new_id(), content=text, generation=None, created_at=now),
        {message.id: None},
        tree.after(message_id),
    )


def with_role(tree: Tree, message_id: str, role: Role, now: float) -> Change:
    """Another version of a message, said by somebody else."""
    message = tree[message_id]
    return _put_before(
        replace(message, id=new_id(), role=role, vote="", correction="", created_at=now),
        {message.id: None},
        tree.after(message_id),
    )


def inserted(
    tree: Tree, conversation_id: str, after_id: str | None, role: Role, text: str
) -> Change:
    """A new message after `after_id`, or at the beginning."""
    tail = tree.path if after_id is None else tree.after(after_id)
    message = Message(new_id(), conversation_id, after_id, role, text)
    return _put_before(message, {after_id: None}, tail)


def without(tree: Tree, message_id: str, now: float) -> Change:
    """Only this message deleted: all versions of what follows are copied to its place."""
    message, below = tree[message_id], tree.below(message_id)
    if not below:
        return without_version(tree, message_id, now)
    ids: dict[str | None, str | None] = {message_id: message.parent_id}
    copies = _copies(below, ids)
    leaf = tree.leaf
    if tree.shows(message_id):
        leaf = message.parent_id if leaf == message_id else ids[leaf]
    return Change(leaf, tuple(copies), replace(message, deleted_at=now))


def without_version(tree: Tree, message_id: str, now: float) -> Change:
    """A message deleted with what follows; the version beside it is shown, or what is before it."""
    deleted = replace(tree[message_id], deleted_at=now)
    if not tree.shows(message_id):
        return Change(tree.leaf, deleted=deleted)
    versions = [message.id for message in tree.siblings(message_id)]
    place = versions.index(message_id)
    beside = versions[place - 1] if place else next(iter(versions[1:]), None)
    leaf = tree.latest(beside) if beside else tree[message_id].parent_id
    return Change(leaf, deleted=deleted)


def forked(
    tree: Tree, conversation: Conversation, message_id: str, now: float
) -> tuple[Conversation, Tree]:
    """The path up to a message as a conversation of its own."""
    key = new_id()
    copies = _copies(tree.path_to(message_id), {None: None}, conversation_id=key)
    leaf = copies[-1].id
    copy = replace(conversation, id=key, active_leaf=leaf, created_at=now, updated_at=now)
    return replace(copy, pinned=False), Tree(copies, leaf)


def untouched(copies: Sequence[Message], messages: Iterable[Message]) -> bool:
    """Whether `copies` are in a conversation as they were made, and nothing was added to them."""
    made = {copy.id: copy for copy in copies}
    found = [m for m in messages if m.id in made or m.parent_id in made]
    return [m.id for m in found] == list(made) and all(
        (m.content, m.pinned, m.vote, m.correction, m.deleted_at)
        == (c.content, c.pinned, c.vote, c.correction, c.deleted_at)
        for m, c in zip(found, copies, strict=True)
    )


def _put_before(first: Message, ids: dict[str | None, str | None], tail: list[Message]) -> Change:
    """`first` and behind it a copy of `tail`; `ids` has the id that the tail followed until now."""
    added = [first, *_copies(tail, dict.fromkeys(ids, first.id))]
    return Change(added[-1].id, tuple(added))


def _copies(
    messages: Iterable[Message], ids: dict[str | None, str | None], conversation_id: str = ""
) -> list[Message]:
    """Copies of `messages`, parents first. `ids` has the new parent of the first, and gains all.

    When they were written is kept, and what was left out of their prompts has its new id.
    """
    copies = []
    for message in messages:
        new: dict[str, Any] = {
            "id": new_id(),
            "parent_id": ids[message.parent_id],
            "conversation_id": conversation_id or message.conversation_id,
        }
        copy = made(Message, vars(message) | new)
        if copy.generation and copy.generation.left_out:
            left_out = tuple(ids.get(key) or key for key in copy.generation.left_out)
            copy = replace(copy, generation=replace(copy.generation, left_out=left_out))
        ids[message.id] = copy.id
        copies.append(copy)
    return copies
