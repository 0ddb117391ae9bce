"""How models are told: sizes, counts, licences, languages, and whether they run here."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from functools import cache

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale

from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.library.catalogue import MANY_LANGUAGES
from desktop_llm.library.fit import Fit, FitClass
from desktop_llm.library.hub_types import Access, Format, LibraryEntry
from desktop_llm.ui.icons import Tint
from desktop_llm.ui.translate import words

UNKNOWN = "–"
FIT_ICONS: dict[FitClass, tuple[str, Tint]] = {
    "well": ("check-circle", "success"),
    "slow": ("clock", "warning"),
    "tight": ("warning", "warning"),
    "no": ("x-circle", "danger"),
}
FIT_WORDS: dict[FitClass, str] = {
    "well": QT_TRANSLATE_NOOP("models", "Runs well"),
    "slow": QT_TRANSLATE_NOOP("models", "Runs slowly"),
    "tight": QT_TRANSLATE_NOOP("models", "Just fits"),
    "no": QT_TRANSLATE_NOOP("models", "Too large"),
}
FORMATS: dict[Format, str] = {
    "safetensors": "safetensors",
    "gguf": "GGUF",
    "adapter": QT_TRANSLATE_NOOP("models", "Adapter"),
    "pickle": QT_TRANSLATE_NOOP("models", "Unsafe format"),
}
ACCESS: dict[Access, str] = {
    "open": QT_TRANSLATE_NOOP("models", "Open"),
    "gated": QT_TRANSLATE_NOOP("models", "Conditions to accept"),
    "private": QT_TRANSLATE_NOOP("models", "Private"),
    "disabled": QT_TRANSLATE_NOOP("models", "Disabled"),
}
TASKS: dict[str, str] = {
    "text-generation": QT_TRANSLATE_NOOP("models", "Writes text"),
    "text-classification": QT_TRANSLATE_NOOP("models", "Classifies texts"),
    "token-classification": QT_TRANSLATE_NOOP("models", "Tags words"),
    "fill-mask": QT_TRANSLATE_NOOP("models", "Fills gaps"),
    "feature-extraction": QT_TRANSLATE_NOOP("models", "Makes embeddings"),
    "sentence-similarity": QT_TRANSLATE_NOOP("models", "Compares sentences"),
    "translation": QT_TRANSLATE_NOOP("models", "Translates"),
    "summarization": QT_TRANSLATE_NOOP("models", "Summarizes"),
    "image-text-to-text": QT_TRANSLATE_NOOP("models", "Reads images and text"),
}
"""Task tags of the hub; others are shown as they are."""

LICENCES = {
    "apache-2.0": "Apache 2.0",
    "mit": "MIT",
    "bsd-3-clause": "BSD 3-Clause",
    "cc-by-4.0": "CC BY 4.0",
    "cc-by-sa-4.0": "CC BY-SA 4.0",
    "cc-by-nc-4.0": "CC BY-NC 4.0",
    "gpl-3.0": "GPL 3.0",
    "openrail": "OpenRAIL",
    "gemma": "Gemma",
    "llama3.2": "Llama 3.2",
}


NAMES = {"en": "English", "zh": "中文", "es": "Español", "pt": "Português", "fr": "Français"}
"""Qt's names have a country or a script."""


def translated(text: str) -> str:
    """A string that was marked for the context "models", in the language of the window."""
    return QCoreApplication.translate("models", text)


def size_words(size: float) -> str:
    """Bytes as people read them; a dash where they are unknown."""
    if size <= 0:
        return UNKNOWN
    locale = QLocale()
    digits = 0 if size < 1e9 else 1 if size >= 1e10 else 2
    return locale.formattedDataSize(int(size), digits, locale.DataSizeFormat.DataSizeSIFormat)


def count_words(number: int) -> str:
    """A count, shortened as in "1.2M"."""
    return _shortened(number) if number else UNKNOWN


def parameter_words(parameters: int) -> str:
    """A number of parameters as the field writes it: "135M", "1.5B"."""
    return _shortened(parameters) if parameters else UNKNOWN


def _shortened(number: float) -> str:
    for limit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if number >= limit * 0.9995:
            value = number / limit
            return QLocale().toString(value, "f", 0 if value >= 99.5 else 1) + letter
    return QLocale().toString(int(number))


def count_models(number: int) -> str:
    """So many models, in words."""
    if number == 1:
        return translated(QT_TRANSLATE_NOOP("models", "1 model"))
    text = translated(QT_TRANSLATE_NOOP("models", "{number} models"))
    return text.format(number=QLocale().toString(number))


def fit_title(fit: Fit) -> str:
    """The class of `fit` in a word or two."""
    return translated(FIT_WORDS[fit.cls])


