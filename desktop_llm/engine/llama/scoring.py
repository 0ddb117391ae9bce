"""What a model makes of a text that it did not write, one forced token after another.

llama.cpp's server says log-probabilities only of what it chooses. So each token of the text is
forced on it in turn; what it then reports is of the model's own scores, before the force. The part
before is in its cache, so that every token is read once.
"""

from __future__ import annotations

from typing import Any

from desktop_llm.core.generation import TokenLogprob
from desktop_llm.engine.errors import LlamaCppFailed
from desktop_llm.engine.llama.schema import FORCED
from desktop_llm.engine.llama.server import LlamaServer


def token_logprobs(server: LlamaServer, tokenizer: Any, ids: list[int]) -> list[TokenLogprob]:
    """The log-probability of every token of `ids` but the first, given those before it."""
    found = []
    for place in range(1, len(ids)):
        body = {
            "prompt": ids[:place],
            "n_predict": 1,
            "samplers": ["temperature"],
            "temperature": 0.0,
            "logit_bias": [[ids[place], FORCED]],
            "n_probs": 1,
            "cache_prompt": True,
        }
        (odds,) = server.ask("/completion", body)["completion_probabilities"]
        if odds["id"] != ids[place]:
            raise LlamaCppFailed(server.name, "it did not score the text")
        text = tokenizer.decode([ids[place]])
        found.append(TokenLogprob(ids[place], text, float(odds["logprob"])))
    return found
