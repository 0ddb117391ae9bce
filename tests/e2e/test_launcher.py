"""The launcher as a desktop uses it: started from the .desktop file, on a real X server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from desktop_llm.core.launcher import install_launcher
from desktop_llm.core.paths import APP_ID

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform != "linux", reason=".desktop files are for Linux"),
]

T = TypeVar("T")
PATIENCE_S = 90.0


def wait_for(question: Callable[[], T], what: str) -> T:
    """The first truthy answer to `question`; fails with `what` after PATIENCE_S."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.1)
    pytest.fail(f"waited in vain for {what}")


def output(*command: str) -> str:
    """What `command` prints; nothing if it fails."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture
def x_server() -> Iterator[str]:
    """The name of a display of its own."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24"]
    command += ["-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, x_server: str) -> Path:
    """A new person's home folder, in a session on `x_server`."""
    home = tmp_path / "new person"
    (home / "Desktop").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("DISPLAY", x_server)
    monkeypatch.setenv("DESKTOP_LLM_DATA_DIR", str(home / "data"))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return home


def start_like_a_desktop(entry: Path) -> None:
    """Start what `entry` names, as a file manager does on a double click."""
    assert shutil.which("gio"), "gio is in libglib2.0-bin"
    subprocess.run(["gio", "launch", entry], check=True, timeout=PATIENCE_S)


def test_a_double_click_opens_the_window_with_its_icon_and_ctrl_q_ends_it(home: Path) -> None:
    install_launcher()
    start_like_a_desktop(home / "Desktop" / f"{APP_ID}.desktop")

    def window() -> str:
        return output("xdotool", "search", "--onlyvisible", "--name", "^Desktop LLM$")

    shown = wait_for(window, "the window").splitlines()[0]
    properties = output("xprop", "-id", shown)
    process = psutil.Process(int(output("xdotool", "getwindowpid", shown)))
    family = [process, *process.children(recursive=True)]
    try:
        assert re.search(r"_NET_WM_ICON\(CARDINAL\) =\s+Icon \(16 x 16\)", properties)
        assert f'_KDE_NET_WM_DESKTOP_FILE(UTF8_STRING) = "{APP_ID}"' in properties
        entry = (home / f".local/share/applications/{APP_ID}.desktop").read_text()
        [name] = re.findall(r"^StartupWMClass=(.+)$", entry, re.MULTILINE)
        assert f'WM_CLASS(STRING) = "desktop-llm", "{name}"' in properties

        output("xdotool", "windowfocus", "--sync", shown, "key", "ctrl+q")
        wait_for(lambda: not any(one.is_running() for one in family), "the app to end")
    finally:
        for left in family:
            if left.is_running():
                left.kill()
    assert (home / "data" / "conversations.sqlite").is_file()
    assert not window()
