"""What people do with messages reaches the chat service, the composer or a dialog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_llm.core.context import ContextEntry, ContextPlan
from desktop_llm.core.conversation import Attachment, Message
from desktop_llm.core.text import Text
from desktop_llm.services.chat_reproduction import Reproduction
from desktop_llm.services.tasks import TaskService
from desktop_llm.ui import i18n, theme
from desktop_llm.ui.chat.composer import Composer
from desktop_llm.ui.chat.message_actions import MessageActions
from desktop_llm.ui.chat.message_commands import COMMANDS
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.dialogs.attachment_text import AttachmentDialog
from desktop_llm.ui.dialogs.details import DetailsDialog
from desktop_llm.ui.dialogs.link import LinkQuestion, plain_form, usable
from desktop_llm.ui.dialogs.message_text import MessageTextDialog
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.toast import Toast
from tests.fake_chat import FakeChatService
from tests.fakes import FakeContextService, FakeModelService
from tests.gui.conftest import Desk, find
from tests.values import FakeError, a_record, a_source

IDS = ("question", "answer")


def talk() -> list[Message]:
    return [
        Message("question", "c", None, "user", "What is it?"),
        Message("answer", "c", "question", "assistant", "It is *this*.", generation=a_record()),
    ]


class SmallDesk:
    """What messages have to do with, without the rest of the window."""

    def __init__(self) -> None:
        self.chat = FakeChatService()
        self.context = FakeContextService()
        self.tasks = TaskService()
        self.models = FakeModelService()
        self.can_ask = True
        self.window = QMainWindow()
        self.commands = Commands(self.window)
        self.messages, self.composer = MessageList(), Composer()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.addWidget(self.messages)
        column.addWidget(self.composer)
        self.window.setCentralWidget(middle)
        self.toast = Toast(middle)
        services: Any = self
        self.actions = MessageActions(
            self.messages, self.composer, self.toast, services, lambda: self.can_ask, middle
        )
        self.actions.add_commands(self.commands)
        self.chat.conversation_opened.connect(lambda _, shown: self.messages.set_messages(shown))
        self.chat.message_changed.connect(self.messages.update_message)

    def called(self, name: str) -> list[tuple[Any, ...]]:
        """What the chat service was asked under `name`."""
        return [call[1:] for call in self.chat.calls if call[0] == name]


@pytest.fixture
def empty(qtbot: QtBot, qapp: QApplication) -> Iterator[SmallDesk]:
    """No conversation yet."""
    i18n.install(qapp, "en")
    theme.apply(qapp, "light")
    made = SmallDesk()
    qtbot.addWidget(made.window)
    made.window.resize(900, 700)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.window.close()
    made.tasks.shut_down()


@pytest.fixture
def loaded(empty: SmallDesk) -> SmallDesk:
    """A conversation of two messages."""
    empty.chat.show(talk())
    empty.chat.calls.clear()
    return empty


def trigger(desk: SmallDesk, name: str) -> None:
    desk.commands[name].trigger()


def dialog(desk: SmallDesk, kind: type[Any]) -> Any:
    found = [each for each in desk.window.findChildren(kind) if each.isVisible()]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("retryOne", ("retry", "answer", 1)),
        ("retryFour", ("retry", "answer", 4)),
        ("messageContinue", ("continue_reply", "answer")),
        ("messageBranch", ("branch_here", "answer")),
        ("messageFork", ("fork", "answer")),
        ("roleUser", ("change_role", "answer", "user")),
        ("messagePin", ("pin", "answer", True)),
        ("rateDown", ("rate", "answer", "down")),
        ("deleteVersion", ("delete_version", "answer")),
        ("deleteMessage", ("delete_message", "answer")),
    ],
)
def test_a_command_of_the_menu_acts_on_the_last_message(
    loaded: SmallDesk, command: str, call: tuple[Any, ...]
) -> None:
    trigger(loaded, command)
    assert loaded.chat.calls == [call]


def test_the_menu_bar_has_the_commands(desk: Desk) -> None:
    menus = {menu.title(): menu for menu in desk.window.menuBar().findChildren(QMenu)}
    assert {each.name for each in COMMANDS} <= _names(menus["Me&ssage"])
    desk.chat.show(talk())
    desk.window.commands["messagePin"].trigger()
    assert desk.called("pin") == [("answer", True)]


def test_a_command_acts_on_the_message_that_has_the_focus(loaded: SmallDesk, qtbot: QtBot) -> None:
    view = loaded.messages
    loaded.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is loaded.window)
    frame = view.frames["question"]
    assert frame is not None
    frame.setFocus(Qt.FocusReason.TabFocusReason)
    assert not loaded.commands["rateUp"].isEnabled(), "one does not rate oneself"
    trigger(loaded, "messageBranch")

    assert loaded.chat.calls == [("branch_here", "question")]
    assert loaded.window.focusWidget() is loaded.composer.edit


def test_commands_are_enabled_only_while_they_do_something(empty: SmallDesk) -> None:
    commands = empty.commands
    assert not any(commands[each.name].isEnabled() for each in COMMANDS)
    empty.chat.show(talk())
    assert commands["messageEdit"].isEnabled() and commands["messageDetails"].isEnabled()
    assert not commands["versionBack"].isEnabled()
    empty.chat.set_versions({"answer": (2, 3)})
    assert commands["versionBack"].isEnabled()
    empty.chat.set_busy(True)
    assert not commands["versionBack"].isEnabled() and not commands["retryOne"].isEnabled()


def test_ticks_show_the_state_of_the_message(loaded: SmallDesk) -> None:
    commands = loaded.commands
    assert commands["roleAssistant"].isChecked() and not commands["messagePin"].isChecked()
    loaded.chat.message_changed.emit(replace(talk()[1], pinned=True, vote="up"))

    assert commands["messagePin"].isChecked() and commands["rateUp"].isChecked()
    trigger(loaded, "rateUp")
    assert loaded.called("rate") == [("answer", "")]


def test_versions_are_stepped_through_and_dimmed_messages_marked(loaded: SmallDesk) -> None:
    loaded.chat.set_versions({"answer": (1, 2)})
    trigger(loaded, "versionNext")
    assert loaded.called("show_version") == [("answer", 1)]
    entries = (ContextEntry("question", 5, "dropped"), ContextEntry("answer", 5, "kept"))
    loaded.context.planned.emit(ContextPlan(entries, 10, 1))
    assert loaded.messages.frames.dimmed == {"question"}


def test_the_context_menu_and_the_button_offer_the_same_commands(
    loaded: SmallDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, place: opened.append(menu))
    view = loaded.messages
    view.press("answer", "moreButton")
    place = view.sheet.rect(1).center()
    context = view._menu(place)
    more = _names(opened[0])

    assert {"messagePin", "insertBefore", "roleUser", "deleteVersion"} <= more <= _names(context)
    assert "messageEdit" in _names(context) - more, "it has a button of its own"
    next(each for each in opened[0].actions() if each.objectName() == "messagePin").trigger()
    assert loaded.called("pin") == [("answer", True)]


def _names(menu: QMenu) -> set[str]:
    found = {action.objectName() for action in menu.actions()}
    for submenu in menu.findChildren(QMenu):
        found |= {action.objectName() for action in submenu.actions()}
    return found - {""}


def test_an_edit_is_saved_by_the_service(loaded: SmallDesk, qtbot: QtBot) -> None:
    view = loaded.messages
    trigger(loaded, "messageEdit")
    find(view, QPlainTextEdit, "messageEdit").setPlainText("It is that.")
    find(view, QPushButton, "editSave").click()

    assert loaded.called("edit") == [("answer", "It is that.", False)]
    assert view.editing.editor is None


def test_an_edit_that_cannot_be_answered_stays_open(loaded: SmallDesk) -> None:
    loaded.can_ask = False
    loaded.messages.editing.begin("question")
    find(loaded.messages, QPushButton, "editAsk").click()

    assert loaded.called("edit") == []
    assert loaded.messages.editing.message_id == "question"


def test_an_edit_that_could_not_be_saved_is_in_its_editor_again(loaded: SmallDesk) -> None:
    view = loaded.messages
    trigger(loaded, "messageEdit")
    find(view, QPlainTextEdit, "messageEdit").setPlainText("Other words")
    find(view, QPushButton, "editSave").click()
    other = [talk()[0], Message("new", "c", "question", "assistant", "Other words")]
    loaded.chat.show(other)
    loaded.chat.failed.emit(FakeError(detail="the disk is full"))
    loaded.chat.show(talk())

    assert view.editing.editor is not None
    assert view.editing.editor.text == "Other words"
    view.editing.give_up()
    loaded.chat.failed.emit(FakeError(detail="something else"))
    assert view.editing.editor is None


def test_an_answer_names_its_model_as_people_know_it(loaded: SmallDesk) -> None:
    before = loaded.messages.grab().toImage()
    loaded.models.models_changed.emit([replace(a_source(), title="A model with a title")])
    named = loaded.messages.grab().toImage()
    loaded.models.models_changed.emit([])
    assert named != before == loaded.messages.grab().toImage()


def test_a_discarded_edit_can_be_brought_back(loaded: SmallDesk) -> None:
    view = loaded.messages
    trigger(loaded, "messageEdit")
    find(view, QPlainTextEdit, "messageEdit").setPlainText("Other words")
    view.editing.give_up()
    find(loaded.window, QPushButton, "toastAction").click()

    assert view.editing.editor is not None
    assert view.editing.editor.text == "Other words"
    assert loaded.called("undo") == []


def test_the_arrow_up_edits_the_last_question(loaded: SmallDesk, qtbot: QtBot) -> None:
    composer = loaded.composer
    qtbot.keyClick(composer.edit, Qt.Key.Key_Up)
    assert loaded.messages.editing.message_id == "question"
    loaded.messages.editing.give_up()
    composer.set_text("typed")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Up)
    assert loaded.messages.editing.message_id == ""


def test_a_quotation_is_put_behind_what_was_typed(loaded: SmallDesk) -> None:
    composer = loaded.composer
    composer.set_text("Look:")
    loaded.chat.message_changed.emit(replace(talk()[1], content="One\n\nTwo"))
    trigger(loaded, "messageQuote")
    assert composer.text == "Look:\n\n> One\n>\n> Two\n\n"


def test_a_message_and_a_conversation_are_copied(loaded: SmallDesk) -> None:
    clipboard = QGuiApplication.clipboard()
    trigger(loaded, "messageCopy")
    assert clipboard.text() == "It is *this*."
    trigger(loaded, "messageCopyPlain")
    assert clipboard.text() == "It is this."
    trigger(loaded, "copyConversation")
    assert clipboard.text() == "**You**\n\nWhat is it?\n\n**Assistant**\n\nIt is *this*."


def test_a_message_is_inserted_before_or_after(loaded: SmallDesk) -> None:
    for command in ("insertBefore", "insertAfter"):
        trigger(loaded, command)
        asked = dialog(loaded, MessageTextDialog)
        assert not find(asked, QPushButton, "messageTextSave").isEnabled()
        roles = find(asked, ComboBox, "messageRole")
        roles.setCurrentIndex(roles.findData("system"))
        asked.edit.setPlainText("Be brief.")
        find(asked, QPushButton, "messageTextSave").click()
        QApplication.processEvents()

    assert loaded.called("insert") == [
        ("question", "system", "Be brief."),
        ("answer", "system", "Be brief."),
    ]


def test_what_was_written_in_a_dialog_is_there_again_if_it_was_not_saved(
    loaded: SmallDesk,
) -> None:
    trigger(loaded, "insertAfter")
    asked = dialog(loaded, MessageTextDialog)
    find(asked, ComboBox, "messageRole").setCurrentIndex(1)
    asked.edit.setPlainText("Be brief.")
    find(asked, QPushButton, "messageTextSave").click()
    QApplication.processEvents()
    loaded.chat.failed.emit(FakeError(detail="the disk is full"))
    again = dialog(loaded, MessageTextDialog)
    assert find(again, ComboBox, "messageRole").currentData() == "assistant"
    find(again, QPushButton, "messageTextSave").click()
    QApplication.processEvents()
    assert loaded.called("insert") == [("answer", "assistant", "Be brief.")] * 2

    loaded.chat.message_saved.emit("new")
    trigger(loaded, "messageCorrect")
    dialog(loaded, MessageTextDialog).edit.setPlainText("Better.")
    find(dialog(loaded, MessageTextDialog), QPushButton, "messageTextSave").click()
    QApplication.processEvents()
    loaded.chat.failed.emit(FakeError(detail="the disk is full"))
    assert dialog(loaded, MessageTextDialog).edit.toPlainText() == "Better."
    dialog(loaded, MessageTextDialog).reject()


def test_a_better_answer_is_kept_beside_the_one_that_was_given(loaded: SmallDesk) -> None:
    trigger(loaded, "messageCorrect")
    asked = dialog(loaded, MessageTextDialog)
    assert asked.edit.toPlainText() == "It is *this*."
    asked.edit.setPlainText("It is that.")
    find(asked, QPushButton, "messageTextSave").click()

    assert loaded.called("correct") == [("answer", "It is that.")]


def test_an_attached_file_is_shown_as_plain_text(loaded: SmallDesk) -> None:
    files = (
        Attachment("a", "one.txt", "text/plain", "0", 3, "<b>one</b>"),
        Attachment("b", "two.txt", "text/plain", "0", 3, "x" * 400_000),
    )
    loaded.chat.message_changed.emit(replace(talk()[0], attachments=files))
    loaded.messages.press("question", "attachmentButton", 0)
    shown = dialog(loaded, AttachmentDialog)
    text = find(shown, QPlainTextEdit, "attachmentText")
    assert text.toPlainText() == "<b>one</b>" and text.isReadOnly()
    find(shown, ComboBox, "attachmentChoice").setCurrentIndex(1)
    assert text.toPlainText().count("x") == 300_000
    shown.close()


def test_where_one_is_goes_to_the_service_and_comes_back(loaded: SmallDesk, qtbot: QtBot) -> None:
    view = loaded.messages
    view.select_all()
    qtbot.waitUntil(lambda: loaded.called("place_changed") != [])
    (place,) = loaded.called("place_changed")[-1]
    loaded.chat.show(talk())
    assert view.selected_text() == ""
    loaded.chat.draft_loaded.emit("", place)

    assert view.selected_text() != ""
    loaded.chat.jump_requested.emit("question")
    assert view.marked == "question"


# Links


def test_a_link_is_opened_only_after_a_question(
    loaded: SmallDesk, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    for button in ("linkCancel", "linkCopy", "linkOpen"):
        loaded.messages.link_activated.emit("https://a.example/x?y=1")
        question = dialog(loaded, LinkQuestion)
        assert opened == []
        assert find(question, QPushButton, "linkCancel").isDefault()
        address = find(question, QPlainTextEdit, "linkAddress")
        assert address.toPlainText() == "https://a.example/x?y=1"
        find(question, QPushButton, button).click()
        QApplication.processEvents()

    assert opened == ["https://a.example/x?y=1"]
    assert QGuiApplication.clipboard().text() == "https://a.example/x?y=1"


def test_enter_does_not_open_a_link(loaded: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    loaded.messages.link_activated.emit("https://a.example/")
    QTest.keyClick(dialog(loaded, LinkQuestion), Qt.Key.Key_Return)
    assert opened == []


@pytest.mark.parametrize(
    ("address", "host", "plain"),
    [
        ("https://bank.example@evil.example/login", "evil.example", "bank.example@evil.example"),
        ("https://аpple.com/", "xn--pple-43d.com", "https://xn--pple-43d.com/"),
        ("https://a.example/\u202egpj.exe", "a.example", "%E2%80%AEgpj.exe"),
        ("https://a.example/" + "x" * 3000, "a.example", "x" * 3000),
    ],
)
def test_the_question_shows_where_a_link_really_leads(
    loaded: SmallDesk, address: str, host: str, plain: str
) -> None:
    loaded.messages.link_activated.emit(address)
    question = dialog(loaded, LinkQuestion)
    words = " ".join(each.text() for each in question.findChildren(QLabel))
    shown = find(question, QPlainTextEdit, "linkAddress")

    assert find(question, QLabel, "linkHost").text() == host
    assert plain in shown.toPlainText() and shown.toPlainText().isascii()
    assert ("before the @" in words) == ("@" in address)
    assert ("other alphabets" in words) == ("xn--" in host)
    assert question.width() < 700 and question.height() < 400
    question.reject()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "https://", "x"])
def test_other_kinds_of_links_are_never_opened(loaded: SmallDesk, address: str) -> None:
    assert usable(address) is None
    loaded.messages.link_activated.emit(address)
    assert [each for each in loaded.window.findChildren(LinkQuestion) if each.isVisible()] == []
    assert loaded.toast.isVisible()


def test_an_address_that_is_opened_is_the_one_that_was_shown() -> None:
    url = usable("https://münchen.example/Straße?q=ü#ß")
    assert url is not None
    assert QUrl(plain_form(url)) == url


# Details


def details(desk: SmallDesk, **changes: Any) -> DetailsDialog:
    desk.chat.message_changed.emit(replace(talk()[1], **changes))
    trigger(desk, "messageDetails")
    shown = dialog(desk, DetailsDialog)
    assert isinstance(shown, DetailsDialog)
    return shown


def test_the_details_tell_how_an_answer_came_about(loaded: SmallDesk) -> None:
    record = a_record(
        "length", model="SmolLM2", revision="abc123", seed=77, threads=4, template_hash="f" * 64,
        template_overridden=True, versions={"torch": "2.13.0"}, new_tokens=412, ttft_s=0.25,
        cached_tokens=333, drafted_tokens=80, accepted_tokens=60,
    )  # fmt: skip
    shown = details(loaded, generation=record)
    words = "\n".join(each.text() for each in shown.findChildren(QLabel))
    for each in ("SmolLM2", "abc123", "77", "It reached its length limit", "2.13.0", "0.25 s"):
        assert each in words
    assert "ffffffffffff, in place of the model's own" in words
    assert "333 tokens" in words
    assert "60 of 80, 75 %" in words
    find(shown, QPushButton, "detailsCopy").click()
    assert "Seed: 77\n" in QGuiApplication.clipboard().text()
    shown.close()


def test_an_answer_is_run_again_and_found_identical(loaded: SmallDesk) -> None:
    trigger(loaded, "messageReproduce")
    shown = dialog(loaded, DetailsDialog)
    run = find(shown, QPushButton, "detailsRun")
    assert loaded.called("reproduce") == [("answer",)]
    assert not run.isEnabled()
    loaded.chat.reproduced.emit(Reproduction("another", False, ""))
    assert not run.isEnabled(), "that was about another answer"
    loaded.chat.reproduced.emit(Reproduction("answer", True, "It is *this*."))

    assert shown.repetition.verdict.text() == "It came out identical."
    assert run.isEnabled()
    shown.close()


def test_an_answer_that_came_out_differently_says_where_and_why(
    loaded: SmallDesk, qtbot: QtBot
) -> None:
    shown = details(loaded)
    shown.run()
    conditions = (Text("4 threads then, {threads} now.", {"threads": 2}),)
    result = Reproduction("answer", False, "It is *that*.", 3, conditions)
    loaded.chat.reproduced.emit(result)
    assert shown.repetition.verdict.text() == "It came out differently from token 4 on."
    assert shown.repetition.reasons.text() == "4 threads then, 2 now."
    new = find(shown, QTextEdit, "repetitionNew")
    qtbot.waitUntil(lambda: new.toPlainText() == "It is *that*.")
    assert find(shown, QTextEdit, "repetitionOld").toPlainText() == "It is *this*."
    shown.run()
    loaded.chat.reproduced.emit(Reproduction("answer", False, "", error=FakeError(detail="no")))
    assert "could not be written again" in shown.repetition.verdict.text()
    shown.close()


def test_a_repetition_can_be_stopped_and_ends_with_its_card(loaded: SmallDesk) -> None:
    shown = details(loaded)
    stop = find(shown, QPushButton, "detailsStop")
    assert not stop.isVisible()
    shown.run()
    stop.click()
    assert loaded.called("stop_reproducing") == [()]
    loaded.chat.reproduced.emit(Reproduction("answer", False, "", error=FakeError(detail="no")))
    assert not stop.isVisible()
    shown.run()
    shown.close()
    assert loaded.called("stop_reproducing") == [(), ()]


def test_a_card_that_was_closed_is_not_missed(loaded: SmallDesk, qtbot: QtBot) -> None:
    shown = details(loaded)
    shown.run()
    shown.close()
    QApplication.processEvents()
    loaded.chat.reproduced.emit(Reproduction("answer", False, "x", 0))
    assert loaded.window.findChildren(QDialog, "detailsDialog") in ([], [shown])


def test_everything_in_the_dialogs_has_a_name(loaded: SmallDesk) -> None:
    shown = details(loaded)
    for button in shown.findChildren(QPushButton) + shown.findChildren(QToolButton):
        assert button.accessibleName() and button.objectName()
    shown.close()
