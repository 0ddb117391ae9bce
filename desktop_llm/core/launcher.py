"""Put an icon that starts the app where the system expects it, and take it away again.

Linux: a .desktop file with hicolor icons, in the applications menu and, where there is one, on the
desktop. macOS: a small bundle in ~/Applications. Windows: a Start-menu shortcut. All of it is the
person's own: nothing outside the home folder is touched and no administrator is asked.
"""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from platformdirs.unix import Unix

from desktop_llm import __version__
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import write_atomically
from desktop_llm.core.paths import APP_ID, resource
from desktop_llm.core.text import QT_TRANSLATE_NOOP

NAME = "Desktop LLM"
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)

_ENTRY = """\
[Desktop Entry]
Type=Application
Version=1.0
Name=Desktop LLM
Name[zh_CN]=桌面大模型
Comment=Run and fine-tune language models on your own computer
Comment[zh_CN]=在自己的电脑上运行和微调语言模型
Keywords=AI;chat;LLM;model;
Keywords[zh_CN]=人工智能;聊天;大模型;模型;
TryExec={program}
Exec={command}
Icon={id}
Terminal=false
StartupNotify=true
StartupWMClass=desktop-llm
Categories=Utility;
"""

_MAKE_SHORTCUT = (
    "$ErrorActionPreference = 'Stop';"
    "$link = (New-Object -ComObject WScript.Shell).CreateShortcut($env:LAUNCHER_PATH);"
    "$link.TargetPath = $env:LAUNCHER_PROGRAM;"
    "$link.Arguments = $env:LAUNCHER_ARGUMENTS;"
    "$link.IconLocation = $env:LAUNCHER_ICON;"
    "$link.WorkingDirectory = $env:USERPROFILE;"
    "$link.Save()"
)


class LauncherFailed(ExpectedError):
    """The system refused to write or remove a part of the launcher."""

    happened = QT_TRANSLATE_NOOP("core", "The launcher could not be changed: {reason} ({path})")
    safe = QT_TRANSLATE_NOOP("core", "The app and your data are as they were.")
    todo = QT_TRANSLATE_NOOP("core", "Make that place writable for you, then try again.")


def install_launcher(platform: str = sys.platform) -> Path:
    """Make the launcher anew; returns what to double-click. Raises `LauncherFailed`.

    `platform` is a value of `sys.platform`; the places follow the environment (`HOME`,
    `XDG_DATA_HOME`, `APPDATA`).
    """
    with _told():
        if platform == "win32":
            _write_shortcut(_shortcut())
        for path, content in _files(platform).items():
            runnable = path.suffix in {".desktop", ""}
            write_atomically(path, content, 0o755 if runnable else 0o644)
        _tell_desktop(platform, trust=True)
    return launcher_path(platform)


def remove_launcher(platform: str = sys.platform) -> list[Path]:
    """Take the launcher away; returns the files that were removed. Raises `LauncherFailed`."""
    names = [_shortcut()] if platform == "win32" else list(_files(platform))
    with _told():
        present = [path for path in names if path.is_file()]
        for path in present:
            path.unlink()
        if platform == "darwin":
            for name in ("MacOS", "Resources", "", ".."):
                with suppress(FileNotFoundError):
                    (_bundle() / "Contents" / name).resolve().rmdir()
        _tell_desktop(platform, trust=False)
    return present


def launcher_path(platform: str = sys.platform) -> Path:
    """Where the launcher is, or would be."""
    if platform == "win32":
        return _shortcut()
    return _bundle() if platform == "darwin" else _menu_entry()


