"""Servers of other people's making: their addresses, and their models as models of ours."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource, RemoteModel
from desktop_llm.core.text import QT_TRANSLATE_NOOP

PREFIX = "remote:"
"""Begins the names of remote models: remote:SERVER/MODEL."""

ENDS = ("/chat/completions", "/completions", "/models", "/embeddings")
"""What people copy along with an address."""


class BadAddress(ExpectedError):
    """What was typed is no address of a server."""

    happened = QT_TRANSLATE_NOOP("core", "“{address}” is not the address of a server.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was sent.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Write it like http://127.0.0.1:8000/v1, without a name or a password in it."
    )

    def __init__(self, address: str) -> None:
        super().__init__(address=address)


class RemoteServer(BaseModel):
    """A server as the settings keep it. Its key, if it has one, is in the keyring."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Part of the names of its models."""
    title: str
    address: str
    models: tuple[str, ...] = ()
    """Those that are offered here, as the server calls them."""
    has_key: bool = False
    """Without one the keyring is not asked at all."""

    @property
    def secret(self) -> str:
        """Under which its key is kept; "" without one."""
        return secret_name(self.address) if self.has_key else ""


@dataclass(frozen=True)
class ListedModel:
    """A model in a server's own list, with what the server tells of it; 0 and "" if it does not."""

    id: str
    owned_by: str = ""
    context_length: int = 0
    parameters: int = 0
    embeds: bool = False
    json_schema: bool | None = None
    """None: the server does not say."""


def secret_name(address: str) -> str:
    """Under which the keyring has the key for `address`: it is of no use for any other."""
    parts = urlsplit(address)
    return f"server-key:{parts.scheme}://{parts.netloc}"


def tidy_address(typed: str) -> str:
    """The address that was meant: with a scheme, and ending in /v1 unless another path was given.

    Without a scheme it is https, but http on this computer. Raises BadAddress.
    """
    address = typed.strip()
    if "://" not in address:
        address = f"https://{address}"
        if is_here(address):
            address = address.replace("https", "http", 1)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise BadAddress(_shown(typed)) from error
    host = parts.hostname or ""
    odd = parts.username is not None or parts.query or parts.fragment or port == 0
    if parts.scheme not in ("http", "https") or not _is_host(host) or odd:
        raise BadAddress(_shown(typed))
    path = parts.path.rstrip("/")
    for end in ENDS:
        path = path.removesuffix(end)
    if not re.fullmatch(r"[\w./~%+@-]*", path, re.ASCII):
        raise BadAddress(_shown(typed))
    return f"{parts.scheme}://{parts.netloc.lower()}{path or '/v1'}"


def is_here(address: str) -> bool:
    """Whether `address` is on this computer."""
    host = host_of(address)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_readable_on_the_way(address: str) -> bool:
    """Whether text that is sent there could be read by others: another computer, not encrypted."""
    return address.startswith("http://") and not is_here(address)


def host_of(address: str) -> str:
    """The computer's name in `address`; "" if there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def new_server_id(title: str, taken: Collection[str]) -> str:
    """A short name made of `title` that no other server has."""
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "server"
    number, name = 1, stem
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def source_of(server: RemoteServer, model: str) -> ModelSource:
    """A model of a server as the rest of the app knows models."""
    return ModelSource(
        name=f"{PREFIX}{server.id}/{model}",
        path=Path(),
        title=f"{model} — {server.title}",
        remote=RemoteModel(server.id, server.address, model),
    )


def remote_models(servers: Collection[RemoteServer]) -> list[ModelSource]:
    """All that the servers offer, in the order of the settings."""
    return [source_of(server, model) for server in servers for model in server.models]


def find_remote(name: str, servers: Collection[RemoteServer]) -> ModelSource | None:
    """The model remote:SERVER/MODEL, where SERVER is the id or the title; offered here or not."""
    where, _, model = name.removeprefix(PREFIX).partition("/")
    if not name.startswith(PREFIX) or not model:
        return None
    known = (server for server in servers if where in (server.id, server.title))
    server = next(known, None)
    return source_of(server, model) if server else None


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?", host) is not None
    return True


def _shown(typed: str) -> str:
    """What was typed, without a password that may be in it."""
    return re.sub(r"//[^/@]*@", "//…@", typed.strip())[:200]
