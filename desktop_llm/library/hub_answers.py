"""What a hub says of models, as values of ours. Its answers are not trusted to be well-formed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

from desktop_llm.core.safetensors_header import BITS
from desktop_llm.library.hub_errors import UnsafeName
from desktop_llm.library.hub_types import Access, Format, HubFile, HubModel
from desktop_llm.library.names import check_repo

EXPAND = (
    "cardData",
    "disabled",
    "downloads",
    "gated",
    "gguf",
    "lastModified",
    "library_name",
    "likes",
    "pipeline_tag",
    "private",
    "safetensors",
    "tags",
)
"""What a search asks for, of what the hub can tell of each model."""

MOST_TAGS, LONGEST_WORD = 300, 200
PICKLE_TAGS = {"pytorch", "joblib", "sklearn"}
ADAPTER_TAGS = {"peft", "adapter-transformers"}

_RELATION = re.compile(r"base_model:(?:adapter|finetune|merge|quantized):")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,8})?")
_FRONT_MATTER = re.compile(
    r"\A\ufeff?\s*---[^\n]*\n.*?^---[^\n]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)


class Malformed(ValueError):
    """The answer is not what a hub says."""


def models_in(answer: Any) -> tuple[HubModel, ...]:
    """The results of a search; those that no repository could be called are left out."""
    if not isinstance(answer, list):
        raise Malformed
    return tuple(model for data in answer if (model := model_in(data)))


def model_in(data: Any) -> HubModel | None:
    """One model as the API describes it; None if it has no usable name. Raises Malformed."""
    if not isinstance(data, dict):
        raise Malformed
    repo = data.get("id") or data.get("modelId")
    try:
        check_repo(repo if isinstance(repo, str) else "")
    except UnsafeName:
        return None
    tags, card = _words(data.get("tags")), _object(data.get("cardData"))
    return HubModel(
        repo=str(repo),
        downloads=_count(data.get("downloads")),
        likes=_count(data.get("likes")),
        updated=_word(data.get("lastModified"))[:10],
        task=_word(data.get("pipeline_tag")),
        licence=_licence(tags, card),
        languages=_languages(card),
        tags=tags,
        parameters=_parameters(data),
        bytes_by_dtype=_bytes_by_dtype(data),
        formats=_formats(data, tags),
        access=_access(data),
        base=_base(tags, card),
    )


def files_in(data: Any) -> tuple[HubFile, ...]:
    """The files of a model's description, with sizes and hashes. Raises Malformed."""
    siblings = data.get("siblings") if isinstance(data, dict) else None
    if not isinstance(siblings, list):
        raise Malformed
    return tuple(_file(each) for each in siblings)


def gguf_facts(data: dict[str, Any]) -> tuple[int, bool]:
    """What the hub read in GGUF files: the context length, and whether there is a template."""
    facts = _object(data.get("gguf"))
    return _count(facts.get("context_length")), bool(facts.get("chat_template"))


def base_of_adapter(config: dict[str, Any]) -> str:
    """The repository of the model that an adapter was made for; "" if it is not one on a hub."""
    return _first_repo([_word(config.get("base_model_name_or_path"))])


def without_front_matter(card: str) -> str:
    """A model card without the YAML block at its start."""
    return _FRONT_MATTER.sub("", card, count=1).lstrip()


def _file(data: Any) -> HubFile:
    if not isinstance(data, dict) or not isinstance(data.get("rfilename"), str):
        raise Malformed
    large = _object(data.get("lfs"))
    size = large.get("size", data.get("size"))
    sha256 = large.get("sha256") or large.get("oid") or ""
    blob = data.get("blobId") or ""
    if type(size) is not int or size < 0:
        raise Malformed
    if not isinstance(sha256, str) or not isinstance(blob, str):
        raise Malformed
    return HubFile(data["rfilename"], size, sha256, "" if sha256 else blob)


def _licence(tags: Iterable[str], card: dict[str, Any]) -> str:
    tagged = (tag.removeprefix("license:") for tag in tags if tag.startswith("license:"))
    return next(tagged, _word(card.get("license")))


def _languages(card: dict[str, Any]) -> tuple[str, ...]:
    said = card.get("language")
    words = (_word(said),) if isinstance(said, str) else _words(said)
    return tuple(word for word in words if _LANGUAGE.fullmatch(word))


def _base(tags: Iterable[str], card: dict[str, Any]) -> str:
    said = card.get("base_model")
    named = (_word(said),) if isinstance(said, str) else _words(said)
    tagged = (_RELATION.sub("", tag) for tag in tags if _RELATION.match(tag))
    return _first_repo((*tagged, *named))


def _first_repo(names: Iterable[str]) -> str:
    for name in names:
        try:
            check_repo(name)
        except UnsafeName:
            continue
        return name
    return ""


def _parameters(data: dict[str, Any]) -> int:
    counts = _object(_object(data.get("safetensors")).get("parameters"))
    floats = sum(_count(number) for dtype, number in counts.items() if "F" in dtype)
    said = _count(_object(data.get("safetensors")).get("total"))
    return floats or said or _count(_object(data.get("gguf")).get("total"))


def _bytes_by_dtype(data: dict[str, Any]) -> dict[str, int]:
    counts = _object(_object(data.get("safetensors")).get("parameters"))
    return {
        dtype: _count(number) * BITS[dtype] // 8
        for dtype, number in counts.items()
        if dtype in BITS and _count(number)
    }


def _formats(data: dict[str, Any], tags: Iterable[str]) -> tuple[Format, ...]:
    """How the weights are kept, as far as the tags tell; pickle only if there is nothing else."""
    known = {*tags, _word(data.get("library_name"))}
    found: list[Format] = []
    if ADAPTER_TAGS & known or any(tag.startswith("base_model:adapter:") for tag in known):
        found.append("adapter")
    elif "safetensors" in known or data.get("safetensors"):
        found.append("safetensors")
    if "gguf" in known or data.get("gguf"):
        found.append("gguf")
    if not found and PICKLE_TAGS & known:
        found.append("pickle")
    return tuple(found)


def _access(data: dict[str, Any]) -> Access:
    states: tuple[Literal["disabled", "private", "gated"], ...] = ("disabled", "private", "gated")
    return next((state for state in states if data.get(state)), "open")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 1 << 53 else 0


def _word(value: Any) -> str:
    """A short line of visible characters."""
    return value[:LONGEST_WORD] if isinstance(value, str) and value.isprintable() else ""


def _words(value: Any) -> tuple[str, ...]:
    found = (_word(item) for item in value[:MOST_TAGS]) if isinstance(value, list) else ()
    return tuple(word for word in found if word)
