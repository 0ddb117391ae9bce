"""How the columns of a file are meant: its layout, and which column plays which role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from desktop_llm.training.data.column_names import find, plain
from desktop_llm.training.data.json_rows import is_turn
from desktop_llm.training.data.types import Layout, Row
from desktop_llm.training.job import TaskName
from desktop_llm.training.task_facts import TASKS

TASK_OF: dict[Layout, TaskName] = {
    "alpaca": "sft",
    "sharegpt": "sft",
    "messages": "sft",
    "prompt_completion": "sft",
    "question_answer": "sft",
    "text": "pretrain",
    "text_label": "classify",
}
_MOST_LABELS = 30
_LONGEST_LABEL = 40


@dataclass(frozen=True)
class Meaning:
    """What the columns of a file are taken for; `mapping` is role → column."""

    layout: Layout
    mapping: dict[str, str]

    def holds(self, task: TaskName) -> bool:
        """Whether every role that `task` needs has a column."""
        return TASKS[task].is_whole(self.mapping)


def columns_of(rows: Iterable[Row]) -> list[str]:
    """The names of all columns, in the order in which they turn up."""
    return list(dict.fromkeys(column for row in rows for column in row.values))


def detect(rows: Sequence[Row], task: TaskName | None = None) -> Meaning:
    """What `rows`, the first of a file, look like; read for `task` if that is settled."""
    found = _by_names(rows)
    if found.layout == "unknown":
        found = _by_values(rows)
    if task and not found.holds(task) and (other := _for_task(rows, task)):
        return Meaning(found.layout, other)
    return found


def given(rows: Sequence[Row], mapping: dict[str, str]) -> Meaning:
    """The layout that somebody who chose `mapping` has in mind."""
    if column := mapping.get("messages"):
        return Meaning(_dialogue(rows, column) or "messages", mapping)
    detected = _by_names(rows)
    if {"prompt", "completion"} <= mapping.keys():
        same = detected.layout in ("alpaca", "question_answer", "prompt_completion")
        return Meaning(detected.layout if same else "prompt_completion", mapping)
    if "text" in mapping:
        return Meaning("text_label" if "label" in mapping else "text", mapping)
    return Meaning("unknown", mapping)


def _by_names(rows: Sequence[Row]) -> Meaning:
    columns = columns_of(rows)
    named = {role: column for role in _ROLES if (column := find(role, columns))}
    if {"chosen", "rejected"} <= named.keys() or _is_judged(rows, named):
        return Meaning("preference", {})
    tokens, tags = named.get("tokens"), named.get("tags")
    if tokens and tags and _lists(rows, tokens) and _lists(rows, tags):
        return Meaning("tokens_tags", {})
    messages = named.get("messages")
    if messages and (layout := _dialogue(rows, messages)):
        return Meaning(layout, _pick(named, "messages", "system"))
    if "prompt" not in named and "input" in named:
        named["prompt"] = named.pop("input")  # “input” and “output”
    text_label = {"text", "label"} <= named.keys()
    if {"prompt", "completion"} <= named.keys():
        roles = _pick(named, "prompt", "input", "completion", "system", "history")
        return Meaning(_question_layout(roles), roles)
    if text_label or ({"prompt", "label"} <= named.keys()):
        named.setdefault("text", named.get("prompt", ""))
        return Meaning("text_label", _pick(named, "text", "label"))
    return Meaning("text", _pick(named, "text")) if "text" in named else Meaning("unknown", {})


_ROLES = (
    "messages", "prompt", "completion", "input", "system", "history",
    "text", "label", "tokens", "tags", "chosen", "rejected",
)  # fmt: skip


def _pick(named: dict[str, str], *roles: str) -> dict[str, str]:
    return {role: named[role] for role in roles if role in named}


def _question_layout(roles: dict[str, str]) -> Layout:
    names = plain(roles["prompt"]), plain(roles["completion"])
    if names == ("prompt", "completion"):
        return "prompt_completion"
    return "alpaca" if names[0] in ("instruction", "指令") else "question_answer"


def _by_values(rows: Sequence[Row]) -> Meaning:
    """For columns whose names say nothing: a long text, and a word out of a few."""
    text, label = _longest(rows), _few_values(rows)
    if text and label and text != label:
        return Meaning("text_label", {"text": text, "label": label})
    if text and len(columns_of(rows)) == 1:
        return Meaning("text", {"text": text})
    return Meaning("unknown", {})


def _for_task(rows: Sequence[Row], task: TaskName) -> dict[str, str] | None:
    """The columns that could serve `task`, though the file looks like something else."""
    columns = columns_of(rows)
    if task == "classify":
        text = find("text", columns) or find("prompt", columns) or _longest(rows)
        label = find("label", columns) or _few_values(rows)
        return {"text": text, "label": label} if text and label and text != label else None
    if task == "pretrain" and (text := find("text", columns)):
        return {"text": text}
    return None


def _values(rows: Sequence[Row], column: str) -> list[Any]:
    return [value for row in rows if (value := row.values.get(column)) is not None]


def _lists(rows: Sequence[Row], column: str) -> bool:
    return all(isinstance(value, list) for value in _values(rows, column))


def _is_judged(rows: Sequence[Row], named: dict[str, str]) -> bool:
    """Whether each answer is only said to be good or bad: a yes or no beside it."""
    if not {"prompt", "completion", "label"} <= named.keys():
        return False
    values = _values(rows, named["label"])
    return bool(values) and all(isinstance(value, bool) for value in values)


def _dialogue(rows: Sequence[Row], column: str) -> Layout | None:
    """Which kind of messages `column` holds, if any; they may be written as a JSON text."""
    for value in _values(rows, column):
        if isinstance(value, str) and value.lstrip().startswith("["):
            return "sharegpt" if '"from"' in value else "messages"
        if isinstance(value, list) and value and is_turn(value[0]):
            return "sharegpt" if "from" in value[0] else "messages"
    return None


def _longest(rows: Sequence[Row]) -> str | None:
    """The column with the longest texts on average."""
    lengths: dict[str, float] = {}
    for column in columns_of(rows):
        values = _values(rows, column)
        if values and all(isinstance(value, str) for value in values):
            lengths[column] = sum(map(len, values)) / len(values)
    return max(lengths, key=lambda column: lengths[column]) if lengths else None


def _few_values(rows: Sequence[Row]) -> str | None:
    """The one column whose values recur; None if there are several."""
    found = []
    for column in columns_of(rows):
        values = _values(rows, column)
        scalar = all(isinstance(value, str | int) and len(str(value)) <= _LONGEST_LABEL
                     for value in values)  # fmt: skip
        if scalar and 2 <= len(set(values)) <= min(_MOST_LABELS, len(values) / 2):
            found.append(column)
    return found[0] if len(found) == 1 else None
