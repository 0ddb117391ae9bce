"""What a model makes of tokens that it did not choose, one forced token after another.

llama.cpp's server says log-probabilities only of what it chooses. So each token of a text is forced
on it in turn; what it then reports is of the model's own scores, before the force. The part before
is in its cache, so that every token is read once. Of a token that ends inside a character it
reports nothing: such a one is looked up among the rivals of another.
"""

from __future__ import annotations

from typing import Any

from desktop_llm.core.generation import TokenLogprob
from desktop_llm.engine.errors import LlamaCppFailed
from desktop_llm.engine.llama.schema import FORCED
from desktop_llm.engine.llama.server import Body, LlamaServer

ALL = 1_000_000
"""More than any vocabulary has."""


class Scorer:
    """Asks one model's server."""

    def __init__(self, server: LlamaServer, tokenizer: Any) -> None:
        self._server = server
        self._tokenizer = tokenizer
        self._whole = tokenizer("=", add_special_tokens=False)["input_ids"][-1]
        """A token that is a whole character."""

    def score(self, ids: list[int]) -> list[TokenLogprob]:
        """The log-probability of every token of `ids` but the first, given those before it."""
        return [self.find(ids[:place], ids[place], 0) for place in range(1, len(ids))]

    def find(self, before: list[int], token: int, top: int) -> TokenLogprob:
        """What the model thought of `token` after `before`, and of the `top` likeliest there."""
        odds = self._ask(before, token, max(1, top))
        if not odds:
            (all_of_them,) = self._ask(before, self._whole, ALL)
            rivals = all_of_them["top_logprobs"]
            odds = [{**each, "top_logprobs": rivals} for each in rivals if each["id"] == token]
        if not odds or odds[0]["id"] != token:
            raise LlamaCppFailed(self._server.name, "it did not score the text")
        return self.told(odds[0], top)

    def told(self, odds: Body, top: int) -> TokenLogprob:
        """`odds` as llama.cpp tells them, with the `top` likeliest tokens."""
        decode = self._tokenizer.decode
        rivals = ((each["id"], float(each["logprob"])) for each in odds["top_logprobs"][:top])
        return TokenLogprob(
            odds["id"],
            decode([odds["id"]]),
            float(odds["logprob"]),
            tuple((token, decode([token]), logprob) for token, logprob in rivals),
        )

    def _ask(self, before: list[int], forced: int, probabilities: int) -> list[Body]:
        body = {
            "prompt": before,
            "n_predict": 1,
            "samplers": ["temperature"],
            "temperature": 0.0,
            "logit_bias": [[forced, FORCED]],
            "n_probs": probabilities,
            "cache_prompt": True,
        }
        answer = self._server.ask("/completion", body)
        found: list[Body] = answer.get("completion_probabilities") or []
        return found
