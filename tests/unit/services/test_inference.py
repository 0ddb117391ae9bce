from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from desktop_llm.core.generation import (
    ChatMessage,
    GenerationRequest,
    LoadOptions,
    LoadProgress,
    PromptProgress,
    TextChunk,
)
from desktop_llm.engine.errors import EngineCrashed, NoModelLoaded
from desktop_llm.services.inference import InferenceService
from desktop_llm.services.tasks import AppFault
from tests.fakes import ScriptedEngine
from tests.values import FakeError, a_device, a_source


class Witness:
    """Everything that an InferenceService said, in order."""

    def __init__(self, service):
        self.phases: list[str] = []
        self.states: list[Any] = []
        self.events: list[tuple[str, Any]] = []
        self.ends: list[tuple[str, str, Any]] = []
        service.state_changed.connect(self.state)
        service.event_received.connect(lambda key, event: self.events.append((key, event)))
        for name in ("finished", "stopped", "failed"):
            getattr(service, name).connect(
                lambda key, outcome, name=name: self.ends.append((key, name, outcome))
            )

    def state(self, state):
        self.states.append(state)
        if not self.phases or self.phases[-1] != state.phase:
            self.phases.append(state.phase)

    @property
    def short_ends(self):
        return [(key, name) for key, name, _ in self.ends]

    def text(self, key):
        return "".join(e.text for k, e in self.events if k == key and isinstance(e, TextChunk))


@pytest.fixture
def serve(qtbot):
    services = []

    def build(*scripts, loaded=True, **options):
        engine = ScriptedEngine(*scripts, **options)
        service = InferenceService(engine)
        services.append(service)
        witness = Witness(service)
        service.start()
        if loaded:
            service.load(a_source())
            qtbot.waitUntil(lambda: service.state.phase == "ready")
        return service, engine, witness

    yield build
    for service in services:
        service.shut_down()


def a_request(key="r"):
    return GenerationRequest(key, (ChatMessage("user", "Hello"),))


def test_starting_tells_the_device_before_any_model_is_loaded(serve, qtbot):
    service, _engine, witness = serve(loaded=False)
    qtbot.waitUntil(lambda: service.state.phase == "idle")
    assert service.state.device.name == "Fake processor"
    assert witness.phases == ["starting", "idle"]


def test_every_call_of_the_engine_is_on_the_inference_thread(serve, qtbot):
    service, engine, witness = serve()
    service.submit(a_request())
    qtbot.waitUntil(lambda: bool(witness.ends))
    assert engine.threads == {"InferenceThread"}


def test_a_request_yields_its_text_and_then_one_end(serve, qtbot):
    service, _engine, witness = serve(["One", " two"])
    service.submit(a_request())
    qtbot.waitUntil(lambda: bool(witness.ends))
    assert witness.text("r") == "One two"
    (_key, name, result), *more = witness.ends
    assert (name, result.completions[0].text, more) == ("finished", "One two", [])


def test_loading_reports_its_progress_and_the_model(serve, qtbot):
    steps = [LoadProgress("converting", 0.5), LoadProgress("reading", 1.0)]
    service, _engine, witness = serve(load_steps=steps)
    seen = [s.progress for s in witness.states if s.phase == "loading"]
    assert seen == [LoadProgress("starting"), *steps]
    assert service.state.model.source == a_source()


def test_a_flood_of_progress_reaches_the_gui_as_a_trickle(serve, qtbot):
    steps = [LoadProgress("reading", number / 1000) for number in range(1000)]
    _service, _engine, witness = serve(load_steps=[*steps, LoadProgress("measuring")])
    seen = [s.progress for s in witness.states if s.phase == "loading"]
    assert len(seen) < 500
    assert seen[-1] == LoadProgress("measuring")


def test_requests_run_one_after_another(serve, qtbot):
    service, _engine, witness = serve(["a"], ["b"], ["c"])
    for key in "xyz":
        service.submit(a_request(key))
    qtbot.waitUntil(lambda: len(witness.ends) == 3)
    assert witness.short_ends == [("x", "finished"), ("y", "finished"), ("z", "finished")]
    assert [witness.text(key) for key in "xyz"] == ["a", "b", "c"]


def test_stop_ends_the_running_request_with_what_it_has(serve, qtbot):
    service, _engine, witness = serve(["so far", threading.Event(), "never"])
    service.submit(a_request())
    qtbot.waitUntil(lambda: witness.text("r") == "so far")
    service.stop("r")
    qtbot.waitUntil(lambda: bool(witness.ends))
    (_key, name, result), *more = witness.ends
    assert (name, result.completions[0].text, more) == ("stopped", "so far", [])


