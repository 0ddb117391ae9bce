"""What was read from the answer to a form, as a line below it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_llm.core.conversation import Message
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.forms.forms import find
from desktop_llm.forms.parsing import Parsed, parse
from desktop_llm.ui.translate import core, words

LABELS = {
    "positive": QT_TRANSLATE_NOOP("core", "Positive"),
    "negative": QT_TRANSLATE_NOOP("core", "Negative"),
    "neutral": QT_TRANSLATE_NOOP("core", "Neutral"),
}

translate = QCoreApplication.translate


def result_words(message: Message) -> str:
    """The label with its score, how long the list is, or why there is none; "" for a mere text."""
    use = message.form
    if use is None or message.role != "assistant" or message.state != "complete":
        return ""
    parsed = _parsed(use.form, tuple(sorted(use.inputs.items())), message.content)
    if parsed is None:
        return ""
    if parsed.problem is not None:
        return translate(
            "FormResult", "The model did not answer in the form that was asked. {reason}"
        ).replace("{reason}", words(parsed.problem))
    return _value_words(parsed.value)


@lru_cache(maxsize=256)
def _parsed(form_id: str, inputs: tuple[tuple[str, str], ...], answer: str) -> Parsed | None:
    """Cached: a card may ask whenever it is laid out. None where a text was asked for."""
    form = find(form_id)
    if form is None or form.output_of(dict(inputs)) == "text":
        return None
    return parse(form, dict(inputs), answer)


def _value_words(value: Any) -> str:
    if isinstance(value, dict) and value.get("label") in LABELS:
        score = QLocale().toString(float(value["score"]), "f", 2)
        return f"{core(LABELS[value['label']])} · {score}"
    if isinstance(value, list):
        if len(value) == 1:
            return translate("FormResult", "One item")
        number = QLocale().toString(len(value))
        return translate("FormResult", "{number} items").replace("{number}", number)
    return ""
