"""Bring a file to its full length over a line that breaks, or say why it cannot be."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath

import httpx2
from huggingface_hub import hf_hub_url
from huggingface_hub.utils._http import parse_ratelimit_headers

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.process.server import GivenUp
from desktop_llm.library.hub_errors import (
    DownloadDamaged,
    DownloadInterrupted,
    HubRefused,
    HubUnreachable,
    NotAHub,
    ProxyFailed,
    RateLimited,
)
from desktop_llm.library.hub_session import check_status, connect, request_headers, told
from desktop_llm.library.hub_types import DownloadPlan, HubAccess
from desktop_llm.library.ranged_file import RangedFile
from desktop_llm.library.transfer import POLL_S, Transfer

TRIES = 6
"""Attempts in a row that bring nothing new."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 8.0
LONGEST_RETRY_AFTER_S = 300.0
"""The hub counts requests in five minutes. A server that wants a longer pause is told of."""
A_DAY_S = 86_400

BUSY = (408, 425, 429)
PAGES = (".html", ".htm", ".md", ".txt")
PAGE_BEGINS = (b"<!doctype html", b"<html")

_RANGE = re.compile(r"bytes (?P<start>\d{1,18})-\d+/(?P<size>\d+|\*)")

OnFetched = Callable[[RangedFile, int], None]
"""Told how many bytes have come; 0 now and then while nothing comes."""


class TryAgain(Exception):
    """An attempt failed in a way that may pass, after `wait` seconds if the server said so."""

    def __init__(self, error: ExpectedError, wait: float | None = None) -> None:
        super().__init__()
        self.error, self.wait = error, wait


class Patience:
    """Counts attempts in a row that bring nothing new, and says how long to wait between them."""

    def __init__(self, best: int) -> None:
        self._best = best
        self._tries = 0

    def wait_after(self, failed: TryAgain, done: int) -> float:
        """Seconds until the next attempt; raises the error if there have been too many."""
        if done > self._best:
            self._best, self._tries = done, 0
        self._tries += 1
        if self._tries >= TRIES:
            raise failed.error
        if failed.wait is not None:
            return failed.wait
        return min(FIRST_WAIT_S * 2.0 ** (self._tries - 1), LONGEST_WAIT_S)


