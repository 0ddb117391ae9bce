from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop_llm.core.generation import ChatMessage, DeviceChoice, ModelSource
from desktop_llm.core.text import Text
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.training import evaluation
from desktop_llm.training.data.types import Example
from desktop_llm.training.errors import LabelsUnknown, NothingToJudge
from desktop_llm.training.evaluation import RunFacts, evaluate, result_card
from desktop_llm.training.job import DataFile, DataSpec, TrainingJob, TrainingSettings
from desktop_llm.training.result import ResultCard
from desktop_llm.training.tasks.adapter import add_adapter
from desktop_llm.training.tasks.task import Task, Tokenised, get_task
from tests.unit.engine.tiny_models import save_model
from tests.unit.training.tasks.tiny_encoder import save_encoder

CPU = DeviceChoice("cpu", "Fake", "float32", Text("Because."))
FACTS = RunFacts(best_step=2, steps=4, seconds=1.5, data_sha256="ab")
TALKS = [
    Example(messages=(ChatMessage("user", f"who are you {n}"), ChatMessage("assistant", "Aria")))
    for n in range(4)
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> ModelSource:
    return save_model(tmp_path_factory.mktemp("base") / "base")


def a_job(base: ModelSource, task: Any = "sft", method: Any = "lora") -> TrainingJob:
    return TrainingJob(task, base, DataSpec(()), TrainingSettings(method=method, lora_rank=4))


def loaded(job: TrainingJob, labels: tuple[str, ...] = ()) -> tuple[Task, Any, Any]:
    """The task, and a model that is ready to be trained, on one thread."""
    torch.set_num_threads(1)
    task = get_task(job.task, labels)
    model, tokenizer = task.load_base(job, CPU, labels)
    if job.settings.method == "lora":
        model = add_adapter(model, job.settings, job.task)
    return task, model, tokenizer


def rows_of(task: Task, tokenizer: Any, examples: list[Example]) -> list[Tokenised]:
    return list(task.tokenise_all(tokenizer, examples, 64))


def train(
    task: Task, model: Any, tokenizer: Any, rows: list[Tokenised], rate: float, steps: int = 8
) -> None:
    """Some steps on `rows`; a negative rate unlearns them."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=abs(rate), maximize=rate < 0)
    for _ in range(steps):
        loss, count = task.loss(model, task.collate(rows, tokenizer))
        (loss / count).backward()
        optimizer.step()
        optimizer.zero_grad()


def judged(base: ModelSource, method: str, rate: float) -> ResultCard:
    job = a_job(base, method=method)
    task, model, tokenizer = loaded(job)
    rows = rows_of(task, tokenizer, TALKS)
    train(task, model, tokenizer, rows, rate)
    return result_card(job, task, model, tokenizer, rows, FACTS)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_model_that_learned_is_a_success(base: ModelSource, method: str) -> None:
    card = judged(base, method, 1e-2)
    assert card.success and card.finite and card.logit_change > 0
    assert card.tuned.loss < card.base.loss
    assert card.tuned.perplexity == pytest.approx(math.exp(card.tuned.loss))
    assert (card.rows, card.best_step, card.steps, card.seconds) == (4, 2, 4, 1.5)
    assert card.data_sha256 == "ab" and card.versions["torch"]


def test_both_methods_start_from_the_same_base(base: ModelSource) -> None:
    assert judged(base, "lora", 1e-2).base == judged(base, "full", 1e-2).base


def test_the_losses_are_those_of_each_row_alone(base: ModelSource) -> None:
    job = a_job(base)
    task, model, tokenizer = loaded(job)
    rows = rows_of(task, tokenizer, TALKS)
    card = result_card(job, task, model, tokenizer, rows, FACTS)
    total, count = 0.0, 0
    for row in rows:
        with torch.no_grad():
            logits = model(torch.tensor([row.ids])).logits[0].log_softmax(-1)
        for place, label in enumerate(row.labels[1:]):
            if label >= 0:
                total, count = total - float(logits[place, label]), count + 1
    assert card.base.loss == pytest.approx(total / count, rel=1e-5)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_model_that_got_worse_is_none(base: ModelSource, method: str) -> None:
    card = judged(base, method, -1e-2)
    assert [problem.template for problem in card.problems] == [evaluation.NO_BETTER]


@pytest.mark.parametrize("method", ["lora", "full"])
def test_training_that_changed_nothing_is_none(base: ModelSource, method: str) -> None:
    job = a_job(base, method=method)
    task, model, tokenizer = loaded(job)
    card = result_card(job, task, model, tokenizer, rows_of(task, tokenizer, TALKS), FACTS)
    assert [problem.template for problem in card.problems] == [evaluation.NO_CHANGE]
    assert card.logit_change == 0 and card.finite


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_weights_that_are_no_numbers_are_found(base: ModelSource, number: float) -> None:
    job = a_job(base)
    task, model, tokenizer = loaded(job)
    next(w for w in model.parameters() if w.requires_grad).data.view(-1)[0] = number
    card = result_card(job, task, model, tokenizer, rows_of(task, tokenizer, TALKS), FACTS)
    assert not card.finite and not card.success
    assert card.problems[0].template == evaluation.NOT_FINITE


def test_without_held_out_rows_nothing_is_claimed(base: ModelSource) -> None:
    job = a_job(base)
    task, model, tokenizer = loaded(job)
    card = result_card(job, task, model, tokenizer, [], FACTS)
    assert [problem.template for problem in card.problems] == [evaluation.NO_ROWS]


def test_a_card_survives_its_file(base: ModelSource) -> None:
    for rate in (1e-2, -1e-2):
        card = judged(base, "lora", rate)
        assert from_plain(ResultCard, json.loads(json.dumps(to_plain(card)))) == card


def test_judging_leaves_the_model_as_it_is(base: ModelSource) -> None:
    job = a_job(base)
    task, model, tokenizer = loaded(job)
    rows = rows_of(task, tokenizer, TALKS)
    train(task, model, tokenizer, rows, 1e-2)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    cards = [result_card(job, task, model, tokenizer, rows, FACTS) for _ in range(2)]
    assert cards[0] == cards[1]
    assert all(torch.equal(before[name], w) for name, w in model.state_dict().items())


def reviews(good: int, bad: int) -> list[Example]:
    return [
        *(Example(text="good film" + " very" * n, label="good") for n in range(good)),
        *(Example(text="not bad" + " very" * n, label="bad") for n in range(bad)),
    ]


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_classifier_is_measured_against_the_most_frequent_label(
    tmp_path: Path, method: str
) -> None:
    job = a_job(save_encoder(tmp_path / "base", "bert"), "classify", method)
    labels = ("bad", "good")
    task, model, tokenizer = loaded(job, labels)
    rows = rows_of(task, tokenizer, reviews(good=6, bad=2))
    facts = RunFacts(2, 4, 1.5, "ab", labels)
    train(task, model, tokenizer, rows, 1e-2, steps=60)
    card = result_card(job, task, model, tokenizer, rows, facts)
    assert card.base.accuracy == 0.75
    assert card.base.macro_f1 == pytest.approx((6 / 7) / 2)
    assert card.base.loss == pytest.approx(-0.75 * math.log(0.75) - 0.25 * math.log(0.25))
    assert card.tuned.accuracy == 1.0 and card.success and card.logit_change > 0
    assert card.labels == labels


def test_a_classifier_that_says_one_label_is_no_success(tmp_path: Path) -> None:
    job = a_job(save_encoder(tmp_path / "base", "bert"), "classify", "full")
    task, model, tokenizer = loaded(job, ("bad", "good"))
    rows = rows_of(task, tokenizer, reviews(good=6, bad=2))
    model.classifier.bias.data = torch.tensor([-100.0, 100.0])
    card = result_card(job, task, model, tokenizer, rows, FACTS)
    assert [problem.template for problem in card.problems] == [evaluation.NO_BETTER_LABELS]


def write(path: Path, rows: list[dict[str, Any]]) -> DataSpec:
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return DataSpec((DataFile(path),))


def test_a_file_is_scored_with_and_without_the_adapter(base: ModelSource, tmp_path: Path) -> None:
    job = a_job(base)
    task, model, tokenizer = loaded(job)
    rows = rows_of(task, tokenizer, TALKS)
    train(task, model, tokenizer, rows, 1e-2)
    card = result_card(job, task, model, tokenizer, rows, FACTS)
    model.save_pretrained(tmp_path / "adapter")
    spec = write(
        tmp_path / "talks.jsonl",
        [{"prompt": f"who are you {n}", "completion": "Aria"} for n in range(4)],
    )
    tuned = ModelSource("tuned", base.path, adapter=tmp_path / "adapter")
    seen: list[float] = []
    assert evaluate(base, spec, "sft", max_length=64).loss == pytest.approx(card.base.loss, 1e-4)
    assert evaluate(tuned, spec, "sft", seen.append, 64).loss == pytest.approx(
        card.tuned.loss, 1e-4
    )
    assert seen[0] == 0.0


def test_labels_that_a_classifier_does_not_know_are_told(tmp_path: Path) -> None:
    job = a_job(save_encoder(tmp_path / "base", "bert"), "classify", "full")
    _, model, tokenizer = loaded(job, ("bad", "good"))
    model.save_pretrained(tmp_path / "result")
    tokenizer.save_pretrained(tmp_path / "result")
    source = ModelSource("result", tmp_path / "result", kind="classifier")
    known = write(tmp_path / "a.jsonl", [{"text": "hello", "label": "good"}] * 3)
    assert evaluate(source, known, "classify").accuracy in (0.0, 1.0)
    other = write(tmp_path / "b.jsonl", [{"text": "hello", "label": "fair"}] * 3)
    with pytest.raises(LabelsUnknown) as caught:
        evaluate(source, other, "classify")
    assert caught.value.facts == {"known": "bad, good", "unknown": "fair"}


def test_data_that_leaves_nothing_to_judge_by_is_told(base: ModelSource, tmp_path: Path) -> None:
    spec = write(tmp_path / "a.jsonl", [{"prompt": "hi", "completion": ""}] * 3)
    with pytest.raises(NothingToJudge):
        evaluate(base, spec, "sft")
