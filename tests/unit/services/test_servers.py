"""The list of servers, and what becomes of their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop_llm.core.generation import LoadOptions
from desktop_llm.core.remote_server import ListedModel, RemoteServer, remote_models
from desktop_llm.core.secrets import Secrets
from desktop_llm.core.settings import Settings
from desktop_llm.services.servers import ServerService
from tests.values import a_source

NEW = RemoteServer(id="", title="The Lab", address="https://lab.example.org/v1", models=("big",))


class Ring:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[username]


class Setting:
    """A service over a ring, with a server that notes who asks."""

    def __init__(self, servers: list[RemoteServer] = [], offline: bool = False) -> None:  # noqa: B006
        self.ring = Ring()
        self.asked: list[tuple[str, str]] = []
        settings = Settings(servers=servers, offline=offline)
        self.service = ServerService(self._list, lambda: settings, Secrets(lambda: self.ring))

    def _list(self, address: str, key: str) -> list[ListedModel]:
        self.asked.append((address, key))
        return [ListedModel("big")]


@pytest.fixture
def made() -> Iterator[Callable[..., Setting]]:
    all_made: list[Setting] = []

    def make(**facts: Any) -> Setting:
        all_made.append(Setting(**facts))
        return all_made[-1]

    yield make
    for each in all_made:
        each.service.shut_down()


def save(qtbot, setting: Setting, server: RemoteServer, key: str | None) -> RemoteServer:
    with qtbot.waitSignal(setting.service.changed):
        setting.service.save(server, key, lambda place: None)
    return setting.service.servers[-1]


def test_a_server_gets_a_name_of_its_own_and_its_key_goes_to_the_keyring(qtbot, made):
    setting = made()
    first = save(qtbot, setting, NEW, "key-1")
    second = save(qtbot, setting, NEW, "")
    assert (first.id, second.id) == ("the-lab", "the-lab-2")
    assert setting.ring.kept == {"server-key:https://lab.example.org": "key-1"}
    assert "key-1" not in Settings(servers=setting.service.servers).model_dump_json()
    assert [m.name for m in setting.service.models()] == [
        "remote:the-lab/big",
        "remote:the-lab-2/big",
    ]


def test_a_load_gets_the_key_of_its_server_and_no_other(qtbot, made):
    setting = made()
    saved = save(qtbot, setting, NEW, "key-1")
    other = RemoteServer(id="x", title="X", address="https://x.example.org/v1", models=("m",))
    save(qtbot, setting, other, None)
    options = [
        setting.service.applied_to(model, LoadOptions()).api_key
        for model in (*remote_models([saved, other]), a_source())
    ]
    assert options == ["key-1", "", ""]


def test_a_key_does_not_follow_to_another_address(qtbot, made):
    setting = made()
    saved = save(qtbot, setting, NEW, "key-1")
    moved = saved.model_copy(update={"address": "https://elsewhere.example.org/v1"})
    changed = save(qtbot, setting, moved, None)
    assert not changed.has_key
    assert setting.ring.kept == {}
    (model,) = remote_models([changed])
    assert setting.service.applied_to(model, LoadOptions()).api_key == ""


def test_a_change_of_the_name_keeps_the_key(qtbot, made):
    setting = made()
    saved = save(qtbot, setting, NEW, "key-1")
    changed = save(qtbot, setting, saved.model_copy(update={"title": "Basement"}), None)
    assert (changed.title, changed.has_key, len(setting.service.servers)) == ("Basement", True, 1)
    assert "key-1" in setting.ring.kept.values()


def test_a_test_uses_the_kept_key_only_for_its_own_address(qtbot, made):
    setting = made()
    save(qtbot, setting, NEW, "key-1")
    for typed in ("lab.example.org", "http://lab.example.org"):
        answers: list[Any] = []
        setting.service.ask(typed, None, lambda *found, a=answers: a.append(found), answers.append)
        qtbot.waitUntil(lambda a=answers: bool(a))
    assert setting.asked == [
        ("https://lab.example.org/v1", "key-1"),
        ("http://lab.example.org/v1", ""),
    ]


def test_a_removed_server_leaves_no_key(qtbot, made):
    setting = made()
    saved = save(qtbot, setting, NEW, "key-1")
    setting.service.remove(saved.id)
    assert setting.service.models() == []
    qtbot.waitUntil(lambda: setting.ring.kept == {})


def test_offline_only_what_runs_on_this_computer_is_offered(made):
    here = RemoteServer(id="h", title="H", address="http://127.0.0.1:8000/v1", models=("small",))
    there = NEW.model_copy(update={"id": "lab"})
    setting = made(servers=[here, there], offline=True)
    assert [model.name for model in setting.service.models()] == ["remote:h/small"]
