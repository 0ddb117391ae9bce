from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from desktop_llm.library import removal, starter
from desktop_llm.library.errors import RemovalFailed
from desktop_llm.library.hub_types import FileRecord, LibraryEntry
from desktop_llm.library.models import resolve
from desktop_llm.library.registry import Record, Registry
from desktop_llm.library.shelf import freed_by, import_model, list_library, remove
from tests.fake_cache import FakeCache, model
from tests.fake_gguf import gguf

ROOT = Path(__file__).parents[3]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return FakeCache(tmp_path / "hub")


@pytest.fixture
def trash(tmp_path, monkeypatch):
    """A trash of this test's own: the names of what is in it."""
    folder = tmp_path / "trash"
    folder.mkdir()

    def send(path):
        Path(path).rename(folder / Path(path).name)

    monkeypatch.setattr("send2trash.send2trash", send)
    return lambda: sorted(path.name for path in folder.iterdir())


@pytest.fixture
def entry(paths):
    def entry(name):
        return next(e for e in list_library(paths) if e.name == name)

    return entry


@pytest.fixture
def frees(paths, cache, entry):
    """Remove a model and see that it freed what was said, in the list and by the disk."""

    def frees(name):
        before, model = cache.bytes_on_disk(), entry(name)
        assert freed_by(model, paths) == model.own_size
        freed = remove(model, paths)
        assert freed == model.own_size == before - cache.bytes_on_disk()
        assert name not in [e.name for e in list_library(paths)]
        return freed

    return frees


def left_in(folder):
    """Everything below `folder` but empty folders and locks."""
    found = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir())
    return sorted(name for name in found if not name.endswith(".lock"))


def take_in(path, paths, copy):
    return import_model(path, paths, copy, lambda fraction: None, threading.Event())


def test_a_hub_model_goes_with_all_its_versions_and_nothing_else(cache, frees):
    cache.put("org/m", model(numbers=10), commit="old", main=False)
    cache.put("org/m", model(numbers=20), commit="new")
    cache.put("org/n", model(numbers=10))
    others = left_in(cache.folder("org/n"))
    assert frees("org/m") == len(model(numbers=10)["model.safetensors"]) + sum(
        map(len, model(numbers=20).values())
    )
    assert [path.name for path in cache.root.iterdir()] == ["models--org--n"]
    assert left_in(cache.folder("org/n")) == others


def test_shared_contents_go_with_the_last_that_uses_them(cache, frees):
    for repo in ("org/one", "org/two"):
        cache.put(repo, model(numbers=100))
        content = cache.share(repo, "model.safetensors")
    frees("org/one")
    assert content.is_file()
    assert "one" not in content.with_name(content.name + ".refs").read_text()
    frees("org/two")
    assert not content.exists()
    assert left_in(cache.root) == ["blobs/.huggingface-shared-blobs"]


def test_shared_contents_stay_when_nobody_knows_who_uses_them(cache, frees):
    cache.put("org/one", model(numbers=100))
    content = cache.share("org/one", "model.safetensors")
    content.with_name(content.name + ".refs").unlink()
    frees("org/one")
    assert content.is_file()


def test_a_store_of_an_unknown_layout_is_left_alone(cache, frees):
    cache.put("org/one", model(numbers=100))
    content = cache.share("org/one", "model.safetensors")
    (cache.root / "blobs" / ".huggingface-shared-blobs").write_text("2\n")
    assert frees("org/one") == len(model()["config.json"])
    assert content.is_file()


def test_one_gguf_file_of_several_goes_alone(cache, frees, entry):
    files = {"a.gguf": gguf(numbers=8), "b.gguf": gguf(numbers=16), "README.md": b"hello"}
    cache.put("org/m", files)
    assert frees("org/m/a.gguf") == len(files["a.gguf"])
    assert entry("org/m/b.gguf").usable
    assert frees("org/m/b.gguf") == len(files["b.gguf"]) + 5
    assert left_in(cache.root) == []


def test_a_gguf_file_that_another_version_calls_otherwise_keeps_its_contents(cache, frees):
    cache.put("org/m", {"a.gguf": gguf(), "b.gguf": gguf(numbers=9)}, commit="one", main=False)
    cache.put("org/m", {"renamed.gguf": gguf()}, commit="two")
    assert frees("org/m/a.gguf") == 0
    assert (cache.folder("org/m") / "snapshots" / "two" / "renamed.gguf").is_file()


