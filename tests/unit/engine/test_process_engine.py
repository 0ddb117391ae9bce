from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    ChatMessage,
    DeviceChoice,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadOptions,
    LoadProgress,
    PromptProgress,
    PromptToken,
    TextChunk,
    TokenCounts,
)
from desktop_llm.core.process.connection import WorkerBug
from desktop_llm.core.remote_server import ListedModel
from desktop_llm.engine.errors import (
    EngineCrashed,
    EngineHung,
    EngineKilled,
    ModelMissing,
    NoModelLoaded,
    TemplateFailed,
    TemplateTimeout,
)
from desktop_llm.engine.process_engine import ProcessEngine
from desktop_llm.engine.remote.errors import ServerRefused
from tests.fake_openai import fake_openai
from tests.processes import is_gone
from tests.unit.engine.scripted_child import COMMAND
from tests.values import a_source

POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="signals")
PATIENCE_S = 60.0


@pytest.fixture
def engine() -> Iterator[ProcessEngine]:
    made = ProcessEngine(COMMAND)
    yield made
    made.shut_down()


@pytest.fixture
def loaded(engine: ProcessEngine) -> ProcessEngine:
    load(engine)
    return engine


def load(engine: ProcessEngine, name: str = "fake") -> list[LoadProgress]:
    steps: list[LoadProgress] = []
    engine.load(a_source(name), None, LoadOptions(), steps.append)
    return steps


def greeted(silence_limit_s: float) -> ProcessEngine:
    """An engine whose process has come up, however long that took."""
    engine = ProcessEngine(COMMAND, silence_limit_s=silence_limit_s)
    engine.start()
    wait_until(lambda: engine.hello is not None)
    return engine


class Running:
    """A generation on a thread of its own, as on InferenceThread."""

    def __init__(self, engine: ProcessEngine, prompt: str) -> None:
        self.request = GenerationRequest("r", prompt=prompt)
        self.events: list[GenerationEvent] = []
        self.event_times: list[float] = []
        self.first_text = threading.Event()
        self.result: GenerationResult | None = None
        self.error: ExpectedError | None = None
        self._thread = threading.Thread(target=self._run, args=(engine,), daemon=True)
        self._thread.start()

    def _run(self, engine: ProcessEngine) -> None:
        try:
            self.result = engine.generate(self.request, self._take)
        except ExpectedError as error:
            self.error = error

    def _take(self, event: GenerationEvent) -> None:
        self.events.append(event)
        self.event_times.append(time.monotonic())
        if isinstance(event, TextChunk):
            self.first_text.set()

    def begin(self) -> Running:
        assert self.first_text.wait(PATIENCE_S)
        return self

    def end(self) -> Running:
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextChunk))


def says(engine: ProcessEngine, prompt: str) -> str:
    return Running(engine, prompt).end().text


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


def test_a_request_brings_its_events_then_its_result(loaded: ProcessEngine) -> None:
    run = Running(loaded, "say 5").end()
    assert run.events[0] == PromptProgress(1, 2)
    assert run.text == "xxxxx"
    assert run.result is not None
    assert run.result.completions[0].record.stop_reason == "end"


def test_loading_reports_its_steps_and_the_model(engine: ProcessEngine) -> None:
    assert load(engine) == [LoadProgress("starting"), LoadProgress("reading", 0.5)]
    assert load(engine, "other") == [LoadProgress("reading", 0.5)]


def test_the_device_is_told_before_anything_is_loaded() -> None:
    told = threading.Event()
    devices: list[DeviceChoice] = []

    def hello(device: DeviceChoice) -> None:
        devices.append(device)
        told.set()

    engine = ProcessEngine(COMMAND, on_hello=hello)
    engine.start(LoadOptions(device="cuda"))
    assert told.wait(PATIENCE_S)
    assert devices[0].kind == "cuda"
    assert engine.hello and engine.hello.versions["python"]
    assert not engine.capabilities.embed
    engine.shut_down()


def test_starting_does_not_wait_for_the_child(engine: ProcessEngine) -> None:
    engine.start()
    assert engine.hello is None


def test_scores_vectors_and_counts_come_back_as_values(loaded: ProcessEngine) -> None:
    assert [token.text for token in loaded.score("a b")] == ["a", "b"]
    assert loaded.embed(["a", "b"]) == [[0.6, 0.8], [0.6, 0.8]]
    assert loaded.count_tokens([ChatMessage("user", "四个汉字")]) == 4


def test_the_models_of_a_server_are_listed_without_a_model_in_memory(engine: ProcessEngine) -> None:
    with fake_openai("one", {"id": "two", "max_model_len": 4096}) as server:
        listed = engine.list_remote(server.address, "key")
        assert server.last.headers["authorization"] == "Bearer key"
        server.answers.clear()
        with pytest.raises(ServerRefused):
            engine.list_remote(server.address, "")
    assert listed == [ListedModel("one"), ListedModel("two", context_length=4096)]


def test_half_a_character_in_the_text_harms_nothing(loaded: ProcessEngine) -> None:
    assert loaded.count_tokens([ChatMessage("user", "a\ud83d")]) == 2


