"""Models of servers in a terminal: `--server`, keys, and what working offline means for them."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from desktop_llm.cli_output import Session
from desktop_llm.core.generation import LoadOptions, ModelSource, RemoteModel
from desktop_llm.core.remote_server import host_of, is_here, secret_name, tidy_address
from desktop_llm.core.secrets import Secrets
from desktop_llm.core.settings import load_settings
from desktop_llm.library.hub_errors import WorkingOffline

KEY_VARIABLE = "DESKTOP_LLM_API_KEY"

Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        help="Address of a server that speaks the OpenAI protocol, such as "
        "http://127.0.0.1:8000/v1; --model is then what it calls its model.",
    ),
]
KeyStdin = Annotated[
    bool,
    typer.Option(
        "--key-stdin",
        help=f"Read the server's key from stdin; {KEY_VARIABLE} may have that of --server, too.",
    ),
]


def key_on_stdin(wanted: bool, prompt: str | None) -> str:
    """The key, if it comes by stdin; the prompt cannot come from there as well."""
    if not wanted:
        return ""
    if prompt in (None, "-"):
        raise typer.BadParameter("Give the PROMPT as an argument.", param_hint="--key-stdin")
    key = sys.stdin.readline().strip()
    if not key:
        raise typer.BadParameter("There is no key on stdin.", param_hint="--key-stdin")
    return key


def served_model(address: str, model: str | None) -> ModelSource:
    """The model `model` of a server that need not be in the settings. Raises ExpectedError."""
    if not model:
        raise typer.BadParameter("Say which of its models, with --model.", param_hint="--server")
    address = tidy_address(address)
    remote = RemoteModel("", address, model)
    return ModelSource(model, Path(), f"{model} — {host_of(address)}", remote=remote)


def with_key(
    session: Session, source: ModelSource, options: LoadOptions, key: str = ""
) -> LoadOptions:
    """`options` with the key for `source`: the one given, or the keyring's.

    Raises WorkingOffline for a model of another computer.
    """
    remote = source.remote
    if remote is None:
        return options
    settings = load_settings(session.paths.settings)
    if (session.offline or settings.offline) and not is_here(remote.address):
        raise WorkingOffline
    if not key and not remote.server:  # only for a server that was named in the same breath
        key = os.environ.get(KEY_VARIABLE, "")
    name = secret_name(remote.address)
    if not key and any(each.secret == name for each in settings.servers):
        key = Secrets().get(name)
    return replace(options, api_key=key)
