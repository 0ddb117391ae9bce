"""Batches with padding: right for every architecture, and what packed ones are measured by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from desktop_llm.training.tasks.task import IGNORED, Batch, Tokenised


def padded_inputs(rows: Sequence[Tokenised], pad_id: int | None) -> Batch:
    """`input_ids` and `attention_mask` [rows, tokens of the longest], filled up on the right."""
    width = max(len(row.ids) for row in rows)
    ids = torch.full((len(rows), width), pad_id or 0)
    mask = torch.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = torch.tensor(row.ids)
        mask[number, : len(row.ids)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def padded_tokens(rows: Sequence[Tokenised], pad_id: int | None) -> Batch:
    """`padded_inputs`, and `labels` of the same shape, IGNORED where nothing is learned."""
    batch = padded_inputs(rows, pad_id)
    labels = torch.full_like(batch["input_ids"], IGNORED)
    for number, row in enumerate(rows):
        labels[number, : len(row.labels)] = torch.tensor(row.labels)
    return {**batch, "labels": labels}


def padded_loss(model: Any, batch: Batch) -> tuple[torch.Tensor, int]:
    """The summed loss (nats) of the labels of a `padded_tokens` batch, and how many there are.

    Each label is predicted at the place before it; the first of a row is predicted by nothing.
    """
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    targets = batch["labels"][:, 1:]
    learned = targets != IGNORED
    total = cross_entropy(logits[:, :-1][learned].float(), targets[learned], reduction="sum")
    return total, int(learned.sum())
