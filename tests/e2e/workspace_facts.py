"""What can change in the workspace, as keys and values without spaces: on the screen and the disk.

`marks:` of a message: pinned, vote, deleted, correction. `path:` of a conversation: the ids shown.
`title:` of one that a person has named; its `pinned:` and `folder:`. `name:` of a folder or a
preset. `deleted:` of everything but messages.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop_llm.core.conversation import Message
from desktop_llm.services.chat_tree import Tree
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import Database

UNKNOWN = "*"


def marks(message: Message) -> str:
    """What people change of a message."""
    deleted = int(message.deleted_at is not None)
    return f"{int(message.pinned)},{message.vote},{deleted},{message.correction}"


def path_value(ids: Iterable[str]) -> str:
    return ",".join(ids) or "-"


def facts_on_disk(database: Database, store: ConversationStore) -> dict[str, str]:
    """All of them; every conversation can be shown."""
    found: dict[str, str] = {}
    trash = {row["id"] for row in database.query("SELECT id FROM trash")}
    for (key,) in database.query("SELECT id FROM conversation"):
        conversation, messages = store.load(key)
        tree = Tree(messages, conversation.active_leaf)
        found |= {f"marks:{message.id}": marks(message) for message in messages}
        found[f"path:{key}"] = path_value(message.id for message in tree.path)
        found[f"pinned:{key}"] = str(int(conversation.pinned))
        found[f"folder:{key}"] = conversation.folder_id or "-"
        found[f"deleted:{key}"] = str(int(key in trash))
        if conversation.title_source == "person":
            found[f"title:{key}"] = conversation.title
    for kind in ("folder", "preset"):
        for key, name in database.query(f"SELECT id, name FROM {kind}"):
            found[f"name:{key}"] = name
            found[f"deleted:{key}"] = str(int(key in trash))
    return found
