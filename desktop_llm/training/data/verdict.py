"""What follows from the counts: problems, which block the start, and notes, which do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact, Text
from desktop_llm.training.data.reasons import BROKEN_HERE
from desktop_llm.training.data.split import Mark
from desktop_llm.training.data.types import FileReport
from desktop_llm.training.job import DataSpec, TaskName
from desktop_llm.training.task_facts import TASKS

MAX_LABELS = 1_000
FEW_ROWS = 20
FEW_EVAL_ROWS = 10
IMBALANCE = 10
"""So many times more rows of one label than of another are worth a note."""


@dataclass(frozen=True)
class Findings:
    """What the check counted. `train` and `held_out` number the `marks`."""

    task: TaskName | None
    files: list[FileReport]
    marks: list[Mark]
    train: list[int]
    held_out: list[int]
    placeholders: dict[str, int]
    spec: DataSpec

    @cached_property
    def labels(self) -> dict[str, int]:
        """How often each label is there."""
        return dict(Counter(m.label for m in self.marks if m.label is not None).most_common())

    @cached_property
    def train_labels(self) -> dict[str, int]:
        """The same in the training part."""
        return dict(Counter(x for i in self.train if (x := self.marks[i].label) is not None))

    @cached_property
    def duplicates(self) -> int:
        """Rows that are there more than once, beyond the first."""
        return len(self.marks) - len({m.key for m in self.marks})

    @cached_property
    def leaked(self) -> int:
        """Rows of the evaluation part that are in the training part too."""
        known = {self.marks[i].key for i in self.train}
        return sum(self.marks[i].key in known for i in self.held_out)


def problems(found: Findings) -> Iterator[Text]:
    """What must be changed before training can start."""
    if not found.files:
        yield Text(QT_TRANSLATE_NOOP("core", "No file has been chosen."))
    elif found.task is None:
        yield from _without_task(found.files)
    elif unclear := [f for f in found.files if not TASKS[found.task].is_whole(f.mapping)]:
        yield from (_unclear(file, found.task) for file in unclear)
    else:
        yield from _unusable(found)
        if found.task == "classify" and found.train:
            yield from _bad_labels(found)


_NOT_OFFERED = {
    "preference": QT_TRANSLATE_NOOP(
        "core",
        "{file} holds preferred and rejected answers. Learning from preferences is not offered "
        "here; choose a file with questions and answers.",
    ),
    "tokens_tags": QT_TRANSLATE_NOOP(
        "core",
        "{file} holds words with tags. Tagging words is not offered here; choose a file with "
        "questions and answers, with texts, or with texts and labels.",
    ),
}
_UNKNOWN = QT_TRANSLATE_NOOP(
    "core", "It is not clear what the columns of {file} are for. Choose a task, then its columns."
)
_NO_RECORDS = QT_TRANSLATE_NOOP("core", "{file} has no row that can be read.")
_UNCLEAR: dict[TaskName, str] = {
    "sft": QT_TRANSLATE_NOOP(
        "core", "Choose which columns of {file} hold the question and the answer."
    ),
    "pretrain": QT_TRANSLATE_NOOP("core", "Choose which column of {file} holds the text."),
    "classify": QT_TRANSLATE_NOOP(
        "core", "Choose which columns of {file} hold the text and its label."
    ),
}


def _without_task(files: list[FileReport]) -> Iterator[Text]:
    nameless = [file for file in files if file.task is None]
    for file in nameless:
        template = _NOT_OFFERED.get(file.layout, _UNKNOWN if file.columns else _NO_RECORDS)
        yield Text(template, {"file": file.path.name})
    if not nameless:
        first = files[0]
        other = next(file for file in files if file.task != first.task)
        yield Text(
            QT_TRANSLATE_NOOP(
                "core",
                "“{first}” and “{second}” are for different tasks. Choose the task, or use them "
                "one at a time.",
            ),
            {"first": first.path.name, "second": other.path.name},
        )


def _unclear(file: FileReport, task: TaskName) -> Text:
    template = _UNCLEAR[task] if file.columns else _NO_RECORDS
    return Text(template, {"file": file.path.name})


def _unusable(found: Findings) -> Iterator[Text]:
    """Too few rows to learn from, or none to judge by."""
    distinct = len({found.marks[i].key for i in [*found.train, *found.held_out]})
    if not found.train:
        yield Text(QT_TRANSLATE_NOOP("core", "No row can be used for training."))
    elif not found.held_out and found.spec.eval_files:
        yield Text(QT_TRANSLATE_NOOP("core", "No row of the evaluation files can be used."))
    elif distinct < 2:
        yield Text(
            QT_TRANSLATE_NOOP(
                "core",
                "All usable rows are alike ({rows}). At least two different ones are needed: to "
                "learn from, and to judge the result by.",
            ),
            {"rows": len(found.train) + len(found.held_out)},
        )
    elif not found.held_out:
        yield Text(
            QT_TRANSLATE_NOOP(
                "core",
                "No row can be held out to judge the result by: each label has one row only.",
            )
        )


def _bad_labels(found: Findings) -> Iterator[Text]:
    if len(found.train_labels) < 2:
        yield Text(
            QT_TRANSLATE_NOOP(
                "core", "There is only one label, “{label}”; at least two are needed."
            ),
            {"label": next(iter(found.train_labels))},
        )
    elif len(found.labels) > MAX_LABELS:
        yield Text(
            QT_TRANSLATE_NOOP(
                "core",
                "There are {labels} different labels; at most {limit} can be told apart. Is the "
                "right column chosen?",
            ),
            {"labels": len(found.labels), "limit": MAX_LABELS},
        )
    unseen = sorted(
        {x for i in found.held_out if (x := found.marks[i].label)} - set(found.train_labels)
    )
    if unseen:
        yield Text(
            QT_TRANSLATE_NOOP(
                "core",
                "These labels are in the evaluation part only, and could not be learned: {labels}.",
            ),
            {"labels": _list(unseen)},
        )


_CUT_OFF = QT_TRANSLATE_NOOP(
    "core", "The JSON in {file} is broken in line {line}; what comes after it was not read."
)
_PLACEHOLDERS = QT_TRANSLATE_NOOP(
    "core",
    "There are placeholders without a value: {names}. The model would learn them as they are.",
)
_DUPLICATES = QT_TRANSLATE_NOOP("core", "Rows that repeat another row: {rows}.")
_LEAKED = QT_TRANSLATE_NOOP(
    "core",
    "Rows of the evaluation files that are trained on too: {rows}. They make the result look "
    "better than it is.",
)
_FEW = QT_TRANSLATE_NOOP(
    "core", "There are few rows to learn from ({rows}); 50 or more give better results."
)
_FEW_HELD_OUT = QT_TRANSLATE_NOOP(
    "core", "The result is judged by few rows ({rows}); take its figures as rough."
)


def notes(found: Findings) -> Iterator[Text]:
    """What is worth knowing, and does not block."""
    for file in found.files:
        if file.rejected and file.rejected[-1].reason.template == BROKEN_HERE:
            facts: dict[str, Fact] = {"file": file.path.name, "line": file.rejected[-1].line}
            yield Text(_CUT_OFF, facts)
    if found.placeholders:
        names = _list([f"{{{{{name}}}}}" for name in sorted(found.placeholders)])
        yield Text(_PLACEHOLDERS, {"names": names})
    if found.duplicates:
        yield Text(_DUPLICATES, {"rows": found.duplicates})
    if found.leaked:
        yield Text(_LEAKED, {"rows": found.leaked})
    if 0 < len(found.train) < FEW_ROWS:
        yield Text(_FEW, {"rows": len(found.train)})
    if 0 < len(found.held_out) < FEW_EVAL_ROWS and found.task != "pretrain":
        yield Text(_FEW_HELD_OUT, {"rows": len(found.held_out)})
    yield from _uneven_labels(found)


def _uneven_labels(found: Findings) -> Iterator[Text]:
    if found.task != "classify" or len(found.train_labels) < 2:
        return
    by_rows = sorted(found.train_labels, key=lambda label: found.train_labels[label])
    rarest, commonest = by_rows[0], by_rows[-1]
    if found.train_labels[commonest] > IMBALANCE * found.train_labels[rarest]:
        yield Text(
            QT_TRANSLATE_NOOP(
                "core",
                "“{common}” has {many} rows and “{rare}” only {few}: the model may neglect the "
                "rare label.",
            ),
            {
                "common": commonest,
                "many": found.train_labels[commonest],
                "rare": rarest,
                "few": found.train_labels[rarest],
            },
        )


def _list(names: list[str], most: int = 10) -> str:
    shown = ", ".join(names[:most])
    return f"{shown}, …" if len(names) > most else shown