class Fetcher:
    """Fetches files of one plan. Errors are those of `hub_errors`, OSError of the disk, GivenUp."""

    def __init__(
        self, plan: DownloadPlan, access: HubAccess, stop: threading.Event, on_fetched: OnFetched
    ) -> None:
        self._plan, self._access, self._stop = plan, access, stop
        self._on_fetched = on_fetched

    def fill(self, part: RangedFile) -> None:
        """Go on with `part` until it is whole; right it need not be."""
        patience = Patience(part.done)
        while not part.is_whole:
            try:
                self._attempt(part)
            except TryAgain as failed:
                self._wait(patience.wait_after(failed, part.done), part)

    def _wait(self, seconds: float, part: RangedFile) -> None:
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            if self._stop.wait(min(rest, POLL_S)):
                raise GivenUp
            self._on_fetched(part, 0)

    def _attempt(self, part: RangedFile) -> None:
        """One request; raises TryAgain unless the file is whole afterwards."""
        repo, commit = self._plan.repo, self._plan.commit
        try:
            with told(self._access, repo, commit, part.file.path), self._line(part) as line:
                answer = line.answer()
                self._judge(answer, part)
                self._take(line, answer, part)
        except HubUnreachable as error:
            raise TryAgain(DownloadInterrupted(repo) if part.done else error) from error
        except (ProxyFailed, NotAHub) as error:
            raise TryAgain(error) from error
        if not part.is_whole:
            raise TryAgain(DownloadInterrupted(repo))

    def _line(self, part: RangedFile) -> Transfer:
        plan, endpoint = self._plan, self._access.endpoint
        url = hf_hub_url(plan.repo, part.file.path, revision=plan.commit, endpoint=endpoint)
        return Transfer(connect(self._access), url, self._headers(part), self._stop)

    def _headers(self, part: RangedFile) -> dict[str, str]:
        headers = {**request_headers(self._access), "Accept-Encoding": "identity"}
        if part.done:
            headers["Range"] = f"bytes={part.done}-"
            if part.validator:
                headers["If-Range"] = part.validator
        return headers

    def _judge(self, answer: httpx2.Response, part: RangedFile) -> None:
        """See what the answer means for `part`; raises unless its body is what comes next."""
        status, damaged = answer.status_code, DownloadDamaged(self._plan.repo, part.file.path)
        if status == 416 or (status == 206 and not _continues(answer, part)):
            part.restart()
            raise TryAgain(damaged)
        self._check_status(answer)
        if status not in (200, 206) or _is_page(answer, part):
            raise NotAHub(answer.url.host)
        if status == 200:
            if answer.headers.get("content-length") not in (None, str(part.file.size)):
                raise TryAgain(damaged)
            if part.done:  # the server knows no ranges, or its content is another one now
                part.restart()
        part.validator = _strong(answer.headers.get("etag", ""))

    def _check_status(self, answer: httpx2.Response) -> None:
        status, host = answer.status_code, answer.url.host
        if status in BUSY or status >= 500:
            wait = _retry_after(answer)
            if wait is not None and wait > LONGEST_RETRY_AFTER_S:
                raise RateLimited(round(wait))
            limited = status == 429
            raise TryAgain(
                RateLimited(round(wait or 60)) if limited else HubRefused(status, host), wait
            )
        if status >= 400 and answer.url.origin != httpx2.URL(self._access.endpoint).origin:
            raise TryAgain(HubRefused(status, host))  # the address that we were sent to, expired
        check_status(answer)

    def _take(self, line: Transfer, answer: httpx2.Response, part: RangedFile) -> None:
        for data in line.parts():
            if part.is_whole:
                return  # whatever comes after it
            if data and not part.done and _begins_page(data, part):
                raise NotAHub(answer.url.host)
            part.append(data)
            self._on_fetched(part, len(data))


def _continues(answer: httpx2.Response, part: RangedFile) -> bool:
    """Whether the part that is sent begins where ours ends, and is of a file as long."""
    found = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    return found is not None and (
        int(found["start"]) == part.done and found["size"] in ("*", str(part.file.size))
    )


def _is_page(answer: httpx2.Response, part: RangedFile) -> bool:
    """Whether the answer is something to read in a browser, or is packed though we forbade it."""
    kind = answer.headers.get("content-type", "")
    packed = answer.headers.get("content-encoding", "identity") != "identity"
    return packed or (kind.startswith("text/html") and not _may_be_page(part))


def _begins_page(data: bytes, part: RangedFile) -> bool:
    return data.lstrip()[:14].lower().startswith(PAGE_BEGINS) and not _may_be_page(part)


def _may_be_page(part: RangedFile) -> bool:
    return PurePosixPath(part.file.path).suffix.lower() in PAGES


def _strong(etag: str) -> str:
    """An ETag by which the server can tell that its content is still the same, else ""."""
    return etag if etag.startswith('"') else ""


def _retry_after(answer: httpx2.Response) -> float | None:
    """The seconds that the server wants to be left alone, in any of the ways to say so."""
    said = answer.headers.get("retry-after", "")
    with suppress(ValueError, TypeError, OverflowError):  # whatever a server makes up
        if said.isdecimal():
            return min(float(said), A_DAY_S)
        if said:
            return min(max(0.0, parsedate_to_datetime(said).timestamp() - time.time()), A_DAY_S)
        if (limits := parse_ratelimit_headers(answer.headers)) and not limits.remaining:
            return float(min(limits.reset_in_seconds, A_DAY_S))
    return None
