"""Real model files that say they read ten million tokens at once, or no sensible number."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import psutil
import pytest

from desktop_llm.core.generation import LoadOptions, ModelSource, Weights
from desktop_llm.core.memory_fit import estimate
from desktop_llm.core.model_folder import ModelDamaged, inspect_model_folder
from desktop_llm.engine import loading
from desktop_llm.engine.llama import engine as llama_engine
from desktop_llm.engine.llama.engine import LlamaCppEngine
from desktop_llm.engine.room import UNKNOWN_CONTEXT, find_room
from tests.unit.engine.test_transformers_engine import completion, loaded_engine, run
from tests.unit.engine.tiny_models import save_gguf, save_model, tiny_model, whole_model
from tests.unit.test_cli import answer, call
from tests.unit.test_cli import environment_as_before as environment_as_before

LONG = 10_000_000
MB, GB = 10**6, 10**9
KEYS = {"llama": "max_position_embeddings", "gpt2": "n_positions"}


def a_model(folder: Path, context: Any, kind: str = "llama") -> ModelSource:
    """A model whose configuration says `context`; "missing": nothing about it."""
    source = save_model(folder / f"{kind}-model", tiny_model(kind))
    file = source.path / "config.json"
    config = json.loads(file.read_text()) | {KEYS[kind]: context}
    if context == "missing":
        del config[KEYS[kind]]
    file.write_text(json.dumps(config))
    return source


def test_ten_million_tokens_are_limited_by_memory_and_cost_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = a_model(tmp_path, LONG)
    run(loaded_engine(save_model(tmp_path / "first"))[0], completion())  # imports and compiles
    monkeypatch.setattr(loading, "free_memory", lambda: GB)
    before = psutil.Process().memory_info().rss
    engine, facts = loaded_engine(source)
    result, _ = run(engine, completion())
    assert psutil.Process().memory_info().rss - before < 200 * MB
    assert result.completions[0].record.new_tokens
    folder = inspect_model_folder(source.path)
    assert folder.context_length == LONG
    assert estimate(folder, "float32", facts.context_length).total < GB
    assert (facts.context_length < LONG) == (facts.context_reason is not None)


@pytest.mark.parametrize("weights", ["exact", "8-bit"])
def test_the_room_for_ten_million_tokens_is_what_memory_allows(
    tmp_path: Path, weights: Weights
) -> None:
    source = a_model(tmp_path, LONG)
    folder, options = inspect_model_folder(source.path), LoadOptions(weights=weights)
    room = find_room(source, folder, "float32", {"exact": 0, "8-bit": 8}[weights], options, GB)
    assert 4096 <= room.context < 2_000_000
    assert room.needed.total < GB / 2
    assert room.reason is not None
    assert str(LONG // 1000)[:2] in str(room.reason)


def test_the_command_line_tells_of_such_a_model_without_loading_it(tmp_path: Path) -> None:
    facts = answer(call("models", "show", a_model(tmp_path, LONG).path, "--json"))
    assert re.search("10,?000,?000", json.dumps(facts))


@pytest.mark.parametrize("context", [-5, 0, 1 << 70, "missing"])
def test_a_number_that_makes_no_sense_is_taken_for_unknown(tmp_path: Path, context: Any) -> None:
    engine, facts = loaded_engine(a_model(tmp_path, context))
    assert facts.context_length == UNKNOWN_CONTEXT
    assert run(engine, completion())[0].completions[0].record.new_tokens


@pytest.mark.parametrize(
    ("kind", "context"),
    [
        ("llama", "many"),
        ("llama", 1e30),
        ("llama", float("inf")),
        ("llama", None),
        ("llama", [1]),
        ("gpt2", -5),
        ("gpt2", 0),
        ("gpt2", 1 << 70),
    ],
)
def test_what_is_no_number_or_does_not_suit_the_weights_is_told(
    tmp_path: Path, kind: str, context: Any
) -> None:
    source = a_model(tmp_path, context, kind)
    before = psutil.Process().memory_info().rss
    with pytest.raises(ModelDamaged, match=f"{kind}-model"):
        loaded_engine(source)
    assert psutil.Process().memory_info().rss - before < 200 * MB


def test_positions_without_weights_are_refused_before_there_is_room_for_them(
    tmp_path: Path,
) -> None:
    with pytest.raises(ModelDamaged, match="more positions"):
        inspect_model_folder(a_model(tmp_path, LONG, "gpt2").path)


def test_a_gguf_file_of_ten_million_tokens_gets_what_memory_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = whole_model()
    model.config.max_position_embeddings = LONG
    file = save_gguf(tmp_path / "tiny.gguf", model)
    monkeypatch.setattr(llama_engine, "free_memory", lambda: 400 * MB)
    engine = LlamaCppEngine()
    source = ModelSource("tiny", tmp_path / "none", convert_from=file)
    try:
        facts = engine.load(source, None, LoadOptions(threads=1), lambda step: None)
        assert 4096 <= facts.context_length < 200_000
        assert facts.context_reason is not None
        assert engine.generate(completion(), lambda event: None).completions[0].record.new_tokens
    finally:
        engine.unload()
