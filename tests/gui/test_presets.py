"""Presets and system prompts: chosen, kept, taken elsewhere; answers side by side."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QPushButton

from desktop_llm.core.conversation import Conversation
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import Sampling
from desktop_llm.services.chat_presets import with_preset
from desktop_llm.storage.presets import Preset
from desktop_llm.ui.chat.built_in_presets import built_in, is_built_in
from desktop_llm.ui.chat.preset_files import NotAPreset, read_preset, write_preset
from desktop_llm.ui.dialogs.samples import SamplesDialog
from tests.gui.conftest import find
from tests.values import a_message

OWN = Preset("p1", "preset", "Mine", {"sampling": {"temperature": 0.11}})
PROMPT = Preset("p2", "prompt", "Pirate", {"system_prompt": "Talk like a pirate."})


def bar(desk):
    return desk.window.page.panel.presets


def act(desk, name):
    [action] = list(bar(desk).findChildren(type(desk.window.commands["undo"]), name))
    assert action.isEnabled(), name
    action.trigger()


def answer_name(desk, text):
    dialog = find(desk.window, QInputDialog, "nameDialog")
    dialog.setTextValue(text)
    dialog.accept()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_built_in_preset_can_be_used(language):
    presets = built_in(language)
    assert len({preset.id for preset in presets}) == len(presets)
    for preset in presets:
        assert with_preset(Conversation("c"), preset).preset == preset.id
        assert preset.name


def test_choosing_a_preset_uses_it(desk):
    picker = bar(desk).picker
    picker.setCurrentIndex(1)
    picker.activated.emit(1)
    [(chosen,)] = desk.called("set_preset")
    assert is_built_in(chosen)
    assert chosen.name == picker.itemText(1)


def test_settings_that_were_changed_since_are_marked(desk):
    desk.chat.presets_changed.emit([OWN])
    desk.chat.current = with_preset(desk.chat.current, OWN)
    desk.chat.show([])
    assert bar(desk).picker.currentText() == "Mine"
    desk.chat.current = replace(desk.chat.current, sampling=Sampling(temperature=1.5))
    desk.chat.show([])
    assert bar(desk).picker.currentText() == "Mine (changed)"


def test_settings_are_kept_under_a_name(desk):
    desk.chat.current = replace(desk.chat.current, sampling=Sampling(top_k=7))
    act(desk, "presetSaveNew")
    answer_name(desk, "  Seven  ")
    [(saved,)] = desk.called("save_preset")
    assert (saved.name, saved.kind, saved.body["sampling"]["top_k"]) == ("Seven", "preset", 7)


def test_an_own_preset_is_deleted_with_undo_and_a_built_in_one_stays(desk):
    desk.chat.presets_changed.emit([OWN])
    desk.chat.current = with_preset(desk.chat.current, OWN)
    desk.chat.show([])
    act(desk, "presetDelete")
    assert desk.called("delete_preset") == [(OWN,)]
    desk.chat.current = replace(desk.chat.current, preset=built_in("en")[0].id)
    desk.chat.show([])
    with pytest.raises(AssertionError):
        act(desk, "presetDelete")


def test_a_prompt_of_the_library_becomes_the_system_prompt(desk):
    desk.chat.presets_changed.emit([PROMPT])
    library = desk.window.page.panel.prompts
    library.fill()
    [action] = [a for a in library.menu().actions() if a.text() == "Pirate"]
    action.trigger()
    assert desk.called("set_system_prompt") == [("Talk like a pirate.",)]


def test_a_system_prompt_that_was_replaced_comes_back(desk, monkeypatch):
    def set_system_prompt(text):
        desk.chat.current = replace(desk.chat.current, system_prompt=text)

    monkeypatch.setattr(desk.chat, "set_system_prompt", set_system_prompt)
    set_system_prompt("My own words.")
    desk.window.page.panel.prompts.chosen.emit(PROMPT)
    assert desk.chat.current.system_prompt == "Talk like a pirate."
    find(desk.window, QPushButton, "toastAction").click()
    assert desk.chat.current.system_prompt == "My own words."
    assert desk.called("undo") == []


def test_the_system_prompt_is_kept_in_the_library(desk):
    desk.chat.current = replace(desk.chat.current, system_prompt="Be a cat.")
    desk.chat.show([])
    desk.window.page.panel.prompts.save_requested.emit()
    answer_name(desk, "Cat")
    [(saved,)] = desk.called("save_preset")
    assert (saved.kind, saved.body) == ("prompt", {"system_prompt": "Be a cat."})


def test_a_preset_goes_into_a_file_and_comes_back(tmp_path):
    path = write_preset(OWN, tmp_path / "mine.json")
    again = read_preset(path)
    assert (again.name, again.kind, again.body) == (OWN.name, OWN.kind, OWN.body)
    assert again.id != OWN.id


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "{}",
        '{"format": "desktop-llm-preset", "kind": "virus", "name": "x", "body": {}}',
        '{"format": "desktop-llm-preset", "kind": "preset", "name": "x", "body": []}',
        json.dumps(
            {
                "format": "desktop-llm-preset",
                "kind": "preset",
                "name": "x",
                "body": {"sampling": {"temperature": "hot"}},
            }
        ),
    ],
)
def test_a_file_that_is_no_preset_is_told(tmp_path, data):
    path = tmp_path / "x.json"
    path.write_text(data)
    with pytest.raises(NotAPreset):
        read_preset(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.json")
    with pytest.raises(NotAPreset):
        read_preset(tmp_path / "x.json")


def test_a_bad_file_is_told_in_the_banner(desk, qtbot, tmp_path):
    (tmp_path / "x.json").write_text("no")
    act(desk, "presetImport")
    dialog = find(desk.window, QFileDialog, "presetImportDialog")
    dialog.fileSelected.emit(str(tmp_path / "x.json"))
    qtbot.waitUntil(lambda: isinstance(desk.window.page.banner.error, ExpectedError))
    dialog.close()


def test_explanations_are_shown_on_demand(desk):
    panel = desk.window.page.panel
    panel.show()
    hidden = [label.isVisibleTo(panel) for label in panel._helps]
    panel._explain.click()
    assert not any(hidden)
    assert all(label.isVisibleTo(panel) for label in panel._helps)


def test_several_answers_at_once_are_shown_beside_each_other(desk):
    desk.load()
    desk.window.page.panel.samples.setValue(3)
    desk.window.page.send("Hello")
    [_call] = desk.called("send")
    asked = a_message("user", "Hello")
    answers = [a_message("assistant", "", state="streaming", parent_id=asked.id) for _ in range(3)]
    desk.chat.sisters = {answer.id: answers for answer in answers}
    desk.chat.messages = [asked, answers[0]]
    desk.chat.set_versions({answers[0].id: (1, 3)})
    dialog = find(desk.window, SamplesDialog, "samplesDialog")
    desk.chat.text_appended.emit(answers[1].id, "Second", False)
    done = replace(answers[1], content="Second", state="complete")
    desk.chat.message_changed.emit(done)
    assert dialog.findChildren(type(desk.window.page.messages))[1].messages[0].content == "Second"
    del desk.chat.sisters[answers[2].id], answers[2]  # never begun, since it was stopped
    desk.chat.set_versions({answers[0].id: (1, 2)})
    assert not find(dialog, QPushButton, "takeSample3").isVisible()
    find(dialog, QPushButton, "takeSample2").click()
    assert desk.called("choose_version") == [(answers[1].id,)]


def test_answers_side_by_side_close_with_their_conversation(desk):
    answers = [a_message("assistant", "One"), a_message("assistant", "Two")]
    desk.chat.sisters = {answer.id: answers for answer in answers}
    dialog = SamplesDialog(desk.chat, answers[0].id, desk.window)
    dialog.show()
    desk.chat.show([answers[1]])
    assert dialog.isVisible(), "another version of the same"
    desk.chat.sisters = {}
    desk.chat.show([])
    assert not dialog.isVisible()
