"""What is not fetched from a hub: the reason, and where to look instead."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desktop_llm.library.hub import Hub
from tests.fake_hub import FakeRepo, Fault
from tests.fake_hub.faults import login_page
from tests.fake_hub.plans import access_to
from tests.fake_hub.seed import model_files

PICKLE = b"\x80\x04N."
INDEX = "model.safetensors.index.json"


@pytest.fixture
def refused(fake_hub):
    """The refusal of a repository with these files; None if it is taken."""

    def ask(files, **facts):
        fake_hub.add_repo(FakeRepo("owner/the-model", files, **facts))
        details = Hub(access_to(fake_hub)).details("owner/the-model")
        assert bool(details.choices) == (details.refusal is None)
        return details.refusal

    return ask


def without_weights():
    files = model_files()
    del files["model.safetensors"]
    return files


def test_pickle_alone_is_refused(refused):
    refusal = refused({**without_weights(), "pytorch_model.bin": PICKLE})
    assert refusal.reason == "pickle"
    assert "run programs" in str(refusal.why)


def test_pickle_beside_safetensors_is_left_aside(refused):
    assert refused({**model_files(), "pytorch_model.bin": PICKLE}) is None


def test_an_adapter_in_pickle_is_refused(refused):
    files = {"adapter_config.json": '{"r": 8}', "adapter_model.bin": PICKLE}
    assert refused(files).reason == "pickle"


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_a_model_with_programs_of_its_own_is_refused(refused, name):
    files = model_files()
    told = json.loads(str(files[name])) | {"deeper": [{"auto_map": {"AutoModel": "own.Model"}}]}
    assert refused({**files, name: json.dumps(told)}).reason == "own_code"


@pytest.mark.parametrize("name", ["../../outside.json", "sub/CON", "a\\b.json", "\u202etxt.json"])
def test_one_hostile_name_is_enough_to_refuse_all(refused, fake_hub, name):
    assert refused({**model_files(), name: b"x"}).reason == "unsafe_names"
    assert Hub(access_to(fake_hub)).details("owner/the-model").files == ()


@pytest.mark.parametrize("large", [True, False])
def test_a_hash_that_is_none_is_refused(fake_hub, large):
    hostile = "../../../evil"
    facts: dict[str, Any] = (
        {"lfs": {"size": 1, "sha256": hostile}} if large else {"blobId": hostile}
    )
    weights = {"rfilename": "model.safetensors", "size": 1, **facts}
    answer = {"id": "owner/the-model", "sha": "0" * 40, "siblings": [weights]}
    fake_hub.faults.on("/api/models/*", Fault(status=200, body=json.dumps(answer).encode()))
    details = Hub(access_to(fake_hub)).details("owner/the-model")
    assert details.refusal is not None
    assert (details.refusal.reason, details.files) == ("unsafe_names", ())


@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize(
    "name", ["../outside.safetensors", "/etc/passwd", "model.bin", "sub/model.safetensors", 7]
)
def test_an_index_that_names_anything_but_weights_beside_it_is_refused(refused, name, shards):
    index = json.dumps({"weight_map": {"a": "model.safetensors", "b": name}})
    refusal = refused({**model_files(shards=shards), INDEX: index})
    assert refusal.reason == "damaged_index"


def test_an_index_whose_weights_are_missing_is_refused_and_told_by_name(refused):
    files = model_files(shards=3)
    del files["model-00002-of-00003.safetensors"]
    refusal = refused(files)
    assert refusal.reason == "damaged_index"
    assert "“model-00002-of-00003.safetensors”" in str(refusal.why)


def test_an_old_index_beside_whole_weights_does_no_harm(refused):
    index = json.dumps({"weight_map": {"a": "model-00001-of-00002.safetensors"}})
    assert refused({**model_files(), INDEX: index}) is None


@pytest.mark.parametrize("index", ["[]", '{"weight_map": {}}', '{"weight_map": 3}'])
def test_an_index_that_is_none_is_refused(refused, index):
    assert refused({**model_files(), INDEX: index}).reason in ("damaged_index", "damaged_config")


@pytest.mark.parametrize("config", ["this is no JSON", "[]", "[" * 100_000, "\0"])
def test_a_config_that_cannot_be_read_is_refused(refused, config):
    refusal = refused({**model_files(), "config.json": config})
    assert refusal.reason == "damaged_config"
    assert "config.json" in str(refusal.why)


def test_empty_weights_are_refused(refused):
    assert refused({**without_weights(), "model.safetensors": b""}).reason == "no_weights"


def test_a_repository_without_weights_is_refused(refused):
    assert refused(without_weights()).reason == "no_weights"


def test_the_same_model_in_a_safe_form_is_proposed(refused, fake_hub):
    fake_hub.add_repo(FakeRepo("other/The-Model", {"pytorch_model.bin": PICKLE}, downloads=9000))
    fake_hub.add_repo(FakeRepo("safe/The-Model-hf", model_files(), downloads=500))
    fake_hub.add_repo(FakeRepo("gated/the-model", model_files(), gated="auto", downloads=8000))
    assert refused({"pytorch_model.bin": PICKLE}).instead == "safe/The-Model-hf"


def test_a_quantised_form_is_proposed_where_there_is_no_other(refused, fake_hub):
    made: dict[str, Any] = {"base": "owner/the-model", "base_relation": "quantized"}
    fake_hub.add_repo(FakeRepo("other/another-name", {"m-Q8_0.gguf": b"x"}, **made))
    assert refused({"pytorch_model.bin": PICKLE}).instead == "other/another-name"


def test_a_refusal_does_not_depend_on_the_search_for_another_model(refused, fake_hub):
    fake_hub.faults.on("/api/models", login_page())
    refusal = refused({"pytorch_model.bin": PICKLE})
    assert (refusal.reason, refusal.instead) == ("pickle", "")
