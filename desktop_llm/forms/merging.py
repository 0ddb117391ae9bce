"""Answers to the windows of a text become one without a model, where that can be done exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from desktop_llm.forms.form import Merging
from desktop_llm.forms.parsing import parse_as

NEUTRAL = 0.2
"""A mean this near to 0, of scores from -1 to 1, is neither positive nor negative."""

_SIGNS = {"positive": 1.0, "negative": -1.0, "neutral": 0.0}
_LOOSE = re.compile(r"[\s\"'“”‘’.,;:!?。，；：！？、]+")


def merged(merging: Merging, answers: Sequence[str], weights: Sequence[float]) -> str | None:
    """One answer in the form in which each was asked for; None if a model has to do it.

    `weights` say how much of the text each answer is about.
    """
    if merging == "join":
        return "\n\n".join(answer.strip() for answer in answers if answer.strip())
    if merging == "union":
        return _united(answers)
    return _averaged(answers, weights) if merging == "average" else None


def _united(answers: Sequence[str]) -> str | None:
    """All items of lists, each once, in their order."""
    items: dict[str, str] = {}
    for answer in answers:
        listed = parse_as("list", answer).value
        if listed is None and answer.strip():
            return None
        for item in listed or ():
            items.setdefault(_LOOSE.sub(" ", item).strip().casefold(), item)
    return json.dumps(list(items.values()), ensure_ascii=False)


def _averaged(answers: Sequence[str], weights: Sequence[float]) -> str | None:
    """The label and score of the weighted mean; a score that is missing counts as 1."""
    labels = [parse_as("label", answer).value for answer in answers]
    if any(label is None for label in labels) or sum(weights) <= 0:
        return None
    scores = [1.0 if label["score"] is None else label["score"] for label in labels]
    signed = [
        weight * score * _SIGNS[label["label"]]
        for weight, score, label in zip(weights, scores, labels, strict=True)
    ]
    mean = sum(signed) / sum(weights)
    if abs(mean) < NEUTRAL:
        return json.dumps({"label": "neutral", "score": round(1 - abs(mean), 2)})
    return json.dumps(
        {"label": "positive" if mean > 0 else "negative", "score": round(abs(mean), 2)}
    )
