"""From a path of messages to what is really sent, counted by the engine; on CountThread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_llm.core.context import ContextPlan, Turn, make_plan, reserve, settle
from desktop_llm.core.conversation import Conversation, Message
from desktop_llm.core.generation import ChatMessage, LoadedModel, TokenCounts
from desktop_llm.engine.protocol import Engine
from desktop_llm.services.chat_prompt import prompt_messages, turn_parts

ROUNDS = 8
"""How often a plan is made anew because its prompt was longer than its parts."""

FAR = 2
"""A prompt that is estimated at so many times the limit need not be counted exactly."""

BATCH = 1000
MOST_CHARACTERS = 50_000_000
"""Of texts whose lengths are remembered."""


@dataclass(frozen=True)
class Subject:
    """What is planned. A draft is a last message without an id."""

    conversation: Conversation
    system_prompt: str
    path: tuple[Message, ...]

    def messages(self, left_out: Sequence[str] = ()) -> tuple[ChatMessage, ...]:
        """The turns for the template."""
        gone = frozenset(left_out)
        path = [message for message in self.path if message.id not in gone] if gone else self.path
        return prompt_messages(self.system_prompt, path)


class Planner:
    """Remembers the lengths of texts for one loaded model, so that only new ones are counted."""

    def __init__(self) -> None:
        self._model: LoadedModel | None = None
        self._lengths: dict[str, int] = {}
        self._turns: dict[str, tuple[Message, Turn | None]] = {}
        """Of the path that was planned last: looking at thousands anew is felt while typing."""
        self._characters = 0
        self._costs = TokenCounts((), 0, 0)
        self._extra = 0
        """By how much the last exact count was longer than the sum of its parts."""

    def plan(
        self, engine: Engine, model: LoadedModel, subject: Subject, exact: bool = True
    ) -> ContextPlan:
        """What is sent of `subject`, so that `used` is the true length of the prompt.

        Not `exact`: the length is the sum of its parts, corrected as the last time; costs next to
        nothing. Raises what the engine raises.
        """
        limit = model.context_length
        turns, beginning = self._measure(engine, model, subject)
        chosen = subject.conversation
        reserved = reserve(chosen.sampling.max_new_tokens, limit)
        if not exact:
            beginning = max(0, beginning + self._extra)
            return make_plan(beginning, turns, chosen.context_policy, limit, reserved)
        known: dict[tuple[str, ...], int] = {}
        excess = 0
        for _ in range(ROUNDS):
            plan = make_plan(max(0, beginning), turns, chosen.context_policy, limit, reserved)
            if plan.used > FAR * limit:
                break
            if plan.left_out not in known:
                known[plan.left_out] = _length(engine, subject, plan)
                self._extra = known[plan.left_out] - plan.used
            plan = settle(plan, known[plan.left_out])
            if plan.excess in (0, excess):  # it fits, or nothing more can be done
                break
            excess = plan.excess
            beginning += excess
        return plan

    def _measure(
        self, engine: Engine, model: LoadedModel, subject: Subject
    ) -> tuple[list[Turn], int]:
        """The turns with their lengths, and the length of what comes before them."""
        self._begin(engine, model)
        known, self._turns = self._turns, {}
        new = [m for m in subject.path if m.id not in known or known[m.id][0] is not m]
        told = [(message, turn_parts(message)) for message in new]
        system = subject.system_prompt if subject.system_prompt.strip() else ""
        self._count(engine, [system, *(part for _, parts in told for part in parts)])
        costs = self._costs
        measured = {message.id: self._turn(message, parts) for message, parts in told}
        for message in subject.path:
            key = message.id
            turn = measured[key] if key in measured else known[key][1]
            self._turns[key] = message, turn
        turns = [turn for _, turn in self._turns.values() if turn]
        told_first = self._lengths[system] + costs.roles.get("system", costs.turn) if system else 0
        return turns, costs.frame + told_first

    def lengths(self, engine: Engine, model: LoadedModel, texts: Sequence[str]) -> list[int]:
        """Tokens of each text; only those are counted that are new."""
        self._begin(engine, model)
        self._count(engine, texts)
        return [self._lengths[text] for text in texts]

    def _begin(self, engine: Engine, model: LoadedModel) -> None:
        """Forget what was counted with another model, or has become too much."""
        if model is not self._model or self._characters > MOST_CHARACTERS:
            self._lengths, self._characters, self._extra = {}, 0, 0
            self._turns = {}
            self._costs = engine.count_texts([])
            self._model = model

    def _count(self, engine: Engine, texts: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(texts) if text not in self._lengths]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            counts = engine.count_texts(batch)
            self._lengths.update(zip(batch, counts.texts, strict=True))
            self._characters += sum(map(len, batch))

    def _turn(self, message: Message, parts: Sequence[str]) -> Turn | None:
        """A message with its length; None if the model reads nothing of it."""
        if not parts:
            return None
        frame = self._costs.roles.get(message.role, self._costs.turn)
        tokens = sum(self._lengths[part] for part in parts) + frame
        return Turn(message.id, message.role, tokens, message.pinned, draft=not message.id)


def goes_on(messages: Sequence[ChatMessage]) -> bool:
    """Whether a prompt ends inside an answer."""
    return bool(messages) and messages[-1].role == "assistant"


def _length(engine: Engine, subject: Subject, plan: ContextPlan) -> int:
    messages = subject.messages(plan.left_out)
    if not messages:
        return plan.used
    return engine.count_tokens(messages, subject.conversation.thinking, goes_on(messages))
