"""Ending a completion at given strings, wherever the borders between tokens are."""

from __future__ import annotations

from collections.abc import Sequence


class StopStrings:
    """Lets text through up to the first stop string, which is swallowed.

    Only what may be the beginning of a stop string is held back.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self.found = False
        """A stop string has been met; nothing more is let through."""
        self.rest = ""
        """What came after it, in the same piece."""

    def push(self, text: str) -> str:
        """The part of the text so far that can be shown now."""
        if self.found:
            return ""
        self._held += text
        hits = [(at, stop) for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if hits:
            self.found = True
            at, stop = min(hits)
            shown, self.rest = self._held[:at], self._held[at + len(stop) :]
            self._held = ""
            return shown
        keep = len(self._held) - self._possible_start()
        shown, self._held = self._held[:keep], self._held[keep:]
        return shown

    def flush(self) -> str:
        """What was held back for a stop string that did not come."""
        shown, self._held = self._held, ""
        return shown

    def _possible_start(self) -> int:
        """Length of the longest end of the held text that begins a stop string."""
        longest = max((len(stop) for stop in self._stops), default=1) - 1
        for length in range(min(longest, len(self._held)), 0, -1):
            end = self._held[-length:]
            if any(stop.startswith(end) for stop in self._stops):
                return length
        return 0
