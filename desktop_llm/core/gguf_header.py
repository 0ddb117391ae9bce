"""The header of a GGUF file, read without trusting it: every count and length has a limit.

The format, little-endian: "GGUF", version, number of tensors and of settings; the settings (name,
type, value); name, shape, type and place of each tensor; then the tensors' bytes, aligned.
"""

from __future__ import annotations

import hashlib
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAX_HEADER_BYTES = 100_000_000
"""The words and merges of the largest vocabularies take a tenth of that."""
MAX_SETTINGS = 10_000
MAX_TENSORS = 100_000
MAX_DIMENSIONS = 8
MAX_ITEMS = 4_000_000
CHUNK = 1 << 20

SCALARS = ("B", "b", "H", "h", "I", "i", "f", "?", "", "", "Q", "q", "d")
"""`struct` formats by the format's numbers of types; 8 is text, 9 a list."""
TEXT, LIST = 8, 9

BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 40), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18),
    21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
    40: (64, 36), 41: (128, 18),
}  # fmt: skip
"""Numbers in a block and bytes of it, by type of tensor."""


class DamagedGguf(ValueError):
    """The file is not a whole GGUF file; the message says why, in half a sentence."""


@dataclass(frozen=True)
class GgufHeader:
    """What a GGUF file says of itself, checked against its size."""

    settings: dict[str, str | int | float | bool]
    """Without the lists, such as the vocabulary."""
    parameters: int
    tensor_bytes: int
    words: int = 0
    """Entries of the vocabulary."""
    sha256: str = ""
    """Of the settings: what the tokenizer and the template are made from, and more."""

    @property
    def architecture(self) -> str:
        """Its kind, as `llama` or `qwen2`."""
        return str(self.settings.get("general.architecture", ""))

    @property
    def context_length(self) -> int:
        """In tokens; 0 if it is not said."""
        value = self.settings.get(f"{self.architecture}.context_length")
        return value if type(value) is int and 0 < value < 1 << 40 else 0

    @property
    def has_chat_template(self) -> bool:
        return "tokenizer.chat_template" in self.settings

    @property
    def parts(self) -> int:
        """Of how many files the model consists."""
        value = self.settings.get("split.count")
        return value if type(value) is int and value > 1 else 1


def read_gguf_header(path: Path) -> GgufHeader:
    """Read the header of `path`. Raises DamagedGguf, or OSError if the file is unreadable."""
    size = path.stat().st_size
    with path.open("rb") as file:
        reader = _Reader(file)
        if reader.raw(4) != b"GGUF":
            raise DamagedGguf("it is no GGUF file")
        (version,) = reader.unpack("I")
        if version not in (2, 3):
            raise DamagedGguf("it is of a version that is not known")
        tensors, settings = reader.unpack("QQ")
        if tensors > MAX_TENSORS or settings > MAX_SETTINGS:
            raise DamagedGguf("its header has too many entries")
        found = dict(reader.setting() for _ in range(settings))
        digest = reader.digest()
        shapes = [reader.tensor() for _ in range(tensors)]
    values = {key: value for key, value in found.items() if value is not None}
    _check_size(values, shapes, reader.position, size)
    parameters = sum(math.prod(shape) for shape, _, _ in shapes)
    tensor_bytes = sum(_bytes(shape, kind) for shape, kind, _ in shapes)
    words = reader.lengths.get("tokenizer.ggml.tokens", 0)
    return GgufHeader(values, parameters, tensor_bytes, words, digest)


class _Reader:
    """Takes values off the start of a file, of which it reads no more than it needs."""

    def __init__(self, file: BinaryIO) -> None:
        self.position = 0
        self.lengths: dict[str, int] = {}
        """Of the lists, by name."""
        self._file = file
        self._data = bytearray()

    def raw(self, length: int) -> bytes:
        start = self.skip(length)
        return bytes(self._data[start : self.position])

    def skip(self, length: int) -> int:
        """Go on by `length` bytes, all of which are there; the position before."""
        start, self.position = self.position, self.position + length
        self._need(self.position)
        return start

    def _need(self, end: int) -> int:
        """Have everything before `end`; how much there is now."""
        if end > MAX_HEADER_BYTES:
            raise DamagedGguf("its header is too large")
        if end > len(self._data):
            self._data += self._file.read(max(CHUNK, end - len(self._data)))
            if end > len(self._data):
                raise DamagedGguf("its end is missing")
        return len(self._data)

    def digest(self) -> str:
        """The SHA-256 of all that was read so far."""
        return hashlib.sha256(self._data[: self.position]).hexdigest()

    def unpack(self, kinds: str) -> tuple[int, ...]:
        layout = "<" + kinds
        return struct.unpack_from(layout, self._data, self.skip(struct.calcsize(layout)))

    def text(self) -> str:
        (length,) = self.unpack("Q")
        return self.raw(length).decode(errors="replace")

    def setting(self) -> tuple[str, str | int | float | bool | None]:
        """Name and value; None for a list."""
        name, (kind,) = self.text(), self.unpack("I")
        if kind == LIST:
            self.lengths[name] = self._skip_list()
            return name, None
        if kind == TEXT:
            return name, self.text()
        return name, self.unpack(_scalar(kind))[0]

    def tensor(self) -> tuple[tuple[int, ...], int, int]:
        """Shape, type and place of one tensor."""
        self.text()
        (dimensions,) = self.unpack("I")
        if dimensions > MAX_DIMENSIONS:
            raise DamagedGguf("a tensor has too many dimensions")
        shape = self.unpack("Q" * dimensions)
        kind, place = self.unpack("IQ")
        if kind not in BLOCKS:
            raise DamagedGguf("a tensor is of a type that is not known")
        return shape, kind, place

    def _skip_list(self) -> int:
        """Go over a list; how long it is."""
        kind, count = self.unpack("IQ")
        if count > MAX_ITEMS:
            raise DamagedGguf("a list in its header is too long")
        if kind == TEXT:
            self._skip_texts(count)
        else:
            self.skip(count * struct.calcsize("<" + _scalar(kind)))
        return count

    def _skip_texts(self, count: int) -> None:
        """A vocabulary has hundreds of thousands, so that this is written for speed."""
        length_at, position, there = struct.Struct("<Q").unpack_from, self.position, 0
        for _ in range(count):
            if position + 8 > there:
                there = self._need(position + 8)
            position += 8 + length_at(self._data, position)[0]
        self._need(position)
        self.position = position


def _scalar(kind: int) -> str:
    if kind >= len(SCALARS) or not SCALARS[kind]:
        raise DamagedGguf("its header is unreadable")
    return SCALARS[kind]


def _bytes(shape: tuple[int, ...], kind: int) -> int:
    numbers, size = BLOCKS[kind]
    return -(-math.prod(shape) // numbers) * size


def _check_size(
    settings: dict[str, str | int | float | bool],
    tensors: list[tuple[tuple[int, ...], int, int]],
    header: int,
    size: int,
) -> None:
    """Every tensor ends where the file still is."""
    alignment = settings.get("general.alignment", 32)
    if type(alignment) is not int or not 0 < alignment <= 1 << 20:
        raise DamagedGguf("its header is unreadable")
    start = -(-header // alignment) * alignment
    if any(start + place + _bytes(shape, kind) > size for shape, kind, place in tensors):
        raise DamagedGguf("its end is missing")
