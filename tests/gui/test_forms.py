"""Prompt forms: cards, the panel in place of the composer, what is sent, what is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from desktop_llm.core.conversation import FormUse
from desktop_llm.documents.errors import FileMissing
from desktop_llm.forms.forms import forms
from desktop_llm.forms.windows import WindowReduction
from desktop_llm.services.context import ContextService
from desktop_llm.services.inference import EngineState
from desktop_llm.ui.chat.forms.cards import ICONS
from desktop_llm.ui.chat.forms.panel import FormPanel
from desktop_llm.ui.chat.forms.result import result_words
from desktop_llm.ui.chat.messages.words import note
from desktop_llm.ui.chat.page import ChatPage
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.number_field import NumberField
from tests.fake_documents import WordEngine, an_attached
from tests.fakes import FakeInferenceService
from tests.gui.conftest import Desk, find
from tests.values import a_loaded_model, a_message

CHINESE = "今天天气很好，我们去公园散步。"


class Asker:
    """A person who fills forms in."""

    def __init__(self, desk: Desk, qtbot: QtBot) -> None:
        self.desk, self.qtbot = desk, qtbot
        desk.load()

    @property
    def page(self) -> ChatPage:
        return self.desk.window.page

    @property
    def panel(self) -> FormPanel:
        return self.page.form_panel

    def open(self, form: str) -> None:
        self.desk.window.commands[f"form_{form}"].trigger()

    def enter(self, **inputs: str) -> None:
        for name, value in inputs.items():
            self.panel.fields[name].set_value(value)

    def run(self) -> None:
        find(self.panel, QPushButton, "formRun").click()

    @property
    def sent(self) -> list[tuple[Any, ...]]:
        return self.desk.called("send")

    def sent_text(self) -> str:
        return str(self.sent[-1][0])

    def sent_how(self) -> dict[str, Any]:
        how = self.sent[-1][-1]
        assert isinstance(how, dict)
        return how


@pytest.fixture
def asker(desk: Desk, qtbot: QtBot) -> Asker:
    return Asker(desk, qtbot)


@pytest.fixture
def counting(asker: Asker) -> Asker:
    """With a model of 1,000 tokens; a word is one."""
    state = EngineState("ready", model=a_loaded_model(context_length=1000))
    inference = FakeInferenceService(state)
    inference.engine = WordEngine()
    asker.page.forms._context = ContextService(inference, asker.page)  # type: ignore[arg-type]
    return asker


def test_every_form_has_a_card_a_command_and_a_picture(asker: Asker) -> None:
    assert set(ICONS) == {form.id for form in forms()}
    for form in forms():
        card = find(asker.page.welcome, QPushButton, f"formCard_{form.id}")
        assert card.accessibleName() == form.title.template
        assert card.accessibleDescription() == form.help.template
        assert card.isVisible()


def test_a_card_opens_its_form_in_place_of_the_composer(asker: Asker) -> None:
    find(asker.page.welcome, QPushButton, "formCard_translate").click()
    assert asker.panel.isVisible()
    assert not asker.page.composer.isVisible()
    assert find(asker.panel, QPlainTextEdit, "formInput_text").hasFocus()


def test_the_button_beside_the_composer_offers_all_forms(asker: Asker) -> None:
    menu = find(asker.page.composer, QToolButton, "tasksButton").menu()
    actions = [action for action in menu.actions() if isinstance(action, QAction)]
    assert [action.text() for action in actions] == [form.title.template for form in forms()]
    actions[3].trigger()
    assert asker.panel.form is forms()[3]


def test_a_filled_form_is_sent_with_its_prompt_and_what_was_entered(asker: Asker) -> None:
    asker.open("translate")
    asker.enter(to="German", text="Good morning")
    asker.run()
    assert asker.sent_text() == (
        "Translate the text below into German. Write only the translation.\n\nGood morning"
    )
    assert asker.sent_how()["form"] == FormUse("translate", {"from": "auto", "to": "German"})
    assert asker.sent_how()["steps"] is None
    assert asker.page.composer.isVisible()
    assert asker.panel.isHidden()


def test_a_language_that_is_not_offered_can_be_written(asker: Asker) -> None:
    asker.open("translate")
    box = find(asker.panel, ComboBox, "formInput_to")
    box.setEditText("Esperanto")
    asker.enter(text="Hello")
    asker.run()
    assert "into Esperanto." in asker.sent_text()
    assert not find(asker.panel, ComboBox, "formInput_from").isEditable()


def test_a_chinese_text_gets_a_chinese_prompt(asker: Asker) -> None:
    asker.open("summarise")
    asker.enter(text=CHINESE)
    assert asker.panel.fold.prompt.startswith("请概括下面的文字")
    asker.run()
    assert asker.sent_text().endswith(CHINESE)


def test_what_is_missing_is_said_at_its_field(asker: Asker) -> None:
    asker.open("question")
    asker.enter(text="It rained.")
    asker.run()
    assert asker.sent == []
    assert asker.panel.fields["question"].problem == "This is missing."
    assert asker.panel.fields["text"].problem == ""
    line = find(asker.panel, QLineEdit, "formInput_question")
    assert line.hasFocus()
    asker.qtbot.keyClicks(line, "What fell?")
    asker.qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "Question: What fell?" in asker.sent_text()


def test_the_prompt_can_be_changed_and_reset(asker: Asker) -> None:
    asker.open("summarise")
    fold = asker.panel.fold
    assert not fold.edit.isVisible()
    fold.toggle.click()
    assert fold.edit.isVisible()
    made = fold.prompt
    fold.edit.setPlainText("Say it in one word: {text}")
    asker.enter(length="long", text="tea")  # the person's words stay
    asker.run()
    assert asker.sent_text() == "Say it in one word: tea"
    asker.open("summarise")
    assert "300 words" in fold.prompt  # the inputs are remembered, an edited prompt is not
    asker.enter(length="short")
    assert fold.prompt == made


def test_a_prompt_without_the_text_is_warned_of(asker: Asker) -> None:
    asker.open("summarise")
    asker.panel.fold.toggle.click()
    asker.panel.fold.edit.setPlainText("Say something.")
    said = [label.text() for label in asker.panel.fold.findChildren(QLabel)]
    assert "Without {text} the model does not see the text." in said


def test_escape_closes_and_nothing_that_was_entered_is_lost(asker: Asker) -> None:
    asker.open("extract")
    asker.enter(what="dates", text="In May.")
    asker.qtbot.keyClick(find(asker.panel, QPlainTextEdit, "formInput_text"), Qt.Key.Key_Escape)
    assert asker.panel.isHidden()
    assert asker.page.composer.edit.hasFocus()
    asker.open("translate")
    asker.open("extract")
    assert asker.panel.inputs == {"what": "dates", "text": "In May."}
    assert asker.desk.preferences.value.forms["extract"] == {"what": "dates"}


def test_the_keys_run_the_form_and_go_through_it_in_order(asker: Asker) -> None:
    asker.open("translate")
    asker.enter(text="Hello")
    find(asker.panel, ComboBox, "formInput_from").setFocus()
    passed = []
    for _ in range(3):
        focused = QApplication.focusWidget()
        assert focused is not None
        asker.qtbot.keyClick(focused, Qt.Key.Key_Tab)
        passed.append(asker.desk.window.focusWidget().objectName())
    assert passed == ["formInput_to", "formInput_text", "formInput_textFile"]
    text = find(asker.panel, QPlainTextEdit, "formInput_text")
    text.setFocus()
    asker.qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(asker.sent) == 1


def test_the_article_s_completions_are_a_click_away(asker: Asker) -> None:
    asker.open("complete")
    find(asker.panel, QPushButton, "formExample1").click()
    assert find(asker.panel, NumberField, "formInput_length").value() == 50
    asker.run()
    assert asker.sent_text() == "Hello, how are you?"
    assert asker.sent_how()["samples"] == 5
    assert asker.sent_how()["form"] == FormUse("complete", {"length": "50", "sequences": "5"})


def test_nothing_is_sent_while_an_answer_is_written(asker: Asker) -> None:
    asker.open("sentiment")
    asker.enter(text="Fine!")
    asker.desk.chat.set_busy(True)
    assert not find(asker.panel, QPushButton, "formRun").isEnabled()
    asker.panel.run_requested.emit()
    assert asker.sent == []
    asker.desk.chat.set_busy(False)
    asker.run()
    assert len(asker.sent) == 1


def test_without_a_model_the_form_stays_open(asker: Asker) -> None:
    asker.desk.inference.set_state(EngineState("idle"))
    asker.desk.models.models = []
    asker.desk.models.refresh()
    asker.open("sentiment")
    asker.enter(text="Fine!")
    asker.run()
    assert asker.sent == []
    assert asker.panel.isVisible()
    assert asker.page.banner.isVisible()


def test_a_pasted_or_dropped_file_becomes_the_text(asker: Asker) -> None:
    asker.open("summarise")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/files/report.txt")])
    find(asker.panel, QPlainTextEdit, "formInput_text").insertFromMimeData(data)
    assert asker.desk.documents.asked[1] == [Path("/files/report.txt")]
    asker.desk.documents.deliver(an_attached("The report.", "report.txt"))
    assert asker.panel.inputs["text"] == "The report."
    asker.page.take_files([Path("/files/other.txt")])  # fell on the window
    assert asker.desk.documents.asked[2] == [Path("/files/other.txt")]
    asker.desk.documents.deliver(errors=[FileMissing("/files/other.txt")])
    assert "There is no file" in asker.page.banner.words
    assert asker.panel.inputs["text"] == "The report."


def test_several_files_are_one_text_and_what_was_typed_can_be_had_again(asker: Asker) -> None:
    asker.open("summarise")
    asker.enter(text="Typed")
    asker.page.take_files([Path("/files/a.txt"), Path("/files/b.txt")])
    asker.desk.documents.deliver(an_attached("One", "a.txt"), an_attached("Two", "b.txt"))
    text = asker.panel.inputs["text"]
    assert text.index("a.txt") < text.index("One") < text.index("b.txt") < text.index("Two")
    field = asker.panel.text_field
    assert field is not None
    field.edit.undo()
    assert asker.panel.inputs["text"] == "Typed"
    asker.page.take_files([Path("/files/long.txt")])
    asker.desk.documents.deliver(an_attached("x" * 60_000, "long.txt"))
    assert len(asker.panel.inputs["text"]) == 60_000
    find(field, QToolButton, "formInput_textRemove").click()
    assert asker.panel.inputs["text"] == "Typed"


def test_a_very_long_text_is_held_by_name_and_can_be_removed(asker: Asker) -> None:
    asker.open("summarise")
    data = QMimeData()
    data.setText("word " * 20_000)
    edit = find(asker.panel, QPlainTextEdit, "formInput_text")
    edit.insertFromMimeData(data)
    assert not edit.isVisible()
    assert len(asker.panel.inputs["text"]) == 100_000
    asker.open("translate")
    asker.open("summarise")
    assert asker.panel.text_field is not None
    assert asker.panel.text_field.name == "Pasted text"
    edit = find(asker.panel, QPlainTextEdit, "formInput_text")
    assert not edit.isVisible()
    find(asker.panel, QToolButton, "formInput_textRemove").click()
    asker.qtbot.waitUntil(edit.isVisible)
    assert asker.panel.inputs["text"] == ""


def test_a_text_that_fits_is_sent_whole(counting: Asker) -> None:
    counting.open("summarise")
    counting.enter(text="word " * 300)
    counting.run()
    counting.qtbot.waitUntil(lambda: bool(counting.sent))
    assert counting.sent_text().count("word ") == 300


@pytest.mark.parametrize("way", ["keepStart", "keepEnd"])
def test_of_a_text_that_is_too_long_a_part_can_be_taken(counting: Asker, way: str) -> None:
    counting.open("summarise")
    counting.enter(text=" ".join(f"w{n}" for n in range(3000)))
    counting.run()
    counting.qtbot.waitUntil(counting.panel.long.isVisible)
    assert counting.sent == []
    counting.run()  # nothing is chosen yet
    find(counting.panel, QRadioButton, way).click()
    counting.run()
    counting.qtbot.waitUntil(lambda: bool(counting.sent))
    words = counting.sent_text().split()
    assert ("w0" in words, "w2999" in words) == (way == "keepStart", way == "keepEnd")
    assert 500 < len(words) < 1000


def test_a_text_that_is_too_long_can_be_read_in_windows(counting: Asker) -> None:
    counting.open("extract")
    counting.enter(what="names", text=" ".join(f"w{n}" for n in range(3000)))
    counting.run()
    counting.qtbot.waitUntil(counting.panel.long.isVisible)
    find(counting.panel, QRadioButton, "readInWindows").click()
    counting.run()
    counting.qtbot.waitUntil(lambda: bool(counting.sent))
    text, (attachment,), how = counting.sent[-1]
    steps = how["steps"]
    assert isinstance(steps, WindowReduction)
    assert steps.total == steps.windows > 3
    assert "w17" not in text
    assert "names" in text
    assert (attachment.in_prompt, attachment.text.split()[17]) == (False, "w17")
    assert attachment.name == "Text (read in parts)"


# --- what was read from an answer --------------------------------------------------------------


def an_answer(form: str, content: str, **inputs: str) -> Any:
    return a_message("assistant", content, form=FormUse(form, inputs))


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (an_answer("sentiment", '{"label": "positive", "score": 0.93}'), "Positive · 0.93"),
        (an_answer("extract", '["a", "b"]', what="x"), "2 items"),
        (
            an_answer("sentiment", "I like it."),
            "The model did not answer in the form that was asked. The model did not say whether "
            "it is positive, negative or neutral.",
        ),
        (an_answer("translate", "Guten Tag"), ""),
        (an_answer("gone", "…"), ""),
        (a_message("assistant", "positive 0.9"), ""),
        (a_message("user", "positive 0.9", form=FormUse("sentiment")), ""),
    ],
)
def test_below_an_answer_stands_what_was_read_from_it(message: Any, words: str) -> None:
    assert result_words(message) == words
    assert note(message) == words


def test_an_answer_that_is_still_written_is_not_read() -> None:
    message = a_message("assistant", "posit", state="streaming", form=FormUse("sentiment"))
    assert result_words(message) == ""
