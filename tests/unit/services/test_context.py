"""The plan of what the model sees: live, and before every request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop_llm.core.context import ContextPlan
from desktop_llm.core.conversation import Message
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import PromptToken, Sampling, TokenCounts
from desktop_llm.engine.errors import NoModelLoaded, TemplateFailed
from desktop_llm.services.context import ContextService, PreparedPrompt
from desktop_llm.services.errors import ContextFull
from desktop_llm.services.inference import EngineState
from tests.fakes import FakeInferenceService, ScriptedEngine
from tests.values import a_conversation, a_loaded_model, a_message

READY = EngineState("ready", model=a_loaded_model(context_length=100))


class Framing(ScriptedEngine):
    """Writes six tokens around a prompt, three of which its parts do not tell, as joints do."""

    def count_texts(self, texts: Any) -> TokenCounts:
        counts = super().count_texts(texts)
        return TokenCounts(counts.texts, 1, 3, {"user": 1, "assistant": 1, "system": 1})

    def explain(self, messages: Any, *_: Any, **__: Any) -> list[PromptToken]:
        spoken = super().explain(messages)
        return [*spoken, *(PromptToken(0, "", True) for _ in range(len(messages) + 6))]


class Planned:
    """A ContextService, what it said, and the fake that counts for it."""

    def __init__(self, state: EngineState | None = READY) -> None:
        self.inference = FakeInferenceService(state)
        self.inference.engine = Framing()
        self.service = ContextService(self.inference)  # type: ignore[arg-type]
        self.plans: list[ContextPlan | None] = []
        self.service.planned.connect(self.plans.append)
        self.ready: list[PreparedPrompt] = []
        self.failed: list[ExpectedError] = []

    def prepare(self, path: list[Message], system: str = "", **conversation: Any) -> None:
        self.service.prepare(
            a_conversation(**conversation), system, path, self.ready.append, self.failed.append
        )


@pytest.fixture
def planned() -> Iterator[Planned]:
    made = Planned()
    yield made
    made.service.shut_down()


def talk(*words: int) -> list[Message]:
    """Messages by turns of so many words each."""
    return [
        a_message("assistant" if place % 2 else "user", "word " * size)
        for place, size in enumerate(words)
    ]


def draft(words: int) -> Message:
    return a_message("user", "word " * words, id="")


def test_the_map_follows_what_is_typed(planned: Planned, qtbot: QtBot) -> None:
    conversation, path = a_conversation(), talk(5, 5)
    planned.service.watch(conversation, "Be kind.", [*path, draft(3)])
    qtbot.waitUntil(lambda: planned.service.plan is not None)
    plan = planned.service.plan
    assert plan is not None
    assert [(e.part, e.message_id) for e in plan.entries] == [
        ("system", ""),
        ("kept", path[0].id),
        ("kept", path[1].id),
        ("draft", ""),
    ]
    assert plan.used == 2 + 5 + 5 + 3 + 4 + 6
    planned.service.watch(conversation, "Be kind.", [*path, draft(4)])
    qtbot.waitUntil(lambda: len(planned.plans) == 2)
    assert planned.plans[-1] is not None and planned.plans[-1].used == plan.used + 1


def test_only_new_texts_are_counted_while_typing(planned: Planned, qtbot: QtBot) -> None:
    conversation, path = a_conversation(), talk(5, 6, 7)[:2]
    for words in (1, 2):
        planned.service.watch(conversation, "", [*path, draft(words)])
        qtbot.waitSignal(planned.service.planned).wait()
    counted = planned.inference.engine.counted
    assert sorted(len(text.split()) for text in counted) == [0, 1, 2, 5, 6]


def test_without_a_model_nothing_is_known_until_there_is_one(qtbot: QtBot) -> None:
    planned = Planned(EngineState("idle"))
    planned.service.watch(a_conversation(), "", talk(5))
    assert planned.service.plan is None
    planned.inference.set_state(READY)
    qtbot.waitUntil(lambda: planned.service.plan is not None)
    planned.inference.set_state(EngineState("idle"))
    assert planned.plans[-1] is None


def test_another_model_counts_anew(planned: Planned, qtbot: QtBot) -> None:
    planned.service.watch(a_conversation(), "", talk(5))
    qtbot.waitUntil(lambda: planned.service.plan is not None)
    planned.inference.set_state(EngineState("loading"))
    planned.inference.set_state(EngineState("ready", model=a_loaded_model(context_length=50)))
    qtbot.waitUntil(lambda: planned.service.plan is not None)
    assert planned.service.plan is not None and planned.service.plan.limit == 50


def test_what_is_prepared_is_the_whole_conversation_if_it_fits(planned: Planned) -> None:
    planned.prepare(talk(5, 5, 5), "Be kind.")
    (prompt,) = planned.ready
    assert [m.role for m in prompt.messages] == ["system", "user", "assistant", "user"]
    assert (prompt.left_out, prompt.system_prompt) == ((), "Be kind.")


def test_a_long_conversation_asks_and_sends_nothing(planned: Planned) -> None:
    planned.prepare(talk(30, 30, 30))
    (error,) = planned.failed
    assert isinstance(error, ContextFull)
    assert (error.facts["tokens"], error.facts["limit"]) == (99, 100)
    assert planned.ready == []


@pytest.mark.parametrize("size", range(1, 30, 4))
def test_what_is_left_after_dropping_really_fits(planned: Planned, size: int) -> None:
    """The parts promise three tokens less than the prompt has."""
    path = talk(*[size] * 41)
    planned.prepare(path, context_policy="drop_oldest", sampling=Sampling(max_new_tokens=10))
    (prompt,) = planned.ready
    assert planned.inference.engine.count_tokens(prompt.messages) <= 90
    assert prompt.messages[0].role == prompt.messages[-1].role == "user"
    assert list(prompt.left_out) == [m.id for m in path[: len(prompt.left_out)]]


def test_both_ends_and_pinned_messages_are_sent(planned: Planned) -> None:
    path = talk(5, 5, 30, 30, 5, 5, 30, 30, 5)
    path[5] = a_message("assistant", "word " * 5, pinned=True)
    planned.prepare(path, context_policy="keep_ends", sampling=Sampling(max_new_tokens=10))
    assert planned.ready[0].left_out == tuple(path[place].id for place in (2, 3, 6, 7))


def test_what_may_not_be_left_out_and_is_too_long_is_told(planned: Planned) -> None:
    planned.prepare(talk(200), context_policy="drop_oldest")
    assert isinstance(planned.failed[0], ContextFull)


@pytest.mark.parametrize("error", [NoModelLoaded(), TemplateFailed("no")])
def test_where_nothing_can_be_counted_all_of_it_is_handed_over(error: ExpectedError) -> None:
    planned = Planned()
    planned.inference.engine.template_fault = error
    planned.prepare(talk(120))
    assert len(planned.ready[0].messages) == 1
    without = Planned(None)
    without.prepare(talk(120))
    assert len(without.ready[0].messages) == 1


def test_the_map_and_the_explanation_are_about_the_same_prompt(
    planned: Planned, qtbot: QtBot
) -> None:
    conversation = a_conversation(context_policy="drop_oldest")
    planned.service.watch(conversation, "", [*talk(30, 30), draft(30)])
    qtbot.waitUntil(lambda: planned.service.plan is not None)
    told: list[list[PromptToken]] = []
    planned.service.explain(told.append, planned.failed.append)
    assert planned.service.plan is not None
    assert len(told[0]) == planned.service.plan.used == 30 + 1 + 6
