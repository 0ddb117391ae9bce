"""What goes wrong, and at which requests: a script that is used up in order.

    hub.faults.on("*/model.safetensors", cut(1000), too_many(1), flipped(5))

The first GET of that path is cut after 1,000 bytes, the second is told to wait a second, the third
has a wrong byte, and the fourth is answered well.
"""

from __future__ import annotations

import fnmatch
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in to the network</title></head></html>"


@dataclass(frozen=True)
class Fault:
    """How one answer differs from the right one. Positions are bytes of this answer's body,
    but `flip_at`, which is a byte of the whole file."""

    status: int = 0
    """Answer with this and `body` in place of what was asked for; 0: the right one, but …"""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Added to those of the answer, in place of those of the same name."""
    cut_after: int | None = None
    reset: bool = False
    """The connection is cut as a broken line does it; what was sent last may be lost."""
    stall_after: int | None = None
    stall_s: float = 60.0
    """How long nothing comes before the connection ends; a hub that closes does not wait."""
    short_by: int = 0
    """Missing at the end, with a Content-Length that agrees."""
    claims_more: int = 0
    """Added to Content-Length, and never sent."""
    flip_at: int | None = None
    shift: int = 0
    """The part that is sent begins this many bytes too late, whatever its headers say."""
    ignore_range: bool = False
    to_cdn: bool = False
    delay_s: float = 0.0


FINE = Fault()
"""An answer with nothing wrong, to let one pass."""


def cut(after: int) -> Fault:
    """The connection ends after that many bytes."""
    return Fault(cut_after=after)


def reset(after: int) -> Fault:
    """The line breaks after about that many bytes."""
    return Fault(cut_after=after, reset=True)


def stall(after: int, seconds: float = 60.0) -> Fault:
    """After that many bytes nothing more comes, and at last the connection ends."""
    return Fault(stall_after=after, stall_s=seconds)


def too_many(retry_after: int = 1) -> Fault:
    """Too many requests; seconds to wait."""
    limits = {"RateLimit": f'"api";r=0;t={retry_after}', "Retry-After": str(retry_after)}
    return Fault(status=429, headers=limits, body=b'{"error":"Too many requests"}')


def unavailable() -> Fault:
    """The hub is overloaded."""
    return Fault(status=503, body=b"Service Unavailable")


def range_refused() -> Fault:
    """The part that was asked for is said not to exist."""
    return Fault(status=416, body=b"Range Not Satisfiable")


def short(by: int) -> Fault:
    """Too few bytes, and the headers agree: only the size that was announced before tells."""
    return Fault(short_by=by)


def claims_more(by: int = 1000) -> Fault:
    """Content-Length says more than comes."""
    return Fault(claims_more=by)


def flipped(at: int) -> Fault:
    """One byte of the file is wrong; `at` counts from its beginning."""
    return Fault(flip_at=at)


def shifted(by: int = 1) -> Fault:
    """The part does not begin where it should."""
    return Fault(shift=by)


def login_page() -> Fault:
    """The page of a network that wants a person to sign in first, with status 200."""
    return Fault(status=200, headers={"Content-Type": "text/html"}, body=LOGIN_PAGE)


def to_cdn() -> Fault:
    """Sent on to the other host."""
    return Fault(to_cdn=True)


def whole() -> Fault:
    """The whole file with status 200, though a part was asked for."""
    return Fault(ignore_range=True)


def with_headers(**headers: str) -> Fault:
    """The right answer with other headers; `_` stands for `-`."""
    return Fault(headers={name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class _Rule:
    pattern: str
    method: str
    faults: deque[Fault]


class Faults:
    """The script. Rules are tried in the order they were made; the first that has a fault left
    for a request gives it."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    def on(self, pattern: str, *faults: Fault, method: str = "GET", times: int = 1) -> None:
        """Use `faults` in order, `times` over, at requests whose path matches `pattern` (as file
        names do: `*`). The path is the decoded one without its query."""
        with self._lock:
            self._rules.append(_Rule(pattern, method, deque(faults * times)))

    def take(self, method: str, path: str) -> Fault:
        """The fault of this request, which is used up by it."""
        with self._lock:
            for rule in self._rules:
                if rule.faults and rule.method in (method, "*") and _matches(path, rule.pattern):
                    return rule.faults.popleft()
        return FINE

    @property
    def left(self) -> int:
        """How many are not used up."""
        with self._lock:
            return sum(len(rule.faults) for rule in self._rules)

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        with self._lock:
            self._rules.clear()


def _matches(path: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(path, pattern)
