"""The window comes back as it was: how it is divided, what was open, what was being written."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop_llm.ui import window_place
from tests.fakes import ScriptedEngine
from tests.gui.conftest import Desk
from tests.gui.test_app import Start, last, models, start, write

__all__ = ["models", "start"]


def test_the_chat_is_divided_as_before(desk: Desk) -> None:
    desk.window.show()
    page, commands = desk.window.page, desk.window.commands
    commands["togglePanel"].setChecked(True)
    commands["toggleList"].setChecked(False)
    kept = window_place.arrangement(page)
    assert (kept["list"], kept["panel"]) == (False, True)
    commands["togglePanel"].setChecked(False)
    commands["toggleList"].setChecked(True)
    window_place.arrange(page, commands, kept)
    assert window_place.arrangement(page)["panel"]
    assert not page.conversations.isVisible()


def test_the_division_outlives_a_change_of_the_language(desk: Desk) -> None:
    desk.window.show()
    desk.window.commands["togglePanel"].setChecked(True)
    desk.window.build()
    assert window_place.arrangement(desk.window.page)["panel"]
    assert desk.window.commands["togglePanel"].isChecked()


@pytest.mark.parametrize("wanted", [{}, {"splitter": "no"}, {"splitter": [1]}, {"panel": 3}])
def test_a_description_that_makes_no_sense_changes_nothing(desk: Desk, wanted: object) -> None:
    before = window_place.arrangement(desk.window.page)
    window_place.arrange(desk.window.page, desk.window.commands, wanted)  # type: ignore[arg-type]
    assert window_place.arrangement(desk.window.page) == before


@pytest.mark.usefixtures("models")
def test_the_open_conversation_and_its_draft_come_back(start: Start, qtbot: QtBot) -> None:
    window = start(ScriptedEngine(["Because."]))
    write(window, qtbot, "Why?")
    qtbot.waitUntil(lambda: len(window.services.chat.messages) == 2)
    qtbot.waitUntil(lambda: last(window).state == "complete")
    shown = window.services.chat.current.id
    qtbot.keyClicks(window.page.composer.edit, "And then")
    window.close()

    again = start(ScriptedEngine())
    qtbot.waitUntil(lambda: again.services.chat.current.id == shown)
    qtbot.waitUntil(lambda: again.page.composer.text == "And then")
    assert last(again).content == "Because."
    again.commands["newChat"].trigger()
    qtbot.waitUntil(lambda: again.page.composer.text == "")
    again.close()
    third = start(ScriptedEngine())
    assert third.services.chat.messages == []
