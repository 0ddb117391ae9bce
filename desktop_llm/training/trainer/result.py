"""What is left of a run: the best weights in a form that others can load, and the result card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peft import PeftModel

from desktop_llm.core.files import write_atomically
from desktop_llm.core.wire import to_plain
from desktop_llm.training.errors import RunFolderGone, disk_errors
from desktop_llm.training.evaluation import RunFacts, result_card
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.result import ResultCard
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.tasks.task import Task, Tokenised
from desktop_llm.training.trainer.checkpoints import put_in_place, sync_files


def make_result(
    run: RunFolder, job: TrainingJob, task: Task, model: Any, tokenizer: Any,
    rows: Sequence[Tokenised], facts: RunFacts,
) -> ResultCard:  # fmt: skip
    """Judge `model` on `rows`, and put it into the run's result folder. Raises `ExpectedError`."""
    card = result_card(job, task, model, tokenizer, rows, facts)
    if not run.path.exists():
        raise RunFolderGone(run.path)
    work = run.path / ".result"
    with disk_errors(run.path):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        _save(model, tokenizer, work, merge=job.task == "classify")
        write_atomically(work / "card.json", json.dumps(to_plain(card), indent=1))
        sync_files(work)
        put_in_place(work, run.result)
    return card


def _save(model: Any, tokenizer: Any, folder: Path, merge: bool) -> None:
    """An adapter stays one; a classifier is saved whole, since its head belongs to it."""
    options = {}
    if isinstance(model, PeftModel):
        if merge:
            model = model.merge_and_unload(safe_merge=True)
        else:
            options = {"save_embedding_layers": False}
    model.save_pretrained(folder, **options)
    tokenizer.save_pretrained(folder)
