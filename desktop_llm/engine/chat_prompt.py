"""Prompts as token ids: by the model's chat template, or raw for a completion.

A template is a program that came with the model: it runs sandboxed (by transformers) and for a
limited time. Whatever people write stays text: control tokens in it are split into ordinary ones,
so that nobody ends a turn or begins another in the middle of a message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from desktop_llm.core.generation import ChatMessage
from desktop_llm.engine.errors import TemplateFailed, TemplateTimeout
from desktop_llm.engine.template_fault import template_fault
from desktop_llm.engine.time_limit import GRACE_S, TimeLimitExceeded, run_limited

TEMPLATE_SECONDS = 5.0
"""A template takes milliseconds, and a hundred times that while the machine is busy otherwise."""

CHARACTERS_PER_SECOND = 100_000
"""Long prompts get more time: a slow tokenizer written in Python reads about as fast."""

TEMPLATE_OVERHEAD = 1_000_000
"""Characters that a template may write beyond three times what people wrote."""

PLAIN_STOP = "\nUser:"
"""Ends a reply of a model without a template, which would go on with the next question."""

SWITCH = "enable_thinking"
"""The name by which templates let thinking be switched on and off."""

THINKING_KEYS = ("reasoning_content", ".thinking", "'thinking'", '"thinking"')
"""How templates mention the thinking of earlier answers; the library gives it both names."""


class PromptWriter:
    """Makes prompts for one tokenizer. Not to be shared by threads: tokenizers keep state."""

    def __init__(
        self,
        tokenizer: Any,
        on_stuck: Callable[[], None],
        seconds: float = TEMPLATE_SECONDS,
        grace: float = GRACE_S,
    ) -> None:
        """`on_stuck` is called if a template cannot be ended: the process should be."""
        self._tokenizer = tokenizer
        self._on_stuck = on_stuck
        self._seconds = seconds
        self._grace = grace
        self._learn(_template(tokenizer))

    def use(self, template: str) -> None:
        """Write by `template` from now on; "" for none."""
        self._tokenizer.chat_template = template or None
        self._learn(template)

    def _learn(self, template: str) -> None:
        self.template = template
        if template:
            self._tokenizer.chat_control_tokens = control_tokens(self._tokenizer, template)

    @property
    def template_hash(self) -> str:
        """The SHA-256 of the chat template; empty without one."""
        return hashlib.sha256(self.template.encode()).hexdigest() if self.template else ""

    @property
    def can_switch_thinking(self) -> bool:
        """Whether the template can be told to let the model think first, or not to."""
        return SWITCH in self.template

    def chat(
        self,
        messages: Sequence[ChatMessage],
        continue_last: bool = False,
        thinking: bool | None = None,
    ) -> list[int]:
        """The ids of the conversation, up to where the reply begins or goes on.

        `thinking` None leaves it to the template. Raises TemplateFailed and TemplateTimeout.
        """
        if not self.template:
            return self.completion(_plain(messages, continue_last))
        return self._write(messages, not continue_last, continue_last, thinking)

    def ended(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The ids of the conversation with its last turn ended, as the template ends turns.

        Only for a tokenizer with a template. Raises TemplateFailed and TemplateTimeout.
        """
        return self._write(messages, False, False)

    def _write(
        self,
        messages: Sequence[ChatMessage],
        begin: bool,
        go_on: bool,
        thinking: bool | None = None,
    ) -> list[int]:
        """`begin` a reply after the last turn, or `go_on` inside it, or end with it."""
        turns = [self._turn(message) for message in messages]
        shape: dict[str, Any] = {"add_generation_prompt": begin, "continue_final_message": go_on}
        if thinking is not None and self.can_switch_thinking:
            shape[SWITCH] = thinking
        characters = sum(len(text) for turn in turns for text in turn.values())
        seconds = self._seconds + characters / CHARACTERS_PER_SECOND
        limit = 3 * characters + TEMPLATE_OVERHEAD

        def render() -> list[int]:
            return self._render(turns, shape, limit)

        try:
            return run_limited(render, seconds, self._on_stuck, self._grace)
        except TimeLimitExceeded as error:
            raise TemplateTimeout(round(seconds, 1)) from error
        except TemplateFailed:
            raise
        except Exception as error:  # a foreign program: it can raise anything
            raise template_fault(error) from error

    def _turn(self, message: ChatMessage) -> dict[str, str]:
        turn = {"role": message.role, "content": message.content}
        if message.thinking and any(key in self.template for key in THINKING_KEYS):
            turn["reasoning_content"] = message.thinking
        return turn

    def completion(self, prompt: str) -> list[int]:
        """The ids of `prompt` to be gone on with; special tokens written in it are text."""
        return list(self._tokenizer(prompt, split_special_tokens=True)["input_ids"])

    def ends_with(self, ids: list[int]) -> str:
        """The text of the last few tokens of a prompt, markers included."""
        return str(self._tokenizer.decode(ids[-12:], skip_special_tokens=False))

    def _render(self, turns: list[dict[str, str]], shape: dict[str, Any], limit: int) -> list[int]:
        written = self._tokenizer.apply_chat_template(turns, tokenize=False, **shape)
        if len(written) > limit:
            raise TemplateFailed(f"{len(written)} characters of prompt")
        ids = self._tokenizer.apply_chat_template(
            turns, tokenize=True, sanitize_control_tokens=True, return_dict=False, **shape
        )
        return list(ids)


def _template(tokenizer: Any) -> str:
    """The tokenizer's default template, if it has any."""
    template = tokenizer.chat_template
    if isinstance(template, dict):
        template = template.get("default")
    return template if isinstance(template, str) else ""


def control_tokens(tokenizer: Any, template: str) -> list[str]:
    """Added tokens that a template can mean as control, special or not.

    By itself the library finds those that stand whole in the template; this adds what templates put
    together from pieces, such as `'<|' + role + '|>'`.
    """
    names = [token.content for token in tokenizer.added_tokens_decoder.values()]
    written = [name for name in names if name in template and not name.isspace()]
    brackets = [name for name in names if name[:1] in "<[" and name[-1:] in ">]" and len(name) > 2]
    return sorted({*written, *brackets})


def _plain(messages: Sequence[ChatMessage], continue_last: bool) -> str:
    """A conversation as a base model has seen them on the web."""
    names = {"system": "", "user": "User: ", "assistant": "Assistant: "}
    turns = "\n".join(names[message.role] + message.content for message in messages)
    return turns if continue_last else turns + "\nAssistant:"
