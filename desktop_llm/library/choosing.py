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

__all__ = ["Patience", "Proposal", "Purpose", "help_me_choose"]

Patience = Literal["low", "middle", "high"]
Proposal = tuple[Recommended, Fit, Text]

PROPOSALS = 3
CONTEXT = 4096
"""Tokens of conversation that must fit."""

ENOUGH: dict[Patience, float] = {"low": 15.0, "middle": 5.0, "high": 1.5}
"""Tokens a second, at least, for people of more and more patience."""

SPECIALISED = {False: 1.25, True: 10.0}
"""How much specialisation in the languages counts: for those that write, for encoders."""

STEP = 1.3
"""Times as quick: from where on it is worth a proposal."""

PATIENT = 3.0
"""Times as long as they wanted to wait, at most, people may want to wait for a better answer."""

GENERAL = ("chat", "multilingual")
"""Who is good at these can try anything that is written."""

SUITS = QT_TRANSLATE_NOOP(
    "core", "The most able one that is quick enough here: {low} to {high} tokens a second."
)
QUICKER = QT_TRANSLATE_NOOP("core", "Quicker and less able: {low} to {high} tokens a second.")
BETTER = QT_TRANSLATE_NOOP("core", "More able and slower: {low} to {high} tokens a second here.")
ALIKE = QT_TRANSLATE_NOOP("core", "As quick as the first one: {low} to {high} tokens a second.")
QUICKEST = QT_TRANSLATE_NOOP(
    "core", "The quickest one for this, and still slow here: {low} to {high} tokens a second."
)
READS = QT_TRANSLATE_NOOP("core", "Reads texts in order to sort or to find them, and fits here.")
OTHER_LANGUAGES = QT_TRANSLATE_NOOP("core", "It is not made for all languages that you chose.")
OTHER_PURPOSE = QT_TRANSLATE_NOOP("core", "It is not made for this, but able in general.")
DOES_NOT_FIT = QT_TRANSLATE_NOOP("core", "It does not fit into this computer as it is now.")


@dataclass(frozen=True)
class _Candidate:
    model: Recommended
    fit: Fit
    ability: float
    """Parameters, and more for those that are specialised in the languages that are wanted."""

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
        if "{low}" not in template:
            return self.model, self.fit, Text(template)
        if not self.fit.tokens_per_s:
            return self.model, self.fit, Text(READS)
        low, high = map(speed_words, self.fit.tokens_per_s)
        return self.model, self.fit, Text(template, {"low": low, "high": high})


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
    known = [candidate for model in models if (candidate := _candidate(model, languages, machine))]
    chosen: dict[str, Proposal] = {}
    for proposal in _proposals(known, purpose, languages, ENOUGH[patience]):
        chosen.setdefault(proposal[0].repo, proposal)
    return tuple(chosen.values())[:PROPOSALS]


def _candidate(model: Recommended, wanted: Sequence[str], machine: Machine) -> _Candidate | None:
    encodes = "encoder" in model.good_for
    described = HubModel(
        repo=model.repo,
        parameters=model.parameters,
        formats=("gguf" if model.format == "gguf" else "safetensors",),
        task="feature-extraction" if encodes else "text-generation",
    )
    fit = fit_result(described, machine, CONTEXT)
    only = set(model.languages) <= set(wanted)
    chinese = "chinese" in model.good_for and "zh" in wanted and not encodes
    ability = model.parameters * (SPECIALISED[encodes] if only or chinese else 1.0)
    return _Candidate(model, fit, ability) if fit else None


def _proposals(
    known: Iterable[_Candidate], purpose: Purpose, languages: Sequence[str], enough: float
) -> Iterator[Proposal]:
    """From the best suited to what is only better than nothing; a model may come twice."""
    ordered = sorted(known, key=lambda candidate: candidate.ability)
    alike = [c for c in ordered if _role(c.model.good_for) == _role((purpose,))]
    good = [c for c in alike if purpose in c.model.good_for]
    fitting = [c for c in good if c.fits]
    able = [c for c in alike if c.fits and set(GENERAL) & set(c.model.good_for)]
    speaking = [c for c in able if c.speaks(languages)]
    yield from _by_patience([c for c in fitting if c.speaks(languages)], enough)
    yield from (c.propose(OTHER_LANGUAGES) for c in _nearest(fitting, enough))
    yield from (c.propose(OTHER_PURPOSE) for c in _nearest(speaking, enough))
    yield from (c.propose(OTHER_LANGUAGES) for c in _nearest(able, enough))
    yield from (c.propose(DOES_NOT_FIT) for c in (*good, *alike, *ordered) if not c.fits)
    yield from (c.propose(OTHER_PURPOSE) for c in ordered)


def _role(good_for: Sequence[Purpose]) -> str:
    """What cannot stand in for one another: encoders, base models, and those that answer."""
    return next((role for role in ("encoder", "base") if role in good_for), "answers")


def _by_patience(ordered: list[_Candidate], enough: float) -> Iterator[Proposal]:
    """The most able that is quick enough, a quicker one, a more able one, then the others."""
    nearest = _nearest(ordered, enough)
    if not nearest:
        return
    best = nearest[0]
    yield best.propose(SUITS if best.speed >= enough else QUICKEST)
    less = [c for c in reversed(ordered) if c.ability <= best.ability and c is not best]
    more = [c for c in ordered if c.ability > best.ability]
    quicker = [c for c in less if c.speed >= STEP * best.speed]
    bearable = [c for c in more if c.speed >= enough / PATIENT and c.fit.cls != "tight"]
    yield from (c.propose(QUICKER) for c in quicker[:1])
    yield from (c.propose(BETTER) for c in (*bearable[-1:], *more[:1]))
    yield from (c.propose(QUICKER if c in quicker else ALIKE) for c in less)
    yield from (c.propose(BETTER) for c in more)


def _nearest(ordered: list[_Candidate], enough: float) -> list[_Candidate]:
    """Those that are quick enough, the most able first; then the others, the quickest first."""
    quick = [c for c in reversed(ordered) if c.speed >= enough]
    return quick + sorted((c for c in ordered if c.speed < enough), key=lambda c: -c.speed)
