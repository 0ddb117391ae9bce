"""Whether a model fits into what is free, and if not, with which settings it would.

Pure: who asks brings what each setting needs (`Needs`), measured or estimated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

from desktop_llm.core.generation import Weights

Verdict = Literal["fits", "tight", "too big"]
RunBy = Literal["transformers", "llama.cpp"]

TIGHT = 0.9
"""Share of the free memory above which other programs will feel it."""

MOST_WAYS = 3
"""As many as a person can weigh at a glance."""

SHORTEST = 1024
"""Tokens below which a conversation is not worth offering."""


@dataclass(frozen=True)
class Setting:
    """How a model is loaded, as far as memory goes."""

    context: int
    """Tokens of prompt and answer that there has to be room for."""
    weights: Weights = "exact"
    engine: RunBy = "transformers"


@dataclass(frozen=True)
class Way:
    """A setting that fits, in bytes; only what has to be changed is given."""

    needed: int
    context: int = 0
    """0: as it was."""
    weights: Weights = "auto"
    """`auto`: as they were."""
    engine: Literal["auto", "transformers", "llama.cpp"] = "auto"


@dataclass(frozen=True)
class MemoryPlan:
    """`ways` fit well and are given in the order of least harm; none are needed if it fits."""

    verdict: Verdict
    needed: int
    free: int
    ways: tuple[Way, ...] = ()


Needs = Callable[[Setting], int | None]
"""Bytes that a setting needs; None where the model cannot be loaded so."""


def plan_memory(wanted: Setting, needs: Needs, free: int) -> MemoryPlan:
    """Judge `wanted` against `free` bytes."""
    needed = needs(wanted) or 0
    room = int(free * TIGHT)
    if needed <= room:
        return MemoryPlan("fits", needed, free)
    ways = []
    for setting in _by_harm(wanted):
        less = needs(setting)
        if less is not None and less <= room:
            ways.append(_way(wanted, setting, less))
    verdict: Verdict = "tight" if needed <= free else "too big"
    return MemoryPlan(verdict, needed, free, tuple(_different(ways)[:MOST_WAYS]))


def _by_harm(wanted: Setting) -> Iterable[Setting]:
    """Other settings, the least harmful first.

    8 bits change an answer hardly at all; a shorter context only matters in long conversations; a
    packed file is what its maker rounded; 4 bits can be noticed.
    """
    shorter = list(_halves(wanted.context))
    if wanted.engine == "transformers" and wanted.weights in ("exact", "auto"):
        yield replace(wanted, weights="8-bit")
    for context in shorter:
        yield replace(wanted, context=context)
    if wanted.engine == "transformers":
        yield Setting(wanted.context, engine="llama.cpp")
        if wanted.weights != "4-bit":
            yield replace(wanted, weights="4-bit")
            for context in shorter:
                yield replace(wanted, weights="4-bit", context=context)
        for context in shorter:
            yield Setting(context, engine="llama.cpp")


def _halves(context: int) -> Iterable[int]:
    while (context := context // 2) >= SHORTEST:
        yield context


def _way(wanted: Setting, setting: Setting, needed: int) -> Way:
    return Way(
        needed=needed,
        context=0 if setting.context == wanted.context else setting.context,
        weights="auto" if setting.weights == wanted.weights else setting.weights,
        engine="auto" if setting.engine == wanted.engine else setting.engine,
    )


def _different(ways: list[Way]) -> list[Way]:
    """One way of each kind: a second one that harms more and changes the same says nothing."""
    kinds: dict[tuple[str, str], Way] = {}
    for way in ways:
        kinds.setdefault((way.weights, way.engine), way)
    return list(kinds.values())


def write_ways(ways: Iterable[Way]) -> str:
    """`ways` as one fact of an error (`core.errors`)."""
    return json.dumps([asdict(way) for way in ways])


def read_ways(text: str) -> tuple[Way, ...]:
    """What `write_ways` wrote; nothing from another version's."""
    try:
        ways = [Way(**row) for row in json.loads(text or "[]")]
    except (ValueError, TypeError):
        return ()
    return tuple(way for way in ways if way.weights in get_args(Weights))
