"""Which engine runs a model, and why: said in the picker before anything is loaded."""

from __future__ import annotations

from desktop_llm.core.generation import EngineChoice, LoadOptions, ModelSource
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text

REMOTE = QT_TRANSLATE_NOOP("core", "Answers come from {address}; nothing is computed here.")
WEIGHTS = QT_TRANSLATE_NOOP(
    "core", "Transformers runs it: it reads long prompts fastest, and can be fine-tuned."
)
CONVERTED = QT_TRANSLATE_NOOP(
    "core",
    "Transformers runs it, converted once: it reads long prompts fastest, and can be fine-tuned.",
)
PACKED = QT_TRANSLATE_NOOP(
    "core", "llama.cpp runs this file as it is, in the least memory and without converting it."
)
CHOSEN = QT_TRANSLATE_NOOP("core", "You chose {engine} for this model.")
ADAPTED = QT_TRANSLATE_NOOP("core", "Transformers runs it, since a fine-tuning lies over it.")

NAMES = {"transformers": "Transformers", "llama.cpp": "llama.cpp"}


def choose_engine(model: ModelSource, options: LoadOptions) -> EngineChoice:
    """The engine for `model`. A file is left as it is unless it was converted already."""
    if model.remote is not None:
        return EngineChoice("remote", Text(REMOTE, {"address": model.remote.address}))
    if model.convert_from is None:
        return EngineChoice("transformers", Text(WEIGHTS))
    if model.adapter is not None:
        return EngineChoice("transformers", Text(ADAPTED))
    if options.engine != "auto":
        return EngineChoice(options.engine, Text(CHOSEN, {"engine": NAMES[options.engine]}))
    if model.sha256:  # the starter: its folder is made and checked when it is fetched
        return EngineChoice("transformers", Text(CONVERTED))
    return EngineChoice("llama.cpp", Text(PACKED))
