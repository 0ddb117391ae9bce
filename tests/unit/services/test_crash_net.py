"""Whatever nobody caught is reported, once."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal, Slot, qWarning
from pytestqt.qtbot import QtBot

from desktop_llm.core.paths import Paths
from desktop_llm.services.crash_net import CrashNet, CrashReport

FAULT = """
import faulthandler, os, resource, sys
from desktop_llm.core.paths import user_paths
from desktop_llm.services.crash_net import CrashNet
net = CrashNet(user_paths())
net.install()
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
{end}
"""


class Listener(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.reports: list[CrashReport] = []

    @Slot(object)
    def hear(self, report: CrashReport) -> None:
        self.reports.append(report)


@pytest.fixture
def net(paths: Paths, qapp: object) -> Iterator[CrashNet]:
    gc.collect()  # what other tests left is no fault of these
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    crash_net = CrashNet(paths)
    crash_net.install()
    yield crash_net
    crash_net.remove()
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


@pytest.fixture
def listener(net: CrashNet) -> Listener:
    heard = Listener()
    net.reported.connect(heard.hear)
    return heard


def fail(words: str = "on purpose") -> None:
    raise RuntimeError(words)


def error_of(words: str) -> RuntimeError:
    try:
        fail(words)
    except RuntimeError as error:
        return error
    raise AssertionError


def test_an_exception_becomes_a_report_with_versions_and_traceback(
    net: CrashNet, listener: Listener
) -> None:
    error = error_of("on purpose")
    sys.excepthook(type(error), error, error.__traceback__)
    (report,) = listener.reports
    assert report.title.startswith("RuntimeError (test_crash_net.py:")
    assert "on purpose" in report.details
    assert "PySide6-Essentials" in report.details
    assert "desktop-llm" in report.details
    assert not report.previous_run


def test_the_same_traceback_is_reported_once(net: CrashNet, listener: Listener) -> None:
    for words in ("first", "second"):
        net.report(error_of(words))
    assert len(listener.reports) == 1
    try:
        fail()
    except RuntimeError as other_place:
        net.report(other_place)
    assert len(listener.reports) == 2


def test_a_thread_that_fails_is_reported_in_the_gui_thread(
    net: CrashNet, listener: Listener, qtbot: QtBot
) -> None:
    thread = threading.Thread(target=fail)
    with qtbot.waitSignal(net.reported):
        thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(listener.reports) == 1)


def test_a_destructor_that_fails_is_reported(net: CrashNet, listener: Listener) -> None:
    class Rude:
        def __del__(self) -> None:
            fail("in __del__")

    rude = Rude()
    del rude
    gc.collect()
    assert "in __del__" in listener.reports[0].details


class Emitter(QObject):
    happened = Signal()

    @Slot()
    def break_down(self) -> None:
        fail("in a slot")


def test_a_slot_that_fails_is_reported(
    net: CrashNet, listener: Listener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    emitter = Emitter()
    emitter.happened.connect(emitter.break_down)
    emitter.happened.emit()
    assert "in a slot" in listener.reports[0].details


def test_a_hub_token_in_an_exception_is_not_in_the_report(
    net: CrashNet, listener: Listener
) -> None:
    net.report(error_of("with hf_abcdefghijklmnop"))
    assert "hf_abcdef" not in listener.reports[0].details


def test_interrupting_from_the_keyboard_is_not_a_fault(net: CrashNet, listener: Listener) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert listener.reports == []


def test_a_thread_that_exits_is_not_a_fault(net: CrashNet, listener: Listener) -> None:
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()
    assert listener.reports == []


def test_warnings_of_qt_go_to_the_log(net: CrashNet, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "desktop_llm.qt"):
        qWarning("a stylesheet is odd")
    assert "a stylesheet is odd" in caplog.text


def test_a_listener_that_fails_does_not_go_round_in_circles(net: CrashNet) -> None:
    net.reported.connect(fail)
    net.report(error_of("once"))


def run_and_end(end: str) -> None:
    subprocess.run([sys.executable, "-c", FAULT.format(end=end)], stderr=subprocess.DEVNULL)


@pytest.mark.skipif(sys.platform == "win32", reason="uses POSIX signals")
def test_a_native_fault_is_told_once_at_the_next_start(paths: Paths, qapp: object) -> None:
    run_and_end("faulthandler._sigsegv()")
    net = CrashNet(paths)
    net.install()
    report = net.take_previous()
    net.remove()
    assert report is not None
    assert report.previous_run
    assert "Segmentation fault" in report.title
    assert net.take_previous() is None


@pytest.mark.skipif(sys.platform == "win32", reason="uses POSIX signals")
@pytest.mark.parametrize(
    "end", ["net.remove()", "os.kill(os.getpid(), 9)", "os.kill(os.getpid(), 15)"]
)
def test_an_end_without_a_fault_is_not_told(paths: Paths, qapp: object, end: str) -> None:
    run_and_end(end)
    net = CrashNet(paths)
    net.install()
    assert net.take_previous() is None
    net.remove()


def test_a_log_folder_that_cannot_be_made_does_not_stop_the_app(
    tmp_path: Path, qapp: object
) -> None:
    (tmp_path / "file").write_text("in the way")
    net = CrashNet(Paths(tmp_path, tmp_path, tmp_path, tmp_path / "file" / "logs"))
    net.install()
    net.remove()
