"""Bad files go out of use; a few are kept."""

from __future__ import annotations

import os

import pytest

from desktop_llm.library.quarantine import QUARANTINED, quarantine


def test_only_the_newest_few_are_kept(paths, tmp_path):
    for number in range(QUARANTINED + 2):
        bad = tmp_path / f"{number}.part"
        bad.write_bytes(b"bad")
        os.utime(bad, (1e9 + number, 1e9 + number))
        quarantine(bad, paths)
        assert not bad.exists()
    kept = {file.name for file in (paths.data / "quarantine").iterdir()}
    assert kept == {f"{number}.part" for number in range(2, QUARANTINED + 2)}


def test_the_same_file_again_takes_the_place_of_the_first(paths, tmp_path):
    for content in (b"bad", b"worse"):
        (tmp_path / "x.part").write_bytes(content)
        quarantine(tmp_path / "x.part", paths)
    (kept,) = (paths.data / "quarantine").iterdir()
    assert kept.read_bytes() == b"worse"


def test_what_cannot_be_moved_stays_where_it_is(paths, tmp_path, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.move", full)
    (tmp_path / "x.part").write_bytes(b"bad")
    with pytest.raises(OSError, match="No space"):
        quarantine(tmp_path / "x.part", paths)
    assert (tmp_path / "x.part").read_bytes() == b"bad"


def test_the_contents_of_a_link_go_and_so_does_the_link(paths, tmp_path):
    shared = tmp_path / "blobs" / "ab" / "content"
    blob = tmp_path / "models--a--b" / "blobs" / "name"
    for file in (shared, blob):
        file.parent.mkdir(parents=True)
    shared.write_bytes(b"bad")
    blob.symlink_to(shared)
    quarantine(blob, paths)
    assert not shared.exists()
    assert not os.path.lexists(blob)
    assert (paths.data / "quarantine" / "name").read_bytes() == b"bad"
