"""Finding a model: recommended ones, searches, endless results, and three questions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLineEdit, QListView
from pytestqt.qtbot import QtBot

from desktop_llm.library.catalogue import catalogue
from desktop_llm.library.fit import Fit
from desktop_llm.library.hub_errors import HubUnreachable, WorkingOffline
from desktop_llm.library.hub_types import HubModel, SearchQuery
from desktop_llm.ui import theme
from desktop_llm.ui.models.choose_dialog import ChooseDialog
from desktop_llm.ui.models.page import ModelsPage
from desktop_llm.ui.models.result_rows import FACTS_ROLE, FIT_ROLE, answers
from desktop_llm.ui.models.search_bar import SearchBar
from desktop_llm.ui.widgets.combo_box import ComboBox
from tests.fake_models import a_hub_model
from tests.gui.conftest import Desk, find

B = 1_000_000_000
Role = Qt.ItemDataRole


def searches(desk: Desk) -> list[SearchQuery]:
    return [call[1] for call in desk.hub.calls if call[0] == "search"]


def ask(desk: Desk, page: ModelsPage, qtbot: QtBot, text: str = "zzz") -> None:
    """Type words and wait until the hub is asked."""
    before = len(searches(desk))
    find(page, QLineEdit, "modelSearch").setText(text)
    qtbot.waitUntil(lambda: len(searches(desk)) > before)


def choose(page: ModelsPage, name: str, key: object) -> None:
    """Pick a value of a filter as a person does."""
    box = find(page, ComboBox, f"{name}Filter")
    box.setCurrentIndex(box.findData(key))
    box.activated.emit(box.currentIndex())


def row(page: ModelsPage, number: int, role: int = Role.DisplayRole) -> object:
    return page.discover.results.rows.index(number).data(role)


def test_recommended_models_are_there_without_asking_anybody(
    desk: Desk, discovering: ModelsPage
) -> None:
    results = discovering.discover.results.rows.results
    assert [result.title for result in results] == [entry.title for entry in catalogue()]
    assert results[0].is_starter
    assert searches(desk) == []


def test_each_model_says_whether_it_runs_with_the_arithmetic_on_hover(
    discovering: ModelsPage,
) -> None:
    fits = [row(discovering, number, FIT_ROLE) for number in range(3)]
    assert all(fits)
    assert str(row(discovering, 0, Role.ToolTipRole)).count("<br>") >= 3
    assert str(row(discovering, 0, Role.AccessibleTextRole)).startswith("SmolLM2")


def test_words_are_searched_a_moment_after_the_last_key(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    edit = find(discovering, QLineEdit, "modelSearch")
    qtbot.keyClicks(edit, "tiny  chat ")
    assert searches(desk) == []
    qtbot.waitUntil(lambda: bool(searches(desk)))
    assert searches(desk) == [SearchQuery("tiny chat")]
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert len(searches(desk)) == 1


def test_filters_and_order_are_part_of_the_question(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    for name, key in (
        ("task", "text-generation"),
        ("size", 2),
        ("language", "zh"),
        ("format", "gguf"),
        ("licence", "mit"),
        ("access", "open"),
        ("sort", "likes"),
    ):
        choose(discovering, name, key)
    wanted = SearchQuery(
        "", "text-generation", "gguf", "zh", "mit", B // 2, 3 * B // 2, "open", "likes"
    )
    assert searches(desk)[-1] == wanted


def test_a_question_survives_another_language(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    choose(discovering, "size", 2)
    ask(desk, discovering, qtbot)
    place = discovering.place()
    desk.window.build()
    page = desk.window.places.models
    assert page is not discovering
    assert page.discover.query == place.query
    assert (desk.window.places.shown, page.place()) == ("navModels", place)


def test_results_tell_size_licence_downloads_and_access(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    ask(desk, discovering, qtbot)
    desk.hub.give([a_hub_model(access="gated")])
    facts = str(row(discovering, 0, FACTS_ROLE))
    for part in ("Conditions to accept", "494M", "988 MB", "safetensors", "Apache 2.0", "1.2M"):
        assert part in facts
    assert "1 model" in discovering.discover.results.words


def test_more_is_asked_for_before_the_end_and_only_once(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    ask(desk, discovering, qtbot)
    desk.hub.give([a_hub_model(f"a/m{number}") for number in range(60)], more=True)
    assert ("more",) not in desk.hub.calls
    bar = discovering.discover.results.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    bar.setValue(bar.maximum() - 1)
    assert desk.hub.calls.count(("more",)) == 1
    desk.hub.give([a_hub_model(f"a/m{number}") for number in range(50, 120)], first=False)
    assert len(discovering.discover.results.rows.results) == 120
    bar.setValue(bar.maximum())
    assert desk.hub.calls.count(("more",)) == 1


def test_a_page_that_does_not_fill_the_view_is_followed_by_the_next(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    ask(desk, discovering, qtbot)
    desk.hub.give([a_hub_model("a/one")], more=True)
    assert ("more",) in desk.hub.calls


def test_recommended_models_that_match_come_first_and_are_not_told_twice(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    ask(desk, discovering, qtbot, "qwen3")
    first = [each.model.repo for each in discovering.discover.results.rows.results]
    assert first and all("Qwen3" in repo for repo in first)  # before the hub has answered
    desk.hub.give([a_hub_model(first[0]), a_hub_model("someone/qwen3-copy")])
    found = [each.model.repo for each in discovering.discover.results.rows.results]
    assert found == [*first, "someone/qwen3-copy"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (SearchQuery(), True),
        (SearchQuery("smollm2 135M"), True),
        (SearchQuery("smollm2 7B"), False),
        (SearchQuery(language="en", licence="apache-2.0", max_parameters=B), True),
        (SearchQuery(language="zh"), False),
        (SearchQuery(min_parameters=B), False),
        (SearchQuery(format="gguf"), False),
        (SearchQuery(task="fill-mask"), False),
        (SearchQuery(access="gated"), False),
    ],
)
def test_a_recommended_model_answers_the_filters(query: SearchQuery, expected: bool) -> None:
    assert answers(catalogue()[0], query) is expected


def test_nothing_found_says_what_to_try(desk: Desk, discovering: ModelsPage, qtbot: QtBot) -> None:
    ask(desk, discovering, qtbot)
    desk.hub.give([])
    assert "fewer filters" in discovering.discover.results.words


def test_without_words_the_recommended_models_come_back(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    ask(desk, discovering, qtbot)
    desk.hub.give([a_hub_model()])
    find(discovering, QLineEdit, "modelSearch").clear()
    rows = discovering.discover.results.rows
    qtbot.waitUntil(lambda: len(rows.results) == len(catalogue()))


def test_the_hub_can_be_browsed_without_words(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    find(discovering, QAbstractButton, "browseHub").click()
    assert searches(desk) == [SearchQuery()]
    desk.hub.give([a_hub_model()])
    choose(discovering, "sort", "updated")
    assert searches(desk)[-1] == SearchQuery(sort="updated")


def test_a_failed_search_is_told_and_tried_again(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    ask(desk, discovering, qtbot)
    desk.hub.failed.emit(HubUnreachable("hub.example.org"))
    assert "hub.example.org" in discovering.banner.words
    find(discovering, QAbstractButton, "bannerRetry").click()
    assert len(searches(desk)) == 2
    assert not discovering.banner.isVisible()


def test_more_results_that_failed_are_asked_for_again_and_the_others_stay(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    ask(desk, discovering, qtbot)
    desk.hub.give([a_hub_model(f"a/m{number}") for number in range(5)], more=True)
    desk.hub.set_busy(False)
    desk.hub.failed.emit(HubUnreachable("hub.example.org"))
    find(discovering, QAbstractButton, "bannerRetry").click()
    assert desk.hub.calls[-1] == ("more",)
    assert len(discovering.discover.results.rows.results) == 5


def test_what_is_chosen_before_the_hub_answers_stays_chosen(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    ask(desk, discovering, qtbot, "smollm2")
    results = discovering.discover.results
    results.select(catalogue()[1].repo)
    desk.hub.give([a_hub_model()])
    assert results.current is not None and results.current.model.repo == catalogue()[1].repo


def test_offline_the_recommended_models_stay_and_nobody_is_asked(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    desk.preferences.set("offline", True)
    assert "offline" in discovering.discover.results.words
    assert not find(discovering, QAbstractButton, "browseHub").isVisible()
    ask(desk, discovering, qtbot)
    desk.hub.failed.emit(WorkingOffline())
    assert not find(discovering, QAbstractButton, "bannerRetry").isVisible()


def test_another_length_of_conversation_is_reckoned_for_all_results(
    discovering: ModelsPage,
) -> None:
    before = row(discovering, 3, FIT_ROLE)
    slider = discovering.discover.details.overview.fit.slider
    slider.setValue(slider.maximum())
    after = row(discovering, 3, FIT_ROLE)
    assert after.cache > before.cache  # type: ignore[attr-defined]


def test_three_answers_give_proposals_that_lead_to_the_details(
    desk: Desk, discovering: ModelsPage
) -> None:
    find(discovering, QAbstractButton, "helpMeChoose").click()
    dialog = find(discovering, ChooseDialog, "chooseDialog")
    first = dialog.proposals
    assert len(first) == 3
    dialog.purpose.setCurrentIndex(dialog.purpose.findData("code"))
    dialog.purpose.activated.emit(dialog.purpose.currentIndex())
    find(dialog, QCheckBox, "language_zh").click()
    assert dialog.proposals != first
    wanted = dialog.proposals[0]
    find(dialog, QAbstractButton, "proposal0").click()
    assert discovering.discover.details.repo == wanted


def test_five_hundred_results_scroll_without_a_long_paint(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    """A row that was never looked at is judged when it comes into view, not before."""
    ask(desk, discovering, qtbot)
    judged: list[str] = []
    rows = discovering.discover.results.rows
    judge = rows._judge

    def note(model: HubModel) -> Fit | None:
        judged.append(model.repo)
        return judge(model)

    rows._judge = note
    desk.hub.give([a_hub_model(f"a/m{number}") for number in range(500)])
    view = find(discovering, QListView, "modelResults")
    view.viewport().repaint()
    assert 0 < len(judged) < 40
    bar = view.verticalScrollBar()
    for value in range(0, bar.maximum(), max(1, bar.maximum() // 50)):
        bar.setValue(value)
        view.viewport().repaint()
    assert len(judged) == len(set(judged))


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_results_are_painted_in_both_themes(
    discovering: ModelsPage, choice: theme.Choice, qapp: object
) -> None:
    theme.apply(qapp, choice)  # type: ignore[arg-type]
    view = discovering.discover.results.view
    view.setCurrentIndex(discovering.discover.results.rows.index(1))
    image = view.viewport().grab().toImage()
    colours = {image.pixelColor(x, 20).name() for x in range(0, image.width(), 3)}
    assert len(colours) > 2


def test_the_hidden_field_forgets_what_was_half_typed(qtbot: QtBot) -> None:
    bar = SearchBar()
    qtbot.addWidget(bar)
    bar.show()
    told: list[object] = []
    bar.query_changed.connect(told.append)
    bar.edit.setText("x")
    bar.hide()
    QTest.qWait(0)
    assert told == []
