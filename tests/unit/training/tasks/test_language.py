from __future__ import annotations

import pytest
import torch

from desktop_llm.training.data.types import Example
from desktop_llm.training.tasks.task import IGNORED, Tokenised, get_task
from desktop_llm.training.trainer.packing import pack
from tests.unit.engine.tiny_models import byte_tokenizer, tiny_model


def rows() -> list[Tokenised]:
    """Three rows of different lengths that begin alike; the beginning is not in the loss."""
    made = []
    for length in (9, 4, 14):
        ids = (5, 6, 7, *range(20, 20 + length))
        made.append(Tokenised(ids, (IGNORED,) * 4 + ids[4:], len(ids), Example()))
    return made


@pytest.mark.parametrize("kind", ["llama", "qwen2", "gpt2"])
def test_a_padded_batch_loses_what_its_rows_lose_alone(kind: str) -> None:
    task, tokenizer, model = get_task("sft"), byte_tokenizer(), tiny_model(kind)
    total, count = task.loss(model, task.collate(rows(), tokenizer))
    alone = [task.loss(model, task.collate([row], tokenizer)) for row in rows()]
    assert count == sum(number for _, number in alone) == 8 + 3 + 13
    assert total.item() == pytest.approx(sum(loss.item() for loss, _ in alone), rel=1e-5)


def test_the_loss_is_that_of_the_library() -> None:
    task, model = get_task("pretrain"), tiny_model()
    batch = task.collate(rows()[:1], byte_tokenizer())
    total, count = task.loss(model, batch)
    theirs = model(input_ids=batch["input_ids"], labels=batch["labels"]).loss
    assert total.item() / count == pytest.approx(theirs.item(), rel=1e-5)


def test_a_pack_is_taken_too() -> None:
    task, model = get_task("sft"), tiny_model()
    total, count = task.loss(model, task.collate(rows(), byte_tokenizer()))
    (packed,) = pack(rows())
    packed_total, packed_count = task.loss(model, packed)
    assert packed_count == count
    assert packed_total.item() == pytest.approx(total.item(), rel=1e-4)


def test_the_loss_can_be_learned_from_and_judging_leaves_no_trace() -> None:
    task, model = get_task("sft"), tiny_model()
    batch = task.collate(rows(), byte_tokenizer())
    judged = task.judge(model, batch)
    assert all(parameter.grad is None for parameter in model.parameters())
    total, count = task.loss(model, batch)
    total.backward()
    assert judged.count == count
    assert judged.total == pytest.approx(total.item(), rel=1e-5)
    assert any(torch.any(parameter.grad != 0) for parameter in model.parameters())
    assert task.metrics([judged]) == {}
