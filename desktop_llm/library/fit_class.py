"""The four honest classes of "will it run here?", and the arithmetic behind them as sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop_llm.core.generation import DtypeName
from desktop_llm.core.memory_fit import ELEMENT_BYTES, GIGABYTE, MemoryEstimate
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.library.machine_speed import Machine

FitClass = Literal["well", "slow", "tight", "no"]

READING_SPEED = 5.0
"""Tokens a second that people read; a model that may be slower is called slow."""

TIGHT = 0.85
"""Share of the free memory above which other programs will feel it."""

DISK_SPARE = 1 << 30
"""Left free on the disk beside a download, and a twentieth of its size: as the download does."""

WELL = QT_TRANSLATE_NOOP("core", "Runs well on this computer.")
SLOW = QT_TRANSLATE_NOOP("core", "Runs, but may write more slowly than you read.")
TIGHT_MEMORY = QT_TRANSLATE_NOOP(
    "core", "Fits, but takes almost all memory that is free: close other programs first."
)
NO_MEMORY = QT_TRANSLATE_NOOP("core", "Does not fit into the memory of this computer.")
NO_MEMORY_NOW = QT_TRANSLATE_NOOP(
    "core", "Does not fit into the memory that is free now; other programs use the rest."
)
NO_DISK = QT_TRANSLATE_NOOP("core", "There is not enough room on the disk.")

SUM_WEIGHTS = QT_TRANSLATE_NOOP("core", "Weights: {count} × {bytes} bytes ({dtype}) = {weights}.")
SUM_PACKED = QT_TRANSLATE_NOOP("core", "Weights, packed: {weights}; unpacked they may need more.")
SUM_CACHE = QT_TRANSLATE_NOOP("core", "A conversation: {context} tokens × {each} = {cache}.")
SUM_OVERHEAD = QT_TRANSLATE_NOOP("core", "Room to work: {overhead}.")
SUM_TOTAL = QT_TRANSLATE_NOOP(
    "core", "Together {total} of memory; {free} of {all} are free at the moment."
)
SUM_STORED = QT_TRANSLATE_NOOP("core", "Weights, as they are in the file: {weights}.")
SUM_ROUNDED = QT_TRANSLATE_NOOP(
    "core", "Weights: {count}, most of them with {bits} bits = {weights}."
)
SUM_MORE = QT_TRANSLATE_NOOP("core", "Beyond this sum, as was measured here: {more}.")
SUM_LESS = QT_TRANSLATE_NOOP("core", "Less than this sum, as was measured here: {less}.")
SUM_DISK = QT_TRANSLATE_NOOP("core", "On the disk: {needed} with some to spare; {free} are free.")
SUM_SPEED = QT_TRANSLATE_NOOP(
    "core",
    "Each token reads {read} of memory, which moves {bandwidth} a second here: "
    "about {low} to {high} tokens a second.",
)
SUM_GRAPHICS = QT_TRANSLATE_NOOP(
    "core", "Memory and speed are those of the graphics card; its speed is assumed, not measured."
)
SUM_TYPICAL = QT_TRANSLATE_NOOP(
    "core", "The exact shape of the model is not known yet: this is typical for its size."
)


@dataclass(frozen=True)
class Need:
    """What a model needs, in bytes. `as_stored`: the weights are a file that is run as it is."""

    memory: MemoryEstimate
    parameters: int
    """0 if they are packed, and nobody knows how many there are."""
    context: int
    download: int
    tokens_per_s: tuple[float, float] | None
    typical: bool
    as_stored: bool = False
    bits: int = 0
    """Of most weights, if they are rounded; 0: all have the machine's format."""

    @property
    def disk(self) -> int:
        """0 if nothing has to be fetched."""
        if not self.download:
            return 0
        return self.download + self.download // 20 + DISK_SPARE


@dataclass(frozen=True)
class Fit:
    """Whether a model runs here. Sizes are bytes; `reasons` is the arithmetic, verdict first."""

    cls: FitClass
    weights: int
    cache: int
    overhead: int
    free_memory: int
    disk_needed: int
    """With some to spare; 0 if nothing has to be written."""
    free_disk: int
    context: int
    tokens_per_s: tuple[float, float] | None
    """At least and at most; None for a model that writes nothing."""
    reasons: tuple[Text, ...]

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.overhead


