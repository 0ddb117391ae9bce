"""Which encoding a text has, judged by its beginning; or that it is no text."""

from __future__ import annotations

import codecs
import re

SAMPLE = 1024**2
"""Bytes of a file's beginning that are looked at."""

UNDECODABLE = "\udcff"
"""Stands where bytes could not be decoded; no decoded text has it by itself."""

MARKING = "desktop_llm.marking"
"""The name of the error handler that puts `UNDECODABLE` in their place."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KINDS = (
    (re.compile(rb"\x80[\x02-\x05]"), "pickle"),
    (re.compile(rb"\(?[dlt(]?p0\n|c[\w.]+\n\w+\n|[\]}]q\x00"), "pickle"),
    (re.compile(rb"%PDF-"), "PDF"),
    (re.compile(rb"PK\x03\x04"), "ZIP, DOCX or XLSX"),
    (re.compile(rb"\x1f\x8b"), "GZIP"),
    (re.compile(rb"\x28\xb5\x2f\xfd|\xfd7zXZ\x00|BZh\d1AY|7z\xbc\xaf"), "compressed archive"),
    (re.compile(rb"SQLite format 3\x00"), "SQLite"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8[79]a"), "image"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "DOC or XLS"),
    (re.compile(rb"GGUF"), "GGUF"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b"))
# What people's files are in, likeliest first; without such a list short texts are given odd names.
_LEGACY = [
    "gb18030",
    "big5",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "cp1252",
    "cp1251",
    "cp1250",
    "koi8_r",
]


def _mark(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return UNDECODABLE, error.end
    raise error


codecs.register_error(MARKING, _mark)


def binary_kind(sample: bytes) -> str | None:
    """What the file is if it is no text: the name of its format, or “binary”."""
    for pattern, kind in _KINDS:
        if pattern.match(sample):
            return kind
    if any(sample.startswith(bom) for bom, _ in _BOMS) or _utf16_without_mark(sample):
        return None
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return "binary" if controls > len(sample) // 50 + 1 else None


def detect_encoding(sample: bytes) -> str:
    """The codec for a text that begins with `sample`; "" if none fits.

    Byte-order marks first, then UTF-8, also where single lines are damaged (those are refused
    later, line by line), then charset-normalizer's guess.
    """
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    if name := _utf16_without_mark(sample):
        return name
    if _is_utf8(sample, whole=len(sample) < SAMPLE):
        return "utf-8"
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    if 2 * sum(_is_utf8(line, whole=True) for line in lines) > len(lines):
        return "utf-8"
    return _guess(b"\n".join(lines)[: SAMPLE // 8])


def _is_utf8(data: bytes, *, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(sample: bytes) -> str:
    """Western text in UTF-16 has a NUL in every second byte, and hardly any in the others."""
    half = len(sample) // 2
    if not half:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _guess(data: bytes) -> str:
    """charset-normalizer's guess; of those that it finds as good, the likeliest by our list."""
    import charset_normalizer

    matches = charset_normalizer.from_bytes(data, cp_isolation=_LEGACY, threshold=0.5)
    if not matches:
        return ""
    best = matches[0]
    as_good = {
        name
        for match in matches
        if match.chaos <= best.chaos + 0.02 and match.coherence >= best.coherence - 0.1
        for name in match.could_be_from_charset
    }
    return next(name for name in _LEGACY if name in as_good)
