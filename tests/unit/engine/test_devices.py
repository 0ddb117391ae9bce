from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from desktop_llm.core.dtype_speeds import DtypeSpeeds
from desktop_llm.core.generation import LoadOptions
from desktop_llm.engine.devices import TorchProbe, choose_device, real_cores

FLOAT32_FASTER = DtypeSpeeds({"float32": 1.0, "bfloat16": 2.0}, {"float32": 1.0, "bfloat16": 4.0})
BFLOAT16_FASTER = DtypeSpeeds({"float32": 2.0, "bfloat16": 1.0}, {"float32": 2.0, "bfloat16": 1.0})
ALL = ("float32", "float16", "bfloat16")


@dataclass
class FakeProbe:
    """A machine with these formats on these devices."""

    formats: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cuda_bfloat16: bool = True

    def works(self, kind: Any, dtype: Any) -> bool:
        return dtype in {"cpu": ALL, **self.formats}.get(kind, ())

    def name(self, kind: Any) -> str:
        return f"Fake {kind}"

    def cuda_has_bfloat16(self) -> bool:
        return self.cuda_bfloat16


def choose(
    formats: dict[str, tuple[str, ...]] | None = None,
    speeds: DtypeSpeeds = BFLOAT16_FASTER,
    cuda_bfloat16: bool = True,
    **options: Any,
) -> Any:
    return choose_device(
        LoadOptions(**options), FakeProbe(formats or {}, cuda_bfloat16), lambda: speeds
    )


def test_cuda_is_preferred_to_everything() -> None:
    choice = choose({"cuda": ALL, "mps": ALL})
    assert (choice.kind, choice.dtype, choice.fell_back) == ("cuda", "bfloat16", False)
    assert "Fake cuda" in str(choice.reason)


def test_cuda_without_bfloat16_takes_float16() -> None:
    choice = choose({"cuda": ALL}, cuda_bfloat16=False)
    assert (choice.kind, choice.dtype) == ("cuda", "float16")


def test_an_apple_gpu_is_preferred_to_the_processor() -> None:
    choice = choose({"mps": ("float32", "float16")})
    assert (choice.kind, choice.dtype) == ("mps", "float16")


def test_an_apple_gpu_without_float16_takes_float32() -> None:
    assert choose({"mps": ("float32",)}).dtype == "float32"


def test_the_processor_takes_what_was_measured_to_be_faster() -> None:
    assert choose(speeds=FLOAT32_FASTER).dtype == "float32"
    choice = choose(speeds=BFLOAT16_FASTER)
    assert (choice.kind, choice.dtype) == ("cpu", "bfloat16")
    assert "2.0 times as fast" in str(choice.reason)


def test_a_setting_overrides_device_and_format() -> None:
    choice = choose({"cuda": ALL}, device="cpu", dtype="float32")
    assert (choice.kind, choice.dtype, choice.fell_back) == ("cpu", "float32", False)
    assert "settings" in str(choice.reason)


def test_a_device_that_does_not_work_is_replaced_and_named() -> None:
    choice = choose({"mps": ALL}, device="cuda")
    assert (choice.kind, choice.fell_back) == ("mps", True)
    assert str(choice.reason).startswith("CUDA was chosen")


def test_a_format_that_does_not_work_is_replaced_and_named() -> None:
    choice = choose({"mps": ("float32", "float16")}, dtype="bfloat16")
    assert (choice.dtype, choice.fell_back) == ("float16", True)
    assert str(choice.reason).startswith("bfloat16 was chosen")


def test_a_gpu_that_is_listed_but_broken_is_not_used() -> None:
    assert choose({"cuda": ()}).kind == "cpu"


@pytest.mark.parametrize("dtype", ALL)
def test_the_real_processor_computes_every_format(dtype: Any) -> None:
    assert TorchProbe().works("cpu", dtype)


def test_the_real_machine_has_a_name_and_cores() -> None:
    assert TorchProbe().name("cpu")
    assert real_cores() >= 1
