"""Long texts: windows at good boundaries, steps within the limit, results merged."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_llm.core.generation import TokenCounts
from desktop_llm.forms.reading_forms import EXTRACT, QUESTION, SENTIMENT, SUMMARISE, TRANSLATE
from desktop_llm.forms.splitting import spans_at_boundaries, split_windows
from desktop_llm.forms.windows import (
    WindowReduction,
    WindowTask,
    WindowTooLarge,
    prompt_room,
)


def count(text):
    """Tokens of four characters."""
    return -(-len(text) // 4)


def split(text, window, overlap):
    """As an engine does, in tokens of four characters."""
    spans, start = [], 0
    while True:
        end = min(len(text), start + 4 * window)
        spans.append((start, end))
        if end == len(text):
            return spans
        start = end - 4 * overlap


def run(machine, model):
    """Drive `machine` with `model`; the prompts that were made."""
    prompts, answer = [], None
    while (step := machine.next(answer)) is not None:
        prompts.append(step.messages[-1].content)
        assert sum(count(message.content) for message in step.messages) <= machine_room(machine)
        answer = model(prompts[-1], step)
    return prompts


def machine_room(machine):
    return machine._room


def names_in(prompt, step=None):
    """A model that finds names like N17 and answers as it was told."""
    text = prompt.partition("Text:\n")[2]
    return json.dumps(re.findall(r"\bN\d+\b", text))


def story(facts, sentences=400):
    """A long text with `facts` at places given as shares of its length."""
    lines = [f"Nothing of note happened on day {n} of that long year." for n in range(sentences)]
    for place, fact in facts.items():
        lines.insert(int(place * sentences), f"Then {fact} came by.")
    return " ".join(lines)


def test_facts_of_the_first_a_middle_and_the_last_window_are_found_once_each():
    text = story({0: "N1", 0.3: "N2", 0.5: "N3", 0.999: "N4"})
    windows = split_windows(text, 300, 150, split)
    assert sum("N2" in window for window in windows) > 1  # in what they share
    machine = WindowReduction(WindowTask.of(EXTRACT, {"what": "names"}), windows, count, 600)
    prompts = run(machine, names_in)
    assert machine.result is not None
    assert sorted(json.loads(machine.result)) == ["N1", "N2", "N3", "N4"]
    assert len(prompts) == machine.total == machine.done == len(windows)


def test_a_summary_is_merged_by_the_model_in_levels():
    windows = [f"word{n} " * 40 for n in range(12)]
    task = WindowTask.of(SUMMARISE, {"text": windows[0]})
    machine = WindowReduction(task, windows, count, room=240, answer_tokens=60)
    known = machine.total
    made = []

    def model(prompt, step):
        made.append(step)
        assert step.max_new_tokens <= 60
        return f"summary {len(made)} " * 20

    run(machine, model)
    assert len(made) == known == machine.done
    assert known > 12 + 2  # more than one level
    assert [step.last for step in made] == [False] * (known - 1) + [True]
    assert machine.result == f"summary {known} " * 20
    assert str(made[0].title) == f"Reading, step 1 of {known}"
    assert str(made[-1].title) == f"Merging, step {known} of {known}"
    assert made[0].messages[0].content.startswith("This is part 1 of 12 of a long text.")


def test_as_many_results_are_merged_at_once_as_fit():
    windows = ["some words " * 10] * 6
    machine = WindowReduction(WindowTask("Describe."), windows, count, 2000, answer_tokens=100)
    assert machine.total == 6 + 1


def test_a_model_that_writes_more_than_it_may_gets_no_prompt_above_the_limit():
    windows = ["some words " * 20] * 5
    machine = WindowReduction(WindowTask("Describe this."), windows, count, 250, 50, count)
    run(machine, lambda prompt, step: "far too long " * 500)
    assert machine.result


def test_one_window_is_one_request_without_a_word_about_parts():
    machine = WindowReduction(WindowTask("Describe."), ["A text."], count, 100)
    assert run(machine, lambda prompt, step: str(step.last)) == ["Describe.\n\nA text."]
    assert (machine.result, machine.total) == ("True", 1)


def test_what_came_so_far_can_be_read_at_any_time_and_a_step_can_be_asked_again():
    machine = WindowReduction(WindowTask("Describe."), ["one", "two", "three"], count, 500)
    first = machine.next()
    assert machine.next() == first
    machine.next("an answer")
    assert [partial.text for partial in machine.partials] == ["an answer"]
    assert str(machine.partials[0].title) == f"Reading, step 1 of {machine.total}"
    assert (machine.done, machine.result) == (1, None)


def test_answers_that_are_no_lists_are_merged_by_the_model():
    machine = WindowReduction(WindowTask.of(EXTRACT, {"what": "names"}), ["a", "b"], count, 900)
    prompts = run(
        machine, lambda prompt, step: "Well, nobody really." if step.last is False else "[]"
    )
    assert prompts[-1].startswith("Below are lists of names")
    assert "Part 2:\nWell, nobody really." in prompts[-1]
    assert machine.result == "[]"
    assert machine.done == machine.total == 3


def test_items_are_the_same_whatever_their_case_and_full_stops():
    machine = WindowReduction(WindowTask.of(EXTRACT, {"what": "x"}), ["a", "b"], count, 900)
    answers = iter(['["Anna Lee", "Ben"]', "- anna  lee.\n- Cleo"])
    run(machine, lambda prompt, step: next(answers))
    assert machine.result == '["Anna Lee", "Ben", "Cleo"]'


def test_a_translation_is_put_together_in_order():
    machine = WindowReduction(WindowTask.of(TRANSLATE, {"text": "x"}), ["one", "two"], count, 900)
    prompts = run(machine, lambda prompt, step: prompt[-3:].upper())
    assert machine.result == "ONE\n\nTWO"
    assert "part 1" not in prompts[0]


@pytest.mark.parametrize(
    ("answers", "label", "score"),
    [
        (['{"label": "positive", "score": 0.9}', "Positive (0.7)"], "positive", 0.8),
        (["negative 0.8", "negative 1.0"], "negative", 0.9),
        (["positive 0.9", "negative 0.9"], "neutral", 1.0),
    ],
)
def test_the_sentiment_of_a_long_text_is_the_mean(answers, label, score):
    given = iter(answers)
    machine = WindowReduction(WindowTask.of(SENTIMENT, {"text": "x"}), ["aa", "bb"], count, 900)
    run(machine, lambda prompt, step: next(given))
    assert json.loads(machine.result or "") == {"label": label, "score": score}


def test_a_chinese_text_is_asked_about_in_chinese():
    windows = ["第一部分的文字", "第二部分的文字"]
    task = WindowTask.of(QUESTION, {"question": "谁来了？", "text": windows[0]})
    prompts = run(WindowReduction(task, windows, count, 900), lambda prompt, step: "小明")
    assert prompts[0].startswith("这是一篇长文的第1部分，共2部分。")
    assert "第2部分：\n小明" in prompts[-1]


def test_a_window_that_does_not_fit_is_refused_before_anything_is_asked():
    with pytest.raises(WindowTooLarge) as refused:
        WindowReduction(WindowTask("Describe."), ["words " * 100] * 2, count, 100)
    assert refused.value.facts["limit"] == 100


def test_the_largest_window_fits():
    task = WindowTask.of(SUMMARISE, {"text": "x"})
    room = prompt_room(1024, TokenCounts((), turn=5, frame=10), 200)
    assert room == 1024 - 10 - 2 * 5 - 200
    size = task.window_tokens(count, room)
    WindowReduction(task, ["x" * 4 * size] * 30, count, room, 200)


def test_the_edited_prompt_of_a_form_is_what_each_window_is_asked():
    task = WindowTask.of(SUMMARISE, {"text": "x"}, edited="Say it in one word: {text}")
    assert task.asked("tea", 1, 1) == "Say it in one word: tea"


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 40),
    st.integers(150, 900),
    st.integers(20, 200),
    st.lists(st.text(max_size=900), min_size=1, max_size=6),
)
def test_no_prompt_is_ever_above_its_limit_and_the_steps_come_to_an_end(number, room, tokens, said):
    try:
        windows = ["x " * 50] * number
        machine = WindowReduction(WindowTask("Describe."), windows, count, room, tokens, count)
    except WindowTooLarge:
        return
    answers = iter(said * 1000)
    prompts = run(machine, lambda prompt, step: next(answers))
    assert len(prompts) == machine.total < 3 * number + 1
    assert machine.result is not None


PARAGRAPHS = "\n\n".join(
    f"Paragraph {n} begins here. It goes on for a while. Then it ends." for n in range(30)
)


def test_windows_begin_and_end_at_paragraphs_where_there_are_some():
    windows = split_windows(PARAGRAPHS, 200, 0, split)
    assert "".join(windows) == PARAGRAPHS
    assert all(window.endswith("\n\n") for window in windows[:-1])
    assert all(window.startswith("Paragraph") for window in windows)


def test_windows_overlap_about_as_much_as_was_asked():
    windows = split_windows(PARAGRAPHS, 100, 40, split)
    for before, after in pairwise(windows):
        shared = next(n for n in range(len(before), 0, -1) if after.startswith(before[-n:]))
        assert 4 * 40 <= shared <= 4 * 52
        assert count(before) <= 100


def test_chinese_sentences_are_boundaries_too():
    text = "今天天气很好。我们去公园散步，看到许多花！明天会下雨吗？" * 20
    windows = split_windows(text, 40, 0, split)
    assert "".join(windows) == text
    assert all(window[-1] in "。！？" for window in windows)


SPANS = st.tuples(st.text(alphabet="ab. \n。", min_size=1, max_size=300), st.integers(2, 30))


@settings(deadline=None)
@given(SPANS, st.data())
def test_no_span_grows_and_nothing_is_left_out(made, data):
    text, window = made
    overlap = data.draw(st.integers(0, window - 1))
    spans = split(text, window, overlap)
    chosen = spans_at_boundaries(text, spans, data.draw(st.floats(0, 1)))
    assert len(chosen) == len(spans)
    assert (chosen[0][0], chosen[-1][1]) == (0, len(text))
    for (start, end), (low, high) in zip(chosen, spans, strict=True):
        assert low <= start
        assert end <= high
    for (_, end), (start, _) in pairwise(chosen):
        assert start <= end
