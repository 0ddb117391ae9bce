"""Expected errors: what happened, what is safe, what to do next.

Every error a person can meet without a bug of ours is a subclass of `ExpectedError` with three
translatable sentences. The facts (a path, bytes needed and free) are keyword arguments, so that an
error crosses a process boundary as its name and its facts (`to_wire`, `from_wire`). Anything else
that is raised is a bug and goes to the crash net. Errors are told apart by type, never by text.
"""

from __future__ import annotations

from typing import Any, ClassVar

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact, Text

_REGISTRY: dict[str, type[ExpectedError]] = {}


class ExpectedError(Exception):
    """Base of all errors that are told, not reported. Subclasses set the three sentences."""

    happened: ClassVar[str] = ""
    safe: ClassVar[str] = QT_TRANSLATE_NOOP("core", "Nothing was lost.")
    todo: ClassVar[str] = ""

    def __init__(self, **facts: Fact) -> None:
        super().__init__()
        self.facts = facts

    def __init_subclass__(cls) -> None:
        _REGISTRY[cls.__name__] = cls

    def __str__(self) -> str:
        return " ".join(str(text) for text in self.sentences())

    def __reduce__(self) -> tuple[Any, ...]:
        return from_wire, (to_wire(self),)

    def sentences(self) -> list[Text]:
        """The sentences in the order in which a person should read them."""
        return [Text(t, self.facts) for t in (self.happened, self.safe, self.todo) if t]


class UnknownError(ExpectedError):
    """An error of a reply that another version of the app saved; this one does not know it."""

    happened = QT_TRANSLATE_NOOP("core", "This reply ended with an error ({kind}).")
    todo = QT_TRANSLATE_NOOP("core", "Try again.")

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind)


def to_wire(error: ExpectedError) -> dict[str, Any]:
    """`error` as plain data for another process."""
    return {"type": type(error).__name__, "facts": error.facts}


def from_wire(data: dict[str, Any]) -> ExpectedError:
    """The error that `to_wire` wrote."""
    return _REGISTRY[data["type"]](**data["facts"])
