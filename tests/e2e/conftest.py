"""A data folder with the real starter model in it, for the app as a process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop_llm.core.generation import LoadOptions, ModelSource
from desktop_llm.engine.process_engine import ProcessEngine


@pytest.fixture(scope="session")
def converted_starter(starter_model: ModelSource) -> ModelSource:
    """The starter, converted in an engine process as the app does it."""
    engine = ProcessEngine()
    try:
        engine.load(starter_model, None, LoadOptions(device="cpu", dtype="float32"), lambda p: None)
    finally:
        engine.shut_down()
    return starter_model


@pytest.fixture
def ready_folder(tmp_path: Path, converted_starter: ModelSource) -> Path:
    """A new data folder that has the starter already."""
    models = tmp_path / "data" / "models"
    models.mkdir(parents=True)
    assert converted_starter.convert_from is not None
    for path in (converted_starter.path, converted_starter.convert_from):
        (models / path.name).symlink_to(path)
    return tmp_path / "data"


@pytest.fixture
def app_environment(ready_folder: Path) -> dict[str, str]:
    """The environment in which the app is started."""
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DESKTOP_LLM_DATA_DIR": str(ready_folder)}
