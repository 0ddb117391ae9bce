from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.core.memory_fit import MemoryEstimate
from desktop_llm.core.memory_record import (
    CACHE_NAME,
    MemoryRecord,
    Seen,
    form_of,
    read_record,
    remember,
)

FORM = form_of("transformers", "bfloat16", 0)


def needs(total: int, name: str = "m") -> MemoryEstimate:
    return MemoryEstimate(name, weights=total, cache=0, overhead=0)


def seen(ratio: float, name: str = "m", context: int = 1000, estimated: int = 1000) -> Seen:
    return Seen(name, FORM, context, estimated, round(ratio * estimated))


def test_without_measurements_the_estimate_stands() -> None:
    assert MemoryRecord().correct(needs(1000), FORM, 1000) == needs(1000)


def test_one_load_is_enough_to_correct_the_estimate_of_the_same_model(tmp_path: Path) -> None:
    measured = 1270
    remember(tmp_path, Seen("m", FORM, 600, 1000, measured))
    before = abs(needs(1000).total - measured)
    after = abs(read_record(tmp_path).correct(needs(1000), FORM, 600).total - measured)
    assert after < before / 100


def test_the_measurement_with_the_nearest_context_counts() -> None:
    record = MemoryRecord((seen(1.2, context=500), seen(0.9, context=8000)))
    assert record.correct(needs(1000), FORM, 600).total == 1200
    assert record.correct(needs(2000), FORM, 4096).total == 1800


def test_another_form_of_the_same_model_is_another_matter() -> None:
    record = MemoryRecord((seen(1.5),))
    assert record.ratio(needs(1000), form_of("transformers", "bfloat16", 8), 1000) == 1.0
    assert form_of("llama.cpp", "bfloat16", 4) != form_of("transformers", "bfloat16", 4)


def test_a_model_that_was_never_loaded_learns_from_those_of_its_size_only() -> None:
    others = tuple(seen(ratio, name=str(ratio)) for ratio in (1.1, 1.2, 1.9))
    record = MemoryRecord((*others, seen(0.6, name="huge", estimated=1_000_000)))
    assert record.ratio(needs(1500, "new"), FORM, 1000) == 1.2
    assert record.ratio(needs(50_000, "new"), FORM, 1000) == 1.0


@pytest.mark.parametrize(("ratio", "taken"), [(1000.0, 2.0), (0.001, 0.5)])
def test_absurd_measurements_are_not_believed(ratio: float, taken: float) -> None:
    assert MemoryRecord((seen(ratio),)).ratio(needs(1000), FORM, 1000) == taken


def test_a_later_measurement_replaces_the_earlier_one() -> None:
    record = MemoryRecord().with_seen(seen(1.2)).with_seen(seen(1.1, context=1010))
    assert [each.ratio for each in record.seen] == [1.1]


def test_old_measurements_are_forgotten_in_time(tmp_path: Path) -> None:
    record = MemoryRecord()
    for number in range(250):
        record = record.with_seen(seen(1.0, name=str(number)))
    assert len(record.seen) == 200
    assert record.seen[-1].name == "249"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"7", b"\xff", b'{"a": 1}', b"[" * 100_000, json.dumps([[], 5, None]).encode()],
)
def test_a_damaged_file_is_ignored_and_written_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CACHE_NAME).write_bytes(content)
    assert read_record(tmp_path).seen == ()
    remember(tmp_path, seen(1.5))
    assert read_record(tmp_path).seen == (seen(1.5),)


@pytest.mark.parametrize(
    "change",
    [{"measured": 0}, {"estimated": -1}, {"measured": "x"}, {"name": 5}, {"more": 1}],
)
def test_a_senseless_row_is_left_out(tmp_path: Path, change: dict[str, Any]) -> None:
    rows = [vars(seen(1.5)) | change, vars(seen(1.2, name="other"))]
    (tmp_path / CACHE_NAME).write_text(json.dumps(rows))
    assert [each.name for each in read_record(tmp_path).seen] == ["other"]


def test_a_full_disk_only_forgets(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remember(tmp_path / "file", seen(1.5))
    assert read_record(None).seen == ()
