"""Damaged, hostile and odd files: refused whole or by the row, quickly, in little memory."""

from __future__ import annotations

import json
import os
import pickle
import tracemalloc

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_llm.core.errors import ExpectedError
from desktop_llm.documents.errors import FileEmpty, FileMissing, NotAFile, NotText
from desktop_llm.training.data.check import check
from desktop_llm.training.data.errors import (
    DataDamaged,
    FolderWithoutData,
    TooManyColumns,
    TooManyFiles,
)
from desktop_llm.training.data.reading import examples
from desktop_llm.training.job import DataFile, DataSpec

GOOD = {"instruction": "Hi", "output": "Ho"}
TOO_LONG = "It is longer than {limit} characters."


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"instruction": "a", "output": ', "This line is not valid JSON."),
        ('{"instruction": "a"}', "The column “{column}” is missing."),
        ('{"instruction": "a", "output": ""}', "The answer is empty."),
        ('{"instruction": " ", "output": "b"}', "The question is empty."),
        ('{"instruction": "a", "output": 3}', "“{column}” is not text."),
        ('{"instruction": "a", "output": null}', "“{column}” is not text."),
        ('{"instruction": "a", "output": "\\u0000"}', "It holds NUL bytes."),
        ('{"instruction": "a", "output": "\0"}', "It holds NUL bytes."),
        (
            '{"instruction": "a", "output": "\\ud83d"}',
            "Some of its bytes are not valid in the file's encoding.",
        ),
        ("[1, 2]", "This is not a record with named fields."),
        ("17", "This is not a record with named fields."),
        ("9" * 10_000, "This line is not valid JSON."),
        ("[" * 100_000, "The JSON is nested too deeply."),
        ('{"a":' * 100_000, "The JSON is nested too deeply."),
        (json.dumps({f"c{i}": i for i in range(1_001)}), "It has more than {limit} columns."),
        (json.dumps({"instruction": "a", "output": "b" * 1_000_001}), TOO_LONG),
    ],
)
def test_a_bad_row_costs_itself_only(read, line, reason):
    good = json.dumps(GOOD)
    found, refused = read(f"{good}\n{line}\n{good}\n")
    assert [e.line for e in found] == [1, 3]
    assert refused == [(2, reason)]


def test_a_row_with_bytes_of_another_encoding_is_refused(read):
    lines = [json.dumps({"instruction": "é", "output": f"é{i}"}, ensure_ascii=False).encode()
             for i in range(9)]  # fmt: skip
    found, refused = read(b"\n".join([*lines, b'{"instruction": "caf\xe9", "output": "x"}']))
    assert len(found) == 9
    assert refused == [(10, "Some of its bytes are not valid in the file's encoding.")]


def test_a_list_that_is_cut_off_gives_what_came_before_and_a_note(read, checked):
    text = json.dumps([GOOD, {**GOOD, "output": "Hu"}, GOOD], indent=1)[:-20]
    found, refused = read(text)
    assert [e.line for e in found] == [2, 6]
    assert refused == [(10, "The JSON is broken here. The rest of the file was not read.")]
    assert any("is broken in line" in note.template for note in checked(text).notes)


def test_ragged_rows_and_open_quotes_cost_themselves_only(read):
    table = 'text,label\na,x\nb,y,z\nc\n\n"open,x\nd,y,\ne,x\n'
    found, refused = read(table, task="classify", name="t.csv")
    assert [e.text for e in found] == ["a", "d", "e"]
    ragged = "The row has another number of cells ({found}) than the heading ({expected})."
    open_quote = "A quotation mark is opened and never closed."
    assert refused == [(3, ragged), (4, ragged), (6, open_quote)]


