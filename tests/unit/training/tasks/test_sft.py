from __future__ import annotations

import pytest

from desktop_llm.core.generation import ChatMessage
from desktop_llm.engine.errors import TemplateFailed
from desktop_llm.training.data.types import Example
from desktop_llm.training.tasks.task import IGNORED, get_task
from tests.unit.engine.tiny_models import END, START, TEMPLATE, byte_tokenizer

NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}" + TEMPLATE
)


def dialogue(question: str, answer: str, system: str = "") -> Example:
    turns = (ChatMessage("user", question), ChatMessage("assistant", answer))
    return Example(messages=(ChatMessage("system", system), *turns) if system else turns, line=7)


def test_a_row_is_cut_at_its_end() -> None:
    task, tokenizer = get_task("sft"), byte_tokenizer()
    (whole,) = task.tokenise(tokenizer, dialogue("hi", "hello world"), 100)
    (cut,) = task.tokenise(tokenizer, dialogue("hi", "hello world"), len(whole.ids) - 2)
    assert cut.ids == whole.ids[:-2]
    assert cut.labels == whole.labels[:-2]
    assert cut.length_before_cut == whole.length_before_cut == len(whole.ids)


def test_a_row_whose_answer_is_cut_off_is_dropped_and_measured() -> None:
    task, tokenizer = get_task("sft"), byte_tokenizer()
    row = dialogue("hi " * 50, "hello")
    assert task.tokenise(tokenizer, row, 20) == []
    (measured,) = task.measure(tokenizer, row, 20)
    assert measured.length > 20
    assert measured.trained == 0
    assert measured.stop_learned is False


def test_no_row_is_longer_than_the_model_can_read() -> None:
    tokenizer = byte_tokenizer()
    tokenizer.model_max_length = 30
    (row,) = get_task("sft").tokenise(tokenizer, dialogue("hi", "hello " * 50), 512)
    assert len(row.ids) == 30


def test_the_preview_colours_what_is_learned_ignored_and_cut() -> None:
    task, tokenizer = get_task("sft"), byte_tokenizer()
    (row,) = task.tokenise(tokenizer, dialogue("hi", "hello"), 100)
    shown = task.preview(tokenizer, dialogue("hi", "hello"), len(row.ids) - 1)
    by_state = {
        state: "".join(token.text for token in shown.tokens if token.state == state)
        for state in ("ignored", "trained", "cut")
    }
    assert by_state["ignored"] == f"{START}user\nhi{END}\n{START}assistant\n"
    assert (by_state["trained"], by_state["cut"]) == ("hello", END)
    assert shown.stop_learned is False
    assert (shown.line, shown.label) == (7, "")
    assert {token.text for token in shown.tokens if token.special} == {START, END}


def test_the_preview_and_the_training_row_agree() -> None:
    task, tokenizer = get_task("sft"), byte_tokenizer()
    example = dialogue("hi", "the quick brown fox " * 10)
    (row,) = task.tokenise(tokenizer, example, 60)
    shown = task.preview(tokenizer, example, 60).tokens
    kept = [token for token in shown if token.state != "cut"]
    assert tuple(token.id for token in kept) == row.ids
    assert [token.state == "trained" for token in kept] == [
        label != IGNORED for label in row.labels
    ]


def test_a_character_of_several_tokens_is_shown_once() -> None:
    shown = get_task("sft").preview(byte_tokenizer(), dialogue("hi", "你好"), 100)
    answer = [token for token in shown.tokens if token.state == "trained" and not token.special]
    assert "".join(token.text for token in answer) == "你好"
    assert len(answer) > 2


def test_conversations_that_the_template_refuses_are_left_out() -> None:
    rows = [dialogue("hi", "hello"), dialogue("hi", "hello", system="be kind")]
    made = list(get_task("sft").tokenise_all(byte_tokenizer(NO_SYSTEM), rows, 100))
    assert [row.row for row in made] == rows[:1]


def test_a_template_that_refuses_everything_is_told() -> None:
    rows = [dialogue("hi", "hello", system="be kind")] * 2
    with pytest.raises(TemplateFailed):
        list(get_task("sft").tokenise_all(byte_tokenizer(NO_SYSTEM), rows, 100))


def test_a_task_can_change_its_tokenizer() -> None:
    task = get_task("sft")
    first = task.tokenise(byte_tokenizer(), dialogue("hi", "hello"), 100)
    task.tokenise(byte_tokenizer(None), dialogue("hi", "hello"), 100)
    assert task.tokenise(byte_tokenizer(), dialogue("hi", "hello"), 100) == first
