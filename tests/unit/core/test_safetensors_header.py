from __future__ import annotations

import contextlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_llm.core import safetensors_header
from desktop_llm.core.safetensors_header import DamagedHeader, read_header
from tests.unit.core.model_files import header, safetensors

IN_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def entry(dtype: Any = "F32", shape: Any = (2,), offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


def test_tensors_come_in_the_order_of_their_bytes(file: Path) -> None:
    entries = header({"b": ("BF16", [3]), "a": ("F32", [2, 2]), "scalar": ("I8", [])})
    file.write_bytes(safetensors({"__metadata__": {"format": "pt"}} | entries, bytes(23)))
    assert [(t.name, t.elements, t.end - t.begin) for t in read_header(file)] == [
        ("b", 3, 6),
        ("a", 4, 16),
        ("scalar", 1, 1),
    ]


def test_what_the_library_writes_is_read(file: Path) -> None:
    from safetensors.numpy import save_file

    numpy = pytest.importorskip("numpy")
    save_file({"x": numpy.zeros((2, 3), "float32"), "empty": numpy.zeros((0,), "int64")}, file)
    assert {(t.name, t.dtype, t.elements) for t in read_header(file)} == {
        ("x", "F32", 6),
        ("empty", "I64", 0),
    }


@pytest.mark.parametrize(
    "entries",
    [
        {"a": entry(), "b": entry()},
        {"a": entry(), "b": entry(offsets=[4, 12])},
        {"a": entry(offsets=[8, 16])},
        {"a": entry(offsets=[8, 0])},
        {"a": entry(offsets=[-8, 0])},
        {"a": entry(offsets=[0, 8, 16])},
        {"a": entry(offsets=[0.0, 8.0])},
        {"a": entry(shape=[3])},
        {"a": entry(shape=[-1, -2])},
        {"a": entry(shape=[1 << 62, 1 << 62])},
        {"a": entry(shape=[True, 2])},
        {"a": entry(shape="2")},
        {"a": entry(shape=[1] * 5000)},
        {"a": entry(dtype="F99")},
        {"a": entry(dtype=["F32"])},
        {"a": {}},
        {"a": None},
        {"a": 5},
        [],
        "text",
    ],
)
def test_a_header_that_contradicts_itself_is_refused(file: Path, entries: Any) -> None:
    file.write_bytes(safetensors(entries, bytes(16)))
    with pytest.raises(DamagedHeader):
        read_header(file)


def test_limits_come_before_reading(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(struct.pack("<Q", 1 << 60))
    with pytest.raises(DamagedHeader, match="too large"):
        read_header(file)
    monkeypatch.setattr(safetensors_header, "MAX_TENSORS", 1)
    file.write_bytes(safetensors(header({"a": ("F32", [1]), "b": ("F32", [1])})))
    with pytest.raises(DamagedHeader, match="too many"):
        read_header(file)


@IN_ONE_FOLDER
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    with contextlib.suppress(DamagedHeader):
        read_header(file)


@IN_ONE_FOLDER
@given(st.data())
def test_a_file_with_one_byte_changed_is_read_or_refused(file: Path, data: st.DataObject) -> None:
    raw = bytearray(safetensors(header()))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    file.write_bytes(raw)
    try:
        tensors = read_header(file)
    except DamagedHeader:
        return
    assert sum(t.end - t.begin for t in tensors) <= len(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)
ENTRY = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "BF16", "F4"]) | JSON,
        "shape": st.lists(st.integers(-2, 9), max_size=3) | JSON,
        "data_offsets": st.lists(st.integers(-1, 70), min_size=2, max_size=2) | JSON,
    }
)


@IN_ONE_FOLDER
@given(st.dictionaries(st.text(max_size=5), ENTRY | JSON, max_size=4), st.integers(0, 64))
def test_any_json_is_read_or_refused(file: Path, entries: Any, length: int) -> None:
    raw = json.dumps(entries).encode()
    file.write_bytes(struct.pack("<Q", len(raw)) + raw + bytes(length))
    try:
        tensors = read_header(file)
    except DamagedHeader:
        return
    assert sum(t.end - t.begin for t in tensors) == length
