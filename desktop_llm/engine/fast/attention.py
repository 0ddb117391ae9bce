"""Attention on the processor for one sequence that grows: one query, a few, or a chunk of a prompt.

Stock attention repeats every key head for the query heads that share it, and for a chunk that
follows a cache it writes a mask and computes what the mask hides. Measured for a layer of the
starter (9 query and 3 key heads of 64, two cores, AVX-512), in microseconds, stock → here:

    keys                    64        512        2048         4096
    one query, float32   28 → 12   114 → 28   566 → 130   1205 → 280
    one query, bfloat16  31 → 16    66 → 33   290 → 116    608 → 220
    512 queries, float32         4590 → 3130 15450 → 11860 32270 → 23270
    512 queries, bfloat16        4970 → 4900 20310 → 19540 41050 → 39100

so each way below is the one that measured fastest where it is used. It is registered with
transformers by `NAME`; what it does not know (gradients, other devices, biases) goes to stock.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from desktop_llm.engine.fast import kernels
from desktop_llm.engine.fast.compiling import use_threads

NAME = "desktop_llm_fast"
FEW = 16
"""Up to so many queries at once are a matter of reading keys (`kernels`); more go in blocks."""
SOFT_CAPPED = frozenset({"gemma2", "vaultgemma"})
"""Model types that stock runs without `sdpa` only because that cannot cap scores."""
UNSURE = ("position_bias", "cache")
"""What stock `sdpa` heeds and this does not: left to stock."""


def fast_attention(model: Any) -> bool:
    """Let `model` use this attention from now on; False, and nothing is changed, where unsure.

    Sure is a model on the processor that runs with transformers' `sdpa` by the attention
    interface: this is the same function of the same arguments. Architectures that ask for `sdpa`
    by its name, to prepare something for it, are not.
    """
    config = model.config.get_text_config(decoder=True)
    known = "eager" if config.model_type in SOFT_CAPPED else "sdpa"
    if model.device.type != "cpu" or config._attn_implementation != known:
        return False
    if not model._can_set_attn_implementation() or _names_sdpa(type(model)):
        return False
    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, mask)
    model.set_attn_implementation(NAME)
    return is_fast(model.config)


def is_fast(config: Any) -> bool:
    """Whether a model with this `config` was switched by `fast_attention`."""
    return bool(config.get_text_config(decoder=True)._attn_implementation == NAME)


def mask(
    batch_size: int,
    q_length: int,
    kv_length: int,
    q_offset: int = 0,
    kv_offset: int = 0,
    local_size: int | None = None,
    attention_mask: Tensor | None = None,
    allow_is_causal_skip: bool = True,
    **options: Any,
) -> Tensor | None:
    """None where every token sees all before it, also for a chunk that follows a cache.

    Otherwise stock's: bool, (batch, 1, queries, keys), True where a query sees a key.
    """
    whole = q_offset + q_length == kv_offset + kv_length  # else there is room to come (static)
    everything = local_size is None or kv_length < local_size
    padded = attention_mask is not None and not bool(attention_mask.all())
    if allow_is_causal_skip and whole and everything and not padded:
        return None
    made: Tensor | None = sdpa_mask(
        batch_size=batch_size,
        q_length=q_length,
        kv_length=kv_length,
        q_offset=q_offset,
        kv_offset=kv_offset,
        local_size=local_size,
        attention_mask=attention_mask,
        allow_is_causal_skip=False,
        **options,
    )
    return made


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    is_causal: bool | None = None,
    softcap: float | None = None,
    **options: Any,
) -> tuple[Tensor, None]:
    """`query` is (batch, heads, queries, size), `key` and `value` have fewer heads and more rows.

    Without a mask the last query sees the last key, and each one before it one key less. Returns
    (batch, queries, heads, size).
    """
    causal = getattr(module, "is_causal", True) if is_causal is None else is_causal
    foreign = dropout or any(options.get(name) is not None for name in UNSURE)
    same_shape = query.shape[-1] == key.shape[-1] == value.shape[-1]
    if foreign or not causal or not same_shape or query.requires_grad or not _on_cpu(query):
        seen = _seen(query, key, attention_mask) if causal else attention_mask
        found: tuple[Tensor, None] = sdpa_attention_forward(
            module, query, key, value, seen, dropout, scaling, is_causal, softcap=softcap, **options
        )
        return found
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    if softcap is not None:
        out = _grouped(query, key, value, attention_mask, scale, softcap)
    elif attention_mask is None and _for_kernel(query, key) and _for_kernel(query, value):
        return _by_kernel(query, key, value, scale), None
    else:
        out = _blockwise(query, key, value, attention_mask, scale)
    return out.transpose(1, 2).contiguous(), None


def _for_kernel(query: Tensor, held: Tensor) -> bool:
    """Whether few queries meet one sequence, in float32, in rows as a buffer or a tensor has."""
    _, heads, rows, size = held.shape
    whole = held.stride(1) if heads > 1 else rows * size
    few = len(query) == 1 and query.shape[2] <= FEW and query.dtype == torch.float32
    return few and held.stride()[2:] == (size, 1) and whole % size == 0 and rows > 0


def _by_kernel(query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
    """(1, queries, heads, size)."""
    out = query.new_empty(query.shape[2], query.shape[1], query.shape[3])
    kernels.attend(
        query[0].contiguous().numpy(), _buffer(key), _buffer(value), key.shape[2],
        np.float32(scale), use_threads(), out.numpy(),
    )  # fmt: skip
    return out[None]


def _buffer(held: Tensor) -> Any:
    """What `held` is the first rows of: (key heads, room, size)."""
    _, heads, rows, size = held.shape
    room = held.stride(1) // size if heads > 1 else rows
    return held.as_strided((heads, room, size), (room * size, size, 1)).numpy()


def _grouped(
    query: Tensor, key: Tensor, value: Tensor, seen: Tensor | None, scale: float, cap: float | None
) -> Tensor:
    """The queries that share a key head as the rows of one matrix; the scores are float32."""
    batch, heads, rows, size = query.shape
    folded = (query * scale).reshape(batch, key.shape[1], -1, size)
    scores = torch.matmul(folded, key.transpose(-1, -2)).float()
    if cap is not None:
        scores = scores.div_(cap).tanh_().mul_(cap)
    _hide(scores.view(batch, heads, rows, -1), seen)
    return torch.matmul(scores.softmax(-1).to(value.dtype), value).view(batch, heads, rows, size)


def _hide(scores: Tensor, seen: Tensor | None) -> None:
    """Change the scores (batch, heads, queries, keys) of what `seen` does not allow, in place.

    Not to -inf: a query of padding sees nothing, and its NaN would spread to the others.
    """
    rows, lowest = scores.shape[2], torch.finfo(scores.dtype).min
    if seen is None and rows > 1:
        later = torch.ones(rows, rows, dtype=torch.bool, device=scores.device).triu(1)
        scores[..., -rows:].masked_fill_(later, lowest)
    elif seen is not None and seen.dtype == torch.bool:
        scores.masked_fill_(~seen, lowest)
    elif seen is not None:
        scores.add_(seen)


def _blockwise(
    query: Tensor, key: Tensor, value: Tensor, seen: Tensor | None, scale: float
) -> Tensor:
    """The kernel of torch, which computes in blocks and shares key heads without repeating them."""
    rows, keys = query.shape[2], key.shape[2]
    if seen is None and 1 < rows < keys:
        if query.dtype == torch.float32:
            return _behind_cache(query, key, value, scale)
        seen = _seen(query, key, None)
    return scaled_dot_product_attention(
        query, key, value, seen, scale=scale, is_causal=seen is None and rows > 1, enable_gqa=True
    )


def _behind_cache(query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
    """A chunk of a prompt: what it sees of itself and of the past, joined by their weights.

    Each part returns the logarithm of its sum of exponentials, so that the whole softmax is a mean
    of the two (Milakov & Gimelshein 2018, "Online normalizer calculation for softmax"). No
    mask is made, and no hidden score computed. In bfloat16 the parts would be rounded twice.
    """
    batch, heads, rows, size = query.shape
    past = key.shape[2] - rows
    attention = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    own, own_sum = attention(query, key[:, :, past:], value[:, :, past:], 0.0, True, scale=scale)
    folded = query.reshape(batch, key.shape[1], -1, size)
    old, old_sum = attention(folded, key[:, :, :past], value[:, :, :past], 0.0, False, scale=scale)
    weight = torch.sigmoid(old_sum.reshape(own_sum.shape) - own_sum)[..., None]
    return torch.lerp(own, old.view(batch, heads, rows, size), weight)


def _seen(query: Tensor, key: Tensor, attention_mask: Tensor | None) -> Tensor | None:
    """The mask that None stands for: bool, (1, 1, queries, keys); None where all is seen."""
    rows, keys = query.shape[2], key.shape[2]
    if attention_mask is not None or rows == 1:
        return attention_mask
    everything = torch.ones(rows, keys, dtype=torch.bool, device=query.device)
    return everything.tril(keys - rows)[None, None]


def _on_cpu(tensor: Tensor) -> bool:
    return tensor.device.type == "cpu"


def _names_sdpa(model_class: type) -> bool:
    """Whether the architecture's source asks for the attention's name; True if it is not there."""
    try:
        return '"sdpa"' in inspect.getsource(sys.modules[model_class.__module__])
    except OSError:
        return True
