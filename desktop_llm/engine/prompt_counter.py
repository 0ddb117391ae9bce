"""Lengths and explanations of prompts, beside the generation that may be running."""

from __future__ import annotations

import copy
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

from desktop_llm.core.generation import ChatMessage, PromptToken, TokenCounts
from desktop_llm.engine.chat_prompt import PromptWriter
from desktop_llm.engine.errors import TemplateFailed
from desktop_llm.engine.prompt_tokens import explain_ids, split_text, text_lengths

PROBE = "x"
"""What is put into a template to learn what it adds."""

Role = Literal["system", "user", "assistant"]


class PromptCounter:
    """Has a tokenizer of its own, since they keep state; may be asked from any thread."""

    def __init__(self, tokenizer: Any, own_template: str, on_stuck: Callable[[], None]) -> None:
        """`own_template` is the one that came with the model, whichever `tokenizer` uses."""
        self.own_template = own_template
        self._tokenizer = copy.deepcopy(tokenizer)
        self._writer = PromptWriter(self._tokenizer, on_stuck)
        self._lock = threading.Lock()
        self._costs: TokenCounts | None = None

    def count(
        self,
        messages: Sequence[ChatMessage],
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> int:
        """Tokens of the prompt that `messages` make. Raises TemplateFailed, TemplateTimeout."""
        with self._lock:
            return len(self._writer.chat(messages, continue_last, thinking))

    def count_texts(self, texts: Sequence[str]) -> TokenCounts:
        """Tokens of each text, and what a prompt takes beside them. Raises TemplateTimeout."""
        with self._lock:
            if self._costs is None:
                self._costs = self._measure()
            return replace(self._costs, texts=tuple(text_lengths(self._tokenizer, texts)))

    def explain(
        self,
        messages: Sequence[ChatMessage],
        template: str | None = None,
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> list[PromptToken]:
        """The tokens of the prompt, by another template if one is given.

        Raises TemplateFailed, with the line of the template, and TemplateTimeout.
        """
        with self._lock:
            used = self._writer.template
            try:
                if template is not None:
                    self._writer.use(template)
                ids = self._writer.chat(messages, continue_last, thinking)
                return explain_ids(self._tokenizer, ids)
            finally:
                if template is not None:
                    self._writer.use(used)

    def split_text(self, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
        """Spans of characters of at most `window` tokens; see `prompt_tokens.split_text`."""
        with self._lock:
            return split_text(self._tokenizer, text, window, overlap)

    def _measure(self) -> TokenCounts:
        """What the template adds to a prompt and to a turn of each role, learned from probes."""
        probe = text_lengths(self._tokenizer, [PROBE])[0]
        one = self._probe("user")
        three = self._probe("user", "assistant", "user")
        if one is None or three is None:
            return TokenCounts((), 0, one - probe if one else 0)
        pair = three - one - 2 * probe
        two = self._probe("user", "assistant")
        answer = pair // 2 if two is None else two - one - probe
        told = self._probe("system", "user")
        roles = {
            "user": pair - answer,
            "assistant": answer,
            "system": 0 if told is None else told - one - probe,
        }
        turn = max(pair - answer, answer)
        return TokenCounts((), turn, one - probe - roles["user"], roles)

    def _probe(self, *roles: Role) -> int | None:
        """The length of a prompt of such turns; None if the template refuses them."""
        try:
            return len(self._writer.chat([ChatMessage(role, PROBE) for role in roles]))
        except TemplateFailed:
            return None


class CountsPrompts(ABC):
    """What every engine that writes its prompts itself says of them, from any thread."""

    @property
    @abstractmethod
    def _counter(self) -> PromptCounter:
        """Of the model in memory. Raises NoModelLoaded."""

    def count_tokens(
        self,
        messages: Sequence[ChatMessage],
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> int:
        """Tokens of the prompt that `messages` make, template included."""
        return self._counter.count(messages, thinking, continue_last)

    def count_texts(self, texts: Sequence[str]) -> TokenCounts:
        """Tokens of each text, and what a prompt takes beside them."""
        return self._counter.count_texts(texts)

    def explain(
        self,
        messages: Sequence[ChatMessage],
        template: str | None = None,
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> list[PromptToken]:
        """The tokens of the prompt, by another chat template if one is given."""
        return self._counter.explain(messages, template, thinking, continue_last)

    def split_text(self, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
        """Spans of characters of at most `window` tokens each, about `overlap` tokens in common."""
        return self._counter.split_text(text, window, overlap)

    def template(self) -> str:
        """The chat template that came with the model; "" if none did."""
        return self._counter.own_template
