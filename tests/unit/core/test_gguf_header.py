from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from gguf.constants import GGML_QUANT_SIZES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_llm.core import gguf_header
from desktop_llm.core.gguf_header import BLOCKS, DamagedGguf, read_gguf_header
from tests.fake_gguf import gguf, text


@pytest.fixture
def read(tmp_path):
    def read(data):
        file = tmp_path / "model.gguf"
        file.write_bytes(data)
        return read_gguf_header(file)

    return read


def test_a_whole_file_is_described(read):
    header = read(gguf("qwen2", numbers=12, tokenizer__chat_template="{{ x }}"))
    assert header.architecture == "qwen2"
    assert (header.parameters, header.tensor_bytes) == (12, 48)
    assert header.context_length == 512
    assert header.has_chat_template
    assert header.parts == 1


def test_the_vocabulary_is_passed_over(read):
    header = read(gguf(words=tuple(f"word{n}" for n in range(1000))))
    assert "tokenizer.ggml.tokens" not in header.settings
    assert not header.has_chat_template


def test_the_types_of_tensors_are_those_of_the_format():
    assert {int(kind): sizes for kind, sizes in GGML_QUANT_SIZES.items()} == BLOCKS


def test_a_file_that_is_cut_anywhere_is_refused(read):
    whole = gguf()
    for length in range(len(whole)):
        with pytest.raises(DamagedGguf):
            read(whole[:length])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GGML" + gguf()[4:], "no GGUF"),
        (b"GGUF" + struct.pack("<I", 1) + gguf()[8:], "version"),
        (b"GGUF" + struct.pack(">I", 3) + gguf()[8:], "version"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "too many"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60), "too many"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 62), "too large"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<I", 99), "unreadable"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 9, 1), "read"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 8, 1 << 40),
            "too long",
        ),
        (b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + text("t") + struct.pack("<I", 200), "dimensions"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + text("t") + struct.pack("<IQIQ", 1, 1, 77, 0),
            "type",
        ),
        (gguf(general__alignment=0), "unreadable"),
    ],
)
def test_a_hostile_file_is_refused_with_the_reason(read, data, said):
    with pytest.raises(DamagedGguf, match=said):
        read(data)


def test_a_header_is_not_read_without_end(read, monkeypatch):
    monkeypatch.setattr(gguf_header, "MAX_HEADER_BYTES", 1000)
    with pytest.raises(DamagedGguf, match="too large"):
        read(gguf(words=("w" * 2000,)))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(gguf()) - 1), st.integers(0, 255)), max_size=6))
def test_any_damage_is_refused_or_harmless(read, damage):
    data = bytearray(gguf())
    for place, value in damage:
        data[place] = value
    with suppress(DamagedGguf):
        read(bytes(data))
