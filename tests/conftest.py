"""Shared by all tests: a data folder of their own, no screen, and nothing left running."""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import hypothesis
import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import DATA_DIR_VARIABLE, Paths, user_paths
from tests.fake_hub.fixture import fake_hub, seeded_hub

__all__ = ["fake_hub", "seeded_hub"]

hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    max_examples=40,
    derandomize=True,  # a run says what was changed, not what was drawn
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("any machine")

PATIENCE_S = 60.0
"""For what has to come; pytest-qt would wait 5 s, which is no setting of it."""
for waiting in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed):
    waiting.__kwdefaults__ = {**(waiting.__kwdefaults__ or {}), "timeout": round(PATIENCE_S * 1000)}

TEST_CACHE = Path(__file__).resolve().parent.parent / "build" / "test-cache"
"""Kept between runs: the starter model, which takes a download and a conversion."""


def pytest_configure(config: pytest.Config) -> None:
    """Give each of several test processes its own cores; the programs that it starts inherit them.

    Two programs that compute on the same cores wait for each other most of the time.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        count = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        os.sched_setaffinity(0, cores[int(worker[2:]) :: count] or cores)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What the tests import stays until the end: no collection of garbage looks through it."""
    gc.disable()
    result = yield
    gc.freeze()
    gc.enable()
    return result


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests first, so that no process is left alone with one of them at the end."""
    items.sort(key=_how_late)


def _how_late(item: pytest.Item) -> int:
    """0 for tests that start real programs, 2 for the many that are over at once."""
    if any(item.get_closest_marker(mark) for mark in ("e2e", "integration")):
        return 0
    return 1 if {"engine", "training"} & set(item.path.parts) else 2


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the data, the settings or the model cache of the person who runs it."""
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.delenv("HUGGINGFACE_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    """torch draws the same numbers in a test, whichever tests ran before it."""
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)


@pytest.fixture
def paths(own_data_folder: None) -> Paths:
    """The app's folders below this test's own."""
    return user_paths()


@pytest.fixture(scope="session")
def starter_model() -> ModelSource:
    """The real starter model, fetched at the first use; its conversion is kept between runs."""
    from desktop_llm.library.starter import fetch, locate

    places = user_paths(TEST_CACHE)
    return fetch(places, lambda progress: None, threading.Event()) or locate(places)


@pytest.fixture(autouse=True)
def nothing_left_running(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail a test that leaves a running QThread, an active QTimer or a child process behind."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    threads = _remember_starts(QThread, monkeypatch)
    timers = _remember_starts(QTimer, monkeypatch)
    yield
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = _running_threads(threads) + _active_timers(timers) + _children(before)
    threads.clear()
    timers.clear()
    if left:
        gc.collect()
        pytest.fail("left behind:\n" + "\n".join(left), pytrace=False)


def _remember_starts(
    kind: type[QThread] | type[QTimer], monkeypatch: pytest.MonkeyPatch
) -> list[tuple[QThread | QTimer, str]]:
    started: list[tuple[QThread | QTimer, str]] = []
    original = kind.start

    def start(self: QThread | QTimer, *arguments: object) -> None:
        caller = traceback.extract_stack(limit=2)[0]
        started.append((self, f"{Path(caller.filename).name}:{caller.lineno}"))
        original(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(kind, "start", start)
    return started


def _running_threads(started: list[tuple[QThread | QTimer, str]]) -> list[str]:
    left = []
    for thread, where in started:
        if isinstance(thread, QThread) and isValid(thread) and thread.isRunning():
            left.append(f"QThread {thread.objectName() or thread!r}, started at {where}")
            thread.quit()
            thread.wait(5000)
    return left


def _active_timers(started: list[tuple[QThread | QTimer, str]]) -> list[str]:
    left = []
    for timer, where in started:
        if isinstance(timer, QTimer) and isValid(timer) and timer.isActive():
            left.append(f"QTimer {timer.objectName() or timer!r}, started at {where}")
            timer.stop()
    return left


def _children(before: set[int]) -> list[str]:
    new = [
        child
        for child in psutil.Process().children(recursive=True)
        if child.pid not in before and not _is_resource_tracker(child)
    ]
    left = []
    for child in psutil.wait_procs(new, timeout=PATIENCE_S)[1]:
        left.append(f"process {child.pid}: {child}")
        child.kill()
    return left


def _is_resource_tracker(child: psutil.Process) -> bool:
    """Python keeps this one for the life of the test process; it is not ours."""
    try:
        return any("resource_tracker" in word for word in child.cmdline())
    except psutil.Error:
        return True
