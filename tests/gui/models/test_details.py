"""One model before it is fetched: what is told, what is refused, and what the button does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QRadioButton
from pytestqt.qtbot import QtBot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import Text
from desktop_llm.library.catalogue import catalogue
from desktop_llm.library.download_list import Download
from desktop_llm.library.hub_errors import (
    RateLimited,
    RepositoryDisabled,
    RepositoryGated,
    RepositoryMissing,
    RevisionGone,
    TokenRejected,
)
from desktop_llm.library.hub_types import FileChoice, ModelDetails, Refusal
from desktop_llm.library.starter import FetchProgress
from desktop_llm.ui.models.details import DetailsPane
from desktop_llm.ui.models.discover import CHOOSING_MS
from desktop_llm.ui.models.page import ModelsPage
from desktop_llm.ui.models.token_dialog import TokenDialog
from tests.fake_models import COMMIT, GB, an_entry, some_details, some_progress
from tests.gui.conftest import Desk, find
from tests.values import FakeError

REPO = "tiny-models/Tiny-0.5B-Instruct"


@pytest.fixture
def details(discovering: ModelsPage) -> DetailsPane:
    return discovering.discover.details


def look(desk: Desk, page: ModelsPage, answer: ModelDetails | None = None) -> ModelDetails:
    """Ask for a model, and let the hub answer."""
    answer = answer or some_details(REPO)
    page.discover.look_at(answer.model.repo)
    desk.hub.details_ready.emit(answer)
    return answer


def button(page: ModelsPage) -> QAbstractButton:
    return find(page, QAbstractButton, "downloadButton")


def gguf_choices() -> tuple[FileChoice, ...]:
    names = (
        ("Q8_0", "Best: like the original at half the size (Q8_0)", 8.5, 5),
        ("Q4_K_M", "Balanced: good answers at a third of the size (Q4_K_M)", 4.9, 3),
        ("Q2_K", "Smallest: clearly worse answers (Q2_K)", 3.2, 2),
    )
    return tuple(
        FileChoice(key, "gguf", Text(title), (f"{key}.gguf",), size * GB, bits, key == "Q4_K_M")
        for key, title, bits, size in names
    )


def test_choosing_a_result_asks_for_its_details(
    desk: Desk, discovering: ModelsPage, details: DetailsPane, qtbot: QtBot
) -> None:
    discovering.discover.results.select(catalogue()[1].repo)
    qtbot.waitUntil(lambda: details.state == "busy")
    wanted = catalogue()[1]
    assert desk.hub.calls[-1] == ("details", wanted.repo, wanted.revision or "main")


def test_a_model_that_was_renamed_is_shown_under_its_new_name(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    discovering.discover.look_at("a/old")
    desk.hub.details_ready.emit(some_details("a/new"))
    assert (details.state, details.repo) == ("details", "a/new")


def test_details_that_come_late_do_not_hide_the_starter(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    discovering.discover.look_at("a/b")
    discovering.discover.look_at(catalogue()[0].repo)
    desk.hub.details_ready.emit(some_details("a/b"))
    assert details.repo == catalogue()[0].repo


def test_details_on_their_way_are_still_wanted_when_the_search_is_cleared(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    discovering.discover.look_at("a/b")
    discovering.discover.show_recommended()
    assert desk.hub.calls[-1] == ("give_up", "search")


def test_details_on_their_way_are_asked_for_again_of_another_hub_or_none(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    discovering.discover.look_at("a/b")
    desk.preferences.set("offline", True)
    assert desk.hub.calls[-1] == ("details", "a/b", "main")


def test_what_was_looked_at_before_does_not_come_back(
    desk: Desk, discovering: ModelsPage, details: DetailsPane, qtbot: QtBot
) -> None:
    discovering.discover.look_at(catalogue()[1].repo)
    discovering.discover.look_at("not/in-the-list")
    assert discovering.discover.results.current is None
    qtbot.wait(2 * CHOOSING_MS)
    asked = [call[1] for call in desk.hub.calls if call[0] == "details"]
    assert asked == [catalogue()[1].repo, "not/in-the-list"]


def test_a_failure_that_comes_late_does_not_hide_another_model(
    desk: Desk, discovering: ModelsPage, details: DetailsPane, qtbot: QtBot
) -> None:
    discovering.discover.look_at("a/b")
    discovering.discover.look_at(catalogue()[0].repo)  # the starter, which needs no hub
    desk.hub.details_failed.emit(RepositoryMissing("a/b"))
    assert details.state == "details"


def test_facts_and_licence_are_told_before_the_download(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    look(desk, discovering)
    facts = dict(details.overview.facts.pairs)
    assert facts["Licence"] == "Apache 2.0"
    assert facts["Reads at most"] == "32,768 tokens"
    assert facts["Version"] == COMMIT[:12]
    assert "Apache 2.0" in details.bar.text
    assert "995 MB" in button(discovering).text()


def test_a_missing_licence_is_pointed_out(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    answer = some_details(REPO)
    look(desk, discovering, replace(answer, model=replace(answer.model, licence="")))
    assert "No licence" in details.bar.text
    assert dict(details.overview.facts.pairs)["Licence"] == "–"


def test_the_recommended_files_are_chosen_and_another_choice_moves_the_fit(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    answer = look(desk, discovering, some_details(REPO, choices=gguf_choices()))
    assert details.overview.choice is answer.choices[1]
    before = details.overview.fit.text
    find(details, QRadioButton, "choice_Q8_0").click()
    assert details.overview.choice is answer.choices[0]
    assert details.overview.fit.text != before
    assert "5.00 GB" in button(discovering).text()


def test_a_longer_conversation_moves_the_fit(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    look(desk, discovering)
    fit = details.overview.fit
    before = fit.text
    fit.slider.setValue(fit.slider.maximum())
    assert fit.context == 32768  # no more than the model reads
    assert fit.text != before


def test_the_button_fetches_the_chosen_files_of_that_commit(
    desk: Desk, discovering: ModelsPage
) -> None:
    answer = look(desk, discovering)
    button(discovering).click()
    assert ("add", answer.plan(answer.choices[0])) in desk.downloads.calls
    assert not button(discovering).isEnabled()


def test_the_button_follows_the_download(desk: Desk, discovering: ModelsPage) -> None:
    answer = look(desk, discovering)
    plan = answer.plan(answer.choices[0])
    desk.downloads.put(Download(plan, "running", some_progress(plan, 0.42)))
    assert "42" in button(discovering).text()
    desk.downloads.put(Download(plan, "failed", error=FakeError(detail="cut")))
    button(discovering).click()
    assert ("resume", plan.id) in desk.downloads.calls


def test_a_model_that_is_here_can_be_chatted_with(desk: Desk, discovering: ModelsPage) -> None:
    look(desk, discovering)
    desk.library.show([an_entry("other", repo=REPO)])
    button(discovering).click()
    assert any(call[0] == "load" and call[1].name == "other" for call in desk.inference.calls)


def test_what_does_not_fit_on_the_disk_is_not_begun(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    answer = some_details(REPO)
    large = replace(answer.choices[0], size=60 * GB)
    look(desk, discovering, replace(answer, choices=(large,)))
    assert not button(discovering).isEnabled()
    assert "60.0 GB are needed" in details.bar.text


def test_a_refused_model_says_why_and_offers_another(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    refusal = Refusal("pickle", Text("Its weights can run programs."), "safe/Model")
    look(desk, discovering, some_details(REPO, choices=(), refusal=refusal))
    assert "run programs" in details.overview.refusal.text
    assert not button(discovering).isVisible()
    find(details, QAbstractButton, "lookInstead").click()
    assert desk.hub.calls[-1] == ("details", "safe/Model", "main")


def test_an_adapter_leads_to_its_base_and_a_large_model_to_smaller_files(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    answer = some_details(REPO)
    adapter = replace(answer.choices[0], id="adapter", format="adapter")
    model = replace(answer.model, base="a/base", formats=("adapter",))
    look(desk, discovering, replace(answer, model=model, choices=(adapter,)))
    find(details, QAbstractButton, "lookAtOther").click()
    assert desk.hub.calls[-1] == ("details", "a/base", "main")
    twin = next(entry for entry in catalogue() if entry.gguf and not entry.local)
    look(desk, discovering, some_details(twin.repo))
    find(details, QAbstractButton, "lookAtOther").click()
    assert desk.hub.calls[-1] == ("details", twin.gguf, "main")
    look(desk, discovering)
    assert not find(details, QAbstractButton, "lookAtOther").isVisible()


def test_a_damaged_copy_can_be_downloaded_again(desk: Desk, discovering: ModelsPage) -> None:
    look(desk, discovering)
    desk.library.show([an_entry(REPO, verified=False)])
    assert "Download" in button(discovering).text()


@pytest.mark.parametrize(
    ("error", "offered"),
    [
        (RepositoryMissing(REPO), {"enterToken", "askAgain"}),
        (
            RepositoryGated(REPO, f"https://huggingface.co/{REPO}"),
            {"openConditions", "enterToken", "askAgain"},
        ),
        (RepositoryDisabled(REPO), set()),
        (RevisionGone(REPO, "v1"), {"takeNewest"}),
        (TokenRejected(), {"enterToken", "askAgain"}),
    ],
)
def test_each_case_of_access_offers_what_helps(
    desk: Desk,
    discovering: ModelsPage,
    details: DetailsPane,
    error: ExpectedError,
    offered: set[str],
) -> None:
    discovering.discover.look_at(REPO)
    desk.hub.details_failed.emit(error)
    assert str(error.sentences()[0]) in details.help.words
    buttons = details.help.findChildren(QAbstractButton)
    assert {each.objectName() for each in buttons if each.isVisible()} == offered


def test_conditions_are_accepted_on_the_page_of_the_hub(
    desk: Desk, discovering: ModelsPage, details: DetailsPane, opened: list[str]
) -> None:
    discovering.discover.look_at(REPO)
    desk.hub.details_failed.emit(RepositoryGated(REPO, f"https://huggingface.co/{REPO}"))
    find(details, QAbstractButton, "openConditions").click()
    assert opened == [f"https://huggingface.co/{REPO}"]


def test_the_page_of_a_mirror_is_opened_where_one_is_set(
    desk: Desk, discovering: ModelsPage, details: DetailsPane, opened: list[str]
) -> None:
    desk.preferences.set("hub_endpoint", "https://hub.example.org")
    look(desk, discovering)
    find(details, QAbstractButton, "openModelPage").click()
    assert opened == [f"https://hub.example.org/{REPO}"]


def test_a_token_is_checked_kept_and_used_at_once(
    desk: Desk, discovering: ModelsPage, details: DetailsPane
) -> None:
    discovering.discover.look_at(REPO)
    desk.hub.details_failed.emit(RepositoryMissing(REPO))
    find(details, QAbstractButton, "enterToken").click()
    dialog = find(discovering, TokenDialog, "tokenDialog")
    dialog.edit.setText(" hf_secret ")
    desk.hub.sign_in_outcome = ("pip", "session")
    dialog.ok.click()
    assert ("sign_in", "hf_secret") in desk.hub.calls
    assert desk.hub.calls[-1] == ("details", REPO, "main")
    assert discovering.toast.isVisible()


def test_a_refused_token_is_told_and_not_shown(desk: Desk, discovering: ModelsPage) -> None:
    discovering.ask_token()
    dialog = find(discovering, TokenDialog, "tokenDialog")
    desk.hub.sign_in_outcome = TokenRejected()
    assert not dialog.ok.isEnabled()
    dialog.edit.setText("hf_wrong")
    dialog.ok.click()
    assert dialog.isVisible()
    assert "did not accept" in dialog.words
    assert "hf_wrong" not in dialog.words
    assert dialog.edit.echoMode() is dialog.edit.EchoMode.Password
    dialog.reject()


@pytest.mark.parametrize(
    "error",
    [
        RateLimited(),
        RepositoryMissing("a/b"),
        RepositoryGated("a/b", "https://hub.example.org/a/b"),
        TokenRejected(),
    ],
)
def test_who_needs_a_token_is_told_the_command_of_the_menu(
    desk: Desk, error: ExpectedError
) -> None:
    command = desk.window.commands["hubToken"].text().replace("&", "").rstrip("…")
    assert f"menu Model ▸ {command}" in str(error.sentences()[-1])
    assert "--token-stdin" in str(error.sentences()[-1])


@pytest.mark.parametrize(
    ("gone", "said"), [(True, "The token is forgotten."), (False, "did not delete it")]
)
def test_a_token_can_be_forgotten(
    desk: Desk, discovering: ModelsPage, gone: bool, said: str
) -> None:
    desk.hub.account, desk.hub.forgets = "pip", gone
    discovering.ask_token()
    dialog = find(discovering, TokenDialog, "tokenDialog")
    assert "pip" in dialog.words
    find(dialog, QAbstractButton, "tokenForget").click()
    assert ("sign_out",) in desk.hub.calls
    assert said in dialog.words
    dialog.reject()


def test_the_starter_needs_no_hub(
    desk: Desk, discovering: ModelsPage, details: DetailsPane, qtbot: QtBot
) -> None:
    discovering.discover.results.select(catalogue()[0].repo)
    qtbot.waitUntil(lambda: details.state == "details")
    assert not any(call[0] == "details" for call in desk.hub.calls)
    button(discovering).click()
    assert ("fetch_starter",) in desk.models.calls
    desk.models.starter_progress.emit(FetchProgress(30, 100))
    assert "30" in button(discovering).text()
    assert discovering.downloads.isVisible()
    find(discovering, QAbstractButton, "cancelDownload").click()
    assert ("cancel_fetch",) in desk.models.calls
    assert not discovering.downloads.isVisible()


def test_the_starter_that_has_arrived_can_be_chatted_with(
    desk: Desk, discovering: ModelsPage
) -> None:
    desk.models.starter_progress.emit(FetchProgress(99, 100))
    desk.models.starter_ready.emit()
    assert ("refresh",) in desk.library.calls
    assert not discovering.downloads.isVisible()
    find(discovering, QAbstractButton, "toastAction").click()
    assert any(call[0] == "load" and call[1].name == "starter" for call in desk.inference.calls)


def test_a_starter_that_does_not_arrive_is_told(desk: Desk, discovering: ModelsPage) -> None:
    desk.models.starter_progress.emit(FetchProgress(30, 100))
    desk.models.starter_failed.emit(FakeError(detail="the cable"))
    assert "the cable" in discovering.banner.words
    assert not discovering.downloads.isVisible()


def test_walking_through_the_list_asks_for_the_last_one_only(
    desk: Desk, discovering: ModelsPage, qtbot: QtBot
) -> None:
    view = discovering.discover.results.view
    view.setFocus()
    discovering.discover.results.select(catalogue()[1].repo)
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: any(call[0] == "details" for call in desk.hub.calls))
    asked = [call[1] for call in desk.hub.calls if call[0] == "details"]
    assert asked[-1] == catalogue()[4].repo
    assert len(asked) < 4


def test_the_model_that_is_looked_at_survives_another_language(
    desk: Desk, discovering: ModelsPage
) -> None:
    look(desk, discovering)
    desk.window.build()
    page = desk.window.places.models
    desk.hub.details_ready.emit(some_details(REPO))
    assert page.discover.details.state == "details"
    assert page.discover.details.repo == REPO
