"""What can go wrong between a model's name and its files, told in three sentences each."""

from __future__ import annotations

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP


class ModelNotFound(ExpectedError):
    """No model on this machine goes by that name."""

    happened = QT_TRANSLATE_NOOP("core", "No model on this computer is called “{name}”.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Give the name of an installed model, a folder, a .gguf file, or “starter”."
    )

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class StarterMissing(ExpectedError):
    """The starter model was asked for before it was fetched."""

    happened = QT_TRANSLATE_NOOP("core", "The starter model is not on this computer yet.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Fetch it on the welcome page, or with “desktop-llm models download starter”."
    )


class StarterUnavailable(ExpectedError):
    """The starter model's source answered, but did not give it; `detail` is what it said."""

    happened = QT_TRANSLATE_NOOP("core", "The starter model could not be fetched: {detail}")
    safe = QT_TRANSLATE_NOOP("core", "Nothing half-done was left behind.")
    todo = QT_TRANSLATE_NOOP("core", "Try again later, or choose a model that you have already.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class StarterDamaged(ExpectedError):
    """What arrived is not the file that was expected."""

    happened = QT_TRANSLATE_NOOP("core", "The starter model arrived damaged.")
    safe = QT_TRANSLATE_NOOP("core", "The damaged file was thrown away.")
    todo = QT_TRANSLATE_NOOP("core", "Fetch it again.")


class NoNetwork(ExpectedError):
    """The source of the starter model cannot be reached from here."""

    happened = QT_TRANSLATE_NOOP("core", "{host} cannot be reached.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing half-done was left behind.")
    todo = QT_TRANSLATE_NOOP("core", "Connect this computer to the internet and try again.")

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


class NoRoomForModel(ExpectedError):
    """The disk is too full; found out before anything was fetched. Sizes in megabytes."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The model needs {needed} MB on the disk, and {free} MB are free in {folder}."
    )
    todo = QT_TRANSLATE_NOOP("core", "Free some space and try again.")

    def __init__(self, needed: int, free: int, folder: str) -> None:
        super().__init__(needed=needed, free=free, folder=folder)


class ModelsFolderUnusable(ExpectedError):
    """The folder for models cannot be written to; `detail` is the system's reason."""

    happened = QT_TRANSLATE_NOOP("core", "The folder {folder} cannot be used: {detail}.")
    todo = QT_TRANSLATE_NOOP("core", "Make the folder writable, or choose another data folder.")

    def __init__(self, folder: str, detail: str) -> None:
        super().__init__(folder=folder, detail=detail)


class LibraryUnusable(ExpectedError):
    """What the app knows of its models cannot be written; `detail` is the system's reason."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The list of models in {folder} cannot be written: {detail}."
    )
    safe = QT_TRANSLATE_NOOP("core", "The models themselves were not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Make the folder writable, or choose another data folder.")

    def __init__(self, folder: str, detail: str) -> None:
        super().__init__(folder=folder, detail=detail)


class RemovalFailed(ExpectedError):
    """A model could not be deleted, or moved to the trash; `detail` is the system's reason."""

    happened = QT_TRANSLATE_NOOP("core", "The model “{name}” could not be removed: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "Your other models were not touched.")
    todo = QT_TRANSLATE_NOOP("core", "Close the programs that use it, and try again.")

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(name=name, detail=detail)


class NothingToImport(ExpectedError):
    """What was given is neither a folder nor a .gguf file."""

    happened = QT_TRANSLATE_NOOP("core", "{path} is neither a folder nor a .gguf file.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was copied or changed.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Choose a folder with config.json and safetensors files, or a .gguf file."
    )

    def __init__(self, path: str) -> None:
        super().__init__(path=path)


class SeveralToImport(ExpectedError):
    """A folder with more than one .gguf file."""

    happened = QT_TRANSLATE_NOOP("core", "{path} holds several models.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was copied or changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose one of its .gguf files.")

    def __init__(self, path: str) -> None:
        super().__init__(path=path)


class FileUnreadable(ExpectedError):
    """A file of a model could not be read to be checked; `detail` is the system's reason."""

    happened = QT_TRANSLATE_NOOP("core", "{path} could not be read: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "No file was changed or moved.")
    todo = QT_TRANSLATE_NOOP(
        "core", "See that the disk is connected and that you may read the file, and try again."
    )

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(path=path, detail=detail)


class ImportFailed(ExpectedError):
    """A model could not be copied; `detail` is the system's reason."""

    happened = QT_TRANSLATE_NOOP("core", "{path} could not be copied: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "The original was not changed, and no half copy was kept.")
    todo = QT_TRANSLATE_NOOP("core", "Check the disk, or take the model in without copying it.")

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(path=path, detail=detail)
