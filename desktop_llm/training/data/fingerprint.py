"""What tells rows and data sets apart: hashes of what is in them, not of where it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from desktop_llm.training.data.types import Example


def row_key(example: Example) -> bytes:
    """16 bytes that are the same for rows with the same messages, text and label."""
    turns = [(message.role, message.content) for message in example.messages]
    plain = json.dumps([turns, example.text, example.label], ensure_ascii=False)
    return hashlib.blake2b(plain.encode(), digest_size=16).digest()


def sha256(examples: Iterable[Example]) -> str:
    """The hash of all `examples` in their order."""
    return sha256_of_keys(map(row_key, examples))


def sha256_of_keys(keys: Iterable[bytes]) -> str:
    """The same from the rows' keys."""
    whole = hashlib.sha256()
    for key in keys:
        whole.update(key)
    return whole.hexdigest()
