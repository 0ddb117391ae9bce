"""Configurations that ask for another model than the weights beside them are."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import psutil
import pytest
from transformers import GPTJConfig, GPTJForCausalLM, XGLMConfig, XGLMForCausalLM

from desktop_llm.core.generation import DeviceChoice, ModelSource
from desktop_llm.core.model_folder import inspect_model_folder
from desktop_llm.core.text import Text
from desktop_llm.engine.config_check import check_configuration
from desktop_llm.engine.errors import ConfigurationMismatch, ModelDamaged
from desktop_llm.engine.loading import load_parts
from tests.unit.engine.tiny_models import CONTEXT, save_model, tiny_model

CPU = DeviceChoice("cpu", "Fake", "float32", Text("Because."))
SHARED = {"vocab_size": 320, "bos_token_id": 0, "eos_token_id": 2}
MB = 10**6


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of each kind."""
    whole = tmp_path_factory.mktemp("models")
    for kind in ("llama", "gpt2", "gemma3", "qwen3", "phi3"):
        tiny_model(kind, pad_token_id=0).save_pretrained(whole / kind)
    gptj = GPTJConfig(
        n_embd=32, n_layer=2, n_head=4, n_positions=CONTEXT, rotary_dim=4, **SHARED
    )  # fmt: skip
    xglm = XGLMConfig(
        d_model=32, num_layers=2, attention_heads=4, ffn_dim=48, max_position_embeddings=CONTEXT,
        **SHARED,
    )  # fmt: skip
    GPTJForCausalLM(gptj).save_pretrained(whole / "gptj")
    XGLMForCausalLM(xglm).save_pretrained(whole / "xglm")
    return whole


def changed(models: Path, tmp_path: Path, kind: str, **changes: Any) -> Path:
    """A copy of a model, with another configuration."""
    folder = tmp_path / f"{kind}-model"
    shutil.copytree(models / kind, folder, dirs_exist_ok=True)
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return folder


@pytest.mark.parametrize("kind", ["llama", "gpt2", "gemma3", "qwen3", "phi3", "gptj", "xglm"])
def test_models_as_they_are_saved_pass(models: Path, kind: str) -> None:
    check_configuration(inspect_model_folder(models / kind))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("llama", {"hidden_size": 1_000_000}),
        ("llama", {"hidden_size": 64}),
        ("llama", {"intermediate_size": 10**12}),
        ("llama", {"intermediate_size": 47}),
        ("llama", {"vocab_size": 10**12}),
        ("llama", {"vocab_size": 321}),
        ("llama", {"num_key_value_heads": 1}),
        ("llama", {"num_hidden_layers": 0}),
        ("llama", {"num_hidden_layers": -1}),
        ("llama", {"num_hidden_layers": 12}),
        ("llama", {"num_hidden_layers": 1 << 70}),
        ("llama", {"num_hidden_layers": "many"}),
        ("llama", {"num_hidden_layers": True}),
        ("gpt2", {"n_head": -1}),
        ("gpt2", {"n_layer": 10**6}),
        ("gptj", {"n_positions": 10_000_000}),
        ("gptj", {"n_positions": 0}),
        ("xglm", {"max_position_embeddings": 10_000_000}),
    ],
)
def test_other_sizes_than_the_weights_have_are_told_and_cost_nothing(
    models: Path, tmp_path: Path, kind: str, changes: dict[str, Any]
) -> None:
    folder = changed(models, tmp_path, kind, **changes)
    before = psutil.Process().memory_info().rss
    with pytest.raises(ConfigurationMismatch, match=f"{kind}-model") as caught:
        check_configuration(inspect_model_folder(folder))
    assert len(caught.value.sentences()) == 3
    assert psutil.Process().memory_info().rss - before < 50 * MB


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"num_attention_heads": 3}, "not a multiple of the number of attention heads"),
        ({"hidden_size": "large"}, "'large'"),
        ({"num_key_value_heads": 0}, "by zero"),
        ({"hidden_act": "stare"}, "KeyError 'stare'"),
        ({"hidden_size": 1 << 70}, "Overflow"),
    ],
)
def test_what_the_library_refuses_is_told_with_its_reason_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, changes: dict[str, Any], reason: str
) -> None:
    save_model(tmp_path / "llama")
    folder = changed(tmp_path, tmp_path, "llama", **changes)
    with caplog.at_level(logging.WARNING), pytest.raises(ModelDamaged) as caught:
        load_parts(ModelSource("tiny", folder), CPU, lambda _: None)
    detail = str(caught.value.facts["detail"])
    assert reason in detail
    assert "\n" not in detail and len(detail) < 400
    assert any(record.exc_info for record in caplog.records)
