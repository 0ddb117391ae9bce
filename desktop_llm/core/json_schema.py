"""JSON schemas that answers are held to: read, and looked through for plain mistakes.

What is left to find, whoever follows the schema finds (`engine.llama.schema`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any
from urllib.parse import unquote

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact

ANY_JSON = '{"type": "object"}'
"""Any JSON object."""

LONGEST = 100_000
"""Characters; compiling takes memory and time."""

DEEPEST = 64
MOST_TIMES = 1000
"""Of anything that is repeated. llama.cpp writes a grammar with as many copies: "minItems" of ten
million took 22 GB, and nothing but the end of its process ended it."""

COUNTS = ("minItems", "maxItems", "minLength", "maxLength")
REPEATED = re.compile(r"\{(\d*),?(\d*)\}")
TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
NAMED = ("properties", "$defs", "definitions", "patternProperties")
"""Keys whose values are schemas by name."""
IN_PLACE = ("anyOf", "oneOf", "allOf")
"""Keys whose schemas are about the same value as the one that they are in."""
LISTED = (*IN_PLACE, "prefixItems")
INNER = ("items", "additionalProperties", "contains", "not", "if", "then", "else")


class SchemaUnusable(ExpectedError):
    """The JSON schema is no schema, or too special; `line` is where, from 1, or 0.

    `detail` is one of the marked reasons below, with places for `facts`.
    """

    happened = QT_TRANSLATE_NOOP("core", "The JSON schema for the answer cannot be used: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was generated, and your message is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Correct the schema, or answer without one.")

    def __init__(self, detail: str, line: int = 0, **facts: Fact) -> None:
        super().__init__(detail=detail, line=line, **facts)


TOO_LONG = QT_TRANSLATE_NOOP("core", "it is longer than {limit} characters")
NOT_JSON = QT_TRANSLATE_NOOP("core", "it is not JSON (line {line}, column {column})")
TOO_DEEP = QT_TRANSLATE_NOOP("core", "it is nested more than {limit} levels deep")
NO_OBJECT = QT_TRANSLATE_NOOP("core", "it is no JSON object")
IN_A_CIRCLE = QT_TRANSLATE_NOOP("core", "a “$ref” in it leads back to itself")
ELSEWHERE = QT_TRANSLATE_NOOP(
    "core", "“$ref” may point to its own parts only, such as #/$defs/a: {shown}"
)
NOWHERE = QT_TRANSLATE_NOOP("core", "“$ref” points to nothing: {shown}")
NO_TYPE = QT_TRANSLATE_NOOP("core", "there is no type {shown}")
AN_OBJECT = QT_TRANSLATE_NOOP("core", "“{key}” has to be an object")
A_LIST = QT_TRANSLATE_NOOP("core", "“{key}” has to be a list")
TOO_OFTEN = QT_TRANSLATE_NOOP("core", "it repeats something more than {limit} times")


def read_schema(text: str) -> dict[str, Any]:
    """The schema that `text` is. Raises SchemaUnusable."""
    if len(text) > LONGEST:
        raise SchemaUnusable(TOO_LONG, limit=f"{LONGEST:,}")
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        raise SchemaUnusable(NOT_JSON, error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise SchemaUnusable(TOO_DEEP, limit=DEEPEST) from error
    if not isinstance(schema, dict):
        raise SchemaUnusable(NO_OBJECT)
    _check_depth(schema)
    for part in _reachable(schema):
        _check(part)
    return schema


def _check_depth(schema: Any) -> None:
    """One level at a time: a hostile schema would end a recursion."""
    level, depth = [schema], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise SchemaUnusable(TOO_DEEP, limit=DEEPEST)
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        level = inner


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """`schema` and the schemas inside of it."""
    if not isinstance(schema, dict):
        return
    yield schema
    inner: list[Any] = [schema.get(key) for key in INNER]
    for key in NAMED:
        named = schema.get(key)
        inner += named.values() if isinstance(named, dict) else ()
    for key in LISTED:
        inner += _list(schema.get(key))
    for part in inner:
        yield from _parts(part)


def _reachable(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """All parts, those included that only a reference leads to.

    Raises SchemaUnusable for a circle that says nothing of a value: it has no end.
    """
    found = list(_parts(schema))
    known = {id(part) for part in found}
    leads_to: dict[int, list[int]] = {}
    for part in found:  # grows
        same: list[Any] = [each for key in IN_PLACE for each in _list(part.get(key))]
        if "$ref" in part:
            same.append(target := _target(schema, part["$ref"]))
            new = [each for each in _parts(target) if id(each) not in known]
            known.update(map(id, new))
            found += new
        leads_to[id(part)] = [id(each) for each in same if isinstance(each, dict)]
    try:
        TopologicalSorter(leads_to).prepare()
    except CycleError as error:
        raise SchemaUnusable(IN_A_CIRCLE) from error
    return found


def _target(schema: dict[str, Any], reference: Any) -> Any:
    """What `reference` points to, a JSON pointer (RFC 6901) behind “#”. Nothing is fetched."""
    shown = json.dumps(reference, ensure_ascii=False)[:60]
    if not isinstance(reference, str) or not re.fullmatch("#(/.*)?", reference, re.DOTALL):
        raise SchemaUnusable(ELSEWHERE, shown=shown)
    place: Any = schema
    for step in unquote(reference).split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(place, dict):
            place = place.get(step)
        else:
            place = dict(enumerate(_list(place))).get(int(step) if step.isdecimal() else -1)
    if not isinstance(place, dict | bool):
        raise SchemaUnusable(NOWHERE, shown=shown)
    return place


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _check(part: dict[str, Any]) -> None:
    kinds = part.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if not isinstance(kind, str) or kind not in TYPES:
            raise SchemaUnusable(NO_TYPE, shown=json.dumps(kind)[:40])
    for key, wanted, detail in (
        ("properties", dict, AN_OBJECT),
        ("required", list, A_LIST),
        ("enum", list, A_LIST),
    ):
        if key in part and not isinstance(part[key], wanted):
            raise SchemaUnusable(detail, key=key)
    pattern = part.get("pattern")
    numbers = REPEATED.findall(pattern) if isinstance(pattern, str) else []
    # Those of a pattern may stand inside of each other.
    in_all = math.prod(max([1, *(int(n[:9]) for n in pair if n)]) for pair in numbers)
    counts = [part[key] for key in COUNTS if isinstance(part.get(key), int | float)]
    if any(not count <= MOST_TIMES for count in (*counts, in_all)):
        raise SchemaUnusable(TOO_OFTEN, limit=f"{MOST_TIMES:,}")
