"""Small GGUF files, written by hand."""

from __future__ import annotations

import struct
from typing import Any


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def setting(name: str, value: Any) -> bytes:
    if isinstance(value, str):
        return text(name) + struct.pack("<I", 8) + text(value)
    if isinstance(value, list):
        head = text(name) + struct.pack("<IIQ", 9, 8, len(value))
        return head + b"".join(text(item) for item in value)
    return text(name) + struct.pack("<II", 4, value)


def gguf(
    architecture: str = "llama", words: tuple[str, ...] = ("a", "b"), numbers: int = 8, **more: Any
) -> bytes:
    """A model of one tensor of `numbers` float32 values; `more`: settings, with "__" for "."."""
    settings = {
        "general.architecture": architecture,
        f"{architecture}.context_length": 512,
        "tokenizer.ggml.tokens": list(words),
        **{key.replace("__", "."): value for key, value in more.items()},
    }
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(settings))
    head += b"".join(setting(key, value) for key, value in settings.items())
    head += text("output.weight") + struct.pack("<IQIQ", 1, numbers, 0, 0)
    return head + b"\0" * (-len(head) % 32) + b"\1\2\3\4" * numbers
