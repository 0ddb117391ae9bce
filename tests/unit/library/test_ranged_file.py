"""A file that grows to a known content, whatever was left of it before."""

from __future__ import annotations

import hashlib
import os
import random
import threading

import pytest

from desktop_llm.core.process.server import GivenUp
from desktop_llm.library.hashing import file_hash
from desktop_llm.library.hub_types import HubFile
from desktop_llm.library.ranged_file import RangedFile

DATA = random.Random(1).randbytes(100_000)
LARGE = HubFile("model.safetensors", len(DATA), sha256=hashlib.sha256(DATA).hexdigest())
GIT_NAME = hashlib.sha1(b"blob %d\0" % len(DATA) + DATA).hexdigest()
SMALL = HubFile("tokenizer.json", len(DATA), blob=GIT_NAME)


def recalled(part: RangedFile) -> RangedFile:
    part.recall(lambda done: None, threading.Event())
    return part


@pytest.mark.parametrize("file", [LARGE, SMALL], ids=["sha256", "git"])
def test_the_content_is_right_when_its_hash_is_the_promised_one(tmp_path, file):
    with RangedFile(tmp_path / "part", file) as part:
        part.append(DATA[:7])
        part.append(DATA[7:])
        assert part.is_whole
        assert part.is_right()
    assert (tmp_path / "part").read_bytes() == DATA


def test_one_wrong_byte_is_found(tmp_path):
    with RangedFile(tmp_path / "part", LARGE) as part:
        part.append(DATA[:500] + bytes([DATA[500] ^ 1]) + DATA[501:])
        assert part.is_whole
        assert not part.is_right()


def test_it_goes_on_with_what_an_earlier_process_left(tmp_path):
    (tmp_path / "part").write_bytes(DATA[:60_000])
    with RangedFile(tmp_path / "part", LARGE) as part:
        assert recalled(part).done == 60_000
        part.append(DATA[60_000:])
        assert part.is_right()
    assert (tmp_path / "part").read_bytes() == DATA


def test_what_is_kept_counts_only_after_it_was_hashed(tmp_path):
    (tmp_path / "part").write_bytes(DATA)
    with RangedFile(tmp_path / "part", LARGE) as part:
        assert part.done == 0


def test_what_is_longer_than_the_file_is_cut(tmp_path):
    (tmp_path / "part").write_bytes(DATA + b"more")
    with RangedFile(tmp_path / "part", LARGE) as part:
        assert recalled(part).is_right()
    assert (tmp_path / "part").read_bytes() == DATA


def test_more_than_the_file_is_not_written(tmp_path):
    with RangedFile(tmp_path / "part", LARGE) as part:
        part.append(DATA + b"more")
        assert part.is_right()
    assert (tmp_path / "part").read_bytes() == DATA


def test_after_a_restart_nothing_of_before_is_left(tmp_path):
    with RangedFile(tmp_path / "part", LARGE) as part:
        part.append(b"wrong" * 1000)
        part.restart()
        assert (part.done, part.path.stat().st_size) == (0, 0)
        part.append(DATA)
        assert part.is_right()


def test_a_write_that_fails_in_the_middle_leaves_a_part_to_go_on_with(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:1000]))
    with RangedFile(tmp_path / "part", LARGE) as part:
        part.append(DATA[:5000])
        assert part.done == 5000

        def full(handle, data):
            real(handle, data[:10])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OSError, match="space"):
            part.append(DATA[5000:])
    monkeypatch.undo()
    with RangedFile(tmp_path / "part", LARGE) as part:
        part.append(DATA[recalled(part).done :])
        assert part.is_right()


def test_an_empty_file_is_whole_from_the_start(tmp_path):
    nothing = HubFile("empty", 0, blob=hashlib.sha1(b"blob 0\0").hexdigest())
    with RangedFile(tmp_path / "part", nothing) as part:
        assert part.is_whole
        assert part.is_right()


def test_only_its_owner_can_read_it(tmp_path):
    with RangedFile(tmp_path / "part", LARGE):
        assert (tmp_path / "part").stat().st_mode & 0o077 == 0


def test_hashing_can_be_stopped(tmp_path):
    (tmp_path / "part").write_bytes(DATA)
    stop = threading.Event()
    stop.set()
    with pytest.raises(GivenUp), RangedFile(tmp_path / "part", LARGE) as part:
        part.recall(lambda done: None, stop)


def test_a_files_hash_is_a_sha256_unless_it_is_to_be_like_another(tmp_path):
    (tmp_path / "file").write_bytes(DATA)
    seen: list[int] = []
    assert file_hash(tmp_path / "file", on_bytes=seen.append) == LARGE.sha256
    assert file_hash(tmp_path / "file", like=GIT_NAME) == GIT_NAME
    assert seen[-1] == len(DATA)
