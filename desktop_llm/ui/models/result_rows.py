"""The rows of the list of results: recommended models, or what the hub found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QLocale, QModelIndex, QPersistentModelIndex, Qt

from desktop_llm.library.catalogue import Recommended
from desktop_llm.library.fit import Fit
from desktop_llm.library.hub_types import HubModel, SearchQuery
from desktop_llm.library.starter import manifest
from desktop_llm.ui.models.words import (
    ACCESS,
    FORMATS,
    count_words,
    fit_title,
    fit_tooltip,
    iso_date_words,
    language_words,
    licence_words,
    parameter_words,
    size_words,
    task_words,
    translated,
)

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
RESULT_ROLE = Role.UserRole
FIT_ROLE = Role.UserRole + 1
FACTS_ROLE = Role.UserRole + 2
Judge = Callable[[HubModel], Fit | None]
"""Says whether a model runs here; None as long as nobody knows."""


@dataclass(frozen=True)
class Result:
    """A model of the list. `size` is in bytes, 0 where the hub does not say."""

    model: HubModel
    title: str
    note: str
    """What it is good at; of the hub's models the maker and the task."""
    size: int
    recommended: Recommended | None = None

    @property
    def is_starter(self) -> bool:
        """Whether it needs no hub."""
        return self.recommended is not None and bool(self.recommended.local)


def from_hub(model: HubModel) -> Result:
    """A model as the hub tells of it."""
    owner, _, name = model.repo.rpartition("/")
    date = iso_date_words(model.updated)
    parts = [owner, task_words(model.task), language_words(model.languages, 2), date]
    note = " · ".join(part for part in parts if part)
    return Result(model, name, note, sum(model.bytes_by_dtype.values()))


def from_catalogue(entry: Recommended) -> Result:
    """A recommended model, with its summary in the language of the window."""
    language = QLocale().name()
    note = entry.summary["zh_CN" if language.startswith("zh") else "en"]
    is_starter = bool(entry.local)
    model = HubModel(
        entry.repo,
        task="feature-extraction" if "encoder" in entry.good_for else "text-generation",
        licence=entry.licence,
        languages=entry.languages,
        parameters=entry.parameters,
        formats=("gguf",) if is_starter else (entry.format,),
    )
    return Result(model, entry.title, note, manifest().bytes if is_starter else entry.size, entry)


def answers(entry: Recommended, query: SearchQuery) -> bool:
    """Whether a recommended model is among what is asked for; no network is needed for that."""
    text = " ".join((entry.repo, entry.title, *entry.good_for)).lower()
    task = "feature-extraction" if "encoder" in entry.good_for else "text-generation"
    largest = query.max_parameters or entry.parameters
    return (
        all(word in text for word in query.text.lower().split())
        and query.task in ("", task)
        and query.format in ("", entry.format)
        and (not query.language or entry.speaks(query.language))
        and query.licence in ("", entry.licence.lower())
        and query.min_parameters <= entry.parameters <= largest
        and query.access != "gated"
    )


class ResultRows(QAbstractListModel):
    """Asks `judge` only for rows that are looked at, and remembers the answer."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self._judge = judge
        self._results: list[Result] = []
        self._fits: dict[str, Fit | None] = {}

    @property
    def results(self) -> list[Result]:
        return self._results

    def set_results(self, results: Sequence[Result]) -> None:
        """Show these and no others."""
        self.beginResetModel()
        self._results = list(results)
        self._fits.clear()
        self.endResetModel()

    def add_results(self, results: Sequence[Result]) -> None:
        """More of the same; one that is here already is left out."""
        known = {result.model.repo for result in self._results}
        new = [result for result in results if result.model.repo not in known]
        if not new:
            return
        first = len(self._results)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        self._results += new
        self.endInsertRows()

    def judge_again(self) -> None:
        """Other circumstances: memory, or the length of the conversation."""
        self._fits.clear()
        if self._results:
            self.dataChanged.emit(self.index(0), self.index(len(self._results) - 1))

    def result(self, index: Index) -> Result | None:
        return self._results[index.row()] if index.isValid() else None

    def row_of(self, repo: str) -> int:
        """The row of a model; -1 if it is not here."""
        return next((n for n, each in enumerate(self._results) if each.model.repo == repo), -1)

    def fit(self, result: Result) -> Fit | None:
        repo = result.model.repo
        if repo not in self._fits:
            self._fits[repo] = self._judge(result.model)
        return self._fits[repo]

    def _spoken(self, result: Result) -> str:
        """All of a row in one sentence, for a screen reader."""
        fit = self.fit(result)
        best = self.tr("Recommended") if result.recommended else ""
        parts = [result.title, best, fit_title(fit) if fit else "", result.note, facts(result)]
        return ", ".join(part for part in parts if part)

    def _tooltip(self, result: Result) -> str:
        fit = self.fit(result)
        return fit_tooltip(fit) if fit else result.model.repo

    # Qt's own names

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._results)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        result = self._results[index.row()]
        if role == Role.DisplayRole:
            return result.title
        if role == RESULT_ROLE:
            return result
        if role == FIT_ROLE:
            return self.fit(result)
        if role == FACTS_ROLE:
            return facts(result)
        if role == Role.ToolTipRole:
            return self._tooltip(result)
        if role == Role.AccessibleTextRole:
            return self._spoken(result)
        return None


def facts(result: Result) -> str:
    """Size, parameters, licence, downloads and what else decides, in one line."""
    model = result.model
    parts = []
    if model.access != "open":
        parts.append(translated(ACCESS[model.access]))
    if model.parameters:
        parts.append(parameter_words(model.parameters))
    if result.size:
        parts.append(size_words(result.size))
    parts += [translated(FORMATS[each]) for each in model.formats]
    if model.licence:
        parts.append(licence_words(model.licence))
    if model.downloads:
        parts.append("↓ " + count_words(model.downloads))
    if model.likes:
        parts.append("♥ " + count_words(model.likes))
    return " · ".join(parts)
