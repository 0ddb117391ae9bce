"""The arithmetic of writing a token, compiled for this processor when it is first needed.

One token reads every weight once: what counts is how fast numbers come from memory, and that
nothing lies between the products. Torch's products of one row read float32 at 16 GB/s here, its
weight-only 8-bit ones at 11, fbgemm's integer ones at 18 to 24; between two of them an operation
costs 5 to 10 microseconds. These loops, compiled by numba (LLVM; no compiler has to be installed),
read 25 to 30 GB/s in every format, and compute in float32 whatever the weights are kept in: inputs
are never rounded. Measured (2 cores, one row, weights of 3072 x 576 from memory, microseconds):
float32 264, 16 bits 110, 8 bits 60; four rows 357, 160, 123; held to AVX2 the same. Attention of
one query over 4,096 keys of 3 heads of 64: 385, where two products and a softmax took 472.

Formats of weights: float32; bfloat16, passed as uint16; float16, as int16; int8 with a scale for
each row; 4 bits, two in a uint8 (`product4`). All arrays are contiguous.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from llvmlite import ir
from numba import prange, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from desktop_llm.engine.fast.compiling import compiled, parallel

Floats = NDArray[np.float32]

KEYS = 256
"""Keys that one thread attends to at a time."""

AHEAD = 4096
"""Bytes that are asked for before they are needed: a third of the time, as processors do not look
beyond a page by themselves (3072 x 576 in 8 bits: 127 microseconds without, 86 so)."""

F = np.float32
_intrinsic: Any = intrinsic
_insert: Any = cgutils.get_or_insert_function


@_intrinsic  # type: ignore[untyped-decorator]
def number(_context: Any, weight: Any) -> Any:
    """The float32 that a stored weight stands for; for compiled code only."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        (bits,) = arguments
        if weight == types.uint16:  # bfloat16: the first half of a float32
            word = builder.zext(bits, ir.IntType(32))
            return builder.bitcast(builder.shl(word, ir.Constant(word.type, 16)), ir.FloatType())
        if weight == types.int16:
            return builder.fpext(builder.bitcast(bits, ir.HalfType()), ir.FloatType())
        return builder.sitofp(bits, ir.FloatType()) if weight == types.int8 else bits

    return types.float32(weight), generate


@_intrinsic  # type: ignore[untyped-decorator]
def _as_float(_context: Any, bits: Any) -> Any:
    """The float32 that has these bits (uint32)."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.uint32), generate


@_intrinsic  # type: ignore[untyped-decorator]
def _prefetch(_context: Any, array: Any, index: Any) -> Any:
    """Ask for the number at `index` of a flat array, which is needed soon."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(8).as_pointer())
        hints = [ir.Constant(ir.IntType(32), hint) for hint in (0, 3, 1)]  # read, keep, data
        kind = ir.FunctionType(ir.VoidType(), [place.type, *(hint.type for hint in hints)])
        function = _insert(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [place, *hints])
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


@compiled
def _fetch(flat: Any, start: int, count: int) -> None:
    """Ask for the `count` numbers of `flat` that lie AHEAD bytes behind `start`."""
    line = 64 // flat.itemsize
    first = start + AHEAD // flat.itemsize
    for index in range(first, min(first + count, flat.size), line):
        _prefetch(flat, index)


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
    return p * _as_float(np.uint32((np.int32(n) + np.int32(127)) << np.int32(23)))


@compiled
def _dot(row: Any, x: Any) -> Any:
    total = F(0)
    for k in range(len(row)):
        total += number(row[k]) * x[k]
    return total


@compiled
def _four_dots(row: Any, x: Any, first: int) -> Any:
    """The products of `row` with four rows of `x`: it is read, and converted, once."""
    a, b, c, d = x[first], x[first + 1], x[first + 2], x[first + 3]
    p, q, r, s = F(0), F(0), F(0), F(0)
    for k in range(len(row)):
        weight = number(row[k])
        p += weight * a[k]
        q += weight * b[k]
        r += weight * c[k]
        s += weight * d[k]
    return p, q, r, s


