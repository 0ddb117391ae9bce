from __future__ import annotations

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.training.data.split import split
from desktop_llm.training.data.types import Example
from desktop_llm.training.job import DataFile, DataSpec


def rows(texts, labels=None):
    labels = labels or [None] * len(texts)
    return [
        Example(text=t, label=label, line=i)
        for i, (t, label) in enumerate(zip(texts, labels, strict=True))
    ]


def spec(**options):
    return DataSpec((DataFile(Path("x")),), **options)


@given(
    texts=st.lists(st.sampled_from("abcdefghij"), max_size=40),
    fraction=st.floats(0, 1.5),
    seed=st.integers(0, 99),
)
def test_every_row_is_in_one_part_and_identical_rows_in_the_same(texts, fraction, seed):
    examples = rows(texts)
    train, held_out = split(examples, spec(eval_fraction=fraction, seed=seed), "pretrain")
    assert sorted(e.line for e in train + held_out) == list(range(len(texts)))
    assert not {e.text for e in train} & {e.text for e in held_out}
    if len(set(texts)) > 1:
        assert train
        assert held_out


def test_the_share_is_as_asked_and_the_order_stays():
    train, held_out = split(rows([str(i) for i in range(100)]), spec(eval_fraction=0.2), "sft")
    assert (len(train), len(held_out)) == (80, 20)
    assert [e.line for e in held_out] == sorted(e.line for e in held_out)


def test_the_seed_decides():
    examples = rows([str(i) for i in range(100)])
    one, same, other = (split(examples, spec(seed=seed), "sft") for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_labels_have_the_same_share_in_both_parts():
    labels = ["a"] * 70 + ["b"] * 20 + ["c"] * 10
    examples = rows([str(i) for i in range(100)], labels)
    train, held_out = split(examples, spec(eval_fraction=0.1), "classify")
    assert Counter(e.label for e in held_out) == {"a": 7, "b": 2, "c": 1}
    assert Counter(e.label for e in train) == {"a": 63, "b": 18, "c": 9}


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz")), max_size=30))
def test_no_label_is_held_out_altogether(pairs):
    examples = rows([text for text, _ in pairs], [label for _, label in pairs])
    train, held_out = split(examples, spec(eval_fraction=0.5), "classify")
    assert {e.label for e in held_out} <= {e.label for e in train}
    assert len(train) + len(held_out) == len(pairs)


def test_evaluation_files_are_the_evaluation_part():
    own = [Example(text="z", held_out=True), Example(text="a", held_out=True)]
    files = (DataFile(Path("e")),)
    train, held_out = split([*rows("abc"), *own], spec(eval_files=files), "pretrain")
    assert [e.text for e in train] == ["a", "b", "c"]
    assert held_out == own


def test_max_rows_takes_some_of_the_shuffled_rows():
    examples = rows([str(i) for i in range(100)])
    train, held_out = split(examples, spec(max_rows=20), "sft")
    assert (len(train), len(held_out)) == (18, 2)
    assert [e.line for e in train] != list(range(18))
