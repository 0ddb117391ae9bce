from __future__ import annotations

import pytest

from desktop_llm.core.generation import ChatMessage
from desktop_llm.services.chat_prompt import TITLE_LENGTH, prompt_messages, title_of
from tests.values import a_message


def test_roles_take_turns_even_after_a_reply_that_failed():
    path = [a_message("user", "One"), a_message("assistant", ""), a_message("user", "Two")]
    assert prompt_messages("", path) == (ChatMessage("user", "One\n\nTwo"),)


@pytest.mark.parametrize("system", ["", "  \n"])
def test_an_empty_system_prompt_is_left_out(system):
    assert prompt_messages(system, [a_message()]) == (ChatMessage("user", "Hello"),)


def test_the_system_prompt_comes_first():
    first, _ = prompt_messages("Be kind.", [a_message()])
    assert first == ChatMessage("system", "Be kind.")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("  Hello \n world ", "Hello world"),
        ("word " * 30, "word word word word word word word word word…"),
        ("x" * 200, "x" * TITLE_LENGTH + "…"),
        ("你好" * 40, "你好" * (TITLE_LENGTH // 2) + "…"),
    ],
)
def test_a_title_is_short_and_on_one_line(text, title):
    assert title_of(text) == title


def test_a_title_of_a_huge_message_reads_only_its_beginning():
    assert len(title_of("a b " * 1_000_000)) <= TITLE_LENGTH + 1
