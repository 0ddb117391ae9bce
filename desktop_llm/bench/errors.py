"""What measuring can fail with."""

from __future__ import annotations

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP


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
