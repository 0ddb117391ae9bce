"""Errors of the `openai` package and of what is below it, as sentences; told apart by type."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import anyio
import httpx2
from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AuthenticationError,
    PermissionDeniedError,
)

from desktop_llm.core.errors import ExpectedError
from desktop_llm.engine.remote.errors import (
    NotThatProtocol,
    ServerClosed,
    ServerNotTrusted,
    ServerRefused,
    ServerRefusedKey,
    ServerTooSlow,
    ServerUnreachable,
)

LONGEST_MESSAGE = 300
"""Characters of a server's own words that are shown."""


def as_expected(error: Exception, address: str, key: str, limit_s: float) -> ExpectedError | None:
    """What to tell about `error`; None if it is a bug. `limit_s`: how long was waited."""
    if isinstance(error, ExpectedError):
        return error
    if isinstance(error, APIStatusError):
        return _refusal(error, address, key)
    if isinstance(error, APIConnectionError):
        return _broken(error.__cause__ or error, address, limit_s)
    if isinstance(error, APIError):  # told in the middle of a stream
        return ServerRefused(address, 200, _words(error.body, key) or _tidy(error.message, key))
    if isinstance(error, ValueError | RecursionError):  # broken JSON, or of another shape
        return NotThatProtocol(address, "unreadable data")
    return _broken(error, address, limit_s)


def _refusal(error: APIStatusError, address: str, key: str) -> ExpectedError:
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        return ServerRefusedKey(address)
    message = _words(error.body, key) or error.response.reason_phrase
    return ServerRefused(address, error.status_code, message)


def _broken(error: BaseException, address: str, limit_s: float) -> ExpectedError | None:
    if any(isinstance(each, ssl.SSLError) for each in _causes(error)):
        return ServerNotTrusted(address)
    match error:
        case httpx2.ConnectError() | httpx2.ConnectTimeout() | httpx2.ProxyError():
            return ServerUnreachable(address)
        case httpx2.TimeoutException():
            return ServerTooSlow(address, limit_s)
        case httpx2.TransportError() | anyio.EndOfStream() | APIConnectionError():
            return ServerClosed(address)
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _words(body: object, key: str) -> str:
    """The message in the body of an error."""
    message = body.get("message", body.get("detail")) if isinstance(body, dict) else body
    return _tidy(message, key) if isinstance(message, str) else ""


def _tidy(message: str, key: str) -> str:
    """One short line; some servers repeat the key that they refuse."""
    line = " ".join(message[: 10 * LONGEST_MESSAGE].split())
    line = line.replace(key, "…") if key else line
    return line if len(line) <= LONGEST_MESSAGE else line[:LONGEST_MESSAGE] + "…"