def test_infinite_log_probabilities_survive_the_way(loaded: ProcessEngine) -> None:
    run = Running(loaded, "think").end()
    chunks = [event for event in run.events if isinstance(event, TextChunk)]
    assert [chunk.thinking for chunk in chunks] == [True, False]
    assert chunks[1].tokens[0].logprob == float("-inf")


def test_an_expected_error_arrives_as_itself(engine: ProcessEngine) -> None:
    with pytest.raises(ModelMissing) as raised:
        load(engine, "missing")
    assert raised.value.facts["path"] == str(a_source("missing").path)


def test_without_a_model_nothing_is_generated_or_counted(engine: ProcessEngine) -> None:
    with pytest.raises(NoModelLoaded):
        engine.generate(GenerationRequest("r", prompt="say 1"), lambda event: None)
    with pytest.raises(NoModelLoaded):
        engine.count_tokens([])
    assert engine.pid is None


def test_after_unloading_no_model_is_there(loaded: ProcessEngine) -> None:
    loaded.unload()
    with pytest.raises(NoModelLoaded):
        loaded.score("a")


def test_a_fault_in_the_engine_is_told_with_its_traceback_and_ends_nothing(
    loaded: ProcessEngine,
) -> None:
    pid = loaded.pid
    with pytest.raises(WorkerBug, match="ZeroDivisionError"):
        loaded.generate(GenerationRequest("r", prompt="fault"), lambda event: None)
    assert says(loaded, "say 2") == "xx"
    assert loaded.pid == pid


def test_stop_ends_a_silent_generation_promptly(loaded: ProcessEngine) -> None:
    run = Running(loaded, "wait").begin()
    before = time.monotonic()
    run.request.stop.set()
    run.end()
    assert time.monotonic() - before < 10  # a few milliseconds, where nothing else runs
    assert run.result is not None
    assert run.result.completions[0].record.stop_reason == "stopped"


def test_a_request_that_was_stopped_beforehand_ends_as_stopped(loaded: ProcessEngine) -> None:
    request = GenerationRequest("r", prompt="wait")
    request.stop.set()
    result = loaded.generate(request, lambda event: None)
    assert result.completions[0].record.stop_reason == "stopped"


def test_what_is_about_tokens_is_answered_while_a_generation_runs(loaded: ProcessEngine) -> None:
    run = Running(loaded, "say").begin()
    message = ChatMessage("user", "abc")
    assert loaded.count_tokens([message]) == 3
    assert loaded.count_texts(["a", "bc"]) == TokenCounts((1, 2), 2, 3, {"user": 1})
    assert loaded.explain([message], thinking=True) == [PromptToken(1, "abc", special=True)]
    assert loaded.split_text("a" * 9, 5, 1) == [(0, 5), (4, 9)]
    assert loaded.template() == "own"
    with pytest.raises(TemplateFailed) as caught:
        loaded.explain([message], "{{ other }}")
    assert caught.value.facts == {"detail": "no good", "line": 7}
    assert run.result is None
    run.request.stop.set()
    run.end()


def test_at_most_twenty_five_events_a_second_arrive(loaded: ProcessEngine) -> None:
    run = Running(loaded, "say 1000").end()
    seconds = run.event_times[-1] - run.event_times[0]
    assert run.text == "x" * 1000
    assert len(run.events) <= 25 * seconds + 4


def test_noise_on_stdout_disturbs_nothing(loaded: ProcessEngine) -> None:
    assert says(loaded, "print") == "xxx"


def test_a_flood_on_stderr_blocks_nothing_and_only_its_end_is_kept(loaded: ProcessEngine) -> None:
    assert says(loaded, "flood 20") == "xxx"
    run = Running(loaded, "exit 3").end()
    assert isinstance(run.error, EngineCrashed)
    assert sum(map(len, run.error.__notes__)) <= 8192


def test_a_library_that_reads_stdin_finds_it_empty(loaded: ProcessEngine) -> None:
    assert says(loaded, "read_stdin") == ""


def test_a_crash_is_one_error_with_the_last_words_and_the_next_call_works(
    loaded: ProcessEngine,
) -> None:
    first = loaded.pid
    run = Running(loaded, "exit 3").end()
    assert isinstance(run.error, EngineCrashed)
    assert run.error.facts["detail"] == "the library said goodbye"
    assert run.text == "x"
    assert says(loaded, "say 3") == "xxx"
    assert loaded.pid != first


@POSIX_ONLY
@pytest.mark.parametrize(
    ("fatal", "kind"), [(signal.SIGKILL, EngineKilled), (signal.SIGSEGV, EngineCrashed)]
)
def test_a_child_that_is_killed_is_named_with_its_signal(
    loaded: ProcessEngine, fatal: signal.Signals, kind: type[EngineCrashed]
) -> None:
    run = Running(loaded, "say").begin()
    assert loaded.pid is not None
    os.kill(loaded.pid, fatal)
    run.end()
    assert type(run.error) is kind
    assert run.error.facts["detail"] == fatal.name
    assert ("memory" in str(run.error)) == (fatal == signal.SIGKILL)
    assert says(loaded, "say 1") == "x"