def test_a_waiting_request_is_stopped_at_once_and_only_once(serve, qtbot):
    release = threading.Event()
    service, engine, witness = serve(["one", release], ["two"])
    service.submit(a_request("first"))
    service.submit(a_request("second"))
    qtbot.waitUntil(lambda: witness.text("first") == "one")
    service.stop("second")
    assert witness.short_ends == [("second", "stopped")]
    release.set()
    service.submit(a_request("third"))
    qtbot.waitUntil(lambda: len(witness.ends) == 3)
    assert witness.short_ends[1:] == [("first", "finished"), ("third", "finished")]
    assert [request.id for request in engine.requests] == ["first", "third"]


def test_stopping_something_unknown_is_harmless(serve, qtbot):
    service, _engine, witness = serve()
    service.stop("nothing")
    assert witness.ends == []


def test_without_a_chosen_model_a_request_fails_and_says_so(serve, qtbot):
    service, _engine, witness = serve(loaded=False)
    service.submit(a_request())
    qtbot.waitUntil(lambda: bool(witness.ends))
    assert isinstance(witness.ends[0][2], NoModelLoaded)


def test_after_ejecting_the_next_request_loads_the_model_again(serve, qtbot):
    service, engine, witness = serve()
    service.eject()
    qtbot.waitUntil(lambda: service.state.phase == "idle")
    assert engine.loaded is None
    service.submit(a_request())
    qtbot.waitUntil(lambda: bool(witness.ends))
    assert witness.short_ends == [("r", "finished")]
    assert service.state.phase == "ready"


def test_a_model_that_rests_is_told_as_such_and_loaded_again_by_the_next_request(serve, qtbot):
    service, engine, witness = serve()
    service.rest()
    qtbot.waitUntil(lambda: service.state.rested)
    assert service.state.phase == "idle"
    assert engine.loaded is None
    service.submit(a_request())
    assert service.busy
    service.rest()
    qtbot.waitUntil(lambda: bool(witness.ends))
    assert service.state.phase == "ready"
    assert not service.state.rested


def test_what_takes_nearly_all_memory_is_asked_about_once(serve, qtbot):
    service, engine, _witness = serve(loaded=False)
    service.set_options(LoadOptions(ask_if_tight=True))
    service.load(a_source())
    qtbot.waitUntil(lambda: service.state.phase == "ready")
    assert engine.options.ask_if_tight
    service.load_anyway(a_source())
    qtbot.waitUntil(lambda: not engine.options.ask_if_tight)
    service.set_options(LoadOptions(ask_if_tight=True))
    service.submit(a_request())
    qtbot.waitUntil(lambda: not service.busy)
    assert engine.calls.count("load fake") == 2


def test_an_expected_error_ends_the_request_and_the_model_stays(serve, qtbot):
    service, _engine, witness = serve([FakeError(detail="too long")], ["fine"])
    service.submit(a_request("bad"))
    service.submit(a_request("good"))
    qtbot.waitUntil(lambda: len(witness.ends) == 2)
    assert witness.short_ends == [("bad", "failed"), ("good", "finished")]
    assert "failed" not in witness.phases


def test_a_crash_fails_the_request_and_the_next_one_starts_again(serve, qtbot):
    service, engine, witness = serve(["some", EngineCrashed("signal 9")], ["again"])
    service.submit(a_request("crashing"))
    qtbot.waitUntil(lambda: service.state.phase == "failed")
    assert isinstance(service.state.error, EngineCrashed)
    service.submit(a_request("next"))
    qtbot.waitUntil(lambda: len(witness.ends) == 2)
    assert witness.short_ends == [("crashing", "failed"), ("next", "finished")]
    assert engine.calls.count("load fake") == 2


def test_a_process_that_ends_while_idle_is_told_and_loaded_again(serve, qtbot):
    service, engine, witness = serve()
    engine.on_lost(EngineCrashed("killed while idle"))
    qtbot.waitUntil(lambda: service.state.phase == "failed")
    assert service.state.model is None
    service.submit(a_request())
    qtbot.waitUntil(lambda: bool(witness.ends))
    assert witness.short_ends == [("r", "finished")]
    assert engine.calls.count("load fake") == 2


def test_the_device_is_told_while_a_model_loads(serve, qtbot):
    release = threading.Event()
    service, engine, _witness = serve(loaded=False, load_steps=[release])
    service.load(a_source())
    qtbot.waitUntil(lambda: service.state.phase == "loading")
    engine.on_hello(a_device("cuda"))
    qtbot.waitUntil(lambda: service.state.device.kind == "cuda")
    assert service.state.phase == "loading"
    release.set()


def test_a_bug_in_the_engine_still_ends_the_request(serve, qtbot):
    service, _engine, witness = serve([RuntimeError("a bug")])
    with qtbot.captureExceptions() as exceptions:
        service.submit(a_request())
        qtbot.waitUntil(lambda: bool(witness.ends))
    assert isinstance(witness.ends[0][2], AppFault)
    assert exceptions[0][0] is RuntimeError


