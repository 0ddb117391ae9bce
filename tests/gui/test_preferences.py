"""Settings that are changed in the window reach the file and come back."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_llm.core.paths import Paths
from desktop_llm.ui.preferences import Preferences


def test_a_change_is_told_at_once_and_saved_soon(paths: Paths, qtbot: QtBot) -> None:
    preferences = Preferences(paths.settings)
    with qtbot.waitSignal(preferences.changed) as told:
        preferences.set("theme", "dark")
    assert told.args == ["theme"]
    qtbot.waitUntil(paths.settings.exists)
    assert Preferences(paths.settings).value.theme == "dark"


def test_the_same_value_again_tells_nothing(paths: Paths, qtbot: QtBot) -> None:
    preferences = Preferences(paths.settings)
    with qtbot.assertNotEmitted(preferences.changed):
        preferences.set("theme", "system")


def test_what_is_not_saved_yet_is_saved_at_the_end(paths: Paths, qapp: QApplication) -> None:
    preferences = Preferences(paths.settings)
    preferences.set("threads", 3)
    preferences.flush()
    assert Preferences(paths.settings).value.threads == 3


def test_a_value_that_the_schema_refuses_changes_nothing(paths: Paths, qapp: QApplication) -> None:
    preferences = Preferences(paths.settings)
    with pytest.raises(ValidationError):
        preferences.set("theme", "purple")
    assert preferences.value.theme == "system"


def test_reset_goes_back_to_the_default(paths: Paths, qapp: QApplication) -> None:
    preferences = Preferences(paths.settings)
    preferences.set("threads", 3)
    preferences.reset("threads")
    assert preferences.value.threads == 0
    preferences.flush()
