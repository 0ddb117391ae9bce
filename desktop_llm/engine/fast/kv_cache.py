"""What a model keeps of the tokens it has read: keys and values, in buffers that grow in place.

Stock `DynamicCache` makes a new tensor of all keys and values at every token, which measured 24 %
of the time of a token at 4,096 tokens of context. Here a token is written behind the others; when
a buffer is full, a larger one by a quarter takes its place, so that a token is copied four times in
its life on the average, and never more than a quarter (and 256 tokens) lies idle. Memory that was
not written to costs nothing.

Layers that slide, or that keep no keys (Mamba, shared layers), stay what transformers made them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import (
    CacheLayerMixin,
    DummyLayer,
    DynamicLayer,
    DynamicSlidingWindowLayer,
)

from desktop_llm.engine.fast.packed_linear import array_of

LEAST_ROOM = 256
"""Tokens of room that a buffer has at least when it is made."""

MOST_HALF = torch.finfo(torch.float16).max


class GrowingLayer(DynamicLayer):  # type: ignore[misc]
    """The keys and values of one layer: the first `length` rows of two buffers are in use.

    `key_buffer` and `value_buffer` have the shape (batch, key heads, capacity, head size); `keys`
    and `values` are their used parts, in the format that the model computes in. With `half` the
    buffers are float16, which takes half the memory, and half the time to read.
    """

    def __init__(self, half: bool = False) -> None:
        super().__init__()
        self.half = half
        self.length = 0
        self.wanted = 0
        """Tokens that are known to come: the next buffer has room for them."""
        self.key_buffer = self.value_buffer = torch.empty(0)
        self.is_initialized: bool
        self._arrays: tuple[Any, Any] | None = None

    @property
    def keys(self) -> torch.Tensor:
        """(batch, key heads, length, head size)."""
        return self._used(self.key_buffer)

    @keys.setter
    def keys(self, nothing: None) -> None:
        """What transformers does to begin with."""

    @property
    def values(self) -> torch.Tensor:
        """As `keys`."""
        return self._used(self.value_buffer)

    @values.setter
    def values(self, nothing: None) -> None:
        """As for `keys`."""

    @property
    def arrays(self) -> tuple[Any, Any]:
        """The buffers of the one sequence for the kernels, each (key heads, capacity, size)."""
        if self._arrays is None:
            self._arrays = array_of(self.key_buffer[0]), array_of(self.value_buffer[0])
        return self._arrays

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append (batch, key heads, new, head size) and return all there is."""
        start, end = self.length, self.length + key_states.shape[-2]
        if not self.is_initialized or end > self.key_buffer.shape[2]:
            self._grow(end, key_states, value_states)
        self.key_buffer[:, :, start:end] = self._kept(key_states)
        self.value_buffer[:, :, start:end] = self._kept(value_states)
        self.length = end
        return self.keys, self.values

    def make_room(self, tokens: int) -> None:
        """Let `tokens` more be written into the buffers by others, who then count them."""
        if self.length + tokens > self.key_buffer.shape[2]:
            self._grow(self.length + tokens, self.key_buffer, self.value_buffer)

    def get_seq_length(self) -> int:
        """The tokens held."""
        return self.length

    def reset(self) -> None:
        """Forget everything, and give the memory back."""
        self.__dict__.update(GrowingLayer(self.half).__dict__)

    def first(self, length: int) -> GrowingLayer:
        """A layer of its own with the first `length` tokens."""
        twin = copy.copy(self)
        twin.length = min(length, self.length)
        if self.is_initialized:
            twin._grow(twin.length, self.key_buffer, self.value_buffer)
        return twin

    def _grow(self, needed: int, key: torch.Tensor, value: torch.Tensor) -> None:
        needed = max(needed, self.wanted)
        room = needed + max(needed // 4, LEAST_ROOM)
        keys, values = self._buffer(key, room), self._buffer(value, room)
        if self.is_initialized:
            keys[:, :, : self.length] = self.key_buffer[:, :, : self.length]
            values[:, :, : self.length] = self.value_buffer[:, :, : self.length]
        else:
            self.dtype, self.device, self.is_initialized = key.dtype, key.device, True
        self.key_buffer, self.value_buffer, self._arrays = keys, values, None

    def _buffer(self, like: torch.Tensor, room: int) -> torch.Tensor:
        batch, heads, _, size = like.shape
        kind = torch.float16 if self.half else like.dtype
        return like.new_empty(batch, heads, room, size, dtype=kind)

    def _kept(self, states: torch.Tensor) -> torch.Tensor:
        return states.clamp(-MOST_HALF, MOST_HALF) if self.half else states

    def _used(self, buffer: torch.Tensor) -> torch.Tensor:
        used = buffer[:, :, : self.length]
        return used.to(self.dtype) if self.half else used


class GrowingCache(DynamicCache):  # type: ignore[misc]
    """A transformers cache for one sequence; unlike theirs, `crop` takes the length to keep.

    Behind `turn` tokens (0: never) the model turns all positions by other angles ("longrope"), and
    what was read before does not fit what is read then: all has to be read once more.
    """

    turn = 0

    @property
    def length(self) -> int:
        """Tokens that have been read; 0 for models that keep no keys."""
        keeping = (layer for layer in self.layers if isinstance(layer, CacheLayerMixin))
        return next((int(layer.get_seq_length()) for layer in keeping), 0)

    @property
    def can_crop(self) -> bool:
        """Whether the last tokens can be forgotten: not past the turn, nor once a window slid."""
        turned = 0 < self.turn < self.length
        return not turned and all(_can_crop(layer) for layer in self.layers)

    @property
    def nbytes(self) -> int:
        """Memory of the buffers, the room to grow included."""
        storages = {
            tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes()
            for layer in self.layers
            for tensor in _tensors(vars(layer).values())
        }
        return sum(storages.values())

    def crop(self, length: int) -> None:
        """Forget what follows after the first `length` tokens; only where `can_crop`."""
        surplus = self.length - length
        if surplus <= 0:
            return
        self._check_crop()
        for layer in self.layers:
            if isinstance(layer, GrowingLayer):
                layer.length = min(length, layer.length)
            else:
                layer.crop(-surplus)

    def fork(self, length: int | None = None) -> GrowingCache:
        """A cache of its own with the first `length` tokens, or with all; see `crop`."""
        kept = self.length if length is None else min(length, self.length)
        twin = copy.copy(self)
        twin.layers = [
            layer.first(kept) if isinstance(layer, GrowingLayer) else copy.deepcopy(layer)
            for layer in self.layers
        ]
        if kept < self.length:
            self._check_crop()
            others = GrowingCache()
            others.layers = [layer for layer in twin.layers if not isinstance(layer, GrowingLayer)]
            others.crop(kept)
        return twin

    def _check_crop(self) -> None:
        if not self.can_crop:
            raise ValueError("a window has slid, or the angles are others: this cannot be undone")

    def expect(self, tokens: int) -> None:
        """So many will be held soon: buffers that have to grow grow once."""
        for layer in self.layers:
            if isinstance(layer, GrowingLayer):
                layer.wanted = tokens


def new_cache(config: Any, half: bool = False) -> GrowingCache:
    """An empty cache for a model of `config`, see `GrowingLayer`.

    What does not plainly grow stays stock.
    """
    cache = GrowingCache(config=config)
    cache.layers = [
        GrowingLayer(half) if type(layer) is DynamicLayer else layer for layer in cache.layers
    ]
    rope = getattr(config.get_text_config(decoder=True), "rope_parameters", None) or {}
    if rope.get("rope_type") == "longrope":
        cache.turn = rope["original_max_position_embeddings"]
    return cache


def _can_crop(layer: Any) -> bool:
    if isinstance(layer, DynamicSlidingWindowLayer):
        return type(layer) is DynamicSlidingWindowLayer and (
            layer.get_seq_length() < layer.sliding_window
        )
    return type(layer) in (GrowingLayer, DynamicLayer, DummyLayer)


def _tensors(values: Iterable[Any]) -> Iterator[torch.Tensor]:
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, dict):
            yield from _tensors(value.values())
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
