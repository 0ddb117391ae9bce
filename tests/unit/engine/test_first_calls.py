"""What a process computes first is what every process computes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from desktop_llm.core.generation import LoadOptions
from desktop_llm.engine import first_calls
from desktop_llm.engine.devices import choose_device

FIRST_COSINES = """
import torch
from desktop_llm.core.generation import LoadOptions
from desktop_llm.engine.devices import choose_device
choose_device(LoadOptions("cpu", "float32"))
angles = 36 * torch.rand(37, 64, generator=torch.Generator().manual_seed(1))
print((angles.cos().double() - angles.double().cos()).abs().max().item() < 1e-6)
"""


def test_each_function_is_first_called_on_one_number_so_by_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []
    original = torch.cos

    def counted(numbers: torch.Tensor) -> torch.Tensor:
        sizes.append(numbers.numel())
        return original(numbers)

    monkeypatch.setattr(torch, "cos", counted)
    first_calls.settle_first_calls.cache_clear()
    choose_device(LoadOptions("cpu", "float32"))
    choose_device(LoadOptions("cpu", "float32"))
    assert sizes == [1, 1]  # float32 and float64, once


@pytest.mark.soak
def test_a_hundred_processes_compute_the_same_cosines() -> None:
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", FIRST_COSINES]
    said = [subprocess.check_output(command, cwd=root, text=True).strip() for _ in range(100)]
    assert said == ["True"] * 100
