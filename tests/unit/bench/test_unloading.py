"""What is measured of an engine that gives its memory back, and of one that does not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_llm.bench import unloading
from desktop_llm.bench.report import Report
from desktop_llm.bench.unloading import measure_unloading
from desktop_llm.core.generation import LoadedModel, LoadOptions, LoadProgress, ModelSource
from tests.fakes import ScriptedEngine
from tests.values import a_source

MODEL_MB = 120


class Heavy(ScriptedEngine):
    """Takes this process's memory."""

    pid = os.getpid()

    def __init__(self, keeps: bool) -> None:
        super().__init__()
        self._keeps = keeps
        self._memory: list[bytes] = []

    def load(
        self,
        model: ModelSource,
        adapter: Path | None,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> LoadedModel:
        self._memory.append(b"\1" * (MODEL_MB * unloading.MEGABYTE))
        return super().load(model, adapter, options, on_progress)

    def unload(self) -> None:
        super().unload()
        if not self._keeps:
            self._memory.clear()


@pytest.mark.parametrize("keeps", [False, True])
def test_the_time_and_what_is_kept_are_measured(
    monkeypatch: pytest.MonkeyPatch, keeps: bool
) -> None:
    monkeypatch.setattr(unloading, "WITHIN_S", 0.1)
    monkeypatch.setattr(unloading, "KEPT_MB", MODEL_MB / 2)
    report = Report("speed", {})
    engine = Heavy(keeps)
    measure_unloading(report, engine, a_source(), LoadOptions(), 2)
    figures = {figure.name: figure for figure in report.figures}
    assert figures["memory kept after unloading"].within is not keeps
    assert figures["memory with the model"].median > MODEL_MB * 0.8
    assert figures["unloading"].median > 0.1 or not keeps
    assert [call for call in engine.calls if call != "generate"] == ["load fake", "unload"] * 2
