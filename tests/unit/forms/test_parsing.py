"""What a model wrote is read as what was asked, or it is said that it is not that."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_llm.forms.parsing import parse, parse_as
from desktop_llm.forms.reading_forms import SUMMARISE


@pytest.mark.parametrize(
    ("answer", "label", "score"),
    [
        ('{"label": "positive", "score": 0.93}', "positive", 0.93),
        ('```json\n{"label": "Negative", "score": "0.8"}\n```', "negative", 0.8),
        (
            'Sure! Here it is: {"sentiment": "neutral", "confidence": 1} I hope it helps.',
            "neutral",
            1,
        ),
        ("{'label': 'positive', 'score': 0.5}", "positive", 0.5),
        ("Positive (0.9)", "positive", 0.9),
        ("sentiment: positive, score: 90%", "positive", 0.9),
        ("The text is negative. Score: 8/10.", "negative", 0.8),
        ("positive 0,75", "positive", 0.75),
        ("正面（0.95）", "positive", 0.95),
        ("情感：消极，置信度：80％", "negative", 0.8),
        ('{"情感": "中性", "分数": 0.6}', "neutral", 0.6),
    ],
)
def test_a_label_and_its_score_are_found_however_they_are_written(answer, label, score):
    parsed = parse_as("label", answer)
    assert parsed.value == {"label": label, "score": score}
    assert parsed.complies
    assert parsed.answer == answer


@pytest.mark.parametrize(
    ("answer", "value", "problem"),
    [
        ("I love this film!", None, "did not say whether"),
        ('{"label": "positive or negative", "score": 0.5}', None, "did not say whether"),
        ("Positive.", {"label": "positive", "score": None}, "no score"),
        ('{"label": "negative", "score": NaN}', {"label": "negative", "score": None}, "no score"),
        ('{"label": "negative", "score": 95}', {"label": "negative", "score": None}, "no score"),
        ("1. Positive\nIt sounds happy.", {"label": "positive", "score": None}, "no score"),
        ("(1) negative", {"label": "negative", "score": None}, "no score"),
        ("  \n", None, "answered nothing"),
    ],
)
def test_a_label_that_does_not_comply_is_told_with_what_there_is(answer, value, problem):
    parsed = parse_as("label", answer)
    assert parsed.value == value
    assert not parsed.complies
    assert problem in str(parsed.problem)


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        ('["Anna", "Ben"]', ["Anna", "Ben"]),
        ('Here:\n```json\n["Anna", "Ben"]\n```', ["Anna", "Ben"]),
        ('{"names": ["Anna", "Ben"]}', ["Anna", "Ben"]),
        ('[1, null, {"a": 2}]', ["1", '{"a": 2}']),
        ("- Anna\n- Ben", ["Anna", "Ben"]),
        ("The names are:\n\n1. Anna\n2) Ben\n", ["Anna", "Ben"]),
        ("1、安娜\n2、本", ["安娜", "本"]),
        ("• Anna\n• Ben", ["Anna", "Ben"]),
        ("-Anna\n-Ben", ["Anna", "Ben"]),
        ("*Anna\n*Ben", ["Anna", "Ben"]),
        ("* **Anna**\n* **Ben**", ["**Anna**", "**Ben**"]),
        ("[]", []),
        ("None.", []),
        ("没有", []),
    ],
)
def test_a_list_is_found_however_it_is_written(answer, items):
    parsed = parse_as("list", answer)
    assert (parsed.value, parsed.complies) == (items, True)


def test_of_a_list_that_was_cut_off_the_whole_items_are_kept():
    parsed = parse_as("list", 'Names: ["Anna", "B\\"en", "Cl')
    assert parsed.value == ["Anna", 'B"en']
    assert "ends in the middle" in str(parsed.problem)


@pytest.mark.parametrize(
    "answer",
    [
        "Anna met Ben.\nThey went home.\n- or not",
        "**Anna** met Ben.\n**They** went home.",
        "*Anna* met Ben.",
        "-5 degrees were measured.",
        "3.5 million people live there.",
        "12:30 is the time.",
    ],
)
def test_prose_is_no_list(answer):
    parsed = parse_as("list", answer)
    assert parsed.value is None
    assert "list" in str(parsed.problem)


def test_json_is_found_in_prose_and_missed_when_it_is_not_there():
    assert parse_as("json", 'It is {"a": [1, 2]}.').value == {"a": [1, 2]}
    assert not parse_as("json", "It is {a: 1}.").complies


def test_a_form_knows_what_it_asked_for():
    assert parse(SUMMARISE, {"style": "bullets"}, "- one\n- two").value == ["one", "two"]
    assert parse(SUMMARISE, {}, " A summary.\n").value == "A summary."


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["label", "score", "x"]), inner)
    ),
    max_leaves=8,
)
PIECES = st.sampled_from(
    [
        "positive",
        "负面",
        "[",
        "{",
        '"label":',
        "]",
        "}",
        "- ",
        "1. ",
        "\n",
        "```",
        '"',
        "\\",
        "0.9",
        "%",
    ]
)


@settings(deadline=None)
@given(st.text() | JSON.map(json.dumps) | st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_no_answer_is_too_odd_to_be_read(answer):
    for output in ("text", "label", "list", "json"):
        parsed = parse_as(output, answer)
        assert parsed.answer == answer
        if output == "label" and parsed.complies:
            assert 0 <= parsed.value["score"] <= 1
        if output == "list" and parsed.complies:
            assert all(isinstance(item, str) for item in parsed.value)


@pytest.mark.parametrize(
    "answer",
    ["[" * 100_000, '{"a":' * 50_000, "9" * 100_000, '["' + "\\" * 100_000, "- \n" * 50_000],
)
def test_a_hostile_answer_is_read_in_no_time(answer):
    for output in ("label", "list", "json"):
        parse_as(output, answer)
