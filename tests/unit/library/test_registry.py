from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path

import pytest

from desktop_llm.library.errors import LibraryUnusable
from desktop_llm.library.hub_types import FileRecord, ModelChoices
from desktop_llm.library.registry import Record, Registry


@pytest.fixture
def registry(paths):
    return Registry.of(paths)


def test_a_new_registry_is_empty_and_writes_nothing(registry, paths):
    assert not registry.records
    assert registry.get("any") == Record("any")
    assert not paths.data.exists()


def test_what_is_added_is_there_for_the_next_program(registry, paths):
    added = registry.add(
        Record("org/m", path="/models/m", commit="abc"),
        {"/models/m/model.safetensors": FileRecord(4, "00ff", 17, True)},
    )
    again = Registry.of(paths)
    assert again.records == {"org/m": added}
    assert added.added > 0
    assert again.files["/models/m/model.safetensors"].verified


def test_a_model_that_is_added_again_keeps_what_was_set_for_it(registry):
    choices = ModelChoices(context_length=2048, system_prompt="Be brief.")
    registry.update("org/m", choices=choices, last_used=5.0)
    again = registry.add(Record("org/m", path="/new"))
    assert (again.choices, again.last_used, again.path) == (choices, 5.0, "/new")


def test_using_a_model_is_remembered(registry):
    registry.touch("org/m")
    assert registry.get("org/m").last_used > 0


def test_what_another_program_writes_is_kept_and_seen(registry, paths):
    registry.update("a", last_used=1.0)
    other = Registry.of(paths)
    other.update("b", last_used=2.0)
    registry.update("c", last_used=3.0)
    assert set(other.records) == set(registry.records) == {"a", "b", "c"}


def test_many_writers_at_once_lose_nothing(paths):
    def write(number):
        registry = Registry.of(paths)
        for turn in range(5):
            registry.update(f"{number}/{turn}", last_used=1.0)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Registry.of(paths).records) == 20


def test_forgetting_a_model_forgets_its_files_and_no_others(registry):
    files = {f"/models/{name}": FileRecord(1) for name in ("m/a", "m/b/c", "mm/a", "m")}
    registry.add(Record("m", path="/models/m"), files)
    registry.add(Record("mm", path="/models/mm"))
    registry.remove("m", Path("/models/m"))
    assert set(registry.records) == {"mm"}
    assert set(registry.files) == {"/models/mm/a"}


def test_forgetting_what_is_not_there_is_no_error(registry):
    registry.remove("nothing")
    assert not registry.records


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version": 0}', b"\xff\xfe", b"[" * 100_000, b'{"models": 3}']
)
def test_a_damaged_registry_is_empty_and_is_kept_aside(registry, paths, content):
    paths.data.mkdir(parents=True)
    (paths.data / "library.json").write_bytes(content)
    assert not registry.records
    assert (paths.data / "library.json").read_bytes() == content
    registry.touch("m")
    (aside,) = paths.data.glob("library.json.damaged-*")
    assert aside.read_bytes() == content
    assert set(registry.records) == {"m"}


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES])
def test_what_cannot_be_read_for_a_moment_is_not_lost(registry, paths, monkeypatch, code):
    registry.add(Record("mine", "folder", "/models/mine"), {"/models/mine/a": FileRecord(1)})
    other = Registry.of(paths)

    def fail(self):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fail)
        with pytest.raises(LibraryUnusable):
            registry.touch("other")
        assert not other.records
    assert set(other.records) == set(registry.records) == {"mine"}
    assert set(other.files) == {"/models/mine/a"}
    assert not list(paths.data.glob("*.damaged-*"))


def test_what_a_newer_version_wrote_is_neither_read_nor_replaced(registry, paths):
    content = b'{"version": 2, "models": []}'
    paths.data.mkdir(parents=True)
    (paths.data / "library.json").write_bytes(content)
    assert not registry.records
    with pytest.raises(LibraryUnusable):
        registry.touch("m")
    assert (paths.data / "library.json").read_bytes() == content
    assert not list(paths.data.glob("*.damaged-*"))


def test_a_path_that_is_no_text_is_kept(registry, paths):
    path = "/models/\udcff.gguf"
    registry.add(Record("m", "gguf", path))
    assert Registry.of(paths).get("m").path == path


def test_the_file_is_whole_json_for_its_owner_only(registry, paths):
    registry.touch("m")
    file = paths.data / "library.json"
    assert json.loads(file.read_bytes())["models"]["m"]["choices"]["dtype"] == "auto"
    assert file.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_told(paths, registry):
    paths.data.parent.mkdir(parents=True, exist_ok=True)
    paths.data.write_bytes(b"a file is in the way")
    with pytest.raises(LibraryUnusable) as told:
        registry.touch("m")
    assert str(paths.data) in str(told.value)
