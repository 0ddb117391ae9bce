"""What a server takes beyond the OpenAI protocol, told by whom it says its models belong to.

A field that a server does not know is refused by some and ignored by others, so that it is sent
only where it is known. Our repetition penalty counts the answer alone; those of vLLM and llama.cpp
count the prompt too, which punishes the words of the question: it is sent to our own kind only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from desktop_llm.core.generation import Capabilities, Sampling
from desktop_llm.core.remote_server import ListedModel

STANDARD = frozenset({"temperature", "top_p", "seed"})


@dataclass(frozen=True)
class Dialect:
    """`extra`: fields of `Sampling` that have an effect beyond the standard ones.

    `continuing`: what has to be sent so that the last message is continued; None if that is not
    known.
    """

    extra: frozenset[str] = frozenset()
    continuing: dict[str, Any] | None = field(default=None)
    json_schema: bool = False

    def sampling(self, sampling: Sampling) -> dict[str, Any]:
        """The fields for `sampling` beyond those of the protocol."""
        return {name: getattr(sampling, name) for name in sorted(self.extra)}

    def capabilities(self, model: ListedModel) -> Capabilities:
        """Of an engine that speaks with such a server about `model`."""
        told = model.json_schema
        return Capabilities(
            score=False,
            embed=model.embeds,
            adapters=False,
            json_schema=self.json_schema if told is None else told,
            counts_tokens=False,
            exact=False,
            samplers=STANDARD | self.extra,
        )


ONLY_THE_LAST = {"continue_final_message": True, "add_generation_prompt": False}
LIKELIEST = frozenset({"top_k", "min_p"})
DIALECTS = {
    "vllm": Dialect(LIKELIEST, ONLY_THE_LAST, json_schema=True),
    "sglang": Dialect(LIKELIEST, {"continue_final_message": True}, json_schema=True),
    "llamacpp": Dialect(LIKELIEST, {}, json_schema=True),  # goes on by itself
    "desktop-llm": Dialect(LIKELIEST | {"repetition_penalty"}, None, json_schema=True),
}


def dialect_of(owned_by: str) -> Dialect:
    """How to speak with a server whose models belong to `owned_by`."""
    return DIALECTS.get(owned_by.lower(), Dialect())
