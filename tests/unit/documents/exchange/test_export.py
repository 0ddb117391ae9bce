"""Conversations go out as Markdown, HTML, JSON and training rows; nothing in them is trusted."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.conversation import Attachment, Conversation, FormUse, Message, new_id
from desktop_llm.core.generation import Sampling
from desktop_llm.documents.exchange import lossless
from desktop_llm.documents.exchange.archive import Archived, chained, renewed
from desktop_llm.documents.exchange.html import to_html
from desktop_llm.documents.exchange.markdown import to_markdown
from desktop_llm.documents.exchange.training_lines import to_lines
from desktop_llm.engine.errors import EngineCrashed
from tests.values import a_record


def turn(role, content, **fields):
    return Message(new_id(), "", None, role, content, **fields)


def dialogue(*messages, **fields):
    return chained(Conversation(new_id(), "A title", system_prompt="Be brief.", **fields), messages)


def rows(*conversations, **options):
    return [json.loads(line)["messages"] for line in to_lines(conversations, **options)]


def everything():
    """A conversation in which every field has something to lose."""
    question = turn(
        "user",
        "Read this 🙂",
        attachments=(
            Attachment(new_id(), "a.txt", "text/plain", "0" * 64, 3, "abc"),
            Attachment(new_id(), "b.txt", "text/plain", "1" * 64, 3, "def", in_prompt=False),
        ),
        form=FormUse("translate", {"to": "中文"}),
        pinned=True,
    )
    record = replace(
        a_record(),
        token_ids=(1, 2, 3),
        left_out=(question.id,),
        seed=2**63,
        thinking=False,
        template_overridden=True,
        thinking_tokens=7,
        thinking_s=0.5,
        continued_from=3,
    )
    answer = turn("assistant", "Done", thinking="hm", generation=record, vote="up", correction="x")
    broken = turn("assistant", "Do", state="failed", error=EngineCrashed("it ended"))
    archived = dialogue(question, answer, sampling=Sampling(seed=7, stop_strings=("a", "\n")))
    other = replace(broken, conversation_id=archived.conversation.id, parent_id=question.id)
    deleted = replace(other, id=new_id(), deleted_at=5.0)
    return replace(archived, messages=(*archived.messages, other, deleted), folder="Work")


def test_our_own_json_loses_nothing():
    before = everything()
    text = "".join(lossless.pieces([before, dialogue(turn("user", "Hi"))]))
    entries = json.loads(text)["conversations"]
    assert len(entries) == 2
    after = lossless.of_data(entries[0])
    assert after.conversation == before.conversation
    assert after.folder == "Work"
    for was, is_now in zip(before.messages, after.messages, strict=True):
        assert replace(is_now, error=None) == replace(was, error=None)
        assert str(is_now.error) == str(was.error)


def test_new_identifiers_keep_the_shape_of_the_tree():
    before = everything()
    after = renewed(before)
    ids: list[str | None] = [message.id for message in before.messages]
    new: list[str | None] = [message.id for message in after.messages]
    assert not set(ids) & set(new)
    for old, renamed in zip(before.messages, after.messages, strict=True):
        parents = (old.parent_id, renamed.parent_id)
        assert parents == (None, None) or ids.index(parents[0]) == new.index(parents[1])
    assert [m.content for m in after.path] == [m.content for m in before.path]
    record = after.messages[1].generation
    assert record is not None
    assert record.left_out == (new[0],)


def test_markdown_says_who_said_what_and_a_fence_in_a_file_closes_nothing():
    file = Attachment(new_id(), "notes.md", "text/markdown", "", 9, "```\ncode\n```")
    text = to_markdown(
        dialogue(turn("user", "Look", attachments=(file,)), turn("assistant", "I do"))
    )
    assert text.startswith("# A title\n")
    assert "## System prompt\n\nBe brief." in text
    assert "**notes.md**\n\n````\n```\ncode\n```\n````" in text
    assert text.index("## You") < text.index("## Assistant") < text.index("I do")


def test_a_page_has_no_script_no_image_and_no_other_address():
    hostile = (
        "<script>alert(1)</script> ![x](file:///etc/passwd) ![y](https://evil.example/p.png) "
        "[a](javascript:alert(1)) [b](data:text/html,x) [c](https://example.org)"
    )
    page = to_html(
        dialogue(turn("user", hostile), turn("assistant", hostile), created_at=0.0)
    ).lower()
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert 'href="data:' not in page
    assert 'href="https://example.org"' in page
    assert "default-src 'none'" in page


@given(st.text(), st.text())
def test_any_text_makes_a_page_of_one_article_for_each_message(asked, answered):
    page = to_html(dialogue(turn("user", asked), turn("assistant", answered)))
    assert page.count("<article") == page.count("</article>") == 3


def test_training_rows_have_the_turns_and_end_with_an_answer():
    archived = dialogue(turn("user", "Hi"), turn("assistant", "Hello"), turn("user", "And?"))
    assert rows(archived) == [
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
        ]
    ]
    assert rows(dialogue(turn("user", "Nobody answered"))) == []


def test_a_correction_is_learned_in_place_of_the_answer():
    corrected = chained(
        Conversation(new_id()),
        [turn("user", "2+2?"), turn("assistant", "5", vote="down", correction="4")],
    )
    assert rows(corrected)[0][-1] == {"role": "assistant", "content": "4"}
    assert rows(corrected, better=False)[0][-1] == {"role": "assistant", "content": "5"}


def test_what_was_voted_down_is_not_learned():
    bad = chained(
        Conversation(new_id()),
        [
            turn("user", "One"),
            turn("assistant", "Good"),
            turn("user", "Two"),
            turn("assistant", "Bad", vote="down"),
        ],
    )
    assert [row["content"] for row in rows(bad)[0]] == ["One", "Good"]


def test_only_the_shown_path_is_exported_as_text():
    question = turn("user", "Q")
    archived = chained(Conversation(new_id()), [question, turn("assistant", "First")])
    second = turn("assistant", "Second")
    second = replace(
        second, conversation_id=archived.conversation.id, parent_id=archived.messages[0].id
    )
    both = Archived(
        replace(archived.conversation, active_leaf=second.id), (*archived.messages, second)
    )
    assert "Second" in to_markdown(both)
    assert "First" not in to_markdown(both)


def test_a_text_that_was_read_in_parts_is_only_named_in_training_rows():
    files = (Attachment("a", "long.txt", "text/plain", "", 1, "very long", in_prompt=False),)
    archived = dialogue(turn("user", "Sum up", attachments=files), turn("assistant", "Done"))
    [row] = rows(archived)
    assert "long.txt" in str(row)
    assert "very long" not in str(row)
