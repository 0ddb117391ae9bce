"""The commands of fine-tuning: a fake task process, and a trainer process that plays a script."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner, Result

from desktop_llm import cli, cli_chat, cli_data
from desktop_llm.core import logs
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths
from desktop_llm.core.settings import Settings, save_settings
from desktop_llm.core.text import Text
from desktop_llm.documents.errors import FileMissing
from desktop_llm.training import run_folder
from desktop_llm.training.data.types import DataReport, FileReport, Rejected
from desktop_llm.training.events import LossEvent
from desktop_llm.training.job import DataSpec, TrainingJob
from desktop_llm.training.result import Prediction, Scores
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.tokens import TokenReport
from tests.fakes import ScriptedEngine
from tests.unit.services import scripted_trainer

PATIENCE_S = 60.0
FILE_KEYS = {"path", "format", "rows", "kept", "rejected", "mapping", "task", "tokens"}
SCORES = Scores(1.5, perplexity=4.4817)


def a_report(path: Path, **changes: Any) -> DataReport:
    mapping = {"prompt": "q", "completion": "a"}
    bad = tuple(Rejected(line, Text("The answer is empty.")) for line in range(2, 14))
    file = FileReport(
        path, "jsonl", "question_answer", ("q", "a"), mapping, "sft", 112, 100, 12, bad, ()
    )
    facts: dict[str, Any] = {"files": (file,), "task": "sft", "train_rows": 90, "eval_rows": 10}
    return DataReport(**(facts | changes))


class FakeWorkshop:
    """Answers as the task process does, and remembers what it was asked."""

    asked: list[tuple[Any, ...]]
    report: DataReport
    error: Exception | None

    def check(self, spec: DataSpec, task: Any = None) -> DataReport:
        self.asked.append(("check", spec, task))
        if self.error:
            raise self.error
        return replace(self.report, task=task or self.report.task)

    def tokens(self, spec: DataSpec, task: str, model: ModelSource, max_length: int) -> TokenReport:
        self.asked.append(("tokens", spec, task, model))
        return TokenReport((), tuple(range(1, 101)), (), None, 512)

    def evaluate(self, model: ModelSource, spec: DataSpec, task: str) -> Scores:
        self.asked.append(("evaluate", model, spec, task))
        return SCORES

    def predict(self, model: ModelSource, texts: Sequence[str]) -> list[Prediction]:
        self.asked.append(("predict", model, list(texts)))
        return [Prediction("good", {"bad": 0.25, "good": 0.75}) for _ in texts]

    def export(self, run: Path, out: Path) -> Path:
        self.asked.append(("export", run, out))
        return out

    def shut_down(self) -> None:
        self.asked.append(("shut_down",))


@pytest.fixture(autouse=True)
def environment_as_before() -> Iterator[None]:
    """A command sets variables for its workers and starts a log."""
    before = dict(os.environ)
    yield
    logs.stop_log()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def workshop(monkeypatch: pytest.MonkeyPatch, rows: Path) -> FakeWorkshop:
    made = FakeWorkshop()
    made.asked, made.error, made.report = [], None, a_report(rows)
    monkeypatch.setattr(cli_data, "Workshop", lambda: made)
    monkeypatch.setattr(run_folder, "trainer_command", scripted_trainer.trainer_command)
    return made


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return tmp_path / "rows.jsonl"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model as far as the command line is concerned."""
    (tmp_path / "my-model").mkdir()
    return tmp_path / "my-model"


@pytest.fixture
def training(rows: Path, model: Path, tmp_path: Path) -> Callable[..., Result]:
    """`train` with a script (`tests/unit/services/scripted_trainer.py`) as the run's name."""

    def train(script: str, *more: str | Path) -> Result:
        out = tmp_path / script
        return call("train", "--data", rows, "-m", model, "--name", script, "--out", out, *more)

    return train


def call(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in arguments], input=stdin)


