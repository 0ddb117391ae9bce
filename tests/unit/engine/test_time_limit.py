from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from desktop_llm.engine.time_limit import TimeLimitExceeded, run_limited


def never(*_: Any) -> None:
    raise AssertionError("not stuck")


def test_a_quick_function_gives_its_result() -> None:
    assert run_limited(lambda: 7, 30, never) == 7


def test_an_error_comes_out_as_it_was_raised() -> None:
    def fail() -> None:
        raise LookupError("here")

    with pytest.raises(LookupError, match="here"):
        run_limited(fail, 30, never)


def test_an_endless_loop_is_ended() -> None:
    ended = threading.Event()

    def loop() -> None:
        try:
            while True:
                pass
        finally:
            ended.set()

    with pytest.raises(TimeLimitExceeded):
        run_limited(loop, 0.05, never, grace=30)
    assert ended.wait(30)


def test_a_loop_that_catches_every_exception_is_ended_too() -> None:
    def stubborn() -> None:
        while True:
            try:
                time.perf_counter()
            except Exception:
                continue

    with pytest.raises(TimeLimitExceeded):
        run_limited(stubborn, 0.05, never, grace=30)


def test_what_cannot_be_ended_is_reported() -> None:
    release, stuck = threading.Event(), threading.Event()
    with pytest.raises(TimeLimitExceeded):
        run_limited(lambda: release.wait(60), 0.05, stuck.set, grace=0.05)
    assert stuck.is_set()
    release.set()
