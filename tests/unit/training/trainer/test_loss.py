"""The loss in place is torch's, and packs give the losses and gradients of rows alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from desktop_llm.training.data.types import Example
from desktop_llm.training.tasks.padded import padded_loss, padded_tokens
from desktop_llm.training.tasks.task import IGNORED, Tokenised
from desktop_llm.training.trainer.loss import fits, packed_loss, summed_cross_entropy
from desktop_llm.training.trainer.packing import pack
from tests.unit.engine.tiny_models import tiny_model


def rows() -> list[Tokenised]:
    """Five rows that begin alike; the last tokens are trained."""
    made = []
    for number in range(5):
        ids = (1, 2, 3, 4, *range(10 + number, 16 + 3 * number))
        made.append(Tokenised(ids, (IGNORED,) * 5 + ids[5:], len(ids), Example()))
    return made


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_loss_and_gradient_are_those_of_torch(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    logits = (torch.randn(21, 50) * 5).to(dtype)
    targets = torch.randint(50, (21,))
    ours, theirs = logits.clone().requires_grad_(), logits.float().requires_grad_()
    loss = summed_cross_entropy(ours * 1, targets)
    (loss / 21).backward()
    expected = cross_entropy(theirs, targets, reduction="sum")
    (expected / 21).backward()
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, expected)
    loose = {"rtol": 0.02, "atol": 1e-4} if dtype == torch.bfloat16 else {}
    torch.testing.assert_close(ours.grad.float(), theirs.grad, **loose)  # type: ignore[union-attr, arg-type]


def test_a_hopeless_prediction_has_a_finite_loss() -> None:
    logits = torch.tensor([[0.0, 1e4]])
    assert summed_cross_entropy(logits, torch.tensor([0])).item() == 1e4


def test_a_broken_number_is_not_hidden() -> None:
    logits = torch.tensor([[0.0, float("nan")]])
    assert summed_cross_entropy(logits, torch.tensor([0])).isnan()


@pytest.mark.parametrize("kind", ["llama", "qwen2", "gpt2"])
@pytest.mark.parametrize("limit", [20, 512])
def test_packed_rows_give_the_loss_and_the_gradients_of_padded_ones(kind: str, limit: int) -> None:
    model = tiny_model(kind)
    expected, count = padded_loss(model, padded_tokens(rows(), 0))
    expected.backward()
    gradients = {name: weight.grad.clone() for name, weight in model.named_parameters()}
    model.zero_grad()
    total, counted = 0.0, 0
    for batch in pack(rows(), limit):
        loss, number = packed_loss(model, batch)
        loss.backward()
        total, counted = total + loss.item(), counted + number
    assert counted == count
    assert total == pytest.approx(expected.item(), rel=1e-5)
    for name, weight in model.named_parameters():
        torch.testing.assert_close(weight.grad, gradients[name], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", ["llama", "qwen2", "gpt2"])
def test_usual_models_take_packs(kind: str) -> None:
    model = tiny_model(kind).train()
    assert fits(model)
    assert model.training


def test_a_model_that_sees_less_than_a_pack_takes_none() -> None:
    assert not fits(tiny_model("gemma3", sliding_window=8))
    assert fits(tiny_model("gemma3", sliding_window=600))


def test_a_model_that_ignores_the_mask_takes_none() -> None:
    model = tiny_model()
    forward = model.forward

    def without_mask(**inputs: Any) -> Any:
        return forward(**{**inputs, "attention_mask": None, "position_ids": None})

    model.forward = without_mask
    assert not fits(model)


def test_a_model_without_a_choice_of_positions_takes_none() -> None:
    model = tiny_model()
    forward = model.forward
    model.forward = lambda input_ids, use_cache=False: forward(input_ids)
    assert not fits(model)
