from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_llm.core.generation import DeviceKind, LoadOptions, ModelSource
from desktop_llm.core.memory_record import read_record
from desktop_llm.engine import memory_watch
from desktop_llm.engine.memory_watch import MemoryWatch, give_back, held, peak
from tests.unit.core.model_files import make_folder
from tests.values import a_device, a_loaded_model, a_result

GROWTH = 300_000_000


@pytest.fixture
def model(tmp_path: Path) -> ModelSource:
    return ModelSource("tiny", make_folder(tmp_path / "model"))


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process holds nothing before the load, and GROWTH at its peak."""
    monkeypatch.setattr(memory_watch, "held", lambda: 0)
    monkeypatch.setattr(memory_watch, "peak", lambda: GROWTH)


def watch(model: ModelSource, cache: Path, kind: DeviceKind = "cpu") -> MemoryWatch:
    loaded = a_loaded_model(model)
    device = replace(a_device(), kind=kind, dtype="float32")
    watch = MemoryWatch()
    watch.begin()
    watch.loaded(replace(loaded, device=device), LoadOptions(cache_dir=cache))
    return watch


@pytest.mark.usefixtures("grown")
def test_the_first_answer_after_a_load_is_learned_from(model: ModelSource, tmp_path: Path) -> None:
    watching = watch(model, tmp_path)
    watching.answered(a_result("1", "text"))
    watching.answered(a_result("1", "text"))
    (seen,) = read_record(tmp_path).seen
    assert (seen.name, seen.form, seen.measured) == ("tiny", "transformers|float32", GROWTH)
    assert seen.estimated > 0


@pytest.mark.usefixtures("grown")
def test_memory_of_a_graphics_card_is_not_seen(model: ModelSource, tmp_path: Path) -> None:
    watch(model, tmp_path, "cuda").answered(a_result("1", "text"))
    assert read_record(tmp_path).seen == ()


@pytest.mark.usefixtures("grown")
def test_a_model_whose_files_are_gone_teaches_nothing(model: ModelSource, tmp_path: Path) -> None:
    watching = watch(model, tmp_path)
    (model.path / "config.json").write_text(json.dumps([]))
    watching.answered(a_result("1", "text"))
    assert read_record(tmp_path).seen == ()


def test_memory_that_was_freed_goes_back_to_the_system() -> None:
    give_back()  # else the blocks take the place of what tests before have freed
    before = held()
    blocks = [bytearray(4000) for _ in range(50_000)]
    assert held() - before > 150_000_000
    del blocks
    give_back()
    assert held() - before < 100_000_000
    assert sys.platform != "linux" or peak() - before > 150_000_000


DROPPED = """
from desktop_llm.engine.memory_watch import held, own_pages
with own_pages():
    before = held()
    blocks = [b"x" * 1_000_000 for _ in range(100)]
    full = held() - before
    blocks = blocks[::2]
    print(full, held() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="how others keep freed memory is theirs")
def test_while_weights_are_read_what_is_dropped_goes_back_at_once() -> None:
    alone = (sys.executable, "-c", DROPPED)  # else it takes the place of what others have dropped
    done = subprocess.run(alone, capture_output=True, text=True, check=True, timeout=60)
    full, left = map(int, done.stdout.split())
    assert full > 90_000_000
    assert left < 70_000_000
