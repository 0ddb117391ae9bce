"""The probe sees what a person would feel."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from desktop_llm.bench.gap_probe import GapProbe


def test_a_blocked_event_loop_is_seen_as_one_long_gap(qtbot: QtBot) -> None:
    probe = GapProbe()
    probe.start()
    qtbot.waitUntil(lambda: len(probe.gaps_ms) > 3)
    QTimer.singleShot(0, lambda: time.sleep(0.2))  # a slow slot
    qtbot.waitUntil(lambda: max(probe.gaps_ms) >= 190)
    probe.stop()


def test_starting_again_forgets_what_was_before(qtbot: QtBot) -> None:
    probe = GapProbe()
    probe.start()
    qtbot.waitUntil(lambda: len(probe.gaps_ms) > 3)
    probe.stop()
    probe.start()
    assert probe.stop() == []
