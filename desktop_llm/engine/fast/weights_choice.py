"""How many bits a weight gets in memory, and why.

On a processor weights of 16 bits stay what their file has, and are computed with in float32 (bits
16): as exact as float32, in half its memory, and faster than both formats of torch. By itself a
model gets 8 bits where they are clearly faster still on this machine, which is measured with the
formats (`engine.dtype_choice`). 4 bits cost quality: they are for people who choose them, and for
too little memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop_llm.core.dtype_speeds import EIGHT_BITS, KEPT_16, DtypeSpeeds
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
    """How many `bits`, and the reason as a sentence for people.

    0 bits: as the device's format says; 16: as the file has it, whatever is computed in.
    """

    bits: int
    reason: Text


def choose_weights(
    options: LoadOptions,
    device: DeviceChoice,
    parameters: int,
    can_keep: bool,
    packable: Callable[[], float],
    speeds: Callable[[], DtypeSpeeds],
) -> WeightsChoice:
    """What `options` ask for, or what is best for a model of so many `parameters`.

    `can_keep`: its weights have 16 bits in the file, and may stay so. `packable` says which part of
    them can be packed; `speeds` measures if that is needed.
    """
    if device.kind != "cpu":
        return WeightsChoice(0, Text(CHOSEN if options.weights == "exact" else GRAPHICS))
    if options.weights in ("auto", "exact"):
        if options.dtype != "auto":
            return WeightsChoice(0, Text(FORMAT_CHOSEN))
        if parameters < SMALL:
            return WeightsChoice(0, Text(TOO_SMALL))
    if packable() < MOST:
        return EXACT_ONLY
    if options.weights in BITS:
        return WeightsChoice(BITS[options.weights], Text(CHOSEN))
    if options.weights == "exact" and not can_keep:
        return WeightsChoice(0, Text(CHOSEN))
    return _fastest(options, device, can_keep, speeds())


def for_memory(bits: int) -> WeightsChoice:
    """As few as `bits`, because the memory is too small for more."""
    return WeightsChoice(bits, Text(FOR_MEMORY, {"bits": bits}))


def _fastest(
    options: LoadOptions, device: DeviceChoice, can_keep: bool, speeds: DtypeSpeeds
) -> WeightsChoice:
    keeps = can_keep and speeds.turn(KEPT_16) <= speeds.turn(device.dtype)
    exact = speeds.turn(KEPT_16 if keeps else device.dtype)
    ratio = exact / speeds.turn(EIGHT_BITS)
    facts = {"name": device.name, "dtype": device.dtype}
    if options.weights == "auto" and ratio >= CLEARLY:
        return WeightsChoice(8, Text(FASTER, {**facts, "ratio": f"{ratio:.1f}"}))
    if keeps:
        times = f"{speeds.turn(device.dtype) / exact:.1f}"
        return WeightsChoice(16, Text(KEPT, {**facts, "ratio": times}))
    return WeightsChoice(0, Text(NOT_FASTER, {**facts}))


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
    "as with exact ones, and hardly differs.",
)
KEPT = QT_TRANSLATE_NOOP(
    "core",
    "The weights are exactly those of the file: a typical answer is {ratio} times as fast on this "
    "processor as in {dtype}, and fewer bits would not be clearly faster.",
)
FOR_MEMORY = QT_TRANSLATE_NOOP(
    "core", "The weights are kept in {bits} bits: there is not enough memory for more."
)
