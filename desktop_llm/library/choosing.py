"""Three questions, three proposals: what for, which languages, how patient.

Among the recommended models that are good at it and fit, more parameters answer better and fewer
are quicker. So there is one that suits the person's patience, a quicker one, and one that is better
for those who wait; where catalogue or machine do not allow that, the reason says what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.library.catalogue import Purpose, Recommended, catalogue
from desktop_llm.library.fit import Fit, Machine, fit_result
from desktop_llm.library.fit_class import speed_words
from desktop_llm.library.hub_types import HubModel

Patience = Literal["low", "middle", "high"]
Proposal = tuple[Recommended, Fit, Text]

PROPOSALS = 3
CONTEXT = 4096
"""Tokens of conversation that must fit."""

ENOUGH: dict[Patience, float] = {"low": 15.0, "middle": 5.0, "high": 1.5}
"""Tokens a second, at least, for people of more and more patience."""

GENERAL = ("chat", "multilingual")
"""Who is good at these can try anything that is written."""

SUITS = QT_TRANSLATE_NOOP(
    "core", "The most able one that is quick enough here: {low} to {high} tokens a second."
)
QUICKER = QT_TRANSLATE_NOOP("core", "Quicker and less able: {low} to {high} tokens a second.")
BETTER = QT_TRANSLATE_NOOP("core", "More able and slower: {low} to {high} tokens a second here.")
ALIKE = QT_TRANSLATE_NOOP("core", "Of the same size, by others: {low} to {high} tokens a second.")
QUICKEST = QT_TRANSLATE_NOOP(
    "core", "The quickest one for this, and still slow here: {low} to {high} tokens a second."
)
READS = QT_TRANSLATE_NOOP("core", "Reads texts in order to sort or to find them, and fits here.")
OTHER_LANGUAGES = QT_TRANSLATE_NOOP(
    "core", "Not made for all languages you chose: {low} to {high} tokens a second."
)
OTHER_PURPOSE = QT_TRANSLATE_NOOP(
    "core", "Not made for this, but able in general: {low} to {high} tokens a second."
)
DOES_NOT_FIT = QT_TRANSLATE_NOOP("core", "It does not fit into this computer as it is now.")


@dataclass(frozen=True)
class _Candidate:
    model: Recommended
    fit: Fit

    @property
    def size(self) -> int:
        return self.model.parameters

    @property
    def speed(self) -> float:
        """Tokens a second at least; a model that writes nothing keeps nobody waiting."""
        return self.fit.tokens_per_s[0] if self.fit.tokens_per_s else float("inf")

    @property
    def fits(self) -> bool:
        return self.fit.cls != "no"

    def speaks(self, languages: Sequence[str]) -> bool:
        return all(map(self.model.speaks, languages))

    def propose(self, template: str) -> Proposal:
        facts: dict[str, str | int | float | None] = {}
        if self.fit.tokens_per_s:
            low, high = map(speed_words, self.fit.tokens_per_s)
            facts = {"low": low, "high": high}
        elif self.fits and template != OTHER_LANGUAGES:
            template = READS
        return self.model, self.fit, Text(template, facts if "{low}" in template else {})


def help_me_choose(
    purpose: Purpose,
    languages: Sequence[str],
    patience: Patience,
    machine: Machine,
    among: Sequence[Recommended] | None = None,
) -> tuple[Proposal, ...]:
    """Three models with their fit and the reason, the best suited first.

    `languages` are ISO codes, all of which are wanted. `among` is the catalogue if it is not given;
    fewer than three come back only if it has fewer.
    """
    models = catalogue() if among is None else among
    known = [candidate for model in models if (candidate := _candidate(model, machine))]
    chosen: dict[str, Proposal] = {}
    for proposal in _proposals(known, purpose, languages, ENOUGH[patience]):
        chosen.setdefault(proposal[0].repo, proposal)
    return tuple(chosen.values())[:PROPOSALS]


def _candidate(model: Recommended, machine: Machine) -> _Candidate | None:
    described = HubModel(
        repo=model.repo,
        parameters=model.parameters,
        formats=("gguf" if model.format == "gguf" else "safetensors",),
        task="feature-extraction" if "encoder" in model.good_for else "text-generation",
    )
    fit = fit_result(described, machine, CONTEXT)
    return _Candidate(model, fit) if fit else None


def _proposals(
    known: Iterable[_Candidate], purpose: Purpose, languages: Sequence[str], enough: float
) -> Iterator[Proposal]:
    """From the best suited to what is only better than nothing; a model may come twice."""
    ordered = sorted(known, key=lambda candidate: candidate.size)
    good = [c for c in ordered if purpose in c.model.good_for]
    fitting = [c for c in good if c.fits]
    yield from _by_patience([c for c in fitting if c.speaks(languages)], enough)
    yield from (c.propose(OTHER_LANGUAGES) for c in _nearest(fitting, enough))
    if purpose != "encoder":
        able = [c for c in ordered if c.fits and set(GENERAL) & set(c.model.good_for)]
        speaking = [c for c in able if c.speaks(languages)]
        yield from (c.propose(OTHER_PURPOSE) for c in _nearest(speaking, enough))
        yield from (c.propose(OTHER_LANGUAGES) for c in _nearest(able, enough))
    yield from (c.propose(DOES_NOT_FIT) for c in (*good, *ordered) if not c.fits)
    yield from (c.propose(OTHER_PURPOSE) for c in ordered)


def _by_patience(ordered: list[_Candidate], enough: float) -> Iterator[Proposal]:
    """The most able that is quick enough, the next smaller, the next larger, then the others."""
    nearest = _nearest(ordered, enough)
    if not nearest:
        return
    best = nearest[0]
    yield best.propose(SUITS if best.speed >= enough else QUICKEST)
    smaller = [c for c in reversed(ordered) if c.size < best.size]
    larger = [c for c in ordered if c.size > best.size]
    yield from (c.propose(QUICKER) for c in smaller[:1])
    yield from (c.propose(BETTER) for c in larger[:1])
    yield from (c.propose(ALIKE) for c in ordered if c.size == best.size)
    yield from (c.propose(QUICKER) for c in smaller[1:])
    yield from (c.propose(BETTER) for c in larger[1:])


def _nearest(ordered: list[_Candidate], enough: float) -> list[_Candidate]:
    """Those that are quick enough, the most able first; then the others, the quickest first."""
    quick = [c for c in reversed(ordered) if c.speed >= enough]
    return quick + [c for c in ordered if c.speed < enough]
