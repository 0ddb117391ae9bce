"""A program that chats into a database until it is killed; `test_storage_kills` starts it.

It prints what it knows to be on the disk, and nothing before: `SAVED id sha` after a message was
committed, `STREAMED id characters` after a part of a reply was. `WROTE id characters seconds` is a
token that exists only in memory so far.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import replace
from pathlib import Path

from desktop_llm.core.conversation import Message, new_id
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import open_database
from tests.e2e.saying import fingerprint, say
from tests.values import a_conversation, a_message, a_record

JOURNAL_S = 0.25
WORDS = ("The", " weather", " is", " fine", "。今天", "天气", "很好", " 🙂", "\n")


def main(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    store = ConversationStore(open_database(path))
    store.recover()
    while True:
        conversation = a_conversation()
        store.save_conversation(conversation)
        parent = None
        for _ in range(chance.randrange(1, 4)):
            question = a_message(conversation_id=conversation.id, parent_id=parent)
            reply = replace(
                question, id=new_id(), parent_id=question.id, role="assistant", content=""
            )
            with store.transaction():
                store.add_message(question)
                store.add_message(replace(reply, state="streaming"))
                store.save_conversation(replace(conversation, active_leaf=reply.id))
            say("SAVED", question.id, fingerprint(question.content))
            finished = write_reply(store, reply, chance)
            store.finish_message(replace(finished, generation=a_record(token_ids=(1, 2, 3))))
            say("SAVED", reply.id, fingerprint(finished.content))
            parent = reply.id
        if chance.random() < 0.2:
            store.trash.put("conversation", conversation.id)


def write_reply(store: ConversationStore, reply: Message, chance: random.Random) -> Message:
    """Stream a reply of random length; its text is journalled at least each JOURNAL_S."""
    text, journalled, last = "", 0, time.monotonic()
    for _ in range(chance.randrange(400)):
        now = time.monotonic()
        if now - last >= JOURNAL_S:
            store.append_stream(reply.id, text[journalled:])
            say("STREAMED", reply.id, len(text))
            journalled, last = len(text), now
        text += chance.choice(WORDS)
        say("WROTE", reply.id, len(text), now)
        time.sleep(chance.random() * 0.004)
    return replace(reply, content=text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
