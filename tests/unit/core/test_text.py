"""Sentences that are made below the window."""

from __future__ import annotations

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text


def test_a_text_reads_as_its_template_with_the_facts_filled_in():
    text = Text("{free} of {total} free on {disk}", {"free": 3, "total": 4.5, "disk": "C:"})
    assert str(text) == "3 of 4.5 free on C:"


def test_a_missing_fact_stays_visible_instead_of_raising():
    assert str(Text("{path} is missing", {})) == "{path} is missing"


def test_braces_in_a_fact_are_left_alone():
    assert str(Text("In {path}", {"path": "/{home}/{}"})) == "In /{home}/{}"


def test_braces_that_name_no_fact_are_left_alone():
    assert str(Text("{} and {0} and {x", {"x": 1})) == "{} and {0} and {x"


def test_marking_for_translation_changes_nothing():
    assert QT_TRANSLATE_NOOP("core", "Nothing was lost.") == "Nothing was lost."
