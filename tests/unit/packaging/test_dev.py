"""The two commands: what they say when something is missing, and that a re-run does nothing."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "packaging" / "dev.py"


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """packaging/dev.py as a module, with an empty folder as its `.venv`."""
    spec = importlib.util.spec_from_file_location("dev", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    yield module


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been run, in order; everything succeeds."""
    seen: list[list[str]] = []

    def run(command: list[Any], **options: object) -> Any:
        seen.append([str(part) for part in command])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(subprocess, "call", lambda command, **_: run(command).returncode)
    return seen


@pytest.fixture
def installed(dev, commands):
    """As after a first run."""
    dev.VENV.mkdir()
    for extra in ("app", "test"):
        dev.stamp(extra).write_text(dev.fingerprint())
    return dev


def test_it_needs_nothing_but_the_standard_library():
    command = [sys.executable, "-I", "-S", str(SCRIPT), "help"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0
    assert "packaging/dev.py run" in answer.stderr


def test_a_wrong_command_is_wrong_usage(dev, capsys):
    assert dev.main(["fly"]) == 2
    assert "packaging/dev.py run" in capsys.readouterr().err


def test_an_old_python_is_told_and_a_newer_one_that_is_there_is_named(dev, monkeypatch, capsys):
    monkeypatch.setattr(dev.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(dev.shutil, "which", lambda name: name if name == "python3.12" else None)
    assert dev.main(["run"]) == 1
    said = capsys.readouterr().err
    assert "Python 3.11 or newer is needed; this is 3.9.2." in said
    assert "python3.12 packaging/dev.py" in said


def test_a_missing_venv_package_is_named_with_its_command(dev, monkeypatch, capsys):
    monkeypatch.setattr(
        dev.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object()
    )
    assert dev.main(["run"]) == 1
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"apt-get install {version}-venv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ("apt-get", "sudo apt-get install libegl1 libxcb-cursor0"),
        ("dnf", "sudo dnf install libglvnd-egl xcb-util-cursor"),
        ("pacman", "sudo pacman -S libglvnd xcb-util-cursor"),
        ("nothing", "libegl1 libxcb-cursor0"),
    ],
)
def test_missing_system_libraries_are_named_as_this_system_calls_them(dev, monkeypatch, tool, told):
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(
        dev, "loads", lambda name: name not in {"libEGL.so.1", "libxcb-cursor.so.0"}
    )
    monkeypatch.setattr(dev.shutil, "which", lambda name: name if name == tool else None)
    with pytest.raises(dev.Stop, match=told):
        dev.check_libraries({**dev.LIBRARIES, **dev.X11_LIBRARIES})


def test_a_library_that_is_not_there_does_not_load(dev):
    assert not dev.loads("libno-such-thing.so.7")


def test_a_second_run_installs_nothing(installed, commands, monkeypatch):
    monkeypatch.setattr(installed, "has_display", lambda: True)
    monkeypatch.setattr(installed, "check_libraries", lambda libraries: None)
    assert installed.main(["run"]) == 0
    assert not any("pip" in command or "venv" in command for command in commands)
    assert commands[-1][1:] == ["-m", "desktop_llm", "gui"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "packaging/constraints.txt"])
def test_a_change_of_what_is_needed_installs_again(dev, tmp_path, monkeypatch, changed):
    for name in ("pyproject.toml", "packaging/constraints.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("old")
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "CONSTRAINTS", tmp_path / "packaging/constraints.txt")
    dev.VENV.mkdir()
    dev.stamp("app").write_text(dev.fingerprint())
    assert dev.is_installed("app")
    assert not dev.is_installed("test")
    (tmp_path / changed).write_text("new")
    assert not dev.is_installed("app")


def test_an_interrupted_installation_is_done_again(dev, commands, monkeypatch):
    def fail() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dev, "install_torch", fail)
    assert dev.main(["run"]) == 130
    assert not dev.is_installed("app")


