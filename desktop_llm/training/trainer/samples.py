"""What the model in training answers to the same two prompts, again and again: greedy, short."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from desktop_llm.core.generation import ChatMessage
from desktop_llm.engine.chat_prompt import PromptWriter
from desktop_llm.engine.decoding import Decoder
from desktop_llm.training.data.types import Example
from desktop_llm.training.events import SampleEvent
from desktop_llm.training.tasks.task import IGNORED, Task, Tokenised
from desktop_llm.training.trainer.journal import Journal

PROMPTS = 2
NEW_TOKENS = 40
"""Enough to see what it learned; more would take longer than the evaluation itself."""

BEGINNING = 24
"""Tokens of a plain text that are given, to be gone on with."""


@dataclass(frozen=True)
class Prompt:
    """What is asked: as people read it, and as the model does."""

    text: str
    row: Tokenised


class Samples:
    """Answers `prompts`. `obey` is asked at every token and says whether to stop."""

    def __init__(
        self, task: Task, model: Any, tokenizer: Any, prompts: Sequence[Prompt],
        journal: Journal, obey: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._task, self._model, self._tokenizer = task, model, tokenizer
        self._prompts, self._journal, self._obey = prompts, journal, obey

    @torch.no_grad()
    def tell(self) -> None:
        """One event for each prompt."""
        self._model.eval()
        for prompt in self._prompts:
            classify = self._task.facts.name == "classify"
            text = self._class_of(prompt.row) if classify else self._go_on(prompt.row.ids)
            self._journal.add(SampleEvent, prompt=prompt.text, text=text)

    def _class_of(self, row: Tokenised) -> str:
        batch = self._task.collate([row], self._tokenizer)
        device = next(self._model.parameters()).device
        judged = self._task.judge(self._model, {k: v.to(device) for k, v in batch.items()})
        return str(self._model.config.id2label[judged.predicted[0]])

    def _go_on(self, ids: Sequence[int]) -> str:
        model = self._model.get_base_model() if hasattr(self._model, "peft_config") else self._model
        ends, decoder = self._tokenizer.answer_ends, Decoder(model)
        room = getattr(model.config.get_text_config(), "max_position_embeddings", 1 << 30)
        scores = decoder.read(list(ids), threading.Event(), lambda tokens: None)
        written: list[int] = []
        while scores is not None and len(written) < min(NEW_TOKENS, room - len(ids)):
            token = int(scores.argmax())
            if token in ends or self._obey():
                break
            written.append(token)
            scores = decoder.step(token)
        return str(self._tokenizer.decode(written, skip_special_tokens=True)).strip()


def wished_prompts(task: Task, tokenizer: Any, texts: Sequence[str]) -> list[Prompt]:
    """The prompts that the job names. Raises TemplateFailed."""
    writer = PromptWriter(tokenizer, on_stuck=lambda: None)
    found = []
    for text in texts:
        row = Example(messages=(ChatMessage("user", text),), text=text)
        if task.facts.name == "classify":
            ids = tuple(tokenizer(text, truncation=True)["input_ids"])
        elif task.facts.name == "sft":
            ids = tuple(writer.chat(row.messages))
        else:
            ids = tuple(writer.completion(text))
        found.append(Prompt(text, Tokenised(ids, (0,), len(ids), row)))
    return found


def prompts_of(task: Task, tokenizer: Any, rows: Iterable[Tokenised]) -> list[Prompt]:
    """Two different prompts out of `rows`."""
    found: dict[str, Prompt] = {}
    for row in rows:
        prompt = _prompt_of(task, tokenizer, row)
        if prompt.row.ids:
            found.setdefault(prompt.text, prompt)
        if len(found) == PROMPTS:
            break
    return list(found.values())


def _prompt_of(task: Task, tokenizer: Any, row: Tokenised) -> Prompt:
    """A text to classify; of a dialogue what comes before the first answer; else a beginning."""
    if task.facts.name == "classify":
        return Prompt(row.row.text, row)
    if task.facts.name == "sft":
        answer = next((i for i, label in enumerate(row.labels) if label != IGNORED), 0)
        said = [m.content for m in row.row.messages]
        roles = [m.role for m in row.row.messages]
        before = roles.index("assistant") if "assistant" in roles else len(roles)
        text, ids = said[before - 1] if before else "", row.ids[:answer]
    else:
        ids = row.ids[: min(BEGINNING, len(row.ids) - 1)]
        text = str(tokenizer.decode(ids, skip_special_tokens=True))
    return Prompt(text, Tokenised(ids, (), len(ids), row.row))
