"""One step of a Llama-like model without what lies between its products.

With weights of few bits a small model spends two thirds of a token's time between the products: the
stock forward calls some 25 modules and functions a layer, in Python, and builds masks. Here a layer
is one call of compiled code. Measured (135 million parameters in 8 bits, 2 cores, tokens a second
after 64 and 4,096 tokens): stock forward on integer products 42 and 20, a TorchScript of each layer
65 and 34, this 127 and 68.

Only for model classes that are known to be of this shape: pre-norm layers with RMS norms, rotary
positions, heads in groups over the whole context, and a gated SiLU. All others are left to the
stock forward, and so are prompts, where only the products count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from desktop_llm.engine.fast import kernels
from desktop_llm.engine.fast.attention import fast_attention
from desktop_llm.engine.fast.compiling import use_threads
from desktop_llm.engine.fast.fused import FusedPart, fuse
from desktop_llm.engine.fast.kernels import Floats
from desktop_llm.engine.fast.kv_cache import GrowingCache, GrowingLayer, new_cache
from desktop_llm.engine.fast.packed_linear import FEW_ROWS, PackedLinear, Product

MODELS = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""Values of `model_type` whose layers are of this shape."""

_NONE = np.empty(0, np.float32)

MOST_TOKENS = FEW_ROWS
"""More at once are a prompt, which the stock forward reads as fast."""


def speed_up(model: Any, swaps: bool = False) -> None:
    """Let `model`, which is loaded whole, compute as fast as it can from now on.

    `swaps`: an adapter puts other weights into the layers, which have to stay what they are.
    """
    fast_attention(model)
    if model.device.type == "cpu":
        if not swaps:
            fuse(model)
        model.compact_step = compact_step(model)
        if model.compact_step:
            _compile(model)


@torch.inference_mode()
def _compile(model: Any) -> None:
    """Write a token: on a new machine that takes seconds, which no answer should wait for."""
    cache = new_cache(model.config, model.compact_step.halves)
    model(torch.zeros(1, 1, dtype=torch.long), past_key_values=cache)
    model.compact_step([0], cache)


def compact_step(model: Any) -> CompactStep | None:
    """The step of `model`, if it is of the shape above and computed on the processor.

    It has the weights that are in the layers now; what is swapped in later needs a step of its own.
    """
    config = model.config
    slides = getattr(config, "sliding_window", None) and getattr(config, "use_sliding_window", True)
    if config.model_type not in MODELS or model.device.type != "cpu":
        return None
    if model.dtype != torch.float32:  # the format that was asked for is computed in
        return None
    if config.hidden_act != "silu" or slides or not _is_known(model):
        return None
    return CompactStep(model)


class CompactStep:
    """Computes what follows after a few tokens, on the weights of a model and a cache of it."""

    def __init__(self, model: Any) -> None:
        """`model` is of the shape that `compact_step` asks for. It is read, never changed."""
        inner = model.model
        self._embed, self._rotary = inner.embed_tokens, inner.rotary_emb
        self._head, self._norm = Product(_whole(model.lm_head)), inner.norm.weight.data.numpy()
        self._epsilon = np.float32(inner.norm.variance_epsilon)
        self._layers = [_Layer(layer) for layer in inner.layers]
        self.halves = self._head.rounded
        """Whether keys and values are kept in float16: where the weights are rounded already."""

    @torch.inference_mode()
    def __call__(self, ids: Sequence[int], cache: GrowingCache, keep: int = 1) -> torch.Tensor:
        """Read `ids` behind what `cache` holds: the scores after the last `keep`, (keep, vocab)."""
        threads = use_threads()
        start, count = cache.length, len(ids)
        x = self._embed(torch.tensor(ids))
        places = torch.arange(start, start + count)[None]
        angles = tuple(part[0].numpy() for part in self._rotary(x[None], places))
        hidden = x.numpy().copy()
        for layer, held in zip(self._layers, cache.layers, strict=True):
            assert isinstance(held, GrowingLayer)
            layer(hidden, held, angles, threads)
        last = hidden[-keep:]
        kernels.rms_norm(last, self._norm, self._epsilon, last)
        scores = np.empty((keep, self._head.rows), np.float32)
        self._head(last, scores)
        return torch.from_numpy(scores)


class _Layer:
    """Everything between two sums of the residual stream."""

    def __init__(self, layer: Any) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        norms = [layer.input_layernorm, layer.post_attention_layernorm]
        norms += [getattr(attention, name, None) for name in ("q_norm", "k_norm")]
        self._norms = tuple(_NONE if norm is None else norm.weight.data.numpy() for norm in norms)
        self._scale = np.float32(attention.scaling)
        self._epsilon = np.float32(layer.input_layernorm.variance_epsilon)
        self._heads = attention.config.num_attention_heads
        self._parts = (
            *_parts(attention.q_proj, attention.k_proj, attention.v_proj),
            *_parts(attention.o_proj),
            *_parts(mlp.gate_proj, mlp.up_proj),
            *_parts(mlp.down_proj),
        )

    def __call__(self, x: Floats, held: GrowingLayer, angles: Any, threads: int) -> None:
        """Change `x`, (tokens, width), and add to what is `held`; `angles`: see `kernels.layer`."""
        numbers = self._heads, threads, self._scale, self._epsilon
        held.make_room(len(x))
        kernels.layer(x, *held.arrays, held.length, angles, numbers, self._norms, self._parts)
        held.length += len(x)


def _is_known(model: Any) -> bool:
    """Whether all layers have weights that `Product` knows; those beside an adapter's have not."""
    parents = [parent for layer in model.model.layers for parent in (layer.self_attn, layer.mlp)]
    parts = [
        part for parent in parents for part in parent.children() if hasattr(part, "in_features")
    ]
    return all(type(_whole(part)) in (nn.Linear, PackedLinear) for part in [*parts, model.lm_head])


def _whole(part: Any) -> Any:
    return part.fused.layer if isinstance(part, FusedPart) else part


def _parts(*layers: Any) -> list[tuple[Any, ...]]:
    """What multiplies in each of `layers`, which read the same; see `kernels.layer`."""
    if not isinstance(layers[0], FusedPart):
        return [Product(layer).parts for layer in layers]
    parts = Product(_whole(layers[0])).parts
    nothing = tuple(part if part is None else part[:0] for part in parts)
    return [parts, *[nothing] * (len(layers) - 1)]
