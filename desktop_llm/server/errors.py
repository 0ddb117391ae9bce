"""What can go wrong with the server itself; free of its libraries, for the window."""

from __future__ import annotations

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP


class PortTaken(ExpectedError):
    """Another program listens on the port."""

    happened = QT_TRANSLATE_NOOP("core", "Another program uses port {port} of this computer.")
    safe = QT_TRANSLATE_NOOP("core", "The server is off, and everything else works.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Choose another port, or 0 for any that is free, and switch the server on again."
    )

    def __init__(self, port: int) -> None:
        super().__init__(port=port)


class PortForbidden(ExpectedError):
    """The system does not let this account use the port."""

    happened = QT_TRANSLATE_NOOP("core", "The system does not allow programs to use port {port}.")
    safe = QT_TRANSLATE_NOOP("core", "The server is off, and everything else works.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a port of 1024 or above.")

    def __init__(self, port: int) -> None:
        super().__init__(port=port)


class ServingFailed(ExpectedError):
    """The server could not start for a reason of the system's."""

    happened = QT_TRANSLATE_NOOP("core", "The server could not start: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "The server is off, and everything else works.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another port, or restart the app, and try again.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class KeyUnusable(ExpectedError):
    """The file of the key cannot be used."""

    happened = QT_TRANSLATE_NOOP("core", "The key in {path} cannot be used: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "The server was not started, and the file is unchanged.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Put 16 or more letters and digits on its first line, or name a new file."
    )

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(path=path, detail=detail)
