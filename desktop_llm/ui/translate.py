"""Sentences from the layers below, in the language of the window."""

from __future__ import annotations

from functools import reduce

from PySide6.QtCore import QCoreApplication

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import CONTEXT, Text, fill


def words(text: Text) -> str:
    """`text` in the language of the window, with its facts filled in.

    A fact `detail` may be a marked template itself, with places for the facts that follow it.
    """
    facts = text.facts
    if isinstance(detail := facts.get("detail"), str) and detail:
        facts = facts | {"detail": core(detail)}
    return fill(core(text.template), facts)


def core(template: str) -> str:
    """A string that was marked with `QT_TRANSLATE_NOOP("core", …)`, translated."""
    return QCoreApplication.translate(CONTEXT, template)


def error_words(error: ExpectedError) -> list[str]:
    """What happened, what is safe and what to do, as sentences in that order."""
    return [words(text) for text in error.sentences()]


def error_text(error: ExpectedError) -> str:
    """The same as one paragraph; not every language has spaces between sentences."""
    joined = QCoreApplication.translate("core", "{first} {next}", "two sentences")
    return reduce(lambda first, then: joined.format(first=first, next=then), error_words(error))
