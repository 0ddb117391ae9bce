"""What of a conversation the model will really see: the plan, and the rules it is made by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

ContextPolicy = Literal["ask", "drop_oldest", "keep_ends"]
"""When a conversation is too long: stop and ask, drop the oldest, or keep its start and its end."""

Part = Literal["system", "pinned", "kept", "dropped", "draft"]


@dataclass(frozen=True)
class ContextEntry:
    """One message of the conversation in the plan. `message_id` is "" for system and draft."""

    message_id: str
    tokens: int
    """What it takes of the prompt, its share of the template included."""
    part: Part


@dataclass(frozen=True)
class ContextPlan:
    """The entries in the order of the prompt. All numbers are tokens."""

    entries: tuple[ContextEntry, ...]
    limit: int
    """What the model reads and writes together."""
    reserved: int
    """What is kept free for the answer."""

    @cached_property
    def used(self) -> int:
        """The prompt as it will be sent."""
        return sum(entry.tokens for entry in self.entries if entry.part != "dropped")

    @property
    def excess(self) -> int:
        """Tokens that are too many; 0 if it fits."""
        return max(0, self.used + self.reserved - self.limit)

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """The messages that the model will not see."""
        return tuple(entry.message_id for entry in self.entries if entry.part == "dropped")


@dataclass(frozen=True)
class Turn:
    """A message as the plan needs it. `message_id` is "" for the draft."""

    message_id: str
    role: Literal["system", "user", "assistant"]
    tokens: int
    pinned: bool = False
    draft: bool = False


def reserve(max_new_tokens: int, limit: int) -> int:
    """Tokens that are kept free for the answer: what it may have, or a quarter of the context."""
    return min(max_new_tokens, limit // 4)


def make_plan(
    system: int, turns: Sequence[Turn], policy: ContextPolicy, limit: int, reserved: int
) -> ContextPlan:
    """What is sent of `turns` after a beginning of `system` tokens: template and instructions.

    System turns, pinned ones with the questions that they answer, and everything from the last
    question on are always sent. The rest is dropped in whole exchanges, so that no answer is left
    without its question. When nothing is left to drop, the room for the answer gets smaller before
    the plan is too long.
    """
    must = _always_sent(turns)
    kept = set(range(len(turns)))
    if policy != "ask":
        room = limit - reserved - system - sum(turns[place].tokens for place in must)
        kept = must | _chosen(turns, must, policy, room)
    entries = [ContextEntry("", system, "system")]
    for place, turn in enumerate(turns):
        entries.append(ContextEntry(turn.message_id, turn.tokens, _part(turn, place in kept)))
    plan = ContextPlan(tuple(entries), limit, reserved)
    if kept <= must:
        return replace(plan, reserved=max(1, min(reserved, limit - plan.used)))
    return plan


def settle(plan: ContextPlan, tokens: int) -> ContextPlan:
    """`plan` with the true length of its prompt.

    Tokens of two texts that meet may melt into one, and templates may add or leave out words: the
    beginning takes the difference, and what it cannot give the longest messages do.
    """
    entries = list(plan.entries)
    difference = tokens - plan.used
    sent = [number for number, entry in enumerate(entries) if entry.part != "dropped"]
    for number in sorted(sent, key=lambda n: (n != 0, -entries[n].tokens)):
        change = max(difference, -entries[number].tokens)
        entries[number] = replace(entries[number], tokens=entries[number].tokens + change)
        difference -= change
        if not difference:
            break
    return replace(plan, entries=tuple(entries))


def _part(turn: Turn, kept: bool) -> Part:
    if not kept:
        return "dropped"
    if turn.draft:
        return "draft"
    if turn.role == "system":
        return "system"
    return "pinned" if turn.pinned else "kept"


def _always_sent(turns: Sequence[Turn]) -> set[int]:
    questions = [place for place, turn in enumerate(turns) if turn.role == "user"]
    must = set(range(questions[-1] if questions else 0, len(turns)))
    question: int | None = None
    for place, turn in enumerate(turns):
        if turn.role == "user":
            question = place
        if turn.role == "system" or turn.pinned:
            must.add(place)
            if turn.role == "assistant" and question is not None:
                must.add(question)
    return must


def _chosen(turns: Sequence[Turn], must: set[int], policy: ContextPolicy, room: int) -> set[int]:
    """The latest exchanges that fit into `room` without a gap; before them the first, if wanted."""
    exchanges = [
        [place for place in exchange if place not in must] for exchange in _exchanges(turns)
    ]
    order = exchanges[::-1]
    kept: set[int] = set()
    if policy == "keep_ends" and exchanges:
        first = order.pop()
        size = sum(turns[place].tokens for place in first)
        if size <= room:
            kept.update(first)
            room -= size
    for exchange in order:
        room -= sum(turns[place].tokens for place in exchange)
        if room < 0:
            break
        kept.update(exchange)
    return kept


def _exchanges(turns: Sequence[Turn]) -> list[list[int]]:
    """Places of questions with the answers that follow them."""
    exchanges: list[list[int]] = []
    before = ""
    for place, turn in enumerate(turns):
        if not exchanges or (turn.role == "user" and before == "assistant"):
            exchanges.append([])
        exchanges[-1].append(place)
        if turn.role != "system":
            before = turn.role
    return exchanges
