"""Reading what a hub says, whatever it says."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.library.hub_answers import (
    EXPAND,
    Malformed,
    base_of_adapter,
    files_in,
    gguf_facts,
    model_in,
    without_front_matter,
)
from desktop_llm.library.hub_types import HubModel

NAMES = ("id", "siblings", "rfilename", "lfs", "size", "sha256", "blobId", "license", "language")
KEYS = st.sampled_from([*NAMES, *EXPAND, "base_model", "parameters", "total", "BF16", "F32"])
WORDS = st.sampled_from(["a/b", "gguf", "safetensors", "license:mit", "base_model:quantized:a/b"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=20,
)


@given(ANYTHING, st.dictionaries(KEYS, ANYTHING, max_size=8))
def test_no_answer_is_a_fault_of_ours(anything, facts):
    for data in (anything, facts, {**facts, "id": "owner/model"}):
        with contextlib.suppress(Malformed):
            files_in(data)
        with contextlib.suppress(Malformed):
            model = model_in(data)
            if model is not None:
                assert from_plain(HubModel, to_plain(model)) == model


@given(st.dictionaries(KEYS, ANYTHING, max_size=8))
def test_small_files_of_any_content_are_no_fault_of_ours(data):
    assert gguf_facts({"gguf": data})[0] >= 0
    assert isinstance(base_of_adapter(data), str)


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        ("---\na: b\n---\n# Title", "# Title"),
        ("\ufeff---\r\na: b\r\n---\r\n# Title", "# Title"),
        ("---\na: b\n---", ""),
        ("---\nnever closed", "---\nnever closed"),
        ("# Title\n---\nrule\n---\n", "# Title\n---\nrule\n---\n"),
        ("---\na: |\n  text --- more\n---\nbody\n---\nrest", "body\n---\nrest"),
        ("", ""),
    ],
)
def test_only_the_front_matter_is_taken_off_a_card(card, shown):
    assert without_front_matter(card) == shown


def told(data) -> HubModel:
    """A model with a usable name, and what else is said of it."""
    model = model_in({"id": "x/y", **data})
    assert model is not None
    return model


def test_the_base_is_found_wherever_it_is_named():
    tags = ["base_model:a/b", "base_model:adapter:a/b"]
    assert told({"tags": tags}).base == "a/b"
    assert told({"cardData": {"base_model": ["../up", "c/d"]}}).base == "c/d"
    assert base_of_adapter({"base_model_name_or_path": "e/f"}) == "e/f"
    assert base_of_adapter({"base_model_name_or_path": "/home/me/model"}) == ""


@pytest.mark.parametrize(
    ("data", "formats"),
    [
        ({"tags": ["pytorch", "safetensors"]}, ("safetensors",)),
        ({"tags": ["pytorch"]}, ("pickle",)),
        ({"tags": ["gguf"]}, ("gguf",)),
        ({"tags": ["safetensors", "gguf"]}, ("safetensors", "gguf")),
        ({"tags": ["safetensors"], "library_name": "peft"}, ("adapter",)),
        ({}, ()),
    ],
)
def test_the_formats_are_told_by_tags(data, formats):
    assert told(data).formats == formats
