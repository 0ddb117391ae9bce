from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop_llm.core.generation import ModelSource
from desktop_llm.library import hub_shelf, starter
from desktop_llm.library.disk_files import files_below
from desktop_llm.library.errors import ModelNotFound
from desktop_llm.library.fact_index import FactIndex
from desktop_llm.library.hub_types import FileRecord, ModelChoices
from desktop_llm.library.models import list_encoders, list_models, resolve
from desktop_llm.library.registry import Record, Registry
from desktop_llm.library.shelf import import_model, list_library
from tests.fake_cache import FakeCache, adapter, config, model, weights
from tests.fake_gguf import gguf


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return FakeCache(tmp_path / "hub")


@pytest.fixture
def only(paths):
    """The one entry of the library."""

    def only():
        (entry,) = list_library(paths)
        return entry

    return only


def names(entries):
    return [entry.name for entry in entries]


def take_in(folder, paths):
    return import_model(folder, paths, False, lambda fraction: None, threading.Event())


def test_an_empty_machine_has_an_empty_library(paths, cache):
    assert list_library(paths) == []


def test_a_repository_is_described(cache, only):
    snapshot = cache.put("org/model", model(numbers=5), commit="f00d")
    entry = only()
    assert (entry.name, entry.title, entry.kind, entry.repo) == (
        "org/model", "model", "hub", "org/model",
    )  # fmt: skip
    assert (entry.commit, entry.path) == ("f00d", str(snapshot))
    assert (entry.format, entry.role, entry.parameters) == ("safetensors", "chat", 5)
    assert (entry.engine, entry.usable, entry.problem) == ("transformers", True, None)
    assert (entry.verified, entry.last_used, entry.missing) == (None, 0.0, False)


def test_everything_is_listed_by_name_with_the_starter_first(
    paths, cache, tmp_path, make_model_folder
):
    cache.put("org/Zebra", model())
    cache.put("org/ant", model())
    make_model_folder(paths.models / "starter")
    import_model(
        make_model_folder(tmp_path / "mine"), paths, False, lambda fraction: None, threading.Event()
    )
    assert names(list_library(paths)) == ["starter", "mine", "org/ant", "org/Zebra"]


def test_the_starter_is_listed_before_its_first_use_too(paths, cache, only, monkeypatch):
    file = paths.models / starter.manifest().file
    file.parent.mkdir(parents=True)
    with file.open("wb") as out:
        out.truncate(starter.manifest().bytes)
    entry = only()
    assert (entry.kind, entry.format, entry.path) == ("starter", "gguf", str(file))
    assert entry.size == entry.own_size == starter.manifest().bytes


def test_half_a_starter_is_not_there(paths, cache):
    (paths.models / "starter").mkdir(parents=True)
    (paths.models / starter.manifest().file).write_bytes(b"GGUF")
    assert list_library(paths) == []


def test_encoders_are_listed_as_what_they_are(paths, cache, only):
    cache.put("org/reader", model("BertModel"))
    assert (only().role, only().usable) == ("encoder", True)
    assert names(list_encoders(paths)) == names(list_encoders()) == ["org/reader"]
    assert list_models(paths) == []


def test_what_is_neither_is_listed_and_not_usable(cache, only):
    cache.put("org/sound", {"config.json": config("Wave", vocab_size=0), **weights_only()})
    assert (only().role, only().usable) == ("other", False)
    assert "reads or writes text" in str(only().problem)


def weights_only():
    return {"model.safetensors": weights()}


def test_an_adapter_names_its_base_and_is_loaded_over_it(paths, cache):
    base = cache.put("org/base", model())
    folder = cache.put("org/tuned", adapter("org/base"))
    entry = list_library(paths)[1]
    assert (entry.role, entry.format, entry.base, entry.usable) == (
        "adapter", "adapter", "org/base", True,
    )  # fmt: skip
    assert resolve("org/tuned", paths) == ModelSource(
        "org/tuned", base, "tuned", "c0ffee", adapter=folder
    )
    assert names(list_models(paths)) == ["org/base", "org/tuned"]


