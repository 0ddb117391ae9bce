"""The strip of downloads: how far each is, and what can be done with it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton

from desktop_llm.library.download_list import Download
from desktop_llm.ui.models.downloads_view import DownloadRow
from desktop_llm.ui.models.page import ModelsPage
from tests.fake_models import a_plan, an_entry, some_progress
from tests.gui.conftest import Desk, find
from tests.values import FakeError

PLAN = a_plan()


def row(page: ModelsPage, plan_id: str = PLAN.id) -> DownloadRow:
    return page.downloads.rows[plan_id]


def test_without_downloads_there_is_no_strip(page: ModelsPage) -> None:
    assert not page.downloads.isVisible()


@pytest.mark.parametrize(
    ("download", "said"),
    [
        (Download(PLAN), "Waiting"),
        (Download(PLAN, "running"), "Starting…"),
        (
            Download(PLAN, "running", some_progress(PLAN)),
            "498 MB of 995 MB · 5 MB a second · 2 min left",
        ),
        (
            Download(PLAN, "running", some_progress(PLAN, 1.0, stage="checking")),
            "Checking model.safetensors…",
        ),
        (Download(PLAN, "paused", some_progress(PLAN)), "Paused: 498 MB of 995 MB"),
        (
            Download(PLAN, "failed", error=FakeError(detail="the cable")),
            "The fake had trouble: the cable. Nothing was lost. Try again.",
        ),
    ],
)
def test_each_state_is_told(desk: Desk, page: ModelsPage, download: Download, said: str) -> None:
    desk.downloads.put(download)
    assert page.downloads.isVisible()
    assert row(page).text == said


def test_what_is_under_way_can_be_paused_resumed_and_given_up(desk: Desk, page: ModelsPage) -> None:
    desk.downloads.put(Download(PLAN, "running", some_progress(PLAN)))
    assert not row(page).resume.isVisible()
    row(page).pause.click()
    assert not row(page).pause.isVisible()
    row(page).resume.click()
    row(page).cancel.click()
    assert [call[0] for call in desk.downloads.calls] == ["pause", "resume", "cancel"]
    assert not page.downloads.isVisible()


def test_one_that_waits_can_be_fetched_earlier(desk: Desk, page: ModelsPage) -> None:
    other = a_plan("a/other")
    desk.downloads.put(Download(PLAN, "running"))
    desk.downloads.put(Download(other))
    assert not row(page).up.isVisible()
    row(page, other.id).up.click()
    assert desk.downloads.calls[-1] == ("move_up", other.id)


def test_rows_stay_the_same_widgets_while_they_progress(desk: Desk, page: ModelsPage) -> None:
    """Or else a button would vanish under the mouse."""
    desk.downloads.put(Download(PLAN, "running", some_progress(PLAN, 0.1)))
    before = row(page)
    desk.downloads.put(Download(PLAN, "running", some_progress(PLAN, 0.2)))
    desk.downloads.put(Download(a_plan("a/other")))
    assert row(page) is before


def test_downloads_of_an_earlier_session_are_there_at_the_first_visit(desk: Desk) -> None:
    desk.downloads.put(Download(PLAN, "paused", some_progress(PLAN)))
    desk.window.commands["showModels"].trigger()
    assert desk.window.places.models.downloads.isVisible()


def test_a_finished_download_can_be_chatted_with(desk: Desk, page: ModelsPage) -> None:
    desk.downloads.put(Download(PLAN, "done"))
    desk.downloads.finished.emit(an_entry("other"))
    assert not page.downloads.isVisible()
    assert page.toast.isVisible()
    find(page, QAbstractButton, "toastAction").click()
    assert any(call[0] == "load" and call[1].name == "other" for call in desk.inference.calls)


def test_many_downloads_do_not_push_the_page_away(desk: Desk, page: ModelsPage) -> None:
    desk.window.resize(960, 600)
    for number in range(30):
        desk.downloads.put(Download(a_plan(f"a/{number}")))
    assert page.downloads.sizeHint().height() < 120
