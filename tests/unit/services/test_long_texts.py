"""Attached texts that are made to fit; one token is a word here."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_llm.core.conversation import Attachment, Message
from desktop_llm.core.generation import Sampling
from desktop_llm.forms.windows import WindowTooLarge
from desktop_llm.services import long_texts
from desktop_llm.services.chat_prompt import prompt_messages
from desktop_llm.services.context_planner import Planner
from desktop_llm.services.errors import ContextFull
from desktop_llm.services.long_texts import InWindows, LongTexts, Measure, steps_again, unread
from tests.fake_documents import WordEngine
from tests.values import a_conversation, a_loaded_model, a_message

LIMIT = 1000
ANSWER = 100


def file(count: int, name: str = "a.txt", word: str = "w") -> Attachment:
    text = " ".join(f"{word}{number}" for number in range(count))
    return Attachment(f"{name}{count}", name, "text/plain", "0", len(text), text)


class Draft:
    """A draft of a question and files, and an engine that counts it."""

    def __init__(
        self, *files: Attachment, text: str = "What is this?", path: Any = (), policy: Any = "ask"
    ) -> None:
        sampling = Sampling(max_new_tokens=ANSWER)
        self.texts = LongTexts(
            a_conversation(sampling=sampling, context_policy=policy), "", tuple(path), text, files
        )
        self.engine: Any = WordEngine()
        self.model = a_loaded_model(context_length=LIMIT)

    def measure(self) -> Measure:
        return self.texts.measure(self.engine, self.model, Planner())

    def shorten(self, end: Any) -> tuple[Attachment, ...]:
        return self.texts.shorten(self.engine, self.model, Planner(), end)

    def prompt_length(self, *files: Attachment) -> int:
        sent = Message("", "c", None, "user", self.texts.text, attachments=files)
        path = [*self.texts.path, sent]
        length: int = self.engine.count_tokens(prompt_messages("", path))
        return length

    def windows(self, window: int, overlap: int) -> InWindows:
        return self.texts.in_windows(self.engine, self.model, window, overlap)


def test_what_fits_goes_in_whole():
    draft = Draft(file(300), file(200, "b.txt"))
    measure = draft.measure()
    assert measure.fits
    assert measure.tokens == (300, 200)
    assert draft.shorten("start") == draft.texts.attachments


def test_a_text_that_leaves_hardly_room_for_the_answer_does_not_fit():
    assert not Draft(file(LIMIT - 40)).measure().fits
    assert Draft(file(LIMIT - 40 - ANSWER)).measure().fits


@pytest.mark.parametrize("end", ["start", "end"])
def test_a_long_text_is_shortened_to_what_fits(end):
    draft = Draft(file(5000))
    (kept,) = draft.shorten(end)
    words = kept.text.split()
    assert words == file(5000).text.split()[: len(words)] if end == "start" else True
    assert words == file(5000).text.split()[-len(words) :] if end == "end" else True
    assert draft.prompt_length(kept) + ANSWER <= LIMIT
    assert len(words) > LIMIT - ANSWER - 80
    side = "first" if end == "start" else "last"
    assert kept.name == f"a.txt ({side} {len(words)} of 5,000 tokens)"
    assert kept.id != draft.texts.attachments[0].id


def test_small_files_stay_whole_and_the_long_ones_share_the_rest():
    small, one, two = Draft(file(50, "s"), file(4000, "a"), file(3000, "b")).shorten("start")
    assert (small.name, small.text) == ("s", file(50).text)
    assert abs(len(one.text.split()) - len(two.text.split())) <= 32
    assert "of 4,000" in one.name


def test_earlier_messages_take_room_where_they_may_not_be_dropped():
    path = [a_message("user", "old " * 300), a_message("assistant", "answer " * 200)]
    asked, dropped = (
        Draft(file(5000), path=path),
        Draft(file(5000), path=path, policy="drop_oldest"),
    )
    assert asked.measure().room < 400
    assert dropped.measure().room > 800
    (kept,) = asked.shorten("start")
    assert asked.prompt_length(kept) + ANSWER <= LIMIT


def test_a_conversation_that_is_full_already_is_told():
    draft = Draft(file(5000), path=[a_message("user", "old " * 990)])
    assert draft.measure().room == 0
    with pytest.raises(ContextFull):
        draft.shorten("start")


@settings(max_examples=40)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=4), st.integers(0, 1200))
def test_nothing_shortened_is_ever_longer_than_the_limit(counts, question):
    files = [file(count, f"{number}.txt") for number, count in enumerate(counts)]
    draft = Draft(*files, text="q " * question)
    try:
        kept = draft.shorten("end")
    except ContextFull:
        assert question > LIMIT - ANSWER - 250
    else:
        assert draft.prompt_length(*kept) < LIMIT


@pytest.mark.parametrize(("window", "overlap"), [(400, 50), (200, 0), (100, 50)])
def test_windows_hold_everything_and_none_is_too_long(window, overlap):
    draft = Draft(file(2000, "a"), file(300, "b", "v"))
    sent = draft.windows(window, overlap)
    asked, answer = [], None
    while step := sent.steps.next(answer):
        assert draft.engine.count_tokens(step.messages) + step.max_new_tokens <= LIMIT
        asked.append(step.messages[-1].content)
        answer = "seen"
    everything = " ".join(asked)
    assert all(f"w{n}" in everything for n in (0, 777, 1999))
    assert all(f"v{n}" in everything for n in (0, 150, 299))
    assert sent.steps.result == "seen"
    assert all("What is this?" in prompt for prompt in asked)


def test_the_estimate_is_about_right():
    draft = Draft(file(9000))
    measure = draft.measure()
    for window, overlap in ((400, 50), (200, 20), (800, 100)):
        steps = draft.windows(window, overlap).steps
        assert measure.requests(window, overlap) == pytest.approx(steps.total, rel=0.2, abs=2)


def test_the_widest_window_is_possible_and_a_wider_one_is_not():
    draft = Draft(file(9000))
    widest = draft.measure().widest
    assert widest > LIMIT / 2
    draft.windows(widest, widest // 8)
    with pytest.raises(WindowTooLarge):
        draft.windows(LIMIT, 0)


def test_files_read_in_windows_are_only_named_in_later_prompts():
    draft = Draft(file(2000))
    sent = draft.windows(400, 50)
    (named,) = sent.attachments
    assert named.name == "a.txt (read in parts)"
    assert named.text == file(2000).text
    assert draft.prompt_length(named) < 40


def test_of_a_huge_text_only_the_beginning_is_counted(monkeypatch):
    monkeypatch.setattr(long_texts, "HUGE", 20_000)
    draft = Draft(file(20_000), file(50, "b"))
    measure = draft.measure()
    assert measure.tokens[0] == pytest.approx(20_000, rel=0.2)
    assert measure.guessed == (True, False)
    assert max(map(len, draft.engine.counted)) < 21_000
    first, second = draft.shorten("end")
    assert "of about" in first.name
    assert first.text.split()[-1] == "w19999"
    assert max(map(len, draft.engine.counted)) < 21_000
    assert LIMIT - 100 < draft.prompt_length(first, second) + ANSWER <= LIMIT


def test_an_answer_from_windows_can_be_asked_for_again():
    draft = Draft(file(2000), file(30, "b"))
    (first, second) = draft.windows(400, 50).attachments
    asked = a_message("user", "What is this?", attachments=(first, second))
    assert unread(asked) == (first, second)
    steps = steps_again(draft.texts.conversation, "", asked, draft.engine, draft.model, Planner())
    step = steps.next()
    assert step
    assert "w0" in step.messages[-1].content
