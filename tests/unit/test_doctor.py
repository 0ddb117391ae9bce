"""The doctor names what is missing and what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from desktop_llm import doctor
from desktop_llm.cli_output import Session
from desktop_llm.core.paths import Paths
from desktop_llm.engine.errors import EngineCrashed
from desktop_llm.library import starter
from tests.fakes import ScriptedEngine


class NoEngine(ScriptedEngine):
    """An engine process that dies before it says hello."""

    on_lost: Any = None

    def start(self, options: object = None) -> None:
        self.on_lost(EngineCrashed("ImportError: libtorch"))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "new_engine", ScriptedEngine)


def test_everything_is_looked_at(engine: None, paths: Paths) -> None:
    facts = doctor.examine(Session(paths)).as_json()
    assert facts.keys() == {
        "versions",
        "machine",
        "memory",
        "data_dir",
        "starter",
        "qt",
        "display",
        "device",
        "problems",
    }
    assert facts["device"]["kind"] == "cpu"
    assert facts["data_dir"]["writable"]
    assert facts["memory"]["total_bytes"] >= facts["memory"]["available_bytes"] > 0


def test_a_missing_starter_is_a_problem_with_its_remedy(engine: None, paths: Paths) -> None:
    found = doctor.examine(Session(paths))
    assert found.facts["starter"] == {"present": False, "verified": None}
    assert any("models download starter" in problem for problem in found.problems)
    assert "! Get the starter model" in str(found)


def test_a_damaged_starter_is_found(engine: None, paths: Paths) -> None:
    file = starter.locate(paths).convert_from
    assert file
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a model")
    assert doctor.examine(Session(paths)).facts["starter"]["verified"] is False


def test_a_missing_system_library_is_named_with_its_package(
    engine: None, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(doctor, "missing_libraries", lambda: ["libxcb-cursor.so.0"])
    found = doctor.examine(Session(paths))
    assert found.facts["qt"] == {"missing_libraries": ["libxcb-cursor.so.0"]}
    assert any("apt install libxcb-cursor0" in problem for problem in found.problems)


def test_no_display_is_told_with_what_works_without_one(
    engine: None, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    found = doctor.examine(Session(paths))
    assert found.facts["display"] is None
    assert any("desktop-llm chat" in problem for problem in found.problems)


def test_an_engine_that_cannot_start_is_told_with_what_it_said(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "new_engine", NoEngine)
    found = doctor.examine(Session(paths))
    assert found.facts["device"] is None
    assert any("libtorch" in problem for problem in found.problems)


def test_a_data_folder_that_cannot_be_written_is_a_problem(
    engine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_is_writable", lambda folder: False)
    found = doctor.examine(Session(Paths(tmp_path, tmp_path, tmp_path, tmp_path)))
    assert found.facts["data_dir"]["writable"] is False
    assert any("--data-dir" in problem for problem in found.problems)
