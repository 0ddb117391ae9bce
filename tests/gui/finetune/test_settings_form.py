"""All settings of a training run: each can be changed and reset."""

from __future__ import annotations

from dataclasses import fields, replace

from PySide6.QtWidgets import QAbstractButton, QComboBox, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_llm.training.job import TrainingSettings
from desktop_llm.training.setting_fields import FIELDS
from desktop_llm.ui.finetune.settings_form import ShortDecimal, TrainingSettingsForm
from tests.gui.conftest import find


def form(qtbot: QtBot, settings: TrainingSettings | None = None) -> TrainingSettingsForm:
    made = TrainingSettingsForm()
    qtbot.addWidget(made)
    made.show_settings(settings or TrainingSettings(), TrainingSettings())
    return made


def test_every_setting_can_be_changed_in_the_window(qtbot: QtBot) -> None:
    made = form(qtbot)
    for field in fields(TrainingSettings):
        if field.name != "method":  # beside the presets
            assert made.findChild(QWidget, f"setting_{field.name}"), field.name


def test_showing_settings_changes_none_of_them(qtbot: QtBot) -> None:
    settings = replace(
        TrainingSettings(),
        learning_rate=3.5e-7,
        epochs=0.3,
        warmup_steps=500,
        scheduler="constant",
        sample_prompts=("Who are you?", "你是谁?"),
    )
    made = TrainingSettingsForm()
    qtbot.addWidget(made)
    with qtbot.assertNotEmitted(made.changed):
        made.show_settings(settings, settings)
    edit = find(made, QPlainTextEdit, "setting_sample_prompts")
    with qtbot.waitSignal(made.changed) as signal:
        edit.appendPlainText("And now?")
    assert signal.args == [replace(settings, sample_prompts=(*settings.sample_prompts, "And now?"))]


def test_a_reset_is_offered_for_what_differs_and_goes_back(qtbot: QtBot) -> None:
    made = form(qtbot, TrainingSettings(scheduler="linear"))
    enabled = [
        field.name
        for field in FIELDS
        if field.name != "method" and find(made, QAbstractButton, f"reset_{field.name}").isEnabled()
    ]
    assert enabled == ["scheduler"]
    with qtbot.waitSignal(made.changed) as signal:
        find(made, QAbstractButton, "reset_scheduler").click()
    assert signal.args == [TrainingSettings()]
    assert find(made, QComboBox, "setting_scheduler").currentData() == "cosine"


def test_rates_are_shown_without_needless_zeros(qtbot: QtBot) -> None:
    made = form(qtbot)
    spin = find(made, ShortDecimal, "setting_learning_rate")
    assert spin.text() == "0.0002"
    spin.setValue(0.0)
    assert spin.value() == spin.minimum()


def test_the_adapters_settings_are_closed_where_there_is_none(qtbot: QtBot) -> None:
    made = form(qtbot, TrainingSettings(method="full"))
    assert not find(made, QWidget, "setting_lora_rank").isEnabled()
    assert find(made, QWidget, "setting_epochs").isEnabled()


def test_values_outside_their_range_cannot_be_entered(qtbot: QtBot) -> None:
    made = form(qtbot)
    for field in FIELDS:
        editor = made.findChild(QWidget, f"setting_{field.name}")
        if editor is not None and field.maximum is not None and field.minimum is not None:
            editor.setProperty("value", field.maximum * 2 + 1)
            assert field.allows(editor.property("value"))
