from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer

from desktop_llm.services import chat_titles
from desktop_llm.services.chat_titles import ASK_FOR_TITLE, clean_title
from desktop_llm.services.inference import EngineState
from tests.values import FakeError, a_loaded_model


@pytest.fixture
def quiet(open_chat, monkeypatch):
    """A model is ready, and a quiet moment is short."""
    assert chat_titles.QUIET_MS >= 2000
    monkeypatch.setattr(chat_titles, "QUIET_MS", 5)
    chat = open_chat()
    chat.inference.set_state(EngineState("ready", model=a_loaded_model()))
    return chat


def wait_for_quiet(chat):
    """Longer than `QUIET_MS`, by the same clock."""
    passed: list[bool] = []
    QTimer.singleShot(50, lambda: passed.append(True))
    chat.wait(lambda: bool(passed))


def wait_for_question(chat):
    chat.wait(lambda: asked(chat)[-1:] == chat.inference.requests[-1:])


def asked(chat):
    """The requests for a title."""
    return [r for r in chat.inference.requests if r.messages[-1].content == ASK_FOR_TITLE]


def test_the_model_proposes_a_title_after_the_first_answer(quiet):
    quiet.ask_and_answer("What is the capital of France?", "Paris.")
    assert quiet.service.current.title_source == "words"
    wait_for_question(quiet)
    (request,) = asked(quiet)
    assert [m.content for m in request.messages[:-1]] == [
        "What is the capital of France?",
        "Paris.",
    ]
    assert (request.sampling.temperature, request.thinking) == (0.0, False)
    assert request.sampling.max_new_tokens <= 32
    assert not quiet.service.busy
    quiet.inference.say('**Title: "The capital of France"**\n')
    quiet.inference.finish()
    quiet.wait(lambda: quiet.service.current.title_source == "model")
    assert quiet.service.current.title == "The capital of France"
    assert quiet.said("conversations_changed")[-1][0].title == "The capital of France"
    assert quiet.on_disk()[0].title == "The capital of France"
    quiet.ask_and_answer("And of Spain?")
    wait_for_quiet(quiet)
    assert len(asked(quiet)) == 1


def test_a_title_of_the_person_is_never_replaced(quiet):
    quiet.ask_and_answer()
    wait_for_question(quiet)
    quiet.service.rename(quiet.service.current.id, "Mine")
    quiet.inference.say("Theirs")
    quiet.inference.finish()
    quiet.settle()
    quiet.settle()
    assert quiet.service.current.title == quiet.on_disk()[0].title == "Mine"


def test_the_person_never_waits_for_a_title(quiet):
    quiet.ask_and_answer()
    wait_for_question(quiet)
    title = quiet.inference.last
    quiet.service.send("Now this")
    assert ("stop", title) in quiet.inference.calls
    quiet.inference.end_stopped(title)
    quiet.wait(lambda: quiet.inference.last != title)
    quiet.inference.say("Done")
    quiet.inference.finish()
    wait_for_question(quiet)


def test_a_failed_title_is_not_told_and_not_tried_again(quiet):
    quiet.ask_and_answer("Hello")
    wait_for_question(quiet)
    quiet.inference.fail(FakeError(detail="no title"))
    quiet.ask_and_answer("More")
    wait_for_quiet(quiet)
    assert (len(asked(quiet)), quiet.said("failed")) == (1, [])
    assert quiet.service.current.title == "Hello"


def test_no_model_is_loaded_for_a_title(quiet):
    quiet.inference.set_state(EngineState("idle"))
    quiet.ask_and_answer()
    wait_for_quiet(quiet)
    assert asked(quiet) == []


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("Weather in Rome", "Weather in Rome"),
        ("\n\n# Title: Weather.\nIt rains", "Weather"),
        ("«巴黎的天气»", "巴黎的天气"),
        ("12:30 in Rome", "12:30 in Rome"),
        ("word " * 40, "word word word word word word word word word…"),
        ("", ""),
        ("***", ""),
    ],
)
def test_a_title_is_taken_out_of_what_models_put_around_it(answer, title):
    assert clean_title(answer) == title
