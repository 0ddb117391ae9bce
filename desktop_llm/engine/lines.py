"""What the window and the engine process say to each other, beyond plain values.

To the engine: `start` (options), `load`, `generate`, `score`, `embed`, `unload` (the work lane, one
after the other); `count_tokens`, `count_texts`, `explain`, `split_text`, `template`,
`list_remote`, `stop`, `ping` (the control lane, at any time). From it: `hello`, `alive` (every
second); for each request any number of `progress`, `text`, `prompt`, then exactly one of `result`,
`error`, `bug`. A request and all that belongs to it carry the same number `id`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from desktop_llm.core.generation import (
    Capabilities,
    DeviceChoice,
    GenerationEvent,
    PromptProgress,
    TextChunk,
)
from desktop_llm.core.wire import from_plain, line, to_plain

EVENT_TYPES: dict[str, type[GenerationEvent]] = {"text": TextChunk, "prompt": PromptProgress}


@dataclass(frozen=True)
class Hello:
    """The engine process can work now, on this device, with these versions of the libraries."""

    device: DeviceChoice
    capabilities: Capabilities = field(default_factory=Capabilities)
    versions: dict[str, str] = field(default_factory=dict)


def event_line(number: int, event: GenerationEvent) -> bytes:
    """`event` of request `number` as a line."""
    kind = "text" if isinstance(event, TextChunk) else "prompt"
    return line(kind, id=number, event=to_plain(event))


def read_event(message: dict[str, Any]) -> GenerationEvent:
    """The event in a line; raises KeyError or `pydantic.ValidationError`."""
    return from_plain(EVENT_TYPES[message["kind"]], message["event"])
