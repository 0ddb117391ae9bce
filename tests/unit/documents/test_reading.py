"""Documents of every format, whole, empty, damaged and hostile."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.documents.document import Document, Limits
from desktop_llm.documents.errors import (
    DocumentDamaged,
    DocumentLocked,
    DocumentTooLong,
    FileEmpty,
    FileMissing,
    FileTooLarge,
    NotADocument,
    NoText,
    OldOffice,
    OnlyPictures,
    UnpackedTooLarge,
)
from desktop_llm.documents.reading import read_document
from tests.unit.documents import make

Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(name: str, data: bytes | str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def notes(document: Document) -> list[str]:
    return [str(note) for note in document.notes]


def test_a_text_file_is_read_as_it_is(put: Put) -> None:
    data = "héllo\r\nworld\n".encode("cp1252")
    document = read_document(put("a.txt", data))
    assert document.text == "héllo\nworld\n"
    assert (document.name, document.media_type, document.size) == ("a.txt", "text/plain", 13)
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.notes == ()


@pytest.mark.parametrize("name", ["a.py", "Makefile", "a.json", "a.yaml", "a.weird"])
def test_code_and_whatever_else_is_text_is_read(put: Put, name: str) -> None:
    assert read_document(put(name, "x = 1\n")).text == "x = 1\n"


def test_chinese_in_an_old_encoding_is_read(put: Put) -> None:
    text = "你叫什么名字？我叫小明。今天天气很好。\n" * 5
    assert read_document(put("a.md", text.encode("gb18030"))).text == text


def test_what_cannot_be_decoded_is_marked_and_told(put: Put) -> None:
    document = read_document(put("a.txt", "grün\n".encode() * 20 + b"\xff\xfe\xfd!\n"))
    assert "\ufffd" in document.text
    document.text.encode()
    assert notes(document) == ["In 3 places there are bytes that are no characters."]


def test_control_characters_are_left_out(put: Put) -> None:
    text = "a\x01b\tc\n" + "words\n" * 50
    assert read_document(put("a.txt", text)).text.startswith("ab\tc\nwords")


@pytest.mark.parametrize(
    ("name", "data", "rows"),
    [
        ("a.csv", 'a,b\n1,"x\ny"\n\n2,z\n', 3),
        ("a.tsv", "a\tb\n1\tx\n", 2),
        ("a.csv", '"never closed\n' + "x" * 200_000 + "\nrow\n", 3),
    ],
)
def test_a_table_is_text_with_its_number_of_rows(put: Put, name: str, data: str, rows: int) -> None:
    document = read_document(put(name, data))
    assert document.text == data
    assert notes(document) == [f"{rows} rows"]


def test_a_web_page_is_what_a_person_reads(put: Put) -> None:
    page = """<html><head><title>t</title><style>p {}</style></head>
    <body><h1>Apples &amp; pears</h1>
    <p>They   are <b>ripe</b>.<script>alert("no")</script></p><img src="file:///etc/passwd">
    <table><tr><td>a</td><td>1</td></tr></table></body></html>"""
    text = read_document(put("a.html", page)).text
    assert text.startswith("# Apples & pears\n")
    assert "They are ripe." in text
    assert "a\t1" in text
    assert "alert" not in text
    assert "p {}" not in text


def test_a_web_page_of_many_open_tags_is_read(put: Put) -> None:
    assert "deep" in read_document(put("a.html", "<div>" * 100_000 + "deep")).text


def test_a_pdf_is_read_page_by_page(put: Put) -> None:
    document = read_document(put("a.pdf", make.pdf(["First page", "", "Third page"])))
    assert document.text == "First page\n\nThird page"
    assert document.media_type == "application/pdf"
    assert notes(document) == [
        "3 pages",
        "1 of 3 pages have no text; they may be pictures.",
    ]


def test_a_scanned_pdf_is_told_apart_from_an_empty_one(put: Put) -> None:
    with pytest.raises(OnlyPictures) as error:
        read_document(put("a.pdf", make.pdf(["", ""])))
    assert error.value.facts["pages"] == 2


def test_a_pdf_with_a_password_is_told(put: Put) -> None:
    with pytest.raises(DocumentLocked):
        read_document(put("a.pdf", make.pdf(["secret"], password="x")))


def test_headings_paragraphs_lists_and_tables_of_a_word_document_keep_their_order(put: Put) -> None:
    assert read_document(put("a.docx", make.report())).text == (
        "# Report\n\n# Harvest\n\nThe apples were early.\n\nfruit\ttons\napple\t12\n\n"
        "- one point\n\nThe end."
    )


def test_inserted_text_and_content_controls_are_read_and_deleted_text_is_not(put: Put) -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = (
        "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r>"
        "</w:del></w:p><w:sdt><w:sdtContent><w:p><w:r><w:t>control</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    xml = f"<w:document {space}><w:body>{body}</w:body></w:document>".encode()
    data = make.with_member(make.report(), "word/document.xml", xml)
    assert read_document(put("a.docx", data)).text == "new\n\ncontrol"


def test_a_workbook_is_its_sheets_one_after_the_other(put: Put) -> None:
    document = read_document(put("a.xlsx", make.workbook()))
    assert document.text == (
        "# Fruit\nname\ttons\tripe\napple\t12\tTRUE\npear\t3.5\n\n# Notes\na b\n\n"
    )
    assert notes(document) == ["4 rows in 2 sheets"]


def test_a_workbook_that_lies_about_its_size_is_read_in_no_time(put: Put) -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is>'
        b"<t>one</t></is></c></row></sheetData></worksheet>"
    )
    data = make.with_member(make.workbook(), "xl/worksheets/sheet1.xml", sheet)
    assert read_document(put("a.xlsx", data)).text.startswith("# Fruit\none\n")


UNREADABLE: dict[str, tuple[str, Callable[[], bytes], type[ExpectedError]]] = {
    "nothing": ("a.txt", lambda: b"", FileEmpty),
    "blanks": ("a.txt", lambda: b" \n\t\n", NoText),
    "a picture": ("a.png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), NotADocument),
    "bytes": ("a.txt", lambda: bytes(range(256)) * 20, NotADocument),
    "old Word": ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), OldOffice),
    "cut PDF": ("a.pdf", lambda: b"%PDF-1.7\nnothing follows", DocumentDamaged),
    "PDF without pages": ("a.pdf", lambda: make.pdf([]), DocumentDamaged),
    "noise in a ZIP": ("a.docx", lambda: b"PK\x03\x04" + b"x" * 500, DocumentDamaged),
    "cut Word": ("a.docx", lambda: make.report()[:-400], DocumentDamaged),
    "broken Word": ("a.docx", lambda: broken(make.report(), "word/document.xml"), DocumentDamaged),
    "odd Word": ("a.docx", lambda: broken(make.report(), "[Content_Types].xml"), DocumentDamaged),
    "broken book": ("a.xlsx", lambda: broken(make.workbook(), "xl/workbook.xml"), DocumentDamaged),
    "broken sheet": (
        "a.xlsx",
        lambda: broken(make.workbook(), "xl/worksheets/sheet1.xml"),
        DocumentDamaged,
    ),
}


def broken(data: bytes, member: str) -> bytes:
    return make.with_member(data, member, b"<a>")


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_told_by_its_own_error(put: Put, what: str) -> None:
    name, data, error = UNREADABLE[what]
    with pytest.raises(error):
        read_document(put(name, data()))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_document(tmp_path / "none.pdf")


def test_an_archive_of_another_kind_is_no_document(put: Put) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(NotADocument):
        read_document(put("a.zip", out.getvalue()))


@pytest.mark.parametrize("office", [make.report, make.workbook])
def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(
    put: Put, office: Callable[[], bytes]
) -> None:
    bomb = make.with_member(office(), "bomb.xml", bytes(4_000_000))
    assert len(bomb) < 200_000
    with pytest.raises(UnpackedTooLarge):
        read_document(put("a.bin", bomb), Limits(unpacked=3_000_000))


def test_too_much_text_is_refused_while_it_comes_out(put: Put) -> None:
    limits = Limits(text=1000)
    for name, data in (
        ("a.txt", b"word " * 300),
        ("a.html", b"<p>word " * 300),
        ("a.pdf", make.pdf(["word " * 300])),
    ):
        with pytest.raises(DocumentTooLong):
            read_document(put(name, data), limits)


def test_a_file_that_is_too_large_is_refused(put: Put) -> None:
    with pytest.raises(FileTooLarge):
        read_document(put("a.txt", b"x" * 2000), Limits(file=1000))


def nested_pdf() -> bytes:
    """A page whose array is nested deeper than any stack."""
    deep = "[" * 20_000 + "]" * 20_000
    return make.pdf(["a"]).replace(b"/MediaBox [0 0 612 792]", f"/MediaBox {deep}".encode())


def bomb_pdf() -> bytes:
    """A page whose content inflates to 100 MB."""
    packed = zlib.compress(bytes(100_000_000), 1)
    packed = zlib.compress(packed, 9)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n" % len(packed)
    whole = make.pdf(["marker"])
    start, end = whole.index(b"<< /Length"), whole.index(b"\nendstream")
    return whole[:start] + stream + packed + whole[end:]


@pytest.mark.parametrize("make_hostile", [nested_pdf, bomb_pdf])
def test_a_hostile_pdf_is_told_as_damaged(put: Put, make_hostile: Callable[[], bytes]) -> None:
    data = make_hostile()
    assert len(data) < 200_000
    with pytest.raises((DocumentDamaged, OnlyPictures)):
        read_document(put("a.pdf", data))


def test_a_pdf_whose_pages_lead_back_to_themselves_ends(put: Put) -> None:
    whole = make.pdf(["a", "b"])
    kids = whole.index(b"/Kids [5 0 R 7 0 R]")
    looping = whole[:kids] + b"/Kids [2 0 R 2 0 R]" + whole[kids + 19 :]
    with pytest.raises(ExpectedError):
        read_document(put("a.pdf", looping))


def test_whoever_is_told_of_the_progress_can_end_the_reading(put: Put) -> None:
    class Enough(Exception):
        pass

    def stop(fraction: float) -> None:
        raise Enough

    for name, data in (
        ("a.txt", b"text"),
        ("a.html", b"<p>text"),
        ("a.pdf", make.pdf(["a"])),
        ("a.docx", make.report()),
        ("a.xlsx", make.workbook()),
    ):
        with pytest.raises(Enough):
            read_document(put(name, data), on_progress=stop)


def test_progress_goes_from_nothing_towards_all(put: Put) -> None:
    told: list[float] = []
    read_document(put("a.pdf", make.pdf(["a"] * 4)), on_progress=told.append)
    assert told == [0.0, 0.25, 0.5, 0.75]


def test_a_folder_is_its_readable_files_in_order(put: Put, tmp_path: Path) -> None:
    for name in ("project/b.py", "project/a.md", "project/sub/c.txt"):
        put(name, f"text of {name}\n")
    put("project/.git/config", "hidden")
    put("project/.env", "hidden")
    put("project/node_modules/x.js", "library")
    put("project/picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    document = read_document(tmp_path / "project")
    assert document.text == (
        "===== a.md =====\ntext of project/a.md\n\n===== b.py =====\ntext of project/b.py\n\n"
        "===== sub/c.txt =====\ntext of project/sub/c.txt\n\n"
    )
    assert (document.name, document.media_type) == ("project", "inode/directory")
    assert notes(document) == [
        "3 files",
        "2 hidden files and folders were left out.",
        "1 folders of libraries were left out.",
        "1 files have no text that can be read.",
    ]


def test_a_folder_s_hash_changes_with_its_files(put: Put, tmp_path: Path) -> None:
    put("project/a.txt", "one")
    before = read_document(tmp_path / "project").sha256
    assert read_document(tmp_path / "project").sha256 == before
    put("project/a.txt", "two")
    assert read_document(tmp_path / "project").sha256 != before


def test_links_are_not_followed_out_of_a_folder(put: Put, tmp_path: Path) -> None:
    put("secret/key.txt", "secret")
    put("project/a.txt", "open")
    (tmp_path / "project" / "way").symlink_to(tmp_path / "secret")
    (tmp_path / "project" / "key.txt").symlink_to(tmp_path / "secret" / "key.txt")
    (tmp_path / "project" / "loop").symlink_to(tmp_path / "project")
    document = read_document(tmp_path / "project")
    assert "secret" not in document.text
    assert notes(document)[1] == "3 links to other places were not followed."


def test_a_folder_is_read_only_so_deep_and_so_far(put: Put, tmp_path: Path) -> None:
    for number in range(6):
        put(f"project/{number}.txt", "text")
    put("project/a/b/c/deep.txt", "deep")
    document = read_document(tmp_path / "project", Limits(files=4, depth=2))
    assert document.text.count("=====") == 8
    assert "deep" not in document.text
    assert set(notes(document)) == {
        "4 files",
        "1 folders lie too deep and were left out.",
        "2 more files were left out: there are too many.",
    }


def test_a_folder_without_text_is_told(put: Put, tmp_path: Path) -> None:
    put("project/.hidden", "x")
    with pytest.raises(NoText):
        read_document(tmp_path / "project")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_in_a_folder_does_not_block(put: Put, tmp_path: Path) -> None:
    put("project/a.txt", "text")
    os.mkfifo(tmp_path / "project" / "pipe")
    assert notes(read_document(tmp_path / "project")) == [
        "1 files",
        "1 files have no text that can be read.",
    ]
