"""Arithmetic on as many numbers at once as the processor has lanes, for compiled code only.

A compiler makes a sum of products into one instruction for 16 of them, but it reads, and converts,
a weight anew for every input, adds up the lanes of each sum by itself, and looks at every array
whether it overlaps another. Here the instructions are written out (LLVM's intermediate language):
a block of inputs meets a block of weights, each of which is read and converted once, and 16 sums
are added up at once. Attention over 4,096 keys of float32 took 385 microseconds and takes 280, of
float16 155 (3 key heads of 64, 9 queries, from memory, 2 cores). A token in 4 bits took 26
milliseconds and takes 8 (135 million parameters).

Formats of what is read: float32; bfloat16, passed as uint16; float16, as int16; int8, also in
groups of 64, each with a scale; 4 bits, two in a uint8, in groups of 32: a byte has the weights k
and k + 16 of a group, which has a step and what a code of 8 stands for. Groups have bfloat16.
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

GROUP8 = 64
"""Weights of 8 bits that share a scale."""

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


@_intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def dots(
    _context: Any, count: Any, x: Any, row: Any, weights: Any, groups: Any, first: Any, last: Any,
    also: Any, out: Any, column: Any,
) -> Any:  # fmt: skip
    """Put the products of rows of `x` and rows of `weights` into `out[row:, column:]`.

    `count`, a literal, rows of `x` (float32) from `row`; WEIGHTS[count] rows of `weights` from
    `first`: of those behind `last` the values mean nothing, but `out` has room for them. What is
    left of the columns after the last whole block is not heeded. `groups`: of each row as uint16,
    (rows, groups, 1 for 8 bits or 2 for 4), or None where weights have none. `also`: an array like
    `weights`, of which the same rows are asked for; or None. All arrays are contiguous; the others
    have two axes.
    """
    rows, across = count.literal_value, WEIGHTS[count.literal_value]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, shape = _places(context, builder, signature, arguments)
        kind, columns = weights.dtype, shape(3)[1]
        which = _following(builder, arguments[5], across)
        heads = [builder.mul(_least(builder, at, arguments[6]), columns) for at in which]
        starts = [builder.mul(at, shape(1)[1]) for at in _following(builder, arguments[2], rows)]
        sums = _zeros(builder, rows * across)
        step, add = _way(kind, groups)
        with _blocks(builder, columns, step) as (k, _):
            at = builder.add(heads[0], builder.mul(k, _index(across)))
            span = across * step * kind.bitwidth // 8
            _ask_for(builder, builder.gep(data(3), [at]), range(AHEAD, AHEAD + span, 64))
            if not isinstance(also, types.NoneType):
                _ask_for(builder, builder.gep(data(7), [at]), range(0, span, 64))
            read = data(1), data(3), kind if add is _add_blocks else data(4)
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


def _way(kind: Any, groups: Any) -> tuple[int, Any]:
    """How many numbers of a row of weights are taken at once, and what adds their products."""
    if isinstance(groups, types.NoneType):
        return LANES, _add_blocks
    return (GROUP // 2, _add_groups4) if kind == types.uint8 else (GROUP8, _add_groups8)


def _add_blocks(builder: Any, sums: Any, data: Any, starts: Any, k: Any, places: Any) -> None:
    """Add to `sums` a block of each row of weights times that of each row of `x`."""
    x, weights, kind = data
    read = [_load(builder, weights, kind, place) for place in places]
    for r, start in enumerate(starts):
        given = _load(builder, x, types.float32, builder.add(start, k))
        for w, weight in enumerate(read):
            _add_product(builder, sums[r * len(read) + w], given, weight)


def _add_groups8(builder: Any, sums: Any, data: Any, starts: Any, k: Any, places: Any) -> None:
    """The same of a group of 8-bit weights: the products with the codes are scaled together."""
    x, codes, groups = data
    offsets = range(0, GROUP8, LANES)
    given = [_load_all(builder, x, types.float32, builder.add(at, k), offsets) for at in starts]
    for w, place in enumerate(places):
        numbers = _load_all(builder, codes, types.int8, place, offsets)
        which = builder.lshr(place, _index(GROUP8.bit_length() - 1))
        held = builder.load(builder.gep(groups, [which]))
        scale = _everywhere(builder, _widened(builder, held, types.uint16))
        for r, blocks in enumerate(given):
            found = _dot(builder, blocks, numbers)
            _add_product(builder, sums[r * len(places) + w], scale, found)


def _add_groups4(builder: Any, sums: Any, data: Any, starts: Any, k: Any, places: Any) -> None:
    """The same of a group of 4-bit weights, which are zero + step (code - 8).

    The products with the codes less 8 times the sum of the inputs are multiplied by the step
    together; zero meets the sum of the inputs.
    """
    x, codes, groups = data
    offsets, eight = range(0, GROUP, LANES), ir.Constant(_VECTOR, [-8.0] * LANES)
    twice = builder.add(k, k)
    given = [_load_all(builder, x, types.float32, builder.add(at, twice), offsets) for at in starts]
    wholes = [functools.reduce(functools.partial(_plus, builder), blocks) for blocks in given]
    for w, place in enumerate(places):
        read = [
            builder.zext(_load(builder, codes, None, builder.add(place, _index(offset))), _WORDS)
            for offset in range(0, GROUP // 2, LANES)
        ]
        low = [builder.and_(block, ir.Constant(_WORDS, [15] * LANES)) for block in read]
        high = [builder.lshr(block, ir.Constant(_WORDS, [4] * LANES)) for block in read]
        numbers = [builder.sitofp(block, _VECTOR) for block in (*low, *high)]
        step, zero = _step_and_zero(builder, groups, builder.lshr(place, _index(4)))
        for r, (blocks, whole) in enumerate(zip(given, wholes, strict=True)):
            found = _plus(builder, _dot(builder, blocks, numbers), _times(builder, whole, eight))
            _add_product(builder, sums[r * len(places) + w], step, found)
            _add_product(builder, sums[r * len(places) + w], zero, whole)


def _dot(builder: Any, blocks: Sequence[Any], others: Sequence[Any]) -> Any:
    """The sum of the products of blocks, lane by lane."""
    products = (_times(builder, one, other) for one, other in zip(blocks, others, strict=True))
    return functools.reduce(functools.partial(_plus, builder), products)


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
    builder.store(_plus(builder, builder.load(place), _times(builder, one, other)), place)


def _plus(builder: Any, one: Any, other: Any) -> Any:
    return builder.fadd(one, other, flags=_ANY_ORDER)


def _times(builder: Any, one: Any, other: Any) -> Any:
    return builder.fmul(one, other, flags=_ANY_ORDER)


def _load(builder: Any, data: Any, kind: Any, at: Any) -> Any:
    """A block of numbers from `at` on, as float32; as they are without a `kind`."""
    place = builder.gep(data, [at])
    held = ir.VectorType(place.type.pointee, LANES)
    found = builder.load(builder.bitcast(place, held.as_pointer()))
    found.align = kind.bitwidth // 8 if kind else 1
    return _widened(builder, found, kind) if kind else found


def _load_all(builder: Any, data: Any, kind: Any, at: Any, offsets: Iterable[int]) -> list[Any]:
    """The blocks that lie so many numbers behind `at`."""
    return [_load(builder, data, kind, builder.add(at, _index(offset))) for offset in offsets]


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
            _plus(builder, _picked(builder, pair, low), _picked(builder, pair, high))
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
