"""What a person decides about the server, and how it is doing: known to window and engine."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

DEFAULT_PORT = 8321
MAX_WAITING = 8
"""Requests that may wait for the model, beside the one that runs."""

SERVER_KEY = "server-key"
"""The name of the server's key in the keyring (`core.secrets`)."""


@dataclass(frozen=True)
class ServeOptions:
    """How to serve. Loopback is the only network there is."""

    key: str = field(repr=False)
    """What a client has to show with every request."""
    port: int = DEFAULT_PORT
    """0: any that is free."""
    origins: tuple[str, ...] = ()
    """Pages in a browser that may ask, such as http://localhost:3000; none otherwise."""


@dataclass(frozen=True)
class ServingState:
    """How the server is doing."""

    address: str = ""
    """Where clients find it, such as http://127.0.0.1:8321/v1; "" while it is off."""
    port: int = 0
    running: int = 0
    """Requests that the model works on."""
    waiting: int = 0
    served: int = 0
    """Requests that were answered since it was switched on."""


def new_key() -> str:
    """A key that nobody can guess: 256 random bits. `core.logs` knows its beginning as a secret."""
    return "sk-" + secrets.token_urlsafe(32)
