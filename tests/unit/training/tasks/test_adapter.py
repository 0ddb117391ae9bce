from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from desktop_llm.core.generation import DeviceChoice
from desktop_llm.core.text import Text
from desktop_llm.training.job import DataSpec, TrainingJob, TrainingSettings
from desktop_llm.training.tasks.adapter import add_adapter
from desktop_llm.training.tasks.task import get_task
from tests.unit.engine.tiny_models import tiny_model
from tests.unit.training.tasks.tiny_encoder import save_encoder

SETTINGS = TrainingSettings(lora_rank=4, lora_alpha=8)
CPU = DeviceChoice("cpu", "Fake", "float32", Text("Because."))


def trained(model: Any) -> set[str]:
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


def classifier(folder: Path, kind: str) -> Any:
    job = TrainingJob("classify", save_encoder(folder, kind), DataSpec(()), SETTINGS)
    return get_task("classify").load_base(job, CPU, ("bad", "good"))[0]


@pytest.mark.parametrize("kind", ["llama", "qwen2", "gpt2"])
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.filterwarnings("ignore:fan_in_fan_out")
def test_a_writing_model_gets_an_adapter_on_every_layer_but_its_head(kind: str, tied: bool) -> None:
    model = add_adapter(tiny_model(kind, tie_word_embeddings=tied), SETTINGS, "sft")
    names = trained(model)
    assert names
    assert all("lora_" in name for name in names)
    assert not any("lm_head" in name or "embed" in name or "wte" in name for name in names)
    assert model.peft_config["default"].task_type == "CAUSAL_LM"


@pytest.mark.parametrize(
    ("kind", "heads"),
    [
        ("bert", {"classifier", "pooler"}),
        ("distilbert", {"classifier", "pre_classifier"}),
        ("roberta", {"classifier"}),
    ],
)
def test_what_is_new_in_a_classifier_is_trained_whole(
    kind: str, heads: set[str], tmp_path: Path
) -> None:
    model = add_adapter(classifier(tmp_path / kind, kind), SETTINGS, "classify")
    names = trained(model)
    assert any("lora_" in name for name in names)
    whole = [name for name in names if "lora_" not in name]
    assert {name.split(".modules_to_save.")[0].split(".")[-1] for name in whole} == heads
    assert not any("lora_" in name and head in name for name in names for head in heads)


@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta"])
def test_a_classifiers_adapter_brings_its_head_along(kind: str, tmp_path: Path) -> None:
    model = add_adapter(classifier(tmp_path / "base", kind), SETTINGS, "classify")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name in trained(model):
                weight.add_(0.1)
    model.eval().save_pretrained(tmp_path / "adapter")
    other = TrainingSettings(seed=7)
    job = TrainingJob("classify", save_encoder(tmp_path / "base", kind), DataSpec(()), other)
    base, _ = get_task("classify").load_base(job, CPU, ("bad", "good"))
    loaded = PeftModel.from_pretrained(
        base, tmp_path / "adapter", local_files_only=True, trust_remote_code=False
    ).eval()
    ids = torch.tensor([[2, 5, 6, 3]])
    assert torch.allclose(loaded(ids).logits, model(ids).logits, atol=1e-6)


def test_a_fresh_adapter_changes_nothing() -> None:
    ids = torch.tensor([[5, 6, 7]])
    before = tiny_model()(ids).logits
    assert torch.equal(add_adapter(tiny_model(), SETTINGS, "sft")(ids).logits, before)


def test_the_adapter_depends_on_the_seed_alone() -> None:
    def first(seed: int) -> torch.Tensor:
        settings = TrainingSettings(seed=seed)
        model = add_adapter(tiny_model(), settings, "pretrain")
        weights: dict[str, torch.Tensor] = dict(model.named_parameters())
        return next(weight for name, weight in weights.items() if "lora_A" in name)

    one, same, other = first(1), first(1), first(2)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_adding_an_adapter_does_not_disturb_the_random_numbers_of_others() -> None:
    model = tiny_model()
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    add_adapter(model, SETTINGS, "sft")
    assert torch.equal(torch.rand(1), expected)
