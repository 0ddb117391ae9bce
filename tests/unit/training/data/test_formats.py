"""What kinds of files are understood, whatever they are called."""

from __future__ import annotations

import json

import pyarrow
import pyarrow.parquet
import pytest

from desktop_llm.training.data.types import Row

ROWS = [{"instruction": f"Say {i}.", "input": "", "output": f"{i}!"} for i in range(1, 6)]
REVIEWS = "text,label\n" + "".join(f'"fine, {i}",good\nbad {i},bad\n' for i in range(5))
WRAPPED = {"version": "1", "data": ROWS}


def asked(examples):
    return [(m.role, m.content) for e in examples for m in e.messages]


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl", "rows.csv", "rows.txt", "rows"])
@pytest.mark.parametrize(
    ("content", "container"),
    [
        (ROWS, "jsonl"),
        (json.dumps(ROWS), "json"),
        (json.dumps(ROWS, indent=2), "json"),
        (json.dumps(WRAPPED, indent=1), "json"),
        (json.dumps(WRAPPED), "json"),
        ("\n".join(json.dumps(row, indent=1) for row in ROWS), "json"),
    ],
)
def test_json_is_recognised_by_its_contents(checked, content, container, name):
    report = checked(content, name=name)
    (file,) = report.files
    assert (file.container, file.layout, file.rows, file.kept) == (container, "alpaca", 5, 5)
    assert report.task == "sft"


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.txt", "t.json", "t"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_tables_are_recognised_by_their_contents(checked, delimiter, name):
    lines = [["review", "sentiment"], *[[f"a text no. {i}", "ab"[i % 2]] for i in range(20)]]
    report = checked("\n".join(map(delimiter.join, lines)), name=name)
    (file,) = report.files
    assert file.container == ("tsv" if delimiter == "\t" else "csv")
    assert file.mapping == {"text": "review", "label": "sentiment"}
    assert (report.task, file.kept, report.labels) == ("classify", 20, {"a": 10, "b": 10})


@pytest.mark.parametrize("name", ["play.txt", "play.csv.txt", "play"])
def test_prose_is_no_table_however_many_commas_it_has(checked, name):
    prose = "Roses are red, violets are blue\nSugar is sweet, and so are you\n\n" * 5
    (file,) = checked(prose, name=name).files
    assert (file.container, file.layout, file.task) == ("text", "text", "pretrain")


def test_text_that_begins_with_a_bracket_is_text(checked):
    (file,) = checked("[Verse 1]\nHello\n\n[Chorus]\nLa la\n", name="song.txt").files
    assert file.container == "text"


def test_markdown_is_read_as_text(checked):
    text = "# Title\n\nSome *words*.\n\n- one\n- two\n\n## More\n\nThe end.\n"
    assert checked(text, name="x").files[0].container == "markdown"


def test_a_text_is_divided_at_paragraphs(read):
    paragraphs = [f"{i}: " + "word " * 150 for i in range(60)]
    examples, _ = read("\n\n".join(paragraphs), task="pretrain")
    assert "\n\n".join(e.text for e in examples) == "\n\n".join(paragraphs)
    assert all(2_000 < len(e.text) < 4_000 for e in examples[:-1])
    assert [e.line for e in examples][:2] == [1, 7]


def test_a_text_without_paragraphs_is_divided_at_lines(read):
    lines = [f"line {i} " + "x" * 80 for i in range(500)]
    examples, _ = read("\n".join(lines), task="pretrain")
    assert "\n".join(e.text for e in examples) == "\n".join(lines)
    assert max(len(e.text) for e in examples) < 9_000


def test_a_short_text_has_something_to_hold_out(checked):
    report = checked("One paragraph.\n\nAnother one.\n\nA third.", name="x.txt")
    assert (report.train_rows, report.eval_rows) == (2, 1)


def test_conll_is_recognised_with_two_or_more_columns(checked):
    two = "EU\tB-ORG\nrejects\tO\n\t\nPeter\tB-PER\nBlackburn\tI-PER\n"
    four = "-DOCSTART- -X- -X- O\n\nEU NNP I-NP B-ORG\ncalls VBZ I-VP O\n\nPeter NNP I-NP B-PER\n"
    for content in (two, four):
        report = checked(content, name="x")
        (file,) = report.files
        assert (file.container, file.layout, file.rows) == ("conll", "tokens_tags", 2)
        assert report.task is None
        assert "Tagging" in report.problems[0].template
    assert file.samples[0] == Row(3, {"tokens": ["EU", "calls"], "tags": ["B-ORG", "O"]})


def test_parquet_is_recognised_by_its_contents(spec, checked, tmp_path):
    path = tmp_path / "made.parquet"
    table = {"text": [f"text {i}" for i in range(600)], "label": [i % 3 for i in range(600)]}
    pyarrow.parquet.write_table(pyarrow.table(table), path)
    report = checked(path.read_bytes(), name="rows.txt")
    (file,) = report.files
    assert (file.container, file.rows, report.task) == ("parquet", 600, "classify")
    assert report.labels == {"0": 200, "1": 200, "2": 200}


def test_messages_in_parquet_are_read(read, tmp_path):
    path = tmp_path / "made.parquet"
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]
    pyarrow.parquet.write_table(pyarrow.table({"messages": [turns]}), path)
    examples, _ = read(path.read_bytes())
    assert asked(examples) == [("user", "Hi"), ("assistant", "Ho")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(read, encoding, end):
    rows = "问题,回答" + "".join(f"{end}第{i}个问题是什么？,这是第{i}个回答。" for i in range(9))
    if encoding == "utf-16-le":
        rows = "question,answer" + "".join(f"{end}How much is {i}?,{i}" for i in range(9))
    examples, refused = read(rows.encode(encoding))
    assert (len(examples), refused) == (9, [])


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks(read):
    table = 'text,label\n"a ""b"", c\nd",x\ne,y\n'
    examples, refused = read(table, task="classify", name="t.csv")
    assert [(e.line, e.text, e.label) for e in examples] == [(2, 'a "b", c\nd', "x"), (4, "e", "y")]
    assert refused == []


def test_a_table_without_a_heading_gets_column_names(checked):
    table = "".join(f"I like it {i}\tpos\nI hate it {i}\tneg\n" for i in range(5))
    report = checked(table, name="t.tsv")
    assert report.files[0].mapping == {"text": "column 1", "label": "column 2"}
    assert report.labels == {"pos": 5, "neg": 5}


def test_a_table_with_one_column_is_text(checked):
    report = checked("text\nhello there\nanother one\n", name="t.csv")
    assert (report.task, report.files[0].kept) == ("pretrain", 2)


def test_json_lines_know_their_lines_and_lists_know_where_their_records_begin(read):
    examples, _ = read(json.dumps(ROWS, indent=2))
    assert [e.line for e in examples] == [2, 7, 12, 17, 22]
    examples, _ = read("\n\n".join(map(json.dumps, ROWS)))
    assert [e.line for e in examples] == [1, 3, 5, 7, 9]


def test_records_across_chunks_are_whole(read, monkeypatch):
    monkeypatch.setattr("desktop_llm.documents.text_file.CHUNK", 11)
    examples, refused = read(json.dumps(ROWS, indent=2))
    assert (len(examples), refused) == (5, [])
