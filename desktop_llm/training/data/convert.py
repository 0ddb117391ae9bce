"""From a record to an example of the task, or to the reason why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from desktop_llm.core.generation import ChatMessage
from desktop_llm.training.data import reasons
from desktop_llm.training.data.json_rows import decode
from desktop_llm.training.data.layouts import Meaning
from desktop_llm.training.data.reasons import MAX_ROW, Refused, too_long
from desktop_llm.training.data.types import Example, Rejected, Row
from desktop_llm.training.job import TaskName

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_LONGEST_LABEL = 200

_Speaker = Literal["system", "user", "assistant"]
_SPEAKERS: dict[str, _Speaker] = {
    "system": "system", "developer": "system",
    "user": "user", "human": "user", "prompter": "user",
    "assistant": "assistant", "gpt": "assistant", "bot": "assistant", "model": "assistant",
    "chatgpt": "assistant",
}  # fmt: skip


def convert(row: Row, meaning: Meaning, task: TaskName) -> Example | Rejected:
    """`row` as `task` needs it."""
    try:
        if not meaning.holds(task):
            raise Refused(reasons.NO_ROLE)
        return _EXAMPLE_OF[task](row, meaning.mapping)
    except Refused as refused:
        return Rejected(row.line, refused.reason)


def _dialogue(row: Row, mapping: dict[str, str]) -> Example:
    system = _optional(row, mapping, "system")
    first = [ChatMessage("system", system)] if system.strip() else []
    if "messages" in mapping:
        turns = list(_turns(_value(row, mapping["messages"]), mapping["messages"]))
    else:
        turns = list(_asked_and_answered(row, mapping))
    messages = turns if turns and turns[0].role == "system" else first + turns
    _check_order(messages)
    _check_length(message.content for message in messages)
    return Example(messages=tuple(messages), line=row.line)


def _text(row: Row, mapping: dict[str, str]) -> Example:
    text = _string(_value(row, mapping["text"]), mapping["text"])
    if not text.strip():
        raise Refused(reasons.EMPTY_TEXT)
    _check_length([text])
    return Example(text=text, line=row.line)


def _labelled(row: Row, mapping: dict[str, str]) -> Example:
    text, column = _text(row, mapping).text, mapping["label"]
    value = row.values.get(column)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int | None):
        raise Refused(reasons.NOT_A_LABEL, column=column)
    label = _string("" if value is None else str(value), column).strip()
    if not label:
        raise Refused(reasons.NO_LABEL)
    if len(label) > _LONGEST_LABEL:
        raise Refused(reasons.LONG_LABEL, limit=_LONGEST_LABEL)
    return Example(text=text, label=label, line=row.line)


_EXAMPLE_OF = {"sft": _dialogue, "pretrain": _text, "classify": _labelled}


def _asked_and_answered(row: Row, mapping: dict[str, str]) -> Iterator[ChatMessage]:
    prompt, completion = (_value(row, mapping[role]) for role in ("prompt", "completion"))
    if isinstance(prompt, list) and isinstance(completion, list):  # each a list of messages
        yield from _turns([*prompt, *completion], mapping["prompt"])
        return
    for number, pair in enumerate(_history(row, mapping), 1):
        if not isinstance(pair, list) or len(pair) != 2:
            raise Refused(reasons.BAD_TURN, number=number)
        yield ChatMessage("user", _string(pair[0], mapping["history"]))
        yield ChatMessage("assistant", _string(pair[1], mapping["history"]))
    asked = _string(prompt, mapping["prompt"])
    context = _optional(row, mapping, "input")
    asked = "\n".join(part for part in (asked, context) if part.strip())
    if not asked:
        raise Refused(reasons.EMPTY_PROMPT)
    yield ChatMessage("user", asked)
    yield ChatMessage("assistant", _string(completion, mapping["completion"]))


def _history(row: Row, mapping: dict[str, str]) -> list[Any]:
    value = row.values.get(mapping["history"]) if "history" in mapping else None
    if isinstance(value, str) and value.strip():
        value = decode(value)
    if not isinstance(value, list | None | str):
        raise Refused(reasons.NO_TURNS, column=mapping["history"])
    return value if isinstance(value, list) else []


def _turns(value: Any, column: str) -> Iterator[ChatMessage]:
    """The messages of a list in the form of OpenAI or ShareGPT, or of such a list as JSON text."""
    if isinstance(value, str):
        value = decode(value)
    if not isinstance(value, list) or not value:
        raise Refused(reasons.NO_TURNS, column=column)
    for number, turn in enumerate(value, 1):
        role = (turn.get("role") or turn.get("from")) if isinstance(turn, dict) else None
        if not isinstance(role, str):
            raise Refused(reasons.BAD_TURN, number=number)
        speaker = _SPEAKERS.get(role.strip().lower())
        if speaker is None:
            raise Refused(reasons.BAD_ROLE, number=number, role=role[:40])
        content = turn["content"] if "content" in turn else turn.get("value")
        yield ChatMessage(speaker, _content(content, number))


def _content(value: Any, number: int) -> str:
    """The text of a message; of content in parts, the texts one below the other."""
    if isinstance(value, list):
        value = "\n".join(_part(part, number) for part in value)
    if not isinstance(value, str):
        raise Refused(reasons.BAD_PART, number=number)
    return _string(value, "")


def _part(part: Any, number: int) -> str:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part
    if not isinstance(text, str):
        raise Refused(reasons.BAD_PART, number=number)
    return text


def _check_order(messages: list[ChatMessage]) -> None:
    """Maybe a system prompt, then user and assistant by turns, and an answer at the end."""
    if not any(message.role == "assistant" for message in messages):
        raise Refused(reasons.NO_ASSISTANT)
    expected = "user"
    for number, message in enumerate(messages, 1):
        if message.role == "system" and number == 1:
            continue
        if message.role != expected:
            raise Refused(reasons.OUT_OF_ORDER, number=number)
        if not message.content.strip():
            last = number == len(messages)
            raise Refused(reasons.EMPTY_ANSWER if last else reasons.EMPTY_TURN, number=number)
        expected = "assistant" if expected == "user" else "user"
    if expected == "assistant":
        raise Refused(reasons.NO_LAST_ANSWER)


def _check_length(texts: Iterable[str]) -> None:
    if sum(map(len, texts)) > MAX_ROW:
        raise too_long()


def _value(row: Row, column: str) -> Any:
    if column not in row.values:
        raise Refused(reasons.NO_COLUMN, column=column)
    return row.values[column]


def _optional(row: Row, mapping: dict[str, str], role: str) -> str:
    """The text in the column that plays `role`; "" if there is none."""
    value = row.values.get(mapping[role]) if role in mapping else None
    return "" if value is None else _string(value, mapping[role])


def _string(value: Any, column: str) -> str:
    if not isinstance(value, str):
        raise Refused(reasons.NOT_TEXT, column=column)
    if "\0" in value:
        raise Refused(reasons.NUL)
    if _HALF_CHARACTER.search(value):  # also what stands for bytes that could not be decoded
        raise Refused(reasons.UNDECODABLE)
    return value