def test_weights_go_without_the_gguf_files_beside_them(cache, frees, entry):
    cache.put("org/m", {**model(numbers=20), "m-Q4.gguf": gguf()})
    frees("org/m")
    assert entry("org/m/m-Q4.gguf").usable


def test_what_was_converted_goes_with_its_gguf_file(cache, paths, entry):
    cache.put("org/m", {"m.gguf": gguf()})
    folder = resolve("org/m", paths).path
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x" * 500)
    assert remove(entry("org/m/m.gguf"), paths) == len(gguf()) + 500
    assert left_in(paths.cache / "converted") == []


def test_an_incomplete_model_is_removed_with_its_litter(cache, frees):
    cache.put("org/m", {"config.json": b"{}"})
    (cache.folder("org/m") / "blobs" / "00ff.incomplete").write_bytes(b"x" * 100)
    assert frees("org/m") == 102


def test_the_registry_forgets_what_was_removed(cache, paths, entry):
    snapshot = cache.put("org/m", model())
    registry = Registry.of(paths)
    registry.add(
        Record("org/m", path=str(snapshot), repo="org/m"),
        {str(snapshot / "model.safetensors"): FileRecord(1), "/elsewhere": FileRecord(2)},
    )
    remove(entry("org/m"), paths)
    assert not registry.records
    assert set(registry.files) == {"/elsewhere"}


def test_the_checks_of_what_else_is_in_the_repository_are_not_forgotten(cache, paths, entry):
    snapshot = cache.put("org/m", {**model(), "a.gguf": gguf(numbers=8), "b.gguf": gguf()})
    known = {str(file): FileRecord(1) for file in snapshot.iterdir()}
    Registry.of(paths).record_files(known)
    remove(entry("org/m"), paths)
    assert set(Registry.of(paths).files) == {str(snapshot / n) for n in ("a.gguf", "b.gguf")}
    remove(entry("org/m/a.gguf"), paths)
    assert set(Registry.of(paths).files) == {str(snapshot / "b.gguf")}
    remove(entry("org/m/b.gguf"), paths)
    assert not Registry.of(paths).files


def test_removing_what_is_gone_already_forgets_it(cache, paths, entry):
    path = str(cache.folder("org/m") / "snapshots" / "c0ffee")
    Registry.of(paths).add(Record("org/m", path=path, repo="org/m"))
    assert remove(entry("org/m"), paths) == 0
    assert list_library(paths) == []


def outside(tmp_path):
    folder = tmp_path / "elsewhere"
    for name, data in model(numbers=50).items():
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_a_file_outside_of_the_cache_is_not_touched(cache, paths, entry, tmp_path):
    folder = outside(tmp_path)
    snapshot = cache.put("org/m", model())
    (snapshot / "extra.safetensors").symlink_to(folder / "model.safetensors")
    (snapshot / "more").symlink_to(folder)
    blob = cache.folder("org/m") / "blobs" / "beef"
    blob.symlink_to(folder / "config.json")
    assert remove(entry("org/m"), paths) == sum(map(len, model().values()))
    assert left_in(folder) == ["config.json", "model.safetensors"]
    assert left_in(cache.root) == []


@pytest.mark.parametrize("linked", ["", "snapshots", "blobs"])
def test_a_folder_outside_of_the_cache_is_not_touched(cache, paths, entry, tmp_path, linked):
    cache.put("org/m", model(numbers=50))
    place = cache.folder("org/m") / linked
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    before = left_in(tmp_path / "elsewhere")
    remove(entry("org/m"), paths)
    assert left_in(tmp_path / "elsewhere") == before
    assert list_library(paths) == []


