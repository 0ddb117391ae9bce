"""The wheel holds everything that the app needs at run time, and finds it there."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LARGEST_MB = 5


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this source tree, built with what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation"]
    built: list[str | Path] = [*pip, "wheel", *offline, "-w", folder, ROOT]
    subprocess.run(built, check=True, timeout=120)
    [made] = folder.glob("*.whl")
    return Path(made)


def test_the_wheel_has_every_module_and_resource_and_is_small(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("desktop_llm/**/*.py")}
    migrations = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("desktop_llm/**/*.sql")}
    resources = {
        f"desktop_llm/{path.relative_to(ROOT).as_posix()}"
        for path in ROOT.glob("resources/**/*")
        if path.is_file() and path.suffix != ".ts" and path.stem != "screenshot"
    }
    translations = {
        f"desktop_llm/{path.with_suffix('.qm').relative_to(ROOT).as_posix()}"
        for path in ROOT.glob("resources/translations/*.ts")
    }
    assert modules | migrations | resources | translations <= names
    assert not any(name.startswith(("tests/", "packaging/", "resources/")) for name in names)
    assert wheel.stat().st_size < LARGEST_MB * 1_000_000


def test_the_wheel_has_the_command_and_the_window_program(wheel):
    with zipfile.ZipFile(wheel) as packed:
        [name] = [n for n in packed.namelist() if n.endswith("entry_points.txt")]
        points = configparser.ConfigParser()
        points.read_string(packed.read(name).decode())
        licences = [n for n in packed.namelist() if n.endswith("licenses/LICENSE")]
    assert points["console_scripts"]["desktop-llm"] == "desktop_llm.__main__:main"
    assert points["gui_scripts"]["desktop-llm-window"] == "desktop_llm.__main__:main"
    assert licences


def test_an_installed_app_finds_its_resources(wheel, tmp_path):
    target = tmp_path / "somewhere else"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    install: list[str | Path] = [
        *pip,
        "install",
        "--no-deps",
        "--no-index",
        "--target",
        target,
        wheel,
    ]
    subprocess.run(install, check=True, timeout=120)
    show = f"""
import sys
sys.path.insert(0, {str(target)!r})
from desktop_llm.core.paths import resource
from desktop_llm.core.launcher import install_launcher
print(resource("icons/desktop-llm.svg"))
print(resource("starter.json"))
"""
    command = [sys.executable, "-I", "-c", show]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert [Path(line) for line in answer.stdout.splitlines()] == [
        target / "desktop_llm" / "resources" / name
        for name in ("icons/desktop-llm.svg", "starter.json")
    ]
