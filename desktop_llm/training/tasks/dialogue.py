"""Conversations as tokens, and which of them are the answers that are to be learned.

Every answer is learned behind exactly the prompt that the engine would write for it, so that there
is no difference between training and use. Where that prompt goes on from the answer before, as
most templates do, the answers share one row; where it does not (templates that take the thinking
out of earlier turns, and models without a template), each answer gets a row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop_llm.core.generation import ChatMessage
from desktop_llm.engine.chat_prompt import PromptWriter
from desktop_llm.training.tasks.task import IGNORED


@dataclass
class DialogueRow:
    """Ids with their labels, not cut. `ends`: the place of the last token of each answer."""

    ids: list[int]
    labels: list[int]
    ends: list[int] = field(default_factory=list)

    def stop_learned(self, cut: int, end_ids: frozenset[int]) -> bool:
        """Whether each answer that begins before `cut` ends, before it, with one of `end_ids`."""
        begun = [end for place, end in enumerate(self.ends) if self._start(place) < cut]
        return bool(begun) and all(end < cut and self.ids[end] in end_ids for end in begun)

    def _start(self, place: int) -> int:
        after = self.ends[place - 1] + 1 if place else 0
        return next(i for i in range(after, len(self.ids)) if self.labels[i] != IGNORED)


class DialogueWriter:
    """Writes conversations for one tokenizer. Not to be shared by threads."""

    def __init__(self, tokenizer: Any) -> None:
        """`tokenizer` is best from `loading.load_tokenizer`, which knows how answers end."""
        self.tokenizer = tokenizer
        self._prompts = PromptWriter(tokenizer, on_stuck=lambda: None)
        ends = {tokenizer.eos_token_id} - {None}
        self.end_ids: frozenset[int] = frozenset(getattr(tokenizer, "answer_ends", ends))
        """Ids that end an answer; empty if the model has none."""

    def write(self, messages: Sequence[ChatMessage], limit: int) -> list[DialogueRow]:
        """The rows of a conversation; empty if there is no answer to anything in it.

        Answers that begin after `limit` tokens may stay unlabelled: they are cut off anyway.
        Raises TemplateFailed and TemplateTimeout.
        """
        places = [at for at, turn in enumerate(messages) if turn.role == "assistant" and at]
        rows: list[DialogueRow] = []
        for at in places:
            if rows and len(rows[-1].ids) >= limit and at != places[-1]:
                continue
            row = self._row(messages[:at], messages[at])
            if rows and row.ids[: len(rows[-1].ids)] == rows[-1].ids:
                before = rows.pop()
                row.labels[: len(before.labels)] = before.labels
                row.ends[:0] = before.ends
            rows.append(row)
        return rows

    def _row(self, history: Sequence[ChatMessage], answer: ChatMessage) -> DialogueRow:
        prompt = self._prompts.chat(history)
        learned = self._answer(prompt, [*history, answer], answer.content)
        ends = [len(prompt) + len(learned) - 1] if learned else []
        return DialogueRow(prompt + learned, [IGNORED] * len(prompt) + learned, ends)

    def _answer(self, prompt: list[int], turns: list[ChatMessage], text: str) -> list[int]:
        """What the model has to write after `prompt`: the answer, and the token that ends it."""
        written: list[int] = []
        if self._prompts.template:
            whole = self._prompts.ended(turns)
            if whole[: len(prompt)] == prompt:
                written = whole[len(prompt) :]
        if not written:
            lead = "" if self._prompts.template else " "
            plain = {"add_special_tokens": False, "split_special_tokens": True, "verbose": False}
            written = list(self.tokenizer(lead + text, **plain)["input_ids"])
        last = max((at for at, token in enumerate(written) if token in self.end_ids), default=None)
        if last is not None:
            return written[: last + 1]  # a template may go on with a line break
        return written + self._end()

    def _end(self) -> list[int]:
        """The token with which the engine lets an answer end, if there is any."""
        own = self.tokenizer.eos_token_id
        return [own] if own in self.end_ids else sorted(self.end_ids)[:1]
