"""Rows of an optimizer step in few sequences without padding: same losses, less to compute.

A pack is one sequence. What its rows begin with in common (a system prompt) is written once; a
mask lets every row see that beginning and itself, and only the positions whose next token is
trained meet the output head. Per row the model computes exactly what it would compute alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from desktop_llm.training.tasks.task import IGNORED, Tokenised

PackedBatch = dict[str, torch.Tensor]
"""`input_ids`, `position_ids` [1, T]; `attention_mask` bool [1, 1, T, T], absent for a single row
(causal attention alone is quicker); `keep` [K]: positions that predict; `targets` [K]."""

MAX_TOKENS = 512
"""Measured: the square mask costs a fifth at 1,000 tokens, and products gain nothing beyond."""


def pack(rows: Sequence[Tokenised], max_tokens: int = MAX_TOKENS) -> list[PackedBatch]:
    """The rows in packs of at most `max_tokens`; a longer row is a pack of its own.

    Rows without a trained token are left out. The longest rows come first, so that the first
    pack of a run already needs the most memory.
    """
    packs: list[list[Tokenised]] = []
    trained = [row for row in rows if any(label != IGNORED for label in row.labels[1:])]
    for row in sorted(trained, key=lambda row: -len(row.ids)):
        place = next((each for each in packs if _size([*each, row]) <= max_tokens), None)
        if place is None:
            packs.append([row])
        else:
            place.append(row)
    return [_write(rows) for rows in packs]


def length_groups(rows: Sequence[Tokenised], max_tokens: int) -> list[list[Tokenised]]:
    """The rows of a step as micro-batches of similar length, to be padded one by one.

    None takes more than `max_tokens` with its padding, unless it is a single row. For models
    that do not take packs; the gradient of the step stays the same.
    """
    groups: list[list[Tokenised]] = []
    for row in sorted(rows, key=lambda row: -len(row.ids)):
        if groups and len(groups[-1][0].ids) * (len(groups[-1]) + 1) <= max_tokens:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _size(rows: Sequence[Tokenised]) -> int:
    shared = _shared(rows)
    return shared + sum(len(row.ids) - shared for row in rows)


def _shared(rows: Sequence[Tokenised]) -> int:
    """How many tokens all rows begin with."""
    first, *others = (row.ids for row in rows)
    shortest = min(len(row.ids) for row in rows)
    if not others:
        return 0
    for place in range(shortest):
        if any(ids[place] != first[place] for ids in others):
            return place
    return shortest


def _write(rows: Sequence[Tokenised]) -> PackedBatch:
    shared = _shared(rows)
    ids, positions, owners = list(rows[0].ids[:shared]), list(range(shared)), [-1] * shared
    keep: list[int] = []
    targets: list[int] = []
    for number, row in enumerate(rows):
        offset = len(ids) - shared  # of this row's own part; its beginning is where it is
        ids += row.ids[shared:]
        positions += range(shared, len(row.ids))
        owners += [number] * (len(row.ids) - shared)
        for place, label in enumerate(row.labels[1:]):
            if label != IGNORED:
                keep.append(place if place < shared else offset + place)
                targets.append(label)
    batch = {
        "input_ids": torch.tensor([ids]),
        "position_ids": torch.tensor([positions]),
        "keep": torch.tensor(keep),
        "targets": torch.tensor(targets),
    }
    if len(rows) > 1:
        batch["attention_mask"] = _mask(torch.tensor(owners))
    return batch


def _mask(owners: torch.Tensor) -> torch.Tensor:
    """What each position [T] may see: what came before, of its own row or of the beginning (-1)."""
    order = torch.arange(len(owners))
    visible = (owners[:, None] == owners) | (owners == -1)
    return (visible & (order[:, None] >= order))[None, None]
