"""Whether a text fits, and what is done where it does not."""

from __future__ import annotations

import pytest

from desktop_llm.core.generation import TokenCounts
from desktop_llm.forms.fitting import Room, TextTooLong
from desktop_llm.forms.reading_forms import SUMMARISE, TRANSLATE
from desktop_llm.forms.windows import WindowTask, WindowTooLarge

TEXT = " ".join(f"word{n}" for n in range(2000))


class Characters:
    """A tokenizer whose tokens are pairs of characters."""

    def count_texts(self, texts):
        return TokenCounts(tuple(-(-len(text) // 2) for text in texts), 4, 6)

    def split_text(self, text, window, overlap):
        starts = range(0, len(text), 2 * (window - overlap))
        return [(start, min(len(text), start + 2 * window)) for start in starts]


def room(context: int = 1000, new: int = 200) -> Room:
    return Room(Characters(), context, new)


def test_the_answer_never_takes_more_than_a_quarter_of_the_context():
    assert room(1000, 200).answer == 200
    assert room(1000, 900).answer == 250
    assert room(1000, 200).prompt() == 1000 - 200 - 6 - 2 * 4


def test_a_prompt_that_fits_is_let_through_and_a_longer_one_is_told_with_its_length():
    room().check("x" * 2 * 786)
    with pytest.raises(TextTooLong) as told:
        room().check("x" * 2 * 787)
    assert told.value.facts == {"tokens": 787, "limit": 786}


def test_the_start_and_the_end_are_as_long_as_fits():
    instruction = "Summarise this: {text}"
    for part in (room().start(instruction, TEXT), room().end(instruction, TEXT)):
        tokens = room().count(instruction.replace("{text}", part))
        assert 786 - 2 * 16 < tokens <= 786
    assert TEXT.startswith(room().start(instruction, TEXT))
    assert TEXT.endswith(room().end(instruction, TEXT))


def test_an_instruction_that_leaves_no_room_is_told():
    with pytest.raises(TextTooLong):
        room().start("x" * 2 * 786 + "{text}", TEXT)


def test_without_sizes_windows_are_as_large_as_fits():
    task = WindowTask.of(SUMMARISE, {"text": TEXT})
    machine = room().windows(task, TEXT)
    assert machine.windows == pytest.approx(len(TEXT) / 2 / 600, abs=4)
    assert room().windows(task, TEXT, window=100, overlap=20).windows > 2 * machine.windows


def test_parts_of_a_translation_do_not_overlap_and_leave_room_for_their_like():
    task = WindowTask.of(TRANSLATE, {"text": TEXT})
    machine = room().windows(task, TEXT)
    answers = []
    step = machine.next()
    while step:
        part = step.messages[-1].content.partition("\n\n")[2]
        assert room().count(part) <= step.max_new_tokens
        answers.append(part)
        step = machine.next(part)
    assert "".join(answers) == TEXT


def test_a_model_that_is_too_small_for_any_window_is_told():
    with pytest.raises(WindowTooLarge):
        room(120, 20).windows(WindowTask.of(SUMMARISE, {"text": TEXT}), TEXT)
