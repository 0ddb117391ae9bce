"""The heights of all cards, of which most are estimates, and sums over them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Heights:
    """Finds the top of a card, and the card at a height. Sums are made when they are asked for."""

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._tops = [0]
        """As far as they are right; the last may be the total."""

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, number: int) -> int:
        return self._heights[number]

    def reset(self, heights: Iterable[int]) -> None:
        """Begin again with other cards or another width."""
        self._heights = list(heights)
        self._tops = [0]

    def append(self, height: int) -> None:
        self._heights.append(height)

    def set(self, number: int, height: int) -> None:
        """Correct one height."""
        if self._heights[number] != height:
            self._heights[number] = height
            del self._tops[number + 1 :]

    def top(self, number: int) -> int:
        """Where the card of that number begins; for the number of cards, where the last ends."""
        if number >= len(self._tops):
            known = len(self._tops) - 1
            missing = self._heights[known:]
            self._tops[known:] = accumulate(missing, initial=self._tops[known])
        return self._tops[number]

    @property
    def total(self) -> int:
        return self.top(len(self._heights))

    def at(self, y: int) -> int:
        """The number of the card at the height `y`, the first or last one if it is outside."""
        self.top(len(self._heights))
        return max(0, min(bisect_right(self._tops, y) - 1, len(self._heights) - 1))
