"""The ways to have a model: which of its files belong together, and which of them to take."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.library.hub_types import FileChoice, Format, HubFile

BESIDE_WEIGHTS = frozenset(
    {
        "config.json",
        "generation_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "tokenizer.model",
        "sentencepiece.bpe.model",
        "spiece.model",
        "special_tokens_map.json",
        "added_tokens.json",
        "vocab.json",
        "vocab.txt",
        "merges.txt",
        "chat_template.jinja",
        "chat_template.json",
        "preprocessor_config.json",
        "processor_config.json",
        "model.safetensors.index.json",
        "adapter_config.json",
    }
)
"""Fetched with safetensors weights if they are there; nothing in them is run."""

PAPERS = frozenset({"README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE"})

INDEX = "model.safetensors.index.json"
ADAPTER = "adapter_model.safetensors"
SMALL_FILE = 1_000_000_000
"""Up to here rounding saves little: small models lose more by it than a disk gains."""

BALANCED_BITS = 4.85
"""Of Q4_K_M: about where answers begin to suffer from fewer."""

BEST_BITS = 10.0
"""More than this is the original, not a quantisation."""

_NO_MODEL = ("mmproj", "imatrix")
"""In the names of GGUF files that hold parts for images, or measurements."""

_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
_PART = re.compile(r"-\d{5}-of-\d{5}$")
_QUANTISATION = re.compile(
    r"(?:^|[-._/])((?:I?Q|TQ)\d(?:_[A-Z0-9]+)*|MXFP4|BF16|FP?16|FP?32)(?:_MOE)?(?=/|$)",
    re.IGNORECASE,
)
_TABLE = """
IQ1_S:1.56 IQ1_M:1.75 TQ1_0:1.69 TQ2_0:2.06
IQ2_XXS:2.06 IQ2_XS:2.31 IQ2_S:2.5 IQ2_M:2.7 Q2_K:2.96 Q2_K_S:2.8
IQ3_XXS:3.06 IQ3_XS:3.3 IQ3_S:3.44 IQ3_M:3.66 Q3_K_S:3.5 Q3_K_M:3.91 Q3_K_L:4.27
IQ4_XS:4.25 IQ4_NL:4.5 Q4_0:4.55 Q4_1:5.0 Q4_K_S:4.58 Q4_K_M:4.85 MXFP4:4.25
Q5_0:5.54 Q5_1:6.0 Q5_K_S:5.54 Q5_K_M:5.69 Q6_K:6.59 Q8_0:8.5 F16:16 BF16:16 F32:32
"""
_BITS = {name: float(bits) for name, _, bits in (e.partition(":") for e in _TABLE.split())}
"""Bits per weight of whole files, as the program that makes them reports."""

_WORDS = (
    (3.4, QT_TRANSLATE_NOOP("core", "Smallest: clearly worse answers ({id})")),
    (4.4, QT_TRANSLATE_NOOP("core", "Small: somewhat worse answers ({id})")),
    (5.3, QT_TRANSLATE_NOOP("core", "Balanced: good answers at a third of the size ({id})")),
    (7.5, QT_TRANSLATE_NOOP("core", "Better: hardly any difference from the original ({id})")),
    (BEST_BITS, QT_TRANSLATE_NOOP("core", "Best: like the original at half the size ({id})")),
    (math.inf, QT_TRANSLATE_NOOP("core", "Original, not compressed ({id})")),
)
"""Up to so many bits, in plain words."""

ORIGINAL = QT_TRANSLATE_NOOP("core", "Original weights, {bits} bits each")
AN_ADAPTER = QT_TRANSLATE_NOOP("core", "Adapter: needs its base model too")


def file_choices(files: Sequence[HubFile], parameters: int = 0) -> tuple[FileChoice, ...]:
    """The choices that `files` offer, the smallest first, exactly one of them recommended.

    `parameters` makes the bits per weight exact; 0 if unknown. Empty without weights that can be
    read safely: pickle is no choice.
    """
    found = _safetensors(files, parameters) + _gguf(files, parameters)
    if not found:
        return ()
    best = _recommended(found)
    ordered = sorted(found, key=lambda choice: choice.size)
    return tuple(replace(choice, recommended=choice is best) for choice in ordered)


def _safetensors(files: Sequence[HubFile], parameters: int) -> list[FileChoice]:
    names = {file.path for file in files}
    if ADAPTER in names and "adapter_config.json" in names:
        weights = {ADAPTER}
    elif "model.safetensors" in names:
        weights = {"model.safetensors"}
    else:
        weights = {name for name in names if _SHARD.fullmatch(name)} if INDEX in names else set()
    if not weights:
        return []
    taken = [file for file in files if file.path in weights | BESIDE_WEIGHTS | PAPERS]
    if weights == {ADAPTER}:
        return [_choice("adapter", "adapter", Text(AN_ADAPTER), taken, 32.0)]
    bits = _bits(sum(file.size for file in files if file.path in weights), parameters) or 16.0
    title = Text(ORIGINAL, {"bits": round(bits)})
    return [_choice("safetensors", "safetensors", title, taken, bits)]


def _gguf(files: Sequence[HubFile], parameters: int) -> list[FileChoice]:
    """One choice for each quantisation; the parts of a large file are one."""
    groups: dict[str, list[HubFile]] = defaultdict(list)
    for file in files:
        name = file.path.lower()
        if name.endswith(".gguf") and not any(other in name for other in _NO_MODEL):
            groups[_PART.sub("", file.path[: -len(".gguf")])].append(file)
    papers = [file for file in files if file.path in PAPERS]
    choices: dict[str, FileChoice] = {}
    for stem, parts in sorted(groups.items()):
        name = _quantisation(stem)
        unique = stem if name in choices else name
        title = Text(_words(_usual_bits(name)), {"id": unique})
        bits = _bits(sum(part.size for part in parts), parameters) or _usual_bits(name)
        choices[unique] = _choice(unique, "gguf", title, [*parts, *papers], bits)
    return list(choices.values())


def _choice(
    name: str, kind: Format, title: Text, files: Iterable[HubFile], bits: float
) -> FileChoice:
    taken = list(files)
    size = sum(file.size for file in taken)
    return FileChoice(name, kind, title, tuple(file.path for file in taken), size, round(bits, 2))


def _recommended(found: Sequence[FileChoice]) -> FileChoice:
    """Original weights, which the app runs as they are; else a balanced quantisation."""
    if originals := [choice for choice in found if choice.format != "gguf"]:
        return originals[0]
    small = [c for c in found if c.size <= SMALL_FILE and _usual_bits(c.id) <= BEST_BITS]
    if small:
        return max(small, key=lambda choice: choice.size)
    return min(found, key=lambda choice: abs(_usual_bits(choice.id) - BALANCED_BITS))


def _quantisation(stem: str) -> str:
    """The quantisation that a file's name tells, in the usual spelling; "GGUF" if none."""
    match = _QUANTISATION.search(stem)
    return match[1].upper().replace("FP16", "F16").replace("FP32", "F32") if match else "GGUF"


def _usual_bits(name: str) -> float:
    """Bits per weight of a quantisation; one of a new kind goes by its first digit."""
    name = _quantisation(name)
    if name in _BITS:
        return _BITS[name]
    digit = re.search(r"[1-8]", name)
    return int(digit[0]) + 0.6 if digit else 16.0


def _words(bits: float) -> str:
    return next(words for most, words in _WORDS if bits <= most)


def _bits(size: int, parameters: int) -> float:
    """Bits per weight as the size says; 0 where it makes no sense or nothing is known."""
    bits = 8 * size / parameters if parameters else 0.0
    return bits if 1.0 <= bits <= 65.0 else 0.0