@pytest.mark.parametrize("base", ["starter", starter.manifest().sources["hub"]["original"]])
def test_an_adapter_can_be_laid_over_the_starter(paths, cache, make_model_folder, base):
    make_model_folder(paths.models / "starter")
    cache.put("org/tuned", adapter(base))
    assert [entry.usable for entry in list_library(paths)] == [True, True]
    assert resolve("org/tuned", paths).path == paths.models / "starter"


@pytest.mark.parametrize("base", ["org/absent", "", "/etc", "../base"])
def test_an_adapter_without_its_base_says_so(paths, cache, only, base):
    cache.put("org/tuned", adapter(base))
    assert not only().usable
    assert (base or "?") in str(only().problem)
    assert list_models(paths) == []
    with pytest.raises(ModelNotFound):
        resolve("org/tuned", paths)


def test_adapters_that_could_run_code_or_are_of_other_kinds_are_not_usable(paths, cache):
    files = adapter()
    pickled = {**files, "adapter_model.bin": files["adapter_model.safetensors"]}
    del pickled["adapter_model.safetensors"]
    cache.put("org/base", model())
    cache.put("org/pickled", pickled)
    cache.put("org/other", adapter(peft_type="IA3"))
    cache.put("org/broken", {**files, "adapter_config.json": b"["})
    usable = {entry.name: entry.usable for entry in list_library(paths)}
    assert usable == {
        "org/base": True, "org/pickled": False, "org/other": False, "org/broken": False,
    }  # fmt: skip


def test_what_was_not_fetched_to_its_end_is_shown_as_that(paths, cache, only):
    snapshot = cache.put("org/model", {"config.json": config()})
    (cache.folder("org/model") / "blobs" / "00ff.1234.incomplete").write_bytes(b"x" * 1000)
    entry = only()
    assert (entry.incomplete, entry.usable, entry.path) == (True, False, str(snapshot))
    assert "not fetched" in str(entry.problem)
    assert entry.size == entry.own_size == 1000 + len(config())
    assert list_models(paths) == []


def test_a_repository_of_which_nothing_is_whole_yet_is_listed(cache, only):
    blobs = cache.folder("org/model") / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "00ff.incomplete").write_bytes(b"x" * 10)
    assert (only().incomplete, only().usable, only().size) == (True, False, 10)


def test_weights_that_are_cut_off_are_noticed_although_they_were_whole_before(cache, only):
    snapshot = cache.put("org/model", model(numbers=10))
    assert only().usable
    blob = (snapshot / "model.safetensors").resolve()
    blob.write_bytes(blob.read_bytes()[:-4])
    assert (only().usable, only().incomplete) == (False, True)


def test_a_link_to_a_blob_that_is_gone_makes_it_incomplete(cache, only):
    snapshot = cache.put("org/model", model())
    (snapshot / "model.safetensors").resolve().unlink()
    assert (only().usable, only().incomplete) == (False, True)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"config.json": config(), "pytorch_model.bin": b"x"}, "can run programs"),
        ({"config.json": config(auto_map={"AutoModel": "x.X"}), **weights_only()}, "programs that"),
        ({"config.json": b"not json", **weights_only()}, "unreadable"),
    ],
)
def test_what_is_refused_is_listed_with_the_reason(cache, only, files, said):
    cache.put("org/model", files)
    assert not only().usable
    assert said in str(only().problem)


def test_contents_that_versions_share_count_once(cache, only):
    whole = model(numbers=100)
    cache.put("org/model", whole, commit="old", main=False)
    cache.put("org/model", {**whole, "README.md": b"new"}, commit="new")
    expected = sum(map(len, whole.values())) + 3
    assert (only().size, only().own_size, only().commit) == (expected, expected, "new")
    assert cache.bytes_on_disk() == expected


