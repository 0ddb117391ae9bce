"""The task process and its client: real processes, small data, tiny models."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from desktop_llm.documents.errors import FileMissing
from desktop_llm.engine.errors import ModelMissing
from desktop_llm.training import workshop_client
from desktop_llm.training.errors import NoResult, NotAClassifier
from desktop_llm.training.job import DataFile, DataSpec, TrainingJob
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.workshop_client import (
    DataTooLarge,
    TaskCrashed,
    TaskHung,
    Workshop,
)
from tests.unit.engine.tiny_models import save_model
from tests.values import a_source

PACKAGE = Path(workshop_client.__file__).resolve().parents[1]
PATIENCE_S = 60.0

SCRIPTED = """
import os, sys, time
from desktop_llm.core.process.server import GivenUp
from desktop_llm.core.process.setup import set_up_process
from desktop_llm.training import workshop

def check(spec, task, on_progress):
    name = spec.files[0].path.name
    if name == "memory":
        grown = []
        while True:
            grown.append(bytearray(b"x" * 10_000_000))
    if name == "exit":
        sys.stderr.write("the library said goodbye\\n")
        sys.stderr.flush()
        os._exit(7)
    if name == "silent":
        import ctypes
        ctypes.PyDLL(None).sleep(3600)  # holds the interpreter lock
    if name == "fault":
        raise ZeroDivisionError("a fault of ours")
    while True:
        on_progress(0.5)
        time.sleep(0.01)

