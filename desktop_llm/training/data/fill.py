"""Placeholders: `{{name}}` in a row, to be replaced by what the person says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from desktop_llm.training.data.types import Example

_PLACE = re.compile(r"\{\{\s*([\w.-]{1,64})\s*\}\}")


def filled(example: Example, values: dict[str, str]) -> Example:
    """`example` with its placeholders replaced, those that have a value."""
    if not any(values.values()) or "{{" not in "".join(_texts(example)):
        return example

    def put(text: str) -> str:
        return _PLACE.sub(lambda found: values.get(found[1]) or found[0], text)

    messages = tuple(replace(m, content=put(m.content)) for m in example.messages)
    return replace(example, messages=messages, text=put(example.text))


def placeholders(example: Example) -> set[str]:
    """The names of the placeholders that are in `example`."""
    return {name for text in _texts(example) if "{{" in text for name in _PLACE.findall(text)}


def _texts(example: Example) -> Iterator[str]:
    yield from (message.content for message in example.messages)
    yield example.text
