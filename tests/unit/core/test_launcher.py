"""The double-click launcher on the three systems, each in a home folder of its own."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_llm.core import launcher
from desktop_llm.core.launcher import (
    LauncherFailed,
    desktop_entry,
    install_launcher,
    launcher_path,
    remove_launcher,
    start_command,
)
from desktop_llm.core.paths import APP_ID


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with a space in its name, and no desktop programs that look elsewhere."""
    home = tmp_path / "Ann Smith"
    home.mkdir()
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_DESKTOP_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("APPDATA", str(home / "AppData" / "Roaming"))
    return home


def files_in(folder):
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if not name.endswith(".cache")}


def entry_value(text, key):
    return next(line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{key}="))


def test_linux_gets_a_menu_entry_and_an_icon_in_every_size(home):
    path = install_launcher("linux")
    icons = {f".local/share/icons/hicolor/{n}x{n}/apps/{APP_ID}.png" for n in launcher.ICON_SIZES}
    assert path == home / ".local/share/applications" / f"{APP_ID}.desktop"
    assert path == launcher_path("linux")
    assert files_in(home) == icons | {
        f".local/share/applications/{APP_ID}.desktop",
        f".local/share/icons/hicolor/scalable/apps/{APP_ID}.svg",
    }


def test_a_desktop_folder_gets_the_icon_too_under_whatever_name_it_has(home):
    (home / ".config").mkdir()
    (home / ".config/user-dirs.dirs").write_text('XDG_DESKTOP_DIR="$HOME/桌面"\n')
    (home / "桌面").mkdir()
    install_launcher("linux")
    icon = home / "桌面" / f"{APP_ID}.desktop"
    assert icon.stat().st_mode & stat.S_IXUSR
    remove_launcher("linux")
    assert list((home / "桌面").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the validator is a program of Linux desktops")
def test_the_desktop_file_is_valid(home):
    path = install_launcher("linux")
    checked = subprocess.run(
        ["desktop-file-validate", path], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def test_the_menu_entry_starts_this_installation_and_shows_its_icon(home):
    text = install_launcher("linux").read_text()
    assert shlex.split(entry_value(text, "Exec")) == start_command("linux")
    assert entry_value(text, "TryExec") == sys.executable
    assert entry_value(text, "Icon") == APP_ID
    assert entry_value(text, "Name") == "Desktop LLM"
    assert entry_value(text, "Name[zh_CN]")


@pytest.mark.parametrize(
    ("argument", "written"),
    [
        ("/opt/app", "/opt/app"),
        ("/home/Ann Smith/app", '"/home/Ann Smith/app"'),
        ("100%", "100%%"),
        ("50% off", '"50%% off"'),
        ('say "hi"', r'"say \\"hi\\""'),
        ("$HOME", r'"\\$HOME"'),
        ("a`b", r'"a\\`b"'),
        ("back\\slash", r'"back\\\\slash"'),
        ("it's", '"it\'s"'),
        ("家/应用", "家/应用"),
    ],
)
def test_exec_is_quoted_as_the_desktop_entry_specification_says(argument, written):
    assert entry_value(desktop_entry(["run", argument]), "Exec") == f"run {written}"


def test_xdg_data_home_is_followed(home, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "elsewhere"))
    assert install_launcher("linux").is_relative_to(home / "elsewhere")


def test_macos_gets_a_bundle_with_icon_and_a_runnable_starter(home):
    bundle = install_launcher("darwin")
    contents = bundle / "Contents"
    information = plistlib.loads((contents / "Info.plist").read_bytes())
    starter = contents / "MacOS" / information["CFBundleExecutable"]
    assert bundle == home / "Applications" / "Desktop LLM.app"
    assert (contents / "Resources" / information["CFBundleIconFile"]).read_bytes()[:4] == b"icns"
    assert starter.stat().st_mode & stat.S_IXUSR
    assert shlex.split(starter.read_text().splitlines()[1]) == ["exec", *start_command("darwin")]


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_the_macos_starter_runs_a_program_in_a_folder_with_spaces(home, monkeypatch):
    program = home / "it's here" / "python"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "started with $@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    starter = install_launcher("darwin") / "Contents/MacOS/desktop-llm"
    answer = subprocess.run([starter], capture_output=True, text=True, check=True)
    assert answer.stdout == "started with -P -m desktop_llm gui\n"


def test_windows_gets_a_start_menu_shortcut_with_the_icon(home, monkeypatch):
    calls = []

    def powershell(command, env, **options):
        calls.append((command, env))
        Path(env["LAUNCHER_PATH"]).write_bytes(b"L\0\0\0")

    windows = home / "Python 3" / "python.exe"
    windows.parent.mkdir()
    windows.with_name("pythonw.exe").touch()
    monkeypatch.setattr(sys, "executable", str(windows))
    monkeypatch.setattr(subprocess, "run", powershell)
    path = install_launcher("win32")
    programs = home / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs"
    [(command, environment)] = calls
    assert path == programs / "Desktop LLM.lnk"
    assert command[0] == "powershell"
    assert environment["LAUNCHER_PROGRAM"].endswith("pythonw.exe")
    assert environment["LAUNCHER_ARGUMENTS"] == "-P -m desktop_llm gui"
    assert environment["LAUNCHER_ICON"].endswith(".ico")
    assert remove_launcher("win32") == [path]
    assert not path.exists()


def test_a_refusal_by_powershell_is_told(home, monkeypatch):
    def powershell(command, **options):
        raise subprocess.CalledProcessError(1, command, stderr=b"Access is denied.\r\n")

    monkeypatch.setattr(subprocess, "run", powershell)
    with pytest.raises(LauncherFailed, match="Access is denied"):
        install_launcher("win32")


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_installing_twice_is_the_same_as_once(home, platform):
    install_launcher(platform)
    before = files_in(home)
    install_launcher(platform)
    assert files_in(home) == before


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_removing_takes_everything_away_and_nothing_else(home, platform, monkeypatch):
    mine = home / "Applications" / "Other.app" / "Contents"
    mine.mkdir(parents=True)
    (mine / "Info.plist").touch()
    if platform != "win32":
        install_launcher(platform)
    remove_launcher(platform)
    assert files_in(home) == {"Applications/Other.app/Contents/Info.plist"}
    assert not (home / "Applications" / "Desktop LLM.app").exists()


def test_removing_what_is_not_there_is_no_error(home):
    assert [remove_launcher(platform) for platform in ("linux", "darwin", "win32")] == [[], [], []]


def test_a_place_that_cannot_be_written_is_told_with_its_path(home):
    (home / ".local").write_text("a file where a folder should be")
    with pytest.raises(LauncherFailed) as caught:
        install_launcher("linux")
    assert str(home / ".local") in str(caught.value)


def test_a_frozen_app_starts_itself(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert start_command() == [sys.executable, "gui"]


def test_a_desktop_without_the_refreshing_programs_is_no_error(home, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert install_launcher("linux").is_file()
