"""Services that tell anything in any order, and a person who presses everything: nothing breaks.

A Python error in a slot and a warning of Qt fail the test as they do everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import get_args

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QLineEdit, QPushButton

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import Text
from desktop_llm.library.download_list import Download
from desktop_llm.library.hub_errors import (
    HubUnreachable,
    RepositoryDisabled,
    RepositoryGated,
    RevisionGone,
    WorkingOffline,
)
from desktop_llm.library.hub_types import DownloadState, Refusal
from desktop_llm.library.starter import FetchProgress
from desktop_llm.services.library import Work
from desktop_llm.ui.models.page import ModelsPage
from desktop_llm.ui.widgets.combo_box import ComboBox
from tests.fake_models import GB, a_hub_model, a_plan, an_entry, some_details, some_progress
from tests.gui.conftest import Desk
from tests.gui.models.test_details import gguf_choices

STEPS = 250
ERRORS: tuple[ExpectedError, ...] = (
    HubUnreachable("hub.example.org"),
    RepositoryGated("a/b", "https://huggingface.co/a/b"),
    RepositoryDisabled("a/b"),
    RevisionGone("a/b", "v1"),
    WorkingOffline(),
)


class Chaos:
    """Does one thing at a time, whatever the page shows."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.random = random.Random(seed)
        self.steps: list[Callable[[], object]] = [
            self.press,
            self.press,
            self.press,
            self.list_models,
            self.find_models,
            self.tell_details,
            self.fail,
            self.download,
            self.work,
            self.type,
            self.choose,
            self.fetch_starter,
            self.wait,
        ]

    @property
    def page(self) -> ModelsPage:
        return self.desk.window.places.models

    def step(self) -> None:
        if self.desk.window.places.shown != "navModels":
            self.desk.window.places.turn_to("navModels")
        self.random.choice(self.steps)()
        for dialog in self.page.findChildren(QDialog):
            if self.random.random() < 0.6:
                dialog.reject()

    def press(self) -> None:
        buttons = self.page.findChildren(QAbstractButton)
        usable = [each for each in buttons if each.isVisible() and each.isEnabled()]
        usable = [b for b in usable if not (isinstance(b, QPushButton) and b.menu())]
        actions = [a for a in self.page.library.view.actions() if a.isEnabled()]
        presses = [each.click for each in usable] + [action.trigger for action in actions]
        if presses:
            self.random.choice(presses)()

    def list_models(self) -> None:
        kinds = ("hub", "own", "folder", "gguf", "starter")
        self.desk.library.show(
            [
                an_entry(
                    f"a/{number}",
                    kind=self.random.choice(kinds),
                    verified=self.random.choice((None, True, False)),
                    missing=self.random.random() < 0.2,
                    own_size=self.random.choice((0, GB)),
                )
                for number in range(self.random.randrange(6))
            ]
        )

    def find_models(self) -> None:
        count = self.random.randrange(40)
        models = [a_hub_model(f"a/m{self.random.randrange(90)}") for _ in range(count)]
        first, more = self.random.random() < 0.5, self.random.random() < 0.5
        self.desk.hub.give(models, first, more)

    def tell_details(self) -> None:
        answer = some_details(
            self.page.discover.details.repo or "a/b",
            choices=self.random.choice(((), gguf_choices())),
            refusal=self.random.choice((None, Refusal("pickle", Text("Unsafe."), "a/c"))),
            card="A line.\n\n" * self.random.randrange(2000),
            context_length=self.random.choice((0, 100, 5000)),
        )
        self.desk.hub.details_ready.emit(answer)

    def fail(self) -> None:
        hub = self.desk.hub
        told = self.random.choice((hub.failed, hub.details_failed, self.desk.library.failed))
        told.emit(self.random.choice(ERRORS))

    def download(self) -> None:
        plan = a_plan(f"a/{self.random.randrange(5)}")
        progress = some_progress(plan, self.random.random())
        state = self.random.choice(get_args(DownloadState))
        shown = self.random.choice((None, progress))
        self.desk.downloads.put(Download(plan, state, shown, self.random.choice(ERRORS)))

    def work(self) -> None:
        works = (None, Work("verify", "a/b", self.random.random()), Work("import", "/m/x"))
        self.desk.library.set_work(self.random.choice(works))

    def type(self) -> None:
        edit = self.random.choice(self.page.findChildren(QLineEdit))
        edit.setText(self.random.choice(("", "qwen", "zz", "é 中文")))

    def choose(self) -> None:
        box = self.random.choice(self.page.findChildren(ComboBox))
        box.setCurrentIndex(self.random.randrange(max(1, box.count())))
        box.activated.emit(box.currentIndex())
        rows = self.page.discover.results.rows
        if rows.results:
            row = self.random.randrange(len(rows.results))
            self.page.discover.results.view.setCurrentIndex(rows.index(row))

    def fetch_starter(self) -> None:
        models = self.desk.models
        self.random.choice(
            (
                lambda: models.starter_progress.emit(FetchProgress(1, 2)),
                models.starter_ready.emit,
                lambda: models.starter_failed.emit(ERRORS[0]),
                self.desk.window.build,
            )
        )()

    def wait(self) -> None:
        QTest.qWait(self.random.choice((0, 5, 160)))


@pytest.mark.parametrize("seed", range(3))
def test_nothing_breaks_in_any_order(desk: Desk, opened: list[str], seed: int) -> None:
    desk.window.commands["showModels"].trigger()
    chaos = Chaos(desk, seed)
    for _ in range(STEPS):
        chaos.step()
    for dialog in desk.window.findChildren(QDialog):
        dialog.reject()
    assert desk.window.places.models.isVisible() or desk.window.places.chat.isVisible()
