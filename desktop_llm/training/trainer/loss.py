"""The loss of a packed batch, computed in the memory of its logits; and whether packs are right."""

from __future__ import annotations

import logging
from typing import Any

import torch
from torch import Tensor

from desktop_llm.training.data.types import Example
from desktop_llm.training.tasks.task import IGNORED, Tokenised
from desktop_llm.training.trainer.packing import MAX_TOKENS, PackedBatch, pack

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 8
"""Logits of so many positions stay in a core's cache from the first pass to the last."""

TOLERANCE = 1e-3


def packed_loss(model: Any, batch: PackedBatch) -> tuple[Tensor, int]:
    """The sum of the losses (nats) of a pack's trained tokens, and how many these are."""
    rest = {name: batch[name] for name in ("attention_mask",) if name in batch}
    logits = model(
        input_ids=batch["input_ids"],
        position_ids=batch["position_ids"],
        logits_to_keep=batch["keep"],
        use_cache=False,
        **rest,
    ).logits
    # not logits[0]: its gradient would be a copy in a tensor of zeros
    return summed_cross_entropy(logits.flatten(0, 1), batch["targets"]), len(batch["targets"])


def summed_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The summed loss (float32) of `logits` [N, V] for `targets` [N]; it uses them up.

    Their memory holds the gradient afterwards: most of the time goes into moving such large
    tensors, and this moves them twice where torch moves them five times.
    """
    loss: Tensor = _SummedCrossEntropy.apply(logits, targets)  # type: ignore[no-untyped-call]
    return loss


class _SummedCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: Tensor) -> Tensor:
        total = logits.new_zeros((), dtype=torch.float32)
        for start in range(0, len(targets), ROWS_AT_ONCE):
            part = logits[start : start + ROWS_AT_ONCE]
            places = targets[start : start + ROWS_AT_ONCE, None]
            values = part.float()  # in float32 no copy
            picked = values.gather(1, places)
            largest = values.amax(1, keepdim=True)
            values.sub_(largest).exp_()
            sums = values.sum(1, keepdim=True)
            total += (sums.log() + largest - picked).sum()
            values.div_(sums).scatter_add_(1, places, torch.full_like(picked, -1))
            if values is not part:
                part.copy_(values)
        ctx.save_for_backward(logits)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = ctx.saved_tensors
        return gradient.mul_(gradients[0]), None


@torch.no_grad()
def fits(model: Any, max_tokens: int = MAX_TOKENS) -> bool:
    """Whether packed rows give this model's own losses; to be asked once per run.

    Not for architectures with a window shorter than a pack, with masks or states of their own, or
    without `logits_to_keep`: these get padded rows.
    """
    config = model.config.get_text_config()
    windows = (getattr(config, name, None) for name in ("sliding_window", "attention_chunk_size"))
    if any(window and window < max_tokens for window in windows):
        return False
    training = model.training
    model.eval()
    try:
        return _agrees(model, config.vocab_size)
    except Exception:  # foreign architectures: they may raise anything for a mask they do not know
        log.info("packed rows are not for this model", exc_info=True)
        return False
    finally:
        model.train(training)


def _agrees(model: Any, vocabulary: int) -> bool:
    """Compare rows that begin alike, alone and packed."""
    device = next(model.parameters()).device
    chosen = torch.Generator().manual_seed(0)
    beginning = tuple(torch.randint(vocabulary, (5,), generator=chosen).tolist())
    rows = []
    for length in (12, 7, 9):
        ids = beginning + tuple(torch.randint(vocabulary, (length,), generator=chosen).tolist())
        rows.append(Tokenised(ids, (IGNORED,) * 6 + ids[6:], len(ids), Example()))
    expected = 0.0
    for row in rows:
        logits = model(input_ids=torch.tensor([row.ids], device=device), use_cache=False).logits[0]
        targets = torch.tensor(row.ids[6:], device=device)
        expected += float(
            torch.nn.functional.cross_entropy(logits[5:-1].float(), targets, reduction="sum")
        )
    found = 0.0
    for batch in pack(rows):
        found += float(
            packed_loss(model, {name: each.to(device) for name, each in batch.items()})[0]
        )
    return abs(found - expected) <= TOLERANCE * expected
