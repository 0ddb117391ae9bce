"""What can go wrong with a training run, told in three sentences each. Free of torch."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.memory_fit import gigabytes
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.core.training_fit import NotEnoughMemoryToTrain  # noqa: F401 - known by its name

NO_SPACE = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG})
NO_ACCESS = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR, errno.ENAMETOOLONG}
)
"""Nothing can be written there: it is closed, a file is in the way, or no name for a folder."""


class RunDamaged(ExpectedError):
    """The recipe of a run is missing or cannot be read."""

    happened = QT_TRANSLATE_NOOP("core", "The training run at {path} cannot be read.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing in its folder was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Start a new run with the same data.")

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class RunFolderGone(ExpectedError):
    """Somebody deleted or moved the folder while the run was going on."""

    happened = QT_TRANSLATE_NOOP("core", "The folder of this run is gone: {path}")
    safe = QT_TRANSLATE_NOOP("core", "The training was ended; models and data were not touched.")
    todo = QT_TRANSLATE_NOOP("core", "Put the folder back and resume, or start the run again.")

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class RunFolderTaken(ExpectedError):
    """A new run was to be made in a folder that holds something else."""

    happened = QT_TRANSLATE_NOOP("core", "The folder {path} is not empty.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing in it was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a new folder for the run.")

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class RunUnwritable(ExpectedError):
    """The folder of runs, or of this run, does not let us write."""

    happened = QT_TRANSLATE_NOOP("core", "The training run at {path} cannot be written.")
    safe = QT_TRANSLATE_NOOP("core", "What was saved before is unchanged.")
    todo = QT_TRANSLATE_NOOP("core", "Make the folder writable, then resume the run.")

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class RunDiskFull(ExpectedError):
    """No space is left for the run, its checkpoints or its result."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The training run cannot be saved: the disk of {path} is full ({free} free)."
    )
    safe = QT_TRANSLATE_NOOP("core", "The checkpoints saved before are kept.")
    todo = QT_TRANSLATE_NOOP("core", "Free some space on this disk, then resume the run.")

    def __init__(self, path: str | Path, free: int | str) -> None:
        """`free` is bytes; the words they become are accepted too (`from_wire`)."""
        super().__init__(path=str(path), free=_words(free))


class AlreadyRunning(ExpectedError):
    """Another process is training this run."""

    happened = QT_TRANSLATE_NOOP("core", "This run is being trained already (process {pid}).")
    safe = QT_TRANSLATE_NOOP("core", "It goes on undisturbed.")
    todo = QT_TRANSLATE_NOOP("core", "Wait for it, or stop it first.")

    def __init__(self, pid: int) -> None:
        super().__init__(pid=pid)


class TrainingDiverged(ExpectedError):
    """The loss is no number any more, or many times what it was at the start."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The training went wrong at step {step}: the loss grew out of all bounds ({loss})."
    )
    safe = QT_TRANSLATE_NOOP("core", "The best checkpoint before that is kept.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Run it again with a smaller learning rate: {rate} was too large."
    )

    def __init__(self, step: int, loss: float | str, rate: float | str) -> None:
        """`loss` and `rate` are numbers; the words they become are accepted too (`from_wire`)."""
        loss = loss if isinstance(loss, str) else f"{loss:.3g}"
        rate = rate if isinstance(rate, str) else f"{rate:g}"
        super().__init__(step=step, loss=loss, rate=rate)


class TrainingOutOfMemory(ExpectedError):
    """The memory ran out although a step was cut into the smallest pieces there are."""

    happened = QT_TRANSLATE_NOOP("core", "The memory ran out at step {step}.")
    safe = QT_TRANSLATE_NOOP("core", "The checkpoints saved before are kept.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Close other programs and resume, or train with LoRA and a shorter maximum length."
    )

    def __init__(self, step: int) -> None:
        super().__init__(step=step)


class NothingToTrain(ExpectedError):
    """No row is left that has a token or a label to learn from."""

    happened = QT_TRANSLATE_NOOP("core", "There is nothing to learn in this data: no row is left.")
    safe = QT_TRANSLATE_NOOP("core", "Your files were not changed.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Check the columns of the data, and the maximum length, then start again."
    )


class TrainingFailed(ExpectedError):
    """The trainer process ended in a way that nobody foresaw."""

    happened = QT_TRANSLATE_NOOP("core", "The training ended unexpectedly: {detail}")
    safe = QT_TRANSLATE_NOOP("core", "The checkpoints saved before are kept.")
    todo = QT_TRANSLATE_NOOP("core", "Resume the run. If it happens again, please report it.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class ModelCannotWrite(ExpectedError):
    """An encoder or a classifier was to be taught to write."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The model “{name}” reads texts but cannot write any ({architecture})."
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was trained, and the model was not changed.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Choose a model that writes, such as the starter model, or the task that sorts texts.",
    )

    def __init__(self, name: str, architecture: str) -> None:
        super().__init__(name=name, architecture=architecture)