def test_contents_that_repositories_share_are_not_freed_by_removing_one(paths, cache):
    whole = model(numbers=100)
    for repo in ("org/one", "org/two"):
        cache.put(repo, whole)
        cache.share(repo, "model.safetensors")
    shared, rest = len(whole["model.safetensors"]), len(whole["config.json"])
    for entry in list_library(paths):
        assert (entry.size, entry.own_size, entry.usable) == (shared + rest, rest, True)


def test_shared_contents_that_one_repository_uses_are_freed_with_it(cache, only):
    cache.put("org/one", model(numbers=100))
    cache.share("org/one", "model.safetensors")
    assert only().own_size == only().size == cache.bytes_on_disk()


def test_a_gguf_file_of_a_repository_is_a_model(paths, cache, only):
    snapshot = cache.put(
        "org/model-GGUF",
        {"model-Q4.gguf": gguf("llama", tokenizer__chat_template="x"), "README.md": b"hello"},
    )
    entry = only()
    assert (entry.name, entry.title) == ("org/model-GGUF/model-Q4.gguf", "model-Q4")
    assert (entry.path, entry.format) == (str(snapshot / "model-Q4.gguf"), "gguf")
    assert (entry.role, entry.parameters, entry.context_length) == ("chat", 8, 512)
    assert entry.has_chat_template
    assert entry.size == entry.own_size == cache.bytes_on_disk()
    source = resolve(entry.name, paths)
    assert source.convert_from == snapshot / "model-Q4.gguf"
    assert resolve("org/model-GGUF", paths) == source
    assert list_models(paths) == [source]


def test_each_gguf_file_is_a_model_and_a_name_for_all_means_none(paths, cache):
    cache.put("org/m", {"a-Q4.gguf": gguf(numbers=8), "sub/b-Q8.gguf": gguf(numbers=16)})
    assert names(list_library(paths)) == ["org/m/a-Q4.gguf", "org/m/sub/b-Q8.gguf"]
    with pytest.raises(ModelNotFound):
        resolve("org/m", paths)


def test_the_version_that_was_fetched_last_is_used(paths, cache, only):
    old = cache.put("org/m", model(), commit="old", main=True)
    new = cache.put("org/m", model(numbers=7), commit="new", main=False)
    for commit, snapshot in (("new", new), ("old", old)):
        Registry.of(paths).add(Record("org/m", path=str(snapshot), repo="org/m", commit=commit))
        assert (only().path, only().commit) == (str(snapshot), commit)
    Registry.of(paths).add(Record("org/m", repo="org/m", commit="gone"))
    assert only().commit == "old"


def test_each_gguf_file_is_of_the_version_that_it_was_fetched_in(paths, cache):
    files = {"a.gguf": gguf(numbers=8), "b.gguf": gguf(numbers=9)}
    cache.put("org/m", files, commit="one")
    cache.put("org/m", {**files, "README.md": b"new"}, commit="two", main=False)
    Registry.of(paths).add(Record("org/m/b.gguf", repo="org/m", commit="two"))
    assert [entry.commit for entry in list_library(paths)] == ["one", "two"]


def test_gguf_files_of_two_versions_are_both_there(paths, cache):
    cache.put("org/m", {"a-Q4.gguf": gguf(numbers=8)}, commit="one", main=False)
    cache.put("org/m", {"a-Q8.gguf": gguf(numbers=16)}, commit="two")
    assert {entry.name: entry.commit for entry in list_library(paths)} == {
        "org/m/a-Q4.gguf": "one",
        "org/m/a-Q8.gguf": "two",
    }


def test_weights_and_gguf_files_side_by_side_are_models_of_their_own(paths, cache):
    cache.put("org/m", {**model(numbers=20), "m-Q4.gguf": gguf()})
    found = {entry.name: entry.own_size for entry in list_library(paths)}
    assert found == {
        "org/m": sum(map(len, model(numbers=20).values())),
        "org/m/m-Q4.gguf": len(gguf()),
    }


