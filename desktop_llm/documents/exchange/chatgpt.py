"""Conversations of a ChatGPT export: `conversations.json`, a list of trees called `mapping`.

A node has `message` (or null), `parent` and `children`; a message has `author.role`,
`content.parts` and `create_time`. Nodes of tools and hidden system messages are passed over.
"""

from __future__ import annotations

from typing import Any

from desktop_llm.core.conversation import Conversation, Message, Role, new_id
from desktop_llm.documents.exchange.archive import Archived
from desktop_llm.documents.exchange.foreign import moment, text_of, tree_of

_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}


def is_chatgpt(data: Any) -> bool:
    """Whether an entry of a file looks like one of these."""
    return isinstance(data, dict) and isinstance(data.get("mapping"), dict)


def read(data: dict[str, Any]) -> Archived:
    """Raises Unreadable with the reason."""
    began = moment(data.get("create_time"))
    conversation = Conversation(
        new_id(),
        title=str(data.get("title") or ""),
        created_at=began,
        updated_at=moment(data.get("update_time"), began),
        title_source="person" if data.get("title") else "",
    )
    nodes = {
        str(name): (_message(node, began), node.get("parent"))
        for name, node in data["mapping"].items()
        if isinstance(node, dict)
    }
    return tree_of(conversation, nodes, data.get("current_node"))


def _message(node: dict[str, Any], began: float) -> Message | None:
    """The message of a node; None for what people never saw."""
    found = node.get("message")
    if not isinstance(found, dict):
        return None
    author, content = found.get("author"), found.get("content")
    role = _ROLES.get(author.get("role", "")) if isinstance(author, dict) else None
    if role is None or not isinstance(content, dict):
        return None
    text = _text(content)
    if not text.strip() or _hidden(found):
        return None
    return Message(
        new_id(), "", None, role, text, created_at=moment(found.get("create_time"), began)
    )


def _text(content: dict[str, Any]) -> str:
    parts = content.get("parts", content.get("text", ""))
    if content.get("content_type") not in (None, "text", "multimodal_text", "code"):
        return ""
    if not isinstance(parts, list):
        return text_of(parts)
    return "\n\n".join(part for part in parts if isinstance(part, str) and part)


def _hidden(message: dict[str, Any]) -> bool:
    metadata = message.get("metadata")
    return isinstance(metadata, dict) and bool(metadata.get("is_visually_hidden_from_conversation"))