@POSIX_ONLY
def test_a_native_crash_leaves_its_stack_in_the_notes(loaded: ProcessEngine) -> None:
    run = Running(loaded, "segfault").end()
    assert isinstance(run.error, EngineCrashed)
    assert run.error.facts["detail"] == "SIGSEGV"
    assert "string_at" in run.error.__notes__[0]


@POSIX_ONLY
def test_a_child_that_falls_silent_is_ended() -> None:
    engine = greeted(3.0)
    load(engine)
    run = Running(engine, "say").begin()
    pid = engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    run.end()
    assert isinstance(run.error, EngineHung)
    wait_until(lambda: is_gone(pid))
    assert says(engine, "say 1") == "x"
    engine.shut_down()


@POSIX_ONLY
def test_a_child_that_announced_its_silence_is_waited_for() -> None:
    engine = greeted(1.5)
    ended = threading.Event()

    def load_silently() -> None:
        load(engine, "silent")
        ended.set()

    thread = threading.Thread(target=load_silently)
    thread.start()
    pid = engine.pid
    assert pid is not None
    wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    assert not ended.wait(2.0)
    os.kill(pid, signal.SIGCONT)
    thread.join(PATIENCE_S)
    assert ended.is_set()
    engine.shut_down()


def test_a_quiet_but_living_child_is_not_taken_for_hung() -> None:
    engine = greeted(3.0)
    load(engine)
    run = Running(engine, "wait").begin()
    assert not run.request.stop.wait(4.0)
    run.request.stop.set()
    assert run.end().error is None
    engine.shut_down()


def test_a_prompt_larger_than_the_pipe_reaches_a_child_that_is_still_starting(
    engine: ProcessEngine,
) -> None:
    load(engine)
    assert loaded_length(engine, 3_000_000) == 3_000_000


def loaded_length(engine: ProcessEngine, length: int) -> int:
    return engine.count_tokens([ChatMessage("user", "x" * length)])


def test_killing_ends_a_load_that_does_not_come_to_an_end(engine: ProcessEngine) -> None:
    reading = threading.Event()
    errors: list[ExpectedError] = []

    def progress(step: LoadProgress) -> None:
        if step.stage == "reading":
            reading.set()

    def endless() -> None:
        try:
            engine.load(a_source("endless"), None, LoadOptions(), progress)
        except ExpectedError as error:
            errors.append(error)

    thread = threading.Thread(target=endless)
    thread.start()
    assert reading.wait(PATIENCE_S)
    engine.kill()
    thread.join(PATIENCE_S)
    assert [type(error) for error in errors] == [EngineCrashed]
    load(engine)
    assert says(engine, "say 1") == "x"


def test_a_stuck_template_is_told_and_the_next_request_has_a_new_process(
    loaded: ProcessEngine,
) -> None:
    first = loaded.pid
    run = Running(loaded, "stick").end()
    assert isinstance(run.error, TemplateTimeout)
    assert says(loaded, "say 1") == "x"
    assert loaded.pid != first
    assert first is not None
    assert is_gone(first)


def test_a_child_that_dies_while_idle_is_told_once() -> None:
    lost: list[ExpectedError] = []
    engine = ProcessEngine(COMMAND, on_lost=lost.append)
    load(engine)
    assert engine.pid is not None
    psutil.Process(engine.pid).kill()
    wait_until(lambda: bool(lost))
    assert isinstance(lost[0], EngineCrashed)
    assert says(engine, "say 1") == "x"
    engine.shut_down()
    assert len(lost) == 1


@pytest.mark.parametrize("command", [["/no/such/program"], [sys.executable, "-c", "boom"]])
def test_a_child_that_cannot_start_is_a_plain_error(command: list[str]) -> None:
    engine = ProcessEngine(command)
    with pytest.raises(EngineCrashed) as raised:
        load(engine)
    assert raised.value.facts["detail"]
    engine.shut_down()


def test_a_child_that_breaks_the_protocol_is_a_plain_error() -> None:
    program = 'import sys; [print(\'{"kind": "result", "id": 1}\', flush=True) for _ in sys.stdin]'
    engine = ProcessEngine([sys.executable, "-c", program])
    with pytest.raises(EngineCrashed):
        load(engine)
    engine.shut_down()


def test_shutting_down_ends_the_child_and_whoever_waits() -> None:
    engine = ProcessEngine(COMMAND)
    load(engine)
    run = Running(engine, "wait").begin()
    pid = engine.pid
    assert pid is not None
    engine.shut_down()
    assert isinstance(run.end().error, EngineCrashed)
    assert is_gone(pid)
    with pytest.raises(EngineCrashed):
        load(engine)


def test_only_one_child_lives_whoever_calls(engine: ProcessEngine) -> None:
    others = len(psutil.Process().children())
    threads = [threading.Thread(target=load, args=(engine, str(i))) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(psutil.Process().children()) == others + 1
    assert Path(psutil.Process(engine.pid).cwd()) == Path(__file__).parents[3]
