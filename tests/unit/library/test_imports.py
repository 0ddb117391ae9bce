from __future__ import annotations

import errno
import os
import threading
from collections import namedtuple
from contextlib import suppress
from pathlib import Path

import pytest

from desktop_llm.core.model_folder import ModelDamaged, ModelMissing, NeedsOwnCode, PickleOnly
from desktop_llm.library import imports
from desktop_llm.library.errors import (
    ImportFailed,
    NoRoomForModel,
    NothingToImport,
    SeveralToImport,
)
from desktop_llm.library.models import list_models, resolve
from desktop_llm.library.registry import Registry
from desktop_llm.library.shelf import import_model, list_library
from tests.fake_cache import FakeCache, adapter, config, model, weights
from tests.fake_gguf import gguf


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return FakeCache(tmp_path / "hub")


@pytest.fixture
def put(tmp_path):
    """A folder with files of a person."""

    def put(files, name="mine"):
        folder = tmp_path / "person" / name
        folder.mkdir(parents=True)
        for file, data in files.items():
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_bytes(data)
        return folder

    return put


@pytest.fixture
def take_in(paths, cache):
    def take_in(path, copy=False, on_progress=lambda fraction: None, stop=None):
        return import_model(path, paths, copy, on_progress, stop or threading.Event())

    return take_in


def below(folder: Path):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_folder_is_taken_in_where_it_is(paths, put, take_in):
    folder = put(model(numbers=5))
    entry = take_in(folder)
    assert (entry.name, entry.kind, entry.path) == ("mine", "folder", str(folder))
    assert (entry.role, entry.parameters, entry.usable) == ("chat", 5, True)
    assert (entry.size, entry.own_size, entry.copied) == (
        sum(map(len, model(numbers=5).values())), 0, False,
    )  # fmt: skip
    assert list_library(paths) == [entry]
    assert resolve("mine", paths).path == folder
    assert not paths.models.exists()


def test_a_gguf_file_is_taken_in_where_it_is(paths, put, take_in):
    file = put({"some.gguf": gguf()}) / "some.gguf"
    entry = take_in(file)
    assert (entry.name, entry.kind, entry.format) == ("some", "gguf", "gguf")
    (source,) = list_models(paths)
    assert (source.name, source.convert_from) == ("some", file)


def test_a_folder_of_one_gguf_file_is_that_file(put, take_in):
    folder = put({"some.gguf": gguf(), "README.md": b"hello"})
    assert take_in(folder).path == str(folder / "some.gguf")


def test_a_folder_of_several_gguf_files_asks_for_one(put, take_in):
    with pytest.raises(SeveralToImport):
        take_in(put({"a.gguf": gguf(), "b.gguf": gguf()}))


def test_an_adapter_is_taken_in(paths, cache, put, take_in):
    base = cache.put("org/base", model())
    folder = put(adapter("org/base"))
    assert take_in(folder, copy=True).role == "adapter"
    source = resolve("mine", paths)
    assert source.path == base
    assert source.adapter is not None
    assert below(source.adapter) == ["adapter_config.json", "adapter_model.safetensors"]


def test_a_copy_has_what_the_model_needs_and_nothing_else(paths, put, take_in):
    files = {
        **model(),
        "tokenizer.json": b"{}",
        "chat_template.jinja": b"x",
        "LICENSE": b"free",
        "optimizer.pt": b"pickled",
        "modeling.py": b"import os",
        "other.safetensors": weights(1000),
        "checkpoint-5/model.safetensors": weights(1000),
    }
    folder = put(files)
    entry = take_in(folder, copy=True)
    copied = paths.models / "imported" / "mine"
    assert (entry.path, entry.copied, entry.usable) == (str(copied), True, True)
    assert below(copied) == [
        "LICENSE", "chat_template.jinja", "config.json", "model.safetensors", "tokenizer.json",
    ]  # fmt: skip
    assert entry.size == entry.own_size == sum((copied / n).stat().st_size for n in below(copied))
    assert all((copied / name).read_bytes() == files[name] for name in below(copied))
    assert (copied / "model.safetensors").stat().st_mode & 0o077 == 0
    assert below(folder) == sorted(files)
    assert list_library(paths) == [entry]


