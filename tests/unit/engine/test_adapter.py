from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from desktop_llm.core.generation import (
    ChatMessage,
    Completion,
    GenerationRequest,
    LoadOptions,
    ModelSource,
    Sampling,
)
from desktop_llm.engine import loading, packed_adapter, transformers_engine
from desktop_llm.engine.adapter import _merged, put_on
from desktop_llm.engine.adapter_folder import read_adapter
from desktop_llm.engine.errors import (
    AdapterDamaged,
    AdapterDoesNotFit,
    AdapterMissing,
    AdapterUnsupported,
    PickleOnly,
)
from desktop_llm.engine.fast.compact import speed_up
from desktop_llm.engine.transformers_engine import TransformersEngine
from tests.unit.engine.tiny_models import byte_tokenizer, save_model, tiny_model

GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_new_tokens=16)
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def save_adapter(folder: Path, model: Any = None, seed: int = 1, **settings: Any) -> Path:
    """An adapter with random numbers that are large enough to change what is written."""
    chosen = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM"}
    peft = get_peft_model(model or tiny_model(), LoraConfig(**{**chosen, **settings}))
    torch.manual_seed(seed)
    for name, weight in peft.named_parameters():
        if "lora_" in name or "modules_to_save" in name:
            torch.nn.init.normal_(weight.data, std=0.3)
    peft.save_pretrained(folder)
    return folder


def loaded(source: ModelSource, adapter: Path | None = None, dtype: Any = "float32") -> Any:
    engine = TransformersEngine()
    options = LoadOptions(device="cpu", dtype=dtype, threads=1)
    return engine, engine.load(source, adapter, options, lambda _: None)


def answer(engine: TransformersEngine, tuned: bool = True) -> Completion:
    request = GenerationRequest(
        "r",
        (ChatMessage("user", "hello"),),
        sampling=GREEDY,
        use_adapter=tuned,
        top_logprobs=0,
        exact=True,
    )
    return engine.generate(request, lambda _: None).completions[0]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> ModelSource:
    return save_model(tmp_path_factory.mktemp("base") / "base")


