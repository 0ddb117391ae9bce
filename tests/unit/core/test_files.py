"""Files are written whole or not at all, and for their owner only."""

from __future__ import annotations

import os
import stat
import threading

import pytest

from desktop_llm.core.files import make_private_folder, write_atomically

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")


def permissions(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_text_and_bytes_are_written_as_they_are(tmp_path):
    write_atomically(tmp_path / "a", "你好\n")
    write_atomically(tmp_path / "b", b"\r\n\x00")
    assert (tmp_path / "a").read_bytes() == "你好\n".encode()
    assert (tmp_path / "b").read_bytes() == b"\r\n\x00"


@posix
def test_only_the_owner_can_read_files_and_folders(tmp_path):
    file = tmp_path / "new" / "settings.json"
    write_atomically(file, "{}")
    assert permissions(file) == 0o600
    assert permissions(file.parent) == 0o700
    assert permissions(make_private_folder(tmp_path / "x" / "y")) == 0o700


@posix
def test_an_existing_folder_keeps_its_permissions(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    write_atomically(folder / "file", "x", mode=0o644)
    assert permissions(folder) == 0o755
    assert permissions(folder / "file") == 0o644


def test_a_failed_write_leaves_the_old_content_and_no_debris(tmp_path, monkeypatch):
    file = tmp_path / "settings.json"
    write_atomically(file, "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, "new")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_a_reader_sees_the_old_or_the_new_content_never_a_part(tmp_path):
    file = tmp_path / "big"
    contents = [letter * 200_000 for letter in "ab"]
    write_atomically(file, contents[0])
    done = threading.Event()
    seen = set()

    def read():
        while not done.is_set():
            seen.add(file.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(40):
        write_atomically(file, contents[number % 2])
    done.set()
    reader.join()
    assert seen <= set(contents)