def test_a_copied_gguf_file_is_of_its_own(paths, put, take_in):
    file = put({"some.gguf": gguf()}) / "some.gguf"
    entry = take_in(file, copy=True)
    file.unlink()
    assert Path(entry.path).read_bytes() == gguf()
    assert [e.usable for e in list_library(paths)] == [True]


def test_the_hashes_of_a_copy_are_kept_for_checks_to_come(paths, put, take_in):
    entry = take_in(put(model()), copy=True)
    record = Registry.of(paths).files[str(Path(entry.path) / "model.safetensors")]
    assert len(record.sha256) == 64
    assert entry.verified is None


def test_progress_ends_at_the_whole(put, take_in):
    told: list[float] = []
    take_in(put(model()), copy=True, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_an_import_that_is_stopped_leaves_nothing(paths, put, take_in):
    stop = threading.Event()
    stopped = take_in(put(model()), True, on_progress=lambda fraction: stop.set(), stop=stop)
    assert stopped is None
    assert list_library(paths) == []
    assert list((paths.models / "imported").iterdir()) == []


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({}, ModelMissing),
        ({"notes.txt": b"x"}, ModelMissing),
        ({"config.json": config(), "pytorch_model.bin": b"x"}, PickleOnly),
        ({"adapter_config.json": b"{}", "adapter_model.bin": b"x"}, PickleOnly),
        (
            {"config.json": config(auto_map={"a": "b"}), "model.safetensors": weights()},
            NeedsOwnCode,
        ),
        ({"config.json": b"[", "model.safetensors": weights()}, ModelDamaged),
        ({"config.json": config(), "model.safetensors": weights()[:-1]}, ModelDamaged),
        ({"config.json": config(), "model.safetensors": b""}, ModelDamaged),
        ({"some.gguf": gguf()[:-1]}, ModelDamaged),
        ({"some.gguf": b""}, ModelDamaged),
    ],
)
@pytest.mark.parametrize("copy", [False, True])
def test_what_is_broken_or_unsafe_is_refused_and_nothing_is_copied(
    paths, put, take_in, files, error, copy
):
    with pytest.raises(error):
        take_in(put(files), copy=copy)
    assert list_library(paths) == []
    assert not paths.models.exists()


def test_what_is_no_model_at_all_is_refused(put, take_in, tmp_path):
    folder = put({"notes.txt": b"x"})
    with pytest.raises(NothingToImport):
        take_in(folder / "notes.txt")
    with pytest.raises(ModelMissing):
        take_in(folder / "absent")
    with pytest.raises(ModelMissing):
        take_in(folder / "absent.gguf")


def test_links_that_lead_out_of_the_folder_are_not_copied(paths, put, take_in, tmp_path):
    (tmp_path / "secret.json").write_bytes(b"secret")
    folder = put(model())
    (folder / "extra.json").symlink_to(tmp_path / "secret.json")
    entry = take_in(folder, copy=True)
    assert below(Path(entry.path)) == ["config.json", "model.safetensors"]


def test_weights_that_are_a_link_out_of_the_folder_are_refused(put, take_in, tmp_path):
    folder = put(model())
    (folder / "model.safetensors").rename(tmp_path / "w")
    (folder / "model.safetensors").symlink_to(tmp_path / "w")
    with pytest.raises(ModelDamaged):
        take_in(folder, copy=True)


def test_what_is_in_the_library_already_is_given_back(paths, cache, put, take_in):
    snapshot = cache.put("org/m", model())
    assert take_in(snapshot).name == "org/m"
    folder = put(model())
    assert take_in(folder) == take_in(folder, copy=True)
    assert len(list_library(paths)) == 2


