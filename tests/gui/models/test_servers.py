"""The servers of the Models page, and their models where one chooses."""

from __future__ import annotations

from typing import TypeVar

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from desktop_llm.core.generation import Capabilities
from desktop_llm.core.remote_server import ListedModel, RemoteServer, remote_models
from desktop_llm.engine.remote.errors import ServerRefusedKey
from desktop_llm.ui.models.server_dialog import ServerDialog
from desktop_llm.ui.models.servers_view import ForgetQuestion, ServersView
from tests.fake_servers import FakeServerService

LAB = RemoteServer(
    id="lab", title="Lab", address="https://lab.example.org/v1", models=("big",), has_key=True
)


@pytest.fixture
def servers() -> FakeServerService:
    return FakeServerService([LAB])


W = TypeVar("W", bound=QObject)


def find(parent: QWidget, kind: type[W], name: str) -> W:
    """What is called `name` inside `parent`; there has to be one."""
    found = parent.findChild(kind, name)
    assert found is not None, name
    return found


def dialog_of(qtbot, servers, server=None) -> ServerDialog:
    dialog = ServerDialog(servers, server)
    qtbot.addWidget(dialog)
    return dialog


def test_a_server_is_tried_and_its_models_are_offered(qtbot, servers):
    servers.answer = [ListedModel("one"), ListedModel("two")]
    dialog = dialog_of(qtbot, servers)
    assert not dialog.ok.isEnabled() and not dialog.test.isEnabled()
    dialog.address.setText("127.0.0.1:8000")
    dialog.key.setText(" secret ")
    dialog.test.click()
    assert servers.calls == [("ask", "127.0.0.1:8000", "secret")]
    assert dialog.chosen == ("one", "two")
    dialog.models.item(0).setCheckState(Qt.CheckState.Unchecked)
    with qtbot.waitSignal(dialog.saved):
        dialog.ok.click()
    _, saved, key = servers.calls[-1]
    assert (saved.address, saved.title) == ("http://127.0.0.1:8000/v1", "127.0.0.1")
    assert (saved.models, key) == (("two",), "secret")


def test_an_error_is_told_in_words_and_the_dialog_stays(qtbot, servers):
    servers.answer = ServerRefusedKey("https://lab.example.org/v1")
    dialog = dialog_of(qtbot, servers)
    dialog.address.setText("lab.example.org")
    dialog.ask()
    assert "does not accept the key" in dialog.words
    assert dialog.test.isEnabled() and not dialog.ok.isEnabled()


def test_among_many_models_one_chooses(qtbot, servers):
    servers.answer = [ListedModel(f"m{number}") for number in range(40)]
    dialog = dialog_of(qtbot, servers)
    dialog.address.setText("lab.example.org")
    dialog.ask()
    assert (dialog.models.count(), dialog.chosen) == (40, ())
    assert not dialog.ok.isEnabled()


def test_a_kept_key_is_not_shown_and_not_used_for_another_address(qtbot, servers):
    dialog = dialog_of(qtbot, servers, LAB)
    assert dialog.key.text() == ""
    dialog.ask()
    dialog.address.setText("https://elsewhere.example.org/v1")
    dialog.ask()
    assert [key for _, _, key in servers.calls] == [None, ""]


def test_a_key_can_be_looked_at_while_it_is_typed(qtbot, servers):
    dialog = dialog_of(qtbot, servers)
    assert dialog.key.echoMode() == QLineEdit.EchoMode.Password
    (show,) = dialog.key.actions()
    show.trigger()
    assert dialog.key.echoMode() == QLineEdit.EchoMode.Normal


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("http://lab.example.org:8000", True),
        ("https://lab.example.org", False),
        ("lab.example.org", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://192.168.1.5:8000", True),
    ],
)
def test_an_open_connection_to_another_computer_is_warned_about(qtbot, servers, address, warned):
    dialog = dialog_of(qtbot, servers)
    dialog.address.setText(address)
    assert bool(dialog.warning) is warned


def test_a_server_is_removed_after_a_question(qtbot, servers):
    view = ServersView(servers)
    qtbot.addWidget(view)
    find(view, QAction, "server_remove").trigger()
    question = find(view, ForgetQuestion, "forgetQuestion")
    assert "Lab" in question.text()
    find(question, QPushButton, "confirmForget").click()
    assert servers.servers == []
    assert view.tree.topLevelItemCount() == 0


def test_the_only_model_of_a_server_is_what_one_chats_with(qtbot, servers):
    view = ServersView(servers)
    qtbot.addWidget(view)
    with qtbot.waitSignal(view.chat_requested) as asked:
        find(view, QAction, "server_chat").trigger()
    assert asked.args == ["remote:lab/big"]


def test_the_command_opens_the_dialog_on_the_servers_page(desk):
    desk.window.commands["connectServer"].trigger()
    page = desk.window.places.models
    assert page.tabs.currentWidget() is page.servers
    dialog = find(page, ServerDialog, "serverDialog")
    assert dialog.isVisible()
    dialog.reject()


def test_the_bar_says_where_text_goes_as_long_as_a_servers_model_is_chosen(desk):
    (source,) = remote_models([LAB])
    desk.models.models.append(source)
    desk.models.refresh()
    bar = desk.window.page.bar
    assert "lab.example.org" not in bar.stage
    bar.pick(source.name)
    assert bar.picker.currentText() == "big — Lab"
    assert "lab.example.org" in bar.stage
    desk.load_source(source, capabilities=Capabilities(counts_tokens=False))
    assert "lab.example.org" in bar.stage
    bar.pick("starter")
    assert "lab.example.org" not in bar.stage


def test_where_nothing_can_be_counted_it_is_said_that_all_is_sent(desk):
    (source,) = remote_models([LAB])
    strip = desk.window.page.context_control._strip
    assert strip.isHidden()
    desk.load_source(source, capabilities=Capabilities(counts_tokens=False))
    assert not strip.isHidden() and strip.bar.isHidden()
    desk.load()
    assert strip.isHidden()
