"""The chat page over fake services: what a person does, and what the services tell."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from desktop_llm.core.conversation import Conversation
from desktop_llm.core.generation import LoadProgress, Sampling
from desktop_llm.core.memory_fit import MemoryTight
from desktop_llm.core.memory_plan import Way, write_ways
from desktop_llm.core.text import Text
from desktop_llm.engine.errors import EngineCrashed, NotEnoughMemory
from desktop_llm.library.hub_types import ModelChoices
from desktop_llm.library.starter import FetchProgress
from desktop_llm.services.chat import LiveStats
from desktop_llm.services.inference import EngineState
from tests.gui.conftest import Desk, find
from tests.values import FakeError, a_loaded_model, a_message, a_source


def type_and_send(desk: Desk, qtbot: QtBot, text: str) -> None:
    composer = desk.window.page.composer
    qtbot.keyClicks(composer.edit, text)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)


def test_the_composer_has_the_first_focus(desk: Desk) -> None:
    assert desk.window.focusWidget() is desk.window.page.composer.edit


def test_a_message_is_sent_and_the_composer_emptied(desk: Desk, qtbot: QtBot) -> None:
    desk.load()
    type_and_send(desk, qtbot, "hello")
    assert desk.called("send") == [("hello",)]
    assert desk.window.page.composer.text == ""


def test_sending_loads_the_chosen_model_first(desk: Desk, qtbot: QtBot) -> None:
    desk.window.page.bar.pick("other")
    type_and_send(desk, qtbot, "hello")
    assert desk.inference.calls == [("load", a_source("other"), None)]
    assert desk.called("send") == [("hello",)]


def test_without_any_model_the_draft_stays_and_a_banner_tells(desk: Desk, qtbot: QtBot) -> None:
    desk.models.models = [a_source("starter")]
    desk.models.starter_missing = True
    desk.models.refresh()
    type_and_send(desk, qtbot, "hello")
    assert desk.called("send") == []
    assert desk.window.page.composer.text == "hello"
    assert desk.window.page.banner.isVisible()


def test_a_draft_that_could_not_be_saved_comes_back(desk: Desk, qtbot: QtBot) -> None:
    desk.load()
    type_and_send(desk, qtbot, "hello")
    desk.chat.failed.emit(FakeError(detail="disk full"))
    desk.chat.draft_restored.emit("hello")
    assert desk.window.page.composer.text == "hello"
    assert desk.window.page.banner.isVisible()
    qtbot.keyClicks(desk.window.page.composer.edit, " more")
    desk.chat.draft_restored.emit("again")
    assert desk.window.page.composer.text == "again\n\nhello more"


def test_a_conversation_is_opened_with_its_draft(desk: Desk) -> None:
    composer = desk.window.page.composer
    composer.set_text("for one")
    desk.chat.conversation_opened.emit(Conversation("two"), [])
    desk.chat.draft_loaded.emit("for two", {})
    assert composer.text == "for two"
    composer.edit.undo()
    assert composer.text == "for two"


def test_an_example_is_sent_by_a_click(desk: Desk, qtbot: QtBot) -> None:
    desk.load()
    button = find(desk.window, QPushButton, "example0")
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.called("send") == [(button.text(),)]


def test_an_example_leaves_what_was_typed(desk: Desk, qtbot: QtBot) -> None:
    desk.load()
    desk.window.page.composer.set_text("my own words")
    button = find(desk.window, QPushButton, "example0")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.called("send") == [(button.text(),)]
    assert desk.window.page.composer.text == "my own words"


def test_the_progress_is_that_of_the_answer_that_is_written(desk: Desk) -> None:
    desk.chat.show([a_message("user", "Q", id="q"), a_message("assistant", "A", id="a")])
    desk.chat.live_changed.emit(LiveStats(prompt_done=1, prompt_total=9))
    assert desk.window.page.messages.progress == {}
    desk.chat.message_added.emit(a_message("assistant", "", id="b", state="streaming"))
    desk.chat.live_changed.emit(LiveStats(prompt_done=2, prompt_total=9))
    assert desk.window.page.messages.progress == {"b": (2, 9)}


def test_the_welcome_page_gives_way_to_messages(desk: Desk) -> None:
    page = desk.window.page
    assert page.welcome.isVisible()
    desk.chat.message_added.emit(a_message("user", "hello"))
    assert not page.welcome.isVisible()
    desk.chat.conversation_opened.emit(Conversation("new"), [])
    assert page.welcome.isVisible()


def test_the_welcome_page_offers_the_starter_with_its_size(desk: Desk, qtbot: QtBot) -> None:
    desk.models.models = [a_source("starter")]
    desk.models.starter_missing = True
    desk.models.refresh()
    button = find(desk.window, QPushButton, "fetchStarterButton")
    assert button.isVisible()
    assert "93 MB" in desk.window.page.welcome.offer_text
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert ("fetch_starter",) in desk.models.calls
    desk.models.starter_progress.emit(FetchProgress(40_000_000, 80_000_000))
    assert desk.window.page.bar.command == "cancel_fetch"
    assert desk.window.page.bar.stage == "Downloading: 40 MB of 80 MB"
    desk.models.starter_missing = False
    desk.models.starter_ready.emit()
    assert ("load", a_source("starter"), None) in desk.inference.calls


def test_a_failed_download_can_be_tried_again(desk: Desk) -> None:
    desk.window.page.control.fetch_starter()
    desk.models.starter_failed.emit(FakeError(detail="no network"))
    assert desk.window.page.bar.command != "cancel_fetch"
    retry = find(desk.window, QPushButton, "bannerRetry")
    assert retry.isVisible()
    retry.click()
    assert desk.models.calls.count(("fetch_starter",)) == 2


def test_the_button_loads_cancels_and_ejects(desk: Desk, qtbot: QtBot) -> None:
    button = find(desk.window, QPushButton, "loadButton")
    assert button.text() == "Load"
    button.click()
    desk.inference.set_state(EngineState("loading", LoadProgress("reading", 0.5)))
    assert button.text() == "Cancel"
    assert desk.window.page.bar.stage == "Reading the model… 50 %"
    button.click()
    desk.load()
    assert button.text() == "Eject"
    button.click()
    names = [call[0] for call in desk.inference.calls]
    assert names == ["load", "cancel_load", "eject"]
    desk.window.page.bar.pick("other")
    assert button.text() == "Load"


def test_a_failed_load_is_told_in_a_banner_with_its_figures(desk: Desk) -> None:
    error = NotEnoughMemory("big", 9_000_000_000, 2_000_000_000)
    desk.inference.set_state(EngineState("failed", error=error))
    banner = desk.window.page.banner
    assert banner.isVisible()
    assert "9.0 GB" in banner.words
    assert "2.0 GB" in banner.words
    find(banner, QPushButton, "bannerCopy").click()
    assert "NotEnoughMemory" in QApplication.clipboard().text()
    desk.load()
    assert not banner.isVisible()


def tight(kind: type[NotEnoughMemory]) -> NotEnoughMemory:
    ways = (Way(900_000_000, weights="8-bit"), Way(1_100_000_000, context=2048))
    return kind("first", 2_000_000_000, 1_900_000_000, write_ways(ways))


def test_too_little_memory_is_told_with_ways_out_that_are_one_click_away(desk: Desk) -> None:
    desk.inference.chosen = model = a_source("first")
    desk.inference.set_state(EngineState("failed", error=tight(NotEnoughMemory)))
    banner = desk.window.page.banner
    offers = [find(banner, QPushButton, f"bannerOffer{number}") for number in range(2)]
    assert "8-bit" in offers[0].text()
    assert "900" in offers[0].text()
    assert "2,048 tokens" in offers[1].text()
    assert not find(banner, QPushButton, "bannerRetry").isVisible()
    offers[0].click()
    assert not banner.isVisible()
    assert ("set_choices", "first", ModelChoices(weights="8-bit")) in desk.library.calls
    assert ("load", model, None) not in desk.inference.calls
    desk.library.choices_changed.emit("first")
    assert desk.inference.calls[-1] == ("load", model, None)


def test_what_nearly_fits_can_be_loaded_anyway(desk: Desk) -> None:
    desk.inference.chosen = model = a_source("first")
    desk.inference.set_state(EngineState("failed", error=tight(MemoryTight)))
    find(desk.window.page.banner, QPushButton, "bannerOffer2").click()
    assert desk.inference.calls[-1] == ("load_anyway", model)


def test_a_model_that_rests_is_shown_as_such(desk: Desk) -> None:
    desk.inference.set_state(EngineState("idle", rested=True))
    assert "Unloaded while idle" in desk.window.page.bar.stage
    desk.load()
    assert "idle" not in desk.window.page.bar.stage


def test_an_error_that_a_message_shows_already_is_not_told_twice(desk: Desk) -> None:
    error = EngineCrashed("killed")
    desk.chat.show([a_message("user", "hi"), a_message(state="failed", error=error)])
    desk.inference.set_state(EngineState("failed", error=error))
    assert not desk.window.page.banner.isVisible()


def test_the_end_of_a_running_answer_is_told_in_the_conversation_only(desk: Desk) -> None:
    desk.chat.set_busy(True)
    desk.inference.set_state(EngineState("failed", error=EngineCrashed("killed")))
    assert not desk.window.page.banner.isVisible()


def test_escape_stops_the_answer_and_does_nothing_else(desk: Desk, qtbot: QtBot) -> None:
    edit = desk.window.page.composer.edit
    desk.chat.set_busy(True)
    qtbot.keyClicks(edit, "draft")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert desk.called("stop") == [()]
    desk.chat.set_busy(False)
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert desk.called("stop") == [()]
    assert desk.window.page.composer.text == "draft"


def test_the_status_bar_tells_why_weights_and_context_are_what_they_are(desk: Desk) -> None:
    model = a_loaded_model(
        weights_reason=Text("Kept in 8 bits."), context_reason=Text("Shortened.")
    )
    desk.inference.set_state(EngineState("ready", model=model))
    told = find(desk.window, QLabel, "statusDevice").toolTip()
    assert told.endswith("Kept in 8 bits. Shortened.")


def test_the_status_bar_tells_device_and_speed(desk: Desk) -> None:
    desk.load()
    assert "only one" in find(desk.window, QLabel, "statusDevice").toolTip()
    desk.chat.live_changed.emit(LiveStats(10, 100, 0, None, None))
    speed = find(desk.window, QLabel, "statusSpeed")
    assert speed.text() == "Reading the prompt: 10 of 100 tokens"
    desk.chat.live_changed.emit(LiveStats(100, 100, 9, 0.4, 38.25))
    assert speed.text().startswith("38.")
    desk.chat.conversation_opened.emit(Conversation("new"), [])
    assert speed.text() == ""


def test_settings_of_a_conversation_are_shown_and_changed(desk: Desk, qtbot: QtBot) -> None:
    panel = desk.window.page.panel
    desk.window.commands["togglePanel"].trigger()
    wanted = Sampling(temperature=0.2, seed=7, stop_strings=("END",))
    desk.chat.conversation_opened.emit(
        Conversation("one", system_prompt="Be brief.", sampling=wanted), []
    )
    assert panel.sampling() == wanted
    assert desk.called("set_sampling") == []
    spin = find(panel, QDoubleSpinBox, "temperatureSpin")
    with qtbot.waitSignal(panel.sampling_changed):
        spin.setValue(1.5)
    assert desk.called("set_sampling")[-1][0].temperature == 1.5
    with qtbot.waitSignal(panel.system_prompt_changed):
        find(panel, QPlainTextEdit, "systemPromptEdit").setPlainText("Be long.")
    assert desk.called("set_system_prompt") == [("Be long.",)]


def test_a_setting_can_be_reset(desk: Desk, qtbot: QtBot) -> None:
    desk.window.commands["togglePanel"].trigger()
    panel = desk.window.page.panel
    reset = find(panel, QToolButton, "temperatureReset")
    assert not reset.isVisible()
    find(panel, QDoubleSpinBox, "temperatureSpin").setValue(2)
    assert reset.isVisible()
    reset.click()
    assert panel.sampling() == Sampling()
    assert not reset.isVisible()


def test_a_change_just_before_sending_is_not_lost(desk: Desk, qtbot: QtBot) -> None:
    desk.load()
    find(desk.window.page.panel, QSpinBox, "seedSpin").setValue(5)
    type_and_send(desk, qtbot, "hello")
    names = [call[0] for call in desk.chat.calls]
    assert names.index("set_sampling") < names.index("send")


def test_the_last_answer_can_be_asked_for_again(desk: Desk) -> None:
    desk.load()
    reply = a_message("assistant")
    desk.chat.show([a_message("user", "hi"), reply])
    desk.window.commands["retry"].trigger()
    assert desk.called("retry") == [(reply.id, 1)]
