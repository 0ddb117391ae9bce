"""Exported files are whole or not there, and their names hurt nobody."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.documents.errors import ExportFailed, NothingToLearn
from desktop_llm.documents.exchange.archive import Archived, chained
from desktop_llm.documents.exchange.reading import read_conversations
from desktop_llm.documents.exchange.writing import ENDINGS, Form, file_name, write


def conversations(*titles: str) -> list[Archived]:
    return [
        chained(
            Conversation(new_id(), title),
            [
                Message(new_id(), "", None, "user", f"About {title}"),
                Message(new_id(), "", None, "assistant", "Yes."),
            ],
        )
        for title in titles
    ]


@pytest.mark.parametrize("form", ENDINGS)
def test_one_conversation_is_one_file(tmp_path: Path, form: Form):
    target = tmp_path / file_name("Soup", form)
    assert write(conversations("Soup"), form, target) == target
    assert "About Soup" in target.read_text("utf-8")
    assert os.listdir(tmp_path) == [target.name]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_all_conversations_in_one_file_can_be_read_again(tmp_path: Path, form: Form):
    target = write(conversations("A", "B", "C"), form, tmp_path / "all")
    found: list[Archived] = []
    assert read_conversations(target, found.append).kept == 3
    assert [m.content for m in found[1].path] == ["About B", "Yes."]


def test_several_pages_go_into_a_folder_and_no_name_is_used_twice(tmp_path: Path):
    titles = ("Plan", "plan", "../../etc/passwd", "a/b", "", "CON", "x" * 300)
    folder = write(conversations(*titles), "markdown", tmp_path / "out.md")
    assert folder == tmp_path / "out"
    assert len(list(folder.iterdir())) == len(titles)
    assert all(path.parent == folder and path.suffix == ".md" for path in folder.iterdir())
    assert write(conversations("A", "B"), "markdown", tmp_path / "out.md") == tmp_path / "out 2"


@given(st.text(max_size=200))
def test_any_title_makes_a_plain_file_name(title: str):
    name = file_name(title, "html")
    assert Path(name).name == name
    assert len(name.encode()) <= 400
    assert name.endswith(".html") and not name.startswith(".")


@pytest.mark.parametrize("form", ENDINGS)
def test_a_disk_that_is_full_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Form
):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / f"old{ENDINGS[form]}"
    target.write_text("before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportFailed, match="No space left"):
        write(conversations("A", "B") if form == "html" else conversations("A"), form, target)
    assert os.listdir(tmp_path) == [target.name]
    assert target.read_text() == "before"


def test_a_folder_where_nothing_can_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    for titles in (("A",), ("A", "B")):
        with pytest.raises(ExportFailed):
            write(conversations(*titles), "markdown", tmp_path / "file" / "out.md")
    assert json.dumps(os.listdir(tmp_path)) == '["file"]'


def test_training_rows_without_an_answer_are_refused_in_place_of_an_empty_file(tmp_path: Path):
    asked = chained(Conversation(new_id()), [Message(new_id(), "", None, "user", "Hello?")])
    with pytest.raises(NothingToLearn):
        write([asked], "jsonl", tmp_path / "rows.jsonl")
    assert os.listdir(tmp_path) == []
