from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop_llm.core.dtype_speeds import CACHE_NAME, DTYPES, DtypeSpeeds
from desktop_llm.engine import dtype_choice
from desktop_llm.engine.dtype_choice import cpu_speeds, measure

KNOWN = DtypeSpeeds({"float32": 1.0, "bfloat16": 2.0}, {"float32": 1.0, "bfloat16": 2.0})


@pytest.fixture
def measurements(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The thread counts that were measured, instead of measuring."""
    seen: list[int] = []

    def pretend(threads: int) -> DtypeSpeeds:
        seen.append(threads)
        return KNOWN

    monkeypatch.setattr(dtype_choice, "measure", pretend)
    return seen


def test_a_machine_is_measured_once(tmp_path: Path, measurements: list[int]) -> None:
    assert cpu_speeds(2, tmp_path) == KNOWN
    assert cpu_speeds(2, tmp_path) == KNOWN
    assert measurements == [2]


def test_another_number_of_threads_is_measured_too(tmp_path: Path, measurements: list[int]) -> None:
    for threads in (2, 4, 2, 4):
        cpu_speeds(threads, tmp_path)
    assert measurements == [2, 4]


@pytest.mark.parametrize("name", ["ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA"])
def test_a_processor_held_to_less_is_measured_anew(
    tmp_path: Path, measurements: list[int], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    cpu_speeds(2, tmp_path)
    monkeypatch.setenv(name, "held")
    cpu_speeds(2, tmp_path)
    assert len(measurements) == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b"\xff\xfe", b'{"KEY": 3}', b'{"KEY": {"one_row": {}, "many_rows": 1}}'],
)
def test_a_damaged_file_is_measured_again(
    tmp_path: Path, measurements: list[int], content: bytes
) -> None:
    cpu_speeds(2, tmp_path)
    key = next(iter(json.loads((tmp_path / CACHE_NAME).read_bytes())))
    (tmp_path / CACHE_NAME).write_bytes(content.replace(b"KEY", key.encode()))
    assert cpu_speeds(2, tmp_path) == KNOWN
    assert len(measurements) == 2


def test_without_a_place_to_keep_it_the_answer_is_the_same(measurements: list[int]) -> None:
    assert cpu_speeds(2, None) == KNOWN


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(
    tmp_path: Path, measurements: list[int]
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    assert cpu_speeds(2, blocked / "cache") == KNOWN


def test_equal_speed_takes_the_smaller_format() -> None:
    equal = {"float32": 1.0, "bfloat16": 1.0}
    assert DtypeSpeeds(equal, equal).faster() == "bfloat16"


def test_measuring_gives_times_and_restores_the_threads() -> None:
    before = torch.get_num_threads()
    speeds = measure(1)
    assert torch.get_num_threads() == before
    assert all(0 < speeds.turn(dtype) < 100 for dtype in DTYPES)


def test_a_processor_held_to_avx2_gets_an_answer_of_its_own(tmp_path: Path) -> None:
    code = (
        "import sys, torch, pathlib, desktop_llm.engine.dtype_choice as d\n"
        "print(torch.backends.cpu.get_cpu_capability())\n"
        "print(d.cpu_speeds(1, pathlib.Path(sys.argv[1])).faster())"
    )
    held = {**os.environ, "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
    done: Any = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=held,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    capability, answer = done.stdout.split()
    assert capability in ("AVX2", "DEFAULT", "NO", "SVE256")
    assert answer in DTYPES
    assert "avx2" in (tmp_path / CACHE_NAME).read_text()
