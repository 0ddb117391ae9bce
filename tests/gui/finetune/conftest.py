"""The page that prepares a run, over fake services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_llm.ui.finetune import reading
from desktop_llm.ui.finetune.new_run import NewRun
from tests.gui.finetune.preparation import FILE, Bench, a_report, a_token_report
from tests.values import a_source


class Preparation:
    """The fakes and the page over them."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.page = NewRun(bench.services)

    def read(self, qtbot: QtBot, report: object = None, tokens: object = None) -> None:
        """The reader answers what was asked last, and so does the model's tokenizer."""
        asked = len(self.bench.data.questions)
        self.wait_for_check(qtbot)
        self.bench.data.checked.emit(report or a_report())
        if report is None:
            qtbot.waitUntil(lambda: len(self.bench.data.questions) > asked)
            self.bench.data.tokens_ready.emit(tokens or a_token_report())

    def wait_for_check(self, qtbot: QtBot) -> None:
        before = self.bench.data.answered
        qtbot.waitUntil(lambda: len(self.bench.data.checks) > before)
        self.bench.data.answered = len(self.bench.data.checks)

    def prepare(self, qtbot: QtBot, report: object = None, path: Path = FILE) -> None:
        """A file is dropped and read."""
        self.page.add_files([path])
        self.read(qtbot, report)


@pytest.fixture
def make_preparation(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Bench], Preparation]]:
    monkeypatch.setattr(reading, "DELAY_MS", 10)  # nobody types here
    made: list[Preparation] = []

    def make(bench: Bench) -> Preparation:
        new = Preparation(bench)
        made.append(new)
        qtbot.addWidget(new.page)
        new.page.resize(900, 700)
        new.page.show()
        qtbot.waitExposed(new.page)
        return new

    yield make
    for each in made:
        each.page.close()
        each.bench.tasks.shut_down()


@pytest.fixture
def preparation(make_preparation: Callable[[Bench], Preparation]) -> Preparation:
    return make_preparation(Bench([a_source("starter"), a_source("other")]))
