"""Files made for llama.cpp are the model that Transformers has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

from desktop_llm.bench.gguf_files import block_kind, rounded, why_not, write_gguf
from desktop_llm.bench.prompts import Prompts
from desktop_llm.bench.rivals import LlamaCpp, StockTransformers
from tests.unit.engine.tiny_models import byte_tokenizer

PROMPT, NEW = [5, 9, 33, 4, 70, 8], 24
SHAPE: dict[str, Any] = {
    "vocab_size": 96,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "tie_word_embeddings": True,
}


def save(folder: Path, model: Any) -> Any:
    """`model` with weights that are far from zero, and its folder."""
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.1)
    model.save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return model.eval()


def greedy(model: Any) -> list[int]:
    ids = torch.tensor([PROMPT])
    written = model.generate(ids, max_new_tokens=NEW, do_sample=False, eos_token_id=None)
    return list(written[0, len(PROMPT) :].tolist())


@pytest.mark.parametrize("family", ["llama", "qwen3"])
def test_llama_cpp_writes_what_transformers_writes(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # llama.cpp's process goes to the folder of the file
    torch.manual_seed(3)
    made = (
        LlamaForCausalLM(LlamaConfig(**SHAPE))
        if family == "llama"
        else Qwen3ForCausalLM(Qwen3Config(**SHAPE, head_dim=16))
    )
    expected = greedy(save(tmp_path, made))
    assert why_not(tmp_path) == ""
    for kind in ("F32", "Q8_0"):
        file = tmp_path / f"{kind}.gguf"
        write_gguf(tmp_path, file, kind)
        engine = LlamaCpp(file, 1, 256)
        found = engine.tokens(PROMPT, NEW)
        turn = engine.turn(PROMPT, NEW)
        assert (turn.prompt_tokens, turn.new_tokens) == (len(PROMPT), NEW)
        assert turn.total_s >= turn.decode_s > 0
        if kind == "F32":
            assert found == expected
        else:  # rounding may turn a near tie
            assert found[0] == expected[0]


def test_stock_writes_as_many_tokens_as_it_is_asked_to(tmp_path: Path) -> None:
    torch.manual_seed(3)
    save(tmp_path, LlamaForCausalLM(LlamaConfig(**SHAPE)))
    exact = StockTransformers(tmp_path, "float32", 1)
    turn = exact.turn(PROMPT, NEW)
    assert turn.new_tokens == NEW
    assert 0 < turn.first_s < turn.total_s
    assert turn.writing > 0
    coarse = StockTransformers(tmp_path, "float32", 1, "Q4_0")
    assert exact.losses([PROMPT]) != coarse.losses([PROMPT])
    assert len(coarse.losses([PROMPT, PROMPT])) == 2 * (len(PROMPT) - 1)


def test_a_head_keeps_eight_bits_and_vectors_all() -> None:
    assert block_kind("model.embed_tokens.weight", (96, 64), "Q4_0") == "Q8_0"
    assert block_kind("model.norm.weight", (64,), "Q4_0") == "F32"
    assert block_kind("model.layers.0.mlp.up_proj.weight", (96, 64), "Q4_1") == "Q4_1"
    assert block_kind("model.layers.0.mlp.up_proj.weight", (96, 50), "Q4_1") == "F16"


def test_rounding_costs_less_with_more_bits() -> None:
    values = torch.randn(8, 64).numpy()
    key = "model.layers.0.mlp.up_proj.weight"
    errors = [abs(rounded(key, values, kind) - values).max() for kind in ("Q4_0", "Q8_0", "F32")]
    assert errors[0] > errors[1] > errors[2] == 0


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"model_type": "gpt2"}, "gpt2"),
        ({"model_type": "llama", "rope_parameters": {"rope_type": "llama3"}}, "llama3"),
        ({"model_type": "mistral", "sliding_window": 512}, "slides"),
        ({"model_type": "llama"}, "tokenizer.json"),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_reason(
    tmp_path: Path, config: dict[str, Any], word: str
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert word in why_not(tmp_path)


def test_prompts_have_the_length_and_begin_differently(tmp_path: Path) -> None:
    byte_tokenizer().save_pretrained(tmp_path)
    prompts = Prompts(tmp_path)
    found = [prompts.prompt(200, number) for number in range(3)]
    assert all(abs(len(each.ids) - 200) <= 4 for each in found)
    assert len({each.ids[0] for each in found}) == 3
    held_out = "".join(window.text for window in prompts.windows(1500))
    assert held_out
    assert held_out[:200] not in prompts.prompt(4000, 1).text
