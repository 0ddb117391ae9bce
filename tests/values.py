"""Whole values of which a test names only the parts that it is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    Completion,
    DeviceChoice,
    GenerationRecord,
    GenerationResult,
    LoadedModel,
    ModelSource,
    Sampling,
    StopReason,
)
from desktop_llm.core.text import Text


class FakeError(ExpectedError):
    """An expected error that only tests raise."""

    happened = "The fake had trouble: {detail}."
    todo = "Try again."


def a_source(name: str = "fake", folder: Path = Path("/models/fake")) -> ModelSource:
    return ModelSource(name=name, path=folder, title=name.title())


def a_device(kind: Any = "cpu") -> DeviceChoice:
    return DeviceChoice(kind, "Fake processor", "float32", Text("It is the only one there is."))


def a_loaded_model(source: ModelSource | None = None, **changes: Any) -> LoadedModel:
    facts: dict[str, Any] = {
        "source": source or a_source(),
        "architecture": "FakeForCausalLM",
        "device": a_device(),
        "context_length": 2048,
        "has_chat_template": True,
        "parameters": 1_000_000,
        "memory_bytes": 2_000_000,
        "load_s": 0.5,
    }
    return LoadedModel(**(facts | changes))


def a_record(stop_reason: StopReason = "end", **changes: Any) -> GenerationRecord:
    facts: dict[str, Any] = {
        "model": "fake",
        "engine": "transformers",
        "device": "cpu",
        "dtype": "float32",
        "sampling": Sampling(),
        "seed": 1,
        "prompt_tokens": 5,
        "new_tokens": 3,
        "ttft_s": 0.1,
        "tokens_per_s": 20.0,
        "stop_reason": stop_reason,
    }
    return GenerationRecord(**(facts | changes))


def a_result(
    request_id: str, text: str = "", stop_reason: StopReason = "end", thinking: str = ""
) -> GenerationResult:
    return GenerationResult(request_id, (Completion(text, a_record(stop_reason), thinking),))


def a_conversation(**changes: Any) -> Conversation:
    return Conversation(**({"id": new_id(), "title": "A conversation"} | changes))


def a_message(role: Any = "user", content: str = "Hello", **changes: Any) -> Message:
    facts: dict[str, Any] = {"id": new_id(), "conversation_id": "c", "parent_id": None}
    return Message(role=role, content=content, **(facts | changes))
