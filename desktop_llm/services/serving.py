"""The server seen from the GUI thread: switched on and off, how it does, and its key."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.secrets import Place, Secrets
from desktop_llm.core.serving import SERVER_KEY, ServeOptions, ServingState, new_key
from desktop_llm.core.settings import Settings
from desktop_llm.engine.errors import EngineCrashed, EngineHung
from desktop_llm.server import errors  # noqa: F401 - what the engine process may tell
from desktop_llm.services.inference import EngineState, InferenceService
from desktop_llm.services.tasks import TaskService

ServerPhase = Literal["off", "starting", "on", "failed"]

OFF = ServingState()
MOST_CRASHES, CRASHES_S = 3, 300.0
"""After so many ends of the engine process within so many seconds it is left alone."""


@dataclass(frozen=True)
class ServerStatus:
    """Where the server is. `failed` carries the error."""

    phase: ServerPhase = "off"
    state: ServingState = OFF
    key: str = field(default="", repr=False)
    kept_in: Place = "keyring"
    """Where the key is: without a keyring there will be another one the next time."""
    error: ExpectedError | None = None


class ServingEngine(Protocol):
    """An engine whose process can serve; see `ProcessEngine`. Its calls return at once."""

    on_serving: Callable[[ServingState, ExpectedError | None], None] | None

    def serve(self, options: ServeOptions) -> None: ...

    def stop_serving(self) -> None: ...


class ServingService(QObject):
    """Off until it is switched on; then on in every engine process, until it is switched off."""

    changed = Signal(object)
    """ServerStatus."""
    _said = Signal(object, object)

    def __init__(
        self,
        engine: ServingEngine,
        inference: InferenceService,
        settings: Callable[[], Settings],
        secrets: Secrets,
        parent: QObject | None = None,
    ) -> None:
        """`settings` gives the settings as they are now."""
        super().__init__(parent)
        self._engine = engine
        self._inference = inference
        self._settings = settings
        self._secrets = secrets
        self._status = ServerStatus()
        self._crashes: list[float] = []
        self._tasks = TaskService("ServingThread", self)
        engine.on_serving = self._said.emit
        self._said.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        inference.state_changed.connect(self._watch)

    @property
    def status(self) -> ServerStatus:
        """What `changed` said last."""
        return self._status

    @property
    def wanted(self) -> bool:
        """Whether it is on, or about to be."""
        return self._status.phase in ("starting", "on")

    @property
    def busy(self) -> bool:
        """Whether somebody waits for an answer."""
        return bool(self._status.state.running or self._status.state.waiting)

    @Slot(bool)
    def switch(self, on: bool) -> None:
        """Switch the server on or off; `changed` tells when it is."""
        if on == self.wanted:
            return
        if on:
            self._crashes = []
            self._set(replace(self._status, phase="starting", error=None))
            self._tasks.run(partial(_kept_key, self._secrets), self._begin)
        else:
            self._set(replace(self._status, phase="off", state=OFF, error=None))
            self._engine.stop_serving()

    def apply(self) -> None:
        """Serve as the settings are now, if it is on."""
        if self.wanted and self._status.key:
            self._set(replace(self._status, phase="starting"))
            self._serve()

    def renew_key(self) -> None:
        """Make a new key; the old one is refused from then on."""
        key = new_key()
        self._tasks.run(lambda: (key, self._secrets.set(SERVER_KEY, key)), self._begin)

    def shut_down(self) -> None:
        """End the thread, after the engine process, which ends the server with it."""
        self._tasks.shut_down()

    def _begin(self, kept: tuple[str, Place]) -> None:
        key, place = kept
        self._set(replace(self._status, key=key, kept_in=place))
        if self.wanted:
            self._serve()

    def _serve(self) -> None:
        chosen = self._settings()
        origins = tuple(chosen.server_origins.split())
        self._engine.serve(ServeOptions(self._status.key, chosen.server_port, origins))

    @Slot(object, object)
    def _hear(self, state: ServingState, error: ExpectedError | None) -> None:
        if not self.wanted:
            return  # said before it was switched off
        if error is not None:
            self._engine.stop_serving()
            self._set(replace(self._status, phase="failed", state=state, error=error))
        elif state.address:
            self._set(replace(self._status, phase="on", state=state, error=None))
            if state.waiting:
                self._inference.wake()

    @Slot(object)
    def _watch(self, engine: EngineState) -> None:
        """A process that ended is started again, with the model that it had: others rely on it."""
        if not self.wanted or not isinstance(engine.error, EngineCrashed | EngineHung):
            return
        now = time.monotonic()
        self._crashes = [then for then in self._crashes if now - then < CRASHES_S] + [now]
        if len(self._crashes) > MOST_CRASHES:
            self._engine.stop_serving()
            self._set(replace(self._status, phase="failed", error=engine.error))
            return
        self._set(replace(self._status, phase="starting", state=OFF))
        if self._inference.chosen is not None:
            self._inference.load(self._inference.chosen)
        else:
            self._inference.start()

    def _set(self, status: ServerStatus) -> None:
        if status != self._status:
            self._status = status
            self.changed.emit(status)


def _kept_key(secrets: Secrets) -> tuple[str, Place]:
    """The key of the last time, or a new one. May wait for the keyring."""
    if key := secrets.get(SERVER_KEY):
        return key, "keyring"
    key = new_key()
    return key, secrets.set(SERVER_KEY, key)
