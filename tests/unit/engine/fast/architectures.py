"""Tiny models of the architectures that the fast engine must get right, stock and switched."""

from __future__ import annotations

from typing import Any

from desktop_llm.engine.fast.attention import fast_attention
from tests.unit.engine.tiny_models import tiny_model

WINDOW = 8
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen2": {"use_sliding_window": True, "sliding_window": WINDOW, "max_window_layers": 1},
    "qwen3": {"head_dim": 8},
    "mistral": {"sliding_window": WINDOW},
    "gemma2": {"sliding_window": WINDOW, "head_dim": 8, "attn_logit_softcapping": 2.0},
    "gemma3": {"sliding_window": WINDOW, "head_dim": 8},
    "gpt2": {"initializer_range": 0.3},
    "phi": {"partial_rotary_factor": 0.5},
    "phi3": {"pad_token_id": 0, "sliding_window": WINDOW},
}
SLIDING = ("qwen2", "mistral", "gemma2", "gemma3", "phi3")


def stock_model(kind: str, **changes: Any) -> Any:
    """As transformers runs it; greedy writing goes on for as long as it is asked to."""
    model = tiny_model(kind, **{**ARCHITECTURES[kind], **changes})
    model.generation_config.eos_token_id = None
    return model


def fast_model(kind: str, **changes: Any) -> Any:
    """The same model with our attention."""
    model = stock_model(kind, **changes)
    assert fast_attention(model)
    return model
