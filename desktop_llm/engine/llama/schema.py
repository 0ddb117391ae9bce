"""JSON schemas that answers are held to: looked at, and tried, before anything is written by them.

llama.cpp only logs that it cannot use a schema, and then writes freely. So a schema is tried with
one token that no JSON can begin with: if that comes out, nothing holds the answer.
"""

from __future__ import annotations

import json
from typing import Any

from desktop_llm.engine.errors import SchemaUnusable
from desktop_llm.engine.llama.server import LlamaServer

LONGEST = 100_000
"""Characters; compiling takes memory and time."""

DEEPEST = 64
FORCED = 1000.0
"""Added to a score, so that its token is chosen if it is allowed at all."""


class SchemaCheck:
    """Remembers which schemas one model's server has accepted."""

    def __init__(self, server: LlamaServer, tokenizer: Any) -> None:
        self._server = server
        self._no_json = tokenizer("=", add_special_tokens=False)["input_ids"]
        self._good: set[str] = set()

    def check(self, schema: str, prompt: list[int]) -> None:
        """Raise SchemaUnusable unless answers can be held to `schema`.

        `prompt` is what will be asked, so that reading it now saves doing it then.
        """
        if not schema or schema in self._good:
            return
        body = {
            "prompt": prompt,
            "n_predict": 1,
            "samplers": ["temperature"],
            "temperature": 0.0,
            "logit_bias": [[token, FORCED] for token in self._no_json],
            "json_schema": read_schema(schema),
            "return_tokens": True,
        }
        said = self._server.ask("/completion", body)["tokens"]
        if set(said) & set(self._no_json):
            raise SchemaUnusable("llama.cpp cannot follow it")
        self._good.add(schema)


def read_schema(text: str) -> Any:
    """The schema that `text` is. Raises SchemaUnusable."""
    if len(text) > LONGEST:
        raise SchemaUnusable(f"it is longer than {LONGEST:,} characters")
    try:
        schema = json.loads(text)
    except ValueError as error:
        raise SchemaUnusable(f"it is not JSON ({error})") from error
    except RecursionError:
        schema = None
    if not isinstance(schema, dict):
        raise SchemaUnusable("it is no JSON object")
    if _depth(schema) > DEEPEST:
        raise SchemaUnusable(f"it is nested more than {DEEPEST} levels deep")
    return schema


def _depth(value: Any) -> int:
    """Levels of lists and objects; one level at a time, since a hostile one would end recursion."""
    level, depth = [value], 0
    while level:
        depth += 1
        inner: list[Any] = []
        for each in level:
            inner += (
                each.values() if isinstance(each, dict) else each if isinstance(each, list) else []
            )
        level = inner
    return depth
