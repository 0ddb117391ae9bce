"""Answers of a hub, read with limits of size and time, and asked for again after a short fault."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote

import httpx2
from huggingface_hub import hf_hub_url
from huggingface_hub.errors import HfHubHTTPError

from desktop_llm.library.hub_errors import NotAHub
from desktop_llm.library.hub_session import check_status, connect, host_of, request_headers, told
from desktop_llm.library.hub_types import HubAccess

MAX_ANSWER_BYTES = 50_000_000
PAUSES_S = (0.5, 1.5)
"""Before asking again; after that the fault is told."""

WHOLE_ANSWER_S = 30.0
CHUNK = 1 << 16
PASSING = (500, 502, 503, 504)
"""HTTP states that may be gone in a second."""


class TooLarge(Exception):
    """More than was agreed on."""


class HubReader:
    """Reads descriptions and small files. All calls raise the ExpectedErrors of `hub_errors`."""

    def __init__(self, access: HubAccess) -> None:
        self._access = access
        self.host = host_of(access)

    def answer(self, path: str, repo: str = "", revision: str = "") -> tuple[Any, str]:
        """What the API says at `path`, and where the link to the next page leads ("" without)."""
        with told(self._access, repo, revision):
            try:
                body, link = self._read(f"{self._access.endpoint}/api/{path}", MAX_ANSWER_BYTES)
                return json.loads(body), link
            except (TooLarge, ValueError, RecursionError) as error:
                raise NotAHub(self.host) from error

    def file(self, repo: str, commit: str, path: str, limit: int) -> bytes:
        """A small file of a repository. Raises TooLarge, or FileGone if there is none."""
        with told(self._access, repo, commit, path):
            return self._read(self._address(repo, commit, path), limit)[0]

    def check_readable(self, repo: str, commit: str, path: str) -> None:
        """Raise what asking for the file would raise; nothing of it is read."""
        with told(self._access, repo, commit, path):
            self._read(self._address(repo, commit, path), None)

    def _address(self, repo: str, commit: str, path: str) -> str:
        return hf_hub_url(repo, path, revision=commit, endpoint=self._access.endpoint)

    def _read(self, url: str, limit: int | None) -> tuple[bytes, str]:
        for pause in PAUSES_S:
            try:
                return self._read_once(url, limit)
            except (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError):
                time.sleep(pause)
            except HfHubHTTPError as error:
                if error.response.status_code not in PASSING:
                    raise
                time.sleep(pause)
        return self._read_once(url, limit)

    def _read_once(self, url: str, limit: int | None) -> tuple[bytes, str]:
        """The body, and where "next" leads; None as limit: only whether there would be a body."""
        end = time.monotonic() + WHOLE_ANSWER_S
        body = bytearray()
        client = connect(self._access)
        with client.stream("GET", url, headers=request_headers(self._access)) as response:
            check_status(response)
            if limit is not None:
                for chunk in response.iter_bytes(CHUNK):
                    body += chunk
                    if len(body) > limit:
                        raise TooLarge
                    if time.monotonic() > end:
                        raise httpx2.ReadTimeout("too slow", request=response.request)
            return bytes(body), response.links.get("next", {}).get("url", "")


def quoted(revision: str) -> str:
    """A branch, tag or commit as one part of an address."""
    return quote(revision, safe="", errors="replace")
