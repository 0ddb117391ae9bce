"""What was reported as saved survives kill -9; a full disk and a read-only folder are told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desktop_llm.core.conversation import Message
from desktop_llm.storage.database import open_database
from tests.e2e.killing import SLACK_S, all_messages, reopened, running, seeded
from tests.e2e.saying import fingerprint

REPOSITORY = Path(__file__).resolve().parents[2]
LOSS_S = 1.0


@dataclass
class Reports:
    """What the writer said before it was killed."""

    saved: dict[str, str] = field(default_factory=dict)
    streamed: dict[str, int] = field(default_factory=dict)
    written: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    def read(self, lines: Iterable[list[str]]) -> None:
        for kind, message_id, *facts in lines:
            if kind == "SAVED":
                self.saved[message_id] = facts[0]
            elif kind == "STREAMED":
                self.streamed[message_id] = int(facts[0])
            else:
                self.written[message_id].append((int(facts[0]), float(facts[1])))


@pytest.mark.e2e
def test_nothing_reported_as_saved_is_lost_by_ten_kills(tmp_path: Path) -> None:
    kill_and_look(tmp_path, rounds=10)


@pytest.mark.e2e
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_nothing_reported_as_saved_is_lost_by_two_hundred_kills(tmp_path: Path) -> None:
    kill_and_look(tmp_path, rounds=200)


def kill_and_look(folder: Path, rounds: int) -> None:
    """Kill the writer again and again over one database, and look after each time."""
    chance, reports, path = seeded(), Reports(), folder / "conversations.sqlite"
    worst = 0.0
    for number in range(rounds):
        with running("tests.e2e.storage_writer", path, number) as screen:
            if number % 4:  # else killed anywhere, also while Python starts or the file opens
                screen.wait_for("STREAMED" if number == 1 else "SAVED")
            time.sleep(chance.uniform(0, 1.5))
            assert screen.process.poll() is None, "the writer ended by itself"
        reports.read(words for _, words in screen.lines)
        worst = max(worst, look(path, reports))
    assert reports.saved, "the kills came before anything was saved"
    assert reports.streamed, "no kill came after a part of a reply was saved"
    print(f"{rounds} kills, {len(reports.saved)} messages saved, worst loss {worst:.3f} s")
    assert worst <= LOSS_S + SLACK_S


def look(path: Path, reports: Reports) -> float:
    """Check everything that was ever reported; return the seconds of streaming that were lost."""
    if not path.exists():
        assert not reports.saved
        return 0.0
    with reopened(path) as opened:
        messages = all_messages(*opened)
    assert {m.state for m in messages.values()} <= {"complete", "interrupted"}
    for message_id, sha in reports.saved.items():
        assert fingerprint(messages[message_id].content) == sha
    for message_id, characters in reports.streamed.items():
        assert len(messages[message_id].content) >= characters
    return max((lost(messages[i], reports.written[i]) for i in reports.written), default=0.0)


def lost(message: Message, written: list[tuple[int, float]]) -> float:
    """Seconds between the first token that is not there and the last that was written."""
    missing = [at for characters, at in written if characters > len(message.content)]
    return written[-1][1] - missing[0] if missing else 0.0


def can_mount() -> bool:
    """Whether this user may have a small file system of their own."""
    if not shutil.which("unshare"):
        return False
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


FULL_DISK = """
import json, os, sys
from pathlib import Path
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import open_database
from desktop_llm.storage.errors import DiskFull
from tests.values import a_conversation, a_message

folder = Path(sys.argv[1])
path = folder / "conversations.sqlite"
database = open_database(path)
store = ConversationStore(database)
conversation = a_conversation()
store.save_conversation(conversation)
saved, told = [], []
(folder / "movie").write_bytes(b"x" * 500_000)
while not told:
    message = a_message(content="words " * 2000, conversation_id=conversation.id)
    try:
        store.add_message(message)
        saved.append(message.id)
    except DiskFull as error:
        told.append(error)
with (folder / "filler").open("wb", buffering=0) as filler:
    try:
        while filler.write(b"x"):
            pass
    except OSError:
        pass
try:
    store.append_stream(saved[-1], "words " * 2000)
except DiskFull as error:
    told.append(error)
kept = [m.id for m in store.load(conversation.id)[1]] == saved
database.close()

database = open_database(path)  # with no byte free
store = ConversationStore(database)
store.recover()
kept_after_start = [m.id for m in store.load(conversation.id)[1]] == saved
(folder / "movie").unlink()
store.add_message(message)  # works again without another start
whole = database.query("PRAGMA integrity_check")[0][0]
database.close()
print(json.dumps({
    "saved": len(saved), "kept": kept, "kept_after_start": kept_after_start, "whole": whole,
    "told": [str(error) for error in told],
}))
"""


@pytest.mark.e2e
@pytest.mark.skipif(not can_mount(), reason="needs a file system of its own to fill")
def test_a_full_disk_is_told_and_loses_nothing_and_saving_goes_on_when_space_is_freed(
    tmp_path: Path,
) -> None:
    script = f'mount -t tmpfs -o size=2m tmpfs "{tmp_path}" && exec "$0" -c "$1" "{tmp_path}"'
    command = ["unshare", "-rm", "sh", "-c", script, sys.executable, FULL_DISK]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["saved"] > 10
    assert result["kept"]
    assert result["kept_after_start"]
    assert result["whole"] == "ok"
    assert len(result["told"]) == 2
    assert "is full (0.0 MB free)" in result["told"][1]
    assert "Free at least 20.0 MB" in result["told"][1]


READ_ONLY = """
import os, sys
from pathlib import Path
from desktop_llm.storage.database import open_database
from desktop_llm.storage.errors import StorageUnwritable
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    open_database(Path(sys.argv[1]))
except StorageUnwritable as error:
    print(error.facts["path"])
"""


@pytest.mark.e2e
@pytest.mark.skipif(os.name == "nt", reason="folders of Windows have no read-only mode")
@pytest.mark.parametrize("there", ["nothing", "a folder", "a database"])
def test_a_folder_that_cannot_be_written_is_told_by_its_path(tmp_path: Path, there: str) -> None:
    root = tmp_path / "root"
    path = root / "data" / "conversations.sqlite"
    if there == "nothing":
        root.mkdir()
    else:
        path.parent.mkdir(parents=True)
    if there == "a database":
        open_database(path).close()
        path.chmod(0o444)
    for folder in (path.parent, root):
        if folder.exists():
            folder.chmod(0o555)
    before = path.read_bytes() if path.exists() else None
    for folder in tmp_path.parents[:3]:
        make_passable(folder)
    make_passable(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(path)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert done.stdout.strip() == str(path), done.stderr
    assert (path.read_bytes() if path.exists() else None) == before


def make_passable(folder: Path) -> None:
    """Let the other user reach the test's folder, so that only its last part is in the way."""
    if folder.owner() == tmp_owner():
        folder.chmod(folder.stat().st_mode | 0o011)


def tmp_owner() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
