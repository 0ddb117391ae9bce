"""The header of a safetensors file, read without trusting it: sizes are checked before use.

The format: 8 bytes with the header's length (little-endian), a JSON object that maps tensor names
to dtype, shape and byte range, then the bytes of all tensors without gaps.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_HEADER_BYTES = 25_000_000
MAX_TENSORS = 200_000
MAX_DIMENSIONS = 32

BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("F8_E4M3", "F8_E4M3FNUZ", "F8_E5M2", "F8_E5M2FNUZ", "F8_E8M0"), 8),
    **dict.fromkeys(("I8", "U8", "BOOL"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}
"""Bits of one element, by the names that the format uses."""


class DamagedHeader(ValueError):
    """The file is not a whole safetensors file; the message says why, in half a sentence."""


@dataclass(frozen=True)
class TensorEntry:
    """One tensor of a file: how many elements of which dtype, and the bytes it takes."""

    name: str
    dtype: str
    elements: int
    begin: int
    end: int
    shape: tuple[int, ...] = ()


def read_header(path: Path) -> list[TensorEntry]:
    """The tensors of the file, in the order of their bytes.

    Raises DamagedHeader when it is truncated or contradicts itself, OSError when it is unreadable.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) < 8:
            raise DamagedHeader("it is shorter than its header")
        (length,) = struct.unpack("<Q", start)
        if length > MAX_HEADER_BYTES:
            raise DamagedHeader("its header is too large")
        if length > size - 8:
            raise DamagedHeader("it is shorter than its header")
        raw = file.read(length)
    return _checked(_entries(raw), size - 8 - length)


def _entries(raw: bytes) -> list[TensorEntry]:
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise DamagedHeader("its header is unreadable") from error
    if not isinstance(header, dict):
        raise DamagedHeader("its header is unreadable")
    header.pop("__metadata__", None)
    if len(header) > MAX_TENSORS:
        raise DamagedHeader("its header has too many entries")
    return [_entry(name, data) for name, data in header.items()]


def _entry(name: str, data: Any) -> TensorEntry:
    try:
        dtype, shape, (begin, end) = data["dtype"], data["shape"], data["data_offsets"]
        bits = BITS[dtype]
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedHeader("its header is unreadable") from error
    if (
        not isinstance(shape, list)
        or len(shape) > MAX_DIMENSIONS
        or not _sizes([*shape, begin, end])
    ):
        raise DamagedHeader("its header is unreadable")
    elements = math.prod(shape)
    if elements * bits != (end - begin) * 8:
        raise DamagedHeader("a tensor's shape does not fit its bytes")
    return TensorEntry(name, dtype, elements, begin, end, tuple(shape))


def _sizes(values: Iterable[Any]) -> bool:
    return all(type(value) is int and 0 <= value < 1 << 63 for value in values)


def _checked(entries: list[TensorEntry], data_bytes: int) -> list[TensorEntry]:
    """The entries sorted, if their ranges follow one another and end where the file ends."""
    entries.sort(key=lambda entry: (entry.begin, entry.end))
    position = 0
    for entry in entries:
        if entry.begin != position:
            raise DamagedHeader("its tensors overlap or leave gaps")
        position = entry.end
    if position > data_bytes:
        raise DamagedHeader("its end is missing")
    if position < data_bytes:
        raise DamagedHeader("it is longer than its header says")
    return entries
