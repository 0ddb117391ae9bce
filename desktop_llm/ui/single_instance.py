"""One window per data folder: a second start raises the first and hands over its arguments.

The lock file decides who is first; a local socket that only this user can reach carries the
arguments. Both are in the data folder, so that two data folders never meet.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Qt, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import make_private_folder
from desktop_llm.core.text import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_llm.core.paths import Paths

log = logging.getLogger(__name__)

CALL_MS = 500
PATIENCE_S = 5.0
"""How long the first window may be busy starting before it counts as deaf."""
MAX_MESSAGE = 1 << 20
_MAX_SOCKET_PATH = 100
_TAKEN = b"taken\n"


class WindowNotAnswering(ExpectedError):
    """The window of this data folder holds the lock and does not answer."""

    happened = QT_TRANSLATE_NOOP("core", "Desktop LLM is already running, but does not answer.")
    safe = QT_TRANSLATE_NOOP("core", "Your conversations are saved.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Wait a moment and try again, or end the running Desktop LLM and start it anew."
    )


class SingleInstance(QObject):
    """Held by the one window of a data folder for as long as it lives."""

    activated = Signal(list)
    """list[str]: the arguments of a second start; the window should come to the front."""

    def __init__(
        self, paths: Paths, arguments: Sequence[str] = (), parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._arguments = list(arguments)
        self._name = server_name(paths.data)
        self._lock: QLockFile | None = None
        self._server: QLocalServer | None = None

    def acquire(self) -> bool:
        """True: this is the first. False: the first was told and took the arguments.

        Raises WindowNotAnswering if the first holds the lock but is deaf. A data folder that
        cannot be written counts as ours: there is nobody to hand over to, and the storage tells.
        """
        lock = self._open_lock()
        if lock is None:
            return True
        deadline = time.monotonic() + PATIENCE_S
        while not lock.tryLock(0):
            if lock.error() != QLockFile.LockError.LockFailedError:
                log.warning("no lock in the data folder: %s", lock.error().name)
                return True
            if hand_over(self._paths, self._arguments):
                return False
            # Nobody answers: the process is gone and its number may belong to another program
            # now. A living owner also holds the system's lock on the file; this fails then.
            lock.removeStaleLockFile()
            if time.monotonic() > deadline:
                raise WindowNotAnswering
        self._lock = lock
        self._listen()
        return True

    def release(self) -> None:
        """Let the next start be the first."""
        if self._server:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        if self._lock:
            self._lock.unlock()
            self._lock = None

    def _open_lock(self) -> QLockFile | None:
        try:
            make_private_folder(self._paths.data)
        except OSError as error:
            log.warning("no lock in the data folder: errno %s", error.errno)
            return None
        lock = QLockFile(str(self._paths.lock))
        lock.setStaleLockTime(0)  # a window may be open for weeks
        return lock

    def _listen(self) -> None:
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(self._name)  # what a killed window left behind
        if not server.listen(self._name):
            log.warning("a second start cannot reach this window: %s", server.errorString())
        self._server = server

    @Slot()
    def _on_connection(self) -> None:
        while self._server and (socket := self._server.nextPendingConnection()):
            socket.setParent(self)
            socket.readyRead.connect(self._on_ready)
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    @Slot()
    def _on_ready(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > MAX_MESSAGE:
                socket.abort()
            return
        try:
            message = json.loads(bytes(socket.readLine(MAX_MESSAGE).data()))
            arguments = [str(argument) for argument in message["arguments"]]
            token = str(message["activation"])
        except (ValueError, KeyError, TypeError):
            log.warning("a second start said something unreadable")
            socket.abort()
            return
        if token:  # Wayland lets a window come to the front only with this; Qt takes it from here
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        socket.write(_TAKEN)
        socket.flush()
        self.activated.emit(arguments)


def hand_over(paths: Paths, arguments: Sequence[str]) -> bool:
    """Give `arguments` to the window of this data folder; False if none answers.

    Needs no application, so that a second start can try it before it imports the window.
    """
    name = server_name(paths.data)
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(CALL_MS) or not _is_ours(name):
        return False
    _allow_foreground()
    token = os.environ.get("XDG_ACTIVATION_TOKEN", "")
    message = {"arguments": list(arguments), "activation": token}
    socket.write(json.dumps(message).encode() + b"\n")
    while not socket.canReadLine():
        if not socket.waitForReadyRead(CALL_MS):
            return False
    return bytes(socket.readLine().data()) == _TAKEN


def server_name(data: Path) -> str:
    """Where the window of the data folder `data` listens.

    A socket in the folder itself where its path is short enough for the system, else a name made
    of the path; Windows knows names only.
    """
    path = data.absolute() / "window.socket"
    if os.name != "nt" and len(os.fsencode(path)) <= _MAX_SOCKET_PATH:
        return str(path)
    name = "desktop-llm-" + hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return name if os.name == "nt" else f"/tmp/{name}"


def bring_to_front(window: QWidget) -> None:
    """Show, unminimise, raise and activate `window`."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


def _is_ours(name: str) -> bool:
    """Whether the socket belongs to this user; in a shared folder anybody can make one."""
    if sys.platform == "win32":
        return True
    return Path(name).stat().st_uid == os.getuid()


def _allow_foreground() -> None:
    """Windows: the process that was just started passes on its right to come to the front."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
