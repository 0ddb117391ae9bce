"""References inside of JSON schemas; other mistakes are in tests/gui/test_json_answers.py."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from desktop_llm.core.json_schema import MOST_TIMES, SchemaUnusable, read_schema

A = {"$ref": "#/$defs/a"}


def defined(**parts: Any) -> dict[str, Any]:
    return {**A, "$defs": parts}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        defined(a=A),
        defined(a={"$ref": "#/$defs/b"}, b={"$ref": "#/%24defs/a"}),
        defined(a={"anyOf": [{"type": "string"}, A]}),
        defined(a={"allOf": [{"oneOf": [{"$ref": "#"}]}]}),
        {"items": {"$ref": "#/items"}},
        {"anyOf": [{"type": "null"}, {"$ref": "#/anyOf/1"}]},
        {
            "properties": {"x": {"$ref": "#/hidden/a~1b"}},
            "hidden": {"a/b": {"$ref": "#/hidden/a~1b"}},
        },
    ],
)
def test_a_circle_that_says_nothing_of_a_value_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(SchemaUnusable, match="leads back to itself"):
        read_schema(json.dumps(schema))


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("http://example.org/schema.json", "own parts only"),
        ("https://example.org/s#/$defs/a", "own parts only"),
        ("file:///etc/passwd", "own parts only"),
        ("other.json", "own parts only"),
        ("", "own parts only"),
        (7, "own parts only"),
        ("#/$defs/b", "points to nothing"),
        ("#/$defs/a/type", "points to nothing"),
        ("#/$defs/a/enum/9", "points to nothing"),
        ("#/$defs/a/enum/-1", "points to nothing"),
    ],
)
def test_a_reference_to_elsewhere_or_nothing_is_refused(reference: Any, told: str) -> None:
    schema = {"items": {"$ref": reference}, "$defs": {"a": {"type": "string", "enum": ["x"]}}}
    with pytest.raises(SchemaUnusable, match=told):
        read_schema(json.dumps(schema))


def test_what_only_a_reference_leads_to_is_looked_through_too() -> None:
    with pytest.raises(SchemaUnusable, match="more than"):
        read_schema(json.dumps({"$ref": "#/x/y", "x": {"y": {"maxItems": MOST_TIMES + 1}}}))


def test_references_are_followed_as_far_as_there_are_any() -> None:
    tree = {
        "type": "object",
        "properties": {"value": {}, "children": {"type": "array", "items": {"$ref": "#"}}},
    }
    assert read_schema(json.dumps(tree)) == tree
    names = [f"a{number}" for number in range(1500)]
    chain = {name: {"$ref": f"#/$defs/{after}"} for name, after in pairwise(names)}
    chain |= {names[-1]: {"type": "string"}}
    assert read_schema(json.dumps({"$ref": "#/$defs/a0", "$defs": chain}))
    assert read_schema(json.dumps({"$ref": "#/$defs/any", "$defs": {"any": True}}))
