"""The result of a run as a folder for other programs: an adapter as peft writes it, or a model."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from desktop_llm.core.files import sync_folder, write_atomically
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.model_folder import inspect_model_folder, model_name
from desktop_llm.core.paths import resource
from desktop_llm.engine.adapter_folder import CONFIG, read_adapter
from desktop_llm.training.errors import ExportFailed, ExportTargetInUse, NoResult
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.model_card import model_card
from desktop_llm.training.run_folder import RunFolder

MODE = 0o644
"""An export is to be given away, unlike everything else that is written."""


def export_adapter(run: RunFolder, out: Path) -> Path:
    """Write the result of `run` with a model card into the folder `out`, whole or not at all.

    The folder is new or empty. Raises NoResult, ExportTargetInUse, ExportFailed, or what is wrong
    with the result.
    """
    job, card = run.job(), run.card()
    if card is None:
        raise NoResult(job.name or run.id)
    if (run.result / CONFIG).is_file():
        read_adapter(run.result)
    else:
        inspect_model_folder(run.result)
    out = out.absolute()
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise ExportTargetInUse(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        try:
            _fill(work, run, job)
            write_atomically(work / "README.md", model_card(run, job, card, base_name(job)), MODE)
            _put_in_place(work, out)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise ExportFailed(out, error.strerror or type(error).__name__) from error
    return out


def base_name(job: TrainingJob) -> str:
    """What others call the base: its name on the hub where that is known, else its folder's."""
    starter = json.loads(resource("starter.json").read_bytes())
    if job.model.sha256 and job.model.sha256 == starter["sha256"]:
        return str(starter["sources"]["hub"]["original"])
    return model_name(job.model.path)


def _fill(work: Path, run: RunFolder, job: TrainingJob) -> None:
    """Copy the files of the result; the adapter names its base as others know it."""
    for file in sorted(run.result.iterdir()):
        if file.is_file() and not file.name.startswith("."):
            _copy(file, work / file.name)
    if (work / CONFIG).is_file():
        config = json.loads((work / CONFIG).read_bytes())
        named = {**config, "base_model_name_or_path": base_name(job), "revision": _revision(job)}
        write_atomically(work / CONFIG, json.dumps(named, indent=2, sort_keys=True), MODE)


def _copy(source: Path, target: Path) -> None:
    """Not through memory, since a model may be larger than that."""
    shutil.copyfile(source, target)
    target.chmod(MODE)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _revision(job: TrainingJob) -> str | None:
    return job.model.revision or None if _is_from_hub(job.model) else None


def _is_from_hub(model: ModelSource) -> bool:
    return "/" in model_name(model.path)


def _put_in_place(work: Path, out: Path) -> None:
    if out.exists():
        out.rmdir()  # it is empty
    work.chmod(0o755)
    work.rename(out)
    sync_folder(out.parent)
