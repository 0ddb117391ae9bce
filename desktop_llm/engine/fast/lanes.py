"""Arithmetic on as many numbers at once as the processor has lanes, for compiled code only.

A compiler makes a sum of products into one instruction for 16 of them, but it reads, and converts,
a weight anew for every input, adds up the lanes of each sum by itself, and looks at every array
whether it overlaps another. Here the instructions are written out (LLVM's intermediate language):
a block of inputs meets a block of weights, each of which is read and converted once, and 16 sums
are added up at once. Attention over 4,096 keys of float32 took 385 microseconds and takes 280, of
float16 155 (3 key heads of 64, 9 queries, from memory, 2 cores).

Formats of what is read: float32; bfloat16, passed as uint16; float16, as int16; int8; 4 bits, two
in a uint8, in groups of 32: a byte has the weights k and k + 16 of a group, which has two bfloat16
of its own, the step and what a code of 8 stands for.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numba
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

AHEAD = 8192
"""Bytes that are asked for before they are needed: a third of the time, as processors do not look
beyond a page by themselves (3072 x 576 in 8 bits: 127 microseconds without, 86 so)."""

GROUP = 32
"""Weights of 4 bits that share a step and a zero."""

ROWS = 4
"""Inputs that meet a weight at once."""

_config: Any = numba.config
_features = _config.CPU_FEATURES or binding.get_host_cpu_features().flatten()

LANES = 16 if "+avx512f" in _features else 8
"""Numbers in a block; in one register, or in two where its registers are narrow."""

WEIGHTS = tuple(min(8, LANES // (1, 1, 2, 4, 4)[rows]) for rows in range(ROWS + 1))
"""Rows of weights that so many inputs meet at once: their sums fit into the registers."""

_FLOAT, _INT = ir.FloatType(), ir.IntType(32)
_VECTOR = ir.VectorType(_FLOAT, LANES)
_WORDS = ir.VectorType(_INT, LANES)
_ZERO = ir.Constant(_VECTOR, [0.0] * LANES)
_ANY_ORDER = ("reassoc", "contract", "nsz", "arcp")
_intrinsic: Any = intrinsic
_code: Any = cgutils


@_intrinsic  # type: ignore[untyped-decorator]
def number(_context: Any, weight: Any) -> Any:
    """The float32 that a stored weight stands for."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _widened(builder, arguments[0], weight)

    return types.float32(weight), generate


@_intrinsic  # type: ignore[untyped-decorator]
def stored(_context: Any, x: Any, like: Any) -> Any:
    """The float32 `x` in the format of the array `like`, which is float32 or float16.

    What is too large for float16 becomes its largest number.
    """
    half = like.dtype == types.int16

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        found = arguments[0]
        if not half:
            return found
        for limit, beyond in ((65504.0, ">"), (-65504.0, "<")):
            most = ir.Constant(_FLOAT, limit)
            found = builder.select(builder.fcmp_ordered(beyond, found, most), most, found)
        return builder.bitcast(builder.fptrunc(found, ir.HalfType()), ir.IntType(16))

    return (types.int16 if half else types.float32)(x, like), generate


@_intrinsic  # type: ignore[untyped-decorator]
def float_of(_context: Any, bits: Any) -> Any:
    """The float32 that has these bits (uint32)."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _FLOAT)

    return types.float32(types.uint32), generate


@_intrinsic  # type: ignore[untyped-decorator]
def prefetch(_context: Any, array: Any, index: Any) -> Any:
    """Ask for what lies at `index` of a flat array, which is needed soon."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        _ask_for(builder, builder.gep(data, [arguments[1]]), (0,))
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


