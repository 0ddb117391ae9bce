"""One step of a Llama-like model without what lies between its products.

With weights of 8 bits a small model spends two thirds of a token's time between the products: the
stock forward calls some 25 modules and functions a layer, in Python, and builds masks. Here a layer
is one TorchScript function of about 30 operations. Measured (135 million parameters in 8 bits, 2
cores, tokens a second after 64 and 512 tokens): stock forward 42 and 37, these operations called
from Python 62 and 55, as a script 87 and 74.

Only for model classes that are known to be of this shape: pre-norm layers with RMS norms, rotary
positions, heads in groups over the whole context, and a gated SiLU. All others are left to the
stock forward, and so are prompts, where only the products count.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.functional import linear, silu

from desktop_llm.engine.fast.attention import fast_attention
from desktop_llm.engine.fast.fused import FusedPart, fuse
from desktop_llm.engine.fast.int8_linear import Linear8, product8
from desktop_llm.engine.fast.kv_cache import GrowingCache, GrowingLayer

log = logging.getLogger(__name__)

MODELS = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""Values of `model_type` whose layers are of this shape."""

MOST_TOKENS = 16
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


def compact_step(model: Any) -> CompactStep | None:
    """The step of `model`, if it is of the shape above and computed on the processor.

    It has the weights that are in the layers now; what is swapped in later needs a step of its own.
    """
    config = model.config
    slides = getattr(config, "sliding_window", None) and getattr(config, "use_sliding_window", True)
    if config.model_type not in MODELS or model.device.type != "cpu":
        return None
    if model.dtype != torch.float32:  # in 16 bits the stock kernels round less
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
        self._norm, self._head = inner.norm, model.lm_head
        self.layers = [_scripted(_Layer(layer)) for layer in inner.layers]

    @torch.inference_mode()
    def __call__(self, ids: Sequence[int], cache: GrowingCache, keep: int = 1) -> torch.Tensor:
        """Read `ids` behind what `cache` holds: the scores after the last `keep`, (keep, vocab)."""
        start, count = cache.length, len(ids)
        x = self._embed(torch.tensor(ids))
        cos, sin = self._rotary(x[None], torch.arange(start, start + count)[None])
        cos, sin = cos[0, :, None], sin[0, :, None]
        sin[..., : sin.shape[-1] // 2].neg_()  # so that a roll turns the two halves
        mask = _causal(count, start) if count > 1 else None
        for layer, held in zip(self.layers, cache.layers, strict=True):
            assert isinstance(held, GrowingLayer)
            held.make_room(count)
            x = layer(x, held.key_buffer[0], held.value_buffer[0], start, cos, sin, mask)
            held.show(start + count)
        scores: torch.Tensor = self._head(self._norm(x[-keep:]))
        return scores


class _Dense(nn.Module):
    """A layer whose weights are numbers of a float format."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.weight, self.bias = layer.weight, layer.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return linear(x, self.weight, self.bias)


class _Eight(nn.Module):
    """A layer in 8 bits."""

    def __init__(self, layer: Linear8) -> None:
        super().__init__()
        self.turn, self.packed = layer.turn, layer.packed
        self.step, self.zero = layer.step, layer.zero
        self.bias = torch.zeros(0) if layer.bias is None else layer.bias.data

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = product8(x.float(), self.turn, self.step, self.zero, self.packed)
        if self.bias.numel() > 0:
            y = y + self.bias
        return y.to(x.dtype)


class _Several(nn.Module):
    """Layers that read the same and could not be joined, since an adapter swaps their weights."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: list[torch.Tensor] = []
        for layer in self.layers:
            found.append(layer(x))
        return torch.cat(found, -1)


class _Norm(nn.Module):
    """An RMS norm over the last axis, as the stock models compute it."""

    def __init__(self, norm: Any) -> None:
        super().__init__()
        self.weight = norm.weight
        self.epsilon = float(norm.variance_epsilon)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        whole = x.float()
        mean = torch.linalg.vector_norm(whole, 2.0, dim=[-1], keepdim=True)
        mean = mean.square_().div_(x.shape[-1]).add_(self.epsilon)
        normed: torch.Tensor = self.weight * (whole * mean.rsqrt_()).to(x.dtype)
        return normed


class _Layer(nn.Module):
    """Everything between two sums of the residual stream; TorchScript compiles `forward`."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        attention, mlp = layer.self_attn, layer.mlp
        self.size: int = attention.head_dim
        self.heads: int = attention.config.num_attention_heads
        self.key_heads: int = attention.config.num_key_value_heads
        self.scale = float(attention.scaling)
        self.inner = int(mlp.gate_proj.out_features)
        self.before, self.after = (
            _Norm(layer.input_layernorm),
            _Norm(layer.post_attention_layernorm),
        )
        self.query_key_value = _joint(attention.q_proj, attention.k_proj, attention.v_proj)
        self.out = _product(attention.o_proj)
        self.gate_up, self.down = _joint(mlp.gate_proj, mlp.up_proj), _product(mlp.down_proj)
        norms = [getattr(attention, name, None) for name in ("q_norm", "k_norm")]
        self.query_norm, self.key_norm = (_Norm(norm) if norm else nn.Identity() for norm in norms)
        self.has_norms = norms[0] is not None

    def forward(
        self,
        x: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        start: int,
        cos: torch.Tensor,
        sin: torch.Tensor,
        mask: torch.Tensor | None,
    ) -> torch.Tensor:
        """`x`: (tokens, width). `keys`, `values`: (key heads, room, size), written behind `start`.

        `cos`, `sin`: (tokens, 1, size). `mask`: (tokens, start + tokens), added to the scores.
        """
        count = x.shape[0]
        end = start + count
        made = self.query_key_value(self.before(x)).view(count, -1, self.size)
        turned = made[:, : self.heads + self.key_heads]
        if self.has_norms:
            query, key = turned[:, : self.heads], turned[:, self.heads :]
            turned = torch.cat([self.query_norm(query), self.key_norm(key)], 1)
        turned = torch.addcmul(turned * cos, turned.roll(self.size // 2, -1), sin)
        keys[:, start:end].copy_(turned[:, self.heads :].transpose(0, 1))
        values[:, start:end].copy_(made[:, self.heads + self.key_heads :].transpose(0, 1))
        # The query heads that share a key head are the rows of one product.
        query = turned[:, : self.heads].view(count, self.key_heads, -1, self.size)
        query = query.permute(1, 2, 0, 3).reshape(self.key_heads, -1, self.size)
        scores = torch.bmm(query, keys[:, :end].transpose(1, 2)).float().mul_(self.scale)
        if mask is not None:
            scores = (scores.view(self.key_heads, -1, count, end) + mask).view(scores.shape)
        mixed = torch.bmm(scores.softmax(-1).to(x.dtype), values[:, :end])
        mixed = mixed.view(self.heads, count, self.size).transpose(0, 1).reshape(count, -1)
        x = x + self.out(mixed)
        made = self.gate_up(self.after(x))
        gated = silu(made[:, : self.inner]) * made[:, self.inner :]
        added: torch.Tensor = x + self.down(gated)
        return added


def _is_known(model: Any) -> bool:
    """Whether all layers have weights that `_product` knows; those beside an adapter's have not."""
    parents = [parent for layer in model.model.layers for parent in (layer.self_attn, layer.mlp)]
    parts = [
        part for parent in parents for part in parent.children() if hasattr(part, "in_features")
    ]
    return all(type(_whole(part)) in (nn.Linear, Linear8) for part in parts)


def _whole(part: Any) -> Any:
    return part.fused.layer if isinstance(part, FusedPart) else part


def _product(part: Any) -> nn.Module:
    layer = _whole(part)
    return _Eight(layer) if isinstance(layer, Linear8) else _Dense(layer)


def _joint(*parts: Any) -> nn.Module:
    """What computes all `parts`, which read the same: one product if they were joined."""
    if isinstance(parts[0], FusedPart):
        return _product(parts[0])
    return _Several([_product(part) for part in parts])


def _scripted(layer: _Layer) -> Any:
    """`layer` as a script; as it is where this Python or torch has no TorchScript any more."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it will go some day
            return torch.jit.script(layer.eval())
    except (RuntimeError, NotImplementedError) as error:
        log.warning("a step is not scripted: %s", type(error).__name__)
        return layer


def _causal(count: int, start: int) -> torch.Tensor:
    """(tokens, start + tokens): minus infinity where a token would see a later one."""
    own = torch.full((count, count), float("-inf")).triu_(1)
    return torch.cat([torch.zeros(count, start), own], 1)
