"""What a model's configuration says about sizes: layers, heads, what a conversation leaves behind.

Any of it may be missing, misspelt or absurd in a file from elsewhere: then it counts as 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_llm.core.model_folder import whole_number
from desktop_llm.core.safetensors_header import BITS

if TYPE_CHECKING:
    from desktop_llm.core.gguf_header import GgufHeader

FLOATS = ("F64", "F32", "F16", "BF16")
"""Stored formats that are converted when a model is loaded; others stay as they are."""

GGUF_NAMES = {
    "num_hidden_layers": "block_count",
    "hidden_size": "embedding_length",
    "intermediate_size": "feed_forward_length",
    "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv",
    "head_dim": "attention.key_length",
    "max_position_embeddings": "context_length",
    "vocab_size": "vocab_size",
}
"""What the settings of a GGUF file call the keys of a `config.json`."""

USUAL_VOCABULARY = 100_000


def gguf_config(header: GgufHeader) -> dict[str, Any]:
    """The shape that a GGUF file says it has, as a `config.json` would say it."""
    config: dict[str, Any] = {"vocab_size": USUAL_VOCABULARY}
    for key, name in GGUF_NAMES.items():
        config[key] = header.settings.get(f"{header.architecture}.{name}", config.get(key))
    return config


def parameter_count(bytes_by_dtype: dict[str, int]) -> int:
    """Weights that are numbers in one of FLOATS; packed ones do not tell how many they are."""
    return sum(n * 8 // BITS[dtype] for dtype, n in bytes_by_dtype.items() if dtype in FLOATS)


def layer_count(config: dict[str, Any]) -> int:
    """Layers of the model, 0 if its configuration does not say."""
    return whole_number(config, "num_hidden_layers", "n_layer", "num_layers")


def layer_sizes(config: dict[str, Any]) -> tuple[int, int, int]:
    """Number of layers, hidden size, inner size."""
    hidden = whole_number(config, "hidden_size", "n_embd", "d_model")
    inner = whole_number(config, "intermediate_size", "n_inner") or 4 * hidden
    return layer_count(config), hidden, inner


def head_sizes(config: dict[str, Any]) -> tuple[int, int]:
    """Number of attention heads, width of each."""
    heads = whole_number(config, "num_attention_heads", "n_head", "num_heads")
    hidden = whole_number(config, "hidden_size", "n_embd", "d_model")
    return heads, whole_number(config, "head_dim") or hidden // max(heads, 1)


def cached_numbers(config: dict[str, Any], context: int) -> int:
    """Numbers that the keys and values of `context` tokens are."""
    heads, head_dim = head_sizes(config)
    key_heads = whole_number(config, "num_key_value_heads") or heads
    return 2 * key_heads * head_dim * _remembered_tokens(config, context)


def ties_embeddings(config: dict[str, Any]) -> bool:
    """Whether the output head is the embedding; what is not said is taken for the larger one."""
    text = config.get("text_config")
    levels = (config, text if isinstance(text, dict) else {})
    return any(level.get("tie_word_embeddings") is True for level in levels)


def _remembered_tokens(config: dict[str, Any], context: int) -> int:
    """Tokens in the cache, summed over the layers: all of them, or those in a sliding window."""
    layers = layer_count(config)
    text = config.get("text_config")
    kinds = config.get("layer_types") or (text.get("layer_types") if isinstance(text, dict) else 0)
    if not isinstance(kinds, list) or len(kinds) != layers:
        return layers * context
    sliding = kinds.count("sliding_attention")
    window = min(whole_number(config, "sliding_window") or context, context)
    return sliding * window + (layers - sliding - kinds.count("linear_attention")) * context
