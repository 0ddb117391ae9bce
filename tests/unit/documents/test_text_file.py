from __future__ import annotations

import os
import pickle
import tracemalloc

import pytest

from desktop_llm.documents.encoding import UNDECODABLE
from desktop_llm.documents.errors import (
    FileEmpty,
    FileForbidden,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    NotAFile,
    NotText,
)
from desktop_llm.documents.text_file import TextFile

CHINESE = "你叫什么名字？我叫小明。\n今天天气很好，我们去公园玩。\n"
FRENCH = "Ça va ? Très bien, merci.\nL'été dernier, à la plage.\n"


@pytest.fixture
def write(tmp_path):
    def put(data, name="file"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return put


def read(path):
    with TextFile(path) as file:
        return "".join(file.chunks())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_chinese_is_read_in_the_encodings_it_is_written_in(write, encoding):
    assert read(write(CHINESE.encode(encoding))) == CHINESE


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_western_text_is_read_without_a_byte_order_mark(write, encoding):
    assert read(write(FRENCH.encode(encoding))) == FRENCH


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("shift_jis", "これは日本語のテキストです。吾輩は猫である。"),
        ("cp1251", "Это простой русский текст, который записан в старой кодировке."),
        ("euc_kr", "안녕하세요. 이것은 한국어 문장입니다."),
        ("gb18030", "问题,回答\n你好,您好\n"),
    ],
)
def test_legacy_encodings_are_guessed(write, encoding, text):
    assert read(write(text.encode(encoding))) == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_make_the_same_lines(write, end):
    with TextFile(write(f"one{end}{end}three".encode())) as file:
        assert [(line.number, line.text) for line in file.lines(100)] == [
            (1, "one"),
            (2, ""),
            (3, "three"),
        ]


def test_a_damaged_byte_in_utf8_is_marked_and_the_rest_is_kept(write):
    text = read(write("déjà vu\n".encode() * 20 + b"caf\xe9\n"))
    assert text.count("déjà vu") == 20
    assert text.endswith(f"caf{UNDECODABLE}\n")


def test_a_character_on_the_border_of_two_chunks_is_whole(write, monkeypatch):
    monkeypatch.setattr("desktop_llm.documents.text_file.CHUNK", 7)
    assert read(write(CHINESE.encode())) == CHINESE


def test_lines_on_the_border_of_chunks_are_whole_and_counted(write, monkeypatch):
    monkeypatch.setattr("desktop_llm.documents.text_file.CHUNK", 3)
    with TextFile(write(b"a\nbcdefgh\n\nij")) as file:
        assert [tuple(line) for line in file.lines(5)] == [
            (1, "a", True),
            (2, "", False),
            (3, "", True),
            (4, "ij", True),
        ]


def test_a_line_without_end_is_passed_over_in_little_memory(write):
    path = write(b"short\n" + b"a" * 60_000_000 + b"\nlast")
    tracemalloc.start()
    try:
        with TextFile(path) as file:
            lines = [(line.number, line.text, line.whole) for line in file.lines(1_000_000)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert lines == [(1, "short", True), (2, "", False), (3, "last", True)]
    assert peak < 20_000_000


def test_the_position_goes_to_the_size(write):
    with TextFile(write(b"abc\n" * 1000)) as file:
        list(file.lines(10))
        assert file.position == file.size == 4000


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (pickle.dumps([{"a": 1}]), "pickle"),
        (pickle.dumps([{"a": 1}], protocol=0), "pickle"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04word/document.xml", "ZIP, DOCX or XLSX"),
        (bytes(100_000), "binary"),
        (bytes(range(256)) * 10, "binary"),
    ],
)
def test_what_is_no_text_is_refused_by_its_kind(write, data, kind):
    with pytest.raises(NotText) as caught:
        TextFile(write(data, "rows.jsonl"))
    assert caught.value.facts["kind"] == kind


def test_a_file_without_bytes_is_refused(write):
    with pytest.raises(FileEmpty):
        TextFile(write(b""))


def test_a_file_above_the_limit_is_refused_before_it_is_read(write):
    with pytest.raises(FileTooLarge):
        TextFile(write(b"a" * 100), limit=99)


@pytest.mark.parametrize("name", ["gone", "file/below", "nul\0name"])
def test_a_path_that_leads_nowhere_is_told(write, name):
    with pytest.raises(FileMissing):
        TextFile(write(b"x").parent / name)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises((NotAFile, FileUnreadable)):
        TextFile(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices are not files there")
def test_pipes_and_devices_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(NotAFile):
            TextFile(type(tmp_path)(path))


def test_links_that_lead_in_a_circle_are_told(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(FileUnreadable):
        TextFile(tmp_path / "a")


def test_a_file_of_somebody_else_is_told(write, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    path = write(b"x")
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileForbidden):
        TextFile(path)
