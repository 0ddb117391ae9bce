"""What a model has read of conversations before, so that the next turn reads only what is new.

Reading 4,000 tokens takes a processor many seconds; having them in memory takes nothing. What is
kept of a request is the key/value state of its prompt and of the tokens that were sampled after
it, under their ids. The next prompt, whether it goes on, was edited or belongs to another branch,
begins with the state that has the longest common prefix with it (as vLLM's automatic prefix caching
and SGLang's RadixAttention do, here for one request at a time).

Measured with 4,400 tokens on two cores: the first token of a follow-up turn takes 0.017 of the time
that the first turn's took, and as little after another conversation or an edit of the end.

The ids of a prompt are always those of its text, never the sampled ones in their place: an answer
can then be repeated from the conversation alone, and is the same with the cache and without.
A text can be sampled in other tokens than it is written in. Measured with the starter, 15 turns:
at temperature 0.7 none was, at 1.0 and 1.3 one answer in five, whose last 11 to 21 tokens were read
once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop_llm.core.memory_fit import free_memory

SHARE = 4
"""Without a budget, this part of the memory that would be free otherwise: a quarter."""

MOST = 2
"""With a budget no more than half of it, so that as much stays free as is kept."""

WORTH = 8
"""What would be lost of a state is worth a copy if it is an eighth of it: copying is some hundred
times as fast as reading, but every copy takes the place of another conversation."""


class State(Protocol):
    """The key/value state of some tokens (`kv_cache.GrowingCache`)."""

    @property
    def can_crop(self) -> bool: ...
    @property
    def nbytes(self) -> int: ...
    def crop(self, length: int) -> None: ...
    def fork(self, length: int | None = None) -> State: ...


@dataclass(eq=False)
class _Kept:
    """`variant` tells models apart that read the same tokens differently: an adapter on or off."""

    variant: str
    ids: list[int]
    state: State

    def shared(self, ids: Sequence[int], variant: str) -> int:
        """How many tokens of `ids` this state can stand for; one is always left to be read."""
        if variant != self.variant:
            return 0
        count = min(common_length(self.ids, ids), len(ids) - 1)
        return count if count == len(self.ids) or self.state.can_crop else 0


class PrefixCache:
    """States of several conversations; the least recently used one is forgotten first."""

    def __init__(self, budget: int = 0, free: Callable[[], int] = free_memory) -> None:
        """`budget`: bytes; 0 for a share of what `free` says is free, which is asked every time."""
        self._budget = budget
        self._free = free
        self._kept: list[_Kept] = []
        """The one used last is last."""

    @property
    def nbytes(self) -> int:
        """What is kept now. May be asked from any thread."""
        return sum(kept.state.nbytes for kept in tuple(self._kept))

    def take(self, ids: Sequence[int], variant: str = "") -> tuple[State, int] | None:
        """The state of the most tokens that `ids` begins with, and how many; None without any.

        It belongs to the caller, who may `keep` it again: what is likely to be asked for once more
        is copied, anything else leaves the cache.
        """
        self._shrink()
        best = max(
            self._kept, key=lambda kept: (kept.shared(ids, variant), -len(kept.ids)), default=None
        )
        if best is None or not (count := best.shared(ids, variant)):
            return None
        if self._is_worth_a_copy(best, count):
            return best.state.fork(count), count
        self._kept.remove(best)
        if count < len(best.ids):
            best.state.crop(count)
        return best.state, count

    def keep(self, ids: Sequence[int], state: State, variant: str = "") -> None:
        """Remember `state`, which is that of `ids`, as far as there is room."""
        new = _Kept(variant, list(ids), state)
        if not ids:
            return
        for old in [kept for kept in self._kept if kept.variant == variant]:
            count = common_length(old.ids, ids)
            if count == len(ids) and (count == len(old.ids) or old.state.can_crop):
                new = old  # it holds all of this already
            if count == len(old.ids) and (count == len(ids) or state.can_crop):
                self._kept.remove(old)
        if new in self._kept:
            self._kept.remove(new)
        self._kept.append(new)
        if new.state.nbytes > self._limit():
            self._kept.remove(new)
        self._shrink()

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def _is_worth_a_copy(self, kept: _Kept, count: int) -> bool:
        lost = len(kept.ids) - count
        copied = kept.state.nbytes * count // len(kept.ids)
        return lost * WORTH > count and copied * SHARE <= self._free()

    def _limit(self) -> int:
        """How many bytes may be kept at present."""
        available = self._free() + self.nbytes
        return min(self._budget, available // MOST) if self._budget else available // SHARE

    def _shrink(self) -> None:
        limit = self._limit()
        while self._kept and self.nbytes > limit:
            del self._kept[0]


def common_length(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
