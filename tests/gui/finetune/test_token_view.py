"""Rows as the model sees them, and how long they are."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop_llm.training.tokens import PreviewToken
from desktop_llm.ui import theme
from desktop_llm.ui.finetune.length_histogram import LengthHistogram
from desktop_llm.ui.finetune.length_page import LengthPage
from desktop_llm.ui.finetune.token_page import TokenPage
from desktop_llm.ui.finetune.token_view import TokenView
from tests.gui.conftest import find, hover
from tests.gui.finetune.preparation import a_row, a_token_report


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> TokenView:
    theme.apply(qapp, "light")
    made = TokenView()
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    return made


def picture(view: TokenView) -> QImage:
    return view.viewport().grab().toImage()


def has_color(image: QImage, color: str) -> bool:
    wanted = QColor(color).rgb()
    points = ((x, y) for y in range(image.height()) for x in range(image.width()))
    return any(image.pixel(x, y) == wanted for x, y in points)


def test_the_masks_differ_in_colour_and_each_in_more_than_colour(view: TokenView) -> None:
    colors = theme.current().colors
    states: tuple[Any, ...] = ("trained", "ignored", "cut")
    grounds = (colors.trained, colors.surface_raised, colors.cut)
    for state, ground in zip(states, grounds, strict=True):
        view.show_tokens([PreviewToken(1, "answer", state)])
        image = picture(view)
        assert has_color(image, ground)
        assert sum(has_color(image, other) for other in grounds) == 1


def test_long_rows_wrap_and_can_be_scrolled(view: TokenView) -> None:
    view.show_tokens([PreviewToken(n, " word", "trained") for n in range(2000)])
    bar = view.verticalScrollBar()
    assert bar.maximum() > 0
    before = picture(view)
    bar.setValue(bar.maximum())
    assert picture(view) != before or bar.value() == bar.maximum()
    assert not view.horizontalScrollBar().isVisible()


def test_a_token_longer_than_a_line_is_shown_in_pieces(view: TokenView) -> None:
    view.show_tokens([PreviewToken(1, "x" * 3000, "cut")])
    assert view.verticalScrollBar().maximum() > 0


def test_strange_tokens_do_no_harm(view: TokenView) -> None:
    texts = ["", "\n\n\n", "\t", "\0", "\u200b", "你好", "🙂", "a\r\nb", " "]
    view.show_tokens([PreviewToken(n, text, "trained", n % 2 == 0) for n, text in enumerate(texts)])
    view.resize(30, 30)
    picture(view)
    assert view.text == "".join(texts)


def test_the_row_is_readable_without_eyes(view: TokenView) -> None:
    view.show_tokens(a_row().tokens)
    assert "Hello! I am Aria" in view.accessibleDescription()


def test_one_row_after_the_other(qtbot: QtBot) -> None:
    page = TokenPage()
    qtbot.addWidget(page)
    page.show_report(a_token_report(), "sft")
    previous, following = (find(page, QAbstractButton, f"{n}Row") for n in ("previous", "next"))
    assert not previous.isEnabled()
    following.click()
    assert "number 7?" in page.view.text
    page.show_report(a_token_report(), "sft")
    assert "number 7?" in page.view.text, "the place is kept"
    following.click()
    assert not following.isEnabled()
    previous.click()
    assert "number 7?" in page.view.text


def test_the_label_of_a_row_is_shown(qtbot: QtBot) -> None:
    page = TokenPage()
    qtbot.addWidget(page)
    row = a_row()
    labelled = type(row)(0, 1, row.tokens, None, "positive")
    page.show_report(a_token_report(rows=(labelled,), stop_learned=None), "classify")
    assert "Label: positive" in [each.text() for each in page.findChildren(QLabel)]


def length_page(qtbot: QtBot, **changes: Any) -> LengthPage:
    page = LengthPage()
    qtbot.addWidget(page)
    page.resize(700, 260)
    page.show()
    page.show_report(a_token_report(**changes), "sft", 512)
    return page


def test_it_is_said_how_much_is_cut(qtbot: QtBot) -> None:
    page = length_page(qtbot, lengths=(100, 100, 300), trained=(1, 1, 1))
    assert "Nothing is cut" in page.cut_words
    page.show_report(a_token_report(lengths=(100, 100, 300)), "sft", 200)
    assert page.cut_words == "1 of 3 rows are cut (20.0 % of the tokens)."
    page.show_report(a_token_report(lengths=(100, 100, 300)), "pretrain", 200)
    assert "several pieces" in page.cut_words


def test_the_line_of_the_maximum_length_can_be_dragged(qtbot: QtBot) -> None:
    page = length_page(qtbot)
    histogram = page.histogram
    told: list[int] = []
    page.max_length_changed.connect(told.append)
    start, end = QPoint(round(histogram._x(512)), 60), QPoint(round(histogram._x(200)), 60)
    qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=start)
    hover(histogram, end, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=end)
    assert told
    assert abs(told[-1] - 200) <= 2


def test_the_line_can_be_moved_by_keys_within_what_the_model_reads(qtbot: QtBot) -> None:
    histogram = LengthHistogram()
    qtbot.addWidget(histogram)
    histogram.set_lengths((10, 20), 2040, (8, 2048))
    with qtbot.waitSignal(histogram.max_length_dragged) as signal:
        qtbot.keyClick(histogram, Qt.Key.Key_Right)
    assert signal.args == [2048]
    with qtbot.waitSignal(histogram.max_length_dragged) as signal:
        qtbot.keyClick(histogram, Qt.Key.Key_Left)
    assert signal.args == [2032]


@pytest.mark.parametrize("lengths", [(), (0,), (1, 1, 1), (5, 1_000_000)])
def test_any_lengths_can_be_drawn(qtbot: QtBot, lengths: tuple[int, ...]) -> None:
    page = length_page(qtbot, lengths=lengths, trained=lengths)
    page.grab()
    assert page.cut_words