@parallel
def product(codes: Any, scale: Any, bias: Any, x: Any, add: Any, out: Any, at: int) -> None:
    """`out[:, at:]` becomes, or with `add` grows by, the product of `x` with rows of weights.

    `codes`: (rows, in). `scale`, `bias`: (rows), or empty. `x`: (tokens, in).
    """
    tokens, columns = x.shape
    flat = codes.reshape(-1)
    for row in prange(codes.shape[0]):
        _fetch(flat, row * columns, columns)
        factor = scale[row] if len(scale) else F(1)
        start = bias[row] if len(bias) else F(0)
        token = 0
        while token < tokens:
            if token + 4 <= tokens:
                some = _four_dots(codes[row], x, token)
                for k in range(4):
                    value = start + factor * some[k]
                    out[token + k, at + row] = value + (out[token + k, at + row] if add else F(0))
                token += 4
            else:
                value = start + factor * _dot(codes[row], x[token])
                out[token, at + row] = value + (out[token, at + row] if add else F(0))
                token += 1


@compiled
def _unpack4(codes: Any, scales: Any, row: Any) -> None:
    """Put what the 4-bit `codes` of a row stand for into `row`."""
    for group in range(scales.shape[0]):
        step, zero = number(scales[group, 0]), number(scales[group, 1])
        zero -= F(8) * step
        first = group * 32
        for k in range(16):
            row[first + k] = zero + step * F(np.int32(codes[group * 16 + k] & np.uint8(15)))
        for k in range(16):
            row[first + 16 + k] = zero + step * F(np.int32(codes[group * 16 + k] >> np.uint8(4)))


@parallel
def product4(codes: Any, scales: Any, bias: Any, x: Any, add: Any, out: Any, at: int) -> None:
    """As `product`, of 4-bit weights in groups of 32.

    `codes`: (rows, in / 2): a byte has the weights k and k + 16 of a group. `scales`: bfloat16,
    (rows, groups, 2): the step, and what a code of 8 stands for.
    """
    flat, columns = codes.reshape(-1), codes.shape[1]
    for number_of_row in prange(codes.shape[0]):
        _fetch(flat, number_of_row * columns, columns)
        row = np.empty(2 * columns, F)
        _unpack4(codes[number_of_row], scales[number_of_row], row)
        start = bias[number_of_row] if len(bias) else F(0)
        for token in range(x.shape[0]):
            value = start + _dot(row, x[token])
            place = at + number_of_row
            out[token, place] = value + (out[token, place] if add else F(0))


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
            turned = query[head, token] if head < heads else keys[head - heads, start + token]
            for k in range(half):
                left, right = made[token, head, k], made[token, head, half + k]
                turned[k] = left * cos[token, k] - right * sin[token, k]
                turned[half + k] = right * cos[token, half + k] + left * sin[token, half + k]
        for head in range(key_heads):
            values[head, start + token] = made[token, heads + key_heads + head]


@partial(compiled, fastmath=True)
def _largest(scores: Any, count: int) -> Any:
    most = F(-3e38)
    for k in range(count):
        most = max(most, scores[k])
    return most


