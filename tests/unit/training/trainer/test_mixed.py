"""Frozen weights in bfloat16: the adapter is still added, trained and saved in float32."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model

from desktop_llm.training.trainer.lora_product import quicken_adapters
from desktop_llm.training.trainer.mixed import HalfLinear, use_half_weights
from tests.unit.engine.tiny_models import tiny_model

IDS = torch.arange(3, 20)[None]


def adapted(kind: str = "llama", **changes: Any) -> Any:
    """A tiny model with an adapter that does something."""
    model = get_peft_model(
        tiny_model(kind), LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", **changes)
    )
    torch.manual_seed(1)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            weight.data.normal_(0, 0.05)
    return model


def gradients(model: Any) -> dict[str, torch.Tensor]:
    model.zero_grad()
    model(input_ids=IDS, labels=IDS).loss.backward()
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def test_the_frozen_layers_alone_are_halved() -> None:
    model = adapted()
    assert use_half_weights(model) == 15
    layer = model.base_model.model.model.layers[0].mlp.up_proj
    assert isinstance(layer.base_layer, HalfLinear)
    assert layer.base_layer.weight.dtype == torch.bfloat16
    assert layer.lora_A["default"].weight.dtype == torch.float32
    assert {p.dtype for p in model.parameters() if p.requires_grad} == {torch.float32}


def test_the_results_are_near_and_the_gradients_float32() -> None:
    model = adapted()
    exact, logits = gradients(model), model(input_ids=IDS).logits
    use_half_weights(model)
    rounded = gradients(model)
    assert model(input_ids=IDS).logits.dtype == torch.float32
    torch.testing.assert_close(model(input_ids=IDS).logits, logits, rtol=0.1, atol=0.1)
    for name, gradient in exact.items():
        assert rounded[name].dtype == torch.float32
        assert (rounded[name] - gradient).norm() < 0.1 * gradient.norm()


def test_a_share_too_small_for_bfloat16_is_not_lost() -> None:
    model = adapted()
    layer = model.base_model.model.model.layers[0].mlp.up_proj
    use_half_weights(model)
    values = torch.randn(1, 5, 32)
    share = layer.lora_B["default"](layer.lora_A["default"](values)) * layer.scaling["default"]
    layer.lora_B["default"].weight.data *= 1e-4
    torch.testing.assert_close(
        (layer(values) - layer.base_layer(values)) * 1e4, share, rtol=0.1, atol=0.05
    )


def test_an_embedding_that_is_also_the_head_stays_as_it_is() -> None:
    model = tiny_model(tie_word_embeddings=True).requires_grad_(False)
    use_half_weights(model)
    assert model.lm_head.weight.dtype == torch.bfloat16
    assert model.model.embed_tokens.weight.dtype == torch.float32


def test_the_adapter_is_saved_as_ever(tmp_path: Path) -> None:
    model = adapted()
    expected = model(input_ids=IDS).logits
    use_half_weights(model)
    quicken_adapters(model)
    model.save_pretrained(tmp_path)
    loaded = PeftModel.from_pretrained(
        tiny_model(), str(tmp_path), trust_remote_code=False, local_files_only=True
    )
    torch.testing.assert_close(loaded(input_ids=IDS).logits, expected)


def test_a_merge_still_works() -> None:
    model = adapted()
    expected = model(input_ids=IDS).logits
    quicken_adapters(model)
    torch.testing.assert_close(
        model.merge_and_unload()(input_ids=IDS).logits, expected, rtol=1e-3, atol=1e-4
    )


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_quick_adapters_give_the_logits_and_gradients_of_peft(kind: str) -> None:
    model = adapted(kind)
    expected, logits = gradients(model), model(input_ids=IDS).logits
    assert quicken_adapters(model) == 14
    torch.testing.assert_close(model(input_ids=IDS).logits, logits)
    for name, gradient in gradients(model).items():
        torch.testing.assert_close(gradient, expected[name], rtol=1e-3, atol=1e-5)


def test_quick_adapters_can_be_switched_off_and_dropped_out() -> None:
    model = adapted(lora_dropout=0.5)
    quicken_adapters(model)
    torch.testing.assert_close(model.eval()(input_ids=IDS).logits, adapted()(input_ids=IDS).logits)
    with model.disable_adapter():
        plain = model(input_ids=IDS).logits
    torch.testing.assert_close(plain, tiny_model()(input_ids=IDS).logits)
    model.train()
    assert not torch.equal(model(input_ids=IDS).logits, model(input_ids=IDS).logits)