class ModelCompressed(ExpectedError):
    """The weights are quantised: made for running, not for training."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The model “{name}” is compressed ({method}) and cannot be trained."
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was trained, and the model was not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose the same model in its original form.")

    def __init__(self, name: str, method: str) -> None:
        super().__init__(name=name, method=method)


class ModelHasAdapter(ExpectedError):
    """The result of a run was to be trained on, while its adapter lies over another model."""

    happened = QT_TRANSLATE_NOOP(
        "core", "“{name}” is an adapter on another model and cannot be the base of a new run."
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was trained, and the adapter was not changed.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Choose the model below it, and train with the data of both runs."
    )

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class NothingToJudge(ExpectedError):
    """No row is left by which a model could be scored."""

    happened = QT_TRANSLATE_NOOP("core", "There is no row in this data to judge the model by.")
    safe = QT_TRANSLATE_NOOP("core", "The model and your files were not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Check the columns of the data, and the maximum length.")


class LabelsUnknown(ExpectedError):
    """The data has labels that the classifier never learned."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The classifier knows the labels {known}, and the data has others: {unknown}."
    )
    safe = QT_TRANSLATE_NOOP("core", "The model and your files were not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose data with the same labels, or train with this data.")

    def __init__(self, known: str, unknown: str) -> None:
        super().__init__(known=known, unknown=unknown)


class NotAClassifier(ExpectedError):
    """A model that writes, or an encoder without a head, was asked for labels."""

    happened = QT_TRANSLATE_NOOP("core", "The model “{name}” cannot sort texts: it has no labels.")
    safe = QT_TRANSLATE_NOOP("core", "The model was not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose the result of a classification run.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class NoResult(ExpectedError):
    """The run has not come to a result, or it was discarded."""

    happened = QT_TRANSLATE_NOOP("core", "The run “{name}” has no result.")
    safe = QT_TRANSLATE_NOOP("core", "The run was not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Resume it, or wait until it has finished.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class ExportTargetInUse(ExpectedError):
    """There is something already where the exported folder should be."""

    happened = QT_TRANSLATE_NOOP("core", "There are files already in {path}.")
    safe = QT_TRANSLATE_NOOP("core", "They were not touched, and nothing was exported.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a folder that is empty or not there yet.")

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class ExportFailed(ExpectedError):
    """The folder could not be written: full disk, no permission."""

    happened = QT_TRANSLATE_NOOP("core", "The result could not be exported to {path}: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "The run keeps its result, and nothing half-done was left.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another folder or free some space, and try again.")

    def __init__(self, path: str | Path, detail: str) -> None:
        super().__init__(path=str(path), detail=detail)


@contextmanager
def disk_errors(run: Path) -> Iterator[None]:
    """Turn what the disk can do to the folder `run` into `ExpectedError`; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise RunDiskFull(run, _free_space(run)) from error
        if isinstance(error, FileNotFoundError) and not run.exists():
            raise RunFolderGone(run) from error
        if error.errno in NO_ACCESS:
            raise RunUnwritable(run) from error
        raise


def _free_space(path: Path) -> int:
    there = next((place for place in (path, *path.parents) if place.exists()), path)
    return shutil.disk_usage(there).free


def _words(count: int | str) -> str:
    return gigabytes(count) if isinstance(count, int) else count
