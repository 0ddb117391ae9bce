"""JSON schemas are tried before anything is written by them.

llama.cpp only logs that it cannot use a schema, and then writes freely. So a schema is tried with
a token that no JSON can begin with: if that comes out, nothing holds the answer.
"""

from __future__ import annotations

import threading
from typing import Any

from desktop_llm.core.json_schema import SchemaUnusable, read_schema
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.engine.llama.server import LlamaServer

FORCED = 1000.0
"""Added to a score, so that its token is chosen if it is allowed at all."""
CANNOT_FOLLOW = QT_TRANSLATE_NOOP("core", "llama.cpp cannot follow it")


class SchemaCheck:
    """Remembers which schemas one model's server has accepted."""

    def __init__(self, server: LlamaServer, tokenizer: Any) -> None:
        self._server = server
        self._no_json = tokenizer("=", add_special_tokens=False)["input_ids"]
        self._good: set[str] = set()

    def check(self, schema: str, prompt: list[int], stop: threading.Event) -> None:
        """Raise SchemaUnusable unless answers can be held to `schema`; "" is none.

        `prompt` is what will be asked: what is read of it now is not read again then. A `stop`
        leaves it untried.
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
        said = {t for news in self._server.stream(body, stop) for t in news.get("tokens", ())}
        if stop.is_set():
            return
        if said & set(self._no_json):
            raise SchemaUnusable(CANNOT_FOLLOW)
        self._good.add(schema)
