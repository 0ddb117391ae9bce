from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from desktop_llm.services import idle_unload
from desktop_llm.services.idle_unload import IdleUnload
from desktop_llm.services.inference import EngineState, InferenceService
from tests.fakes import FakeInferenceService
from tests.values import a_loaded_model

READY = EngineState("ready", model=a_loaded_model())


@pytest.fixture
def inference(qtbot: QtBot) -> FakeInferenceService:
    return FakeInferenceService(EngineState("idle"))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute takes a millisecond."""
    monkeypatch.setattr(idle_unload, "MINUTE_MS", 1)


def rests(inference: FakeInferenceService) -> bool:
    return ("rest",) in inference.calls


def idle(inference: FakeInferenceService, minutes: int, **how: Any) -> IdleUnload:
    return IdleUnload(cast(InferenceService, inference), lambda: minutes, parent=inference, **how)


@pytest.mark.usefixtures("at_once")
def test_a_model_that_nobody_uses_is_unloaded(
    inference: FakeInferenceService, qtbot: QtBot
) -> None:
    idle(inference, 5)
    inference.set_state(READY)
    qtbot.waitUntil(lambda: rests(inference))


@pytest.mark.usefixtures("at_once")
def test_while_others_need_it_it_stays(inference: FakeInferenceService, qtbot: QtBot) -> None:
    asked: list[bool] = []

    def in_use() -> bool:
        asked.append(True)
        return len(asked) < 4

    idle(inference, 5, in_use=in_use)
    inference.set_state(READY)
    qtbot.waitUntil(lambda: rests(inference))
    assert len(asked) == 4


def test_every_use_begins_the_time_anew(inference: FakeInferenceService) -> None:
    watch = idle(inference, 5)
    inference.set_state(READY)
    timer = watch.findChildren(QTimer)[0]
    uses: list[Callable[[], None]] = [
        lambda: inference.say("text", "1"),
        lambda: inference.finish("1"),
        lambda: inference.end_stopped("1"),
        watch.note_use,
    ]
    for use in uses:
        timer.stop()
        use()
        assert timer.isActive()
        assert timer.interval() == 5 * 60_000
    watch.shut_down()
    assert not timer.isActive()


def test_nothing_happens_where_it_is_off_or_nothing_is_loaded(
    inference: FakeInferenceService,
) -> None:
    for minutes, state in ((0, READY), (5, EngineState("idle")), (5, EngineState("loading"))):
        watch = idle(inference, minutes)
        inference.set_state(state)
        assert not watch.findChildren(QTimer)[0].isActive()
