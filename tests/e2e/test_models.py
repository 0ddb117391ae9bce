"""Models from the hub to the library, in the real window and by the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psutil
import pytest
from huggingface_hub import scan_cache_dir

from desktop_llm.core.paths import Paths
from desktop_llm.core.settings import Settings, save_settings
from tests.e2e.command_line import Ended, command, running
from tests.fake_hub import FakeHub
from tests.fake_hub.plans import wrong_files
from tests.fake_hub.seed import SLOW

pytestmark = pytest.mark.e2e

WINDOW = "tests.e2e.models_driver"
WEIGHTS = "model.safetensors"
SPEED = 8_000_000
TINY = "demo/tiny-chat"


@pytest.fixture
def hub(seeded_hub: FakeHub, paths: Paths) -> FakeHub:
    """The hub that the settings name."""
    paths.config.mkdir(parents=True)
    save_settings(paths.settings, Settings(hub_endpoint=seeded_hub.endpoint))
    return seeded_hub


def cache() -> Path:
    return Path(os.environ["HF_HOME"]) / "hub"


def test_a_download_outlives_the_kill_of_its_window_and_the_model_can_be_loaded(
    hub: FakeHub,
) -> None:
    size = hub.repos[SLOW].file(WEIGHTS).size
    hub.bytes_per_s = SPEED
    with running(SLOW, module=WINDOW) as window:
        window.wait_for(lambda event: event.get("done", 0) > size / 4)
        children = psutil.Process(window.process.pid).children(recursive=True)
        window.process.kill()
        assert psutil.wait_procs(children, timeout=60)[1] == []
    assert wrong_files(cache(), hub.repos[SLOW]) == []
    hub.bytes_per_s = 0
    with running(SLOW, module=WINDOW) as window:
        found = window.wait_for(lambda event: event["event"] == "found")
        entry = window.wait_for(lambda event: event["event"] == "entry")
        loaded = window.wait_for(lambda event: event["event"] == "loaded")
        ended = window.end()
    assert (ended.code, found["state"], entry["verified"]) == (0, "paused", True)
    assert loaded["name"] == entry["name"]
    assert hub.bytes_sent(WEIGHTS) <= 1.1 * size
    (listed,) = command("models", "list", "--json").answer()["models"]
    assert (listed["name"], listed["verified"], listed["size"]) == (
        entry["name"],
        True,
        entry["size"],
    )
    assert_cache_is_right(hub, SLOW)


def test_a_model_is_found_fetched_checked_and_removed_by_commands(hub: FakeHub) -> None:
    found = command("models", "search", "tiny-chat", "--format", "safetensors", "--json").answer()
    assert TINY in [model["repo"] for model in found["models"]]
    shown = command("models", "show", TINY, "--json").answer()
    assert [choice["id"] for choice in shown["file_choices"]] == ["safetensors"]
    fetched = command("models", "download", TINY, "--json").answer()
    assert (fetched["repo"], fetched["commit"]) == (TINY, shown["commit"])
    assert_cache_is_right(hub, TINY)
    name = fetched["name"]
    assert verify(name).answer()["verified"] is True
    (weights,) = cache().rglob(f"snapshots/*/{WEIGHTS}")
    spoil(weights.resolve())
    damaged = verify(name)
    assert (damaged.code, json.loads(damaged.out)["verified"]) == (1, False)
    removed = command("models", "remove", name, "--yes", "--json").answer()
    assert removed["name"] == name
    assert command("models", "list", "--json").answer()["models"] == []
    assert scan_cache_dir(cache()).repos == frozenset()


def verify(name: str) -> Ended:
    return command("models", "verify", name, "--json")


def spoil(file: Path) -> None:
    """Change one byte."""
    with file.open("r+b") as opened:
        opened.seek(-1, os.SEEK_END)
        last = opened.read(1)
        opened.seek(-1, os.SEEK_END)
        opened.write(bytes([last[0] ^ 1]))


def assert_cache_is_right(hub: FakeHub, repo: str) -> None:
    """Every tool that shares the cache finds the model there, whole."""
    scanned = scan_cache_dir(cache())
    assert scanned.warnings == []
    assert [each.repo_id for each in scanned.repos] == [repo]
    assert wrong_files(cache(), hub.repos[repo]) == []
