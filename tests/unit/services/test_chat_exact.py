from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_llm.core.conversation import Attachment, FormUse
from desktop_llm.core.generation import ChatMessage, Completion, GenerationResult, Sampling
from desktop_llm.services.chat_exact import compare, exact_request
from desktop_llm.services.errors import (
    AnswerInParts,
    AnswerNotOpen,
    NoRecord,
    RecordedModelGone,
    RepetitionStopped,
)
from tests.values import FakeError, a_message, a_record

RECORD = a_record(
    token_ids=(1, 2, 3),
    prompt_hash="p",
    seed=42,
    sampling=Sampling(temperature=0.9),
    threads=2,
    versions={"torch": "2.0", "transformers": "5.0"},
)


def a_path(content="2", **changes):
    """A question, left out of the last prompt, its answer, another question and its answer."""
    facts = {"generation": replace(RECORD, left_out=("q1", "a1"), system_prompt="Be kind.")}
    return [
        a_message("user", "One", id="q1"),
        a_message("assistant", "1", id="a1"),
        a_message("user", "Two", id="q2"),
        a_message("assistant", content, id="a2", **(facts | changes)),
    ]


# The request


def test_the_request_is_made_of_the_record_alone():
    path = a_path()
    request = exact_request(path, path[-1].generation)
    assert request.messages == (ChatMessage("system", "Be kind."), ChatMessage("user", "Two"))
    assert request.sampling == Sampling(temperature=0.9, seed=42)
    assert (request.exact, request.continue_last, request.num_samples) == (True, False, 1)


def test_thinking_and_files_are_part_of_it():
    file = Attachment("f", "notes.txt", "text/plain", "0", 5, "Notes")
    path = a_path(generation=replace(RECORD, thinking=False))
    path[2] = replace(path[2], attachments=(file,))
    request = exact_request(path, path[-1].generation)
    assert request.thinking is False
    assert "Notes" in request.messages[-1].content


def test_an_answer_that_went_on_goes_on_from_the_same_place():
    path = a_path(content="Begin and end", generation=replace(RECORD, continued_from=5))
    request = exact_request(path, path[-1].generation)
    assert request.continue_last
    assert request.messages[-1] == ChatMessage("assistant", "Begin")


@pytest.mark.parametrize("reason", ["stopped", "length"])
def test_an_answer_that_was_cut_is_cut_again(reason):
    path = a_path(generation=replace(RECORD, stop_reason=reason, new_tokens=3))
    assert exact_request(path, path[-1].generation).sampling.max_new_tokens == 3


def test_a_raw_completion_is_repeated_without_a_chat():
    path = a_path()
    path[2] = replace(path[2], form=FormUse("complete", {}))
    request = exact_request(path, path[-1].generation)
    assert (request.prompt, request.messages) == ("Two", ())


# The comparison


def test_the_same_tokens_and_text_are_identical():
    found = compare(a_path()[-1], Completion("2", replace(RECORD, ttft_s=9.0)))
    assert (found.identical, found.first_difference, found.conditions) == (True, None, ())


@pytest.mark.parametrize(("ids", "first"), [((1, 9, 3), 1), ((1, 2), 2), ((1, 2, 3, 4), 3)])
def test_the_first_token_that_differs_is_told(ids, first):
    found = compare(a_path()[-1], Completion("2!", replace(RECORD, token_ids=ids)))
    assert (found.identical, found.first_difference, found.text) == (False, first, "2!")


def test_everything_that_is_not_as_it_was_is_told():
    now = replace(
        RECORD,
        dtype="bfloat16",
        threads=4,
        prompt_hash="q",
        versions={"torch": "2.1", "transformers": "5.0"},
    )
    assert [str(text) for text in compare(a_path()[-1], Completion("2", now)).conditions] == [
        "The prompt is not the same any more.",
        "The number format was float32 and is bfloat16.",
        "It was computed by 2 threads and now by 4.",
        "The version of torch was 2.0 and is 2.1.",
    ]


def test_only_what_was_written_after_the_break_is_compared():
    message = a_message("assistant", "Begin end", generation=replace(RECORD, continued_from=5))
    assert compare(message, Completion(" end", RECORD)).identical


# The service


class Models:
    """Remembers what was to be loaded."""

    def __init__(self, here=True):
        self.here = here
        self.wanted = []

    def __call__(self, record):
        self.wanted.append(record)
        return self.here


def test_an_answer_is_repeated_and_the_conversation_stays(open_chat):
    models = Models()
    chat = open_chat(use_recorded=models)
    chat.ask_and_answer()
    answer = chat.service.messages[1]
    chat.service.reproduce(answer.id)
    assert chat.inference.requests[-1].exact
    chat.inference.say("Hi.")
    chat.inference.finish()
    (told,) = chat.said("reproduced")
    assert (told.message_id, told.identical, told.text) == (answer.id, True, "Hi.")
    assert models.wanted == [answer.generation, None]
    assert chat.service.messages[1] == answer
    assert chat.said("text_appended") == [[answer.id, "Hi.", False]]


def test_why_an_answer_cannot_be_repeated_is_told(open_chat):
    chat = open_chat(use_recorded=Models(here=False))
    chat.ask_and_answer()
    question, answer = chat.service.messages
    for message in (question, answer):
        chat.service.reproduce(message.id)
    chat.service.new_conversation()
    chat.service.reproduce(answer.id)
    errors = [type(told.error) for told in chat.said("reproduced")]
    assert errors == [NoRecord, RecordedModelGone, AnswerNotOpen]


def test_an_answer_that_was_put_together_is_not_repeated(open_chat):
    chat = open_chat(use_recorded=Models())
    file = Attachment("f", "long.txt", "text/plain", "0", 5, "Long", in_prompt=False)
    chat.service.send("Sum it up.", [file])
    chat.wait(lambda: bool(chat.inference.requests))
    chat.inference.say("A sum.")
    chat.inference.finish()
    chat.service.reproduce(chat.service.messages[1].id)
    assert isinstance(chat.said("reproduced")[0].error, AnswerInParts)
    assert len(chat.inference.requests) == 1


def test_a_repetition_is_stopped_at_once(open_chat):
    chat = open_chat(use_recorded=Models())
    chat.ask_and_answer()
    chat.service.reproduce(chat.service.messages[1].id)
    chat.service.stop_reproducing()
    assert chat.inference.calls[-1] == ("stop", chat.inference.last)
    assert isinstance(chat.said("reproduced")[0].error, RepetitionStopped)


def test_a_failure_is_told_and_a_new_question_comes_first(open_chat):
    models = Models()
    chat = open_chat(use_recorded=models)
    chat.ask_and_answer()
    answer = chat.service.messages[1].id
    chat.service.reproduce(answer)
    chat.inference.fail(FakeError(detail="no memory"))
    assert isinstance(chat.said("reproduced")[0].error, FakeError)
    chat.service.reproduce(answer)
    repeated = chat.inference.last
    chat.service.send("Next")
    assert ("stop", repeated) in chat.inference.calls
    assert isinstance(chat.said("reproduced")[1].error, RepetitionStopped)
    assert models.wanted[-1] is None
    chat.inference.stopped.emit(repeated, GenerationResult(repeated, ()))
    assert len(chat.said("reproduced")) == 2