@_intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def dots(
    _context: Any, count: Any, x: Any, row: Any, weights: Any, groups: Any, first: Any, last: Any,
    also: Any, out: Any, column: Any,
) -> Any:  # fmt: skip
    """Put the products of rows of `x` and rows of `weights` into `out[row:, column:]`.

    `count`, a literal, rows of `x` (float32) from `row`; WEIGHTS[count] rows of `weights` from
    `first`: of those behind `last` the values mean nothing, but `out` has room for them. What is
    left of the columns after the last whole block is not heeded. `groups`: of 4-bit weights, as
    uint16, (rows, groups, 2). `also`: an array as `weights`, of which the same rows are asked for;
    or None. All arrays are contiguous; the others have two axes.
    """
    rows, across = count.literal_value, WEIGHTS[count.literal_value]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, shape = _places(context, builder, signature, arguments)
        kind, columns = weights.dtype, shape(3)[1]
        which = _following(builder, arguments[5], across)
        heads = [builder.mul(_least(builder, at, arguments[6]), columns) for at in which]
        starts = [builder.mul(at, shape(1)[1]) for at in _following(builder, arguments[2], rows)]
        sums = _zeros(builder, rows * across)
        step = GROUP // 2 if kind == types.uint8 else LANES
        with _blocks(builder, columns, step) as (k, _):
            at = builder.add(heads[0], builder.mul(k, _index(across)))
            span = across * step * kind.bitwidth // 8
            _ask_for(builder, builder.gep(data(3), [at]), range(AHEAD, AHEAD + span, 64))
            if not isinstance(also, types.NoneType):
                _ask_for(builder, builder.gep(data(7), [at]), range(0, span, 64))
            add = _add_groups if kind == types.uint8 else _add_blocks
            read = data(1), data(3), data(4) if kind == types.uint8 else kind
            add(builder, sums, read, starts, k, [builder.add(head, k) for head in heads])
        total, wide = _sums(builder, [builder.load(one) for one in sums]), shape(8)[1]
        for r, at in enumerate(_following(builder, arguments[2], rows)):
            part = _picked(builder, (total, total), range(r * across, r * across + across))
            target = builder.add(builder.mul(at, wide), arguments[9])
            _store(builder, part, builder.gep(data(8), [target]))
        return context.get_dummy_value()

    i = types.intp
    return types.void(count, x, i, weights, groups, i, i, also, out, i), generate


@_intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def mix(
    _context: Any, count: Any, blocks: Any, shares: Any, row: Any, values: Any, first: Any,
    end: Any, column: Any, out: Any,
) -> Any:  # fmt: skip
    """`out[row:, column:]` becomes the sum of the `values` from `first` to `end` by their shares.

    `count` rows of `shares`, (rows, values), from `row`; `blocks` times LANES columns; both are
    literals. All arrays are contiguous and have two axes.
    """
    rows, wide = count.literal_value, blocks.literal_value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, shape = _places(context, builder, signature, arguments)
        size, keys = shape(4)[1], builder.sub(arguments[6], arguments[5])
        lines = [builder.mul(at, shape(2)[1]) for at in _following(builder, arguments[3], rows)]
        sums = _zeros(builder, rows * wide)
        start = builder.add(builder.mul(arguments[5], size), arguments[7])
        with _code.for_range(builder, keys) as loop:
            at = builder.add(start, builder.mul(loop.index, size))
            read = [
                _load(builder, data(4), values.dtype, builder.add(at, _index(LANES * block)))
                for block in range(wide)
            ]
            for r, line in enumerate(lines):
                share = builder.load(builder.gep(data(2), [builder.add(line, loop.index)]))
                given = _everywhere(builder, share)
                for block, value in enumerate(read):
                    _add_product(builder, sums[r * wide + block], given, value)
        for r, at in enumerate(_following(builder, arguments[3], rows)):
            place = builder.add(builder.mul(at, size), arguments[7])
            for block in range(wide):
                target = builder.gep(data(8), [builder.add(place, _index(LANES * block))])
                _store(builder, builder.load(sums[r * wide + block]), target)
        return context.get_dummy_value()

    i = types.intp
    return types.void(count, blocks, shares, i, values, i, i, i, out), generate


