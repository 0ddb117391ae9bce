"""Text that arrives in pieces is read as if it had come at once, at a cost that does not grow."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_llm.ui.chat.messages import stream
from desktop_llm.ui.chat.messages.leaves import plain_text
from desktop_llm.ui.chat.messages.markdown import read
from desktop_llm.ui.chat.messages.plain import visible
from desktop_llm.ui.chat.messages.stream import MarkdownStream
from tests.gui.messages.samples import ANSWER

FRAGMENTS = (
    "- a", "- b\n", "\n", "\n\n", "1. x\n", "2. y\n", "3) z", "  - nested\n", "    indented\n",
    "```python\n", "```\n", "```", "~~~\n", "# H\n", "#", "##  T", "---\n", "===\n", "***",
    "| a | b |\n", "|---|:-:|\n", "| 1 | 2 |\n", "| 1 | 2 |\n" * 12, "|a|\n|-|\n" + "|b|\n" * 9,
    "> q\n", ">", "> - i\n", "text", "**bold**", "*it*", "`code`", "[x](http://a.b)",
    "[r]: http://q.w\n", "[r]", "![alt](http://i)", "- [ ] task\n", "- [x] done\n", "* s\n",
    "<b>html</b>", "\\", "  \n", "\t", "10. ten\n", "   more\n", "\n    code\n", "a|b\n", "-|-\n",
    "中文", "😀", "<http://u.v>", "https://bare.example/x.", "&amp;", "~~no~~", "\u202e", "\r\n",
    "$x$", "$", "$$", "$$\n", "\\[\n", "\\]", "\\]\n", "\\(a\\)", "$$ y $$\n",
    "\\begin{align}\n", "\\end{align}",
    "- ```\n  in\n  ```\n", "- - a\n", "-\n", "1.\n", " - off\n", "  - off2\n", "> ```\n", "lazy\n",
)  # fmt: skip


def streamed(text: str, cuts: list[int]) -> MarkdownStream:
    made = MarkdownStream()
    points = sorted({cut % (len(text) + 1) for cut in cuts} | {0, len(text)})
    for start, end in pairwise(points):
        made.append(text[start:end])
    made.finish()
    return made


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=24), st.lists(st.integers(0, 4000)))
def test_a_text_cut_anywhere_reads_like_the_whole(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)

    assert streamed(text, cuts).leaves == read(visible(text), {}).leaves


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=60), st.lists(st.integers(0, 60)))
def test_any_characters_can_arrive_in_any_pieces(text: str, cuts: list[int]) -> None:
    assert streamed(text, cuts).leaves == read(visible(text), {}).leaves


@pytest.mark.parametrize("step", [1, 3, 16])
def test_what_is_said_to_be_unchanged_is_unchanged(step: int) -> None:
    made = MarkdownStream()
    for start in range(0, len(ANSWER), step):
        before = list(made.leaves)
        kept = made.append(ANSWER[start : start + step])
        assert made.leaves[:kept] == before[:kept]


def test_an_answer_can_be_continued_after_its_end() -> None:
    made = MarkdownStream()
    made.append("1. one\n2. tw")
    made.finish()
    made.append("o\n3. three")
    made.finish()

    assert plain_text(made.leaves) == "1. one\n2. two\n3. three"


@pytest.mark.parametrize(
    "block",
    [
        "A paragraph with **bold** and `code`.\n\n",
        "- an item with *some* text\n",
        "x = f(1, 2)  # code\n",
        "| a | b |\n",
    ],
    ids=["paragraphs", "list", "code", "table"],
)
def test_an_update_reads_no_more_at_the_end_than_at_the_start(
    block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counting(text: str, *rest: Any) -> Any:
        sizes.append(len(text))
        return read(text, *rest)

    monkeypatch.setattr(stream, "read", counting)
    made = MarkdownStream()
    made.append({"x": "```python\n", "|": "| a | b |\n|---|---|\n"}.get(block[0], ""))
    for _ in range(400):
        for start in range(0, len(block), 7):
            made.append(block[start : start + 7])

    assert max(sizes) < 12 * len(block) + 40


def test_half_a_marker_is_not_taken_for_a_heading() -> None:
    made = MarkdownStream()
    made.append("Things to do:\n-")

    assert [leaf.kind for leaf in made.leaves] == ["paragraph"]


def test_beyond_the_limit_text_is_shown_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MARKDOWN_LIMIT", 10)
    whole, pieces = MarkdownStream(), MarkdownStream()
    text = "**bold**\n\n" + "**not bold**\n" * 1000
    whole.append(text)
    for start in range(0, len(text), 7):
        pieces.append(text[start : start + 7])
    pieces.finish()
    whole.finish()

    assert whole.leaves[1].kind == "plain"
    assert pieces.leaves == whole.leaves
