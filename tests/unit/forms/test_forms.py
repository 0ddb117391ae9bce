"""Inputs become prompts and requests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_llm.core.generation import ChatMessage, GenerationRequest, Sampling
from desktop_llm.forms.form import (
    completed,
    instruction,
    language_of,
    merge_instruction,
    placed,
    problems,
    prompt,
    with_text,
)
from desktop_llm.forms.forms import find, forms, shaped
from desktop_llm.forms.reading_forms import EXTRACT, QUESTION, REWRITE, SUMMARISE, TRANSLATE
from desktop_llm.forms.writing_forms import COMPLETE, WRITE

CHINESE = "今天天气很好，我们去公园散步。"


def test_every_form_has_its_own_id_and_at_most_one_text():
    assert len({form.id for form in forms()}) == len(forms())
    for form in forms():
        assert find(form.id) is form
        assert sum(each.kind == "long" for each in form.inputs) <= 1
    assert find("from a later version") is None


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.id)
@pytest.mark.parametrize("text", ["The weather was good.", CHINESE])
def test_every_prompt_has_all_that_was_entered_and_no_place_left(form, text):
    inputs = {each.name: text for each in form.inputs if each.kind in ("long", "text")}
    made = prompt(form, inputs)
    assert problems(form, inputs) == {}
    assert text in made
    assert "{text}" not in made


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.id)
def test_the_defaults_of_every_form_are_allowed_values(form):
    wanting = {each.name for each in form.inputs if not each.default}
    assert set(problems(form, {})) == wanting
    assert all(set(e.inputs) <= {i.name for i in form.inputs} for e in form.examples)


def test_a_chinese_text_gets_a_chinese_prompt_whatever_the_interface_speaks():
    assert prompt(SUMMARISE, {"text": CHINESE}) == (
        f"请概括下面的文字，80字左右，写成一段话。只写概括，不要其他内容。\n\n{CHINESE}"
    )
    english = prompt(SUMMARISE, {"text": "It rains.", "style": "bullets"}, "zh")
    assert english.startswith("Summarise the text below in about 40 words, as a list")


def test_without_letters_the_prompt_speaks_as_the_interface_does():
    assert "概括" in prompt(SUMMARISE, {"text": "1 2 3"}, "zh")
    assert "Summarise" in prompt(SUMMARISE, {"text": "1 2 3"})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello", "en"),
        (CHINESE, "zh"),
        ("用 Python 写一个 hello world 程序", "zh"),
        ("The word 中 is in the middle of this", "en"),
        ("今日はいい天気ですね", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_told_by_the_share_of_characters(text, language):
    assert language_of(text) == language


def test_the_language_pair_is_guessed_or_chosen_or_written():
    assert "Translate the text below into Chinese." in prompt(TRANSLATE, {"text": "Hello"})
    assert "翻译成英语" in prompt(TRANSLATE, {"text": CHINESE})
    chosen = {"from": "french", "to": "GERMAN", "text": "Bonjour"}
    assert "Translate the French text below into German." in prompt(TRANSLATE, chosen)
    assert "into Esperanto." in prompt(TRANSLATE, {"to": "Esperanto", "text": "Hello"})


def test_an_aim_can_be_ones_own_words():
    assert "below. Make it rhyme. Keep" in prompt(REWRITE, {"aim": "Make it rhyme", "text": "x"})


def test_what_a_person_wrote_is_not_a_template():
    inputs = {"question": "What is {text}, and {question}?", "text": "A {question} is {text}."}
    made = prompt(QUESTION, inputs)
    assert "Question: What is {text}, and {question}?" in made
    assert made.endswith("Text:\nA {question} is {text}.")


def test_a_form_without_a_text_keeps_what_looks_like_its_place():
    written = instruction(WRITE, {"subject": "what {text} means"}, "en")
    assert placed(written, "") == written.replace("{text}", "")
    assert with_text(WRITE, written, "") == written
    assert with_text(SUMMARISE, "Look: {text}", "here") == "Look: here"


def test_the_text_goes_where_the_person_put_its_place():
    edited = instruction(EXTRACT, {"what": "dates"}, "en").replace("JSON", "good")
    assert placed(edited, "In May.").endswith("Text:\nIn May.")
    assert placed("no place", "In May.") == "no place"


def test_results_of_parts_are_merged_in_the_words_of_the_form():
    merge = merge_instruction(SUMMARISE, {"length": "long", "text": CHINESE}, "zh")
    assert "500字左右" in merge
    assert merge.endswith("{text}")
    assert merge_instruction(WRITE, {}, "en") == ""


@pytest.mark.parametrize("length", ["", "0", "1.5", "many", "100001", "٣", "9" * 5000])
def test_a_number_that_cannot_be_used_is_told(length):
    wrong = problems(COMPLETE, {"length": length, "text": "Once"})
    assert set(wrong) == ({"length"} if length else set())


def test_an_unknown_choice_is_told_with_the_choices():
    wrong = problems(SUMMARISE, {"style": "haiku", "text": "x"})
    assert str(wrong["style"]) == "“haiku” is none of these: paragraph, bullets."


def test_a_list_is_asked_for_only_with_bullet_points():
    assert SUMMARISE.output_of({"style": "Bullets"}) == "list"
    assert SUMMARISE.output_of({}) == "text"
    assert completed(SUMMARISE, {"style": " Bullets "})["style"] == "bullets"


def test_a_request_gets_the_sampling_of_its_form_and_keeps_the_seed():
    messages = (ChatMessage("user", "…"),)
    request = GenerationRequest("r", messages=messages, sampling=Sampling(seed=7))
    made = shaped(request, EXTRACT, {}, "…")
    assert (made.messages, made.prompt) == (messages, None)
    assert (made.sampling.temperature, made.sampling.seed) == (0, 7)


def test_free_completion_goes_on_with_the_text_alone_within_its_length():
    inputs = dict(COMPLETE.examples[0].inputs)
    request = GenerationRequest("r", messages=(ChatMessage("user", "Once upon a time"),))
    made = shaped(request, COMPLETE, inputs, prompt(COMPLETE, inputs))
    assert (made.messages, made.prompt, made.max_length) == ((), "Once upon a time", 100)
    assert made.sampling.max_new_tokens == 100


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(forms()), st.data())
def test_no_input_is_too_odd_for_a_prompt(form, data):
    inputs = {each.name: data.draw(st.text()) for each in form.inputs}
    wrong = problems(form, inputs)
    made = prompt(form, inputs)
    if form.text_input and form.text_input.name not in wrong:
        assert made.endswith(inputs[form.text_input.name])
