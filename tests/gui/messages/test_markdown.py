"""What Markdown becomes: a flat list of leaves, and text that can be copied."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_llm.ui.chat.messages.leaves import Leaf, cell_text, plain_text
from desktop_llm.ui.chat.messages.markdown import read
from desktop_llm.ui.chat.messages.plain import PIECE, plain_leaves, typed_leaves


def leaves(text: str) -> list[Leaf]:
    return read(text, {}).leaves


def only(text: str) -> Leaf:
    (leaf,) = leaves(text)
    return leaf


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("**x**", {"bold": True}),
        ("*x*", {"italic": True}),
        ("~~x~~", {"strike": True}),
        ("`x`", {"code": True}),
        ("[x](https://a.b)", {"link": "https://a.b"}),
        ("***x***", {"bold": True, "italic": True}),
    ],
)
def test_emphasis_becomes_a_style(text: str, style: dict[str, Any]) -> None:
    (span,) = only(text).spans

    assert span.text == "x"
    assert all(getattr(span, name) == value for name, value in style.items())


def test_nested_lists_know_their_depth_and_their_markers() -> None:
    found = leaves("3. three\n4. four\n   - [x] done\n   - [ ] open\n     > quoted")

    assert [(leaf.inside, leaf.marker) for leaf in found] == [
        ("i", "3."),
        ("i", "4."),
        ("ii", "[x]"),
        ("ii", "[ ]"),
        ("iiq", ""),
    ]


def test_a_list_item_may_hold_code_and_go_on_after_it() -> None:
    found = leaves("1. install\n\n   ```bash\n   pip install x\n   ```\n   then run\n2. next")

    assert [(leaf.kind, leaf.inside, leaf.marker) for leaf in found] == [
        ("paragraph", "i", "1."),
        ("code", "i", ""),
        ("paragraph", "i", ""),
        ("paragraph", "i", "2."),
    ]
    assert found[1].language == "bash"


def test_a_table_has_a_head_alignments_and_rows() -> None:
    leaf = only("| a | b | c |\n|:--|:-:|--:|\n| 1 | **2** | 3 |\n| 4 |")

    assert leaf.alignments == ("left", "center", "right")
    assert [[cell_text(cell) for cell in row] for row in leaf.rows][1] == ["1", "2", "3"]
    assert leaf.rows[1][1][0].bold


def test_line_breaks_that_the_model_wrote_are_kept() -> None:
    assert plain_text(leaves("Roses are red,\nviolets are blue")) == (
        "Roses are red,\nviolets are blue"
    )


def test_dollar_signs_are_text() -> None:
    assert plain_text(leaves("It costs $5, and $E = mc^2$.")) == "It costs $5, and $E = mc^2$."


def test_bare_addresses_become_links_without_the_full_stop() -> None:
    spans = only("See https://a.example/b?c=1.").spans

    assert [span.link for span in spans] == ["", "https://a.example/b?c=1", ""]


def test_text_is_copied_with_its_structure() -> None:
    text = "# Title\n\nText\n\n- one\n- two\n  1. deep\n\n| a | b |\n|---|---|\n| c | d |"

    assert plain_text(leaves(text)) == "Title\n\nText\n\n- one\n- two\n  1. deep\n\na\tb\nc\td"


def test_what_a_person_typed_is_shown_as_typed_but_for_fenced_code() -> None:
    found = typed_leaves("# not a heading\n\n**plain**\n```python\nx = 1\n```\nafter")

    assert [(leaf.kind, leaf.text) for leaf in found] == [
        ("plain", "# not a heading\n\n**plain**"),
        ("code", "x = 1"),
        ("plain", "after"),
    ]


@pytest.mark.parametrize(
    "text", ["line\n" * 5000, "x" * 30_000, "\n" * 9000, "a b\n" * 9 + "y" * 9000]
)
def test_a_huge_text_is_cut_into_pieces_that_make_it_up_again(text: str) -> None:
    found = plain_leaves(text)

    assert max(len(leaf.text) for leaf in found) <= PIECE
    assert plain_text(found) == text
