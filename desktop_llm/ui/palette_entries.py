"""What the command palette offers, and which of it fits what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from desktop_llm.core.conversation import Conversation
from desktop_llm.core.generation import ModelSource
from desktop_llm.ui.commands import plain_text

MOST = 60
"""Entries that are shown at once."""


@dataclass(frozen=True)
class Entry:
    """Something that can be done or gone to. `aliases` are found too, but not shown."""

    title: str
    place: str
    run: Callable[[], object]
    keys: str = ""
    aliases: str = ""

    def with_keys_as_alias(self) -> Entry:
        """The same, to be found by its keys as well."""
        return replace(self, aliases=f"{self.aliases} {self.keys}")


def command_entries(bar: QMenuBar, disabled: bool = False) -> Iterator[Entry]:
    """Every command that can be carried out now, or all of them, in the order of the menus."""
    for top in bar.actions():
        if menu := _menu(top):
            yield from _of_menu(menu, plain_text(top), disabled)


def conversation_entries(
    conversations: Iterable[Conversation], open_it: Callable[[str], object]
) -> Iterator[Entry]:
    """A way to every conversation."""
    place = QCoreApplication.translate("Palette", "Conversation")
    for each in conversations:
        if each.title:
            yield Entry(each.title, place, partial(open_it, each.id))


def model_entries(models: Iterable[ModelSource], pick: Callable[[str], object]) -> Iterator[Entry]:
    """A way to load every model of the library."""
    place = QCoreApplication.translate("Palette", "Model")
    for each in models:
        yield Entry(each.title or each.name, place, partial(pick, each.name), aliases=each.name)


def found(entries: Sequence[Entry], typed: str, most: int = MOST) -> list[Entry]:
    """The entries with every word of `typed`, the best first; as they are for an empty one."""
    words = typed.casefold().split()
    ranked = [(rank, number) for number, each in enumerate(entries) if (rank := _rank(each, words))]
    ranked.sort(key=lambda pair: (-pair[0], pair[1]))
    return [entries[number] for _, number in ranked[:most]]


def _rank(entry: Entry, words: Sequence[str]) -> int:
    """0 if a word is missing; more for words at the start of the title, or of a word in it."""
    title = entry.title.casefold()
    rest = f"{entry.place} {entry.aliases}".casefold()
    rank = 1
    for word in words:
        if title.startswith(word):
            rank += 8
        elif f" {word}" in title:
            rank += 4
        elif word in title:
            rank += 2
        elif word not in rest:
            return 0
    return rank


def _of_menu(menu: QMenu, place: str, disabled: bool) -> Iterator[Entry]:
    native = QKeySequence.SequenceFormat.NativeText
    for action in menu.actions():
        if inner := _menu(action):
            yield from _of_menu(inner, f"{place} › {plain_text(action)}", disabled)
        elif (action.isEnabled() or disabled) and not action.isSeparator():
            keys = action.shortcut().toString(native)
            name = action.objectName()
            yield Entry(plain_text(action), place, action.trigger, keys, _spaced(name))


def _menu(action: QAction) -> QMenu | None:
    found = action.menu()
    return found if isinstance(found, QMenu) else None


def _spaced(name: str) -> str:
    """`exportAll` as words, so that English finds commands in any language."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
