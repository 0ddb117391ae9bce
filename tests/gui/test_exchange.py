"""Conversations are exported and imported from the File menu."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QPushButton, QRadioButton

from desktop_llm.core.text import Text
from desktop_llm.documents.errors import ExportFailed
from desktop_llm.documents.exchange.archive import ImportReport, Rejected
from desktop_llm.ui.dialogs.rejected import RejectedDialog
from tests.values import a_message


def child(parent, kind, name):
    found = parent.findChild(kind, name)
    assert found is not None, name
    return found


def choose(desk, form):
    """Take `form` in the export dialog; the dialog that asks for the place."""
    child(desk.window, QRadioButton, f"export_{form}").click()
    child(desk.window, QPushButton, "exportGo").click()
    return child(desk.window, QFileDialog, "exportPlaceDialog")


def test_the_open_conversation_is_exported_in_the_chosen_form(desk, tmp_path):
    desk.chat.show([a_message("user", "Hi")])
    desk.window.commands["exportConversation"].trigger()
    dialog = choose(desk, "html")
    dialog.fileSelected.emit(str(tmp_path / "x.html"))
    [call] = desk.exchange.calls
    assert call == ("export", [desk.chat.current.id], "html", tmp_path / "x.html")
    dialog.close()


def test_an_empty_conversation_is_not_exported(desk):
    desk.window.commands["exportConversation"].trigger()
    assert desk.window.findChild(QRadioButton, "export_json") is None


def test_all_conversations_are_exported_with_every_version(desk, tmp_path):
    desk.window.commands["exportAll"].trigger()
    dialog = choose(desk, "json")
    dialog.fileSelected.emit(str(tmp_path / "all.json"))
    assert desk.exchange.calls == [("export", [], "json", tmp_path / "all.json")]
    dialog.close()


def test_what_was_exported_is_told_with_its_folder(desk):
    desk.exchange.exported.emit(Path("/somewhere/Soup.md"), 1)
    texts = [button.text() for button in desk.window.page.toast.findChildren(QPushButton)]
    assert "Show the folder" in texts
    assert desk.called("undo") == []


def test_a_chosen_file_is_imported(desk, tmp_path):
    desk.window.commands["importConversations"].trigger()
    dialog = child(desk.window, QFileDialog, "importDialog")
    dialog.fileSelected.emit(str(tmp_path / "in.json"))
    assert desk.exchange.calls == [("import_file", tmp_path / "in.json")]
    dialog.close()


def test_an_import_can_be_taken_back(desk):
    desk.exchange.imported.emit(ImportReport("chatgpt", 2), ["a", "b"])
    assert desk.called("refresh_list")
    child(desk.window.page.toast, QPushButton, "toastAction").click()
    assert desk.called("delete_many") == [(["a", "b"],)]


def test_conversations_that_could_not_be_read_are_listed_with_their_reasons(desk):
    rejected = Rejected(3, "Trip", Text("It has no messages with text."))
    desk.exchange.imported.emit(ImportReport("chatgpt", 1, (rejected,)), ["a"])
    dialog = child(desk.window, RejectedDialog, "rejectedDialog")
    assert dialog.isVisible()
    dialog.close()


def test_a_failed_export_says_why_in_the_banner(desk):
    desk.exchange.failed.emit(ExportFailed("/x/y.md", "No space left on device"))
    assert "No space left on device" in desk.window.page.banner.words


def test_a_long_import_can_be_given_up(desk):
    desk.exchange.progressed.emit(100, 0)
    child(desk.window.page.toast, QPushButton, "toastAction").click()
    assert desk.exchange.calls == [("cancel",)]


def test_a_second_one_is_not_begun_in_silence_while_the_first_goes_on(desk):
    desk.exchange.busy = True
    desk.window.commands["importConversations"].trigger()
    assert desk.window.findChild(QFileDialog, "importDialog") is None
    child(desk.window.page.toast, QPushButton, "toastAction").click()
    assert desk.exchange.calls == [("cancel",)]