def test_models_of_the_same_name_get_numbers(put, take_in, paths, cache):
    cache.put("gpt2", model())
    parents = ["a", "b", "c"]
    for parent in parents:
        take_in(put(model(), f"{parent}/mine"), copy=parent == "b")
    assert take_in(put(model(), "gpt2")).name == "gpt2 2"
    assert take_in(put(model(), "starter")).name == "starter 2"
    found = [entry.name for entry in list_library(paths)]
    assert found == ["gpt2", "gpt2 2", "mine", "mine 2", "mine 3", "starter 2"]


def test_two_models_of_the_same_name_that_are_copied_at_once_are_two(
    paths, put, take_in, monkeypatch
):
    files = [put({"m.gguf": gguf(numbers=n)}, str(n)) / "m.gguf" for n in (8, 9)]
    names, both = imports._free_name, threading.Barrier(2)

    def name_slowly(*arguments):
        name = names(*arguments)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.3)  # for the other, which must not come here
        return name

    monkeypatch.setattr(imports, "_free_name", name_slowly)
    threads = [threading.Thread(target=take_in, args=(file, True)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = list_library(paths)
    assert [entry.name for entry in found] == ["m", "m 2"]
    assert {Path(e.path).read_bytes() for e in found} == {file.read_bytes() for file in files}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("run:5", "run 5"),
        ("a\u202eb\nc", "abc"),
        ("...", "model"),
        ("x" * 200, "x" * 80),
        ("名前 模型", "名前 模型"),
    ],
)
def test_strange_names_of_folders_become_plain_ones(paths, put, take_in, name, shown):
    entry = take_in(put(model(), name), copy=True)
    assert (entry.name, entry.title) == (shown, shown)
    assert Path(entry.path).parent == paths.models / "imported"


def test_a_disk_without_room_is_told_before_anything_is_copied(paths, put, take_in, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage(1, 1, 1000))
    with pytest.raises(NoRoomForModel):
        take_in(put(model()), copy=True)
    assert list((paths.models / "imported").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, NoRoomForModel), (errno.EIO, ImportFailed)]
)
def test_a_disk_that_fails_on_the_way_leaves_nothing(
    paths, put, take_in, monkeypatch, number, error
):
    def fail(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(error):
        take_in(put(model()), copy=True)
    monkeypatch.undo()
    assert list((paths.models / "imported").iterdir()) == []


def test_an_original_that_changes_while_it_is_copied_is_refused(paths, put, take_in):
    folder = put(model(numbers=100))

    def cut(fraction):
        (folder / "model.safetensors").write_bytes(weights(100)[:-8])

    with pytest.raises(ModelDamaged):
        take_in(folder, copy=True, on_progress=cut)
    assert list((paths.models / "imported").iterdir()) == []


def test_what_a_killed_import_left_is_cleared_by_the_next(paths, put, take_in):
    old = paths.models / "imported" / ".import-old"
    old.mkdir(parents=True)
    (old / "half").write_bytes(b"x")
    os.utime(old, (1, 1))
    recent = paths.models / "imported" / ".import-recent"
    recent.mkdir()
    take_in(put(model()), copy=True)
    assert not old.exists()
    assert recent.exists()


def test_an_app_folder_that_cannot_be_written_is_told(paths, put, take_in):
    folder = put(model())
    paths.data.mkdir(parents=True)
    paths.models.write_bytes(b"a file is in the way")
    with pytest.raises(ImportFailed):
        take_in(folder, copy=True)


def test_copies_are_found_again_when_the_registry_is_lost(paths, put, take_in):
    entry = take_in(put(model()), copy=True)
    file = take_in(put({"some.gguf": gguf()}, "other") / "some.gguf", copy=True)
    (paths.data / "library.json").unlink()
    found = list_library(paths)
    assert [(e.name, e.path, e.copied) for e in found] == [
        ("mine", entry.path, True),
        ("some", file.path, True),
    ]
    assert take_in(put(model(), "third/mine"), copy=True).name == "mine 2"