def test_a_gguf_model_in_several_files_is_one_and_cannot_be_run(paths, cache, only):
    parts = {f"m-0000{n}-of-00002.gguf": gguf(numbers=n, split__count=2) for n in (1, 2)}
    cache.put("org/m", parts)
    entry = only()
    assert entry.name == "org/m/m-00001-of-00002.gguf"
    assert entry.size == sum(map(len, parts.values()))
    assert not entry.usable


@pytest.mark.parametrize(
    ("data", "said"), [(gguf("clip"), "clip"), (b"GGUF\3\0\0\0", "end is missing")]
)
def test_gguf_files_that_no_engine_runs_say_why(paths, cache, only, data, said):
    cache.put("org/m", {"m.gguf": data})
    assert not only().usable
    assert said in str(only().problem)
    assert list_models(paths) == []


def test_what_was_converted_counts_to_its_gguf_file(paths, cache, only):
    cache.put("org/m", {"m.gguf": gguf()})
    folder = resolve("org/m", paths).path
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x" * 500)
    assert only().size == only().own_size == len(gguf()) + 500


def records_of(folder, verified=True):
    found = {}
    for file in folder.iterdir():
        facts = file.stat()
        found[str(file)] = FileRecord(facts.st_size, "00", facts.st_mtime_ns, verified)
    return found


def test_a_model_is_verified_when_all_its_weights_are(paths, cache, only):
    snapshot = cache.put("org/m", {**model(), "model.safetensors.index.json": b"{}"})
    Registry.of(paths).record_files(records_of(snapshot))
    assert only().verified is True


def test_a_model_is_not_verified_any_more_after_a_change(paths, cache, only):
    snapshot = cache.put("org/m", model())
    Registry.of(paths).record_files(records_of(snapshot))
    os.utime(snapshot / "model.safetensors", ns=(1, 1))
    assert only().verified is None


def test_a_check_that_failed_is_shown(paths, cache, only):
    snapshot = cache.put("org/m", model())
    Registry.of(paths).record_files(records_of(snapshot, verified=False))
    assert only().verified is False


def test_last_use_and_choices_come_from_the_registry(paths, cache, only):
    cache.put("org/m", model())
    choices = ModelChoices(context_length=2048, dtype="bfloat16")
    Registry.of(paths).update("org/m", choices=choices, last_used=7.0)
    assert (only().choices, only().last_used) == (choices, 7.0)


def test_what_was_fetched_and_is_gone_is_listed_as_missing(paths, cache, only):
    path = str(cache.folder("org/m") / "snapshots" / "c0ffee")
    Registry.of(paths).add(Record("org/m", "hub", path, "m", "org/m", "c0ffee"))
    assert (only().missing, only().usable, only().name) == (True, False, "org/m")
    cache.put("org/m", model())
    assert (only().missing, only().usable) == (False, True)


def test_settings_for_a_model_that_never_was_here_list_nothing(paths, cache):
    Registry.of(paths).touch("run:1")
    assert list_library(paths) == []


def test_an_import_whose_folder_is_gone_is_listed_as_missing(
    paths, cache, only, tmp_path, make_model_folder
):
    folder = make_model_folder(tmp_path / "mine")
    take_in(folder, paths)
    folder.rename(tmp_path / "elsewhere")
    entry = only()
    assert (entry.missing, entry.usable, entry.size) == (True, False, 0)
    assert str(folder) in str(entry.problem)
    (tmp_path / "elsewhere").rename(folder)
    assert (only().missing, only().usable) == (False, True)


def test_a_cache_that_may_not_be_read_hides_nothing_else(
    paths, tmp_path, monkeypatch, only, make_model_folder
):
    (tmp_path / "hub").write_bytes(b"a file is in the way")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    import_model(
        make_model_folder(tmp_path / "mine"), paths, False, lambda fraction: None, threading.Event()
    )
    assert only().name == "mine"


