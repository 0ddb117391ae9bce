"""Calls of PySide6 do not lose references to None (6.12.0 did on Python 3.11, until it aborted)."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

CALLS = 2000
NOISE = 200
"""References that other threads and caches may gain or lose meanwhile."""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_calls_that_return_nothing_keep_the_references_to_none(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)
    for number in range(CALLS):
        widget.update()
        widget.resize(QSize(100 + number % 2, 100))
        widget.setToolTip("tip")
        widget.setEnabled(True)
        widget.setProperty("kind", "x")
    assert sys.getrefcount(None) > before - NOISE
