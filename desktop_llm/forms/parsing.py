"""Reads what a model answered as what was asked: a label with a score, a list, JSON.

Tolerant, since small models rarely write exactly what they were told to; but what is not there is
not made up: then the answer does not comply, and the problem says why. Nothing here raises.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.forms.form import Form, Output

LABELS = ("positive", "negative", "neutral")

_SYNONYMS = {
    "positive": r"\bpositive\b|正面|积极|正向",
    "negative": r"\bnegative\b|负面|消极|负向",
    "neutral": r"\bneutral\b|\bmixed\b|中性|中立",
}
_LABEL_KEYS = ("label", "sentiment", "情感", "标签")
_SCORE_KEYS = ("score", "confidence", "分数", "得分", "置信度")
_NUMBER = re.compile(r"(?<![\w.,-])(\d{1,3}(?:[.,]\d{1,9})?)(?:\s*(%|％)|\s*/\s*(5|10|100)\b)?")
_ORDINAL = re.compile(r"^\s*\(?\d{1,3}[.)）、]\s*(?=[^\W\d])", re.MULTILINE)
_MARKED = re.compile(
    r"^\s*(?:[•·–—]|[-*+](?=\s)|[-+](?![-\d])|\*(?!.*\*)|\(?\d{1,4}[.)）、:：](?!\d))\s*(?=\S)(.*)$"
)
"""Of a line; neither the minus of a number, nor the stars of *emphasis*, nor a part of 3.5."""
_FENCE = re.compile(r"^\s*```\w*\s*$", re.MULTILINE)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_NOTHING = {"", "none", "none found", "nothing", "n/a", "无", "没有", "none.", "无。", "没有。"}
_STARTS = re.compile(r"[\[{]")
_MOST_STARTS = 20

_NO_ANSWER = Text(QT_TRANSLATE_NOOP("core", "The model answered nothing."))
_NO_LABEL = Text(
    QT_TRANSLATE_NOOP("core", "The model did not say whether it is positive, negative or neutral.")
)
_NO_SCORE = Text(QT_TRANSLATE_NOOP("core", "The model gave no score from 0 to 1."))
_NO_LIST = Text(QT_TRANSLATE_NOOP("core", "The model did not answer with a list."))
_CUT_LIST = Text(QT_TRANSLATE_NOOP("core", "The list ends in the middle."))
_NO_JSON = Text(QT_TRANSLATE_NOOP("core", "The model did not answer with JSON."))


@dataclass(frozen=True)
class Parsed:
    """`value`: the text; {"label", "score"}; a list of strings; any JSON. None if there is none.

    It may hold what could be read although the answer does not comply.
    """

    value: Any
    problem: Text | None
    answer: str
    """As the model wrote it."""

    @property
    def complies(self) -> bool:
        """Whether the answer has what was asked."""
        return self.problem is None


def parse(form: Form, inputs: Mapping[str, str], answer: str) -> Parsed:
    """`answer` as what `form` asked for with `inputs`."""
    return parse_as(form.output_of(inputs), answer)


def parse_as(output: Output, answer: str) -> Parsed:
    """`answer` as `output`."""
    if not answer.strip():
        return Parsed(None, _NO_ANSWER, answer)
    if output == "label":
        return _label(answer)
    if output == "list":
        return _list(answer)
    if output == "json":
        found = list(_json_values(answer))
        return Parsed(found[0], None, answer) if found else Parsed(None, _NO_JSON, answer)
    return Parsed(answer.strip(), None, answer)


def _label(answer: str) -> Parsed:
    for value in _json_values(answer):
        if isinstance(value, dict):
            label = _one_label(_plain(_first(value, _LABEL_KEYS)))
            if label:
                return _labelled(label, _score(_plain(_first(value, _SCORE_KEYS))), answer)
    label = _one_label(answer)
    if not label:
        return Parsed(None, _NO_LABEL, answer)
    return _labelled(label, _score(_ORDINAL.sub("", answer)), answer)


def _labelled(label: str, score: float | None, answer: str) -> Parsed:
    problem = _NO_SCORE if score is None else None
    return Parsed({"label": label, "score": score}, problem, answer)


def _one_label(text: str) -> str:
    """The label that `text` names; "" if it names none, or several."""
    named = [label for label, words in _SYNONYMS.items() if re.search(words, text, re.I)]
    return named[0] if len(named) == 1 else ""


def _score(text: str) -> float | None:
    """The first number in `text` that is a score from 0 to 1, or a share (90 %, 9/10)."""
    for digits, percent, whole in _NUMBER.findall(text):
        score = float(digits.replace(",", ".")) / (100 if percent else float(whole or 1))
        if math.isfinite(score) and 0 <= score <= 1:
            return score
    return None


def _list(answer: str) -> Parsed:
    for value in _json_values(answer):
        items = _items(value)
        if items is not None:
            return Parsed(items, None, answer)
    lines = [line for line in _FENCE.sub("", answer).splitlines() if line.strip()]
    marked = [match[1].strip() for match in map(_MARKED.match, lines) if match]
    if marked and 2 * len(marked) >= len(lines):
        return Parsed(marked, None, answer)
    if answer.strip().casefold() in _NOTHING:
        return Parsed([], None, answer)
    if "[" in answer and (cut := _strings(answer[answer.index("[") :])):
        return Parsed(cut, _CUT_LIST, answer)
    return Parsed(None, _NO_LIST, answer)


def _items(value: Any) -> list[str] | None:
    """The items of a JSON list, or of the one list in a JSON object."""
    if isinstance(value, dict):
        lists = [each for each in value.values() if isinstance(each, list)]
        value = lists[0] if len(lists) == 1 else None
    if not isinstance(value, list):
        return None
    return [_plain(item) for item in value if item is not None and _plain(item)]


def _strings(text: str) -> list[str]:
    """The whole strings of a JSON list whose end is missing."""
    found = []
    for match in _STRING.finditer(text):
        value = _decoded(match[0], 0)
        if value and isinstance(value[0], str):
            found.append(value[0])
    return found


def _json_values(answer: str) -> Iterator[Any]:
    """The JSON objects and lists in `answer`, wherever they stand."""
    end = 0
    for start in list(_STARTS.finditer(answer))[:_MOST_STARTS]:
        if start.start() >= end and (found := _decoded(answer, start.start())):
            yield found[0]
            end = found[1]


def _decoded(text: str, start: int) -> tuple[Any, int] | None:
    try:
        return json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None


def _first(value: dict[str, Any], keys: tuple[str, ...]) -> Any:
    lowered = {key.casefold(): each for key, each in value.items()}
    return next((lowered[key] for key in keys if key in lowered), "")


def _plain(value: Any) -> str:
    """A JSON value as text."""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
