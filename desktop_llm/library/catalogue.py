"""The models that are recommended: `resources/catalogue.json`, checked when it is read.

Nothing in it is remembered or guessed: every fact names the public page where it was read.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import cache
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter

from desktop_llm.core.paths import resource
from desktop_llm.library.hub_types import Format

Purpose = Literal["chat", "code", "multilingual", "chinese", "reasoning", "base", "encoder"]
Language = Literal["en", "zh_CN"]

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Page = Annotated[str, StringConstraints(pattern=r"^https://[^/\s]+\.[^/\s]+/\S+$")]
Count = Annotated[int, Field(gt=0)]

MANY_LANGUAGES = "mul"
"""ISO 639 for "multiple languages": the source gives a number of languages, and no list."""


@dataclass(frozen=True)
class Sources:
    """The public page where each fact was read; a model that lacks one is not recommended."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    repo: Page
    licence: Page
    parameters: Page
    size: Page
    languages: Page
    good_for: Page
    gguf: Page | None = None


@dataclass(frozen=True)
class Recommended:
    """A model worth having, as the public pages of `read_at` describe it."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    repo: Words
    """`owner/name` on the hub."""
    title: Words
    good_for: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    languages: Annotated[tuple[Words, ...], Field(min_length=1)]
    """ISO 639 codes; `MANY_LANGUAGES` where the source gives only their number."""
    licence: Words
    """By its SPDX name, where it has one."""
    parameters: Count
    """As precisely as the source says it: "1.7B" is 1,700,000,000."""
    size: Count
    """Bytes of weights and tokenizer, as precisely as the source says it (three digits)."""
    summary: Annotated[dict[Language, Words], Field(min_length=len(get_args(Language)))]
    read_at: Sources
    format: Format = "safetensors"
    revision: str = ""
    """A commit, where one was read; else `main` is resolved at the first contact."""
    gguf: str = ""
    """A repository with the same model as GGUF files, if one was read of."""
    local: str = ""
    """The model's name on this machine, if it needs no hub: `starter`."""
    note: str = ""
    """What to know of a licence that is not an open one."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Every page once, in the order of the facts."""
        return tuple(dict.fromkeys(page for page in astuple(self.read_at) if page))

    def speaks(self, language: str) -> bool:
        """Whether the sources name `language` (ISO 639), or say that there are very many."""
        return language in self.languages or MANY_LANGUAGES in self.languages


@cache
def catalogue() -> tuple[Recommended, ...]:
    """All recommended models; the starter is the first."""
    return read_catalogue(resource("catalogue.json").read_bytes())


def read_catalogue(data: bytes) -> tuple[Recommended, ...]:
    """The models of a catalogue in JSON. Raises pydantic's ValidationError if a field is wrong."""
    return TypeAdapter(tuple[Recommended, ...]).validate_json(data)


def find(repo: str) -> Recommended | None:
    """What is recommended under `owner/name`, if it is."""
    return next((model for model in catalogue() if model.repo == repo), None)
