"""Files in the composer: chips, pasting, dropping, and the choice when they are too long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QRadioButton, QToolButton
from pytestqt.qtbot import QtBot

from desktop_llm.core.text import Text
from desktop_llm.documents.errors import FileMissing
from desktop_llm.engine.errors import NoModelLoaded
from desktop_llm.forms.windows import WindowReduction
from desktop_llm.services.context import ContextService
from desktop_llm.services.inference import EngineState
from desktop_llm.ui.chat.attachment_chips import AttachmentChip
from desktop_llm.ui.chat.attachments import Attachments
from desktop_llm.ui.chat.long_text_panel import LongTextPanel
from desktop_llm.ui.dialogs.attachment_text import AttachmentDialog
from desktop_llm.ui.widgets.number_field import NumberField
from tests.fake_documents import WordEngine, an_attached
from tests.fakes import FakeInferenceService
from tests.gui.conftest import Desk, find
from tests.values import a_conversation, a_loaded_model

FILE = Path("/files/a.txt")


class Writer:
    """The composer of a window, and a person who attaches things."""

    def __init__(self, desk: Desk, qtbot: QtBot) -> None:
        self.desk, self.qtbot = desk, qtbot
        self.page = desk.window.page
        self.composer = self.page.composer

    @property
    def part(self) -> Attachments:
        return self.page.attachments

    @property
    def chips(self) -> list[AttachmentChip]:
        return self.part.strip.chips

    @property
    def panel(self) -> LongTextPanel:
        return self.part.fit.panel

    def attach(self, *words: int) -> None:
        self.part.add_files([FILE])
        self.desk.documents.deliver(
            *(an_attached("word " * count, f"{count}.txt") for count in words)
        )

    def paste(self, data: QMimeData) -> None:
        self.composer.edit.insertFromMimeData(data)

    def type_and_send(self, text: str = "What is it?") -> None:
        self.composer.set_text(text)
        self.composer.button.click()

    def facts(self) -> list[str]:
        return [chip.facts.text() for chip in self.chips]

    @property
    def sent(self) -> list[tuple[Any, ...]]:
        return self.desk.called("send")


@pytest.fixture
def writer(desk: Desk, qtbot: QtBot) -> Writer:
    desk.load()
    return Writer(desk, qtbot)


@pytest.fixture
def counting(writer: Writer) -> Writer:
    """With a model of 1,000 tokens; a word is one."""
    inference = FakeInferenceService(
        EngineState("ready", model=a_loaded_model(context_length=1000))
    )
    inference.engine = WordEngine()
    writer.part.fit._context = ContextService(inference, writer.part)  # type: ignore[arg-type]
    return writer


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def text(length: int) -> QMimeData:
    data = QMimeData()
    data.setText("x" * length)
    return data


def test_files_become_chips_and_go_with_the_message(writer: Writer) -> None:
    writer.attach(3, 4)
    assert [chip.name.text() for chip in writer.chips] == ["3.txt", "4.txt"]
    attachments = tuple(chip.attachment for chip in writer.chips)
    writer.type_and_send()
    assert writer.sent == [("What is it?", attachments)]
    assert writer.chips == []
    assert writer.composer.text == ""


def test_files_can_be_sent_without_a_word(writer: Writer) -> None:
    assert not writer.composer.button.isEnabled()
    writer.attach(3)
    writer.composer.button.click()
    assert [call[0] for call in writer.sent] == [""]


def test_nothing_is_sent_while_files_are_read(writer: Writer) -> None:
    writer.part.add_files([FILE])
    assert find(writer.composer, QPushButton, "cancelReading").isVisible()
    writer.type_and_send()
    assert writer.sent == []
    writer.desk.documents.deliver(an_attached())
    writer.composer.button.click()
    assert len(writer.sent) == 1


def test_reading_can_be_cancelled(writer: Writer) -> None:
    writer.part.add_files([FILE])
    find(writer.composer, QPushButton, "cancelReading").click()
    assert writer.desk.documents.cancelled == [1]
    writer.desk.documents.deliver(an_attached())
    assert writer.chips == []
    writer.type_and_send()
    assert writer.sent == [("What is it?",)]


def test_a_file_that_cannot_be_read_is_told_and_the_others_stay(writer: Writer) -> None:
    writer.part.add_files([FILE, FILE])
    writer.desk.documents.deliver(an_attached(), errors=[FileMissing(FILE)])
    assert len(writer.chips) == 1
    assert isinstance(writer.page.banner.error, FileMissing)


def test_a_chip_is_taken_off_by_its_button(writer: Writer) -> None:
    writer.attach(3, 4)
    find(writer.chips[0], QToolButton, "removeAttachment").click()
    assert [chip.name.text() for chip in writer.chips] == ["4.txt"]
    find(writer.chips[0], QToolButton, "removeAttachment").click()
    assert not writer.part.strip.isVisible()
    assert not writer.composer.button.isEnabled()


def test_a_click_on_a_chip_shows_the_text_and_its_tooltip_the_notes(writer: Writer) -> None:
    writer.part.add_files([FILE])
    writer.desk.documents.deliver(an_attached("the text", "a.txt", Text("3 rows")))
    assert "3 rows" in writer.chips[0].name.toolTip()
    writer.chips[0].name.click()
    dialog = find(writer.desk.window, AttachmentDialog, "attachmentDialog")
    assert find(dialog, QPlainTextEdit, "attachmentText").toPlainText() == "the text"
    dialog.reject()


def test_chips_are_reached_with_the_keyboard(writer: Writer) -> None:
    writer.attach(3)
    writer.attach(4)
    writer.qtbot.waitUntil(lambda: all(chip.isVisible() for chip in writer.chips))
    names = []
    writer.composer.edit.setFocus()
    for _ in range(4):
        focused = QApplication.focusWidget()
        assert focused
        writer.qtbot.keyClick(focused, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
        now = QApplication.focusWidget()
        names.append(now.accessibleName() if now else "")
    assert names == ["Remove 4.txt", "4.txt", "Remove 3.txt", "3.txt"]


def test_a_hostile_name_is_shown_as_it_is(writer: Writer) -> None:
    writer.part.add_files([FILE])
    writer.desk.documents.deliver(an_attached(name="<b>x</b>&\u202egpj.exe"))
    assert writer.chips[0].name.accessibleName() == "<b>x</b>&⟨U+202E⟩gpj.exe"


def test_each_conversation_keeps_its_own_files(writer: Writer) -> None:
    chat = writer.desk.chat
    first = chat.current
    writer.attach(3)
    chat.current = a_conversation()
    chat.conversation_opened.emit(chat.current, [])
    assert writer.chips == []
    writer.attach(4)
    chat.current = first
    chat.conversation_opened.emit(first, [])
    assert [chip.name.text() for chip in writer.chips] == ["3.txt"]


def test_a_file_that_is_read_late_goes_to_the_conversation_it_was_for(writer: Writer) -> None:
    chat = writer.desk.chat
    first = chat.current
    writer.part.add_files([FILE])
    chat.current = a_conversation()
    chat.conversation_opened.emit(chat.current, [])
    writer.desk.documents.deliver(an_attached())
    assert writer.chips == []
    assert len(writer.desk.documents.drafts[first.id]) == 1


def test_files_survive_contents_that_are_made_anew(writer: Writer) -> None:
    writer.attach(3)
    writer.desk.window.build()
    assert len(writer.desk.window.page.attachments.strip.chips) == 1


def test_files_of_a_message_that_was_not_saved_come_back(writer: Writer) -> None:
    writer.attach(3)
    writer.type_and_send()
    writer.desk.chat.draft_restored.emit("What is it?")
    assert [chip.name.text() for chip in writer.chips] == ["3.txt"]
    assert writer.composer.text == "What is it?"


def test_files_that_were_sent_do_not_come_back_with_a_later_message(writer: Writer) -> None:
    writer.attach(3)
    writer.type_and_send()
    writer.type_and_send("And else?")
    writer.desk.chat.draft_restored.emit("And else?")
    assert writer.chips == []


def test_what_is_typed_while_files_are_measured_stays(
    writer: Writer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Callable[..., None]] = []
    monkeypatch.setattr(writer.part.fit, "make", lambda _, made, __: measured.append(made))
    writer.attach(3)
    writer.type_and_send("First.")
    qtbot.keyClicks(writer.composer.edit, " Then")
    measured[0]((), None)
    assert writer.sent == [("First.", ())]
    assert writer.composer.text == "Then"


def test_a_message_is_never_sent_in_the_conversation_that_was_opened_meanwhile(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Callable[..., None]] = []
    monkeypatch.setattr(writer.part.fit, "make", lambda _, made, __: measured.append(made))
    chat, first = writer.desk.chat, writer.desk.chat.current
    writer.attach(3)
    writer.type_and_send("First.")
    chat.current = a_conversation()
    chat.show([])
    writer.attach(4)
    measured[0]((), None)
    assert writer.sent == []
    assert [chip.name.text() for chip in writer.chips] == ["4.txt"]
    chat.current = first
    chat.show([])
    assert [chip.name.text() for chip in writer.chips] == ["3.txt"]
    assert writer.composer.button.isEnabled()


def test_pasted_files_are_attached(writer: Writer) -> None:
    writer.paste(files(FILE, Path("/files/b.txt")))
    assert writer.desk.documents.asked[1] == [FILE, Path("/files/b.txt")]
    assert writer.composer.text == ""


def test_a_long_pasted_text_is_attached_and_undo_puts_it_into_the_message(writer: Writer) -> None:
    writer.composer.set_text("Look: ")
    writer.paste(text(4001))
    assert writer.desk.documents.asked[1] == ("Pasted text", "x" * 4001)
    writer.desk.documents.deliver(an_attached("x" * 4001, pasted=True))
    assert writer.composer.text == "Look: "
    writer.qtbot.keyClick(writer.composer.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert writer.composer.text == "Look: " + "x" * 4001
    assert writer.chips == []
    writer.qtbot.keyClick(writer.composer.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert writer.composer.text == "Look: "


def test_undo_after_typing_is_about_what_was_typed(writer: Writer) -> None:
    writer.paste(text(5000))
    writer.desk.documents.deliver(an_attached(pasted=True))
    writer.qtbot.keyClicks(writer.composer.edit, "typed")
    writer.composer.edit.undo()
    assert len(writer.chips) == 1
    assert writer.composer.text == ""


def test_undo_before_the_pasted_text_is_ready_puts_it_into_the_message(writer: Writer) -> None:
    writer.paste(text(5000))
    writer.composer.edit.undo()
    assert writer.composer.text == "x" * 5000
    assert writer.desk.documents.cancelled == [1]


def test_a_short_text_is_pasted_as_ever(writer: Writer) -> None:
    writer.paste(text(4000))
    assert writer.composer.text == "x" * 4000
    assert writer.desk.documents.asked == {}


def test_a_pasted_text_goes_into_the_message_from_its_menu_too(writer: Writer) -> None:
    writer.paste(text(5000))
    writer.desk.documents.deliver(an_attached("the long text", pasted=True))
    action: QAction = writer.chips[0].name.actions()[0]
    action.trigger()
    assert writer.composer.text == "the long text"
    assert writer.chips == []


def test_the_attach_button_and_the_command_ask_for_files(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bool] = []
    monkeypatch.setattr(
        "desktop_llm.ui.chat.attachments.QFileDialog.open", lambda self: opened.append(True)
    )
    writer.composer.attach.click()
    writer.desk.window.places.turn_to("navModels")
    writer.desk.window.commands["attachFiles"].trigger()
    assert len(opened) == 2
    assert writer.desk.window.places.shown == "navChat"


def drop(writer: Writer, path: Path, height: Callable[[Any], float]) -> None:
    """Drag `path` over the window and let it fall at a height of the overlay."""
    overlay = writer.desk.window.places.overlay
    data, none = files(path), Qt.KeyboardModifier.NoModifier
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    entering = QDragEnterEvent(QPointF(9, 9).toPoint(), copy, data, left, none)
    QApplication.sendEvent(writer.desk.window, entering)
    QApplication.processEvents()
    place = QPointF(overlay.width() / 2, height(overlay))
    QApplication.sendEvent(overlay, QDropEvent(place, copy, data, left, none))


def test_files_that_fall_near_the_message_are_talked_about(writer: Writer, tmp_path: Path) -> None:
    drop(writer, tmp_path, lambda overlay: overlay.height() - 40.0)
    assert writer.desk.documents.asked[1] == [tmp_path]
    assert writer.desk.window.places.shown == "navChat"


def test_files_that_fall_above_are_trained_on(writer: Writer, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("a,b\n", encoding="utf-8")
    drop(writer, rows, lambda overlay: 40.0)
    assert writer.desk.documents.asked == {}
    assert writer.desk.window.places.shown == "navFineTune"


def test_elsewhere_files_are_not_talked_about(writer: Writer, tmp_path: Path) -> None:
    writer.desk.window.places.turn_to("navFineTune")
    drop(writer, tmp_path, lambda overlay: overlay.height() - 40.0)
    assert writer.desk.documents.asked == {}


def test_a_chip_tells_its_size_and_its_tokens(counting: Writer) -> None:
    counting.attach(30)
    assert counting.facts() == ["150 bytes · 30 tokens"]
    assert not counting.panel.isVisible()


def test_without_a_model_a_chip_tells_its_size(writer: Writer) -> None:
    writer.attach(30)
    assert writer.facts() == ["150 bytes"]


def test_another_model_counts_anew(counting: Writer) -> None:
    counting.attach(600)
    assert not counting.panel.isVisible()
    context = counting.part.fit._context
    state = EngineState("ready", model=a_loaded_model(context_length=600))
    context._inference.state = state  # type: ignore[misc]
    counting.desk.context.show(None)
    counting.qtbot.waitUntil(counting.panel.isVisible)


def test_the_draft_is_told_with_the_files_that_fit(counting: Writer) -> None:
    counting.attach(30)
    assert counting.desk.called("draft_changed")[-1] == (
        "",
        (counting.chips[0].attachment,),
    )
    counting.attach(3000)
    assert counting.desk.called("draft_changed")[-1] == ("",)


def test_what_is_too_long_has_to_be_chosen_about(counting: Writer) -> None:
    counting.attach(3000)
    assert counting.panel.isVisible()
    counting.type_and_send()
    assert counting.sent == []
    assert counting.composer.text == "What is it?"
    find(counting.panel, QRadioButton, "keepStart").click()
    counting.composer.button.click()
    ((said, (kept,)),) = counting.sent
    assert said == "What is it?"
    assert kept.name.startswith("3000.txt (first ")
    assert 400 < len(kept.text.split()) < 800
    assert not counting.panel.isVisible()


def test_all_of_it_is_read_in_windows(counting: Writer) -> None:
    counting.attach(3000)
    find(counting.panel, QRadioButton, "readInWindows").click()
    window = find(counting.panel, NumberField, "windowSpin")
    overlap = find(counting.panel, NumberField, "overlapSpin")
    assert (window.isVisible(), overlap.value()) == (True, window.value() // 8)
    assert window.maximum() < 1000
    window.setValue(200)
    assert overlap.maximum() == 100
    counting.type_and_send()
    ((said, (named,), how),) = counting.sent
    assert said == "What is it?"
    assert not named.in_prompt
    assert isinstance(how["steps"], WindowReduction)
    assert how["steps"].total > 15


def test_without_a_question_windows_are_summarised(counting: Writer) -> None:
    counting.attach(3000)
    find(counting.panel, QRadioButton, "readInWindows").click()
    counting.composer.button.click()
    assert counting.sent[0][0] == "Summarise the text."


def test_the_choice_is_gone_when_it_fits_again(counting: Writer) -> None:
    counting.attach(30, 3000)
    find(counting.panel, QRadioButton, "keepEnd").click()
    find(counting.chips[1], QToolButton, "removeAttachment").click()
    assert not counting.panel.isVisible()
    counting.attach(3000)
    assert counting.panel.choice is None


def test_an_engine_that_fails_to_count_keeps_the_draft(
    counting: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting.attach(30)

    def fail(*_: Any) -> None:
        raise NoModelLoaded

    monkeypatch.setattr(WordEngine, "count_texts", fail)
    monkeypatch.setattr(WordEngine, "explain", fail)
    counting.type_and_send()
    assert counting.sent == []
    assert counting.composer.text == "What is it?"
    assert len(counting.chips) == 1
    assert isinstance(counting.page.banner.error, NoModelLoaded)
    assert counting.composer.button.isEnabled()
