"""Measurements in a process that says what the test lets it say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop_llm.core.paths import Paths
from desktop_llm.core.speed import SpeedWish
from desktop_llm.core.wire import to_plain
from desktop_llm.services.errors import MeasurementFailed
from desktop_llm.services.speed import SpeedService
from desktop_llm.services.speed_history import NAME, SpeedHistory
from tests.fake_speed import a_speed_result

WAIT_MS = 20_000


class FakeChild:
    """The measuring process."""

    def __init__(
        self,
        command: Sequence[str],
        on_message: Callable[[dict[str, Any]], None],
        on_end: Callable[[str], None],
    ) -> None:
        self.command, self.say, self.end = list(command), on_message, on_end
        self.closed = False

    def start(self) -> None:
        pass

    def close(self, grace_s: float = 1.0) -> None:
        self.closed = True


@pytest.fixture
def children() -> list[FakeChild]:
    return []


@pytest.fixture
def speed(paths: Paths, children: list[FakeChild], qtbot: QtBot) -> Iterator[SpeedService]:
    def start(*given: Any) -> FakeChild:
        children.append(FakeChild(*given))
        return children[-1]

    service = SpeedService(paths, start)
    yield service
    service.shut_down()


def test_models_are_measured_one_after_another_and_kept(
    speed: SpeedService, children: list[FakeChild], qtbot: QtBot
) -> None:
    speed.measure([SpeedWish("one"), SpeedWish("two")])
    assert speed.state.waiting == 1
    assert "--model=one" in children[0].command
    children[0].say(
        {"step": {"stage": "loading", "engine": "ours exact", "prompt_tokens": 0, "fraction": 0.5}}
    )
    children[0].say({"bench": "speed"} | to_plain(a_speed_result("", 0.0)))
    with qtbot.waitSignal(speed.finished, timeout=WAIT_MS) as told:
        children[0].end("exit code 0")
    assert told.args is not None
    assert told.args[0].id
    assert "--model=two" in children[1].command
    qtbot.waitUntil(lambda: len(speed.history) == 1, timeout=WAIT_MS)


def test_a_process_that_ends_without_figures_is_told_and_nothing_waits(
    speed: SpeedService, children: list[FakeChild], qtbot: QtBot
) -> None:
    speed.measure([SpeedWish("one"), SpeedWish("two")])
    children[0].say({"rows": "nonsense"})
    with qtbot.waitSignal(speed.failed, timeout=WAIT_MS) as told:
        children[0].end("SIGKILL")
    assert told.args is not None
    assert isinstance(told.args[0], MeasurementFailed)
    assert told.args[0].facts["fault"] == "SIGKILL"
    assert speed.state.wish is None
    assert len(children) == 1


def test_an_error_that_only_that_process_knows_is_told_in_its_words(
    speed: SpeedService, children: list[FakeChild], qtbot: QtBot
) -> None:
    speed.measure([SpeedWish("one")])
    children[0].say({"error": {"type": "NoSuchError", "facts": {}}, "words": "No engine."})
    with qtbot.waitSignal(speed.failed, timeout=WAIT_MS) as told:
        children[0].end("exit code 1")
    assert told.args is not None
    assert told.args[0].facts["fault"] == "No engine."


def test_what_was_stopped_says_nothing_any_more(
    speed: SpeedService, children: list[FakeChild], qtbot: QtBot
) -> None:
    speed.measure([SpeedWish("one"), SpeedWish("two")])
    speed.stop()
    with qtbot.assertNotEmitted(speed.failed):
        children[0].end("SIGKILL")
        qtbot.waitUntil(lambda: children[0].closed, timeout=WAIT_MS)
    assert speed.state.wish is None
    speed.measure([SpeedWish("three")])
    assert "--model=three" in children[1].command


def test_a_deleted_measurement_can_be_brought_back(
    speed: SpeedService, paths: Paths, qtbot: QtBot
) -> None:
    history = SpeedHistory(paths.data)
    history.add(a_speed_result("old", 1.0))
    history.add(a_speed_result("new", 2.0))
    speed.refresh()
    qtbot.waitUntil(lambda: [each.id for each in speed.history] == ["new", "old"], timeout=WAIT_MS)
    speed.delete("old")
    qtbot.waitUntil(lambda: [each.id for each in speed.history] == ["new"], timeout=WAIT_MS)
    speed.undo_delete()
    qtbot.waitUntil(lambda: [each.id for each in speed.history] == ["new", "old"], timeout=WAIT_MS)


def test_a_line_that_cannot_be_read_is_passed_over_and_kept(paths: Paths) -> None:
    file = paths.data / NAME
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"from": "the future"}\nnot json\n')
    history = SpeedHistory(paths.data)
    assert [each.id for each in history.add(a_speed_result("one"))] == ["one"]
    assert history.remove("one") == []
    assert file.read_text().startswith('{"from": "the future"}\n')


def test_a_measurement_is_exported_as_json(
    speed: SpeedService, tmp_path: Path, qtbot: QtBot
) -> None:
    target = tmp_path / "figures.json"
    speed.export(a_speed_result(), target)
    qtbot.waitUntil(target.exists, timeout=WAIT_MS)
    with qtbot.waitSignal(speed.failed, timeout=WAIT_MS):
        speed.export(a_speed_result(), target / "below" / "a file")
