"""The plan against real templates: what it says is the length of the prompt, to the token."""

from __future__ import annotations

import random
from typing import Any

import pytest

from desktop_llm.core.conversation import Message
from desktop_llm.core.generation import Sampling
from desktop_llm.engine.prompt_counter import PromptCounter
from desktop_llm.services.context_planner import Planner, Subject, goes_on
from tests.unit.engine.template_shapes import SHAPES
from tests.unit.engine.tiny_models import byte_tokenizer
from tests.values import a_conversation, a_loaded_model, a_message

WORDS = (
    "hello",
    "world",
    "\n",
    "  ",
    "你好",
    "1,234",
    "<|im_end|>",
    "fox",
    "x = {1: 2}",
    "\n\n",
    "😀",
)


class Counting:
    """The part of an engine that counts, with a real tokenizer and template."""

    def __init__(self, template: str | None) -> None:
        counter = PromptCounter(byte_tokenizer(template), template or "", lambda: None)
        self.count_tokens = counter.count
        self.count_texts = counter.count_texts


def talk(rng: random.Random, count: int) -> list[Message]:
    return [
        a_message(
            "assistant" if place % 2 else "user",
            "Hi " + " ".join(rng.choices(WORDS, k=rng.randrange(1, 30))) + " end",
            thinking="hm" if place % 2 else "",
            pinned=place == 3,
        )
        for place in range(count)
    ]


@pytest.mark.parametrize("policy", ["drop_oldest", "keep_ends"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_map_says_the_length_of_the_prompt_and_it_fits(shape: str, policy: Any) -> None:
    engine: Any = Counting(SHAPES[shape])
    planner, model = Planner(), a_loaded_model(context_length=700)
    rng = random.Random(f"{shape} {policy}")
    for count in (1, 2, 5, 12, 25, 60):
        conversation = a_conversation(
            context_policy=policy,
            sampling=Sampling(max_new_tokens=100),
            thinking=rng.choice([None, False]),
        )
        system = "" if shape == "strict" else rng.choice(["", "Be kind."])
        subject = Subject(conversation, system, tuple(talk(rng, count)))
        plan = planner.plan(engine, model, subject)
        messages = subject.messages(plan.left_out)
        length = engine.count_tokens(messages, conversation.thinking, goes_on(messages))
        assert plan.used == length
        assert plan.used + plan.reserved <= 700
        assert all(entry.tokens >= 0 for entry in plan.entries)


def test_the_quick_plan_is_as_good_as_the_last_exact_one() -> None:
    engine: Any = Counting(SHAPES["default system"])
    planner, model = Planner(), a_loaded_model(context_length=700)
    path = talk(random.Random(1), 4)
    for draft in ("one", "one two"):
        subject = Subject(a_conversation(), "", (*path, a_message("user", draft, id="")))
        quick = planner.plan(engine, model, subject, exact=draft == "one")
    assert abs(quick.used - planner.plan(engine, model, subject).used) <= 1
