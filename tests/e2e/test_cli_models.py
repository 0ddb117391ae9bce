"""`models download` as its own process: interrupted or killed, the same command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from desktop_llm.core.paths import Paths
from tests.fake_hub import FakeHub, FakeRepo, faults
from tests.fake_hub.plans import wrong_files
from tests.fake_hub.seed import model_files

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
WEIGHTS = "model.safetensors"


def start(hub: FakeHub) -> subprocess.Popen[str]:
    words = ("models", "download", "demo/chat", "--hub", hub.endpoint, "--json")
    return subprocess.Popen(
        [sys.executable, "-m", "desktop_llm", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def fetched(paths: Paths) -> int:
    """Bytes of the largest part."""
    parts = (paths.data / "downloads").rglob("*.part")
    return max((part.stat().st_size for part in parts), default=0)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_download_that_was_ended_goes_on_where_it_was(
    fake_hub: FakeHub, paths: Paths, number: signal.Signals
) -> None:
    repo = fake_hub.add_repo(FakeRepo("demo/chat", model_files(hidden=256, layers=4)))
    size = repo.file(WEIGHTS).size
    fake_hub.faults.on(f"*/{WEIGHTS}", faults.stall(size // 2))
    command = start(fake_hub)
    end = time.monotonic() + PATIENCE_S
    while fetched(paths) < size // 2 and command.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.02)
    workers = psutil.Process(command.pid).children(recursive=True)
    command.send_signal(number)
    _, said = command.communicate(timeout=PATIENCE_S)
    assert psutil.wait_procs(workers, timeout=PATIENCE_S)[1] == []
    if number == signal.SIGINT:
        assert command.returncode == 130
        assert "is kept" in said
    cache = Path(os.environ["HF_HOME"]) / "hub"
    assert wrong_files(cache, repo) == []
    again = start(fake_hub)
    out, said = again.communicate(timeout=PATIENCE_S)
    assert again.returncode == 0, said
    assert json.loads(out)["name"] == "demo/chat"
    assert wrong_files(cache, repo) == []
    assert fake_hub.bytes_sent(WEIGHTS) <= 1.05 * size
