"""Supervised fine-tuning: conversations of which only the answers are learned."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from desktop_llm.engine.errors import TemplateFailed
from desktop_llm.training.data.types import Example
from desktop_llm.training.task_facts import TASKS
from desktop_llm.training.tasks.dialogue import DialogueRow, DialogueWriter
from desktop_llm.training.tasks.language import LanguageTask, has_loss
from desktop_llm.training.tasks.preview import preview_tokens, row_limit
from desktop_llm.training.tasks.task import IGNORED, Measured, Tokenised
from desktop_llm.training.tokens import RowTokens

log = logging.getLogger(__name__)


class SftTask(LanguageTask):
    """Keeps what it knows of the tokenizer that it was used with last."""

    facts = TASKS["sft"]

    def __init__(self) -> None:
        self._known: DialogueWriter | None = None

    def tokenise(self, tokenizer: Any, example: Example, max_length: int) -> list[Tokenised]:
        """Raises TemplateFailed and TemplateTimeout."""
        cut = row_limit(tokenizer, max_length)
        return [
            Tokenised(tuple(row.ids[:cut]), tuple(row.labels[:cut]), len(row.ids), example)
            for row in self._rows(tokenizer, example, cut)
            if has_loss(row.labels[:cut])
        ]

    def tokenise_all(
        self, tokenizer: Any, examples: Iterable[Example], max_length: int
    ) -> Iterator[Tokenised]:
        """Leaves out conversations that the model's template refuses, unless it refuses all."""
        refused: TemplateFailed | None = None
        made = 0
        for example in examples:
            try:
                rows = self.tokenise(tokenizer, example, max_length)
            except TemplateFailed as error:
                log.warning("line %d of file %d: %s", example.line, example.file, error)
                refused = error
                continue
            made += len(rows)
            yield from rows
        if refused is not None and not made:
            raise refused

    def measure(self, tokenizer: Any, example: Example, max_length: int) -> list[Measured]:
        cut = row_limit(tokenizer, max_length)
        ends = self._writer(tokenizer).end_ids
        return [
            Measured(
                len(row.ids),
                sum(label != IGNORED for label in row.labels[:cut]),
                row.stop_learned(cut, ends),
            )
            for row in self._rows(tokenizer, example, cut)
        ]

    def preview(self, tokenizer: Any, example: Example, max_length: int) -> RowTokens:
        cut = row_limit(tokenizer, max_length)
        rows = self._rows(tokenizer, example, cut)
        tokens = [
            token for row in rows for token in preview_tokens(tokenizer, row.ids, row.labels, cut)
        ]
        ends = self._writer(tokenizer).end_ids
        learned = bool(rows) and all(row.stop_learned(cut, ends) for row in rows)
        return RowTokens(example.file, example.line, tuple(tokens), learned)

    def _rows(self, tokenizer: Any, example: Example, cut: int) -> list[DialogueRow]:
        return self._writer(tokenizer).write(example.messages, cut)

    def _writer(self, tokenizer: Any) -> DialogueWriter:
        if self._known is None or self._known.tokenizer is not tokenizer:
            self._known = DialogueWriter(tokenizer)
        return self._known
