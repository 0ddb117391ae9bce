"""Continued pretraining: plain text, all of it learned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from desktop_llm.training.data.types import Example
from desktop_llm.training.task_facts import TASKS
from desktop_llm.training.tasks.language import LanguageTask
from desktop_llm.training.tasks.preview import MOST_TOKENS, preview_tokens, row_limit
from desktop_llm.training.tasks.task import Measured, Tokenised
from desktop_llm.training.tokens import RowTokens

LEAST_TOKENS = 2
"""The first token of a block is predicted by nothing."""

CHARACTERS_PER_TOKEN = 20
"""Enough of a text for a preview, whatever the vocabulary."""


class PretrainTask(LanguageTask):
    """Texts end with the token that ends a text, and are cut into blocks without a loss."""

    facts = TASKS["pretrain"]

    def tokenise(self, tokenizer: Any, example: Example, max_length: int) -> list[Tokenised]:
        return list(self.tokenise_all(tokenizer, [example], max_length))

    def tokenise_all(
        self, tokenizer: Any, examples: Iterable[Example], max_length: int
    ) -> Iterator[Tokenised]:
        """Blocks of `max_length` over the limits of the texts; the last one may be shorter.

        A block's `row` is the text in which it begins.
        """
        size = row_limit(tokenizer, max_length)
        waiting: list[int] = []
        first: Example | None = None
        for example in examples:
            first = first if waiting else example
            waiting += _ids(tokenizer, example.text)
            whole = len(waiting) - len(waiting) % size
            for start in range(0, whole, size):
                yield _block(waiting[start : start + size], first if start == 0 else example)
            if whole:
                waiting, first = waiting[whole:], example
        if len(waiting) >= LEAST_TOKENS and first is not None:
            yield _block(waiting, first)

    def measure(self, tokenizer: Any, example: Example, max_length: int) -> list[Measured]:
        """Of the blocks: nothing is cut off, however long the text is."""
        blocks = self.tokenise(tokenizer, example, max_length)
        return [Measured(len(block.ids), len(block.ids)) for block in blocks]

    def preview(self, tokenizer: Any, example: Example, max_length: int) -> RowTokens:
        ids = _ids(tokenizer, example.text[: MOST_TOKENS * CHARACTERS_PER_TOKEN])
        tokens = preview_tokens(tokenizer, ids, ids, len(ids))
        return RowTokens(example.file, example.line, tuple(tokens))


def _ids(tokenizer: Any, text: str) -> list[int]:
    """The ids of a text, its end included. Control tokens that are written in it are text."""
    ids = (
        list(tokenizer(text, split_special_tokens=True, verbose=False)["input_ids"]) if text else []
    )
    end = tokenizer.eos_token_id
    if ids and end is not None and ids[-1] != end:
        ids.append(end)
    return ids


def _block(ids: list[int], example: Example | None) -> Tokenised:
    return Tokenised(tuple(ids), tuple(ids), len(ids), example or Example())
