from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.core.errors import ExpectedError, from_wire, to_wire
from desktop_llm.core.model_folder import (
    ModelDamaged,
    ModelMissing,
    NeedsOwnCode,
    PickleOnly,
    UnknownArchitecture,
    inspect_model_folder,
    model_name,
)
from tests.fake_cache import FakeCache, model
from tests.unit.core.model_files import header, make_folder, make_shards, safetensors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "model")


def set_config(folder: Path, **changes: Any) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))


def test_a_whole_folder_is_described(folder: Path) -> None:
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    model = inspect_model_folder(folder)
    assert (model.architecture, model.model_type) == ("LlamaForCausalLM", "llama")
    assert model.parameters == 16 * 8 + 8
    assert model.bytes_by_dtype == {"BF16": 256, "F32": 32}
    assert (model.context_length, model.vocab_size) == (2048, 16)
    assert model.weight_files == (folder / "model.safetensors",)
    assert model.has_chat_template


def test_a_chat_template_in_the_tokenizer_counts(folder: Path) -> None:
    assert not inspect_model_folder(folder).has_chat_template
    (folder / "tokenizer_config.json").write_text('{"chat_template": "x"}')
    assert inspect_model_folder(folder).has_chat_template


def test_a_model_in_several_files_is_added_up(tmp_path: Path) -> None:
    folder = make_shards(tmp_path / "m", {"first": "a.safetensors", "second": "b.safetensors"})
    model = inspect_model_folder(folder)
    assert [file.name for file in model.weight_files] == ["a.safetensors", "b.safetensors"]
    assert model.parameters == 4


def test_tied_embeddings_count_once(tmp_path: Path) -> None:
    tensors = {"model.embed_tokens.weight": ("F32", [16, 8]), "lm_head.weight": ("F32", [16, 8])}
    tied = make_folder(tmp_path / "tied", {"tie_word_embeddings": True}, tensors)
    free = make_folder(tmp_path / "free", {"tie_word_embeddings": False}, tensors)
    assert inspect_model_folder(tied).parameters == 128
    assert inspect_model_folder(free).parameters == 256


def test_the_copy_of_the_configuration_does_not_choose_code(folder: Path) -> None:
    set_config(
        folder,
        attn_implementation="evil/kernel",
        text_config={"_attn_implementation_internal": "evil/kernel", "kept": 1},
    )
    config = inspect_model_folder(folder).config
    assert "evil" not in json.dumps(config)
    assert config["text_config"] == {"kept": 1}


def test_the_links_of_the_hub_cache_are_followed(tmp_path: Path) -> None:
    repository = tmp_path / "models--org--tiny"
    snapshot = make_folder(repository / "snapshots" / "0a1b2c")
    blobs = repository / "blobs"
    blobs.mkdir()
    for file in list(snapshot.iterdir()):
        file.rename(blobs / file.name)
        file.symlink_to(Path("../../blobs") / file.name)
    assert inspect_model_folder(snapshot).parameters == 136
    assert model_name(snapshot) == "org/tiny"


def test_a_folder_with_gguf_files_only_names_them(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "q4.gguf").write_bytes(b"GGUF")
    model = inspect_model_folder(folder)
    assert (model.weight_files, model.gguf_files) == ((), (folder / "q4.gguf",))


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def write(name: str, data: bytes | str) -> Callable[[Path], None]:
    raw = data.encode() if isinstance(data, str) else data

    def overwrite(folder: Path) -> None:
        (folder / name).write_bytes(raw)

    return overwrite


def cut(count: int) -> Callable[[Path], None]:
    def truncate(folder: Path) -> None:
        os.truncate(folder / "model.safetensors", count)

    return truncate


@pytest.mark.parametrize(
    ("harm", "detail"),
    [
        (remove("config.json"), "config.json is missing"),
        (write("config.json", "{not json"), "config.json is unreadable"),
        (write("config.json", "[]"), "config.json is unreadable"),
        (write("config.json", b"\xff\xfe\xff"), "config.json is unreadable"),
        (write("config.json", "[" * 100_000), "config.json is unreadable"),
        (write("config.json", '{"a":' * 900 + "1" + "}" * 900), "nested too deeply"),
        (write("config.json", b" " * 10_000_001), "config.json is too large"),
        (write("tokenizer_config.json", "oh"), "tokenizer_config.json is unreadable"),
        (remove("model.safetensors"), "it has no weights"),
        (cut(0), "model.safetensors: it is shorter than its header"),
        (cut(40), "model.safetensors: it is shorter than its header"),
        (cut(300), "model.safetensors: its end is missing"),
        (write("model.safetensors", b"\xff" * 99), "its header is too large"),
        (write("model.safetensors", safetensors({}, b"left over")), "longer than its header"),
    ],
)
def test_what_is_damaged_is_named(folder: Path, harm: Callable[[Path], None], detail: str) -> None:
    harm(folder)
    with pytest.raises(ModelDamaged) as raised:
        inspect_model_folder(folder)
    assert detail in str(raised.value.facts["detail"])
    assert raised.value.facts["path"] == str(folder)


