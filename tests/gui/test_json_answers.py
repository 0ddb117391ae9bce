"""Answers as JSON, settings that an engine does not use, and who runs a model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QLabel, QPushButton

from desktop_llm.core.conversation import Conversation
from desktop_llm.core.generation import Capabilities, Sampling
from desktop_llm.core.json_schema import ANY_JSON, SchemaUnusable, read_schema
from desktop_llm.library.hub_types import LibraryEntry, ModelChoices
from desktop_llm.services.inference import EngineState
from desktop_llm.ui.chat.json_answers import ANY, FREE, OWN, SchemaDialog
from desktop_llm.ui.models.model_settings_dialog import ModelSettingsDialog
from tests.gui.conftest import find
from tests.values import a_loaded_model, a_source

OWN_SCHEMA = '{"type": "array"}'


def load(desk, **able):
    model = a_loaded_model(a_source("starter"), capabilities=Capabilities(**able))
    desk.inference.set_state(EngineState("ready", model=model))
    return desk.window.page.panel


def pick(panel, index):
    panel.json.picker.setCurrentIndex(index)
    panel.json.picker.activated.emit(index)


def test_the_control_is_there_only_for_engines_that_can(desk):
    assert load(desk).json.isHidden()
    assert not load(desk, json_schema=True).json.isHidden()


def test_any_json_and_free_text_are_told(desk):
    panel = load(desk, json_schema=True)
    pick(panel, ANY)
    pick(panel, FREE)
    assert desk.called("set_json_schema") == [(ANY_JSON,), ("",)]


def test_an_own_schema_is_written_in_a_dialog(desk):
    panel = load(desk, json_schema=True)
    pick(panel, OWN)
    dialog = find(desk.window, SchemaDialog, "schemaDialog")
    assert read_schema(dialog.edit.toPlainText())["type"] == "object"
    dialog.edit.setPlainText('{\n"type": oops}')
    save = find(dialog, QPushButton, "schemaDialogSave")
    assert not save.isEnabled()
    assert dialog.message
    assert dialog.edit.marked_line == 2
    dialog.edit.setPlainText(OWN_SCHEMA)
    assert (save.isEnabled(), dialog.message) == (True, "")
    save.click()
    assert desk.called("set_json_schema") == [(OWN_SCHEMA,)]
    assert panel.json.picker.currentIndex() == OWN


def test_what_is_wrong_with_a_schema_is_told_in_the_language_of_the_window(qtbot, speak):
    speak("zh_CN")
    dialog = SchemaDialog('{"type": "strin"}')
    qtbot.addWidget(dialog)
    assert dialog.message == '无法使用回答的 JSON 模式：没有类型 "strin"。'


def test_where_a_schema_is_no_json_is_told(qtbot):
    dialog = SchemaDialog('{\n  "type": }')
    qtbot.addWidget(dialog)
    assert "(line 2, column 11)" in dialog.message


def test_a_schema_that_is_given_up_changes_nothing(desk):
    panel = load(desk, json_schema=True)
    pick(panel, OWN)
    find(desk.window, SchemaDialog, "schemaDialog").reject()
    assert panel.json.picker.currentIndex() == FREE
    assert desk.called("set_json_schema") == []


def test_what_is_set_for_a_conversation_is_shown(desk):
    panel = load(desk, json_schema=True)
    for schema, index in ((ANY_JSON, ANY), (OWN_SCHEMA, OWN), ("", FREE)):
        desk.chat.conversation_opened.emit(Conversation("c", json_schema=schema), [])
        assert panel.json.picker.currentIndex() == index


def test_a_setting_without_effect_is_off_and_says_why(desk):
    panel = load(desk, samplers=frozenset({"temperature", "seed"}))
    off = panel._spins["top_k"]
    assert not off.isEnabled()
    assert "engine" in off.toolTip()
    assert panel._spins["temperature"].isEnabled()
    assert panel._spins["max_new_tokens"].isEnabled()
    assert load(desk)._spins["top_k"].isEnabled()


@pytest.mark.parametrize(
    "schema",
    [
        "[]",
        '{"type": "strin"}',
        '{"properties": []}',
        '{"anyOf": [{"items": {"type": 3}}]}',
        '{"required": "a"}',
        "[" * 100_000,
        json.dumps({"description": "x" * 200_000}),
        '{"a":' * 80 + "{}" + "}" * 80,
    ],
)
def test_plain_mistakes_in_a_schema_are_found(schema):
    with pytest.raises(SchemaUnusable):
        read_schema(schema)


def test_who_will_run_a_model_is_said_before_it_is_loaded(desk):
    assert desk.window.page.bar.picked
    assert "Transformers" in desk.window.page.bar.stage
    load(desk)
    assert desk.window.page.bar.stage == ""


@pytest.mark.parametrize("width", [960, 1600])
def test_all_of_it_can_be_read_in_a_narrow_window_too(desk, qtbot, width):
    packed = replace(a_source("file"), convert_from=Path("file.gguf"))
    desk.models.models.append(packed)
    desk.models.refresh()
    bar = desk.window.page.bar
    bar.pick("file")
    desk.window.resize(width, 700)
    desk.window.show()
    assert "without converting it" in bar.stage

    def shown():
        return [
            each.text() for each in bar.findChildren(QLabel) if each.isVisible() and each.text()
        ]

    qtbot.waitUntil(lambda: shown() == [bar.stage])


def test_counts_are_grouped_and_seeds_are_not(desk):
    desk.window.page.panel.show_settings("", Sampling(max_new_tokens=1024, seed=1024))
    longest, seed = (desk.window.page.panel._spins[name] for name in ("max_new_tokens", "seed"))
    assert longest.text().startswith(QLocale().toString(1024))
    assert longest.text()[:4] != seed.text() == "1024"


def test_engine_and_layers_are_asked_for_files_that_both_can_run(qtbot):
    packed = LibraryEntry("m", "M", "gguf", "/m.gguf", format="gguf")
    dialog = ModelSettingsDialog(packed)
    qtbot.addWidget(dialog)
    saved = []
    dialog.saved.connect(lambda name, choices: saved.append(choices))
    dialog.weights.setCurrentIndex(dialog.weights.findData("8-bit"))
    dialog.engine.setCurrentIndex(dialog.engine.findData("llama.cpp"))
    dialog.layers.setValue(0)
    find(dialog, QPushButton, "modelSettingsSave").click()
    assert saved == [ModelChoices(weights="8-bit", engine="llama.cpp", gpu_layers=0)]


def test_a_folder_has_no_choice_of_engines(qtbot):
    dialog = ModelSettingsDialog(LibraryEntry("m", "M", "folder", "/m"))
    qtbot.addWidget(dialog)
    assert dialog.engine.parent() is None
    assert dialog.weights.parent() is not None
    assert dialog.choices == ModelChoices()