def fit_tooltip(fit: Fit) -> str:
    """The arithmetic, as rich text that wraps."""
    lines = [fit_title(fit), *(words(reason) for reason in fit.reasons)]
    return "<qt>" + "<br>".join(html.escape(line) for line in lines) + "</qt>"


def speed_words(fit: Fit) -> str:
    """How fast it will write, about; "" where nobody knows."""
    if fit.tokens_per_s is None or fit.cls == "no":
        return ""
    low, high = (max(1, round(value)) for value in fit.tokens_per_s)
    if high == 1:
        text = QT_TRANSLATE_NOOP("models", "about one token a second")
    elif low == high:
        text = QT_TRANSLATE_NOOP("models", "about {low} tokens a second")
    else:
        text = QT_TRANSLATE_NOOP("models", "about {low} to {high} tokens a second")
    return translated(text).format(low=low, high=high)


def licence_words(licence: str) -> str:
    """What a licence is called; a dash where none is stated."""
    return LICENCES.get(licence.lower(), licence) or UNKNOWN


def task_words(task: str) -> str:
    """What a model with that tag of the hub does."""
    return translated(TASKS[task]) if task in TASKS else task


def language_words(codes: Sequence[str], at_most: int = 4) -> str:
    """Languages as they call themselves."""
    names = [language_name(code) for code in codes[:at_most]]
    if len(codes) > at_most:
        more = translated(QT_TRANSLATE_NOOP("models", "{number} more"))
        names.append(more.format(number=len(codes) - at_most))
    return ", ".join(names)


@cache
def _native_name(code: str) -> str:
    """The language's own name for itself; the code where Qt does not know it."""
    locale = QLocale(code)
    if locale.language() in (QLocale.Language.C, QLocale.Language.AnyLanguage):
        return code
    name = locale.nativeLanguageName()
    if not name or any("\u0700" <= letter < "\u1100" for letter in name):
        name = QLocale.languageToString(locale.language())  # in scripts that few fonts have
    return name[:1].upper() + name[1:]


def language_name(code: str) -> str:
    """What a language is called where all are listed."""
    if code == MANY_LANGUAGES:
        return translated(QT_TRANSLATE_NOOP("models", "Many languages"))
    return NAMES.get(code) or _native_name(code)


def date_words(seconds: float) -> str:
    """A day; a dash for never."""
    if not seconds:
        return UNKNOWN
    day = QDateTime.fromSecsSinceEpoch(round(seconds)).date()
    return QLocale().toString(day, QLocale.FormatType.ShortFormat)


def iso_date_words(text: str) -> str:
    """The day of an ISO 8601 date as the hub writes it."""
    try:
        day = date.fromisoformat(text[:10])  # Qt's own reading takes a third of a millisecond
    except ValueError:
        return ""
    shown = QDate(day.year, day.month, day.day)
    return QLocale().toString(shown, QLocale.FormatType.ShortFormat)


def kind_words(entry: LibraryEntry) -> str:
    """Where a model of the library comes from."""
    if entry.kind == "own":
        text = QT_TRANSLATE_NOOP("models", "Fine-tuned here")
        if entry.format == "adapter":
            text = QT_TRANSLATE_NOOP("models", "Adapter, fine-tuned here")
        return translated(text)
    return translated(
        {
            "starter": QT_TRANSLATE_NOOP("models", "Starter"),
            "hub": QT_TRANSLATE_NOOP("models", "From the hub"),
            "folder": QT_TRANSLATE_NOOP("models", "Imported folder"),
            "gguf": QT_TRANSLATE_NOOP("models", "Imported GGUF file"),
        }[entry.kind]
    )


def verified_words(entry: LibraryEntry) -> str:
    """Whether the files were checked."""
    if entry.missing:
        return translated(QT_TRANSLATE_NOOP("models", "Missing"))
    if entry.incomplete:
        return translated(QT_TRANSLATE_NOOP("models", "Incomplete"))
    if entry.verified is None:
        return translated(QT_TRANSLATE_NOOP("models", "Not checked"))
    if entry.verified:
        return translated(QT_TRANSLATE_NOOP("models", "Checked"))
    return translated(QT_TRANSLATE_NOOP("models", "Damaged"))


def duration_words(seconds: float | None) -> str:
    """How long something will take, about; "" where nobody knows."""
    if seconds is None:
        return ""
    if seconds < 90:
        text, value = QT_TRANSLATE_NOOP("models", "{number} s left"), max(1, round(seconds))
    elif seconds < 5400:
        text, value = QT_TRANSLATE_NOOP("models", "{number} min left"), round(seconds / 60)
    else:
        text, value = QT_TRANSLATE_NOOP("models", "{number} h left"), round(seconds / 3600)
    return translated(text).format(number=QLocale().toString(value))
