"""What can go wrong with a server that somebody else runs. Free of openai and httpx.

The facts never hold a key: addresses have none, and a server's own words are searched for it.
"""

from __future__ import annotations

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP

KEPT = QT_TRANSLATE_NOOP("core", "Your message and the text written so far are kept.")


class ServerUnreachable(ExpectedError):
    """No connection came about; nothing was sent."""

    happened = QT_TRANSLATE_NOOP("core", "There is no connection to the server at {address}.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was sent, and your message is kept.")
    todo = QT_TRANSLATE_NOOP(
        "core", "See whether the server runs, and whether its address is right."
    )

    def __init__(self, address: str) -> None:
        super().__init__(address=address)


class ServerNotTrusted(ExpectedError):
    """An encrypted connection could not be made, or not to the computer that was meant."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The server at {address} could not prove that it is the one that was meant."
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was sent, and your message is kept.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Ask who runs it for a valid certificate; without encryption it is http://."
    )

    def __init__(self, address: str) -> None:
        super().__init__(address=address)


class ServerRefusedKey(ExpectedError):
    """The server wants a key, or another one."""

    happened = QT_TRANSLATE_NOOP("core", "The server at {address} does not accept the key.")
    safe = KEPT
    todo = QT_TRANSLATE_NOOP("core", "Enter the right key where the servers are listed.")

    def __init__(self, address: str) -> None:
        super().__init__(address=address)


class ServerTooSlow(ExpectedError):
    """The server said nothing for too long."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The server at {address} has said nothing for {seconds} seconds."
    )
    safe = KEPT
    todo = QT_TRANSLATE_NOOP("core", "Try again later: it may have too much to do.")

    def __init__(self, address: str, seconds: float) -> None:
        super().__init__(address=address, seconds=seconds)


class NotThatProtocol(ExpectedError):
    """Something answers, but not as the OpenAI protocol says; `detail` is what is odd."""

    happened = QT_TRANSLATE_NOOP(
        "core", "What answers at {address} does not speak the OpenAI protocol ({detail})."
    )
    safe = KEPT
    todo = QT_TRANSLATE_NOOP("core", "Look at the address: most servers want /v1 at its end.")

    def __init__(self, address: str, detail: str) -> None:
        super().__init__(address=address, detail=detail)


class ServerClosed(ExpectedError):
    """The connection ended before the answer did."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The server at {address} closed the connection before it was done."
    )
    safe = KEPT
    todo = QT_TRANSLATE_NOOP("core", "Try again.")

    def __init__(self, address: str) -> None:
        super().__init__(address=address)


class ServerRefused(ExpectedError):
    """The server understood and would not, or could not; `message` is its own."""

    happened = QT_TRANSLATE_NOOP("core", "The server at {address} refused ({status}): {message}")
    safe = KEPT
    todo = QT_TRANSLATE_NOOP("core", "Change what it complains about, or ask who runs the server.")

    def __init__(self, address: str, status: int, message: str) -> None:
        super().__init__(address=address, status=status, message=message)


class ModelNotServed(ExpectedError):
    """The server does not have the model (any more)."""

    happened = QT_TRANSLATE_NOOP("core", "The server at {address} has no model “{model}”.")
    safe = QT_TRANSLATE_NOOP("core", "Your conversations are kept.")
    todo = QT_TRANSLATE_NOOP("core", "Ask the server for its models again, and choose among them.")

    def __init__(self, address: str, model: str) -> None:
        super().__init__(address=address, model=model)


class KeyUnusable(ExpectedError):
    """What was given as a key cannot be one."""

    happened = QT_TRANSLATE_NOOP("core", "The key has characters that no key can have.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was sent.")
    todo = QT_TRANSLATE_NOOP("core", "Copy it again: letters, digits and signs, without spaces.")


class NotForServers(ExpectedError):
    """Something that needs the model itself was asked of one that is elsewhere."""

    happened = QT_TRANSLATE_NOOP("core", "A server does not tell this about its models.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Use a model on this computer for it.")


class CannotGoOn(ExpectedError):
    """An answer was to be continued by a server that only begins new ones."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The server at {address} is not known to go on inside an answer."
    )
    safe = QT_TRANSLATE_NOOP("core", "The answer is kept as it is.")
    todo = QT_TRANSLATE_NOOP("core", "Ask for a new answer, or use a model on this computer.")

    def __init__(self, address: str) -> None:
        super().__init__(address=address)
