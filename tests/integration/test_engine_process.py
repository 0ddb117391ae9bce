"""The real engine process with the real starter model."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadOptions,
    ModelSource,
    Sampling,
    TextChunk,
)
from desktop_llm.core.memory_fit import estimate
from desktop_llm.core.model_folder import (
    ModelDamaged,
    ModelMissing,
    NeedsOwnCode,
    PickleOnly,
    UnknownArchitecture,
    inspect_model_folder,
)
from desktop_llm.engine.errors import ConfigurationMismatch, EngineCrashed
from desktop_llm.engine.process_engine import ProcessEngine
from tests.processes import wait_until_gone

pytestmark = pytest.mark.integration

PATIENCE_S = 120.0
GREEDY = Sampling(temperature=0.0, max_new_tokens=12)
QUESTION = (ChatMessage("user", "What is the capital of France?"),)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> LoadOptions:
    return LoadOptions(dtype="bfloat16", cache_dir=tmp_path_factory.mktemp("measured"))


@pytest.fixture(scope="module")
def model(starter_model: ModelSource, options: LoadOptions) -> ModelSource:
    """The starter model with its folder made."""
    first = ProcessEngine()
    load(first, starter_model, options)
    first.shut_down()
    return starter_model


@pytest.fixture
def engine(options: LoadOptions) -> Iterator[ProcessEngine]:
    made = ProcessEngine()
    made.start(options)
    yield made
    made.shut_down()


def load(engine: ProcessEngine, model: ModelSource, options: LoadOptions) -> None:
    engine.load(model, None, options, lambda progress: None)


def generate(engine: ProcessEngine, request: GenerationRequest) -> tuple[str, GenerationResult]:
    said: list[str] = []

    def take(event: GenerationEvent) -> None:
        if isinstance(event, TextChunk):
            said.append(event.text)

    result = engine.generate(request, take)
    return "".join(said), result


def test_a_killed_process_costs_one_error_and_the_next_answer_is_the_same(
    engine: ProcessEngine, model: ModelSource, options: LoadOptions
) -> None:
    load(engine, model, options)
    text, result = generate(engine, GenerationRequest("1", QUESTION, sampling=GREEDY))
    assert "Paris" in text
    assert result.completions[0].text == text
    pid = engine.pid
    assert pid is not None

    def kill(event: GenerationEvent) -> None:
        psutil.Process(pid).kill()

    with pytest.raises(EngineCrashed):
        engine.generate(GenerationRequest("2", QUESTION, sampling=GREEDY), kill)
    again, _ = generate(engine, GenerationRequest("3", QUESTION, sampling=GREEDY))
    assert again == text


def test_counting_and_stopping_work_while_it_writes(
    engine: ProcessEngine, model: ModelSource, options: LoadOptions
) -> None:
    load(engine, model, options)
    long = replace(GREEDY, max_new_tokens=2000)
    request = GenerationRequest("1", prompt="Once upon a time", sampling=long)
    counts: list[int] = []
    stopped_at: list[float] = []

    def take(event: GenerationEvent) -> None:
        if not counts and isinstance(event, TextChunk):
            thread = threading.Thread(target=lambda: counts.append(engine.count_tokens(QUESTION)))
            thread.start()
            thread.join(PATIENCE_S)
            stopped_at.append(time.monotonic())
            request.stop.set()

    result = engine.generate(request, take)
    assert counts[0] > 5
    assert result.completions[0].record.stop_reason == "stopped"
    assert time.monotonic() - stopped_at[0] < PATIENCE_S / 2  # 2000 tokens take longer


def test_the_estimate_covers_what_loading_and_a_long_prompt_take(
    engine: ProcessEngine, model: ModelSource, options: LoadOptions
) -> None:
    load(engine, model, options)
    engine.unload()
    assert engine.pid is not None
    process = psutil.Process(engine.pid)
    before = process.memory_info().rss
    load(engine, model, options)
    prompt = "All work and no play. " * 150
    generate(engine, GenerationRequest("1", prompt=prompt, sampling=GREEDY))
    used = process.memory_info().rss - before
    folder = inspect_model_folder(model.path)
    assert used < estimate(folder, "bfloat16", 1024).total


def test_the_process_holds_no_listening_socket_and_asks_nobody(
    engine: ProcessEngine, model: ModelSource, options: LoadOptions
) -> None:
    load(engine, model, options)
    assert psutil.Process(engine.pid).net_connections() == []


@pytest.fixture
def copy(model: ModelSource, tmp_path: Path) -> ModelSource:
    """A copy of the starter's folder, to be harmed."""
    folder = tmp_path / "copy"
    shutil.copytree(model.path, folder)
    return ModelSource("copy", folder)