@pytest.mark.parametrize("linked", ["", "blobs"])
def test_one_of_several_models_outside_of_the_cache_is_refused(
    cache, paths, entry, tmp_path, linked
):
    cache.put("org/m", {"a.gguf": gguf(numbers=8), "b.gguf": gguf(numbers=16)})
    place = cache.folder("org/m") / linked
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    before = sorted(p.read_bytes() for p in (tmp_path / "elsewhere").rglob("*") if p.is_file())
    model = entry("org/m/a.gguf")
    with pytest.raises(RemovalFailed):
        remove(model, paths)
    assert entry("org/m/a.gguf").usable
    after = sorted(p.read_bytes() for p in (tmp_path / "elsewhere").rglob("*") if p.is_file())
    assert after == before


@pytest.mark.parametrize("repo", ["", "..", "../../x", "/etc", "a/../../b"])
def test_a_name_that_leads_out_of_the_cache_removes_nothing(cache, paths, tmp_path, repo):
    folder = outside(tmp_path)
    cache.root.mkdir()
    remove(LibraryEntry("x", "x", "hub", str(folder), repo=repo), paths)
    assert left_in(folder) == ["config.json", "model.safetensors"]


def test_a_crash_while_deleting_leaves_no_half_model(cache, paths, entry, monkeypatch):
    for repo in ("org/one", "org/two"):
        cache.put(repo, model(numbers=100))
    content = cache.share("org/one", "model.safetensors")
    with monkeypatch.context() as patch:

        def crash(*args):
            raise KeyboardInterrupt

        patch.setattr(removal, "_finish", crash)
        with pytest.raises(KeyboardInterrupt):
            remove(entry("org/one"), paths)
    assert [e.name for e in list_library(paths)] == ["org/two"]
    assert content.is_file()
    remove(entry("org/two"), paths)
    assert left_in(cache.root) == ["blobs/.huggingface-shared-blobs"]


def test_a_crash_between_names_and_contents_leaves_the_rest_whole(cache, paths, entry, monkeypatch):
    cache.put("org/m", {"a.gguf": gguf(numbers=8), "b.gguf": gguf(numbers=16)})
    unlink = Path.unlink

    def crash_at_blobs(path, missing_ok=False):
        if path.parent.name == "blobs":
            raise KeyboardInterrupt
        unlink(path, missing_ok)

    one = entry("org/m/a.gguf")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", crash_at_blobs)
        with pytest.raises(KeyboardInterrupt):
            remove(one, paths)
    assert [e.name for e in list_library(paths)] == ["org/m/b.gguf"]
    remove(entry("org/m/b.gguf"), paths)
    assert left_in(cache.root) == []


def test_a_cache_that_may_not_be_changed_is_told_and_keeps_the_model(
    cache, paths, entry, monkeypatch
):
    cache.put("org/m", model())

    def refuse(self, target):
        raise PermissionError(13, "Permission denied", str(self))

    one = entry("org/m")
    monkeypatch.setattr("pathlib.Path.rename", refuse)
    with pytest.raises(RemovalFailed) as told:
        remove(one, paths)
    assert "Permission denied" in str(told.value)
    assert entry("org/m").usable


def test_an_import_in_its_own_place_is_only_forgotten(
    paths, cache, tmp_path, make_model_folder, trash
):
    folder = make_model_folder(tmp_path / "mine")
    mine = take_in(folder, paths, copy=False)
    assert (freed_by(mine, paths), remove(mine, paths)) == (0, 0)
    assert list_library(paths) == []
    assert left_in(folder) == ["config.json", "model.safetensors"]
    assert trash() == []


def test_an_import_in_its_own_place_goes_to_the_trash_when_asked(
    paths, cache, tmp_path, make_model_folder, trash
):
    folder = make_model_folder(tmp_path / "mine")
    mine = take_in(folder, paths, copy=False)
    assert remove(mine, paths, trash_own=True) == mine.size
    assert trash() == ["mine"]


@pytest.mark.parametrize("broken", [False, True])
def test_what_else_is_in_a_persons_folder_stays_there(
    paths, cache, tmp_path, make_model_folder, trash, entry, broken
):
    folder = make_model_folder(tmp_path / "mine")
    (folder / "holiday.jpg").write_bytes(b"1" * 100)
    (folder / "thesis").mkdir()
    (folder / "thesis" / "config.json").write_bytes(b"mine")
    take_in(folder, paths, copy=False)
    if broken:
        (folder / "config.json").write_bytes(b"[")
    mine = entry("mine")
    freed = sum((folder / n).stat().st_size for n in ("config.json", "model.safetensors"))
    assert freed_by(mine, paths, trash_own=True) == freed
    assert remove(mine, paths, trash_own=True) == freed
    assert trash() == ["config.json", "model.safetensors"]
    assert left_in(folder) == ["holiday.jpg", "thesis/config.json"]