def start_command(platform: str = sys.platform) -> list[str]:
    """The command that opens the window of this installation, from whatever folder."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "gui"]
    python = Path(sys.executable)
    if platform == "win32" and (windowed := python.with_name("pythonw.exe")).is_file():
        python = windowed  # the other one opens a console beside the window
    return [str(python), "-P", "-m", "desktop_llm", "gui"]


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise LauncherFailed(reason=reason, path=str(error.filename or "")) from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        reason = (error.stderr or b"").decode(errors="replace").strip() or str(error)
        raise LauncherFailed(reason=reason, path=str(_shortcut())) from error


def _files(platform: str) -> dict[Path, bytes]:
    """What the launcher consists of on Linux and macOS."""
    if platform == "win32":
        return {}
    return _bundle_files() if platform == "darwin" else _entry_files()


# Linux ------------------------------------------------------------------------------------------


def _menu_entry() -> Path:
    return Unix().user_data_path / "applications" / f"{APP_ID}.desktop"


def _entry_files() -> dict[Path, bytes]:
    entry = desktop_entry(start_command("linux")).encode()
    files = {_menu_entry(): entry}
    desktop = Unix().user_desktop_path
    if desktop.is_dir() and desktop != Path.home():
        files[desktop / f"{APP_ID}.desktop"] = entry
    hicolor = Unix().user_data_path / "icons" / "hicolor"
    for size in ICON_SIZES:
        picture = resource(f"icons/desktop-llm-{size}.png").read_bytes()
        files[hicolor / f"{size}x{size}" / "apps" / f"{APP_ID}.png"] = picture
    drawing = resource("icons/desktop-llm.svg").read_bytes()
    files[hicolor / "scalable" / "apps" / f"{APP_ID}.svg"] = drawing
    return files


def desktop_entry(command: list[str]) -> str:
    """The text of the .desktop file that runs `command`."""
    return _ENTRY.format(
        id=APP_ID,
        program=_escaped(command[0]),
        command=_escaped(" ".join(_quoted(argument) for argument in command)),
    )


def _quoted(argument: str) -> str:
    """`argument` for `Exec`: quoted where it holds a reserved character; `%` starts a code."""
    argument = argument.replace("%", "%%")
    if not re.search(r"""[\s"'\\><~|&;$*?#()`]""", argument):
        return argument
    return '"' + re.sub(r'(["`$\\])', r"\\\1", argument) + '"'


def _escaped(value: str) -> str:
    """`value` as a string of a .desktop file, which is read before the quoting of `Exec` is."""
    return value.replace("\\", "\\\\")


def _tell_desktop(platform: str, trust: bool) -> None:
    """Make a running desktop notice; one that has no such tool looks by itself."""
    if platform in {"win32", "darwin"}:
        return
    data = Unix().user_data_path
    commands = [
        ["update-desktop-database", "-q", str(data / "applications")],
        ["gtk-update-icon-cache", "-q", "-t", "-f", str(data / "icons" / "hicolor")],
    ]
    on_desktop = Unix().user_desktop_path / f"{APP_ID}.desktop"
    if trust and on_desktop.is_file():  # GNOME shows it as a text file otherwise
        commands.append(["gio", "set", str(on_desktop), "metadata::trusted", "true"])
    for command in commands:
        if shutil.which(command[0]):
            with suppress(subprocess.TimeoutExpired):
                subprocess.run(command, capture_output=True, timeout=10, check=False)


# macOS ------------------------------------------------------------------------------------------


def _bundle() -> Path:
    return Path.home() / "Applications" / f"{NAME}.app"


def _bundle_files() -> dict[Path, bytes]:
    information = {
        "CFBundleName": NAME,
        "CFBundleDisplayName": NAME,
        "CFBundleIdentifier": f"{APP_ID}.launcher",
        "CFBundleExecutable": "desktop-llm",
        "CFBundleIconFile": "desktop-llm.icns",
        "CFBundlePackageType": "APPL",
        "CFBundleShortVersionString": __version__,
        "CFBundleVersion": __version__,
        "LSMinimumSystemVersion": "13.0",
        "NSHighResolutionCapable": True,
    }
    contents = _bundle() / "Contents"
    return {
        contents / "Info.plist": plistlib.dumps(information),
        contents / "MacOS" / "desktop-llm": (
            f"#!/bin/sh\nexec {shlex.join(start_command('darwin'))}\n".encode()
        ),
        contents / "Resources" / "desktop-llm.icns": resource(
            "icons/desktop-llm.icns"
        ).read_bytes(),
    }


# Windows ----------------------------------------------------------------------------------------


def _shortcut() -> Path:
    home = os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming"
    return Path(home) / "Microsoft" / "Windows" / "Start Menu" / "Programs" / f"{NAME}.lnk"


def _write_shortcut(path: Path) -> None:
    program, *arguments = start_command("win32")
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["powershell", "-NoProfile", "-NonInteractive", "-Command", _MAKE_SHORTCUT],
        env={  # by the environment, so that no path needs quoting for PowerShell
            **os.environ,
            "LAUNCHER_PATH": str(path),
            "LAUNCHER_PROGRAM": program,
            "LAUNCHER_ARGUMENTS": subprocess.list2cmdline(arguments),
            "LAUNCHER_ICON": str(resource("icons/desktop-llm.ico")),
        },
        capture_output=True,
        check=True,
        timeout=60,
    )
