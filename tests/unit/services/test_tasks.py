from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import QThread

from desktop_llm.services.tasks import AppFault, TaskService
from tests.values import FakeError


@pytest.fixture
def tasks(qtbot):
    service = TaskService()
    yield service
    service.shut_down()


def thread_name():
    return QThread.currentThread().objectName()


def test_a_job_runs_on_its_thread_and_its_callback_on_the_gui_thread(tasks, qtbot):
    gui, seen = QThread.currentThread(), []
    tasks.run(thread_name, lambda name: seen.append((name, QThread.currentThread() is gui)))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("TaskThread", True)]


def test_jobs_run_in_the_order_in_which_they_came(tasks, qtbot):
    seen: list[Any] = []
    for number in range(20):
        tasks.run(lambda number=number: number, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 20)
    assert seen == list(range(20))


def test_an_expected_error_reaches_its_own_callback(tasks, qtbot):
    def fail():
        raise FakeError(detail="no")

    seen: list[Any] = []
    tasks.run(fail, on_failed=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert str(seen[0]).startswith("The fake had trouble: no.")


def test_an_error_that_nobody_waits_for_is_told_by_the_service(tasks, qtbot):
    def fail():
        raise FakeError(detail="no")

    with qtbot.waitSignal(tasks.failed) as told:
        tasks.run(fail)
    assert isinstance(told.args[0], FakeError)


def test_a_bug_ends_the_job_and_reaches_the_crash_net(tasks, qtbot):
    seen: list[Any] = []
    with qtbot.captureExceptions() as exceptions:
        tasks.run(lambda: 1 // 0, on_failed=seen.append)
        qtbot.waitUntil(lambda: bool(seen))
    assert isinstance(seen[0], AppFault)
    assert exceptions[0][0] is ZeroDivisionError


def test_shutting_down_waits_for_the_job_and_drops_the_others(qtbot):
    service, running, release, ran = TaskService(), threading.Event(), threading.Event(), []

    def slow():
        running.set()
        release.wait(10)
        ran.append("slow")

    service.run(slow)
    service.run(lambda: ran.append("dropped"))
    assert running.wait(10)
    threading.Timer(0.05, release.set).start()
    service.shut_down()
    service.run(lambda: ran.append("late"))
    assert ran == ["slow"]
