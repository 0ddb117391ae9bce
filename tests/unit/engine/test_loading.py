from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from desktop_llm.core.generation import DeviceChoice, LoadProgress
from desktop_llm.core.text import Text
from desktop_llm.engine import loading
from desktop_llm.engine.errors import (
    ModelDamaged,
    ModelMissing,
    NeedsOwnCode,
    NotEnoughMemory,
    OutOfMemory,
    PickleOnly,
    UnknownArchitecture,
)
from desktop_llm.engine.loading import ModelParts, as_out_of_memory, load_parts
from tests.unit.engine.tiny_models import CONTEXT, byte_tokenizer, save_model, tiny_model

CPU = DeviceChoice("cpu", "Fake", "float32", Text("Because."))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_model(tmp_path / "tiny").path


def load(folder: Path, device: DeviceChoice = CPU) -> ModelParts:
    from desktop_llm.core.generation import ModelSource

    return load_parts(ModelSource("tiny", folder), device, lambda _: None)


def change_config(folder: Path, **changes: Any) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_a_model_is_loaded_with_its_limits(folder: Path) -> None:
    parts = load(folder)
    assert parts.context_length == CONTEXT
    assert parts.end_tokens == {2}
    assert parts.model.dtype == torch.float32
    assert not parts.model.training


def test_loading_tells_how_far_it_is(folder: Path) -> None:
    from desktop_llm.core.generation import ModelSource

    steps: list[LoadProgress] = []
    load_parts(ModelSource("tiny", folder), CPU, steps.append)
    assert [step.stage for step in steps][:2] == ["checking", "reading"]
    fractions = [step.fraction for step in steps if step.fraction is not None]
    assert fractions
    assert fractions == sorted(fractions)


def test_every_end_that_is_named_anywhere_ends(tmp_path: Path) -> None:
    model = tiny_model()
    model.generation_config.eos_token_id = [5, 6]
    assert load(save_model(tmp_path / "m", model).path).end_tokens == {2, 5, 6}


def test_the_format_of_the_choice_is_used(folder: Path) -> None:
    assert load(folder, replace(CPU, dtype="bfloat16")).model.dtype == torch.bfloat16


def test_a_model_that_overflows_float16_runs_in_float32(tmp_path: Path) -> None:
    model = tiny_model()
    model.model.embed_tokens.weight.data *= 1e5
    model.model.norm.weight.data *= 1e5
    parts = load(save_model(tmp_path / "m", model).path, replace(CPU, dtype="float16"))
    assert (parts.device.dtype, parts.model.dtype) == ("float32", torch.float32)
    assert "float16" in str(parts.device.reason)


def test_a_model_that_is_fine_in_float16_stays_there(folder: Path) -> None:
    assert load(folder, replace(CPU, dtype="float16")).device.dtype == "float16"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        load(tmp_path / "nowhere")


def test_an_unknown_architecture_is_told(folder: Path) -> None:
    change_config(folder, model_type="starship", architectures=["StarshipForCausalLM"])
    with pytest.raises(UnknownArchitecture) as caught:
        load(folder)
    assert "Starship" in str(caught.value)


def test_a_model_that_does_not_write_text_is_told(folder: Path) -> None:
    change_config(folder, model_type="vit", architectures=["ViTModel"])
    with pytest.raises(UnknownArchitecture):
        load(folder)


def test_a_model_with_a_memory_of_another_kind_is_told(folder: Path) -> None:
    change_config(folder, model_type="mamba", architectures=["MambaForCausalLM"])
    with pytest.raises(UnknownArchitecture):
        load(folder)


def test_quantised_weights_are_told(folder: Path) -> None:
    change_config(folder, quantization_config={"quant_method": "gptq", "bits": 4})
    with pytest.raises(UnknownArchitecture) as caught:
        load(folder)
    assert "gptq" in str(caught.value)


def test_code_of_the_model_is_refused_and_not_run(folder: Path) -> None:
    canary = folder.parent / "canary"
    (folder / "modeling_own.py").write_text(f"open({str(canary)!r}, 'w')")
    change_config(folder, auto_map={"AutoModelForCausalLM": "modeling_own.Own"})
    with pytest.raises(NeedsOwnCode):
        load(folder)
    assert not canary.exists()


def test_pickled_weights_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(PickleOnly):
        load(folder)


def test_kernels_named_in_the_configuration_are_ignored(folder: Path) -> None:
    change_config(folder, attn_implementation="somebody/kernel", _attn_implementation="evil/kernel")
    assert load(folder).model.config._attn_implementation in ("sdpa", "eager")


def test_missing_weights_are_told_instead_of_being_made_up(folder: Path) -> None:
    file = folder / "model.safetensors"
    weights = load_file(file)
    weights.pop("model.norm.weight")
    save_file(weights, file, metadata={"format": "pt"})
    with pytest.raises(ModelDamaged):
        load(folder)


def test_weights_of_another_shape_are_told(folder: Path) -> None:
    change_config(folder, hidden_size=64)
    with pytest.raises(ModelDamaged):
        load(folder)


def test_truncated_weights_are_told(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ModelDamaged):
        load(folder)


@pytest.mark.parametrize("changes", [{"hidden_size": "large"}, {"vocab_size": -4}])
def test_a_nonsensical_configuration_is_told(folder: Path, changes: dict[str, Any]) -> None:
    change_config(folder, **changes)
    with pytest.raises(ModelDamaged):
        load(folder)


def test_a_missing_tokenizer_is_told(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    with pytest.raises(ModelDamaged):
        load(folder)


def test_a_tokenizer_that_asks_for_code_is_refused(folder: Path) -> None:
    file = folder / "tokenizer_config.json"
    asked = json.loads(file.read_text()) | {"auto_map": {"AutoTokenizer": ["own.T", None]}}
    file.write_text(json.dumps(asked))
    with pytest.raises(NeedsOwnCode):
        load(folder)


def test_too_little_memory_is_refused_before_loading(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "free_memory", lambda: 1_000_000)
    monkeypatch.setattr(loading, "_read", None)
    with pytest.raises(NotEnoughMemory) as caught:
        load(folder)
    assert "tiny" in str(caught.value)


def test_memory_that_runs_out_is_told_apart_from_bugs() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(10**15)
    assert isinstance(as_out_of_memory(caught.value), OutOfMemory)
    assert isinstance(as_out_of_memory(MemoryError()), OutOfMemory)
    assert as_out_of_memory(RuntimeError("shapes do not match")) is None


def test_a_model_without_a_template_is_loaded(tmp_path: Path) -> None:
    source = save_model(tmp_path / "m", tokenizer=byte_tokenizer(None))
    assert not load(source.path).tokenizer.chat_template
