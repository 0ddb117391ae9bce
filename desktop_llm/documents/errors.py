"""What can go wrong between a dropped file and its text, told in three sentences each."""

from __future__ import annotations

from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP

_UNTOUCHED = QT_TRANSLATE_NOOP("core", "The file was not changed.")


class FileMissing(ExpectedError):
    """There is no such file, or no longer."""

    happened = QT_TRANSLATE_NOOP("core", "There is no file {path}.")
    todo = QT_TRANSLATE_NOOP("core", "Check whether it was moved or renamed, and choose it again.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class FileForbidden(ExpectedError):
    """The system does not let this user read the file."""

    happened = QT_TRANSLATE_NOOP("core", "You are not permitted to read {path}.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Change its permissions, or choose a copy that you may read.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class NotAFile(ExpectedError):
    """A pipe, a socket, a device, or a folder where a file is needed."""

    happened = QT_TRANSLATE_NOOP("core", "{path} is not an ordinary file.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was read from it.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a file with text in it.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class FileEmpty(ExpectedError):
    """The file has no bytes."""

    happened = QT_TRANSLATE_NOOP("core", "{path} is empty.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Check whether it was saved or copied whole.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class FileTooLarge(ExpectedError):
    """The file is larger than what is read at all. Sizes in megabytes."""

    happened = QT_TRANSLATE_NOOP("core", "{path} has {size} MB; at most {limit} MB are read.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Divide it into smaller files, or take a part of it.")

    def __init__(self, path: Path | str, size: int, limit: int) -> None:
        super().__init__(path=str(path), size=size, limit=limit)


class FileUnreadable(ExpectedError):
    """The system failed to read the file; `detail` is its reason."""

    happened = QT_TRANSLATE_NOOP("core", "{path} cannot be read: {detail}.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Copy it to another place on this computer and try again.")

    def __init__(self, path: Path | str, detail: str) -> None:
        super().__init__(path=str(path), detail=detail)


class NotText(ExpectedError):
    """The bytes are no text. `kind` names what they are, as far as known (“PDF”)."""

    happened = QT_TRANSLATE_NOOP("core", "{path} does not hold text ({kind}).")
    safe = QT_TRANSLATE_NOOP("core", "Nothing in it was opened or run.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Save its contents as text, for example as CSV or JSON Lines, and choose that file."
    )

    def __init__(self, path: Path | str, kind: str) -> None:
        super().__init__(path=str(path), kind=kind)
