"""The fake hub for tests, and the hub client of this process allowed to speak with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_hub import FakeHub
from tests.fake_hub.seed import seed


@pytest.fixture
def fake_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """An empty hub on this machine; this test's processes may ask it.

    The hub client reads its settings when it is imported, which is once for all tests of a process:
    those that stand in the way are set here for one test.
    """
    import huggingface_hub
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(Path(os.environ["HF_HOME"]) / "hub"))
    with FakeHub() as hub:
        yield hub
    huggingface_hub.close_session()


@pytest.fixture
def seeded_hub(fake_hub: FakeHub) -> FakeHub:
    """The fake hub with some forty repositories, as it is started by hand."""
    return seed(fake_hub)