workshop.check = check
workshop.LEAST_MEMORY = workshop.MOST_MEMORY = 200_000_000
workshop.main()
"""


def data(path: Path | str) -> DataSpec:
    return DataSpec((DataFile(Path(path)),))


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("data") / "questions.jsonl"
    rows = [{"instruction": f"Question {n}", "output": f"Answer {n}"} for n in range(40)]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def workshop(questions):
    """One process for all tests that leave it as it is: importing torch takes seconds."""
    made = Workshop()
    made.check(data(questions))
    yield made
    made.shut_down()


@pytest.fixture
def scripted():
    made = Workshop([sys.executable, "-c", SCRIPTED])
    yield made
    made.shut_down()


def in_background(call: Any) -> tuple[threading.Thread, list[Any]]:
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(call())
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def test_no_process_is_started_before_it_is_needed_and_none_after_the_end():
    workshop = Workshop()
    assert workshop.pid is None
    workshop.shut_down()
    with pytest.raises(TaskCrashed):
        workshop.check(data("nothing"))


def test_data_is_checked_without_torch(questions):
    workshop = Workshop()
    report = workshop.check(data(questions))
    assert report is not None
    assert report.task == "sft"
    assert report.train_rows + report.eval_rows == 40
    if sys.platform == "linux":
        maps = psutil.Process(workshop.pid).memory_maps()
        assert not any("torch" in each.path for each in maps)
    workshop.shut_down()


def test_what_is_wrong_with_a_file_is_told_as_what_it_is(workshop, tmp_path):
    with pytest.raises(FileMissing):
        workshop.check(data(tmp_path / "nothing.jsonl"))


def test_what_a_model_will_see_is_told(workshop, questions, tmp_path):
    model = save_model(tmp_path / "model")
    report = workshop.tokens(data(questions), "sft", model, 64)
    assert report is not None
    assert len(report.lengths) == 40
    assert report.rows[0].line == 1
    assert any(token.state == "trained" for token in report.rows[0].tokens)


def test_errors_of_models_arrive_as_what_they_are(workshop, questions, tmp_path):
    with pytest.raises(ModelMissing):
        workshop.tokens(data(questions), "sft", a_source(), 64)
    with pytest.raises(NotAClassifier):
        workshop.predict(save_model(tmp_path / "model"), ["good"])
    job = TrainingJob("sft", a_source(), data(questions))
    with pytest.raises(NoResult):
        workshop.export(RunFolder.create(tmp_path / "runs", job).path, tmp_path / "out")


def test_a_model_is_judged_by_all_rows(workshop, questions, tmp_path):
    scores = workshop.evaluate(save_model(tmp_path / "model"), data(questions), "sft")
    assert scores is not None
    assert scores.loss > 0


def test_a_check_that_nobody_wants_ends_without_an_answer(scripted):
    stop, began = threading.Event(), threading.Event()
    thread, outcome = in_background(
        lambda: scripted.check(data("endless"), None, lambda _: began.set(), stop)
    )
    assert began.wait(PATIENCE_S)
    stop.set()
    thread.join(PATIENCE_S)
    assert outcome == [None]


def test_progress_is_told_now_and_then(scripted):
    stop, told = threading.Event(), []

    def take(fraction: float) -> None:
        told.append(time.monotonic())
        if len(told) == 8:
            stop.set()

    assert scripted.check(data("endless"), None, take, stop) is None
    assert told[7] - told[0] >= 0.1  # 0.7, but the first may be late


@pytest.mark.skipif(sys.platform != "linux", reason="there is no such limit elsewhere")
def test_data_that_fills_the_memory_is_given_up_and_the_process_lives_on(scripted):
    pid = None
    for _ in range(2):
        with pytest.raises(DataTooLarge):
            scripted.check(data("memory"))
        assert pid in (None, scripted.pid)
        pid = scripted.pid


def test_a_process_that_ends_is_told_and_the_next_call_starts_another(scripted):
    with pytest.raises(TaskCrashed) as told:
        scripted.check(data("exit"))
    assert "the library said goodbye" in str(told.value)
    first = scripted.pid
    stop = threading.Event()
    assert scripted.check(data("endless"), None, lambda _: stop.set(), stop) is None
    assert scripted.pid != first


@pytest.mark.skipif(os.name == "nt", reason="the test has no way to hold the lock there")
def test_a_process_that_no_longer_answers_is_ended():
    workshop = Workshop([sys.executable, "-c", SCRIPTED], silence_limit_s=5.0)
    with pytest.raises(TaskHung):
        workshop.check(data("silent"))
    workshop.shut_down()


def test_a_fault_of_ours_carries_its_traceback(scripted):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        scripted.check(data("fault"))


def test_killing_ends_a_call_that_waits_and_not_the_next(scripted):
    began = threading.Event()
    thread, outcome = in_background(
        lambda: scripted.check(data("endless"), None, lambda _: began.set())
    )
    assert began.wait(PATIENCE_S)
    scripted.kill()
    thread.join(PATIENCE_S)
    assert isinstance(outcome[0], TaskCrashed)
    stop = threading.Event()
    assert scripted.check(data("endless"), None, lambda _: stop.set(), stop) is None


def test_the_end_ends_the_process_and_every_call(scripted):
    began = threading.Event()
    thread, outcome = in_background(
        lambda: scripted.check(data("endless"), None, lambda _: began.set())
    )
    assert began.wait(PATIENCE_S)
    pid = scripted.pid
    scripted.shut_down()
    thread.join(PATIENCE_S)
    assert isinstance(outcome[0], TaskCrashed)
    assert not psutil.pid_exists(pid)
    with pytest.raises(TaskCrashed):
        scripted.check(data("endless"))


def test_the_process_ends_with_its_parent(questions):
    code = (
        "import sys; from pathlib import Path\n"
        "from desktop_llm.training.job import DataFile, DataSpec\n"
        "from desktop_llm.training.workshop_client import Workshop\n"
        "workshop = Workshop(); workshop.check(DataSpec((DataFile(Path(sys.argv[1])),)))\n"
        "print(workshop.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(questions)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    psutil.wait_procs([child], timeout=PATIENCE_S)
    assert not child.is_running()


def test_the_client_knows_every_error_that_the_process_can_send():
    raised = {
        node.name
        for layer in ("core", "documents", "engine", "training")
        for file in (PACKAGE / layer).rglob("*.py")
        if file.parent.name != "remote"  # this process tries what runs on this computer
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and "ExpectedError" in map(ast.unparse, node.bases)
    }
    code = (
        "import desktop_llm.training.workshop_client\n"
        "from desktop_llm.core.errors import _REGISTRY\n"
        "print(*_REGISTRY)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    of_the_window = {"LauncherFailed", "BadAddress"}
    assert raised - set(done.stdout.split()) - of_the_window == set()
