"""The figures of the library, on few models."""

from __future__ import annotations

import os

import pytest

from desktop_llm.bench import models
from desktop_llm.bench.report import Report
from desktop_llm.core.paths import Paths


@pytest.fixture
def report() -> Report:
    return Report("models", {})


def test_every_model_that_was_made_is_listed(
    report: Report, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "LOCAL_MODELS", 3)
    monkeypatch.setenv("HF_HUB_CACHE", "/nowhere")
    with models._many_models():
        models._measure_listing(report, paths)
    assert os.environ["HF_HUB_CACHE"] == "/nowhere"
    assert report.settings["listed"] == 3
    assert [figure.unit for figure in report.figures] == ["ms", "ms"]
    assert report.figures[1].budget == models.LIST_MS


def test_hashing_is_a_speed_with_a_floor(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "HASHED_BYTES", 2_000_000)
    models._measure_hashing(report)
    (figure,) = report.figures
    assert figure.unit == "MB/s"
    assert figure.at_least