def test_a_repository_that_goes_away_while_it_is_looked_at_hides_no_other(
    paths, cache, only, monkeypatch
):
    read = hub_shelf.read_repository

    def read_or_lose(folder, store):
        if folder.name.endswith("lost"):
            raise FileNotFoundError(folder)
        return read(folder, store)

    cache.put("org/here", model())
    cache.put("org/lost", model())
    monkeypatch.setattr(hub_shelf, "read_repository", read_or_lose)
    assert only().name == "org/here"


def test_a_cache_that_is_removed_while_the_app_runs_leaves_what_was_fetched_as_missing(
    paths, cache
):
    snapshot = cache.put("org/m", model())
    cache.put("org/other", model())
    Registry.of(paths).add(Record("org/m", path=str(snapshot), title="m", repo="org/m"))
    assert len(list_library(paths)) == 2
    shutil.rmtree(cache.root)
    assert [(e.name, e.missing) for e in list_library(paths)] == [("org/m", True)]


def test_strange_things_in_the_cache_do_no_harm(paths, cache, only, tmp_path):
    cache.put("org/m", model())
    (cache.root / "models--a-file").write_bytes(b"")
    (cache.root / "models--org--empty").mkdir()
    (cache.root / "datasets--org--data" / "snapshots").mkdir(parents=True)
    (cache.folder("org/m") / "refs" / "main").write_bytes(b"\xff\xfe")
    (cache.folder("org/m") / "snapshots" / "c0ffee" / "loop").symlink_to("..")
    (cache.folder("org/m") / "snapshots" / "c0ffee" / "self.json").symlink_to("self.json")
    found = {entry.name: entry.usable for entry in list_library(paths)}
    assert found == {"org/empty": False, "org/m": True}


def thousand(cache: FakeCache) -> None:
    for number in range(1000):
        folder = cache.root / f"models--org--m{number}" / "snapshots" / "c0ffee"
        folder.mkdir(parents=True)
        for name, data in model().items():
            (folder / name).write_bytes(data)


def test_a_thousand_models_are_opened_once_and_never_again(paths, cache, monkeypatch):
    thousand(cache)
    assert len(list_library(paths)) == 1000
    opened: list[Path] = []
    monkeypatch.setattr("desktop_llm.library.fact_index.describe", opened.append)
    assert len(list_library(paths)) == 1000
    assert opened == []


def test_a_change_opens_only_what_changed(paths, cache):
    cache.put("org/a", model())
    snapshot = cache.put("org/b", model())
    list_library(paths)
    os.utime(snapshot / "config.json", ns=(5, 5))
    index = FactIndex.of(paths)
    for name in ("a", "b"):
        folder = cache.folder(f"org/{name}") / "snapshots" / "c0ffee"
        index.facts(folder, files_below(folder))
    assert index.reads == 1


def test_a_file_that_could_not_be_read_once_is_read_again(cache, only, monkeypatch):
    snapshot = cache.put("org/m", model())
    read = Path.read_bytes

    def refuse(path):
        if path.parent == snapshot:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        assert "Permission denied" in str(only().problem)
    assert only().usable


@pytest.mark.parametrize("content", [b"", b"[]", b'{"models": {"x": 1}}', b'{"version": 9}'])
def test_a_damaged_index_costs_time_only(paths, cache, only, content):
    cache.put("org/m", model())
    paths.cache.mkdir(parents=True)
    (paths.cache / "model_facts.json").write_bytes(content)
    assert only().usable
    assert FactIndex.of(paths).reads == 0


def test_a_cache_folder_that_cannot_be_written_is_no_error(paths, cache, only):
    cache.put("org/m", model())
    paths.cache.parent.mkdir(parents=True, exist_ok=True)
    paths.cache.write_bytes(b"a file is in the way")
    assert only().usable


def test_listing_imports_nothing_heavy(paths, cache):
    cache.put("org/m", model())
    script = (
        "import sys; from desktop_llm.core.paths import user_paths\n"
        "from desktop_llm.library.shelf import list_library\n"
        "assert len(list_library(user_paths())) == 1\n"
        "heavy = {'torch', 'transformers', 'huggingface_hub', 'numpy', 'send2trash'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[3])
