"""A text file as a stream of text or of lines, whatever its encoding and its line ends are."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from desktop_llm.documents.encoding import MARKING, SAMPLE, binary_kind, detect_encoding
from desktop_llm.documents.errors import NotText
from desktop_llm.documents.opening import MAX_FILE, open_regular, told

CHUNK = 1024**2
"""Bytes that are read at once; memory stays a small multiple of it."""


class Line(NamedTuple):
    """A line without its end; `number` counts from 1. Not `whole`: too long, and left out."""

    number: int
    text: str
    whole: bool


class TextFile:
    """A file of at most `limit` bytes that holds text; to be used in a `with` statement.

    Every line end comes out as a line feed. Bytes that cannot be decoded come out as `UNDECODABLE`.
    Raises the errors of `documents`, at once or while reading.
    """

    def __init__(self, path: Path, limit: int = MAX_FILE) -> None:
        self.path = path
        self.position = 0
        """Bytes read so far, of `size`."""
        self._limit = limit
        self._file = open_regular(path, limit)
        try:
            with told(path):
                self.size = self._file.seek(0, io.SEEK_END)
                self._file.seek(0)
                start = self._file.read(SAMPLE)
            if kind := binary_kind(start):
                raise NotText(path, kind)
            self.encoding = detect_encoding(start)
            if not self.encoding:
                raise NotText(path, "unknown")
            self.complete = self.size <= len(start)
            """Whether `sample` is all there is."""
            self.sample = self._decoder().decode(start, final=self.complete)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> TextFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def chunks(self) -> Iterator[str]:
        """The whole text, in pieces of about `CHUNK`."""
        decoder = self._decoder()
        self.position = 0
        with told(self.path):
            self._file.seek(0)
        while self.position < self._limit:
            with told(self.path):
                data = self._file.read(CHUNK)
            self.position += len(data)
            yield decoder.decode(data, final=not data)
            if not data:
                break

    def lines(self, limit: int) -> Iterator[Line]:
        """The lines; of one with more than `limit` characters only that it is there."""
        number, parts, length = 1, list[str](), 0
        for chunk in self.chunks():
            *ended, rest = chunk.split("\n")
            for text in ended:
                length += len(text)
                whole = length <= limit
                yield Line(number, "".join((*parts, text)) if whole else "", whole)
                number, parts, length = number + 1, [], 0
            length += len(rest)
            if rest and length <= limit:
                parts.append(rest)
            elif rest:
                parts = [""]  # too long: forget it, remember that it is there
        if parts:
            yield Line(number, "".join(parts) if length <= limit else "", length <= limit)

    def _decoder(self) -> io.IncrementalNewlineDecoder:
        make = codecs.getincrementaldecoder(self.encoding)
        return io.IncrementalNewlineDecoder(make(MARKING), translate=True)
