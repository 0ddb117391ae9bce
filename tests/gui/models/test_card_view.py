"""A model's card: drawn as text, whatever is in it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop_llm.ui import theme
from desktop_llm.ui.chat.messages.stream import MarkdownStream
from desktop_llm.ui.models.card_view import LONGEST, CardView, without_html
from tests.gui.conftest import find

HOSTILE = """<div align="center"><img src="https://evil.example/x.png" onerror="run()"></div>
<script>steal()</script>
<!-- hidden
comment -->
# Title

![pixel](https://evil.example/pixel.png)
[good](https://example.org/page) [bad](javascript:run()) [file](file:///etc/passwd)

```html
<b>kept</b>
```
"""


@pytest.fixture
def card(qtbot: QtBot, qapp: QApplication) -> Iterator[CardView]:
    theme.apply(qapp, "light")
    view = CardView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.close()


def text(card: CardView) -> str:
    card.select_all()
    return card.selected_text()


def test_a_card_is_shown_from_its_beginning_without_a_speaker(card: CardView) -> None:
    card.show_card("a/b", "# Title\n\n" + "A paragraph of text.\n\n" * 200)
    assert card.verticalScrollBar().value() == 0
    assert card.verticalScrollBar().maximum() > 0
    assert text(card).startswith("Title")
    assert not card.viewport().children() or not card.findChildren(QPushButton)


def test_a_long_card_is_read_in_parts_and_looks_as_if_read_at_once(
    card: CardView, qtbot: QtBot
) -> None:
    parts = [
        f"## Part {number}\n\n- one\n- two\n\n```\ncode {number}\n```\n" for number in range(300)
    ]
    card.show_card("a/b", "\n".join(parts))
    assert card.sheet.messages[0].content.count("Part") < 100
    qtbot.waitUntil(lambda: not card._rest)
    assert card.verticalScrollBar().value() == 0
    leaves = [piece.leaf for piece in card.sheet.pieces(0)]
    at_once = MarkdownStream()
    at_once.append("\n".join(parts))
    at_once.finish()
    assert leaves == at_once.leaves


def test_another_card_begins_at_its_beginning_too(card: CardView) -> None:
    card.show_card("a/b", "Text.\n\n" * 200)
    card.verticalScrollBar().setValue(900)
    card.show_card("c/d", "Other text.\n\n" * 200)
    assert card.verticalScrollBar().value() == 0


def test_tags_and_comments_are_dropped_but_code_is_kept(card: CardView) -> None:
    card.show_card("a/b", HOSTILE)
    shown = text(card)
    for gone in ("<div", "<img", "<script", "steal", "hidden", "evil.example"):
        assert gone not in shown
    assert "<b>kept</b>" in shown
    assert "[image: pixel]" in shown


def test_a_link_is_shown_before_it_is_opened(
    card: CardView, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "desktop_llm.ui.models.card_view.QDesktopServices.openUrl",
        lambda url: opened.append(url.toString()),
    )
    card.link_activated.emit("https://example.org/page")
    question = find(card, QMessageBox, "openLinkQuestion")
    assert question.informativeText() == "https://example.org/page"
    assert opened == []
    find(question, QPushButton, "openLink").click()
    assert opened == ["https://example.org/page"]


@pytest.mark.parametrize(
    "text",
    [
        "<" * LONGEST,
        "<a " * 30_000,
        "<!--" * 30_000,
        "<script>" * 10_000,
        "```\n" * 20_000,
        "```python\n" * 6_000,
        "\n \t" * 20_000,
        "<a" + "b" * LONGEST,
    ],
)
def test_hostile_markup_takes_no_time(text: str) -> None:
    start = time.thread_time()
    without_html(text[:LONGEST])
    assert time.thread_time() - start < 1.0


def test_a_card_of_ten_megabytes_is_cut(card: CardView, qtbot: QtBot) -> None:
    card.show_card("a/b", "word " * 2_000_000)
    qtbot.waitUntil(lambda: not card._rest)
    assert "The rest of this long card" in text(card)
    assert len(text(card)) < LONGEST + 200
