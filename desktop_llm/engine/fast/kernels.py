"""The arithmetic of writing a token, compiled for this processor when it is first needed.

One token reads every weight once: what counts is how fast numbers come from memory, and that
nothing lies between the products. Torch's products of one row read float32 at 16 GB/s here, its
weight-only 8-bit ones at 11, fbgemm's integer ones at 18 to 24; between two of them an operation
costs 5 to 10 microseconds. These loops, compiled by numba (LLVM; no compiler has to be installed),
read 25 to 30 GB/s in every format, and compute in float32 whatever the weights are kept in: inputs
are never rounded. Measured (2 cores, one row, weights of 3072 x 576 from memory, microseconds):
float32 264, 16 bits 110, 8 bits 60. What is read and multiplied in the innermost loops is written
out in `lanes`.

Formats of weights: those of `lanes`; int8 without groups has a scale for each row. All arrays are
contiguous.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from desktop_llm.engine.fast.compiling import compiled, parallel
from desktop_llm.engine.fast.lanes import (
    LANES,
    ROWS,
    WEIGHTS,
    dots,
    float_of,
    mix,
    number,
    stored,
)

Floats = NDArray[np.float32]

KEYS = 512
"""Keys that one thread attends to at a time: they and their values stay in its cache."""

FEW_KEYS = 64
"""Keys that all queries meet before the next, and the least that are worth a thread."""

BLOCK = 32
"""Rows of weights that a thread takes at a time."""

BEYOND = 8
"""Sums that `dots` may write behind those that were asked for."""

F = np.float32


@compiled
def _exp(x: Any) -> Any:
    """The exponential of `x`, at most 88, after Cephes' expf: loops over it become vectors."""
    x = F(-87.0) if x < F(-87.0) else x
    n = np.floor(x * F(1.44269504) + F(0.5))
    r = x - n * F(0.693359375) + n * F(2.12194440e-4)
    p = F(1.9875691500e-4)
    p = p * r + F(1.3981999507e-3)
    p = p * r + F(8.3334519073e-3)
    p = p * r + F(4.1665795894e-2)
    p = p * r + F(1.6666665459e-1)
    p = p * r + F(5.0000001201e-1)
    p = p * r * r + r + F(1.0)
    return p * float_of(np.uint32((np.int32(n) + np.int32(127)) << np.int32(23)))


