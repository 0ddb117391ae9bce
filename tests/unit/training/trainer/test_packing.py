"""Packs hold the rows of a step, keep them apart, and waste nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.training.data.types import Example
from desktop_llm.training.tasks.task import IGNORED, Tokenised
from desktop_llm.training.trainer.packing import PackedBatch, length_groups, pack


def row(ids: list[int], trained: int) -> Tokenised:
    """A row whose last `trained` tokens are in the loss."""
    labels = [IGNORED] * (len(ids) - trained) + ids[len(ids) - trained :]
    return Tokenised(tuple(ids), tuple(labels), len(ids), Example())


ROWS = st.lists(
    st.lists(st.integers(0, 3), min_size=2, max_size=12).flatmap(
        lambda ids: st.integers(1, len(ids) - 1).map(lambda trained: row(ids, trained))
    ),
    min_size=1,
    max_size=8,
)


def predictions(batch: PackedBatch) -> list[tuple[tuple[int, ...], int]]:
    """For each target, the tokens that its position sees, in order of their positions."""
    size = batch["input_ids"].shape[1]
    found = []
    for place, target in zip(batch["keep"].tolist(), batch["targets"].tolist(), strict=True):
        visible = [
            other
            for other in range(size)
            if ("attention_mask" not in batch and other <= place)
            or ("attention_mask" in batch and batch["attention_mask"][0, 0, place, other])
        ]
        positions = batch["position_ids"][0, visible].tolist()
        assert positions == list(range(len(visible)))
        found.append((tuple(batch["input_ids"][0, visible].tolist()), target))
    return found


def wanted(rows: list[Tokenised]) -> list[tuple[tuple[int, ...], int]]:
    return [
        (row.ids[:place], label)
        for row in rows
        for place, label in enumerate(row.labels)
        if place and label != IGNORED
    ]


@given(ROWS, st.integers(1, 40))
def test_every_trained_token_is_predicted_from_exactly_what_its_row_says_before_it(
    rows: list[Tokenised], limit: int
) -> None:
    found = [pair for batch in pack(rows, limit) for pair in predictions(batch)]
    assert sorted(found) == sorted(wanted(rows))


@given(ROWS, st.integers(1, 40))
def test_only_a_single_row_is_longer_than_the_limit(rows: list[Tokenised], limit: int) -> None:
    for batch in pack(rows, limit):
        assert batch["input_ids"].shape[1] <= limit or "attention_mask" not in batch


def test_what_all_rows_begin_with_is_written_once() -> None:
    rows = [row([1, 2, 3, 4, 5], 1), row([1, 2, 3, 6, 7, 8], 2)]
    (batch,) = pack(rows)
    assert batch["input_ids"].tolist() == [[1, 2, 3, 6, 7, 8, 4, 5]]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 3, 4, 5, 3, 4]]


def test_equal_rows_count_twice() -> None:
    (batch,) = pack([row([1, 2, 3], 2), row([1, 2, 3], 2)])
    assert batch["input_ids"].tolist() == [[1, 2, 3]]
    assert batch["targets"].tolist() == [2, 3, 2, 3]


def test_a_row_alone_needs_no_mask() -> None:
    (batch,) = pack([row([1, 2, 3], 2)])
    assert "attention_mask" not in batch


def test_rows_without_a_trained_token_are_left_out() -> None:
    assert pack([row([1, 2, 3], 0)]) == []


def test_groups_of_similar_length_keep_the_limit_and_lose_no_row() -> None:
    rows = [row(list(range(1, length + 1)), 1) for length in (3, 20, 4, 18, 3, 50)]
    groups = length_groups(rows, 40)
    lengths = [[len(row.ids) for row in group] for group in groups]
    assert lengths == [[50], [20, 18], [4, 3, 3]]
