"""Contenders take turns with every prompt, and what each of them took is written down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeVar

from desktop_llm.bench.contenders import Contender
from desktop_llm.bench.prompts import Prompts
from desktop_llm.bench.rivals import Turn, perplexity
from desktop_llm.core.errors import ExpectedError

log = logging.getLogger(__name__)
T = TypeVar("T")

Stage = Literal["loading", "measuring", "perplexity", "follow-up"]
WARM_TOKENS = 8
"""Written once by each, before anything counts."""


@dataclass(frozen=True)
class Step:
    """What is done next, and how much of everything is done."""

    stage: Stage
    engine: str = ""
    prompt_tokens: int = 0
    fraction: float = 0.0

    def __str__(self) -> str:
        words = {
            "loading": f"loading {self.engine}",
            "measuring": f"{self.engine}, {self.prompt_tokens} tokens",
            "perplexity": f"perplexity of {self.engine}",
            "follow-up": f"{self.engine}, the next turn of a long conversation",
        }
        return words[self.stage]


@dataclass
class Measured:
    """What is known of one contender; `turns` by the prompt's length, in their order."""

    side: str
    setting: str
    load_s: float = 0.0
    turns: dict[int, list[Turn]] = field(default_factory=dict)
    peak_bytes: int = 0
    perplexity: float = 0.0
    again: dict[str, list[float]] = field(default_factory=dict)
    """First token of a prompt that was read before ÷ that of the first reading, by occasion."""

    @property
    def name(self) -> str:
        return f"{self.side} {self.setting}"


@dataclass
class Race:
    """The contenders of one model, and what was measured of each."""

    prompts: Prompts
    lengths: Sequence[int]
    new_tokens: int
    runs: int
    judged_tokens: int
    """Of held-out text, for perplexity."""
    on_step: Callable[[Step], None]
    measured: dict[str, Measured] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    """Why a contender is left out, by name."""
    _done: int = 0
    _of: int = 1

    def run(self, contenders: Sequence[Contender], together: bool) -> None:
        """Measure all. Those that fail are left out."""
        self._of = max(1, len(contenders) * (self.runs * len(self.lengths) + 2))
        for group in [contenders] if together else [[each] for each in contenders]:
            try:
                self._run_group([each for each in group if self._open(each)])
            finally:
                for each in group:
                    each.close()

    def _run_group(self, group: Sequence[Contender]) -> None:
        for number in range(self.runs):
            first = number % max(1, len(group))  # nobody always comes after the same one
            for tokens in self.lengths:
                prompt = self.prompts.prompt(tokens, number + 1)
                for each in [*group[first:], *group[:first]]:
                    self._step("measuring", each, tokens)
                    turn = self._try(each, partial(each.turn, prompt, self.new_tokens))
                    if turn is not None:
                        self.measured[each.name].turns.setdefault(tokens, []).append(turn)
        for each in group:
            self._judge(each)

    def _open(self, each: Contender) -> bool:
        self._step("loading", each)
        seconds = self._try(each, each.open)
        if seconds is None:
            return False
        self.measured[each.name] = Measured(each.side, each.setting, seconds)
        prompt = self.prompts.prompt(min(self.lengths), 0)
        return self._try(each, partial(each.turn, prompt, WARM_TOKENS)) is not None

    def _judge(self, each: Contender) -> None:
        """Memory comes before perplexity, whose windows are read otherwise than prompts are."""
        self._step("perplexity", each)
        found = self.measured.get(each.name)
        if found is None:
            return
        found.peak_bytes = each.peak_bytes()
        windows = self.prompts.windows(self.judged_tokens)
        if windows and (losses := self._try(each, partial(each.losses, windows))):
            found.perplexity = perplexity(losses)

    def _try(self, each: Contender, work: Callable[[], T]) -> T | None:
        """None once the contender has failed."""
        if each.name in self.skipped:
            return None
        try:
            return work()
        except ExpectedError as error:
            log.warning("%s is left out: %s", each.name, error)
            self.skipped[each.name] = str(error)
            self.measured.pop(each.name, None)
            return None

    def _step(self, stage: Stage, each: Contender, tokens: int = 0) -> None:
        self.on_step(Step(stage, each.name, tokens, self._done / self._of))
        self._done += 1
