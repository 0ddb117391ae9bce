"""Replies that are more than one answer to one request: samples, and steps."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from desktop_llm.core.generation import ChatMessage, Completion, GenerationResult, TextChunk
from desktop_llm.core.text import Text
from desktop_llm.engine.errors import EngineCrashed
from tests.values import FakeError, a_record


def say(chat, text, sample):
    chat.inference.event_received.emit(chat.inference.last, TextChunk(text, sample=sample))


def result(chat, *texts, reason="end"):
    records = [a_record(reason, seed=7 + place) for place in range(len(texts))]
    completions = tuple(Completion(t, r) for t, r in zip(texts, records, strict=True))
    return chat.inference.last, GenerationResult(chat.inference.last, completions)


def answers(chat):
    return [(m.content, m.state) for m in chat.service.siblings(chat.service.messages[1].id)]


@pytest.fixture
def three(chat):
    chat.service.send("Name one", samples=3)
    chat.wait(lambda: bool(chat.inference.requests))
    return chat


def test_several_samples_are_versions_of_which_the_first_is_shown(three):
    assert three.inference.requests[0].num_samples == 3
    first = three.service.messages[1].id
    assert three.service.versions == {first: (1, 3)}
    say(three, "Ann", 0)
    say(three, "Bo", 1)
    assert [text for _, text, _ in three.said("text_appended")] == ["Ann", "Bo"]
    assert three.service.messages[1].content == "Ann"
    three.inference.finished.emit(*result(three, "Ann", "Bob", "Cy"))
    complete = [(name, "complete") for name in ("Ann", "Bob", "Cy")]
    assert answers(three) == complete
    three.settle()
    assert len([m for m in three.said("message_saved") if m != first]) == 3
    seeds = [m.generation.seed for m in three.service.siblings(first)]
    assert seeds == [7, 8, 9]
    three.service.retry(first, samples=2)
    three.wait(lambda: len(three.inference.requests) == 2)
    assert three.service.versions == {three.service.messages[1].id: (4, 5)}


def test_every_sample_is_journalled(three):
    say(three, "Ann", 0)
    say(three, "Bo", 1)
    key = three.service.current.id
    found: list[object] = []

    def on_disk():
        found.clear()
        three.storage.call(lambda store: store.load(key)[1], found.extend)
        three.wait(lambda: bool(found))
        return [message.content for message in found]  # type: ignore[attr-defined]

    three.wait(lambda: on_disk() == ["Name one", "Ann", "Bo", ""])


def test_samples_that_were_never_begun_are_given_up(three):
    say(three, "Ann", 0)
    say(three, "Bo", 1)
    three.inference.stopped.emit(*result(three, "Ann", "Bo", reason="stopped"))
    assert answers(three) == [("Ann", "stopped"), ("Bo", "stopped")]
    assert three.service.versions == {three.service.messages[1].id: (1, 2)}
    three.settle()
    assert [m.content for m in three.on_disk()[1]] == ["Name one", "Ann"]


def test_a_crash_keeps_what_every_sample_has(three):
    say(three, "Ann", 0)
    say(three, "Bo", 1)
    three.inference.fail(EngineCrashed("SIGKILL"))
    assert answers(three) == [("Ann", "interrupted"), ("Bo", "interrupted")]


# Steps


@dataclass(frozen=True)
class Step:
    messages: tuple[ChatMessage, ...]
    title: Text
    max_new_tokens: int
    last: bool


@dataclass
class Steps:
    """Two parts, then the whole of what came of them, by the model or without it."""

    merged_by_model: bool = True
    fails: bool = False
    heard: list[str | None] = field(default_factory=list)
    result: str | None = None

    def next(self, answer):
        self.heard.append(answer)
        number = len(self.heard)
        if self.fails and number == 2:
            raise FakeError(detail="no second step")
        if number == 3 and not self.merged_by_model:
            self.result = " + ".join(self.heard[1:])  # type: ignore[arg-type]
        if number > (3 if self.merged_by_model else 2):
            return None
        asked = (ChatMessage("system", "Count."), ChatMessage("user", f"Part {number}"))
        return Step(asked, Text("Step {n}", {"n": number}), 10 * number, number == 3)


def run(chat, steps, *texts):
    chat.service.send("All of it", steps=steps)
    for number, text in enumerate(texts, 1):
        chat.wait(lambda number=number: len(chat.inference.requests) == number)
        chat.inference.say(text)
        chat.inference.finish()


def test_the_last_of_several_steps_is_the_answer(chat):
    steps = Steps()
    run(chat, steps, "a", "b", "a and b")
    assert steps.heard == [None, "a", "b", "a and b"] or steps.heard == [None, "a", "b"]
    requests = chat.inference.requests
    assert [r.messages[-1].content for r in requests] == ["Part 1", "Part 2", "Part 3"]
    assert [r.sampling.max_new_tokens for r in requests] == [10, 20, 30]
    assert len({r.id for r in requests}) == 3
    chat.settle()
    answer = chat.on_disk()[1][1]
    assert (answer.content, answer.state) == ("a and b", "complete")
    assert answer.thinking == "Step 1\na\n\nStep 2\nb"
    assert answer.generation.system_prompt == "Count."
    assert answer == chat.service.messages[1]
    streamed = "".join(text for _, text, thinking in chat.said("text_appended") if thinking)
    assert "Step 1\n" + streamed.removeprefix("Step 1\n") == answer.thinking


def test_what_steps_put_together_without_the_model_is_the_answer(chat):
    run(chat, Steps(merged_by_model=False), "a", "b")
    assert chat.service.messages[1].content == "a + b"
    assert not chat.service.busy


def test_stop_keeps_the_steps_so_far(chat):
    run(chat, Steps(), "a")
    chat.wait(lambda: len(chat.inference.requests) == 2)
    chat.inference.say("ha")
    chat.service.stop()
    chat.inference.end_stopped()
    answer = chat.on_disk()[1][1]
    assert (answer.state, answer.content) == ("stopped", "")
    assert answer.thinking == "Step 1\na\n\nStep 2\nha"
    assert len(chat.inference.requests) == 2


def test_an_error_between_steps_keeps_what_there_is(chat):
    run(chat, Steps(fails=True), "a")
    answer = chat.service.messages[1]
    assert (answer.state, answer.thinking) == ("failed", "Step 1\na")
    assert isinstance(answer.error, FakeError)
