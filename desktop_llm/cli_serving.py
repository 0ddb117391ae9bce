"""The command `serve`: a model for other programs, until Ctrl+C."""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desktop_llm.cli_chat import Talk, stopped_by
from desktop_llm.cli_output import Session, tell
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import write_atomically
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.secrets import Secrets
from desktop_llm.core.serving import SERVER_KEY, ServeOptions, ServingState, new_key
from desktop_llm.server.errors import KeyUnusable

MOST_CRASHES = 3
SHORTEST_KEY = 16
LOOK_S = 0.2
"""How often Ctrl+C is looked for while nothing happens."""

Event = ServingState | ExpectedError


def serve(
    session: Session,
    source: ModelSource,
    port: int,
    origins: tuple[str, ...],
    key_file: Path | None,
    print_key: bool,
    loading: Mapping[str, Any],
) -> None:
    """Load the model and serve it until a signal. Raises ExpectedError."""
    key, is_new = read_key(key_file) if key_file else kept_key(Secrets())
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    stop = threading.Event()
    with (
        stopped_by(stop, signal.SIGINT, signal.SIGTERM),
        Talk(session, source, loading=loading) as talk,
    ):
        engine = talk.engine
        engine.on_serving = lambda state, error: events.put(error or state)
        engine.on_lost = events.put
        engine.serve(ServeOptions(key, port, origins))
        crashes, told = 0, False
        while not stop.is_set():
            try:
                event = events.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            if isinstance(event, ServingState):
                if not told:
                    _answer(session, talk, event, key if print_key or is_new else "")
                told = True
                continue
            crashes += 1
            if not told or crashes > MOST_CRASHES:
                raise event
            tell(event)
            talk.load()  # the new process serves as the one before it did


def _answer(session: Session, talk: Talk, state: ServingState, key: str) -> None:
    """Say where it is; the key only if nobody has it yet, or it was asked for."""
    assert talk.model is not None
    name = talk.model.source.title or talk.model.source.name
    data: dict[str, Any] = {"address": state.address, "port": state.port, "model": name}
    words = f"{name} is served at {state.address}"
    if key:
        data["key"] = key
        words += f"\nKey: {key}"
    session.answer(data, words + "\nCtrl+C ends it.")


def kept_key(secrets: Secrets) -> tuple[str, bool]:
    """The key in the keyring, or a new one; and whether it is new."""
    if key := secrets.get(SERVER_KEY):
        return key, False
    key = new_key()
    secrets.set(SERVER_KEY, key)
    return key, True


def read_key(file: Path) -> tuple[str, bool]:
    """The first line of `file`; a new key is written into one that is not there yet.

    Raises KeyUnusable.
    """
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        key = new_key()
        try:
            write_atomically(file.absolute(), key + "\n")
        except OSError as error:
            raise KeyUnusable(str(file), error.strerror or "") from error
        return key, False
    except (OSError, UnicodeError) as error:
        raise KeyUnusable(str(file), type(error).__name__) from error
    key = lines[0].strip() if lines else ""
    if len(key) < SHORTEST_KEY or not key.isprintable() or " " in key:
        raise KeyUnusable(str(file), "it is no key")
    return key, False
