"""The trainer's environment keeps what the person has set."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from desktop_llm.training.trainer.environment import trainer_environment


@pytest.fixture
def on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))
    for name in ("GLIBC_TUNABLES", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"):
        monkeypatch.delenv(name, raising=False)


def test_memory_is_kept_between_steps(on_linux: None) -> None:
    found = trainer_environment()
    assert found["GLIBC_TUNABLES"] == "glibc.malloc.hugetlb=1"
    assert int(found["MALLOC_TRIM_THRESHOLD_"]) > 10**9
    assert found["HF_HUB_OFFLINE"] == "1"


def test_what_the_person_has_set_stays(on_linux: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1")
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.check=1")
    found = trainer_environment()
    assert found["MALLOC_TRIM_THRESHOLD_"] == "1"
    assert found["GLIBC_TUNABLES"] == "glibc.malloc.check=1:glibc.malloc.hugetlb=1"
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0")
    assert trainer_environment()["GLIBC_TUNABLES"] == "glibc.malloc.hugetlb=0"


@pytest.mark.parametrize(("system", "library"), [("darwin", ""), ("win32", ""), ("linux", "musl")])
def test_other_systems_get_no_variables_of_glibc(
    monkeypatch: pytest.MonkeyPatch, system: str, library: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "libc_ver", lambda: (library, ""))
    assert "GLIBC_TUNABLES" not in trainer_environment()


def test_it_needs_no_torch() -> None:
    code = (
        "import sys; from desktop_llm.training.trainer import environment;"
        "environment.trainer_environment(); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
