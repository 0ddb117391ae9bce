"""Answers of the fake hub before anything goes wrong with them, and the errors in its words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fake_hub.faults import Fault


@dataclass(frozen=True)
class Answer:
    """What is to be sent. Of a `file` a part can be asked for."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    file: bool = False


def as_json(value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """`value` as the API answers."""
    return Answer(
        200, {"Content-Type": "application/json", **(headers or {})}, json.dumps(value).encode()
    )


def refused(status: int, code: str = "", message: str = "") -> Answer:
    """An error as the hub tells it."""
    headers = {"X-Error-Code": code, "X-Error-Message": message}
    told = {name: value for name, value in headers.items() if value}
    return replace(as_json({"error": message or code}, told), status=status)


def redirect(status: int, location: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Ask elsewhere."""
    return Answer(status, {**(headers or {}), "Location": location})


def part_of(answer: Answer, wanted: str, fault: Fault) -> Answer:
    """The part of a file that the header `Range` asks for, unless the fault is to ignore it."""
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
    if not answer.file or answer.status != 200 or match is None or fault.ignore_range:
        return answer
    size = len(answer.body)
    first, last = int(match[1]), min(int(match[2] or size), size - 1)
    if first > last:
        return Answer(416, {"Content-Range": f"bytes */{size}"})
    headers = {**answer.headers, "Content-Range": f"bytes {first}-{last}/{size}"}
    return replace(answer, status=206, headers=headers, body=answer.body[first : last + 1])


def spoilt(answer: Answer, wanted: str, fault: Fault) -> Answer:
    """The answer as `fault` leaves it, but for how it is sent."""
    if fault.status:
        return Answer(fault.status, fault.headers, fault.body)
    if fault.flip_at is not None and fault.flip_at < len(answer.body):
        wrong = bytearray(answer.body)
        wrong[fault.flip_at] ^= 0xFF
        answer = replace(answer, body=bytes(wrong))
    answer = part_of(answer, wanted, fault)
    if fault.shift:
        moved = answer.body[fault.shift :] + bytes(fault.shift)
        answer = replace(answer, body=moved[: len(answer.body)])
    if fault.short_by:
        answer = replace(answer, body=answer.body[: -fault.short_by])
    return replace(answer, headers={**answer.headers, **fault.headers})