def test_without_a_display_it_says_so_and_chats_in_the_terminal(
    installed, commands, monkeypatch, capsys
):
    monkeypatch.setattr(installed.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert installed.main(["run"]) == 0
    assert "no display" in capsys.readouterr().err
    assert commands[-1][1:] == ["-m", "desktop_llm", "chat"]


def test_arguments_pass_through_with_the_exit_code(installed, monkeypatch):
    seen = []

    def call(command: list[object], **options: object) -> int:
        seen.append([str(part) for part in command])
        return 7

    monkeypatch.setattr(subprocess, "call", call)
    assert installed.main(["run", "--", "chat", "--data-dir", "x y", "Hello"]) == 7
    assert seen[-1][1:] == ["-m", "desktop_llm", "chat", "--data-dir", "x y", "Hello"]
    assert seen[0][1:] == [
        *("-m", "desktop_llm", "models", "download", "starter", "--data-dir", "x y")
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="waits for a signal as Linux can")
def test_ctrl_c_goes_to_the_program_and_does_not_end_it(dev):
    program = """
import os, signal
hits = []
signal.signal(signal.SIGINT, lambda *_: hits.append(1))
os.kill(os.getppid(), signal.SIGINT)
os.kill(os.getpid(), signal.SIGINT)
signal.sigtimedwait([signal.SIGUSR1], 0.6)
raise SystemExit(3 + len(hits))
"""
    assert dev.hand_over([sys.executable, "-c", program]) == 4


@pytest.mark.parametrize("question", [["--version"], ["--help"], ["generate", "--help"]])
def test_a_quick_question_fetches_no_model(installed, commands, question):
    assert installed.main(["run", "--", *question]) == 0
    assert not any("download" in command for command in commands)


def test_the_whole_suite_runs_the_checks_and_a_chosen_test_does_not(installed, commands):
    assert installed.main(["test"]) == 0
    programs = [Path(command[0]).stem for command in commands]
    assert {"ruff", "mypy", "lint-imports"} <= set(programs)
    assert "pytest" in commands[-1]
    commands.clear()
    assert installed.main(["test", "tests/unit", "-k", "wire"]) == 0
    assert {Path(command[0]).stem for command in commands} == {"python"}
    assert commands[-1][-3:] == ["tests/unit", "-k", "wire"]


def test_a_failing_check_fails_the_whole_and_is_named(installed, monkeypatch, capsys):
    monkeypatch.setattr(
        subprocess, "call", lambda command, **_: 1 if "mypy" in str(command[0]) else 0
    )
    assert installed.main(["test"]) == 1
    assert "mypy" in capsys.readouterr().err.splitlines()[-1]


class TestTorch:
    """Where torch comes from."""

    @pytest.fixture
    def asked(self, dev, monkeypatch):
        """What pip was asked for; the wheel is not on disk."""
        asked: list[list[str]] = []

        def pip(*arguments: str, check: bool = True) -> bool:
            asked.append(list(arguments))
            return "--no-index" not in arguments

        monkeypatch.setattr(dev, "pip", pip)
        monkeypatch.setattr(dev.sys, "platform", "linux")
        monkeypatch.setattr(dev, "has_nvidia", lambda: False)
        monkeypatch.setattr(dev, "is_reachable", lambda url: True)
        return asked

    def test_a_wheel_on_disk_is_taken_first(self, dev, asked, monkeypatch):
        monkeypatch.setattr(dev, "pip", lambda *words, check=True: asked.append(words) or True)
        dev.install_torch()
        assert len(asked) == 1

    def test_without_an_nvidia_driver_the_processor_build_is_enough(self, dev, asked, capsys):
        dev.install_torch()
        assert dev.CPU_INDEX in asked[-1]
        assert "about 190 MB" in capsys.readouterr().err

    def test_with_an_nvidia_driver_the_default_index_is_used(self, dev, asked, monkeypatch, capsys):
        monkeypatch.setattr(dev, "has_nvidia", lambda: True)
        dev.install_torch()
        assert dev.CPU_INDEX not in asked[-1]
        assert "GB" in capsys.readouterr().err

    def test_where_the_processor_index_is_out_of_reach_the_default_one_serves(
        self, dev, asked, monkeypatch
    ):
        monkeypatch.setattr(dev, "is_reachable", lambda url: False)
        dev.install_torch()
        assert not any(dev.CPU_INDEX in words for words in asked)

    def test_the_version_is_the_pinned_one(self, dev, asked):
        dev.install_torch()
        assert all("torch==2.13.0" in words for words in asked)

    def test_an_address_that_nobody_answers_is_out_of_reach(self, dev):
        assert not dev.is_reachable("http://127.0.0.1:9/")
