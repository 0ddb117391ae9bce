from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.training.job import PresetName, TaskName, TrainingSettings
from desktop_llm.training.presets import FIELDS, PRESETS, learning_rate, preset, shorten_warmup
from desktop_llm.training.presets import steps as steps_of
from desktop_llm.training.task_facts import TASKS

PRESET_NAMES: tuple[PresetName, ...] = get_args(PresetName)
TASK_NAMES: tuple[TaskName, ...] = get_args(TaskName)
FIELD = {field.name: field for field in FIELDS}

presets = st.sampled_from(PRESET_NAMES)
tasks = st.sampled_from(TASK_NAMES)
row_counts = st.integers(0, 2_000_000)


@given(presets, tasks, row_counts)
def test_every_preset_stays_within_the_range_of_every_field(name, task, rows):
    settings, _ = preset(name, task, rows)
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        assert FIELD[field.name].allows(value), f"{field.name} = {value}"


@given(presets, tasks, row_counts)
def test_the_warm_up_is_never_more_than_half_of_the_run(name, task, rows):
    settings, _ = preset(name, task, rows)
    assert settings.warmup_steps <= max(steps_of(settings, rows) / 2, 1)


@given(tasks, row_counts)
def test_quick_is_shorter_and_thorough_is_longer_and_more_careful(task, rows):
    quick, balanced, thorough = (
        preset(n, task, rows)[0] for n in ("quick", "balanced", "thorough")
    )
    assert quick.epochs < balanced.epochs < thorough.epochs
    assert thorough.learning_rate < balanced.learning_rate


@pytest.mark.parametrize("rows", [82, 91])
def test_a_hundred_conversations_are_read_six_times(rows):
    settings, notes = preset("balanced", "sft", rows)
    assert (settings.method, settings.epochs, settings.batch_size) == ("lora", 6.0, 8)
    assert (settings.lora_rank, settings.lora_alpha, settings.learning_rate) == (16, 32, 1e-3)
    assert settings.early_stopping == 3
    assert 55 <= steps_of(settings, rows) <= 75
    assert notes == ()


def test_much_data_is_read_less_often():
    epochs = [preset("balanced", "sft", rows)[0].epochs for rows in (10, 100, 1_000, 5_000, 50_000)]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[-1] == 1


def test_a_classifier_is_trained_whole():
    settings, _ = preset("balanced", "classify", 5_000)
    assert (settings.method, settings.learning_rate) == ("full", 5e-5)
    assert learning_rate("classify", "lora") == 5e-4


def test_the_article_has_its_numbers():
    settings, notes = preset("article", "classify", 25_000)
    assert (settings.epochs, settings.batch_size, settings.eval_batch_size) == (3, 16, 64)
    assert (settings.warmup_steps, settings.weight_decay) == (500, 0.01)
    assert (settings.learning_rate, settings.scheduler) == (5e-5, "linear")
    assert settings.method == "full"
    assert notes == ()


def test_the_warm_up_of_the_article_is_shortened_for_short_runs_and_said():
    settings, notes = preset("article", "classify", 1_000)
    assert steps_of(settings, 1_000) == 189
    assert settings.warmup_steps == 19
    (note,) = notes
    assert (note.facts["warmup"], note.facts["wanted"], note.facts["steps"]) == (19, 500, 189)


def test_a_warm_up_is_shortened_once():
    settings, _ = shorten_warmup(TrainingSettings(warmup_steps=50), 60)
    assert shorten_warmup(settings, 60) == (settings, ())


def test_a_limit_of_steps_counts():
    assert steps_of(TrainingSettings(epochs=3, batch_size=8, max_steps=10), 1_000) == 10


def test_there_is_a_field_for_every_setting_and_only_once():
    names = [field.name for field in dataclasses.fields(TrainingSettings)]
    assert sorted(FIELD) == sorted(names)
    assert len(FIELDS) == len(names)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_is_explained_and_knows_its_range(field):
    assert str(field.title)
    assert len(str(field.help)) > 40
    if field.minimum is not None:
        assert field.minimum < field.maximum
        assert field.step > 0
        assert not field.allows(field.maximum + 1)
        assert not field.allows(field.minimum - 1)
        assert not field.allows(math.nan)
        assert not field.allows("many")


def test_a_whole_number_has_no_fraction_and_a_choice_is_one_of_those_given():
    assert not FIELD["batch_size"].allows(1.5)
    assert FIELD["epochs"].allows(1.5)
    assert not FIELD["scheduler"].allows("zigzag")
    assert FIELD["sample_prompts"].allows(("Who are you?",))
    assert not FIELD["sample_prompts"].allows("Who are you?")


def test_the_choices_are_those_of_the_recipe():
    kinds = {"method": 2, "scheduler": 3, "device": 4, "dtype": 3}
    assert {name: len(FIELD[name].choices) for name in kinds} == kinds


def test_presets_can_be_chosen_by_name():
    assert [facts.name for facts in PRESETS] == ["quick", "balanced", "thorough", "article"]


def test_a_mapping_is_whole_with_one_set_of_roles():
    sft = TASKS["sft"]
    assert sft.is_whole({"messages"})
    assert sft.is_whole({"prompt", "completion", "system"})
    assert not sft.is_whole({"prompt"})
    assert not TASKS["classify"].is_whole({"text"})


def test_the_roles_of_every_set_are_described_and_required():
    for facts in TASKS.values():
        needed = {role for roles in facts.role_sets for role in roles}
        assert needed == {role.name for role in facts.roles if role.required}


def test_the_window_can_have_presets_and_facts_without_torch():
    code = (
        "import sys, desktop_llm.training.presets, desktop_llm.training.task_facts\n"
        "heavy = {'torch', 'transformers', 'numpy', 'pyarrow', 'peft'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
