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


class NotConversations(ExpectedError):
    """A file to be imported holds no conversations in a form that is known."""

    happened = QT_TRANSLATE_NOOP("core", "There are no conversations in {path} that can be read.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Choose a JSON file that this app, ChatGPT or Open WebUI has exported, or dialogues in the "
        "form of ShareGPT.",
    )

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class NotADocument(ExpectedError):
    """Chosen to be talked about, but there is no text in it. `kind` as in `NotText`."""

    happened = QT_TRANSLATE_NOOP("core", "{path} does not hold text that can be read ({kind}).")
    safe = QT_TRANSLATE_NOOP("core", "Nothing in it was opened or run.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Choose a text, Markdown, PDF, Word (.docx), Excel (.xlsx), HTML, CSV or code file."
    )

    def __init__(self, path: Path | str, kind: str) -> None:
        super().__init__(path=str(path), kind=kind)


class DocumentTooLong(ExpectedError):
    """More text comes out of it than is taken. `limit` in megabytes."""

    happened = QT_TRANSLATE_NOOP("core", "{path} holds more than {limit} MB of text.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Choose the part of it that you need.")

    def __init__(self, path: Path | str, limit: int) -> None:
        super().__init__(path=str(path), limit=limit)


class DocumentTooSlow(ExpectedError):
    """Reading took longer than people wait; made so on purpose, or damaged."""

    happened = QT_TRANSLATE_NOOP("core", "Reading {path} took more than {seconds} seconds.")
    safe = QT_TRANSLATE_NOOP("core", "It was given up, and the file was not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a part of it, or save it as plain text.")

    def __init__(self, path: Path | str, seconds: int) -> None:
        super().__init__(path=str(path), seconds=seconds)


class DocumentDamaged(ExpectedError):
    """The file is not what its format demands. `kind` names the format; `detail` for the log."""

    happened = QT_TRANSLATE_NOOP("core", "{path} is damaged: it cannot be read as {kind}.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP(
        "core", "Open it in the program that made it, save it again, and choose the new file."
    )

    def __init__(self, path: Path | str, kind: str, detail: str = "") -> None:
        super().__init__(path=str(path), kind=kind, detail=detail)


class DocumentLocked(ExpectedError):
    """The file is encrypted."""

    happened = QT_TRANSLATE_NOOP("core", "{path} is protected by a password.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Save a copy without a password and choose that.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class OldOffice(ExpectedError):
    """A Word or Excel file of the format before 2007, or one with a password: both look alike."""

    happened = QT_TRANSLATE_NOOP(
        "core", "{path} is in the old format of Word or Excel, or protected by a password."
    )
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Save it as .docx or .xlsx without a password.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class OnlyPictures(ExpectedError):
    """A PDF without any text: pages that were scanned."""

    happened = QT_TRANSLATE_NOOP(
        "core", "{path} has {pages} pages, but no text: they are pictures, probably scanned."
    )
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP(
        "core", "Run it through a program that recognises text (OCR), and choose what that saves."
    )

    def __init__(self, path: Path | str, pages: int) -> None:
        super().__init__(path=str(path), pages=pages)


class NoText(ExpectedError):
    """A document, or a folder, in which there is nothing to read."""

    happened = QT_TRANSLATE_NOOP("core", "There is no text in {path}.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Choose a file with text in it.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class UnpackedTooLarge(ExpectedError):
    """An archive that would take far more room than its size says. `limit` in megabytes."""

    happened = QT_TRANSLATE_NOOP("core", "{path} would unpack to more than {limit} MB.")
    safe = QT_TRANSLATE_NOOP("core", "It was not unpacked.")
    todo = QT_TRANSLATE_NOOP(
        "core", "If you trust it, open it in the program that made it and save its text."
    )

    def __init__(self, path: Path | str, limit: int) -> None:
        super().__init__(path=str(path), limit=limit)


class ExportFailed(ExpectedError):
    """The system did not let a file be written; `detail` is its reason."""

    happened = QT_TRANSLATE_NOOP("core", "{path} could not be written: {detail}.")
    safe = QT_TRANSLATE_NOOP(
        "core", "Your conversations are unchanged, and nothing half-written was left behind."
    )
    todo = QT_TRANSLATE_NOOP("core", "Free some space on the disk, or choose another folder.")

    def __init__(self, path: Path | str, detail: str) -> None:
        super().__init__(path=str(path), detail=detail)


class NothingToLearn(ExpectedError):
    """Training data were wanted of conversations in which there is no answer to learn from."""

    happened = QT_TRANSLATE_NOOP("core", "There is no answer in it that a model could learn from.")
    safe = QT_TRANSLATE_NOOP("core", "No file was written.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Answers that you voted down count only with a better answer. Or choose others."
    )