def test_a_copied_import_goes_to_the_trash_and_its_original_stays(
    paths, cache, tmp_path, make_model_folder, trash
):
    folder = make_model_folder(tmp_path / "mine")
    mine = take_in(folder, paths, copy=True)
    assert remove(mine, paths) == mine.own_size > 0
    assert trash() == ["mine"]
    assert left_in(folder) == ["config.json", "model.safetensors"]
    assert left_in(paths.models) == []


def test_a_copied_gguf_file_goes_to_the_trash(paths, cache, tmp_path, trash):
    file = tmp_path / "mine.gguf"
    file.write_bytes(gguf())
    remove(take_in(file, paths, copy=True), paths)
    assert trash() == ["mine.gguf"]
    assert file.is_file()


def test_a_registry_that_lies_about_a_copy_moves_nothing(paths, cache, tmp_path, trash):
    folder = outside(tmp_path)
    Registry.of(paths).add(Record("x", "folder", str(folder), "x", copied=True))
    (lie,) = list_library(paths)
    remove(lie, paths)
    assert trash() == []
    assert list_library(paths) == []


def test_a_trash_that_does_not_work_is_told_and_keeps_the_model(
    paths, cache, tmp_path, make_model_folder, monkeypatch
):
    def refuse(path):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("send2trash.send2trash", refuse)
    mine = take_in(make_model_folder(tmp_path / "mine"), paths, copy=True)
    with pytest.raises(RemovalFailed) as told:
        remove(mine, paths)
    assert "mine" in str(told.value)
    assert [e.usable for e in list_library(paths)] == [True]


def test_the_starter_is_deleted_with_what_was_made_of_it(
    paths, cache, make_model_folder, entry, trash
):
    make_model_folder(paths.models / "starter")
    (paths.models / starter.manifest().file).write_bytes(b"GGUF")
    model = entry("starter")
    assert remove(model, paths) == model.own_size
    assert left_in(paths.models) == []
    assert trash() == []


def test_a_removal_of_the_starter_that_was_killed_is_finished_by_the_next(
    paths, cache, make_model_folder, entry, monkeypatch
):
    make_model_folder(paths.models / "starter")
    cache.put("org/m", model())
    with monkeypatch.context() as patch:

        def crash(folder, ignore_errors):
            raise KeyboardInterrupt

        patch.setattr("shutil.rmtree", crash)
        with pytest.raises(KeyboardInterrupt):
            remove(entry("starter"), paths)
    assert [e.name for e in list_library(paths)] == ["org/m"]
    assert left_in(paths.models) != []
    remove(entry("org/m"), paths)
    assert left_in(paths.models) == []


AS_ANOTHER_USER = """
import sys
from desktop_llm.core.paths import user_paths
from desktop_llm.library.errors import RemovalFailed
from desktop_llm.library.shelf import list_library, remove
(model,) = list_library(user_paths())
try:
    remove(model, user_paths())
except RemovalFailed as error:
    sys.exit(0 if list_library(user_paths()) == [model] else 3)
sys.exit(4)
"""


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="changes the user")
def test_a_cache_of_another_user_is_read_and_not_changed():
    """Root may write anywhere, so this is done by nobody."""
    with tempfile.TemporaryDirectory(prefix="desktop-llm-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        FakeCache(folder / "hub").put("org/m", model())
        before = left_in(folder)
        (folder / "data").mkdir(mode=0o777)
        (folder / "data").chmod(0o777)
        env = {
            **os.environ,
            "HF_HUB_CACHE": str(folder / "hub"),
            "DESKTOP_LLM_DATA_DIR": str(folder / "data"),
        }
        who = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        command = (*who, sys.executable, "-B", "-c", AS_ANOTHER_USER)
        result = subprocess.run(
            command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert (result.returncode, result.stderr) == (0, "")
        assert [name for name in left_in(folder) if name.startswith("hub")] == before
