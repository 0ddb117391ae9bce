"""The recommended models: every fact has its source, and none of them is impossible."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from dataclasses import fields
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from desktop_llm.core.paths import resource
from desktop_llm.library import starter
from desktop_llm.library.catalogue import (
    Purpose,
    Recommended,
    Sources,
    catalogue,
    find,
    read_catalogue,
)

ENTRIES = json.loads(resource("catalogue.json").read_bytes())
OPEN_LICENCES = {"Apache-2.0", "MIT"}
OFFICIAL = {"huggingface.co", "github.com"}
CHINESE = re.compile("[\u4e00-\u9fff]")

every_model = pytest.mark.parametrize("model", catalogue(), ids=lambda model: model.repo)


def changed(**changes: Any) -> bytes:
    """The catalogue's first entry as JSON, with other values; None removes the field."""
    entry = {**ENTRIES[0], **changes}
    return json.dumps([{key: value for key, value in entry.items() if value is not None}]).encode()


def without_source(fact: str) -> bytes:
    sources = {key: page for key, page in ENTRIES[0]["read_at"].items() if key != fact}
    return changed(read_at=sources)


def test_there_are_models_for_every_purpose() -> None:
    assert len(catalogue()) >= 20
    for purpose in get_args(Purpose):
        assert sum(purpose in model.good_for for model in catalogue()) >= 2, purpose


def test_the_first_model_is_the_starter_and_works_offline() -> None:
    first = catalogue()[0]
    assert first.local == starter.NAME
    assert first.repo == starter.manifest().sources["hub"]["original"]
    assert first.licence == starter.manifest().licence
    assert not any(model.local for model in catalogue()[1:])


def test_no_model_is_recommended_twice() -> None:
    for name in ("repo", "title"):
        values = [getattr(model, name).lower() for model in catalogue()]
        assert len(values) == len(set(values))


def test_a_model_is_found_by_its_repository() -> None:
    assert find(catalogue()[1].repo) is catalogue()[1]
    assert find("nobody/nothing") is None


@pytest.mark.parametrize("fact", [field.name for field in fields(Sources) if field.name != "gguf"])
def test_an_entry_without_the_source_of_a_fact_is_refused(fact: str) -> None:
    with pytest.raises(ValidationError, match=f"read_at.{fact}"):
        read_catalogue(without_source(fact))


@pytest.mark.parametrize("name", ["repo", "licence", "size", "parameters", "read_at", "summary"])
def test_an_entry_without_what_matters_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        read_catalogue(changed(**{name: None}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("licence", ""),
        ("repo", ""),
        ("size", 0),
        ("parameters", -1),
        ("good_for", []),
        ("good_for", ["world peace"]),
        ("languages", []),
        ("summary", {"en": "Only English."}),
        ("summary", {"en": "Both.", "zh_CN": ""}),
        ("read_at", {**ENTRIES[0]["read_at"], "size": "http://huggingface.co/a/b"}),
        ("read_at", {**ENTRIES[0]["read_at"], "size": "I remember it"}),
        ("misspelt", True),
    ],
)
def test_an_entry_that_says_nothing_or_nonsense_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        read_catalogue(changed(**{name: value}))


@every_model
def test_every_source_is_an_https_address_and_what_is_fetched_is_read_at_its_home(
    model: Recommended,
) -> None:
    pages = [urlsplit(page) for page in model.sources]
    assert all(page.scheme == "https" and "." in page.netloc and page.path for page in pages)
    for page in (model.read_at.repo, model.read_at.licence, model.read_at.size):
        assert urlsplit(page).netloc in OFFICIAL
    assert f"/{model.repo}/" in f"{model.read_at.repo}/"
    assert bool(model.gguf) == bool(model.read_at.gguf)


@every_model
def test_sizes_are_plausible_for_the_parameters(model: Recommended) -> None:
    assert 100_000_000 <= model.parameters <= 8_500_000_000
    assert 1.9 <= model.size / model.parameters <= 4.5  # two or four bytes each, and a tokenizer


@every_model
def test_it_is_told_in_both_languages_and_in_few_words(model: Recommended) -> None:
    assert not CHINESE.search(model.summary["en"])
    assert CHINESE.search(model.summary["zh_CN"])
    assert len(model.summary["en"]) <= 200
    assert len(model.summary["zh_CN"]) <= 100


@every_model
def test_licences_are_open_or_come_with_a_note(model: Recommended) -> None:
    assert model.licence in OPEN_LICENCES or model.note


@every_model
def test_purposes_and_languages_agree(model: Recommended) -> None:
    assert ("chinese" not in model.good_for) or model.speaks("zh")
    assert ("multilingual" not in model.good_for) or len(model.languages) > 2
    assert all(re.fullmatch("[a-z]{2,3}", language) for language in model.languages)
    assert not ({"encoder", "base"} & set(model.good_for) and "chat" in model.good_for)


@every_model
def test_repositories_have_names_that_are_safe(model: Recommended) -> None:
    names = [name for name in (model.repo, model.gguf) if name]
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+", name) for name in names)
    assert re.fullmatch("[0-9a-f]{40}|", model.revision)
    if importlib.util.find_spec("desktop_llm.library.names"):
        check_repo = importlib.import_module("desktop_llm.library.names").check_repo
        for name in names:
            check_repo(name)