@compiled
def _block(
    x: Any, row: int, weights: Any, groups: Any, first: int, last: int, also: Any, out: Any,
    column: int,
) -> int:  # fmt: skip
    """Up to ROWS rows of `x` times a few of `weights`, see `dots`; returns how many these are."""
    count = min(ROWS, len(x) - row)
    if count == 4:
        dots(4, x, row, weights, groups, first, last, also, out, column)
    elif count == 3:
        dots(3, x, row, weights, groups, first, last, also, out, column)
    elif count == 2:
        dots(2, x, row, weights, groups, first, last, also, out, column)
    else:
        dots(1, x, row, weights, groups, first, last, also, out, column)
    for k in range(x.shape[1] // LANES * LANES, x.shape[1]):  # a model of an odd width
        for r in range(row, row + count):
            for w in range(WEIGHTS[count]):
                out[r, column + w] += x[r, k] * number(weights[min(first + w, last), k])
    return WEIGHTS[count]


@compiled
def _products(
    x: Any, weights: Any, groups: Any, first: int, end: int, also: Any, out: Any, column: int
) -> None:
    """`out[:, column:]` becomes the products of `x` and the `weights` from `first` to `end`."""
    for row in range(0, len(x), ROWS):
        at = first
        while at < end:
            at += _block(x, row, weights, groups, at, end - 1, also, out, column + at - first)


@parallel
def product(
    codes: Any, scale: Any, groups: Any, bias: Any, x: Any, add: Any, out: Any, at: int
) -> None:
    """`out[:, at:]` becomes, or with `add` grows by, the product of `x` with rows of weights.

    `codes`: (rows, in), or of 4 bits (rows, in / 2). `groups`: see `dots`. `scale`, `bias`: (rows),
    or empty. `x`: (tokens, in).
    """
    rows = len(codes)
    for block in prange((rows + BLOCK - 1) // BLOCK):
        first, end = block * BLOCK, min(rows, block * BLOCK + BLOCK)
        sums = np.empty((len(x), BLOCK + BEYOND), F)
        _products(x, codes, groups, first, end, None, sums, 0)
        for token in range(len(x)):
            for row in range(first, end):
                value = sums[token, row - first] * (scale[row] if len(scale) else F(1))
                value += bias[row] if len(bias) else F(0)
                out[token, at + row] = value + (out[token, at + row] if add else F(0))


@compiled
def rms_norm(x: Any, weight: Any, epsilon: Any, out: Any) -> None:
    """The rows of `x` divided by their root mean square, times `weight`, as the stock models do."""
    for token in range(x.shape[0]):
        total = F(0)
        for k in range(x.shape[1]):
            total += x[token, k] * x[token, k]
        factor = F(1) / np.sqrt(total / F(x.shape[1]) + epsilon)
        for k in range(x.shape[1]):
            out[token, k] = weight[k] * (x[token, k] * factor)


@parallel
def silu_gate(made: Any, out: Any) -> None:
    """`out` (tokens, n) becomes silu of the first half of `made` (tokens, 2 n) times the second."""
    tokens, width = out.shape
    pieces = (width + 255) // 256
    for item in prange(tokens * pieces):
        token, first = item // pieces, item % pieces * 256
        for k in range(first, min(width, first + 256)):
            gate = made[token, k]
            low = F(-80) if gate < F(-80) else gate
            out[token, k] = gate / (F(1) + _exp(-low)) * made[token, width + k]


@compiled
def rotate(made: Any, cos: Any, sin: Any, query: Any, keys: Any, values: Any, start: int) -> None:
    """Turn queries and keys by their positions, and put keys and values behind `start`.

    `made`: (tokens, heads + 2 key heads, size). `cos`, `sin`: (tokens, size). `query`: (heads,
    tokens, size). `keys`, `values`: (key heads, room, size).
    """
    heads, half = query.shape[0], query.shape[2] // 2
    key_heads = keys.shape[0]
    for token in range(made.shape[0]):
        for head in range(heads + key_heads):
            for k in range(half):
                left, right = made[token, head, k], made[token, head, half + k]
                early = left * cos[token, k] - right * sin[token, k]
                late = right * cos[token, half + k] + left * sin[token, half + k]
                if head < heads:
                    query[head, token, k], query[head, token, half + k] = early, late
                else:
                    held = keys[head - heads, start + token]
                    held[k], held[half + k] = stored(early, keys), stored(late, keys)
        for head in range(key_heads):
            for k in range(2 * half):
                value = made[token, heads + key_heads + head, k]
                values[head, start + token, k] = stored(value, values)


@partial(compiled, fastmath=True)
def _largest(scores: Any, count: int) -> Any:
    most = F(-3e38)
    for k in range(count):
        most = scores[k] if scores[k] > most else most
    return most


@compiled
def _weigh(scores: Any, scale: Any, seen: int) -> Any:
    """Turn the first `seen` scores into their exponentials, the others into 0.

    Returns the maximum times `scale`, which is what was taken from all, and the sum.
    """
    top, total = _largest(scores, seen) * scale, F(0)
    for key in range(seen):
        weight = _exp(scores[key] * scale - top)
        scores[key] = weight
        total += weight
    scores[seen:] = F(0)
    return top, total


@compiled
def _mix(shares: Any, row: int, values: Any, first: int, end: int, out: Any) -> None:
    """Up to ROWS rows of `out` become the sums of the `values` from `first` to `end`."""
    count, size, at = min(ROWS, len(shares) - row), values.shape[1], 0
    while at + 2 * LANES <= size:
        if count == 4:
            mix(4, 2, shares, row, values, first, end, at, out)
        elif count == 3:
            mix(3, 2, shares, row, values, first, end, at, out)
        elif count == 2:
            mix(2, 2, shares, row, values, first, end, at, out)
        else:
            mix(1, 2, shares, row, values, first, end, at, out)
        at += 2 * LANES
    for r in range(row, row + count):
        for k in range(at, size):
            out[r, k] = F(0)
            for key in range(first, end):
                out[r, k] += shares[r, key - first] * number(values[key, k])


@compiled
def _attend_part(
    query: Any, tokens: int, keys: Any, values: Any, first: int, end: int, past: int, scale: Any,
    sums: Any, most: Any, mixed: Any,
) -> None:  # fmt: skip
    """Attention to the keys from `first` to `end`, with the sum and the maximum of its softmax.

    `query`, `mixed`: (rows, size), where a row is one of `tokens` behind `past` for one head.
    """
    scores = np.empty((len(query), end - first + BEYOND), F)
    for some in range(first, end, FEW_KEYS):
        _products(query, keys, None, some, min(end, some + FEW_KEYS), values, scores, some - first)
    for row in range(len(query)):
        seen = max(min(end, past + row % tokens + 1) - first, 0)
        most[row], sums[row] = _weigh(scores[row], scale, seen)
    for row in range(0, len(query), ROWS):
        _mix(scores, row, values, first, end, mixed)


@compiled
def _join(sums: Any, most: Any, mixed: Any, out: Any) -> None:
    """`out`, (size), becomes the attention to all parts."""
    top, total = _largest(most, len(most)), F(0)
    for part in range(len(most)):
        total += _exp(most[part] - top) * sums[part]
    out[:] = F(0)
    for part in range(len(most)):
        share = _exp(most[part] - top) / total
        for k in range(len(out)):
            out[k] += share * mixed[part, k]


@parallel
def attend(
    query: Any, keys: Any, values: Any, end: int, scale: Any, threads: int, out: Any
) -> None:
    """Causal attention of the last tokens among `end`: the last sees all, each before it one less.

    `query`: (heads, tokens, size). `keys`, `values`: (key heads, room, size), of which `end` rows
    are in use. `out`: (tokens, heads, size). Every key head is read once for all queries that share
    it, in parts for the `threads`, whose softmax is joined afterwards (Milakov & Gimelshein 2018,
    "Online normalizer calculation for softmax").
    """
    heads, tokens, size = query.shape
    key_heads = len(keys)
    rows = heads // key_heads * tokens
    parts = -(-end // (KEYS * threads)) * threads
    length = max(FEW_KEYS, -(-end // parts))
    parts = -(-end // length)
    asked = query.reshape(key_heads, rows, size)
    sums, most = np.empty((key_heads, parts, rows), F), np.empty((key_heads, parts, rows), F)
    mixed = np.empty((key_heads, parts, rows, size), F)
    for item in prange(key_heads * parts):
        head, part = item // parts, item % parts
        _attend_part(
            asked[head], tokens, keys[head], values[head], part * length,
            min(end, part * length + length), end - tokens, scale, sums[head, part],
            most[head, part], mixed[head, part],
        )  # fmt: skip
    for head in range(heads):
        for token in range(tokens):
            key_head, row = head * tokens // rows, (head * tokens + token) % rows
            _join(
                sums[key_head, :, row], most[key_head, :, row], mixed[key_head, :, row],
                out[token, head],
            )  # fmt: skip


@compiled
def _multiply(part: Any, x: Any, add: bool, out: Any, at: int) -> int:
    """`product` by what a layer's `part` is made of, if it has any rows; returns where it ends."""
    codes, scale, groups, bias = part
    if len(codes):
        product(codes, scale, groups, bias, x, add, out, at)
    return at + len(codes)


@compiled
def layer(
    x: Any, keys: Any, values: Any, start: int, angles: Any, numbers: Any, norms: Any, parts: Any,
) -> None:  # fmt: skip
    """Change `x`, (tokens, width), by all that lies between two layers of a Llama-like model.

    `keys`, `values`: (key heads, room, size), written to behind `start`. `angles`: the cosines and
    the sines, (tokens, size). `numbers`: of heads, of threads, the scale of scores, the epsilon of
    norms. `norms`: before attention, after it, of queries, of keys (empty: none). `parts`: what
    multiplies to queries, keys, values, out, gate, up, down, each as `product` takes it; where some
    are joined the first has the rows of all and the others have none.
    """
    heads, threads, scale, epsilon = numbers
    tokens, width = x.shape
    key_heads, _, size = keys.shape
    normed = np.empty((tokens, width), F)
    rms_norm(x, norms[0], epsilon, normed)
    made = np.empty((tokens, heads + 2 * key_heads, size), F)
    flat = made.reshape(tokens, (heads + 2 * key_heads) * size)
    at = _multiply(parts[0], normed, False, flat, 0)
    at = _multiply(parts[1], normed, False, flat, at)
    _multiply(parts[2], normed, False, flat, at)
    if len(norms[2]):
        for token in range(tokens):
            query, key = made[token, :heads], made[token, heads : heads + key_heads]
            rms_norm(query, norms[2], epsilon, query)
            rms_norm(key, norms[3], epsilon, key)
    asked, mixed = np.empty((heads, tokens, size), F), np.empty((tokens, heads, size), F)
    rotate(made, angles[0], angles[1], asked, keys, values, start)
    attend(asked, keys, values, start + tokens, scale, threads, mixed)
    _multiply(parts[3], mixed.reshape(tokens, heads * size), True, x, 0)
    rms_norm(x, norms[1], epsilon, normed)
    gated = np.empty((tokens, (len(parts[4][0]) + len(parts[5][0])) // 2), F)
    both = np.empty((tokens, 2 * gated.shape[1]), F)
    _multiply(parts[5], normed, False, both, _multiply(parts[4], normed, False, both, 0))
    silu_gate(both, gated)
    _multiply(parts[6], gated, True, x, 0)