def rewrite(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))


def test_each_bad_folder_is_refused_with_its_own_error_and_runs_nothing(
    engine: ProcessEngine, copy: ModelSource, options: LoadOptions
) -> None:
    folder, canary = copy.path, copy.path / "canary"
    weights = folder / "model.safetensors"

    def refused(kind: type[ExpectedError]) -> None:
        with pytest.raises(kind) as raised:
            load(engine, copy, options)
        assert type(raised.value) is kind

    original = (folder / "config.json").read_bytes()
    rewrite(folder, model_type="strange", architectures=["StrangeForCausalLM"])
    refused(UnknownArchitecture)
    (folder / "evil.py").write_text(f"open({str(canary)!r}, 'w')")
    rewrite(folder, auto_map={"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.M"})
    refused(NeedsOwnCode)
    (folder / "config.json").write_bytes(original)
    os.truncate(weights, weights.stat().st_size // 2)
    refused(ModelDamaged)
    weights.rename(folder / "pytorch_model.bin")
    refused(PickleOnly)
    shutil.rmtree(folder)
    refused(ModelMissing)
    assert not canary.exists()


def test_a_model_larger_than_its_files_is_refused_before_they_are_read(
    engine: ProcessEngine, copy: ModelSource, options: LoadOptions
) -> None:
    rewrite(copy.path, num_hidden_layers=3_000_000)
    before = time.monotonic()
    with pytest.raises(ConfigurationMismatch):
        load(engine, copy, options)
    assert time.monotonic() - before < PATIENCE_S


@pytest.mark.soak
def test_twenty_kills_at_random_moments_cost_one_error_each(
    model: ModelSource, options: LoadOptions
) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    engine = ProcessEngine()
    load(engine, model, options)
    for _ in range(20):
        killer = threading.Timer(moments.uniform(0.0, 6.0), engine.kill)
        killer.start()
        with pytest.raises(EngineCrashed):
            while True:
                generate(engine, GenerationRequest("1", QUESTION, sampling=GREEDY))
        killer.join()
        assert len(psutil.Process().children()) <= 1
    assert "Paris" in generate(engine, GenerationRequest("2", QUESTION, sampling=GREEDY))[0]
    engine.shut_down()
    assert not psutil.Process().children()


WINDOW = """
import sys, threading
from pathlib import Path
from desktop_llm.core.generation import *
from desktop_llm.engine.process_engine import ProcessEngine
engine = ProcessEngine()
engine.load(ModelSource("m", Path(sys.argv[1])), None, LoadOptions(), lambda progress: None)
print(engine.pid, flush=True)
sampling = Sampling(max_new_tokens=4000)
engine.generate(GenerationRequest("1", prompt="A", sampling=sampling), lambda event: None)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_no_engine_outlives_a_window_that_is_killed(model: ModelSource) -> None:
    window = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(model.path)], stdout=subprocess.PIPE
    )
    assert window.stdout
    engine = int(window.stdout.readline())
    os.kill(window.pid, signal.SIGKILL)
    window.wait()
    window.stdout.close()
    wait_until_gone(engine)