def answer(result: Result) -> dict[str, Any]:
    """The one JSON object on stdout."""
    assert result.exit_code == 0, result.stderr
    (line,) = result.stdout.splitlines()
    data = json.loads(line)
    assert isinstance(data, dict)
    return data


def assert_told(result: Result, *words: str) -> None:
    """One plain line at the end of stderr, nothing on stdout, exit code 1."""
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("desktop-llm: ")
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def meanwhile(act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def has_learned(run: RunFolder) -> bool:
    return any(isinstance(event, LossEvent) for event in run.read_events()[0])


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


# --- data check --------------------------------------------------------------------------------


def test_a_check_has_the_keys_of_the_contract_for_every_file(rows: Path, model: Path) -> None:
    (file,) = answer(call("data", "check", rows, "-m", model, "--json"))["files"]
    assert file.keys() >= FILE_KEYS
    assert (file["path"], file["format"], file["task"]) == (str(rows), "question_answer", "sft")
    assert (file["rows"], file["kept"]) == (112, 100)
    assert file["rejected"][0] == {"line": 2, "reason": "The answer is empty."}
    assert file["mapping"] == {"prompt": "q", "completion": "a"}
    assert file["tokens"] == {"p50": 50, "p95": 95, "max": 100}


def test_without_a_model_tokens_are_not_counted(rows: Path, workshop: FakeWorkshop) -> None:
    (file,) = answer(call("data", "check", rows, "--json"))["files"]
    assert file["tokens"] is None
    assert [name for name, *_ in workshop.asked] == ["check", "shut_down"]


def test_a_check_in_words_says_what_is_used_what_is_not_and_what_to_do(
    rows: Path, workshop: FakeWorkshop
) -> None:
    workshop.report = replace(
        workshop.report, placeholders={"name": 3}, labels={"good": 60, "bad": 40},
        notes=(Text("Odd."),), problems=(Text("Wrong."),),
    )  # fmt: skip
    said = call("data", "check", rows).stdout
    assert "question_answer (jsonl)" in said
    assert "prompt = q, completion = a" in said
    assert "rows.jsonl, line 2: The answer is empty." in said
    assert "2 more rows cannot be used" in said
    assert "90 rows to train on, 10 held out" in said
    assert "good (60), bad (40)" in said
    assert "--fill name=…" in said
    assert "Note: Odd." in said
    assert "Problem: Wrong." in said


def test_columns_that_nobody_knows_are_named(rows: Path, workshop: FakeWorkshop) -> None:
    (file,) = workshop.report.files
    unclear = replace(file, layout="unknown", mapping={}, task=None)
    workshop.report = replace(workshop.report, files=(unclear,), task=None)
    said = call("data", "check", rows).stdout
    assert "has the columns q, a" in said
    assert "--map" in said


def test_what_is_said_about_the_data_reaches_the_reader(rows: Path, workshop: FakeWorkshop) -> None:
    options = ("--task", "classify", "--fill", "name=Aria=B", "--map", "text=q", "--map", "label=a")
    answer(call("data", "check", rows, "--json", *options))
    _, spec, task = workshop.asked[0]
    assert task == "classify"
    assert spec.fill == {"name": "Aria=B"}
    assert spec.files[0].mapping == {"text": "q", "label": "a"}
    assert spec.files[0].path == rows


def test_a_file_that_cannot_be_read_is_told_in_one_line(rows: Path, workshop: FakeWorkshop) -> None:
    workshop.error = FileMissing(rows)
    assert_told(call("data", "check", rows, "--json"), str(rows))
    assert workshop.asked[-1] == ("shut_down",)


def test_a_model_that_is_not_there_is_told_before_anything_is_read(
    rows: Path, workshop: FakeWorkshop
) -> None:
    assert_told(call("data", "check", rows, "-m", "nope"), "nope")
    assert workshop.asked == []


# --- train -------------------------------------------------------------------------------------


def test_what_is_said_becomes_the_job(
    training: Callable[..., Result], rows: Path, model: Path, tmp_path: Path
) -> None:
    options = (
        "--epochs 2.5 --learning-rate 1e-3 --lora-rank 4 --scheduler linear --seed 7 --device cpu "
        "--sample-prompt Hi --sample-prompt Ho --eval-fraction 0.2 --max-rows 50 --fill name=Aria"
    )
    result = training("quick", *options.split(), "--eval-data", tmp_path / "eval.jsonl")
    assert result.exit_code == 0
    job = RunFolder(tmp_path / "quick").job()
    assert (job.task, job.model.path, job.preset, job.name) == ("sft", model, "custom", "quick")
    assert job.data.files[0].path == rows
    assert job.data.eval_files[0].path == tmp_path / "eval.jsonl"
    assert (job.data.eval_fraction, job.data.max_rows) == (0.2, 50)
    assert job.data.fill == {"name": "Aria"}
    chosen = job.settings
    assert (chosen.epochs, chosen.learning_rate, chosen.lora_rank) == (2.5, 1e-3, 4)
    assert (chosen.scheduler, chosen.seed, chosen.device) == ("linear", 7, "cpu")
    assert chosen.sample_prompts == ("Hi", "Ho")


def test_without_settings_the_preset_holds(training: Callable[..., Result], tmp_path: Path) -> None:
    from desktop_llm.training.presets import preset

    training("quick", "--preset", "thorough")
    job = RunFolder(tmp_path / "quick").job()
    assert job.preset == "thorough"
    assert job.settings == preset("thorough", "sft", 90)[0]


def test_training_all_weights_starts_at_a_lower_rate(
    training: Callable[..., Result], tmp_path: Path
) -> None:
    training("quick", "--method", "full")
    assert RunFolder(tmp_path / "quick").job().settings.learning_rate == pytest.approx(2e-5)


def test_files_may_follow_one_data_option(
    training: Callable[..., Result], rows: Path, tmp_path: Path
) -> None:
    training("quick", tmp_path / "more.jsonl")
    files = RunFolder(tmp_path / "quick").job().data.files
    assert [file.path for file in files] == [rows, tmp_path / "more.jsonl"]


def test_a_run_without_a_folder_is_one_of_the_apps_own(
    rows: Path, model: Path, paths: Paths
) -> None:
    result = call("train", "--data", rows, "-m", model, "--name", "quick")
    assert result.exit_code == 0
    assert RunFolder(paths.runs / "quick-1").state() == "finished"
    listed = call("runs", "list").stdout
    assert "quick-1" in listed
    assert "finished" in listed


def test_a_run_in_words_ends_with_its_scores_and_what_to_do_with_it(
    training: Callable[..., Result], workshop: FakeWorkshop, tmp_path: Path
) -> None:
    workshop.report = replace(workshop.report, notes=(Text("Few rows."),))
    result = training("quick")
    assert result.exit_code == 0
    assert "quick: finished after 1 step, " in result.stdout
    assert f"desktop-llm chat --adapter {tmp_path / 'quick'}" in result.stdout
    assert "Few rows." in result.stderr


def test_a_run_as_json_is_its_events_as_they_are_appended(
    training: Callable[..., Result], tmp_path: Path
) -> None:
    result = training("quick", "--json")
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    written = (tmp_path / "quick" / "events.jsonl").read_text().splitlines()
    assert lines == [json.loads(line) for line in written]
    assert lines[-1]["state"] == "finished"


def test_data_with_problems_is_refused_and_no_folder_is_made(
    training: Callable[..., Result], workshop: FakeWorkshop, tmp_path: Path
) -> None:
    workshop.report = replace(workshop.report, problems=(Text("All rows are alike."),))
    assert_told(training("quick"), "All rows are alike.", "data check")
    assert not (tmp_path / "quick").exists()


def test_a_folder_that_is_in_use_is_not_touched(
    training: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "quick").mkdir()
    (tmp_path / "quick" / "diary.txt").touch()
    assert_told(training("quick"), "not empty")
    assert [path.name for path in (tmp_path / "quick").iterdir()] == ["diary.txt"]


def test_ctrl_c_keeps_what_was_learned(training: Callable[..., Result], tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "long")

    def act() -> None:
        wait_for(lambda: has_learned(run))
        interrupt()

    thread = meanwhile(act)
    result = training("long")
    thread.join()
    assert result.exit_code == 0
    assert "keeping what was learned" in result.stderr
    assert "long: stopped after" in result.stdout
    assert run.state() == "stopped"


def test_ctrl_c_before_there_is_anything_to_keep_ends_with_130(
    training: Callable[..., Result], tmp_path: Path
) -> None:
    run = RunFolder(tmp_path / "unready")

    def act() -> None:
        wait_for(lambda: bool(run.read_events()[0]))
        interrupt()

    thread = meanwhile(act)
    result = training("unready")
    thread.join()
    assert result.exit_code == 130
    assert run.state() == "discarded"


def test_a_second_ctrl_c_leaves_the_run_to_itself(
    training: Callable[..., Result], tmp_path: Path
) -> None:
    run = RunFolder(tmp_path / "deaf")

    def act() -> None:
        wait_for(lambda: bool(run.read_events()[0]))
        interrupt()
        wait_for(lambda: run.read_command() == "stop_keep")
        interrupt()

    thread = meanwhile(act)
    result = training("deaf")
    thread.join()
    trainer = run.process_id()
    assert trainer is not None
    psutil.Process(trainer).kill()
    assert result.exit_code == 130


def test_what_the_trainer_said_last_is_told_when_it_dies(training: Callable[..., Result]) -> None:
    assert_told(training("dying"), "the library said goodbye.", "Resume the run.")


def test_a_trainer_that_is_killed_is_told_with_the_signal(
    training: Callable[..., Result], tmp_path: Path
) -> None:
    run = RunFolder(tmp_path / "deaf")

    def act() -> None:
        wait_for(lambda: bool(run.read_events()[0]) and run.is_alive())
        pid = run.process_id()
        assert pid is not None  # psutil would take this process
        psutil.Process(pid).kill()

    thread = meanwhile(act)
    assert_told(training("deaf"), "SIGKILL")
    thread.join()


def test_a_folder_that_is_deleted_meanwhile_is_told(
    training: Callable[..., Result], tmp_path: Path
) -> None:
    run = RunFolder(tmp_path / "long")

    def act() -> None:
        wait_for(lambda: has_learned(run))
        run.path.rename(tmp_path / "elsewhere")

    thread = meanwhile(act)
    result = training("long")
    thread.join()
    assert_told(result, "is gone")


@pytest.mark.parametrize("by_id", [True, False])
def test_a_run_is_started_again_by_its_folder_or_its_name(
    rows: Path, model: Path, paths: Paths, by_id: bool
) -> None:
    call("train", "--data", rows, "-m", model, "--name", "dying")
    run = RunFolder(paths.runs / "dying-1")
    assert run.state() == "interrupted"
    run.rename("many")
    shutil.rmtree(model)
    result = call("train", run.id if by_id else run.path, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout.splitlines()[0])["state"] == "preparing"
    assert run.state() == "finished"


def test_a_run_that_is_trained_already_is_followed_to_its_end(
    rows: Path, model: Path, tmp_path: Path
) -> None:
    job = TrainingJob("sft", ModelSource("m", model), DataSpec(()), name="long")
    run = RunFolder.create_at(tmp_path / "run", job)
    process = run.start_trainer()
    wait_for(lambda: has_learned(run))
    run.command("pause")
    wait_for(lambda: run.state() == "paused")

    def act() -> None:
        wait_for(lambda: run.state() == "running")
        run.command("stop_keep")

    thread = meanwhile(act)
    result = call("train", run.path, "--json")
    thread.join()
    process.wait()
    assert result.exit_code == 0
    assert "already" in result.stderr
    states = [json.loads(line).get("state") for line in result.stdout.splitlines()]
    assert [state for state in states if state] == ["running", "stopped"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["train"], "--data"),
        (["train", "one", "two"], "--data"),
        (["train", __file__], "put --data before it"),
        (["train", "one", "--epochs", "3"], "keeps its settings"),
        (["train", "one", "--preset", "quick"], "keeps its settings"),
        (["train", "--data", "x", "--epochs", "-1"], "--epochs"),
        (["train", "--data", "x", "--epochs", "many"], "--epochs"),
        (["train", "--data", "x", "--learning-rate", "nan"], "--learning-rate"),
        (["train", "--data", "x", "--batch-size", "0"], "--batch-size"),
        (["train", "--data", "x", "--task", "sing"], "--task"),
        (["train", "--data", "x", "--preset", "best"], "--preset"),
        (["train", "--data", "x", "--map", "prompt"], "--map"),
        (["train", "--data", "x", "--fill", "=Aria"], "--fill"),
        (["train", "--data", "x", "--eval-fraction", "1.5"], "--eval-fraction"),
        (["data"], ""),
        (["data", "check"], "FILE"),
        (["runs", "show"], "RUN"),
        (["runs", "compare", "one"], ""),
        (["eval"], "--data"),
        (["predict"], "TEXT"),
    ],
)
def test_wrong_usage_ends_with_two(arguments: list[str], word: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert word in result.stderr


# --- runs --------------------------------------------------------------------------------------


@pytest.fixture
def finished(training: Callable[..., Result], tmp_path: Path) -> RunFolder:
    assert training("quick").exit_code == 0
    return RunFolder(tmp_path / "quick")


def test_no_run_yet_says_how_to_begin_one() -> None:
    assert answer(call("runs", "list", "--json")) == {"runs": []}
    assert "train --data" in call("runs", "list").stdout


def test_a_run_is_shown_with_its_settings_and_its_card(finished: RunFolder) -> None:
    facts = answer(call("runs", "show", finished.path, "--json"))
    assert (facts["id"], facts["state"], facts["task"]) == ("quick", "finished", "sft")
    assert facts["settings"]["lora_rank"] == 16
    assert facts["card"]["tuned"]["loss"] == 1.0
    assert facts["card"]["success"] is True
    said = call("runs", "show", finished.path).stdout
    assert "tuned: loss 1" in said
    assert "lora rank" in said


def test_an_interrupted_run_says_how_to_go_on(
    training: Callable[..., Result], tmp_path: Path
) -> None:
    training("dying")
    said = call("runs", "show", tmp_path / "dying").stdout
    assert "interrupted, no result yet" in said
    assert f"desktop-llm train {tmp_path / 'dying'}" in said


def test_two_runs_are_compared_by_what_is_different(
    training: Callable[..., Result], finished: RunFolder, tmp_path: Path
) -> None:
    training("many", "--epochs", "9.5")
    pair = (finished.path, tmp_path / "many")
    found = answer(call("runs", "compare", *pair, "--json"))["differences"]
    by_name = {each["name"]: (each["first"], each["second"]) for each in found}
    assert by_name["settings.epochs"] == (RunFolder(pair[0]).job().settings.epochs, 9.5)
    assert "settings.lora_rank" not in by_name
    assert "settings.epochs" in call("runs", "compare", *pair).stdout


@pytest.mark.parametrize("name", ["nope", "../..", "", "x" * 5000, "\x1b[31m", "a\0b"])
def test_a_run_that_is_not_there_is_told(name: str) -> None:
    assert_told(call("runs", "show", name), "no training run")


def test_a_result_is_exported_by_the_task_process(
    finished: RunFolder, workshop: FakeWorkshop, tmp_path: Path
) -> None:
    out = tmp_path / "exported"
    assert answer(call("runs", "export", finished.path, out, "--json")) == {"path": str(out)}
    assert ("export", finished.path, out) in workshop.asked


# --- eval, predict, chat -----------------------------------------------------------------------


def test_a_model_is_scored_on_data(rows: Path, model: Path, workshop: FakeWorkshop) -> None:
    found = answer(call("eval", "--data", rows, "-m", model, "--json"))
    assert (found["loss"], found["perplexity"], found["task"]) == (1.5, 4.4817, "sft")
    assert call("eval", "--data", rows, "-m", model).stdout == "loss 1.5, perplexity 4.482\n"
    source = workshop.asked[-2][1]
    assert (source.path, source.adapter) == (model, None)


def test_data_that_fits_no_task_needs_one_that_is_named(
    rows: Path, model: Path, workshop: FakeWorkshop
) -> None:
    workshop.report = replace(workshop.report, task=None)
    result = call("eval", "--data", rows, "-m", model)
    assert result.exit_code == 2
    assert "--task" in result.stderr


@pytest.mark.parametrize("option", ["--model", "--adapter"])
def test_a_run_stands_for_its_result(
    finished: RunFolder, rows: Path, workshop: FakeWorkshop, option: str
) -> None:
    answer(call("eval", "--data", rows, option, finished.path, "--json"))
    assert workshop.asked[-2][1].path == finished.result


def test_an_adapter_lies_on_the_model_that_is_named(
    rows: Path, model: Path, workshop: FakeWorkshop, tmp_path: Path
) -> None:
    answer(call("eval", "--data", rows, "-m", model, "--adapter", tmp_path / "plain", "--json"))
    source = workshop.asked[-2][1]
    assert (source.path, source.adapter) == (model, tmp_path / "plain")


def test_a_run_without_a_result_is_no_model(
    training: Callable[..., Result], rows: Path, tmp_path: Path
) -> None:
    training("dying")
    assert_told(call("eval", "--data", rows, "-m", tmp_path / "dying"), "no result")


def test_texts_are_classified(model: Path, workshop: FakeWorkshop) -> None:
    assert (
        call("predict", "-m", model, "nice", "fine").stdout == "good  75%  nice\ngood  75%  fine\n"
    )
    data = answer(call("predict", "-m", model, "--json", "-", stdin="one\ntwo\n"))
    assert [each["text"] for each in data["predictions"]] == ["one", "two"]
    assert data["predictions"][0]["probabilities"] == {"bad": 0.25, "good": 0.75}


def test_a_classifier_cannot_be_chatted_with_and_says_what_it_is_for(
    training: Callable[..., Result], tmp_path: Path
) -> None:
    result = training("quick", "--task", "classify")
    assert f"desktop-llm predict --model {tmp_path / 'quick'}" in result.stdout
    for name in ("chat", "generate"):
        assert_told(call(name, "-m", tmp_path / "quick", "Hi"), "desktop-llm predict")


def test_without_a_model_the_result_that_was_used_last_answers(
    rows: Path, model: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = ScriptedEngine()
    monkeypatch.setattr(cli_chat, "new_engine", lambda: engine)
    call("train", "--data", rows, "-m", model, "--name", "quick")
    save_settings(paths.settings, Settings(last_model="run:quick-1"))
    assert call("chat", "Hi").exit_code == 0
    assert "load run:quick-1" in engine.calls


def test_every_command_of_fine_tuning_takes_the_three_common_options() -> None:
    commands = ["train", "eval", "predict", "data check"]
    commands += [f"runs {name}" for name in ("list", "show", "compare", "export")]
    for name in commands:
        words = call(*name.split(), "--help").stdout
        assert all(option in words for option in ("--json", "--data-dir", "--offline")), name


def test_every_setting_of_a_run_has_an_option_with_an_explanation() -> None:
    from desktop_llm.training.presets import FIELDS

    words = " ".join(call("train", "--help").stdout.split())
    for field in FIELDS:
        option = "sample-prompt" if field.name == "sample_prompts" else field.name.replace("_", "-")
        assert f"--{option}" in words
