"""Kill -9 while conversations are edited, branched, deleted, brought back and answered."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from desktop_llm.core.conversation import Message
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import Database
from tests.e2e.killing import (
    LONGEST_LOSS_S,
    SLACK_S,
    Screen,
    all_messages,
    reopened,
    running,
    seeded,
)
from tests.e2e.saying import fingerprint
from tests.e2e.workspace_facts import UNKNOWN, facts_on_disk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

DRAFT_S = 2.0
SEARCHED = 5
"""Messages that are looked for after each kill."""


class Workspace:
    """One database over many kills: what was told of it, and what it must have."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.facts: dict[str, str] = {}
        """As they were after the last kill."""
        self.saved: dict[str, str] = {}
        self.copies: dict[str, str] = {}
        self.counts: Counter[str] = Counter()

    def live(self, seed: int, seconds: float) -> None:
        """Let the person work for a while, kill everything, and look."""
        with running("tests.e2e.workspace_driver", self.path, seed) as screen:
            screen.wait_for("READY")
            time.sleep(seconds)
            assert screen.process.poll() is None, "the driver ended by itself"
            screen.process.kill()
            killed = time.monotonic()
        self.counts.update(words[0] for _, words in screen.lines)
        assert not screen.said("FAULT")
        with reopened(self.path) as (database, store):
            messages = all_messages(database, store)
            facts = facts_on_disk(database, store)
            self._check_texts(screen, messages)
            self._check_facts(screen, facts)
            check_streams(screen, messages, killed)
            check_drafts(screen, database, killed)
            self._check_search(store, messages, facts)
        self.facts = facts

    def _check_texts(self, screen: Screen, kept: dict[str, Message]) -> None:
        """Nothing that was ever shown as saved is lost or another one."""
        undone = {words[1] for _, words in screen.said("UNDO")}
        self.copies |= {copy: deleted for _, (_, copy, deleted) in screen.said("COPY")}
        for _, words in screen.lines:
            if words[0] == "GROWS":
                self.saved.pop(words[1], None)
            elif words[0] == "SAVED":
                self.saved[words[1]] = words[2]
        assert {message.state for message in kept.values()} <= {
            *("complete", "interrupted", "stopped", "failed")
        }
        for message_id, digest in list(self.saved.items()):
            if message_id in kept:
                assert fingerprint(kept[message_id].content) == digest
            else:
                assert self._was_taken_back(message_id, undone), f"{message_id} is lost"
                del self.saved[message_id]

    def _was_taken_back(self, message_id: str, undone: set[str]) -> bool:
        """Whether it was a copy, made when something before it was deleted, which was undone."""
        deleted = self.copies.get(message_id)
        return deleted in undone or bool(deleted and self._was_taken_back(deleted, undone))

    def _check_facts(self, screen: Screen, facts: dict[str, str]) -> None:
        """Everything is as it was told last, or as it was wished since then."""
        wishes: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for _, (_, number, key, value) in screen.said("WISH"):
            wishes[key].append((int(number), value))
        told = max((int(words[1]) for _, words in screen.said("TOLD")), default=0)
        for key in self.facts.keys() | wishes.keys():
            unknown = "" if key.startswith("name:") else UNKNOWN  # made since the last kill
            values = [(0, self.facts.get(key, unknown)), *wishes[key]]
            settled = max(i for i, (number, _) in enumerate(values) if number <= told)
            allowed = {value for _, value in values[settled:]}
            if key not in facts and key.startswith(("marks:", "path:")):
                continue  # what must be there is known of its text
            assert UNKNOWN in allowed or facts.get(key, "") in allowed, key

    def _check_search(
        self, store: ConversationStore, kept: dict[str, Message], facts: dict[str, str]
    ) -> None:
        """Shown messages are found by their words."""
        shown = {
            message_id
            for key, value in facts.items()
            if key.startswith("path:") and facts[f"deleted:{key.removeprefix('path:')}"] == "0"
            for message_id in value.split(",")
        }
        known = [m for m in self.saved if m in shown and "-" in kept[m].content]
        for message_id in known[-SEARCHED:]:
            hits = store.index.search(kept[message_id].content.split()[0])
            assert message_id in {hit.message_id for hit in hits}


def check_streams(screen: Screen, kept: dict[str, Message], killed: float) -> None:
    """Of what was being written at most the last second is lost."""
    for heard, (_, message_id, characters) in screen.said("STREAM"):
        if heard < killed - LONGEST_LOSS_S - SLACK_S and message_id in kept:
            assert len(kept[message_id].content) >= int(characters)


def check_drafts(screen: Screen, database: Database, killed: float) -> None:
    """What has stood in a composer for longer than two seconds is there."""
    kept = " ".join(text for (text,) in database.query("SELECT text FROM draft"))
    replaced = {text for _, words in screen.said("DRAFT") for text in words[2:]}
    for heard, (_, text, *_) in screen.said("DRAFT"):
        if text != "-" and text not in replaced and heard < killed - DRAFT_S - SLACK_S:
            assert text in kept


def kill(folder: Path, rounds: int, longest: float) -> None:
    chance, workspace = seeded(), Workspace(folder / "conversations.sqlite")
    for number in range(rounds):
        long = number % 10 == 9  # long enough for a draft and a reply to be on the disk
        seconds = chance.uniform(3.2, 4) if long else chance.uniform(0, longest)
        workspace.live(chance.randrange(2**32), seconds)
    print(f"{rounds} kills: {dict(workspace.counts)}, {len(workspace.saved)} messages kept")
    assert workspace.counts["SAVED"] and workspace.counts["TOLD"]


def test_nothing_is_lost_by_ten_kills_while_people_edit(tmp_path: Path) -> None:
    kill(tmp_path, rounds=10, longest=0.6)


@pytest.mark.soak
def test_nothing_is_lost_by_two_hundred_kills_while_people_edit(tmp_path: Path) -> None:
    kill(tmp_path, rounds=200, longest=1.5)
