"""What is sent of a conversation that is too long."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.context import ContextPlan, Turn, make_plan, reserve, settle

LIMIT = 100


def talk(*tokens: int, **marks: Any) -> list[Turn]:
    """Questions and answers by turns, with these lengths; `pinned` are places."""
    pinned = marks.get("pinned", ())
    return [
        Turn(str(place), "assistant" if place % 2 else "user", size, pinned=place in pinned)
        for place, size in enumerate(tokens)
    ]


def sent(plan: ContextPlan) -> list[str]:
    return [entry.message_id for entry in plan.entries[1:] if entry.part != "dropped"]


def test_a_short_conversation_is_sent_whole() -> None:
    plan = make_plan(10, talk(5, 5, 5), "drop_oldest", LIMIT, 25)
    assert sent(plan) == ["0", "1", "2"]
    assert (plan.used, plan.excess, plan.left_out) == (25, 0, ())


def test_asking_leaves_nothing_out_and_tells_the_excess() -> None:
    plan = make_plan(10, talk(40, 40, 10), "ask", LIMIT, 25)
    assert plan.left_out == ()
    assert plan.excess == 25


def test_the_oldest_exchange_goes_first_and_its_answer_with_it() -> None:
    plan = make_plan(10, talk(15, 15, 20, 20, 10), "drop_oldest", LIMIT, 25)
    assert sent(plan) == ["2", "3", "4"]
    assert plan.left_out == ("0", "1")


def test_nothing_before_what_was_dropped_is_kept() -> None:
    plan = make_plan(0, talk(1, 1, 60, 5, 5, 5, 5), "drop_oldest", LIMIT, 25)
    assert sent(plan) == ["4", "5", "6"]


def test_both_ends_can_be_kept() -> None:
    plan = make_plan(0, talk(5, 5, 60, 5, 5, 5, 5), "keep_ends", LIMIT, 25)
    assert sent(plan) == ["0", "1", "4", "5", "6"]


def test_a_beginning_that_does_not_fit_is_dropped_like_the_rest() -> None:
    plan = make_plan(0, talk(70, 10, 10, 5, 5), "keep_ends", LIMIT, 25)
    assert sent(plan) == ["2", "3", "4"]


def test_a_pinned_answer_keeps_its_question() -> None:
    plan = make_plan(0, talk(5, 5, 40, 5, 5, 60, 5, pinned=[3]), "drop_oldest", 130, 25)
    assert sent(plan) == ["2", "3", "6"]
    assert [entry.part for entry in plan.entries[3:5]] == ["kept", "pinned"]


def test_when_nothing_is_left_to_drop_the_answer_gets_what_room_there_is() -> None:
    plan = make_plan(10, talk(80), "ask", LIMIT, 25)
    assert (plan.excess, plan.reserved) == (0, 10)


def test_what_may_not_be_dropped_and_does_not_fit_is_an_excess() -> None:
    assert make_plan(10, talk(95), "drop_oldest", LIMIT, 25).excess == 6


def test_an_answer_that_goes_on_is_kept_with_its_question() -> None:
    plan = make_plan(0, talk(20, 20, 20, 50), "drop_oldest", LIMIT, 25)
    assert sent(plan) == ["2", "3"]


def test_instructions_inside_the_conversation_are_always_sent() -> None:
    turns = [*talk(50, 10), Turn("s", "system", 5), Turn("q", "user", 40)]
    assert sent(make_plan(0, turns, "drop_oldest", LIMIT, 25)) == ["s", "q"]


def test_the_answer_gets_a_quarter_of_a_small_context() -> None:
    assert (reserve(1024, 2048), reserve(100, 2048)) == (512, 100)


def test_the_true_length_is_put_into_the_beginning_and_never_below_nothing() -> None:
    plan = make_plan(10, talk(30, 20, 10), "ask", LIMIT, 25)
    assert settle(plan, 73).entries[0].tokens == 13
    shorter = settle(plan, 50)
    assert [entry.tokens for entry in shorter.entries] == [0, 20, 20, 10]
    assert shorter.used == 50


ROLES = st.sampled_from(["user", "assistant", "user", "assistant", "system"])
TURN = st.builds(
    Turn,
    st.uuids().map(str),
    ROLES,
    st.integers(1, 60),
    pinned=st.integers(0, 9).map(lambda n: not n),
)
POLICIES = st.sampled_from(["drop_oldest", "keep_ends"])


@given(st.lists(TURN, max_size=30), POLICIES, st.integers(0, 20), st.integers(50, 400))
def test_every_plan_keeps_its_promises(
    turns: list[Turn], policy: Any, system: int, limit: int
) -> None:
    plan = make_plan(system, turns, policy, limit, reserve(64, limit))
    by_id = {turn.message_id: turn for turn in turns}
    kept = [by_id[message_id] for message_id in sent(plan)]
    assert [entry.message_id for entry in plan.entries[1:]] == [t.message_id for t in turns]
    assert all(t in kept for t in turns if t.pinned or t.role == "system")
    questions = [turn for turn in turns if turn.role == "user"]
    assert all(question in kept for question in questions[-1:])
    if plan.left_out and plan.excess == 0:
        assert plan.used + plan.reserved <= limit
    spoken = [turn for turn in turns if turn.role != "system"]
    heard = [turn for turn in kept if turn.role != "system"]
    if heard and heard[0].role == "assistant":  # only as the conversation itself began
        assert spoken[0].role == "assistant"


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), POLICIES, st.integers(80, 400))
def test_without_pins_the_plan_always_fits_and_roles_take_turns(
    sizes: list[int], policy: Any, limit: int
) -> None:
    turns = talk(*sizes) if len(sizes) % 2 else talk(*sizes)[:-1]
    plan = make_plan(5, turns, policy, limit, reserve(64, limit))
    assert plan.excess == 0
    roles = [turns[int(message_id)].role for message_id in sent(plan)]
    assert roles == [("user", "assistant")[place % 2] for place in range(len(roles))]
