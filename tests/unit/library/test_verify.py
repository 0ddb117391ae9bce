"""The files of a model are compared with their hashes, and what is bad is taken out of use."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir, snapshot_download

from desktop_llm.core.model_folder import ModelMissing
from desktop_llm.library import starter
from desktop_llm.library.cache_layout import cache_folder
from desktop_llm.library.download import download
from desktop_llm.library.errors import FileUnreadable
from desktop_llm.library.hub_errors import CacheUnusable
from desktop_llm.library.hub_types import LibraryEntry
from desktop_llm.library.registry import Record, Registry
from desktop_llm.library.shelf import list_library
from desktop_llm.library.verify import verify
from tests.fake_hub import FakeRepo
from tests.fake_hub.plans import access_to, plan_for
from tests.fake_hub.repos import Content

WEIGHTS = random.Random(1).randbytes(300_000)
FILES: dict[str, Content] = {"config.json": "{}", "model.safetensors": WEIGHTS}


@pytest.fixture
def repo(fake_hub):
    return fake_hub.add_repo(FakeRepo("demo/model", FILES))


@pytest.fixture
def fetched(fake_hub, repo):
    """A model that another tool fetched."""
    folder = snapshot_download("demo/model", endpoint=fake_hub.endpoint)
    return LibraryEntry("demo/model", "model", "hub", folder)


@pytest.fixture
def own(tmp_path):
    """A folder of a person."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    return LibraryEntry("mine", "mine", "folder", str(folder))


def check(entry: LibraryEntry, paths) -> bool | None:
    found = verify(entry, paths, lambda fraction: None, threading.Event())
    assert found is not None
    assert found == replace(entry, verified=found.verified)
    return found.verified


def spoil(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def test_a_sound_model_of_the_hub_is_verified_without_asking_anyone(fake_hub, repo, paths, fetched):
    before = len(fake_hub.requests)
    assert check(fetched, paths) is True
    assert len(fake_hub.requests) == before
    known = Registry.of(paths).files
    for name in FILES:
        file = Path(fetched.path) / name
        assert known[str(file)].verified
        assert known[str(file)].sha256 == repo.file(name).sha256
        assert known[str(file)].mtime_ns == file.stat().st_mtime_ns


@pytest.mark.parametrize("name", FILES)
def test_one_wrong_byte_is_found_and_the_file_is_taken_out_of_use(paths, fetched, name):
    file = Path(fetched.path) / name
    blob = file.resolve()
    spoil(blob)
    assert check(fetched, paths) is False
    assert not blob.exists()
    assert not os.path.lexists(file)
    assert [kept.name for kept in (paths.data / "quarantine").iterdir()] == [blob.name]
    assert scan_cache_dir(cache_folder()).warnings == []
    assert check(fetched, paths) is False, "a file is missing now"


def test_no_version_names_a_bad_file_any_more(fake_hub, repo, paths, fetched):
    repo.commit({**FILES, "config.json": '{"new": 1}'})
    newer = Path(snapshot_download("demo/model", endpoint=fake_hub.endpoint))
    spoil((newer / "model.safetensors").resolve())
    assert check(fetched, paths) is False
    assert [file.name for file in newer.iterdir()] == ["config.json"]
    assert scan_cache_dir(cache_folder()).warnings == []


def test_what_was_taken_out_is_fetched_again(fake_hub, repo, paths, fetched):
    spoil((Path(fetched.path) / "model.safetensors").resolve())
    check(fetched, paths)
    told, stop = (lambda progress: None), threading.Event()
    assert str(download(plan_for(repo), access_to(fake_hub), paths, told, stop)) == fetched.path
    assert check(fetched, paths) is True


@pytest.mark.parametrize("size", [0, 150_000])
def test_a_truncated_file_is_found(paths, fetched, size):
    os.truncate((Path(fetched.path) / "model.safetensors").resolve(), size)
    assert check(fetched, paths) is False


def test_a_file_whose_content_is_gone_is_found(paths, fetched):
    check(fetched, paths)
    (Path(fetched.path) / "model.safetensors").resolve().unlink()
    assert check(fetched, paths) is False


def test_a_persons_files_are_compared_with_what_they_were_and_never_moved(paths, own):
    assert check(own, paths) is None, "nobody knows what they have to be"
    assert check(own, paths) is True
    weights = Path(own.path) / "model.safetensors"
    spoil(weights)
    for _ in range(2):
        assert check(own, paths) is False
        assert weights.exists()
    weights.write_bytes(WEIGHTS)
    assert check(own, paths) is True


def test_a_persons_file_that_a_blob_leads_to_is_not_moved(paths, fetched, tmp_path):
    blob = (Path(fetched.path) / "model.safetensors").resolve()
    elsewhere = tmp_path / "big disk" / "weights"
    elsewhere.parent.mkdir()
    blob.rename(elsewhere)
    blob.symlink_to(elsewhere)
    assert check(fetched, paths) is True
    spoil(elsewhere)
    assert check(fetched, paths) is False
    assert elsewhere.exists()
    assert not os.path.lexists(blob)


def test_a_persons_file_that_a_persons_folder_leads_to_is_not_moved(paths, own, tmp_path):
    weights, elsewhere = Path(own.path) / "model.safetensors", tmp_path / ("a" * 64)
    weights.rename(elsewhere)
    weights.symlink_to(elsewhere)
    assert check(own, paths) is None
    spoil(elsewhere)
    assert check(own, paths) is False
    assert weights.resolve() == elsewhere
    assert elsewhere.exists()


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.ESTALE])
def test_a_file_that_cannot_be_read_is_told_and_stays(paths, fetched, monkeypatch, code):
    def broken(*arguments, **options):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr("desktop_llm.library.verify.file_hash", broken)
        with pytest.raises(FileUnreadable) as told:
            check(fetched, paths)
    assert os.strerror(code) in str(told.value)
    assert check(fetched, paths) is True


