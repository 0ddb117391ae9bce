"""Damaged documents at random: read, or told in one of our sentences, and soon."""

from __future__ import annotations

import io
import random
import time
import zipfile
from pathlib import Path

import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.documents.reading import read_document
from tests.unit.documents import make

LONGEST_S = 20.0


def damaged(data: bytes, rng: random.Random) -> bytes:
    """`data` with bytes changed, cut out and repeated."""
    raw = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        place, length = rng.randrange(len(raw)), rng.randint(1, 200)
        match rng.randrange(3):
            case 0:
                raw[place] = rng.randrange(256)
            case 1 if len(raw) > 2 * length:
                del raw[place : place + length]
            case _:
                other = rng.randrange(len(raw))
                raw[place:place] = raw[other : other + length]
    return bytes(raw)


def damaged_inside(data: bytes, rng: random.Random) -> bytes:
    """The archive `data` with one of its parts damaged."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = rng.choice(archive.namelist())
        return make.with_member(data, name, damaged(archive.read(name), rng))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_damaged_is_read_or_told(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    whole = [make.pdf(["one", "two", "three"]), make.report(), make.workbook()]
    for number in range(100):
        data = whole[number % 3]
        inside = number % 3 and rng.random() < 0.7
        file = tmp_path / str(number)
        file.write_bytes(damaged_inside(data, rng) if inside else damaged(data, rng))
        began = time.monotonic()
        try:
            read_document(file).text.encode()
        except ExpectedError as error:
            assert str(error)
        assert time.monotonic() - began < LONGEST_S
