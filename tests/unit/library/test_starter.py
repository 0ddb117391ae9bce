from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import zipfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.library import package_download, starter
from desktop_llm.library.errors import (
    ModelsFolderUnusable,
    NoNetwork,
    NoRoomForModel,
    StarterDamaged,
    StarterUnavailable,
)

CONTENT = b"GGUF" + b"weights" * 5000
REQUIREMENT = "tiny-starter==1.0"
MEMBER = "tiny_starter/tiny.gguf"


def make_wheel(folder, content=CONTENT, member=MEMBER):
    folder.mkdir(exist_ok=True)
    wheel = folder / "tiny_starter-1.0-py3-none-any.whl"
    info = "tiny_starter-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(member, content)
        archive.writestr(
            f"{info}/METADATA",
            "Metadata-Version: 2.1\nName: tiny-starter\nVersion: 1.0\nRequires-Dist: absent\n",
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return wheel


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that pip takes wheels from, and nothing else; the manifest names a tiny wheel."""
    folder = tmp_path / "wheels"
    wheel = make_wheel(folder)
    tiny = starter.Manifest(
        name="starter",
        title="Tiny",
        licence="Apache-2.0",
        file="tiny.gguf",
        bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        sources={
            "pip": {
                "requirement": REQUIREMENT,
                "bytes": wheel.stat().st_size,
                "member": MEMBER,
            },
            "hub": {"revision": "1"},
        },
    )
    monkeypatch.setattr(starter, "manifest", lambda: tiny)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_INDEX_URL", "file:///nowhere")
    return folder


@pytest.fixture
def at_hand(index, monkeypatch):
    """The same wheels, taken without pip: for what happens to a wheel once it has come."""

    def download(requirement, folder, on_bytes, stop):
        return Path(shutil.copy(next(index.glob("*.whl")), folder))

    monkeypatch.setattr(package_download, "download", download)
    return index


def fetch(paths, stop=None):
    seen: list[Any] = []
    return starter.fetch(paths, seen.append, stop or threading.Event()), seen


def nothing_half_done(paths):
    return [path.name for path in paths.models.iterdir()] in ([], ["tiny.gguf"])


def test_the_manifest_names_an_open_licence_a_hash_and_both_sources():
    facts = starter.manifest()
    assert (facts.name, facts.licence, facts.bytes) == ("starter", "Apache-2.0", 98362432)
    assert len(facts.sha256) == 64
    assert set(facts.sources) == {"pip", "hub"}


def test_the_starter_is_located_before_it_is_there(paths):
    source = starter.locate(paths)
    assert source.path == paths.models / "starter"
    assert source.convert_from == paths.models / starter.manifest().file
    assert source.sha256 == starter.manifest().sha256
    assert not starter.is_available(paths)


def test_fetching_puts_the_checked_file_in_place(paths, index):
    source, seen = fetch(paths)
    assert source.convert_from.read_bytes() == CONTENT
    assert starter.is_available(paths)
    assert seen[-1].done_bytes == seen[-1].total_bytes
    assert [step.done_bytes for step in seen] == sorted(step.done_bytes for step in seen)
    assert nothing_half_done(paths)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_file_is_readable_by_its_owner_only(paths, at_hand):
    source, _ = fetch(paths)
    assert source.convert_from.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_and_right_is_not_fetched_again(paths, at_hand):
    fetch(paths)
    make_wheel(at_hand, content=b"other")
    source, seen = fetch(paths)
    assert (source.convert_from.read_bytes(), seen) == (CONTENT, [])


@pytest.mark.parametrize("damaged", [CONTENT[:-1], b"x" * len(CONTENT)])
def test_a_damaged_file_is_fetched_again(paths, at_hand, damaged):
    source, _ = fetch(paths)
    source.convert_from.write_bytes(damaged)
    fetch(paths)
    assert source.convert_from.read_bytes() == CONTENT


@pytest.mark.parametrize("damaged", [CONTENT[:-1], b"x" * len(CONTENT)])
def test_a_damaged_file_does_not_count_as_available(paths, at_hand, damaged):
    source, _ = fetch(paths)
    source.convert_from.write_bytes(damaged)
    assert not starter.is_available(paths)


def test_a_wrong_content_is_refused_and_thrown_away(paths, at_hand):
    make_wheel(at_hand, content=b"y" * len(CONTENT))
    with pytest.raises(StarterDamaged):
        fetch(paths)
    assert nothing_half_done(paths)
    assert not starter.is_available(paths)


def test_a_content_that_never_ends_is_cut_off(paths, at_hand):
    make_wheel(at_hand, content=CONTENT * 50)
    with pytest.raises(StarterDamaged):
        fetch(paths)


@pytest.mark.parametrize("broken", ["member missing", "not a wheel"])
def test_a_wheel_without_the_model_is_damaged(tmp_path, broken):
    wheel = make_wheel(tmp_path / "w", member="other")
    if broken == "not a wheel":
        wheel.write_bytes(b"<html>not found</html>")
    with pytest.raises(StarterDamaged), package_download.open_member(wheel, MEMBER):
        pass


def test_a_source_without_the_package_is_told_with_what_it_said(paths, index):
    (index / "tiny_starter-1.0-py3-none-any.whl").unlink()
    with pytest.raises(StarterUnavailable) as told:
        fetch(paths)
    assert "tiny-starter" in str(told.value)
    assert nothing_half_done(paths)


def test_an_unreachable_source_is_told_by_its_name(paths, index, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    (index / "tiny_starter-1.0-py3-none-any.whl").unlink()
    with pytest.raises(NoNetwork) as told:
        fetch(paths)
    assert told.value.facts == {"host": "127.0.0.1"}


def test_without_pip_it_is_unavailable(paths, index, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(StarterUnavailable):
        fetch(paths)


def test_too_little_space_is_told_before_anything_is_fetched(paths, index, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**9, 10**9, 5_000_000))
    with pytest.raises(NoRoomForModel) as told:
        fetch(paths)
    assert told.value.facts["free"] == 5
    assert nothing_half_done(paths)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_meanwhile_is_told_with_the_figures(paths, at_hand, monkeypatch):
    original = Path.open

    def open_full(self, mode="r", *arguments, **options):
        target = Path("/dev/full") if (self.name, mode) == ("tiny.gguf", "wb") else self
        return original(target, mode, *arguments, **options)

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(NoRoomForModel) as told:
        fetch(paths)
    assert told.value.facts["folder"] == str(paths.models)
    assert nothing_half_done(paths)


def test_an_unusable_folder_is_told(paths, index):
    paths.data.mkdir(parents=True)
    paths.models.write_text("a file where the folder should be")
    with pytest.raises(ModelsFolderUnusable):
        fetch(paths)


def test_a_stop_ends_the_fetch_and_leaves_nothing(paths, index):
    stop = threading.Event()
    stop.set()
    source, _ = fetch(paths, stop)
    assert source is None
    assert nothing_half_done(paths)


def test_what_a_killed_fetch_left_is_cleared_by_the_next(paths, at_hand):
    abandoned = paths.models / ".fetch-old"
    abandoned.mkdir(parents=True)
    os.utime(abandoned, (0, 0))
    fetch(paths)
    assert not abandoned.exists()


def test_a_converted_starter_needs_no_gguf_file(paths, make_model_folder):
    make_model_folder(paths.models / "starter")
    assert starter.is_available(paths)


def test_a_half_converted_starter_does_not_count(paths):
    folder = paths.models / "starter"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    assert not starter.is_available(paths)
