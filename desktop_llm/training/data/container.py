"""What kind of file it is, judged by its contents; its name only decides where they do not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_llm.documents.opening import open_regular, told
from desktop_llm.documents.text_file import TextFile
from desktop_llm.training.data import table_rows
from desktop_llm.training.data.column_names import is_known
from desktop_llm.training.data.json_rows import decode, is_turn, json_rows, jsonl_rows
from desktop_llm.training.data.parquet_rows import MAGIC, parquet_rows
from desktop_llm.training.data.reasons import Refused
from desktop_llm.training.data.text_rows import cells_of, conll_rows, is_comment, text_rows
from desktop_llm.training.data.types import Container, Rejected, Row

_LOOKED_AT = 20
_TAG = re.compile(r"O|[BIESLUM]-\S+")
_WORD_CLASS = re.compile(r"[A-Z]{1,5}[$.,:-]?|[.,:`'()#$]{1,3}|-[LR]RB-")
_MARKDOWN = re.compile(
    r"#{1,6} \S|```|[-*+] \S|\d+\. \S|> |\|.*\|$|.*\[[^\]]+\]\([^)]+\)|.*\*\*\S.*\*\*"
)
_JSON_LIST = re.compile(r'\[\s*([{\["\]\d-]|true|false|null)')
_SUFFIXES: dict[str, Container] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
    ".csv": "csv", ".tsv": "tsv", ".md": "markdown", ".markdown": "markdown",
    ".txt": "text", ".text": "text",
}  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A data file while it is read: what it is, and its records."""

    container: Container
    rows: Iterator[Row | Rejected]


@contextmanager
def open_rows(path: Path, on_progress: Callable[[float], None]) -> Iterator[Opened]:
    """The records of `path`; `on_progress` is told the fraction that has been read."""
    with open_regular(path) as file:
        with told(path):
            magic = file.read(len(MAGIC))
        if magic == MAGIC:
            yield Opened("parquet", parquet_rows(path, file, on_progress))
            return
    with TextFile(path) as text:
        container, rows = _rows(text)
        yield Opened(container, _with_progress(rows, text, on_progress))


def _with_progress(
    rows: Iterator[Row | Rejected], text: TextFile, on_progress: Callable[[float], None]
) -> Iterator[Row | Rejected]:
    told_at = 0
    for row in rows:
        if text.position != told_at:
            told_at = text.position
            on_progress(min(1.0, told_at / text.size))
        yield row


def _rows(text: TextFile) -> tuple[Container, Iterator[Row | Rejected]]:
    named = _SUFFIXES.get(text.path.suffix.lower())
    sample = text.sample.lstrip()
    if sample[:1] in ("{", "[") and (found := _json(sample, text.complete, named)):
        return found, (jsonl_rows if found == "jsonl" else json_rows)(text)
    lines = _whole_lines(text)
    if _is_conll(lines):
        return "conll", conll_rows(text)
    dialect = table_rows.sniff("\n".join(lines))
    if named in ("csv", "tsv"):
        dialect = dialect or table_rows.single_column("\n".join(lines))
    if dialect and (dialect.sure or named in ("csv", "tsv")):
        container: Container = "tsv" if dialect.delimiter == "\t" else "csv"
        return container, table_rows.table_rows(text, dialect)
    if named in ("json", "jsonl"):
        return "jsonl", jsonl_rows(text)  # none of it is JSON: every line will say so
    return ("markdown" if named == "markdown" or _is_markdown(lines) else "text"), text_rows(text)


def _whole_lines(text: TextFile) -> list[str]:
    lines = text.sample.split("\n")
    return lines if text.complete or len(lines) == 1 else lines[:-1]


def _json(sample: str, complete: bool, named: Container | None) -> Container | None:
    """Which JSON it is; None if it only begins like it (“[Verse 1]”)."""
    all_lines = sample.split("\n")
    lines = [line for line in (all_lines if complete else all_lines[:-1]) if line.strip()]
    values = [_decoded(line) for line in lines[:_LOOKED_AT]]
    records = [isinstance(v, dict) and not is_turn(v) and not _is_wrapper(v) for v in values]
    if records and (records[0] or 2 * sum(records) >= len(records)):
        return "jsonl"
    if sample[0] == "[":
        return "json" if _JSON_LIST.match(sample) else None
    if not re.match(r'\{\s*["}]', sample):
        return None
    if not lines:
        return "jsonl" if named == "jsonl" else "json"
    # one record on several lines, or a data set on one; else a line that is broken
    return "jsonl" if values[0] is None and lines[0].rstrip().endswith("}") else "json"


def _decoded(line: str) -> object:
    """The JSON value on `line`; None if it is none."""
    try:
        return decode(line)
    except Refused:
        return None


def _is_wrapper(value: dict[str, Any]) -> bool:
    """Whether `value` is a whole data set on one line: `{"data": [{…}, …]}`."""
    lists = [items for items in value.values() if isinstance(items, list) and items]
    nested = any(isinstance(items[0], dict) and not is_turn(items[0]) for items in lists)
    return nested and not any(map(is_known, value))


def _is_conll(lines: list[str]) -> bool:
    """Whether most lines are a token with its tags, with blank lines between sentences."""
    blank = any(not line.strip() for line in lines[:-1])
    tokens = [cells_of(x) for x in lines if x.strip() and not is_comment(x)][:500]
    widths = [len(cells) for cells in tokens]
    if not tokens or not 2 <= widths[0] <= 20:
        return False
    same = [cells for cells in tokens if len(cells) == widths[0]]
    last = [cells[-1] for cells in same]
    if 10 * len(same) < 9 * len(tokens) or any(" " in cells[0].strip() for cells in same):
        return False
    if all(map(_TAG.fullmatch, last)) and any(tag != "O" for tag in last):
        return True
    return blank and len(same) > 1 and all(map(_WORD_CLASS.fullmatch, last))


def _is_markdown(lines: list[str]) -> bool:
    return sum(bool(_MARKDOWN.match(line)) for line in lines[:500]) >= 3