def judge(need: Need, machine: Machine) -> Fit:
    """The class of a model that needs `need`, and why."""
    cls, verdict = _verdict(need, machine)
    return Fit(
        cls=cls,
        weights=need.memory.weights,
        cache=need.memory.cache,
        overhead=need.memory.overhead + need.memory.correction,
        free_memory=machine.memory_free,
        disk_needed=need.disk,
        free_disk=machine.disk_free,
        context=need.context,
        tokens_per_s=need.tokens_per_s,
        reasons=(Text(verdict), *_arithmetic(need, machine)),
    )


def _verdict(need: Need, machine: Machine) -> tuple[FitClass, str]:
    if need.memory.total > machine.memory_total * TIGHT:
        return "no", NO_MEMORY
    if need.memory.total > machine.memory_free:
        return "no", NO_MEMORY_NOW
    if need.disk > machine.disk_free:
        return "no", NO_DISK
    if need.memory.total > machine.memory_free * TIGHT:
        return "tight", TIGHT_MEMORY
    if need.tokens_per_s and need.tokens_per_s[0] < READING_SPEED:
        return "slow", SLOW
    return "well", WELL


def _arithmetic(need: Need, machine: Machine) -> list[Text]:
    memory = need.memory
    said = [_weights(need, machine.dtype)]
    if need.context:
        said.append(
            _text(
                SUM_CACHE,
                context=f"{need.context:,}",
                each=memory.cache // need.context,
                cache=memory.cache,
            )
        )
    said.append(_text(SUM_OVERHEAD, overhead=memory.overhead))
    if memory.correction > 0:
        said.append(_text(SUM_MORE, more=memory.correction))
    elif memory.correction < 0:
        said.append(_text(SUM_LESS, less=-memory.correction))
    free, whole = machine.memory_free, machine.memory_total
    said.append(_text(SUM_TOTAL, total=memory.total, free=free, all=whole))
    if need.disk:
        said.append(_text(SUM_DISK, needed=need.disk, free=machine.disk_free))
    if need.tokens_per_s and _verdict(need, machine)[1] != NO_MEMORY:
        low, high = map(speed_words, need.tokens_per_s)
        read, bandwidth = memory.weights + 2 * memory.cache, int(machine.bandwidth)
        said.append(_text(SUM_SPEED, read=read, bandwidth=bandwidth, low=low, high=high))
    said += [Text(SUM_GRAPHICS)] * machine.graphics
    return said + [Text(SUM_TYPICAL)] * need.typical


def _weights(need: Need, dtype: DtypeName) -> Text:
    if need.as_stored:
        return _text(SUM_STORED, weights=need.memory.weights)
    if not need.parameters:
        return _text(SUM_PACKED, weights=need.memory.weights)
    if need.bits:
        count, bits = count_words(need.parameters), str(need.bits)
        return _text(SUM_ROUNDED, count=count, bits=bits, weights=need.memory.weights)
    count, each = count_words(need.parameters), str(ELEMENT_BYTES[dtype])
    return _text(SUM_WEIGHTS, count=count, bytes=each, dtype=dtype, weights=need.memory.weights)


def _text(template: str, **facts: int | str) -> Text:
    """A sentence with sizes (the numbers among `facts`) as people read them."""
    words = {
        key: size_words(fact) if isinstance(fact, int) else fact for key, fact in facts.items()
    }
    return Text(template, {**words})


def count_words(count: int) -> str:
    """A number of parameters as people in the field write it: "135 M", "1.54 B"."""
    return f"{count / 1e9:.3g} B" if count >= GIGABYTE else f"{count / 1e6:.3g} M"


def size_words(count: int) -> str:
    """Bytes as people read them: "23 kB", "270 MB", "2.1 GB"."""
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    if count < GIGABYTE:
        return f"{count / 1_000_000:.0f} MB"
    return f"{count / GIGABYTE:.1f} GB"


def speed_words(speed: float) -> str:
    """Tokens a second, no more exact than it is known."""
    return f"{speed:.1f}" if speed < 10 else f"{speed:.0f}"
