"""Other engines, each in a process of its own: plain Transformers, and llama.cpp.

What is in this module runs in that process (`contenders.RivalProcess` starts it). All of them read
token ids, choose the likeliest token, and write exactly as many tokens as they are asked to.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Turn:
    """A prompt that was read, and what was written after it."""

    prompt_tokens: int
    new_tokens: int
    first_s: float
    """From the request to the first token."""
    total_s: float
    """From the request to the last one."""
    decode_s: float
    """From the first token to the last."""

    @property
    def reading(self) -> float:
        """Tokens of the prompt per second."""
        return self.prompt_tokens / self.first_s if self.first_s else 0.0

    @property
    def writing(self) -> float:
        """Tokens per second after the first."""
        return (self.new_tokens - 1) / self.decode_s if self.decode_s else 0.0


class Rival(Protocol):
    """Loads in its constructor; what `prepare` imports does not count as loading."""

    @staticmethod
    def prepare() -> None: ...

    def turn(self, ids: Sequence[int], new_tokens: int) -> Turn: ...

    def losses(self, windows: Sequence[Sequence[int]]) -> list[float]:
        """The negative log-likelihood of every token of every window but its first."""


class StockTransformers:
    """What a plain script gets: `generate` with sdpa attention and its usual cache."""

    @staticmethod
    def prepare() -> None:
        import torch  # noqa: F401
        from transformers import AutoModelForCausalLM  # noqa: F401

    def __init__(self, folder: Path, dtype: str, threads: int, rounding: str = "") -> None:
        """`rounding`: weights as they come back from a GGUF file of that kind."""
        import torch
        from transformers import AutoModelForCausalLM

        torch.set_num_threads(threads)
        self._model: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=getattr(torch, dtype),
            attn_implementation="sdpa",
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
        ).eval()
        if rounding:
            _round_weights(self._model, rounding)

    def turn(self, ids: Sequence[int], new_tokens: int) -> Turn:
        import torch

        times: list[float] = []

        def note(found: Any, scores: Any, **_: Any) -> Any:
            times.append(time.perf_counter())
            return torch.zeros(found.shape[0], dtype=torch.bool)

        start = time.perf_counter()
        written = self._model.generate(
            torch.tensor([list(ids)]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            max_new_tokens=new_tokens,
            do_sample=False,
            eos_token_id=None,
            pad_token_id=0,
            repetition_penalty=1.0,
            stopping_criteria=[note],
        )
        total = time.perf_counter() - start
        new = written.shape[1] - len(ids)
        return Turn(len(ids), new, times[0] - start, total, times[-1] - times[0])

    def losses(self, windows: Sequence[Sequence[int]]) -> list[float]:
        import torch

        found: list[float] = []
        with torch.inference_mode():
            for window in windows:
                ids = torch.tensor([list(window)])
                scores = self._model(ids).logits[0, :-1].float()
                loss = torch.nn.functional.cross_entropy(scores, ids[0, 1:], reduction="none")
                found += loss.tolist()
        return found


class LlamaCpp:
    """xllamacpp's server as a library: it listens on a socket in a private folder at most."""

    @staticmethod
    def prepare() -> None:
        import xllamacpp  # noqa: F401

    def __init__(self, file: Path, threads: int, context: int) -> None:
        import xllamacpp

        params = xllamacpp.CommonParams()
        os.chdir(file.parent)  # a socket's whole path may have about 100 characters
        params.model.path = str(file)
        params.hostnames = [f"{file.stem}.sock"]
        params.n_ctx = context
        params.n_parallel = 1
        params.n_gpu_layers = 0
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        params.cache_prompt = False
        params.cache_ram_mib = 0
        params.ui = False
        params.verbosity = -1
        self._server = xllamacpp.Server(params)

    def turn(self, ids: Sequence[int], new_tokens: int) -> Turn:
        start = time.perf_counter()
        answer = self._ask(ids, new_tokens)
        total = time.perf_counter() - start
        times, written = answer["timings"], answer["usage"]["completion_tokens"]
        first = times["prompt_ms"] / 1000
        return Turn(len(ids), written, first, total, times["predicted_ms"] / 1000)

    def tokens(self, ids: Sequence[int], new_tokens: int) -> list[int]:
        """What a turn writes. Not timed, since a server that tells tokens has more to do."""
        answer = self._ask(ids, new_tokens, logprobs=1)
        return [token["id"] for token in answer["choices"][0]["logprobs"]["content"]]

    def _ask(self, ids: Sequence[int], new_tokens: int, **more: int) -> Any:
        request = {
            "prompt": list(ids),
            "max_tokens": new_tokens,
            "temperature": 0.0,
            "samplers": ["top_k"],
            "top_k": 1,
            "ignore_eos": True,
            "cache_prompt": False,
        }
        return self._server.handle_completions(request | more)

    def losses(self, windows: Sequence[Sequence[int]]) -> list[float]:
        raise NotImplementedError  # its server tells nothing of a prompt's tokens


def perplexity(losses: Sequence[float]) -> float:
    """Of negative log-likelihoods, in nats."""
    return math.exp(math.fsum(losses) / len(losses))


def _round_weights(model: Any, kind: str) -> None:
    import torch

    from desktop_llm.bench.gguf_files import rounded

    with torch.no_grad():
        for key, weight in model.named_parameters():  # a tied head is named once
            weight.copy_(torch.from_numpy(rounded(key, weight.float().numpy(), kind)))