@pytest.mark.parametrize("name", ["../x.safetensors", "/etc/passwd", "x.bin", "..\\x.safetensors"])
def test_an_index_cannot_lead_out_of_the_folder_or_to_other_formats(
    tmp_path: Path, name: str
) -> None:
    folder = make_shards(tmp_path / "m", {"first": name})
    (tmp_path / "x.safetensors").write_bytes(safetensors(header()))
    (folder / "x.bin").write_bytes(b"pickle")
    with pytest.raises(ModelDamaged, match="not the name of a weights file"):
        inspect_model_folder(folder)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    folder = make_shards(tmp_path / "m", {"first": "a.safetensors", "third": "c.safetensors"})
    with pytest.raises(ModelDamaged, match=r"c\.safetensors is missing"):
        inspect_model_folder(folder)


def test_a_tensor_that_no_shard_has_is_noticed(tmp_path: Path) -> None:
    weight_map = {"first": "a.safetensors", "second": "b.safetensors", "lost": "b.safetensors"}
    with pytest.raises(ModelDamaged, match="some of its weights are missing"):
        inspect_model_folder(make_shards(tmp_path / "m", weight_map))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    (folder / name).rename(tmp_path / "outside")
    (folder / name).symlink_to(tmp_path / "outside")
    with pytest.raises(ModelDamaged, match="leads out of the folder"):
        inspect_model_folder(folder)


def test_no_folder_an_empty_one_and_one_without_a_model_are_missing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    for name in ("nothing", "empty", "photos", "photos/cat.jpg"):
        with pytest.raises(ModelMissing):
            inspect_model_folder(tmp_path / name)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.ckpt", "model.pkl"])
def test_pickles_alone_are_refused_unopened(folder: Path, name: str) -> None:
    (folder / "model.safetensors").rename(folder / name)
    with pytest.raises(PickleOnly):
        inspect_model_folder(folder)
    (folder / "config.json").unlink()
    with pytest.raises(PickleOnly):
        inspect_model_folder(folder)


def test_a_pickle_beside_safetensors_is_ignored(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"whatever")
    assert inspect_model_folder(folder).parameters == 136


@pytest.mark.parametrize("place", ["config", "nested", "tokenizer"])
def test_code_of_the_model_is_refused_and_not_run(folder: Path, place: str) -> None:
    canary = folder / "canary"
    (folder / "evil.py").write_text(f"open({str(canary)!r}, 'w')")
    own_code = {"AutoModelForCausalLM": "evil.Model", "AutoConfig": "evil.Config"}
    if place == "tokenizer":
        (folder / "tokenizer_config.json").write_text(json.dumps({"auto_map": own_code}))
    elif place == "nested":
        set_config(folder, text_config={"auto_map": own_code})
    else:
        set_config(folder, auto_map=own_code)
    with pytest.raises(NeedsOwnCode):
        inspect_model_folder(folder)
    assert not canary.exists()


def test_an_architecture_that_nobody_knows_is_refused_by_name(folder: Path) -> None:
    model = inspect_model_folder(folder)
    model.check_architecture({"llama", "gpt2"})
    with pytest.raises(UnknownArchitecture, match="LlamaForCausalLM"):
        model.check_architecture({"gpt2"})


@pytest.mark.parametrize("value", [-1, 0, 1.5, "2048", 1 << 50, None, True, [1]])
def test_a_senseless_context_length_is_no_context_length(folder: Path, value: Any) -> None:
    set_config(folder, max_position_embeddings=value)
    assert inspect_model_folder(folder).context_length == 0


def test_every_refusal_has_its_own_words() -> None:
    path = Path("/models/m")
    errors: list[ExpectedError] = [
        ModelMissing(path),
        ModelDamaged(path, "its end is missing"),
        PickleOnly(path),
        NeedsOwnCode("m"),
        UnknownArchitecture("m", "Strange"),
    ]
    assert len({error.happened for error in errors}) == len(errors)
    for error in errors:
        assert str(from_wire(to_wire(error))) == str(error)
        assert "{" not in str(error)


def test_contents_that_the_hub_keeps_for_all_repositories_are_the_models_own(tmp_path):
    cache = FakeCache(tmp_path)
    folder = cache.put("org/model", model())
    cache.share("org/model", "model.safetensors")
    assert inspect_model_folder(folder).weight_files
