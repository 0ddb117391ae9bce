"""JSON lines between processes: one object a line, `kind` names the value type.

Values are the dataclasses of `core`, checked on arrival by pydantic: a child process that read a
hostile model file is not trusted to send well-formed data.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator

T = TypeVar("T")


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


def _new_validator(kind: Any) -> SchemaValidator:
    """Its errors do not quote what was sent: a prompt, or a key."""
    return SchemaValidator(_adapter(kind).core_schema, {"hide_input_in_errors": True})


_validator: Callable[[Any], SchemaValidator] = cache(_new_validator)


def to_plain(value: Any) -> Any:
    """A dataclass value as plain JSON data."""
    return _adapter(type(value)).dump_python(value, mode="json")


def from_plain(kind: type[T], data: Any) -> T:
    """The value of type `kind` that `to_plain` made; raises `pydantic.ValidationError`."""
    value: T = _validator(kind).validate_python(data)
    return value


def line(kind: str, **fields: Any) -> bytes:
    """One line of the protocol: `fields` hold plain JSON data.

    Half characters (lone surrogates, from a clipboard or a file name) become question marks.
    """
    return json.dumps({"kind": kind, **fields}, ensure_ascii=False).encode(errors="replace") + b"\n"
