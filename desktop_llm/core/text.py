"""Sentences made below the window that the window shows in the person's language.

A layer without Qt cannot translate. It makes a `Text`: an English template and the facts that go
into it. The command line and the log print it in English; `desktop_llm.ui.translate.words` looks
the template up in the catalogue first. Templates are written as `QT_TRANSLATE_NOOP("…")` literals
so that `lupdate` finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Fact = str | int | float | None

CONTEXT = "core"
"""The translation context of every template made outside the window."""


def QT_TRANSLATE_NOOP(context: str, template: str) -> str:  # noqa: N802 - the name lupdate knows
    """Mark `template` for translation and hand it back; Qt's own macro needs Qt."""
    return template


@dataclass(frozen=True)
class Text:
    """A translatable sentence: `template` with `{named}` places, and the `facts` that fill them."""

    template: str
    facts: dict[str, Fact] = field(default_factory=dict)

    def __str__(self) -> str:
        return fill(self.template, self.facts)


def fill(template: str, facts: dict[str, Fact]) -> str:
    """Put `facts` into `template`; a fact that is missing is left visible instead of raising."""
    for name, value in facts.items():
        template = template.replace("{" + name + "}", str(value))
    return template


def columns(rows: Sequence[Sequence[str]]) -> str:
    """`rows` as a table in plain text; the first row is the heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
