"""The sockets of the server and the thread that serves them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.serving import ServeOptions, ServingState
from desktop_llm.server.api import make_api
from desktop_llm.server.desk import Desk, House
from desktop_llm.server.errors import PortForbidden, PortTaken, ServingFailed
from desktop_llm.server.guard import BODY_S, Guard

HEAD_BYTES = 32_768
MAX_CONNECTIONS = 512
"""Below the usual limit of 1,024 open files: the engine has to open some, too."""

END_S = 5.0
TRIES = 10


@dataclass(frozen=True)
class Limits:
    """How slow a client may be, in seconds."""

    head_s: float = 10.0
    """From the connection, or the last answer, until the head of a request is there."""
    body_s: float = BODY_S


class Listener:
    """Serves from `start` to `stop`. Loopback only, whatever the network of this computer."""

    def __init__(
        self,
        house: House,
        options: ServeOptions,
        on_change: Callable[[ServingState], None],
        limits: Limits = Limits(),
    ) -> None:
        self._desk = Desk(house, on_change)
        self._options = options
        self._limits = limits
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Listen, then return. Raises PortTaken, PortForbidden or ServingFailed."""
        sockets = listen(self._options.port)
        self.port = sockets[0].getsockname()[1]
        guard = Guard(
            make_api(self._desk),
            self._options.key,
            self.port,
            self._options.origins,
            self._limits.body_s,
        )
        self._server = uvicorn.Server(_config(guard, self._limits))
        self._thread = threading.Thread(
            target=self._server.run, args=(sockets,), name="Server", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests, stop those that run, and close the sockets."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._desk.stop_all()
        self._thread.join(END_S)


def _config(app: Any, limits: Limits) -> uvicorn.Config:
    """Plain HTTP/1.1 without anything that tells what runs here."""
    return uvicorn.Config(
        app,
        http=protocol(limits.head_s),
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
    )


def protocol(head_s: float) -> type[H11Protocol]:
    """The protocol of uvicorn, which by itself waits for the first request for ever."""

    class Patient(H11Protocol):
        """Hangs up on who has not sent the head of a request `head_s` after it was due."""

        _due: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > MAX_CONNECTIONS:
                transport.abort()
            self._expect()

        def data_received(self, data: bytes) -> None:
            asked = self.cycle
            super().data_received(data)
            if self.cycle is not asked and self._due:
                self._due.cancel()
                self._due = None
            elif self._due is None and (asked is None or asked.response_complete):
                self._expect()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._due:
                self._due.cancel()
            super().connection_lost(exc)

        def _expect(self) -> None:
            self._due = self.loop.call_later(head_s, self.transport.abort)

    return Patient


def listen(port: int) -> list[socket.socket]:
    """A socket for 127.0.0.1 and, where the system knows it, ::1, on the same `port`.

    Both, since “localhost” may mean either: another program on the second would be shown the key.
    """
    for left in reversed(range(TRIES)):
        first = _bound(socket.AF_INET, "127.0.0.1", port)
        assert first is not None
        try:
            second = _bound(socket.AF_INET6, "::1", first.getsockname()[1])
        except ExpectedError:
            first.close()
            if port or not left:
                raise
            continue  # any other port will do
        return [first, second] if second else [first]
    raise ServingFailed("no port is free")


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket | None:
    """A bound socket; None if this computer has no IPv6."""
    try:
        made = socket.socket(family)
    except OSError as error:
        if family == socket.AF_INET6:
            return None
        raise ServingFailed(error.strerror or "no sockets") from error
    try:
        if os.name == "nt":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        made.listen(128)
    except OSError as error:
        made.close()
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and family == socket.AF_INET6:
            return None
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port) from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise PortForbidden(port) from error
        raise ServingFailed(error.strerror or str(error.errno)) from error
    return made
