"""What happens in a run, as lines that are appended to `events.jsonl` (the only way out of a run).

Every event has `time` (seconds since 1970) and `step` (optimizer steps done). The file is read
while it is written: a last line without its end is not there yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from desktop_llm.core.text import Text

RunState = Literal[
    "waiting",  # made, not started
    "preparing",  # reading data, loading the model
    "running",
    "paused",
    "finished",  # to its end or to early stopping; there is a result
    "stopped",  # by the person, and kept; there is a result
    "discarded",  # by the person; no result
    "failed",  # with an error event
    "interrupted",  # the process is gone without one of the last four; never written, only derived
]
ENDED = ("finished", "stopped", "discarded", "failed")


@dataclass(frozen=True)
class StateEvent:
    """The run is in another state. `note` says why, where that is not plain (early stopping)."""

    time: float
    step: int
    state: RunState
    note: Text | None = None
    kind: Literal["state"] = "state"


@dataclass(frozen=True)
class ProgressEvent:
    """At most twice a second. `tokens_per_s` counts the trained rows' tokens without padding."""

    time: float
    step: int
    total: int
    epoch: float
    tokens_per_s: float
    seconds_left: float | None
    memory_bytes: int
    """Resident memory of the trainer process, or of the device."""
    stage: str = "training"
    """Also "reading", "tokenising", "loading", "evaluating"; then step/total count that."""
    kind: Literal["progress"] = "progress"


@dataclass(frozen=True)
class LossEvent:
    """The mean training loss per trained token (nats) since the event before, and the rate."""

    time: float
    step: int
    loss: float
    learning_rate: float
    grad_norm: float = 0.0
    kind: Literal["loss"] = "loss"


@dataclass(frozen=True)
class EvalEvent:
    """Held-out loss (nats per token), and accuracy or macro F1 for a classifier."""

    time: float
    step: int
    loss: float
    metrics: dict[str, float] = field(default_factory=dict)
    best: bool = False
    kind: Literal["eval"] = "eval"


@dataclass(frozen=True)
class SampleEvent:
    """What the model answers to a fixed prompt at this step (greedy)."""

    time: float
    step: int
    prompt: str
    text: str
    kind: Literal["sample"] = "sample"


@dataclass(frozen=True)
class AdviceEvent:
    """Something worth knowing that does not end the run: warm-up shortened, batch halved."""

    time: float
    step: int
    text: Text
    kind: Literal["advice"] = "advice"


@dataclass(frozen=True)
class CheckpointEvent:
    """A checkpoint is complete. `name` is its folder below `checkpoints/`."""

    time: float
    step: int
    name: str
    best: bool = False
    kind: Literal["checkpoint"] = "checkpoint"


@dataclass(frozen=True)
class ErrorEvent:
    """The run ended with an expected error (`core.errors.to_wire`) or a bug (`details`)."""

    time: float
    step: int
    error: dict[str, Any]
    details: str = ""
    kind: Literal["error"] = "error"


@dataclass(frozen=True)
class DoneEvent:
    """The result is in `result/`; `success` is false when it is no better than the base."""

    time: float
    step: int
    success: bool
    kind: Literal["done"] = "done"


RunEvent = (
    StateEvent
    | ProgressEvent
    | LossEvent
    | EvalEvent
    | SampleEvent
    | AdviceEvent
    | CheckpointEvent
    | ErrorEvent
    | DoneEvent
)
