"""What can go wrong in the services themselves, told in three sentences each."""

from __future__ import annotations

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP


class ContextFull(ExpectedError):
    """A conversation is too long for the model, and the person wants to decide what is left out.

    All in tokens: the prompt, what the model reads and writes together, and the room for the
    answer.
    """

    happened = QT_TRANSLATE_NOOP(
        "core",
        "The conversation is {tokens} tokens long and {reserved} are kept for the answer, but this "
        "model takes at most {limit} together.",
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was sent or left out, and your message is kept.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Choose what may be left out, shorten your message, or start a new conversation.",
    )

    def __init__(self, tokens: int, limit: int, reserved: int = 0) -> None:
        super().__init__(tokens=tokens, limit=limit, reserved=reserved)


class NoRecord(ExpectedError):
    """An answer cannot be repeated: nothing is known about how it came about."""

    happened = QT_TRANSLATE_NOOP("core", "There is no record of how this answer was written.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Ask the question again to get an answer with a record.")


class RecordedModelGone(ExpectedError):
    """The model that wrote an answer is not here any more."""

    happened = QT_TRANSLATE_NOOP("core", "This answer was written by “{model}”, which is not here.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Install that model again, then repeat the answer.")

    def __init__(self, model: str) -> None:
        super().__init__(model=model)


class RepetitionStopped(ExpectedError):
    """An answer was being repeated when the person stopped that, or asked for something else."""

    happened = QT_TRANSLATE_NOOP("core", "The repetition was stopped before its end.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Repeat the answer again when the model has nothing to do.")


class AnswerNotOpen(ExpectedError):
    """An answer shall be repeated whose conversation was left, or that was deleted."""

    happened = QT_TRANSLATE_NOOP("core", "The conversation with this answer is not open any more.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Open that conversation, then repeat the answer.")


class AnswerInParts(ExpectedError):
    """An answer shall be repeated that was made of many requests, of which the last is recorded."""

    happened = QT_TRANSLATE_NOOP(
        "core", "This answer was put together from the parts of a long text."
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Only answers to one prompt can be repeated exactly.")


class PresetUnusable(ExpectedError):
    """A preset says something that is no setting, for instance a word where a number belongs."""

    happened = QT_TRANSLATE_NOOP("core", "The preset “{name}” has values that cannot be used.")
    safe = QT_TRANSLATE_NOOP("core", "The settings of this conversation were not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Save the preset anew, or choose another one.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class MeasurementFailed(ExpectedError):
    """The process that measures engines ended without figures; `fault` is for who reports it."""

    happened = QT_TRANSLATE_NOOP("core", "The speed could not be measured.")
    safe = QT_TRANSLATE_NOOP("core", "Earlier measurements and your models are untouched.")
    todo = QT_TRANSLATE_NOOP("core", "Try again with fewer engines, or with another model.")

    def __init__(self, fault: str) -> None:
        super().__init__(fault=fault)


class RivalFailed(ExpectedError):
    """Another engine did not load or did not answer; it is left out of the comparison."""

    happened = QT_TRANSLATE_NOOP("core", "{engine} could not be measured: {fault}.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing of yours was touched.")
    todo = QT_TRANSLATE_NOOP("core", "Measure without it, or with another model.")


class NothingToMeasure(ExpectedError):
    """Of the engines that were asked for none can run the model."""

    happened = QT_TRANSLATE_NOOP("core", "No engine could be measured with {model}.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing of yours was touched.")
    todo = QT_TRANSLATE_NOOP("core", "Check the model in the library, or choose another one.")


class MeasurementNotKept(ExpectedError):
    """The file of the measurements, or one of them as a file, cannot be read or written."""

    happened = QT_TRANSLATE_NOOP("core", "A file of measurements could not be used: {fault}.")
    safe = QT_TRANSLATE_NOOP("core", "Measurements that were kept before are untouched.")
    todo = QT_TRANSLATE_NOOP("core", "Check the free space and the rights of the folder.")

    def __init__(self, fault: str) -> None:
        super().__init__(fault=fault)
