"""What can go wrong with a model, told in three sentences each. Free of torch.

Those that are found out before loading are those of `core.model_folder`, `core.memory_fit` and
`core.json_schema`, and only named here.
"""

from __future__ import annotations

from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.json_schema import SchemaUnusable
from desktop_llm.core.memory_fit import NotEnoughMemory, gigabytes
from desktop_llm.core.model_folder import (
    ModelDamaged,
    ModelMissing,
    NeedsOwnCode,
    PickleOnly,
    UnknownArchitecture,
)
from desktop_llm.core.text import QT_TRANSLATE_NOOP

__all__ = [
    "AdapterDamaged",
    "AdapterDoesNotFit",
    "AdapterMissing",
    "AdapterUnsupported",
    "BrokenNumbers",
    "ConfigurationMismatch",
    "ConversionFailed",
    "EmptyPrompt",
    "EngineCrashed",
    "EngineHung",
    "EngineKilled",
    "LlamaCppFailed",
    "ModelDamaged",
    "ModelMissing",
    "NeedsOwnCode",
    "NoModelLoaded",
    "NoRoomToConvert",
    "NotEnoughMemory",
    "NotPossibleHere",
    "OutOfMemory",
    "PickleOnly",
    "PromptTooLong",
    "SchemaUnusable",
    "TemplateFailed",
    "TemplateTimeout",
    "TokenizerUnknown",
    "UnknownArchitecture",
]


class ConfigurationMismatch(ModelDamaged):
    """What the configuration asks for is not what the weights are; `detail` names both sizes."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The configuration of the model at {path} does not fit its weights ({detail})."
    )


class OutOfMemory(ExpectedError):
    """The memory ran out while the model worked."""

    happened = QT_TRANSLATE_NOOP("core", "The memory ran out while the model was working.")
    safe = QT_TRANSLATE_NOOP("core", "The text written so far is kept.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Shorten the conversation, close other programs, or choose a smaller model."
    )


class BrokenNumbers(ExpectedError):
    """The model's scores are not numbers, so that any choice among them would be garbage."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The model computed values that are not numbers (number format: {dtype})."
    )
    safe = QT_TRANSLATE_NOOP("core", "The text written so far is kept.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Load the model with another number format, such as float32; if that does not help, its"
        " files are damaged: download it again or choose another model.",
    )

    def __init__(self, dtype: str) -> None:
        super().__init__(dtype=dtype)


class TemplateFailed(ExpectedError):
    """The model's chat template raised an error, in its line `line`; 0 if that is unknown."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The chat template of this model could not write the prompt: {detail}"
    )
    safe = QT_TRANSLATE_NOOP("core", "Your message is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Remove the system prompt and try again, or change the model.")

    def __init__(self, detail: str, line: int = 0) -> None:
        super().__init__(detail=detail, line=line)


class TemplateTimeout(ExpectedError):
    """The model's chat template did not come to an end."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The chat template of this model did not finish within {seconds} seconds."
    )
    safe = QT_TRANSLATE_NOOP("core", "It was ended, and your message is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another model: this one's template is faulty.")

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds=seconds)


class PromptTooLong(ExpectedError):
    """The prompt does not fit the context, found out before any arithmetic."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The conversation is {tokens} tokens long, and this model reads at most {limit}."
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was cut off, and your message is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Shorten the message, or start a new conversation.")

    def __init__(self, tokens: int, limit: int) -> None:
        super().__init__(tokens=tokens, limit=limit)


class NoModelLoaded(ExpectedError):
    """A request came before a model was loaded."""

    happened = QT_TRANSLATE_NOOP("core", "No model is loaded.")
    safe = QT_TRANSLATE_NOOP("core", "Your message is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a model and load it.")


class EmptyPrompt(ExpectedError):
    """There is not one token to begin from, and the model has no token that begins a text."""

    happened = QT_TRANSLATE_NOOP("core", "The prompt is empty.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Write something first.")


class AdapterMissing(ExpectedError):
    """There is no adapter at the path."""

    happened = QT_TRANSLATE_NOOP("core", "There is no adapter at {path}.")
    safe = QT_TRANSLATE_NOOP("core", "The model and your conversations were not changed.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Choose a folder with adapter_config.json, or the folder of a training run."
    )

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class AdapterDamaged(ExpectedError):
    """Files of the adapter are missing, truncated, unreadable, or hold what is no number."""

    happened = QT_TRANSLATE_NOOP("core", "The adapter at {path} is damaged: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "The model was not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Copy or export the adapter again, or train once more.")

    def __init__(self, path: str | Path, detail: str) -> None:
        super().__init__(path=str(path), detail=detail)


class AdapterUnsupported(ExpectedError):
    """The adapter is of a kind, or uses a setting, that is not known to be safe or right."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The adapter at {path} is of a kind that this version cannot use ({detail})."
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing in it was run, and the model was not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a plain LoRA adapter, or use the model without it.")

    def __init__(self, path: str | Path, detail: str) -> None:
        super().__init__(path=str(path), detail=detail)


