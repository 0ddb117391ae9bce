"""Encoders without their padding say and learn the same."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from desktop_llm.training.trainer.unpadded import leave_out_padding
from tests.unit.engine.tiny_models import tiny_model

SIZES = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 40,
}


def encoder(kind: str) -> Any:
    torch.manual_seed(0)
    if kind == "distilbert":
        small = {"vocab_size": 50, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 24}
        return DistilBertForSequenceClassification(
            DistilBertConfig(**small, max_position_embeddings=40)
        ).eval()
    config, model = {
        "bert": (BertConfig, BertForSequenceClassification),
        "roberta": (RobertaConfig, RobertaForSequenceClassification),
        "deberta": (DebertaV2Config, DebertaV2ForSequenceClassification),
    }[kind]
    return model(config(**SIZES)).eval()


def batch(lengths: tuple[int, ...] = (5, 12, 3, 9)) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()
    ids = torch.randint(5, 50, mask.shape, generator=generator) * mask + (1 - mask)
    return {"input_ids": ids, "attention_mask": mask}


def gradients(model: Any) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    model.zero_grad()
    output = model(**batch(), labels=torch.tensor([0, 1, 1, 0]))
    output.loss.backward()
    found = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    return output.logits.detach(), found


@pytest.mark.parametrize("kind", ["bert", "roberta", "distilbert"])
def test_logits_and_gradients_stay_the_same(kind: str) -> None:
    model = encoder(kind)
    logits, expected = gradients(model)
    assert leave_out_padding(model)
    found, after = gradients(model)
    torch.testing.assert_close(found, logits)
    assert after.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(after[name], gradient, rtol=1e-3, atol=1e-6)


def test_the_encoder_computes_no_padding() -> None:
    model = encoder("bert")
    leave_out_padding(model)
    seen = []
    layer = model.bert.encoder.layer[0]
    layer.register_forward_pre_hook(lambda module, arguments: seen.append(arguments[0].shape))
    model(**batch())
    assert seen == [(1, 29, 16)]


def test_batches_without_padding_and_without_a_mask_go_as_ever() -> None:
    model, plain = encoder("bert"), encoder("bert")
    leave_out_padding(model)
    for inputs in (batch((6, 6)), {"input_ids": batch()["input_ids"]}):
        torch.testing.assert_close(model(**inputs).logits, plain(**inputs).logits)


def test_an_interrupted_pass_leaves_nothing_behind() -> None:
    model, plain = encoder("bert"), encoder("bert")
    leave_out_padding(model)
    stop = model.bert.encoder.layer[1].register_forward_pre_hook(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        model(**batch())
    stop.remove()
    inputs = batch((6, 6))
    torch.testing.assert_close(model(**inputs).logits, plain(**inputs).logits)


@pytest.mark.parametrize("model", [encoder("deberta"), tiny_model()], ids=["deberta", "llama"])
def test_other_architectures_stay_as_they_are(model: Any) -> None:
    before = dict(model.named_modules()), model.config._attn_implementation
    assert not leave_out_padding(model)
    assert (dict(model.named_modules()), model.config._attn_implementation) == before
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model.modules())


def test_the_saved_settings_know_nothing_of_it() -> None:
    model = encoder("bert")
    leave_out_padding(model)
    assert "unpadded" not in model.config.to_json_string()


def test_random_numbers_of_the_caller_are_not_used_up() -> None:
    model = encoder("bert")
    torch.manual_seed(5)
    leave_out_padding(model)
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))