@compiled
def _score(
    query: Any, keys: Any, heads: Any, first: int, end: int, scale: Any, scores: Any
) -> None:
    """What the queries of `heads` (first, end) think of the keys from `first` to `end`.

    Four keys at a time, and for each four all queries: keys come from memory once.
    """
    tokens, size = query.shape[1], query.shape[2]
    rows = (heads[1] - heads[0]) * tokens
    key, flat = first, keys.reshape(-1)
    while key + 4 <= end:
        _fetch(flat, key * size, 4 * size)
        a, b, c, d = keys[key], keys[key + 1], keys[key + 2], keys[key + 3]
        for row in range(rows):
            asked = query[heads[0] + row // tokens, row % tokens]
            p, q, r, s = F(0), F(0), F(0), F(0)
            for k in range(size):
                p += asked[k] * a[k]
                q += asked[k] * b[k]
                r += asked[k] * c[k]
                s += asked[k] * d[k]
            at = key - first
            scores[row, at], scores[row, at + 1] = p * scale, q * scale
            scores[row, at + 2], scores[row, at + 3] = r * scale, s * scale
        key += 4
    while key < end:
        for row in range(rows):
            asked = query[heads[0] + row // tokens, row % tokens]
            scores[row, key - first] = _dot(asked, keys[key]) * scale
        key += 1


@compiled
def _mix(weights: Any, values: Any, heads: Any, first: int, end: int, mixed: Any) -> None:
    """Add the values from `first` to `end`, each times its weight, eight at a time, to `mixed`."""
    tokens, size = mixed.shape[1], mixed.shape[2]
    rows = (heads[1] - heads[0]) * tokens
    key, flat = first, values.reshape(-1)
    while key + 8 <= end:
        _fetch(flat, key * size, 8 * size)
        a, b, c, d = values[key], values[key + 1], values[key + 2], values[key + 3]
        e, f, g, h = values[key + 4], values[key + 5], values[key + 6], values[key + 7]
        for row in range(rows):
            at, weight = key - first, weights[row]
            out = mixed[heads[0] + row // tokens, row % tokens]
            for k in range(size):
                out[k] += (
                    (weight[at] * a[k] + weight[at + 1] * b[k])
                    + (weight[at + 2] * c[k] + weight[at + 3] * d[k])
                ) + (
                    (weight[at + 4] * e[k] + weight[at + 5] * f[k])
                    + (weight[at + 6] * g[k] + weight[at + 7] * h[k])
                )
        key += 8
    while key < end:
        for row in range(rows):
            out = mixed[heads[0] + row // tokens, row % tokens]
            share = weights[row, key - first]
            for k in range(size):
                out[k] += share * values[key, k]
        key += 1


@compiled
def _attend_part(
    query: Any, keys: Any, values: Any, heads: Any, first: int, end: int, past: int, scale: Any,
    sums: Any, most: Any, mixed: Any,
) -> None:  # fmt: skip
    """Attention to the keys from `first` to `end`, with the sum and the maximum of its softmax."""
    tokens, size = query.shape[1], query.shape[2]
    rows = (heads[1] - heads[0]) * tokens
    scores = np.empty((rows, end - first), F)
    _score(query, keys, heads, first, end, scale, scores)
    for row in range(rows):
        head, token = heads[0] + row // tokens, row % tokens
        seen = max(min(end, past + token + 1) - first, 0)
        top = _largest(scores[row], seen)
        total = F(0)
        for key in range(seen):
            weight = _exp(scores[row, key] - top)
            scores[row, key] = weight
            total += weight
        for key in range(seen, end - first):
            scores[row, key] = F(0)
        sums[head, token], most[head, token] = total, top
        for k in range(size):
            mixed[head, token, k] = F(0)
    _mix(scores, values, heads, first, end, mixed)


@parallel
def attend(query: Any, keys: Any, values: Any, end: int, scale: Any, out: Any) -> None:
    """Causal attention of the last tokens among `end`: the last sees all, each before it one less.

    `query`: (heads, tokens, size). `keys`, `values`: (key heads, room, size), of which `end` rows
    are in use. `out`: (tokens, heads, size). Every key head is read once for all queries that share
    it, in parts, whose softmax is joined afterwards (Milakov & Gimelshein 2018, "Online normalizer
    calculation for softmax").
    """
    heads, tokens, size = query.shape
    group = heads // keys.shape[0]
    parts = (end + KEYS - 1) // KEYS
    sums, most = np.empty((parts, heads, tokens), F), np.empty((parts, heads, tokens), F)
    mixed = np.empty((parts, heads, tokens, size), F)
    for item in prange(keys.shape[0] * parts):
        head, part = item // parts, item % parts
        first, last = part * KEYS, min(end, part * KEYS + KEYS)
        _attend_part(
            query, keys[head], values[head], (head * group, head * group + group),
            first, last, end - tokens, scale, sums[part], most[part], mixed[part],
        )  # fmt: skip
    for head in range(heads):
        for token in range(tokens):
            top = _largest(most[:, head, token], parts)
            total = F(0)
            for part in range(parts):
                total += _exp(most[part, head, token] - top) * sums[part, head, token]
            for k in range(size):
                out[token, head, k] = F(0)
            for part in range(parts):
                share = _exp(most[part, head, token] - top) / total
                for k in range(size):
                    out[token, head, k] += share * mixed[part, head, token, k]
