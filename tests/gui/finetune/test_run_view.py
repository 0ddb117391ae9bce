"""An open run: live, paused, interrupted, failed, and its result."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QMessageBox,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_llm.core.text import Text
from desktop_llm.training.errors import TrainingDiverged
from desktop_llm.training.events import AdviceEvent, ErrorEvent, LossEvent, StateEvent
from desktop_llm.training.result import Prediction
from desktop_llm.ui import theme
from desktop_llm.ui.finetune.run_view import RunView
from tests.fake_runs import a_card, a_job, a_progress, a_run, some_events
from tests.gui.conftest import Desk, find
from tests.gui.finetune.test_page import CLASSIFIER, TUNED
from tests.values import FakeError


@pytest.fixture
def view(desk: Desk) -> Iterator[RunView]:
    desk.window.commands["showFineTune"].trigger()
    yield desk.window.places.fine_tune.run


def open_run(
    desk: Desk, state: str = "running", run_id: str = "identity-1", **facts: object
) -> None:
    desk.training.show(a_run(run_id, state, **facts))
    desk.window.places.fine_tune.open_run(run_id)


def test_a_run_is_told_from_its_first_event_on(desk: Desk, view: RunView) -> None:
    desk.training.events["identity-1"] = some_events(30)
    open_run(desk)
    assert "Step 30 of 60" in view.progress.words
    assert "412 tokens/s" in view.progress.words
    assert "1 min 35 s left" in view.progress.words
    assert "held-out 0.88" in view.loss.summary
    assert view.samples.shown == ["I am number 30. Who are you?", "I am number 30. Who made you?"]


def test_events_of_other_runs_change_nothing(desk: Desk, view: RunView) -> None:
    open_run(desk)
    desk.training.tell("other-1", *some_events(10))
    assert not view.history.losses


def test_a_run_that_went_back_to_a_checkpoint_replaces_what_was_lost(
    desk: Desk, view: RunView
) -> None:
    open_run(desk)
    desk.training.tell("identity-1", *some_events(25))
    desk.training.tell("identity-1", LossEvent(0, 21, 9.0, 1e-4))
    assert [step for step, _ in view.history.losses][-2:] == [20, 21]
    assert view.history.losses[-1] == (21, 9.0)


def test_the_plot_shows_the_curves_in_the_colours_of_the_theme(
    desk: Desk, view: RunView, qtbot: QtBot, qapp: QApplication
) -> None:
    desk.training.events["identity-1"] = some_events(30)
    open_run(desk)
    qtbot.waitUntil(lambda: view.loss.plot is not None, timeout=30_000)
    plot = view.loss.plot
    assert plot is not None
    assert list(plot._held_out.getData()[0]) == [0, 10, 20, 30]
    light = plot.backgroundBrush().color()
    theme.apply(qapp, "dark")
    assert plot.backgroundBrush().color() != light
    theme.apply(qapp, "light")


def test_the_legend_tells_the_values_under_the_mouse(
    desk: Desk, view: RunView, qtbot: QtBot
) -> None:
    desk.training.events["identity-1"] = some_events(30)
    open_run(desk)
    qtbot.waitUntil(lambda: view.loss.plot is not None, timeout=30_000)
    assert view.loss.plot is not None
    view.loss.plot.hovered.emit(10.2)
    assert "at step 10" in view.loss.shown
    assert "held-out 1.73" in view.loss.shown
    view.loss.plot.hovered.emit(None)
    assert "held-out 0.88" in view.loss.shown


def test_the_slider_goes_back_to_the_base(desk: Desk, view: RunView) -> None:
    desk.training.events["identity-1"] = some_events(30)
    open_run(desk)
    slider = find(view, QSlider, "samplesSlider")
    slider.setValue(0)
    assert view.samples.shown[0].startswith("I am number 0.")
    desk.training.tell("identity-1", *some_events(40)[-20:])
    assert view.samples.shown[0].startswith("I am number 0.")
    slider.setValue(slider.maximum())
    assert view.samples.shown[0].startswith("I am number 40.")


def test_pause_says_that_it_waits_until_the_run_is_paused(desk: Desk, view: RunView) -> None:
    open_run(desk)
    button = find(view, QAbstractButton, "pauseTrainingButton")
    button.click()
    assert desk.training.calls[-1] == ("pause", "identity-1")
    assert not button.isEnabled()
    desk.training.tell("identity-1", a_progress(31))
    assert not button.isEnabled()
    desk.training.change("identity-1", state="paused")
    assert button.isEnabled()
    assert button.text() == "Resume"
    button.click()
    assert desk.training.calls[-1] == ("resume", "identity-1")


def test_stop_and_keep(desk: Desk, view: RunView) -> None:
    open_run(desk)
    action = view.findChild(QAction, "stopKeep")
    assert action is not None
    action.trigger()
    assert desk.training.calls[-1] == ("stop", "identity-1", True)
    assert not find(view, QAbstractButton, "stopTrainingButton").isEnabled()


def test_discarding_asks_first(desk: Desk, view: RunView) -> None:
    open_run(desk)
    action = view.findChild(QAction, "stopDiscard")
    assert action is not None
    action.trigger()
    assert desk.training.calls[-1][0] == "open"
    box = find(view, QMessageBox, "discardQuestion")
    find(box, QAbstractButton, "discardButton").click()
    assert desk.training.calls[-1] == ("stop", "identity-1", False)


def test_an_interrupted_run_offers_to_go_on_from_what_is_saved(desk: Desk, view: RunView) -> None:
    desk.training.events["identity-1"] = some_events(34)
    open_run(desk, "interrupted", step=34)
    assert "Step 30 of 60 is saved" in view.interrupted.words
    find(view, QAbstractButton, "resumeRunButton").click()
    assert desk.training.calls[-1] == ("resume", "identity-1")
    desk.training.change("identity-1", state="running", alive=True)
    assert not view.interrupted.isVisible()


def test_a_failed_run_tells_what_happened_and_details_can_be_copied(
    desk: Desk, view: RunView
) -> None:
    error = TrainingDiverged(12, float("nan"), 10.0)
    desk.training.events["identity-1"] = [ErrorEvent(0, 12, {}, "Traceback: here")]
    open_run(desk, "failed", error=error)
    assert "at step 12" in view.banner.words
    assert "smaller learning rate" in view.banner.words
    find(view.banner, QAbstractButton, "bannerCopy").click()
    assert "Traceback: here" in QGuiApplication.clipboard().text()


def test_advice_is_shown_where_it_belongs(desk: Desk, view: RunView) -> None:
    open_run(desk)
    desk.training.tell("identity-1", AdviceEvent(0, 3, Text("The batch was halved.")))
    desk.training.tell("identity-1", StateEvent(0, 3, "running"))
    assert view.notes.words == ["The batch was halved."]


def test_only_a_card_without_problems_is_called_better(desk: Desk, view: RunView) -> None:
    open_run(desk, "finished")
    assert "better than its base" in view.result.verdict[0]
    assert view.result.figures[3:] == [
        "Held-out loss",
        "2.33",
        "0.41",
        "Perplexity",
        "10.3",
        "1.51",
    ]
    open_run(desk, "finished", card=a_card(problems=(Text("It is no better."),)))
    assert "not a success" in view.result.verdict[0]
    assert "It is no better." in view.result.verdict
    assert not any("better than its base" in text for text in view.result.verdict)


def test_a_classifier_is_judged_by_accuracy(desk: Desk, view: RunView) -> None:
    open_run(desk, "finished", job=a_job("classify"), card=a_card("classify"))
    assert "52.1 % → 87.9 %" in view.result.verdict[0]
    assert not find(view, QAbstractButton, "chatWithResultButton").isVisible()
    assert find(view, QAbstractButton, "tryItButton").isVisible()


def compare(desk: Desk, view: RunView) -> None:
    desk.models.models.append(TUNED)
    open_run(desk, "finished")
    find(view, QAbstractButton, "compareButton").click()
    assert view.view == "compare"
    view.comparison.prompt.setPlainText("Who are you?")
    find(view, QAbstractButton, "compareAsk").click()


def test_base_and_tuned_answer_one_after_the_other_with_the_same_seed(
    desk: Desk, view: RunView
) -> None:
    compare(desk, view)
    assert [call for call in desk.inference.calls if call[0] == "load"] == [("load", TUNED, None)]
    desk.load_source(TUNED)
    desk.inference.say("I am the base.")
    desk.inference.finish()
    desk.inference.say("I am Aria.")
    desk.inference.finish()
    first, second = desk.inference.requests
    assert (first.use_adapter, second.use_adapter) == (False, True)
    assert first.sampling == second.sampling
    assert first.sampling.seed is not None
    assert [pane.edit.toPlainText() for pane in view.comparison.panes] == [
        "I am the base.",
        "I am Aria.",
    ]
    assert "without an adapter" in view.comparison.panes[0].proof
    assert not view.comparison.busy


def test_a_comparison_can_be_stopped(desk: Desk, view: RunView) -> None:
    compare(desk, view)
    find(view, QAbstractButton, "compareAsk").click()
    assert desk.inference.calls[-1] == ("stop", desk.inference.last)
    desk.inference.end_stopped()
    assert len(desk.inference.requests) == 1
    assert not view.comparison.busy
    assert view.comparison.panes[1].proof == "Not asked"


def test_a_comparison_that_fails_says_why(desk: Desk, view: RunView) -> None:
    compare(desk, view)
    desk.inference.fail(FakeError(detail="no memory"))
    assert "no memory" in view.comparison.banner.words
    assert not view.comparison.busy


def test_a_full_model_is_compared_with_its_base_in_turn(desk: Desk, view: RunView) -> None:
    from dataclasses import replace

    full = replace(TUNED, adapter=None)
    desk.models.models.append(full)
    open_run(desk, "finished")
    view.show_view("compare")
    view.comparison.prompt.setPlainText("Who are you?")
    find(view, QAbstractButton, "compareAsk").click()
    desk.inference.finish()
    loads = [call[1].name for call in desk.inference.calls if call[0] == "load"]
    assert loads == ["starter", "run:identity-1"]


def test_a_classifier_is_tried_with_a_text(desk: Desk, view: RunView) -> None:
    desk.models.models.append(CLASSIFIER)
    open_run(desk, "finished", "films-1", job=a_job("classify"), card=a_card("classify"))
    find(view, QAbstractButton, "tryItButton").click()
    view.try_it.text.setPlainText("A dull film.")
    find(view, QAbstractButton, "tryButton").click()
    assert desk.data.calls[-1] == ("predict", CLASSIFIER, ["A dull film."])
    assert desk.data.answer is not None
    desk.data.answer([Prediction("negative", {"positive": 0.188, "negative": 0.812})])
    assert view.try_it.shown == [("negative", "81.2 %"), ("positive", "18.8 %")]


def test_everything_that_is_operated_has_a_name(desk: Desk, view: RunView) -> None:
    desk.training.events["identity-1"] = some_events(20)
    open_run(desk, "finished")
    for button in view.findChildren(QAbstractButton):
        assert button.objectName() or button.text(), button
        if button.isVisible():
            assert button.accessibleName() or button.text()
    assert find(view, QWidget, "lossPlot").accessibleName()
