from __future__ import annotations

import pytest

from desktop_llm.core.generation import ChatMessage
from desktop_llm.engine.errors import TemplateFailed
from desktop_llm.training import token_report as module
from desktop_llm.training.data.types import Example
from desktop_llm.training.tasks.task import get_task
from desktop_llm.training.token_report import token_report
from tests.unit.engine.tiny_models import TEMPLATE, byte_tokenizer
from tests.unit.training.tasks.tiny_encoder import word_tokenizer

NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}" + TEMPLATE
)


def dialogue(answer: str, system: str = "") -> Example:
    turns = (ChatMessage("user", "hi"), ChatMessage("assistant", answer))
    return Example(messages=(ChatMessage("system", system), *turns) if system else turns)


def test_a_report_has_rows_and_the_lengths_of_all() -> None:
    rows = [dialogue("hello"), dialogue("the quick brown fox " * 20)]
    report = token_report(get_task("sft"), byte_tokenizer(), rows, 40, preview_rows=1)
    assert len(report.rows) == 1
    assert report.lengths[0] < 40 < report.lengths[1]
    assert 0 < report.trained[0] < report.trained[1] < 40


def test_the_stop_is_learned_if_most_rows_teach_it() -> None:
    short, long = dialogue("hello"), dialogue("the quick brown fox " * 20)
    verdicts = [
        token_report(get_task("sft"), byte_tokenizer(), rows, 40).stop_learned
        for rows in ([short, short, long], [short, long, long])
    ]
    assert verdicts == [True, False]


def test_tasks_without_answers_have_no_verdict() -> None:
    report = token_report(get_task("pretrain"), byte_tokenizer(), [Example(text="hi")], 40)
    assert report.stop_learned is None


def test_a_classifiers_report_needs_no_list_of_labels() -> None:
    rows = [Example(text="a good film", label="good")]
    report = token_report(get_task("classify"), word_tokenizer(), rows, 4)
    assert (report.lengths, report.trained) == ((5,), (1,))
    assert report.rows[0].label == "good"


def test_rows_that_the_template_refuses_are_left_out() -> None:
    rows = [dialogue("hello", system="be kind"), dialogue("hello")]
    report = token_report(get_task("sft"), byte_tokenizer(NO_SYSTEM), rows, 100)
    assert len(report.rows) == len(report.lengths) == 1


def test_a_template_that_refuses_everything_is_told() -> None:
    with pytest.raises(TemplateFailed):
        token_report(
            get_task("sft"), byte_tokenizer(NO_SYSTEM), [dialogue("x", system="be kind")], 100
        )


def test_no_rows_give_an_empty_report() -> None:
    report = token_report(get_task("sft"), byte_tokenizer(), [], 100)
    assert (report.rows, report.lengths, report.stop_learned) == ((), (), None)


def test_of_very_many_rows_a_sample_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LENGTHS", 10)
    rows = [Example(text="hello")] * 40
    report = token_report(get_task("pretrain"), byte_tokenizer(), rows, 100)
    assert len(report.lengths) == 10


def test_progress_grows_and_can_end_it() -> None:
    seen: list[float] = []
    rows = [Example(text="hello")] * 120
    token_report(get_task("pretrain"), byte_tokenizer(), rows, 100, seen.append)
    assert seen == sorted(seen)
    assert 0 <= seen[0] < seen[-1] <= 1

    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        token_report(get_task("pretrain"), byte_tokenizer(), rows, 100, stop)