class AdapterDoesNotFit(ExpectedError):
    """The adapter was made for a model of another shape."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The adapter at {path} was made for “{base}” and does not fit “{model}”."
    )
    safe = QT_TRANSLATE_NOOP("core", "Neither of them was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Load it with the model that it was made for.")

    def __init__(self, path: str | Path, base: str, model: str) -> None:
        super().__init__(path=str(path), base=base, model=model)


class ConversionFailed(ExpectedError):
    """A GGUF file could not be turned into a model folder."""

    happened = QT_TRANSLATE_NOOP("core", "The model could not be prepared: {detail}")
    safe = QT_TRANSLATE_NOOP("core", "Nothing half-done was left behind.")
    todo = QT_TRANSLATE_NOOP("core", "Download the model again and try once more.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class NoRoomToConvert(ExpectedError):
    """The disk is too full for the converted model; found out before anything was written."""

    happened = QT_TRANSLATE_NOOP(
        "core", "Preparing the model takes {needed} of disk space in {folder}, and {free} are free."
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was written, and nothing was lost.")
    todo = QT_TRANSLATE_NOOP("core", "Free some space on this disk and try again.")

    def __init__(self, folder: str | Path, needed: int | str, free: int | str) -> None:
        """`needed` and `free` are bytes; the words they become are accepted too (`from_wire`)."""
        super().__init__(folder=str(folder), needed=_words(needed), free=_words(free))


class EngineCrashed(ExpectedError):
    """The engine process ended by itself; `detail` is what it said last."""

    happened = QT_TRANSLATE_NOOP("core", "The process that runs the model ended: {detail}")
    safe = QT_TRANSLATE_NOOP("core", "Your conversations and the text written so far are kept.")
    todo = QT_TRANSLATE_NOOP("core", "Try again: the process starts anew with your next message.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class EngineKilled(EngineCrashed):
    """The system ended the engine process; nearly always since the memory ran out."""

    happened = QT_TRANSLATE_NOOP(
        "core",
        "The system ended the process that runs the model ({detail}): the memory probably ran out.",
    )
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Close other programs, or load the model with fewer bits or a shorter context. The process "
        "starts anew with your next message.",
    )


class EngineHung(ExpectedError):
    """The engine process no longer answered and was ended."""

    happened = QT_TRANSLATE_NOOP("core", "The process that runs the model stopped answering.")
    safe = QT_TRANSLATE_NOOP("core", "Your conversations and the text written so far are kept.")
    todo = QT_TRANSLATE_NOOP("core", "Try again: the process starts anew with your next message.")


class TokenizerUnknown(ExpectedError):
    """The tokenizer inside a GGUF file cannot be read, so that no prompt can be written."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The vocabulary of “{name}” is of a kind that this version cannot read: {detail}."
    )
    safe = QT_TRANSLATE_NOOP("core", "The model was not loaded, and its file was not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another model, or update the app.")

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(name=name, detail=detail)


class LlamaCppFailed(ExpectedError):
    """llama.cpp refused a model, or a request to it."""

    happened = QT_TRANSLATE_NOOP("core", "llama.cpp could not run “{name}”: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "Your message is kept, and the model's file was not changed.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Choose Transformers as the engine of this model, or download its file again."
    )

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(name=name, detail=detail)


class NotPossibleHere(ExpectedError):
    """The engine that runs the model lacks what was asked for."""

    happened = QT_TRANSLATE_NOOP("core", "{engine}, which runs this model, cannot do this.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a model that another engine runs.")

    def __init__(self, engine: str) -> None:
        super().__init__(engine=engine)


def _words(count: int | str) -> str:
    return gigabytes(count) if isinstance(count, int) else count
