"""Conversations and their messages: saved as they happen, found again after any end of the app."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from desktop_llm.core.conversation import Attachment, Conversation, Message
from desktop_llm.storage.backups import Backups
from desktop_llm.storage.database import Database, Row
from desktop_llm.storage.drafts import Drafts
from desktop_llm.storage.errors import DiskFull
from desktop_llm.storage.folders import Folders
from desktop_llm.storage.presets import Presets
from desktop_llm.storage.rows import (
    ATTACHMENT_COLUMNS,
    CHANGING_COLUMNS,
    CONVERSATION_COLUMNS,
    GENERATION_COLUMNS,
    MESSAGE_COLUMNS,
    attachment_of,
    attachment_row,
    conversation_of,
    conversation_row,
    generation_of,
    generation_row,
    message_of,
    message_row,
)
from desktop_llm.storage.search_index import DAMAGE, SearchIndex
from desktop_llm.storage.trash import TRASH_DAYS, Trash

log = logging.getLogger(__name__)

_NOT_IN_TRASH = (
    "NOT EXISTS (SELECT 1 FROM trash WHERE kind = 'conversation' AND trash.id = conversation.id)"
)
_CONVERSATION = f"SELECT {', '.join(CONVERSATION_COLUMNS)} FROM conversation"
_MESSAGES = (
    f"SELECT seq, {', '.join(MESSAGE_COLUMNS)} FROM message WHERE conversation_id = ? ORDER BY seq"
)
_GENERATIONS = (
    f"SELECT message_seq, {', '.join(f'generation.{name}' for name in GENERATION_COLUMNS)}"
    " FROM message JOIN generation ON message_seq = message.seq WHERE conversation_id = ?"
)


class ConversationStore:
    """Everything the app does with conversations on disk.

    A method that changes something has it on the disk when it returns; several calls inside
    `transaction` are one change. Raises the errors of `storage.errors`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.index = SearchIndex(database)
        self.trash = Trash(database, self.index)
        self.folders = Folders(database)
        self.presets = Presets(database)
        self.drafts = Drafts(database)
        self.backups = Backups(database, self.index)
        self._interrupted: frozenset[str] = frozenset()

    def transaction(self) -> AbstractContextManager[None]:
        """Make the calls inside one change: all or nothing, and one wait for the disk."""
        return self._database.transaction()

    def list_conversations(self, limit: int = 1000, offset: int = 0) -> list[Conversation]:
        """Conversations that are not in the trash, the latest changed first."""
        rows = self._database.query(
            f"{_CONVERSATION} WHERE {_NOT_IN_TRASH}"
            " ORDER BY updated_at DESC, seq DESC LIMIT ? OFFSET ?",
            limit,
            offset,
        )
        return [conversation_of(row) for row in rows]

    def find(self, conversation_id: str) -> Conversation | None:
        """A conversation, also from the trash; None if it was never saved, or is gone for good."""
        found = self._database.query(f"{_CONVERSATION} WHERE id = ?", conversation_id)
        return conversation_of(found[0]) if found else None

    def load(self, conversation_id: str) -> tuple[Conversation, list[Message]]:
        """A conversation and all messages of its tree in the order of writing.

        Deleted messages are among them (`deleted_at`). A reply that is being written has its text
        up to the last `append_stream`. KeyError if there is no such conversation.
        """
        found = self.find(conversation_id)
        if found is None:
            raise KeyError(conversation_id)
        query = self._database.query
        records = {seq: generation_of(row) for seq, *row in query(_GENERATIONS, conversation_id)}
        journal, attached = self._journal(), self._attachments(conversation_id)
        messages = [
            message_of(row, records.get(seq), tuple(attached.get(seq, ())))
            for seq, *row in query(_MESSAGES, conversation_id)
        ]
        return found, [self._as_it_is(message, journal) for message in messages]

    def save_conversation(self, conversation: Conversation) -> None:
        """Add or replace what is known of the conversation itself; its messages stay."""
        known = self._database.query("SELECT title FROM conversation WHERE id = ?", conversation.id)
        renamed = [row["title"] for row in known] != [conversation.title]
        with self.transaction():
            if renamed:
                self.index.leave("conversation", "id = ?1", conversation.id)
            self._database.put("conversation", "id", conversation_row(conversation))
            if renamed:
                self.index.enter("conversation", "id = ?1", conversation.id)

    def add_message(self, message: Message) -> None:
        """Add `message`, or replace the one with its id. Its conversation and parent come first.

        Of a message that is replaced the attachments stay, and what `save_message` changes. A reply
        to be written by `append_stream` is added with the state "streaming".
        """
        with self.transaction():
            self.index.leave("message", "id = ?1", message.id)
            self._database.put("message", "id", message_row(message), CHANGING_COLUMNS)
            seq = self._database.query("SELECT seq FROM message WHERE id = ?", message.id)[0][0]
            for position, attachment in enumerate(message.attachments):
                self._attach(seq, position, attachment)
            if message.generation is None:
                self._database.write("DELETE FROM generation WHERE message_seq = ?", seq)
            else:
                row = generation_row(seq, message.generation)
                self._database.put("generation", "message_seq", row)
            self.index.enter("message", "id = ?1", message.id)

    def add_messages(self, messages: Sequence[Message]) -> None:
        """Add many at once, parents before what follows them: a branch that was copied."""
        with self.transaction():
            for message in messages:
                self.add_message(message)

    def save_message(self, message: Message) -> None:
        """Save what people change of a message that is written: pin, vote, correction, deletion."""
        changes = ", ".join(f"{name} = ?" for name in CHANGING_COLUMNS)
        values = [getattr(message, name) for name in CHANGING_COLUMNS]
        with self.transaction():
            self._database.write(f"UPDATE message SET {changes} WHERE id = ?", *values, message.id)

    def append_stream(self, message_id: str, text: str, thinking: str = "") -> None:
        """Journal what a reply has gained since the last call; cheap, however long the reply is."""
        row: Row = {"message_id": message_id, "text": text, "thinking": thinking}
        self._database.put("stream_chunk", "seq", row)

    def finish_message(self, message: Message) -> None:
        """Write a reply as it is in the end, whole, in place of its journal."""
        with self.transaction():
            self.add_message(message)
            self._database.write("DELETE FROM stream_chunk WHERE message_id = ?", message.id)

    def recover(self) -> None:
        """After opening: end replies that were being written, purge the trash, complete the index.

        Those replies keep their journalled text and become "interrupted". On a full disk the file
        stays as it is, but is read in the same way.
        """
        rows = self._database.query("SELECT id FROM message WHERE state = 'streaming'")
        self._interrupted = frozenset(row["id"] for row in rows)
        try:
            with self.transaction():
                self._end_streams()
                self.trash.purge(time.time() - TRASH_DAYS * 86400)
        except DiskFull:
            log.warning("disk full: %d replies could not be recovered yet", len(rows))
        else:
            self._interrupted = frozenset()
        try:
            self.index.complete()
        except (DiskFull, *DAMAGE) as error:
            log.warning("the search index is not complete yet: %s", type(error).__name__)

    def _end_streams(self) -> None:
        journal = self._journal()
        for message_id in self._interrupted:
            text, thinking = journal[message_id]
            self.index.leave("message", "id = ?1", message_id)
            self._database.write(
                "UPDATE message SET content = content || ?, thinking = thinking || ?,"
                " state = 'interrupted' WHERE id = ?",
                text,
                thinking,
                message_id,
            )
            self.index.enter("message", "id = ?1", message_id)
        self._database.write("DELETE FROM stream_chunk")

    def _journal(self) -> defaultdict[str, tuple[str, str]]:
        """Journalled text and thinking by message; empty texts for every other message."""
        found: defaultdict[str, tuple[str, str]] = defaultdict(lambda: ("", ""))
        for row in self._database.query("SELECT * FROM stream_chunk ORDER BY seq"):
            text, thinking = found[row["message_id"]]
            found[row["message_id"]] = (text + row["text"], thinking + row["thinking"])
        return found

    def _as_it_is(self, message: Message, journal: dict[str, tuple[str, str]]) -> Message:
        if message.state != "streaming":
            return message
        text, thinking = journal[message.id]
        return replace(
            message,
            content=message.content + text,
            thinking=message.thinking + thinking,
            state="interrupted" if message.id in self._interrupted else "streaming",
        )

    def _attach(self, message_seq: int, position: int, attachment: Attachment) -> None:
        """What is there already stays, and is shared: an attachment never changes."""
        row = attachment_row(attachment)
        link: Row = {
            "message_seq": message_seq,
            "position": position,
            "attachment_id": row["id"],
            "in_prompt": attachment.in_prompt,
        }
        self._database.add("attachment", row)
        self._database.add("message_attachment", link)

    def _attachments(self, conversation_id: str) -> defaultdict[int, list[Attachment]]:
        """The attachments of each message, by its seq."""
        rows = self._database.query(
            f"SELECT message.seq, {', '.join(ATTACHMENT_COLUMNS)} FROM message"
            " JOIN message_attachment ON message_seq = message.seq"
            " JOIN attachment ON attachment.id = attachment_id"
            " WHERE conversation_id = ? ORDER BY message_seq, position",
            conversation_id,
        )
        found: defaultdict[int, list[Attachment]] = defaultdict(list)
        for seq, *row in rows:
            found[seq].append(attachment_of(row))
        return found