@pytest.fixture
def same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that read the same are not joined, as they cannot be where an adapter swaps them."""
    monkeypatch.setattr(
        transformers_engine, "speed_up", lambda model, swaps: speed_up(model, swaps=True)
    )


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    return save_adapter(tmp_path / "adapter")


def change_config(folder: Path, **changes: Any) -> None:
    config = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps({**config, **changes}))


def change_weights(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file(tensors, folder / WEIGHTS)


@pytest.mark.usefixtures("same_steps")
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_without_the_adapter_the_base_answers_exactly(
    base: ModelSource, adapter: Path, dtype: str
) -> None:
    alone, _ = loaded(base, dtype=dtype)
    engine, _ = loaded(base, adapter, dtype=dtype)
    tuned = answer(engine)
    for _ in range(2):
        assert answer(engine, tuned=False).tokens == answer(alone).tokens
        assert answer(engine).tokens == tuned.tokens
    assert answer(alone).record.token_ids != tuned.record.token_ids


@pytest.mark.parametrize("kind", ["llama", "gpt2", "gemma3"])
def test_the_tuned_model_answers_as_peft_does(tmp_path: Path, kind: str) -> None:
    source = save_model(tmp_path / "base", tiny_model(kind))
    folder = save_adapter(tmp_path / "adapter", tiny_model(kind), fan_in_fan_out=kind == "gpt2")
    stock = AutoModelForCausalLM.from_pretrained(
        source.path, local_files_only=True, trust_remote_code=False
    )
    stock.load_adapter(str(folder))
    ids = byte_tokenizer().apply_chat_template(
        [{"role": "user", "content": "hello"}], add_generation_prompt=True, return_tensors="pt"
    )
    wanted = stock.generate(**ids, do_sample=False, max_new_tokens=16, pad_token_id=0)
    engine, _ = loaded(source, folder)
    found = list(answer(engine).record.token_ids)
    assert found == wanted[0, ids["input_ids"].shape[1] :].tolist()


def test_a_run_folder_stands_for_its_result(base: ModelSource, tmp_path: Path) -> None:
    save_adapter(tmp_path / "run" / "result")
    engine, facts = loaded(base, tmp_path / "run")
    assert answer(engine).record.adapter_hash
    assert facts.source.adapter == tmp_path / "run"


def test_the_model_brings_its_own_adapter(base: ModelSource, adapter: Path) -> None:
    engine, facts = loaded(replace(base, adapter=adapter))
    assert facts.source.adapter == adapter
    digest = hashlib.sha256((adapter / WEIGHTS).read_bytes()).hexdigest()
    assert answer(engine).record.adapter_hash == digest
    assert answer(engine, tuned=False).record.adapter_hash == ""


def test_scores_and_vectors_are_the_tuned_models(base: ModelSource, adapter: Path) -> None:
    engine, _ = loaded(base, adapter)
    before = engine.score("hello world"), engine.embed(["hello"])
    answer(engine, tuned=False)
    assert (engine.score("hello world"), engine.embed(["hello"])) == before
    assert before[0] != loaded(base)[0].score("hello world")


def test_without_room_for_both_weights_the_answers_are_the_same(
    base: ModelSource, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roomy, _ = loaded(base, adapter)
    monkeypatch.setattr(
        loading, "_put_on", lambda model, folder, _files, _bits, room: put_on(model, folder, 0)
    )
    tight, _ = loaded(base, adapter)
    for tuned in (True, False, True):
        wanted, found = answer(roomy, tuned).record, answer(tight, tuned).record
        assert found.token_ids == wanted.token_ids


@pytest.mark.usefixtures("same_steps")
def test_layers_that_were_trained_whole_are_used(base: ModelSource, tmp_path: Path) -> None:
    folder = save_adapter(tmp_path / "adapter", modules_to_save=["lm_head"])
    engine, _ = loaded(base, folder)
    assert answer(engine).tokens != answer(engine, tuned=False).tokens
    found, wanted = answer(engine, tuned=False), answer(loaded(base)[0])
    assert found.record.token_ids == wanted.record.token_ids


@pytest.mark.usefixtures("same_steps")
def test_a_shared_weight_keeps_its_other_use(tmp_path: Path) -> None:
    model = tiny_model(tie_word_embeddings=True)
    source = save_model(tmp_path / "base", model)
    folder = save_adapter(tmp_path / "adapter", model, target_modules=["lm_head"])
    engine, _ = loaded(source, folder)
    assert answer(engine).tokens != answer(engine, tuned=False).tokens
    found, wanted = answer(engine, tuned=False), answer(loaded(source)[0])
    assert found.record.token_ids == wanted.record.token_ids


def test_a_small_change_is_not_rounded_away_in_sixteen_bits() -> None:
    model, exact = tiny_model().bfloat16(), tiny_model().bfloat16().float()
    peft = get_peft_model(exact, LoraConfig(r=4, target_modules="all-linear"))
    layer = exact.model.layers[0].mlp.up_proj
    torch.nn.init.constant_(layer.lora_A["default"].weight, 0.01)
    torch.nn.init.constant_(layer.lora_B["default"].weight, 0.01)
    delta = layer.get_delta_weight("default").detach()
    weight = model.model.layers[0].mlp.up_proj.weight.data
    merged = _merged(layer, weight, torch.Generator().manual_seed(0))
    kept = (merged.float() - weight.float()).mean() / delta.mean()
    assert peft is not None and 0.5 < float(kept) < 1.5


@pytest.mark.parametrize(
    "changes",
    [
        {"peft_type": "IA3"},
        {"task_type": "SEQ_CLS"},
        {"bias": "all"},
        {"use_dora": True},
        {"init_lora_weights": "pissa"},
        {"layer_replication": [[0, 2]]},
        {"something_new": 1},
        {"auto_mapping": {"base_model_class": "M", "parent_library": "evil"}},
        {"alpha_pattern": {"(a+)+$": 3}},
        {"modules_to_save": ["(a+)+$"]},
        {"r": "8"},
        {"r": 0},
        {"lora_alpha": True},
    ],
)
def test_what_is_not_understood_is_refused(
    base: ModelSource, adapter: Path, changes: dict[str, Any]
) -> None:
    change_config(adapter, **changes)
    with pytest.raises(AdapterUnsupported):
        loaded(base, adapter)


def test_patterns_of_layers_are_never_run(base: ModelSource, adapter: Path) -> None:
    change_config(adapter, target_modules="(a|a)*" * 30 + "$", exclude_modules="(x+x+)+y")
    assert answer(loaded(base, adapter)[0]).record.adapter_hash


def test_an_adapter_of_another_base_is_refused_by_name(base: ModelSource, tmp_path: Path) -> None:
    folder = save_adapter(tmp_path / "adapter", tiny_model(hidden_size=64))
    change_config(folder, base_model_name_or_path="someone/bigger")
    with pytest.raises(AdapterDoesNotFit) as caught:
        loaded(base, folder)
    assert caught.value.facts["base"] == "someone/bigger"
    assert caught.value.facts["model"] == "tiny"


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors: tensors.popitem(),
        lambda tensors: tensors.update(stranger=torch.ones(1)),
        lambda tensors: tensors.clear(),
    ],
)
def test_an_adapter_with_other_tensors_is_refused(
    base: ModelSource, adapter: Path, change: Callable[[dict[str, Any]], Any]
) -> None:
    change_weights(adapter, change)
    with pytest.raises(AdapterDoesNotFit):
        loaded(base, adapter)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(
    base: ModelSource, adapter: Path, number: float
) -> None:
    change_weights(adapter, lambda tensors: next(iter(tensors.values())).view(-1)[:1].fill_(number))
    with pytest.raises(AdapterDamaged):
        loaded(base, adapter)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (CONFIG, b"{"),
        (CONFIG, b"[]"),
        (CONFIG, b'{"a":' * 100_000),
        (WEIGHTS, b""),
        (WEIGHTS, b"\xff" * 64),
    ],
)
def test_broken_files_are_told(base: ModelSource, adapter: Path, name: str, content: bytes) -> None:
    (adapter / name).write_bytes(content)
    with pytest.raises(AdapterDamaged):
        loaded(base, adapter)


def test_a_truncated_adapter_is_told(base: ModelSource, adapter: Path) -> None:
    whole = (adapter / WEIGHTS).read_bytes()
    (adapter / WEIGHTS).write_bytes(whole[:-1])
    with pytest.raises(AdapterDamaged):
        loaded(base, adapter)


def test_pickles_are_not_opened(base: ModelSource, adapter: Path) -> None:
    (adapter / WEIGHTS).rename(adapter / "adapter_model.bin")
    with pytest.raises(PickleOnly):
        read_adapter(adapter)


def test_a_folder_without_an_adapter_is_told(base: ModelSource, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(AdapterMissing):
            loaded(base, path)


def packed_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int | None) -> Any:
    """A model of 8 bits with an adapter, and the same adapter on the exact model."""
    source = save_model(tmp_path / "base", tiny_model(hidden_size=64, intermediate_size=128))
    folder = save_adapter(
        tmp_path / "adapter", tiny_model(hidden_size=64, intermediate_size=128), r=2
    )
    if room is not None:
        real: Any = packed_adapter.put_on_packed
        monkeypatch.setattr(packed_adapter, "put_on_packed", lambda *given: real(*given[:-1], room))
    engine = TransformersEngine()
    options = LoadOptions(device="cpu", dtype="float32", threads=1, weights="8-bit")
    facts = engine.load(source, folder, options, lambda _: None)
    assert facts.bits == 8
    return engine, loaded(source, folder)[0], source, options


@pytest.mark.parametrize("room", [None, 0])
def test_an_adapter_lies_on_weights_of_eight_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int | None
) -> None:
    packed, exact, source, options = packed_pair(tmp_path, monkeypatch, room)
    wanted, found = exact.score("hello world"), packed.score("hello world")
    errors = [abs(a.logprob - b.logprob) for a, b in zip(wanted, found, strict=True)]
    answer(exact, tuned=False)
    assert max(errors) < 1.0
    alone = TransformersEngine()
    alone.load(source, None, options, lambda _: None)
    base = answer(alone)
    changed = [
        abs(a.logprob - b.logprob) for a, b in zip(wanted, alone.score("hello world"), strict=True)
    ]
    assert sum(errors) < sum(changed) / 4
    for _ in range(2):
        assert answer(packed, tuned=False).record.token_ids == base.record.token_ids
        assert answer(packed).record.token_ids != base.record.token_ids


def test_weights_stay_exact_under_an_adapter_of_the_embedding(tmp_path: Path) -> None:
    source = save_model(tmp_path / "base")
    folder = save_adapter(tmp_path / "adapter", modules_to_save=["lm_head"])
    engine = TransformersEngine()
    options = LoadOptions(device="cpu", dtype="float32", threads=1, weights="8-bit")
    facts = engine.load(source, folder, options, lambda _: None)
    assert facts.bits == 0
    assert "adapter" in str(facts.weights_reason)
