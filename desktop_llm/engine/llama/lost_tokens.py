"""Tokens that llama.cpp's server keeps to itself while a character is not whole.

A Chinese character or an emoji often takes several tokens. The server streams nothing until the
last of them is there, and then only that one's id, with the text of all. The others follow from
that text, from how many there are, and from every one of them having left a character unfinished.
"""

from __future__ import annotations

import re
from typing import Any

from transformers.convert_slow_tokenizer import bytes_to_unicode

from desktop_llm.engine.detokenizer import decodes_bytewise

BYTE = re.compile(r"<0x([0-9A-F]{2})>")
SPACE = "▁"
LONGEST = 64
"""Bytes that are searched; more are a mistake."""


class LostTokens:
    """Finds the ids for one tokenizer."""

    def __init__(self, tokenizer: Any) -> None:
        self._vocabulary: dict[str, int] = tokenizer.get_vocab()
        self._tokenizer = tokenizer
        self._letters = bytes_to_unicode() if decodes_bytewise(tokenizer) else {}
        self._numbers = {letter: number for number, letter in self._letters.items()}

    def find(self, text: str, last: int, count: int) -> list[int] | None:
        """The `count` tokens that make `text` together with `last`; None if that is not known."""
        data, end = text.encode(), self._bytes(last)
        if end is None or not data.endswith(end) or len(data) - len(end) > LONGEST:
            return None
        return self._split(data[: len(data) - len(end)], 0, count)

    def _split(self, data: bytes, start: int, count: int) -> list[int] | None:
        if count == 0:
            return [] if start == len(data) else None
        for stop in range(len(data), start, -1):
            token = self._token(data[start:stop])
            if token is not None and _is_unfinished(data[:stop]):
                rest = self._split(data, stop, count - 1)
                if rest is not None:
                    return [token, *rest]
        return None

    def _token(self, data: bytes) -> int | None:
        if self._letters:
            return self._vocabulary.get("".join(self._letters[number] for number in data))
        return self._vocabulary.get(f"<0x{data[0]:02X}>") if len(data) == 1 else None

    def _bytes(self, token: int) -> bytes | None:
        name = self._tokenizer.convert_ids_to_tokens(token)
        if not isinstance(name, str):
            return None
        if byte := BYTE.fullmatch(name):
            return bytes([int(byte[1], 16)])
        if not self._letters:
            return name.replace(SPACE, " ").encode()
        if any(letter not in self._numbers for letter in name):
            return None
        return bytes(self._numbers[letter] for letter in name)


def _is_unfinished(data: bytes) -> bool:
    """Whether `data` ends inside a character."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False
