"""Trainings inside the test process: this process is not to be set up as a trainer's."""

from __future__ import annotations

import pytest

from desktop_llm.training.trainer import main, samples


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "NEW_TOKENS", 4)
    monkeypatch.setattr(main, "_set_up", lambda: None)
    monkeypatch.setattr(main, "start_log", lambda *_: None)
