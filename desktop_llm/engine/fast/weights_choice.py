"""How many bits a weight gets in memory, and why.

By itself a model gets 8 bits where they are clearly faster on this machine, which is measured with
the formats (`engine.dtype_choice`), and what it was made in otherwise. 4 bits cost quality, and are
no faster than 8 here (`quantised`): they are for people who choose them, and for too little memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop_llm.core.dtype_speeds import EIGHT_BITS, DtypeSpeeds
from desktop_llm.core.generation import DeviceChoice, LoadOptions
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text

CLEARLY = 1.2
"""Times as fast: below that nobody notices, and the exact weights are better."""

SMALL = 50_000_000
"""Weights below which a token takes as long around the products as in them."""

MOST = 0.5
"""Part of the weights that has to be packed: less saves little, and is not what was asked for."""

BITS = {"8-bit": 8, "4-bit": 4}


@dataclass(frozen=True)
class WeightsChoice:
    """`bits` of a weight, 0 for exact ones, and the reason as a sentence for people."""

    bits: int
    reason: Text


def choose_weights(
    options: LoadOptions,
    device: DeviceChoice,
    parameters: int,
    packable: Callable[[], float],
    speeds: Callable[[], DtypeSpeeds],
) -> WeightsChoice:
    """What `options` ask for, or what is best for a model of so many `parameters`.

    `packable` says which part of them can be packed; `speeds` measures if that is needed.
    """
    if options.weights == "exact":
        return WeightsChoice(0, Text(CHOSEN))
    if device.kind != "cpu":
        return WeightsChoice(0, Text(GRAPHICS))
    if options.weights == "auto" and options.dtype != "auto":
        return WeightsChoice(0, Text(FORMAT_CHOSEN))
    if options.weights == "auto" and parameters < SMALL:
        return WeightsChoice(0, Text(TOO_SMALL))
    if packable() < MOST:
        return EXACT_ONLY
    if options.weights != "auto":
        return WeightsChoice(BITS[options.weights], Text(CHOSEN))
    return _faster(device, speeds())


def for_memory(bits: int) -> WeightsChoice:
    """As few as `bits`, because the memory is too small for more."""
    return WeightsChoice(bits, Text(FOR_MEMORY, {"bits": bits}))


def _faster(device: DeviceChoice, speeds: DtypeSpeeds) -> WeightsChoice:
    ratio = 0.0
    if EIGHT_BITS in speeds.one_row:
        ratio = speeds.turn(device.dtype) / speeds.turn(EIGHT_BITS)
    facts = {"name": device.name, "dtype": device.dtype, "ratio": f"{ratio:.1f}"}
    if ratio < CLEARLY:
        return WeightsChoice(0, Text(NOT_FASTER, {**facts}))
    return WeightsChoice(8, Text(FASTER, {**facts}))


CHOSEN = QT_TRANSLATE_NOOP("core", "How the weights are kept was chosen in the settings.")
GRAPHICS = QT_TRANSLATE_NOOP(
    "core", "The weights are kept as they are: fewer bits are for models that a processor runs."
)
FEW_LAYERS = QT_TRANSLATE_NOOP(
    "core",
    "The weights are kept as they are: too few layers of this model, or not those that its adapter "
    "changes, can be kept in fewer bits here.",
)
EXACT_ONLY = WeightsChoice(0, Text(FEW_LAYERS))
FORMAT_CHOSEN = QT_TRANSLATE_NOOP(
    "core", "The weights are kept in the number format that was chosen in the settings."
)
TOO_SMALL = QT_TRANSLATE_NOOP(
    "core",
    "The weights are kept as they are: so small a model would not be faster with fewer bits.",
)
NOT_FASTER = QT_TRANSLATE_NOOP(
    "core",
    "The weights are kept as they are: with 8 bits each the model would not be clearly faster on "
    "this processor than in {dtype}.",
)
FASTER = QT_TRANSLATE_NOOP(
    "core",
    "The weights are kept in 8 bits: a typical answer is {ratio} times as fast on this processor "
    "as in {dtype}, and hardly differs.",
)
FOR_MEMORY = QT_TRANSLATE_NOOP(
    "core", "The weights are kept in {bits} bits: there is not enough memory for more."
)
