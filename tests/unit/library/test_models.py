from __future__ import annotations

import os
import subprocess
import sys

import pytest

from desktop_llm.library.errors import ModelNotFound, StarterMissing
from desktop_llm.library.models import list_encoders, list_models, resolve


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    return folder


@pytest.fixture
def install(cache, make_model_folder):
    """Put a repository into the cache, as huggingface_hub lays it out."""

    def put(name, revision="abc", main=True, **options):
        repository = cache / ("models--" + name.replace("/", "--"))
        if main:
            (repository / "refs").mkdir(parents=True, exist_ok=True)
            (repository / "refs" / "main").write_text(revision)
        return make_model_folder(repository / "snapshots" / revision, **options)

    return put


def names(paths):
    return [model.name for model in list_models(paths)]


def test_an_empty_machine_has_no_models(paths, cache):
    assert list_models(paths) == []


def test_the_starter_comes_first_and_the_cache_follows_by_name(paths, install, make_model_folder):
    install("org/Zebra")
    install("org/ant")
    install("gpt2")
    make_model_folder(paths.models / "starter")
    assert names(paths) == ["starter", "gpt2", "org/ant", "org/Zebra"]


def test_an_installed_repository_is_described(paths, install):
    folder = install("org/model", revision="f00d")
    (model,) = list_models(paths)
    assert (model.name, model.title, model.revision) == ("org/model", "model", "f00d")
    assert model.path == folder


def test_the_version_that_main_names_is_preferred_to_a_newer_one(paths, install):
    install("org/model", revision="old")
    newer = install("org/model", revision="new", main=False)
    os.utime(newer, (2e9, 2e9))
    assert list_models(paths)[0].revision == "old"


def test_without_main_the_newest_whole_version_is_taken(paths, install):
    os.utime(install("org/model", revision="first", main=False), (1e9, 1e9))
    os.utime(install("org/model", revision="second", main=False), (2e9, 2e9))
    broken = install("org/model", revision="third", main=False)
    (broken / "model.safetensors").unlink()
    assert list_models(paths)[0].revision == "second"


def test_a_half_downloaded_repository_is_not_offered(paths, install):
    folder = install("org/model")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert list_models(paths) == []


def test_what_cannot_write_text_is_not_offered(paths, install):
    install("org/encoder", architecture="BertModel")
    assert list_models(paths) == []


def test_encoders_are_listed_apart(paths, install):
    install("org/reader", architecture="BertModel")
    install("org/writer")
    assert [model.name for model in list_encoders()] == ["org/reader"]
    assert resolve("org/reader", paths).title == "reader"


def test_weights_that_can_run_code_are_not_offered(paths, install):
    install("org/model", weights="pytorch_model.bin")
    assert list_models(paths) == []


@pytest.mark.parametrize("variable", ["HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"])
def test_the_cache_is_found_where_huggingface_hub_puts_it(tmp_path, monkeypatch, paths, variable):
    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "place"))
    script = "from huggingface_hub.constants import HF_HUB_CACHE as c; print(c, end='')"
    theirs = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout
    from desktop_llm.library.cache_layout import cache_folder

    assert str(cache_folder()) == theirs


def test_a_name_means_the_installed_repository(paths, install):
    folder = install("org/model")
    assert resolve("org/model", paths).path == folder


def test_a_folder_is_taken_as_it_is(paths, tmp_path, cache):
    source = resolve(str(tmp_path), paths)
    assert (source.path, source.convert_from) == (tmp_path, None)


def test_a_relative_folder_becomes_absolute(paths, tmp_path, cache, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve("mine", paths).path == tmp_path / "mine"


def test_a_gguf_file_is_converted_into_a_folder_of_its_own(paths, tmp_path, cache):
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF")
    first = resolve(str(file), paths)
    assert first.convert_from == file
    assert first.path.is_relative_to(paths.cache)
    assert resolve(str(file), paths) == first
    file.write_bytes(b"GGUF2")
    assert resolve(str(file), paths).path != first.path


def test_an_unknown_name_is_told(paths, cache):
    with pytest.raises(ModelNotFound) as told:
        resolve("nothing/there", paths)
    assert "nothing/there" in str(told.value)


def test_the_starter_is_told_to_be_missing_until_it_is_fetched(paths, cache, make_model_folder):
    with pytest.raises(StarterMissing):
        resolve("starter", paths)
    make_model_folder(paths.models / "starter")
    assert resolve("starter", paths).name == "starter"


def test_a_model_cache_that_may_not_be_read_counts_as_empty(cache, paths, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "not permitted", str(folder))

    monkeypatch.setattr("os.scandir", refuse)
    assert list_models(paths) == []
