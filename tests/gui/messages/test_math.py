"""Formulas: what is one, what is drawn, copied and kept, and that the window never waits for it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_llm.ui import theme
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.chat.messages.boxes import FormulaPiece
from desktop_llm.ui.chat.messages.leaves import Leaf, plain_text
from desktop_llm.ui.chat.messages.markdown import read
from desktop_llm.ui.chat.messages.math_drawing import draw
from desktop_llm.ui.chat.messages.math_formulas import formulas
from desktop_llm.ui.chat.messages.piece import Range
from desktop_llm.ui.chat.messages.stream import MarkdownStream
from tests.gui.messages.samples import message

TEXT = "The energy $E = mc^2$ and\n\n$$\n\\int_0^1 x\\,dx\n$$\n\nthe **end**."


def found(text: str) -> list[str]:
    """The formulas of a text."""
    cells = [cell for leaf in read(text, {}).leaves for cell in (leaf.spans, *sum(leaf.rows, ()))]
    spans = [span.text for cell in cells for span in cell if span.math]
    return spans + [leaf.text for leaf in read(text, {}).leaves if leaf.kind == "math"]


def show(view: MessageList, text: str, qtbot: QtBot) -> None:
    """Show `text` and wait until its formulas are drawn."""
    view.set_messages([message(0, content=text)])
    pieces = view.sheet.card(0).pieces
    qtbot.waitUntil(
        lambda: not any(piece.ready().waiting for piece in pieces if piece.document), timeout=20_000
    )


@pytest.mark.parametrize(
    "text",
    [
        "$x$", "a $x^2$ b", "是$x$的", "$x$ is 5", "\\(x\\)", "\\[x\\]", "$$x$$", "a $$x$$ b",
        "$$\nx\n$$", "\\[\nx\n\\]", "$\\$5$", "- $x$", "> $x$", "| $x$ |\n|---|\n| 1 |", "**$x$**",
        "# $x$", "\\begin{align}\nx\n\\end{align}", "text\n$$\nx\n$$\nmore",
        "1. a\n   $$\n   x\n   $$",
        "$5x + 3$", "$3$", "$$ x $$.", "> $$\n> x\n> $$", "($x$)", "$a_1*b*c_2$",
    ],
)  # fmt: skip
def test_a_formula_is_found(text: str) -> None:
    assert len(found(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6.", "from $5 to 6$", "US$5, US$6", "$ x $", "`$x$`", "```\n$x$\n```",
        "\\$x\\$", "$x", "x$", "$$", "$$$$", "$HOME and $PATH", "${A}:${B}", "a$b$c", "$5-$6",
        "\\(x", "\\[x", "$$\nx", "    $$\n    x\n    $$", "$a\nb$", "$", "\\(\\)", "[$x](http://a.b)",
        "\\begin{align}\nx", "\\\\(x\\\\)", "$1,000 per year, $2", "$10k a year or 12k$",
    ],
)  # fmt: skip
def test_what_is_no_formula_stays_text(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("step", [1, 2, 5])
def test_half_a_formula_is_shown_as_it_is_written(step: int) -> None:
    text = "so\n\n$$\na\n- b*c*\n# d\n$$\n\nend"
    made = MarkdownStream()
    for start in range(0, len(text), step):
        made.append(text[start : start + step])
        assert {leaf.kind for leaf in made.leaves} <= {"paragraph", "math"}
        assert not any(span.italic for leaf in made.leaves for span in leaf.spans)
    made.finish()

    assert [leaf.kind for leaf in made.leaves] == ["paragraph", "math", "paragraph"]


def test_the_source_is_what_is_copied_and_read_aloud(view: MessageList, qtbot: QtBot) -> None:
    show(view, TEXT, qtbot)
    view.select_all()
    text = plain_text(read(TEXT, {}).leaves)
    assert view.selected_text() == text
    assert "$E = mc^2$" in text and "\\int_0^1" in text

    part = view.sheet.card(0).body[0].text(Range(4, 13))
    assert part == "energy $E = mc^2$ "
    assert "mc^2" in view.frames["m0"].accessibleDescription()  # type: ignore[union-attr]


def test_a_formula_is_drawn_in_the_colour_of_the_text(
    view: MessageList, qtbot: QtBot, qapp: QApplication
) -> None:
    show(view, "$$\\rule{2em}{2em} + \\blacksquare$$", qtbot)
    ink = {}
    for mode in ("light", "dark"):
        theme.apply(qapp, mode)
        show(view, "$$M M M M$$", qtbot)
        piece = view.sheet.card(0).body[0]
        image = view.viewport().grab().toImage()
        ink[mode] = (
            _darkest(image, piece, view) if mode == "light" else _lightest(image, piece, view)
        )
    theme.apply(qapp, "light")

    assert ink["light"] < 90 and ink["dark"] > 180


def _lightness(image: QImage, piece: object, view: MessageList) -> list[int]:
    assert isinstance(piece, FormulaPiece)
    place = piece.rect.translated(view.sheet.rect(0).topLeft() - QPoint(0, view.value))
    return [
        image.pixelColor(x, y).lightness()
        for x in range(place.left(), place.right(), 1)
        for y in range(place.top(), place.bottom())
    ]


def _darkest(image: QImage, piece: object, view: MessageList) -> int:
    return min(_lightness(image, piece, view))


def _lightest(image: QImage, piece: object, view: MessageList) -> int:
    return max(_lightness(image, piece, view))


def test_a_wide_formula_scrolls_and_a_narrow_one_is_in_the_middle(
    view: MessageList, qtbot: QtBot
) -> None:
    show(view, "$$" + " + ".join(f"a_{{{n}}}" for n in range(60)) + "$$\n\n$$x$$", qtbot)
    wide, narrow = view.sheet.card(0).body
    assert isinstance(wide, FormulaPiece) and isinstance(narrow, FormulaPiece)

    assert wide.furthest > 0 and not wide.thumb.isNull()
    assert narrow.furthest == 0
    assert narrow.hit(narrow.x + narrow.width / 2 - 20, narrow.y + 5) == 0


def test_tall_formulas_push_the_lines_apart(view: MessageList, qtbot: QtBot) -> None:
    show(view, "a $x$ b\n\na $$\\sum_{i=1}^n \\frac{i}{2}$$ b", qtbot)
    low, high = view.sheet.card(0).body

    assert low.height == view.sheet.look.body.line
    assert high.height > low.height + 10


def test_what_cannot_be_drawn_is_shown_as_code(view: MessageList, qtbot: QtBot) -> None:
    show(view, "so $\\frac{a$ is wrong\n\n$$\\left( x$$", qtbot)
    inline, block = view.sheet.card(0).body

    assert "$\\frac{a$" in inline.ready().toPlainText()
    assert inline.ready().code_ranges and block.ready().code_ranges
    assert block.ready().toPlainText() == "$$\\left( x$$"


def test_the_same_formula_is_drawn_once(view: MessageList, qtbot: QtBot) -> None:
    show(view, "$y_{11}$ and $y_{11}$", qtbot)
    view.set_messages([message(1, content="again $y_{11}$")])
    view.grab()

    assert not view.sheet.card(0).body[0].ready().waiting


def test_drawing_does_not_hold_up_the_window(view: MessageList, qtbot: QtBot) -> None:
    show(view, "$warm$", qtbot)
    text = "\n\n".join(f"$$\\sum_{{i={n}}}^n \\frac{{i}}{{{n}}}$$" for n in range(40))
    view.set_messages([message(0, content=text)])
    slowest = 0.0
    while formulas()._working:
        started = time.thread_time()
        QApplication.processEvents()
        slowest = max(slowest, time.thread_time() - started)
        time.sleep(0.002)

    assert slowest < 0.25  # some 20 ms where nothing else runs


@pytest.mark.parametrize(
    "latex",
    [
        "\\def\\a{\\a\\a}\\a", "{" * 60 + "}" * 60, "a+" * 1900,
        "\\overbrace{" * 20 + "x" + "}" * 20,
        "\\frac{1}{" * 20 + "x" + "}" * 20, "\\rule{9999em}{9999em}", "&#x41;<b>", "x" * 5000,
    ],
)  # fmt: skip
def test_a_formula_that_would_take_too_long_is_given_up(latex: str) -> None:
    started = time.perf_counter()
    drawing = draw(f"${latex}$")

    assert time.perf_counter() - started < 5
    assert not drawing.svg


@pytest.mark.parametrize(
    "latex",
    [
        "x \\tag{3}", "\\dfrac{a}{b}", "\\boxed{x}", "\\text{for all } x", "\\mathbb{R}^n",
        "\\begin{cases} 1 & x \\\\ 0 & y \\end{cases}", "\\begin{aligned} a &= b \\end{aligned}",
        "\\lVert x \\rVert", "\\operatorname{argmax}_x", "\\hat{y}", "\\color{red}{x}",
        "\\binom{n}{k}",
        "\\xrightarrow{f}", "\\underbrace{a}_{b}", "\\begin{bmatrix} a & b \\end{bmatrix}",
    ],
)  # fmt: skip
def test_what_models_write_can_be_drawn(latex: str) -> None:
    drawing = draw(f"$${latex}$$")

    assert drawing.svg and drawing.width < 15 and drawing.ascent + drawing.descent < 6


def test_letters_that_the_formulas_font_lacks_are_borrowed(qapp: QApplication) -> None:
    assert draw("$\\text{速度}$").svg != draw("$\\text{时间}$").svg


def test_the_library_is_not_loaded_before_the_first_formula() -> None:
    code = "import desktop_llm.ui.main_window, sys; print('ziamath' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"


def test_tables_tasks_and_lists_read_as_before() -> None:
    leaves = read("- [x] $x$\n- b\n\n| a | $y$ |\n|---|---|\n| 1 | 2 |", {}).leaves

    assert plain_text(leaves) == "[x] $x$\n- b\n\na\t$y$\n1\t2"
    assert Leaf("math", text="$$x$$") in read("$$x$$", {}).leaves
