"""One window per data folder, whatever happened to the one before."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile, Qt
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_llm.core.paths import Paths, user_paths
from desktop_llm.ui import single_instance
from desktop_llm.ui.single_instance import (
    SingleInstance,
    WindowNotAnswering,
    bring_to_front,
    server_name,
)

OTHER = """
import sys
from PySide6.QtCore import QCoreApplication
from desktop_llm.core.paths import user_paths
from desktop_llm.ui.single_instance import SingleInstance
app = QCoreApplication([])
instance = SingleInstance(user_paths(), sys.argv[1:])
print("first" if instance.acquire() else "second", flush=True)
"""
STAYS = OTHER + "app.exec()\n"
DEAF = OTHER + "sys.stdin.read()\n"

Maker = Callable[..., SingleInstance]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX locks and signals")


@pytest.fixture
def make(paths: Paths, qapp: object) -> Iterator[Maker]:
    made: list[SingleInstance] = []

    def maker(*arguments: str, where: Paths = paths) -> SingleInstance:
        made.append(SingleInstance(where, arguments))
        return made[-1]

    yield maker
    for instance in made:
        instance.release()
        instance.deleteLater()


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def starter(code: str, *arguments: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield starter
    for process in started:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_the_first_start_is_the_first(make: Maker) -> None:
    assert make().acquire()


def test_a_second_start_hands_over_its_arguments_within_a_second(
    make: Maker, start: Callable[..., subprocess.Popen[str]], qtbot: QtBot
) -> None:
    first = make()
    assert first.acquire()
    with qtbot.waitSignal(first.activated, timeout=30_000) as told:
        second = start(OTHER, "/tmp/a.gguf", "/tmp/模型 b.gguf")
    assert told.args == [["/tmp/a.gguf", "/tmp/模型 b.gguf"]]
    assert said(second) == "second"


def test_the_hand_over_itself_is_quick(
    make: Maker, start: Callable[..., subprocess.Popen[str]]
) -> None:
    assert said(start(STAYS)) == "first"
    took = []
    for _ in range(3):  # the quickest counts: the machine may be busy
        began = time.monotonic()
        assert not make("x").acquire()
        took.append(time.monotonic() - began)
    assert min(took) < 1.0


def test_another_data_folder_has_a_window_of_its_own(make: Maker, tmp_path: Path) -> None:
    assert make().acquire()
    assert make(where=user_paths(tmp_path / "other")).acquire()


def test_after_the_first_has_ended_the_next_is_first(make: Maker) -> None:
    first = make()
    assert first.acquire()
    first.release()
    assert make().acquire()


def test_a_killed_window_never_blocks_the_next(
    make: Maker, start: Callable[..., subprocess.Popen[str]], paths: Paths
) -> None:
    killed = start(STAYS)
    assert said(killed) == "first"
    killed.kill()
    killed.wait()
    assert paths.lock.exists()
    began = time.monotonic()
    assert make().acquire()
    assert time.monotonic() - began < 10  # it is not waited for until the lock is old


@posix_only
def test_a_process_number_that_was_given_to_another_program_does_not_block(
    make: Maker, start: Callable[..., subprocess.Popen[str]], paths: Paths
) -> None:
    lock = QLockFile(str(paths.lock))
    paths.data.mkdir(parents=True)
    assert lock.tryLock(0)
    content = paths.lock.read_text().splitlines()
    lock.unlock()
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        content[0] = str(bystander.pid)  # a living Python program, as the window is
        paths.lock.write_text("\n".join(content) + "\n")
        assert make().acquire()
    finally:
        bystander.communicate(b"\n")


def test_a_window_that_hangs_is_told_as_an_error(
    make: Maker,
    start: Callable[..., subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(single_instance, "PATIENCE_S", 0.5)
    assert said(start(DEAF)) == "first"
    with pytest.raises(WindowNotAnswering):
        make().acquire()


def wait_for_the_end(socket: QLocalSocket, qtbot: QtBot) -> None:
    """Until the other side has hung up."""
    unconnected = QLocalSocket.LocalSocketState.UnconnectedState
    socket.flush()
    qtbot.waitUntil(lambda: socket.state() == unconnected)


def test_nonsense_on_the_socket_is_ignored(make: Maker, paths: Paths, qtbot: QtBot) -> None:
    first = make()
    assert first.acquire()
    heard: list[list[str]] = []
    first.activated.connect(heard.append)
    for nonsense in (b"{\n", b"[]\n", b'{"arguments": 3, "activation": ""}\n', b"\xff\xfe\n"):
        socket = QLocalSocket()
        socket.connectToServer(server_name(paths.data))
        assert socket.waitForConnected(60_000)
        socket.write(nonsense)
        wait_for_the_end(socket, qtbot)
    assert heard == []


def test_a_message_without_an_end_is_cut_off(
    make: Maker, paths: Paths, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "MAX_MESSAGE", 1000)
    first = make()
    assert first.acquire()
    socket = QLocalSocket()
    socket.connectToServer(server_name(paths.data))
    assert socket.waitForConnected(60_000)
    socket.write(b"x" * 5000)
    wait_for_the_end(socket, qtbot)


@posix_only
def test_only_this_user_reaches_the_socket(make: Maker, paths: Paths) -> None:
    assert make().acquire()
    assert Path(server_name(paths.data)).stat().st_mode & 0o077 == 0
    assert paths.data.stat().st_mode & 0o077 == 0


@posix_only
def test_a_data_folder_with_a_long_path_works(
    make: Maker, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    where = user_paths(tmp_path / ("deep" * 40))
    assert len(server_name(where.data)) < 100
    first = make(where=where)
    assert first.acquire()
    socket = QLocalSocket()
    socket.connectToServer(server_name(where.data))
    assert socket.waitForConnected(60_000)
    socket.abort()


def test_a_data_folder_that_cannot_be_made_does_not_stop_the_start(
    make: Maker, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert make(where=user_paths(tmp_path / "file" / "data")).acquire()


class Window(QWidget):
    raised = False

    def raise_(self) -> None:
        """The platform without a screen cannot."""
        self.raised = True


def test_a_minimised_window_comes_back(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    window.showMinimized()
    bring_to_front(window)
    assert window.isVisible()
    assert window.raised
    assert not window.windowState() & Qt.WindowState.WindowMinimized