def test_a_bad_file_that_cannot_be_moved_is_told_and_stays(paths, fetched, monkeypatch):
    blob = (Path(fetched.path) / "model.safetensors").resolve()
    spoil(blob)

    def refused(source, target):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("shutil.move", refused)
    with pytest.raises(CacheUnusable):
        check(fetched, paths)
    assert blob.is_file()


def test_a_bad_file_that_cannot_be_taken_out_is_told(paths, fetched, monkeypatch):
    spoil((Path(fetched.path) / "model.safetensors").resolve())

    def refused(self, missing_ok=False):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        with pytest.raises(CacheUnusable):
            check(fetched, paths)
    record = Registry.of(paths).files[str(Path(fetched.path) / "model.safetensors")]
    assert not record.verified


def test_a_gguf_file_in_several_parts_is_checked_as_one(paths, tmp_path):
    parts = [tmp_path / f"m[1]-0000{n}-of-00002.gguf" for n in (1, 2)]
    for part in parts:
        part.write_bytes(WEIGHTS)
    (tmp_path / "other.gguf").write_bytes(WEIGHTS)
    entry = LibraryEntry("m", "m", "gguf", str(parts[0]), format="gguf")
    assert check(entry, paths) is None
    assert set(Registry.of(paths).files) == {str(part) for part in parts}
    spoil(parts[1])
    assert check(entry, paths) is False


@pytest.mark.parametrize("content", [b"the starter", b"the stbrter"])
def test_the_starter_is_compared_with_what_it_has_to_be(paths, monkeypatch, content):
    right = hashlib.sha256(b"the starter").hexdigest()
    manifest = replace(starter.manifest(), sha256=right, bytes=len(content))
    monkeypatch.setattr(starter, "manifest", lambda: manifest)
    paths.models.mkdir(parents=True)
    (paths.models / manifest.file).write_bytes(content)
    (entry,) = list_library(paths)
    good = content == b"the starter"
    assert (entry.verified, check(entry, paths)) == (None, good)
    assert list_library(paths)[0].verified is good
    assert (paths.models / manifest.file).exists()


def test_what_is_checked_for_the_first_time_is_not_listed_as_checked(paths, own):
    folder = Path(own.path)
    Registry.of(paths).add(Record("mine", "folder", str(folder), "mine"))
    for expected in (None, True):
        assert check(own, paths) is expected
        assert list_library(paths)[0].verified is expected


def test_how_far_it_is_goes_from_nothing_to_all(paths, own):
    told: list[float] = []
    verify(own, paths, told.append, threading.Event())
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_stop_is_obeyed_and_nothing_is_remembered(paths, own):
    stop = threading.Event()
    stop.set()
    assert verify(own, paths, lambda fraction: None, stop) is None
    assert not Registry.of(paths).files


def test_a_model_that_is_gone_is_told(paths, tmp_path):
    entry = LibraryEntry("gone", "gone", "folder", str(tmp_path / "gone"))
    with pytest.raises(ModelMissing):
        check(entry, paths)
