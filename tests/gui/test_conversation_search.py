"""Search in the conversations: asked while typing, shown as hits, left where one was."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop_llm.storage.search_index import SearchHit
from desktop_llm.ui.chat.hit_painter import marked
from desktop_llm.ui.chat.search_hits import HitView
from tests.gui.conftest import Desk, find
from tests.gui.conversation_rows import Lists, some, texts, view_of

Key = Qt.Key


def hits() -> list[SearchHit]:
    """Two in an old conversation, one in a newer one, and a title."""
    newer, older = some(2)
    return [
        SearchHit(older, "m1", "the moon is round", ((4, 8),)),
        SearchHit(newer, None, "Moon", ((0, 4),)),
        SearchHit(older, "m2", "about the\nmoon", ((10, 14),)),
        SearchHit(newer, "m3", "moons", ((0, 4),)),
    ]


def type_in(lists: Lists, qtbot: QtBot, text: str) -> None:
    with qtbot.waitSignal(lists.conversations.searching.search_requested):
        field_of(lists).insert(text)


def field_of(lists: Lists) -> QLineEdit:
    return find(lists.window, QLineEdit, "conversationSearch")


def hits_of(lists: Lists) -> HitView:
    return find(lists.window, HitView, "searchHits")


def count_of(lists: Lists) -> str:
    return find(lists.window, QLabel, "searchCount").text()


@pytest.fixture
def found(lists: Lists, qtbot: QtBot) -> Lists:
    """Somebody searched "moon" and there were hits."""
    lists.chat.conversations_changed.emit(some(300))
    type_in(lists, qtbot, "moon")
    lists.chat.hits_found.emit(hits())
    return lists


def test_the_search_asks_once_after_typing(lists: Lists, qtbot: QtBot) -> None:
    type_in(lists, qtbot, "sea")
    assert lists.called("search") == [("sea",)]
    lists.chat.hits_found.emit([])
    assert lists.conversations.empty_text == "Nothing found for “sea”."


def test_a_single_chinese_character_is_searched(lists: Lists, qtbot: QtBot) -> None:
    type_in(lists, qtbot, "月")
    assert lists.called("search") == [("月",)]


def test_hits_stand_under_their_conversations_newest_first(found: Lists) -> None:
    assert texts(hits_of(found)) == [
        "Moon",
        "moons",
        "Title 1",
        "the moon is round",
        "about the moon",
    ]
    assert count_of(found) == "4 hits"
    assert hits_of(found).isVisible() and not view_of(found).isVisible()


def test_enter_opens_the_first_hit(found: Lists, qtbot: QtBot) -> None:
    qtbot.keyClick(field_of(found), Key.Key_Return)
    assert found.called("open") == [("c0",)]


def test_enter_before_the_answer_opens_the_first_hit_when_it_comes(
    lists: Lists, qtbot: QtBot
) -> None:
    qtbot.keyClicks(field_of(lists), "moon")
    qtbot.keyClick(field_of(lists), Key.Key_Return)
    assert lists.called("search") == [("moon",)]
    lists.chat.hits_found.emit(hits()[:1])
    assert lists.called("open_at") == [("c1", "m1")]


def test_a_hit_is_opened_at_its_message_by_keyboard_and_mouse(found: Lists, qtbot: QtBot) -> None:
    view = hits_of(found)
    qtbot.keyClick(field_of(found), Key.Key_Down)
    assert found.window.focusWidget() is view
    qtbot.keyClick(view, Key.Key_Down)
    assert found.called("open_at") == []
    qtbot.keyClick(view, Key.Key_Return)
    place = view.visualRect(view.model().index(3, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert found.called("open_at") == [("c0", "m3"), ("c1", "m1")]


@pytest.mark.parametrize("from_hits", [True, False])
def test_esc_goes_back_to_the_list_and_its_place(
    lists: Lists, qtbot: QtBot, from_hits: bool
) -> None:
    lists.chat.conversations_changed.emit(some(300))
    view = view_of(lists)
    view.verticalScrollBar().setValue(1234)
    type_in(lists, qtbot, "moon")
    lists.chat.hits_found.emit(hits())
    qtbot.keyClick(field_of(lists), Key.Key_Down)
    qtbot.keyClick(hits_of(lists), Key.Key_Return)
    lists.conversations.set_current("c0")  # the service has opened it
    left = hits_of(lists) if from_hits else field_of(lists)
    left.setFocus()
    qtbot.keyClick(left, Key.Key_Escape)
    assert view.isVisible() and field_of(lists).text() == ""
    assert view.verticalScrollBar().value() == 1234
    assert lists.window.focusWidget() is view


def test_esc_in_a_search_does_not_stop_an_answer(desk: Desk, qtbot: QtBot) -> None:
    desk.chat.set_busy(True)
    field = find(desk.window, QLineEdit, "conversationSearch")
    field.setFocus()
    field.insert("moon")
    qtbot.keyClick(field, Key.Key_Escape)
    assert desk.called("stop") == []
    assert field.text() == ""


def test_waiting_is_shown_when_it_takes_long(lists: Lists, qtbot: QtBot) -> None:
    type_in(lists, qtbot, "moon")
    qtbot.waitUntil(lambda: count_of(lists) == "Searching…")
    lists.chat.hits_found.emit(hits()[:1])
    assert count_of(lists) == "1 hit"


def test_a_change_meanwhile_keeps_the_chosen_hit(found: Lists, qtbot: QtBot) -> None:
    view = hits_of(found)
    view.setCurrentIndex(view.model().index(3, 0))
    found.chat.conversations_changed.emit(some(299))
    assert found.called("search") == [("moon",)] * 2
    found.chat.hits_found.emit(hits()[:1])
    assert view.currentIndex().data() == "the moon is round"
    assert found.called("open_at") == []


def test_a_hit_far_into_its_text_is_still_seen(found: Lists) -> None:
    text = "words before it " * 10 + "the moon"
    place = text.index("moon")
    hit = SearchHit(some(1)[0], "m", text, ((place, place + 4),))
    found.chat.hits_found.emit([hit])
    row = hits_of(found).rows.row(hits_of(found).model().index(1, 0))
    assert row and row.text.startswith("…")
    (begin, end), *_ = row.spans
    assert row.text[begin:end] == "moon" and begin < 30


def test_found_words_behind_an_emoji_are_marked_where_they_are(found: Lists) -> None:
    found.chat.hits_found.emit([SearchHit(some(1)[0], "m", "🌍🚀 moon", ((3, 7),))])
    row = hits_of(found).rows.row(hits_of(found).model().index(1, 0))
    assert row
    (mark,) = marked(row, QFont(), 200, 2).formats()
    assert (mark.start, mark.length) == (5, 4)  # as Qt counts


def test_long_texts_are_cut_with_an_ellipsis(found: Lists) -> None:
    found.chat.hits_found.emit([SearchHit(some(1)[0], "m", "moon " * 100, ((0, 4),))])
    row = hits_of(found).rows.row(hits_of(found).model().index(1, 0))
    assert row
    layout = marked(row, QFont(), 150, 2)
    assert layout.lineCount() == 2 and layout.text().endswith("…")


def test_hits_of_a_search_that_was_left_are_not_shown(lists: Lists, qtbot: QtBot) -> None:
    lists.chat.conversations_changed.emit(some())
    type_in(lists, qtbot, "moon")
    field_of(lists).clear()
    lists.chat.hits_found.emit(hits())
    assert view_of(lists).isVisible()
