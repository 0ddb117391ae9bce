"""Chats of an Open WebUI export: a list of `{title, chat: {history: {messages, currentId}}}`.

The messages of a history are a tree by `parentId`; older exports only have the list `messages`.
"""

from __future__ import annotations

from typing import Any

from desktop_llm.core.conversation import Conversation, Message, Role, new_id
from desktop_llm.documents.exchange.archive import Archived, chained
from desktop_llm.documents.exchange.foreign import moment, nothing_in_it, text_of, tree_of

_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}


def is_open_webui(data: Any) -> bool:
    """Whether an entry of a file looks like one of these."""
    chat = data.get("chat", data) if isinstance(data, dict) else None
    return isinstance(chat, dict) and (
        isinstance(chat.get("history"), dict) or ("chat" in data and "messages" in chat)
    )


def read(data: dict[str, Any]) -> Archived:
    """Raises Unreadable with the reason."""
    chat = data.get("chat", data)
    began = moment(data.get("created_at", chat.get("timestamp")))
    title = str(data.get("title") or chat.get("title") or "")
    conversation = Conversation(
        new_id(),
        title=title,
        system_prompt=text_of(chat.get("system")),
        created_at=began,
        updated_at=moment(data.get("updated_at"), began),
        title_source="person" if title else "",
    )
    history = chat.get("history")
    messages = history.get("messages") if isinstance(history, dict) else None
    if isinstance(messages, dict) and messages:
        nodes = {
            str(name): (_message(each, began), each.get("parentId"))
            for name, each in messages.items()
            if isinstance(each, dict)
        }
        return tree_of(conversation, nodes, history.get("currentId"))
    listed = chat.get("messages")
    found = [_message(each, began) for each in listed] if isinstance(listed, list) else []
    kept = [message for message in found if message is not None]
    if not kept:
        raise nothing_in_it()
    return chained(conversation, kept)


def _message(data: Any, began: float) -> Message | None:
    role = _ROLES.get(str(data.get("role"))) if isinstance(data, dict) else None
    text = text_of(data.get("content")) if role else ""
    if role is None or not text.strip():
        return None
    return Message(new_id(), "", None, role, text, created_at=moment(data.get("timestamp"), began))