def test_an_open_quote_in_a_long_table_costs_one_row(read):
    rows = "".join(f"this is text number {i},x\n" for i in range(40_000))
    found, refused = read('text,label\n"open,x\n' + rows, task="classify", name="t.csv")
    assert len(found) == 40_000
    assert [line for line, _ in refused] == [2]


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b'{"text": "', "x.jsonl"),
        (b'{"text": "', "x.json"),
        (b'[{"text": "', "x.json"),
        (b"", "x.txt"),
        (b'text,label\n"', "x.csv"),
        (b'{"text": "a"}\n{"text": "', "x.jsonl"),
    ],
)
def test_a_line_that_never_ends_is_refused_in_little_memory(spec, start, name):
    data = spec(start + b"a" * 60_000_000, name=name)
    tracemalloc.start()
    try:
        report = check(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert report.files[0].rejected[-1].reason.template == TOO_LONG
    assert report.problems
    assert peak < 80_000_000


@pytest.mark.parametrize("start", ['{"a": [', "[", '[{"a": ['])
def test_millions_of_numbers_are_not_waited_for(spec, start):
    data = spec(start + "1," * 5_000_000 + "1]", name="x.json")
    report = check(data)
    assert report.problems
    assert report.files[0].rows < 2_000


def test_a_table_that_is_too_wide_is_refused(checked):
    wide = ",".join(f"c{i}" for i in range(100_000))
    with pytest.raises(TooManyColumns) as caught:
        checked(f"{wide}\n{wide}\n", name="wide.csv")
    assert caught.value.facts["columns"] == 100_000


def test_a_parquet_file_that_is_too_wide_is_refused(checked, tmp_path):
    path = tmp_path / "wide"
    pyarrow.parquet.write_table(pyarrow.table({f"c{i}": [1] for i in range(1_001)}), path)
    with pytest.raises(TooManyColumns):
        checked(path.read_bytes())


@pytest.mark.parametrize("keep", [4, 100, 0.5, 0.99])
def test_a_parquet_file_that_is_cut_off_is_damaged(checked, tmp_path, keep):
    path = tmp_path / "whole"
    pyarrow.parquet.write_table(pyarrow.table({"text": [f"text {i}" for i in range(999)]}), path)
    data = path.read_bytes()
    with pytest.raises(DataDamaged):
        checked(data[: keep if keep > 1 else int(keep * len(data))], name="x.parquet")


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_refused_under_any_name(checked, protocol):
    with pytest.raises(NotText):
        checked(pickle.dumps([GOOD] * 5, protocol=protocol), name="rows.jsonl")


def test_an_empty_file_is_refused(checked):
    with pytest.raises(FileEmpty):
        checked("", name="x.jsonl")


@pytest.mark.parametrize("content", [" \n\n", "[]", "{}", "text,label\n", "null"])
def test_a_file_without_rows_is_a_problem(checked, content):
    assert checked(content, name="x.json").problems


def test_a_file_that_is_gone_is_told(tmp_path):
    with pytest.raises(FileMissing):
        check(DataSpec((DataFile(tmp_path / "gone.jsonl"),)))


@pytest.mark.skipif(os.name == "nt", reason="there are no such pipes")
def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(NotAFile):
        check(DataSpec((DataFile(tmp_path / "pipe.jsonl"),)))


def test_a_folder_gives_its_data_files_even_if_it_contains_itself(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "self").symlink_to(tmp_path)
    for name in ("b.jsonl", "sub/a.json", "README.md", ".hidden.jsonl", "picture.png"):
        (tmp_path / name).write_text(json.dumps({**GOOD, "output": name}))
    (tmp_path / "self.jsonl").symlink_to(tmp_path)
    (tmp_path / "dead.jsonl").symlink_to(tmp_path / "nowhere")
    report = check(DataSpec((DataFile(tmp_path),)))
    assert [file.path.name for file in report.files] == ["b.jsonl", "a.json"]
    assert report.train_rows + report.eval_rows == 2


def test_a_folder_without_data_is_refused(tmp_path):
    with pytest.raises(FolderWithoutData):
        check(DataSpec((DataFile(tmp_path),)))


def test_a_folder_with_too_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("desktop_llm.training.data.files.MAX_FILES", 3)
    for i in range(4):
        (tmp_path / f"{i}.txt").write_text("x")
    with pytest.raises(TooManyFiles):
        check(DataSpec((DataFile(tmp_path),)))


PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b",", b"\n", b"\r", b"\t", b":", b"\\", b" ", b"\0", b"\xff",
     b"\xff\xfe", b"PAR1", b"text", b"label", b'{"text":"a"}', b'"messages"', b'"role"',
     b"\\ud800", b"1", b"-", b"null", b"O", b"B-X", b"# ", "é你".encode(), "你".encode("gb18030"),
     b"text,label\n"]
)  # fmt: skip
CONTENTS = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=40).map(b"".join))


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=CONTENTS, name=st.sampled_from(["x.jsonl", "x.json", "x.csv", "x.txt", "x"]))
def test_whatever_the_bytes_are_only_expected_errors_are_raised(tmp_path, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    data = DataSpec((DataFile(path),))
    for task in ("sft", "pretrain", "classify", None):
        try:
            report = check(data, task)
        except ExpectedError:
            continue
        for file in report.files:
            assert file.rows == file.kept + file.rejected_count
        json.dumps([row.values for row in report.files[0].samples], allow_nan=False).encode()
        if task:
            kept = [e for e in examples(data, task) if hasattr(e, "messages")]
            assert len(kept) == report.train_rows + report.eval_rows
