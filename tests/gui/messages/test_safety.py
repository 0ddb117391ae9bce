"""Model text opens nothing, runs nothing, and cannot pass for something else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.chat.messages.document import TextDocument
from desktop_llm.ui.chat.messages.leaves import plain_text
from desktop_llm.ui.chat.messages.markdown import read
from desktop_llm.ui.chat.messages.stream import MarkdownStream
from tests.gui.conftest import hover
from tests.gui.messages.conftest import Pointing
from tests.gui.messages.samples import message

TARGETS = (
    "http://evil.example/x.png", "https://evil.example/x.png", "file:///etc/passwd",
    "//evil.example/share/x.png", "\\\\evil.example\\share", "data:image/png;base64,AAAA",
    "javascript:alert(1)", "qrc:/x.png", "ftp://evil.example/x", "vbscript:x",
)  # fmt: skip
FORMS = (
    "![a]({})", "[a]({})", "![a][r]\n\n[r]: {}", "[a][r]\n\n[r]: {}", "<{}>", "<img src='{}'>",
    "<a href='{}'>a</a>", "<link rel=stylesheet href='{}'>", "<p style='background:url({})'>a</p>",
    "<table background='{}'><tr><td>a</td></tr></table>",
)  # fmt: skip

_watched: list[str] | None = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is not None and event in ("open", "socket.connect", "socket.getaddrinfo"):
        _watched.append(f"{event} {arguments[0]}")


sys.addaudithook(_audit)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """What Python opened or connected to while the test ran."""
    global _watched
    _watched = []
    yield _watched
    _watched = None


def test_no_form_of_reference_is_ever_opened(
    view: MessageList, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        TextDocument, "loadResource", lambda self, kind, name: asked.append((kind, name))
    )
    view.set_messages([message(0, content="warm `up` **x**")])
    view.grab()
    opened.clear()
    texts = [form.format(target) for form in FORMS for target in TARGETS]
    for number, text in enumerate(texts):
        view.set_messages([message(number, content=text)])
        view.grab()

    assert len(texts) == 100
    assert asked == []
    assert [each for each in opened if "evil" in each or "passwd" in each] == []
    assert [each for each in opened if each.startswith("socket")] == []


@pytest.mark.parametrize("target", TARGETS[2:])
def test_only_web_and_mail_addresses_are_links(target: str) -> None:
    for form in ("[a]({})", "<{}>", "[a][r]\n\n[r]: {}"):
        found = read(form.format(target), {}).leaves

        assert all(not span.link for leaf in found for span in leaf.spans)


def test_an_image_is_its_description() -> None:
    assert plain_text(read("![a **cat**](http://x/y.png)", {}).leaves) == "[image: a cat]"


def test_html_appears_as_it_was_written(view: MessageList) -> None:
    html = "<b>x</b><table><tr><td>y</td></tr></table>"
    view.set_messages([message(0, "user", html), message(1, content=f"{html}\n\n`{html}`")])
    view.select_all()

    assert view.selected_text() == f"{html}\n\n{html}\n\n{html}"


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_characters_that_turn_text_around_become_visible(view: MessageList, role: Any) -> None:
    view.set_messages([message(0, role, "invoice\u202efdp.exe \u2066x\u2069")])
    view.select_all()

    assert view.selected_text() == "invoice⟨U+202E⟩fdp.exe ⟨U+2066⟩x⟨U+2069⟩"


def test_characters_that_mean_something_to_the_toolkit_do_no_harm(view: MessageList) -> None:
    text = "a\ufdd0b\ufdd1c\ufffcd\x00e\ud800f"
    view.set_messages([message(0, content=f"{text}\n\n```\n{text}\n```"), message(1, "user", text)])

    assert not view.grab().isNull()


def test_the_whole_address_is_shown_before_it_is_followed(
    view: MessageList, point: Pointing, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QToolTip

    shown: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda position, text, *rest: shown.append(text))
    view.set_messages([message(0, content="[bank](https://bank.example/%3Cb%3E?a=1&b=2)")])
    hover(view.viewport(), point(0, "bank"))

    assert shown[-1] == "<qt>https://bank.example/%3Cb%3E?a=1&amp;b=2</qt>"
    assert view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor


def test_names_in_other_alphabets_are_shown_in_their_plain_form() -> None:
    (leaf,) = read("[bank](https://bаnk.example/)", {}).leaves  # with a Cyrillic letter

    assert leaf.spans[0].link.startswith("https://xn--")


@pytest.mark.parametrize(
    "make",
    [
        lambda: ">" * 5_000_000,
        lambda: "> " * 2_500_000,
        lambda: "- " * 2_500_000,
        lambda: "| a " * 1_000_000 + "\n" + "|-" * 1_000_000,
        lambda: "[" * 3_000_000,
        lambda: "*_" * 2_000_000,
        lambda: "`" * 3_000_000,
    ],
    ids=["quotes", "spaced quotes", "lists", "table", "brackets", "stars", "ticks"],
)
def test_five_megabytes_of_nothing_but_markup_are_shown_soon(make: Callable[[], str]) -> None:
    text = make()
    started = time.process_time()
    made = MarkdownStream()
    made.append(text)
    made.finish()

    assert time.process_time() - started < 10
    assert sum(len(leaf.text) for leaf in made.leaves) > len(text) - 250_000


@pytest.mark.parametrize("unit", ["`", "~", "```\n", "```x", "> ", "a\n\n", "x"])
def test_a_long_prompt_is_laid_out_only_where_it_is_seen(view: MessageList, unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.process_time()
    view.set_messages([message(0, "user", text)])
    view.grab()

    assert time.process_time() - started < 5
    built = [each for each in view.sheet.card(0).pieces if each.document is not None]
    assert sum(each.ready().characterCount() for each in built) < 40_000
