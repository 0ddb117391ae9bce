from __future__ import annotations

import pytest
import torch

from desktop_llm.training.data.types import Example
from desktop_llm.training.tasks.task import Judged, get_task, labels_of
from tests.unit.training.tasks.tiny_encoder import word_tokenizer

LABELS = ("bad", "good")


def row(text: str, label: str | None = "good") -> Example:
    return Example(text=text, label=label)


def test_labels_are_sorted() -> None:
    assert labels_of([row("x", "good"), row("y", "bad"), row("z", "good")]) == LABELS


def test_a_text_gets_its_marks_and_the_number_of_its_label() -> None:
    (made,) = get_task("classify", LABELS).tokenise(word_tokenizer(), row("a good film"), 32)
    assert word_tokenizer().convert_ids_to_tokens(made.ids) == [
        "[CLS]",
        "a",
        "good",
        "film",
        "[SEP]",
    ]
    assert made.labels == (1,)


def test_a_text_is_cut_before_its_last_mark() -> None:
    (made,) = get_task("classify", LABELS).tokenise(word_tokenizer(), row("a very good film"), 4)
    assert word_tokenizer().convert_ids_to_tokens(made.ids) == ["[CLS]", "a", "very", "[SEP]"]
    assert made.length_before_cut == 6


def test_marks_that_are_written_in_a_text_are_text() -> None:
    (made,) = get_task("classify", LABELS).tokenise(word_tokenizer(), row("a [SEP] film [CLS]"), 32)
    names = word_tokenizer().convert_ids_to_tokens(made.ids)
    assert (names.count("[SEP]"), names.count("[CLS]")) == (1, 1)


@pytest.mark.parametrize("label", ["unheard of", None])
def test_a_row_with_a_label_that_is_not_known_is_left_out(label: str | None) -> None:
    assert get_task("classify", LABELS).tokenise(word_tokenizer(), row("a", label), 32) == []


def test_the_preview_shows_what_is_cut_and_the_label() -> None:
    shown = get_task("classify").preview(word_tokenizer(), row("a very good film"), 4)
    assert [(token.text.strip(), token.state) for token in shown.tokens] == [
        ("[CLS]", "ignored"),
        ("a", "ignored"),
        ("very", "ignored"),
        ("good", "cut"),
        ("film", "cut"),
        ("[SEP]", "ignored"),
    ]
    assert shown.label == "good"
    assert shown.stop_learned is None


def test_a_batch_is_padded_and_has_a_label_for_each_row() -> None:
    task = get_task("classify", LABELS)
    rows = [*task.tokenise_all(word_tokenizer(), [row("a"), row("a very bad film", "bad")], 32)]
    batch = task.collate(rows, word_tokenizer())
    assert batch["labels"].tolist() == [1, 0]
    assert batch["attention_mask"].sum(1).tolist() == [3, 6]
    assert batch["input_ids"][0].tolist() == [2, 7, 3, 0, 0, 0]


def test_accuracy_and_macro_f1_are_those_of_the_definition() -> None:
    judged = [Judged(1.0, 2, (0, 0), (0, 1)), Judged(1.0, 2, (0, 1), (0, 1))]
    metrics = get_task("classify", LABELS).metrics(judged)
    assert metrics["accuracy"] == 0.75
    assert metrics["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)


def test_nothing_judged_gives_no_figures() -> None:
    assert get_task("classify", LABELS).metrics([]) == {}


class Sure(torch.nn.Module):
    """Says with certainty the class that the first token names."""

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> object:
        logits = torch.nn.functional.one_hot(input_ids[:, 1] % 2, 2) * 100.0
        return type("Output", (), {"logits": logits})


def test_the_loss_is_a_sum_over_rows() -> None:
    task = get_task("classify", LABELS)
    rows = [*task.tokenise_all(word_tokenizer(), [row("bad"), row("bad", "bad"), row("bad")], 32)]
    total, count = task.loss(Sure(), task.collate(rows, word_tokenizer()))
    assert count == 3
    assert float(total) == pytest.approx(100.0)
    judged = task.judge(Sure(), task.collate(rows, word_tokenizer()))
    assert (judged.predicted, judged.expected) == ((1, 1, 1), (1, 0, 1))