def _add_blocks(builder: Any, sums: Any, data: Any, starts: Any, k: Any, places: Any) -> None:
    """Add to `sums` a block of each row of weights times that of each row of `x`."""
    x, weights, kind = data
    read = [_load(builder, weights, kind, place) for place in places]
    for r, start in enumerate(starts):
        given = _load(builder, x, types.float32, builder.add(start, k))
        for w, weight in enumerate(read):
            _add_product(builder, sums[r * len(read) + w], given, weight)


def _add_groups(builder: Any, sums: Any, data: Any, starts: Any, k: Any, places: Any) -> None:
    """The same of a group of 4-bit weights.

    A weight is zero + step (code - 8): the products with the codes begin with -8 times the sum of
    the inputs, are multiplied by the step together, and zero meets the sum of the inputs.
    """
    x, codes, groups = data
    halves = range(0, GROUP // 2, LANES)
    given, wholes = [], []
    for start in starts:
        at = builder.add(start, builder.add(k, k))
        blocks = [
            _load(builder, x, types.float32, builder.add(at, _index(offset + half)))
            for half in (0, GROUP // 2)
            for offset in halves
        ]
        given.append(blocks)
        wholes.append(functools.reduce(functools.partial(builder.fadd, flags=_ANY_ORDER), blocks))
    for w, place in enumerate(places):
        read = [_bytes(builder, codes, builder.add(place, _index(offset))) for offset in halves]
        low = [builder.and_(block, ir.Constant(block.type, [15] * LANES)) for block in read]
        high = [builder.lshr(block, ir.Constant(block.type, [4] * LANES)) for block in read]
        numbers = [builder.sitofp(block, _VECTOR) for block in (*low, *high)]
        step, zero = _step_and_zero(builder, groups, builder.lshr(place, _index(4)))
        for r, (blocks, whole) in enumerate(zip(given, wholes, strict=True)):
            found = _times(builder, whole, ir.Constant(_VECTOR, [-8.0] * LANES))
            for block, code in zip(blocks, numbers, strict=True):
                found = builder.fadd(found, _times(builder, block, code), flags=_ANY_ORDER)
            _add_product(builder, sums[r * len(places) + w], step, found)
            _add_product(builder, sums[r * len(places) + w], zero, whole)


def _bytes(builder: Any, data: Any, at: Any) -> Any:
    """A block of bytes as whole numbers of 32 bits."""
    held = ir.VectorType(ir.IntType(8), LANES)
    found = builder.load(builder.bitcast(builder.gep(data, [at]), held.as_pointer()))
    found.align = 1
    return builder.zext(found, ir.VectorType(_INT, LANES))


def _step_and_zero(builder: Any, groups: Any, which: Any) -> tuple[Any, Any]:
    """Two blocks, each of one number: the two bfloat16 of a group, read at once."""
    both = builder.load(builder.gep(builder.bitcast(groups, _INT.as_pointer()), [which]))
    both.align = 2
    block = builder.bitcast(_everywhere(builder, builder.bitcast(both, _FLOAT)), _WORDS)
    step = builder.shl(block, ir.Constant(_WORDS, [16] * LANES))
    zero = builder.and_(block, ir.Constant(_WORDS, [0xFFFF0000] * LANES))
    return builder.bitcast(step, _VECTOR), builder.bitcast(zero, _VECTOR)


def _places(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Functions that give the data and the shape of the argument with a number."""

    def made(which: int) -> Any:
        return context.make_array(signature.args[which])(context, builder, arguments[which])

    return (lambda which: made(which).data), (
        lambda which: _code.unpack_tuple(builder, made(which).shape)
    )


def _following(builder: Any, first: Any, count: int) -> Iterator[Any]:
    """`count` whole numbers from `first`."""
    return (builder.add(first, _index(more)) for more in range(count))


def _least(builder: Any, one: Any, other: Any) -> Any:
    return builder.select(builder.icmp_signed("<", one, other), one, other)


def _zeros(builder: Any, count: int) -> list[Any]:
    """Places for blocks, which become registers."""
    made = [_code.alloca_once(builder, _VECTOR) for _ in range(count)]
    for place in made:
        builder.store(_ZERO, place)
    return made


def _blocks(builder: Any, columns: Any, step: int) -> Any:
    """A loop over the first columns of all whole blocks of `step`, a power of two."""
    whole = builder.and_(columns, _index(-step))
    return _code.for_range_slice(builder, _index(0), whole, _index(step), inc=True)


def _add_product(builder: Any, place: Any, one: Any, other: Any) -> None:
    product = _times(builder, one, other)
    builder.store(builder.fadd(builder.load(place), product, flags=_ANY_ORDER), place)


def _times(builder: Any, one: Any, other: Any) -> Any:
    return builder.fmul(one, other, flags=_ANY_ORDER)


def _load(builder: Any, data: Any, kind: Any, at: Any) -> Any:
    """A block of numbers from `at` on, as float32."""
    place = builder.gep(data, [at])
    held = ir.VectorType(place.type.pointee, LANES)
    found = builder.load(builder.bitcast(place, held.as_pointer()))
    found.align = kind.bitwidth // 8
    return _widened(builder, found, kind)


def _store(builder: Any, block: Any, place: Any) -> None:
    builder.store(block, builder.bitcast(place, block.type.as_pointer())).align = 4


def _widened(builder: Any, bits: Any, kind: Any) -> Any:
    """A number or a block of them in the format `kind` as float32."""

    def like(part: Any) -> Any:
        many = isinstance(bits.type, ir.VectorType)
        return ir.VectorType(part, bits.type.count) if many else part

    floats, words = like(_FLOAT), like(_INT)
    if kind == types.uint16:  # bfloat16: the first half of a float32
        half = [16] * bits.type.count if words is not _INT else 16
        return builder.bitcast(
            builder.shl(builder.zext(bits, words), ir.Constant(words, half)), floats
        )
    if kind == types.int16:
        return builder.fpext(builder.bitcast(bits, like(ir.HalfType())), floats)
    if kind == types.int8:
        return builder.sitofp(bits, floats)
    return builder.uitofp(bits, floats) if kind == types.uint8 else bits


def _sums(builder: Any, blocks: Sequence[Any]) -> Any:
    """A block whose lanes are the sums of the lanes of each of `blocks`, LANES of them at most.

    In every round two blocks become one, which has half of what is left of the sum of each.
    """
    left = [*blocks, *[_ZERO] * (LANES - len(blocks))]
    while len(left) > 1:
        half = len(left) // 2
        low = [
            at + more
            for at in range(0, LANES, 2 * half)
            for more in (*range(half), *range(LANES, LANES + half))
        ]
        high = [lane + half for lane in low]
        left = [
            builder.fadd(
                _picked(builder, pair, low), _picked(builder, pair, high), flags=_ANY_ORDER
            )
            for pair in zip(left[:half], left[half:], strict=True)
        ]
    return left[0]


def _picked(builder: Any, pair: tuple[Any, Any], lanes: Sequence[int]) -> Any:
    """The `lanes` of two blocks, those of the second counted on."""
    return builder.shuffle_vector(*pair, ir.Constant(ir.VectorType(_INT, len(lanes)), list(lanes)))


def _everywhere(builder: Any, x: Any) -> Any:
    """A block of `x` alone."""
    block = builder.insert_element(_ZERO, x, _INT(0))
    return _picked(builder, (block, block), [0] * LANES)


def _ask_for(builder: Any, place: Any, offsets: Iterable[int]) -> None:
    """Ask for what lies so many bytes behind `place`; it may lie behind the end of an array."""
    start = builder.bitcast(place, ir.IntType(8).as_pointer())
    hints = [_INT(hint) for hint in (0, 3, 1)]  # read, keep, data
    kind = ir.FunctionType(ir.VoidType(), [start.type, *(hint.type for hint in hints)])
    function = _code.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    for offset in offsets:
        builder.call(function, [builder.gep(start, [_index(offset)]), *hints])


def _index(value: int) -> Any:
    return ir.IntType(64)(value)