def test_a_failed_load_is_told_and_fails_the_request_that_needed_it(serve, qtbot):
    service, _engine, witness = serve(loaded=False, load_steps=[FakeError(detail="damaged")])
    service.load(a_source())
    qtbot.waitUntil(lambda: service.state.phase == "failed")
    service.submit(a_request())
    qtbot.waitUntil(lambda: bool(witness.ends))
    assert isinstance(service.state.error, FakeError)
    assert witness.short_ends == [("r", "failed")]


def test_cancelling_a_load_ends_it_and_stops_what_waited(serve, qtbot):
    service, engine, witness = serve(loaded=False, load_steps=[threading.Event()])
    service.load(a_source())
    service.submit(a_request())
    qtbot.waitUntil(lambda: "load fake" in engine.calls and service.state.phase == "loading")
    service.cancel_load()
    qtbot.waitUntil(lambda: service.state.phase == "idle")
    assert witness.short_ends == [("r", "stopped")]
    assert "failed" not in witness.phases
    engine.load_steps.clear()
    service.submit(a_request("later"))
    qtbot.waitUntil(lambda: len(witness.ends) == 2)
    assert witness.short_ends[1] == ("later", "finished")


def test_tokens_are_counted_while_an_answer_is_written(serve, qtbot):
    release = threading.Event()
    service, _engine, witness = serve(["one", release])
    service.submit(a_request())
    qtbot.waitUntil(lambda: witness.text("r") == "one")
    counted: list[Any] = []
    words = [ChatMessage("user", "four words are here")]
    service.ask(lambda engine: engine.count_tokens(words), counted.append, counted.append)
    qtbot.waitUntil(lambda: counted == [4])
    assert witness.ends == []
    release.set()
    qtbot.waitUntil(lambda: bool(witness.ends))


def test_new_options_load_the_model_again(serve, qtbot):
    service, engine, _witness = serve()
    options = LoadOptions(dtype="bfloat16")
    service.set_options(options)
    qtbot.waitUntil(lambda: engine.calls.count("load fake") == 2)
    qtbot.waitUntil(lambda: service.state.phase == "ready")
    assert engine.options == options


def test_a_model_is_loaded_as_it_was_set_for_it_alone(qtbot):
    chosen = {"fake": 512}

    def options_for(model, options):
        return replace(options, context_length=chosen.get(model.name, 0))

    engine = ScriptedEngine()
    service = InferenceService(engine, options_for=options_for)
    service.start()
    service.load(a_source())
    qtbot.waitUntil(lambda: service.state.phase == "ready")
    assert engine.options == LoadOptions(context_length=512)
    assert service.chosen == a_source()
    chosen["fake"] = 256
    service.set_options(LoadOptions())
    qtbot.waitUntil(lambda: engine.options == LoadOptions(context_length=256))
    qtbot.waitUntil(lambda: service.state.phase == "ready")
    service.shut_down()


def test_the_same_options_load_nothing(serve, qtbot):
    service, engine, witness = serve()
    service.set_options(LoadOptions())
    service.submit(a_request())
    qtbot.waitUntil(lambda: bool(witness.ends))
    assert engine.calls.count("load fake") == 1


def test_shutting_down_ends_every_request_once_and_the_process(serve, qtbot):
    service, engine, witness = serve(["so far", threading.Event()], ["never"])
    service.submit(a_request("running"))
    service.submit(a_request("waiting"))
    qtbot.waitUntil(lambda: witness.text("running") == "so far")
    with qtbot.waitSignal(service.idle):
        service.shut_down()
    assert sorted(witness.short_ends) == [("running", "stopped"), ("waiting", "stopped")]
    assert engine.calls[-1] == "shut_down"
    service.submit(a_request("late"))
    assert witness.short_ends[-1] == ("late", "stopped")


def test_shutting_down_while_a_model_loads_kills_the_load(serve, qtbot):
    service, engine, _witness = serve(loaded=False, load_steps=[threading.Event()])
    service.load(a_source())
    qtbot.waitUntil(lambda: service.state.phase == "loading")
    service.shut_down()
    assert "kill" in engine.calls
    assert engine.calls[-1] == "shut_down"


def test_a_service_that_was_never_started_can_be_shut_down(qtbot):
    service = InferenceService(ScriptedEngine())
    with qtbot.waitSignal(service.idle):
        service.shut_down()


def test_prompt_progress_arrives_before_the_text(serve, qtbot):
    service, _engine, witness = serve([PromptProgress(512, 1024), PromptProgress(1024, 1024), "x"])
    service.submit(a_request())
    qtbot.waitUntil(lambda: bool(witness.ends))
    assert [type(event).__name__ for _, event in witness.events] == [
        "PromptProgress",
        "PromptProgress",
        "TextChunk",
    ]


def test_a_question_that_fails_is_told_to_who_asked(serve, qtbot):
    service, _engine, _witness = serve(loaded=False)
    answers: list[Any] = []

    def fail(engine):
        raise NoModelLoaded

    service.ask(fail, answers.append, answers.append)
    qtbot.waitUntil(lambda: len(answers) == 1)
    assert isinstance(answers[0], NoModelLoaded)
