"""The real starter model, converted once and kept between runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_llm.core.generation import ModelSource
from desktop_llm.engine.conversion import ensure_converted


@pytest.fixture(scope="session")
def starter_folder(starter_model: ModelSource) -> Path:
    """The starter as a model folder, whole."""
    ensure_converted(starter_model, lambda step: None)
    return starter_model.path
