"""GGUF files for llama.cpp out of the same safetensors that our engine reads.

Written as llama.cpp's own converter and quantiser would: matrices in blocks of the wanted kind, the
head (also one that is tied to the embedding) in Q8_0, which is what they fall back to where a row
is no multiple of 256, and vectors in float32. Only token ids ever go in and out, so the vocabulary
need not split text. What cannot be written exactly is refused, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KINDS = ("Q4_0", "Q4_1", "Q8_0")
ARCHITECTURES = {"llama": "LLAMA", "mistral": "LLAMA", "qwen2": "QWEN2", "qwen3": "QWEN3"}
"""Of a configuration's `model_type`: how llama.cpp calls it, where tensors map one to one."""

HEADS = ("lm_head.weight", "model.embed_tokens.weight")
BLOCK = 32
NORMAL, CONTROL = 1, 3


def why_not(folder: Path) -> str:
    """Why no file can be made of the model in `folder`; "" if one can."""
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return "its configuration cannot be read"
    kind = config.get("model_type")
    if kind not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        return f"its architecture ({kind}) is none of those that are written here: {known}"
    if (scaling := _rope(config).get("rope_type", "default")) != "default":
        return f"its positions are scaled ({scaling})"
    if config.get("use_sliding_window") or (kind == "mistral" and config.get("sliding_window")):
        return "its attention slides"
    if not (folder / "tokenizer.json").exists():
        return "it has no tokenizer.json"
    return ""


def write_gguf(folder: Path, out: Path, kind: str) -> None:
    """Write the model in `folder` (which `why_not` allows) to `out`, in blocks of `kind`.

    `kind` is a name of ggml's: one of `KINDS`, or F16, F32. Needs the memory of the file.
    """
    import gguf
    from gguf import quants

    config = json.loads((folder / "config.json").read_bytes())
    name = ARCHITECTURES[config["model_type"]]
    architecture = gguf.MODEL_ARCH[name]
    writer = gguf.GGUFWriter(out, gguf.MODEL_ARCH_NAMES[architecture])
    _add_shape(writer, config)
    _add_vocabulary(writer, folder, config)
    names = gguf.get_tensor_name_map(architecture, config["num_hidden_layers"])
    for key, values in _tensors(folder):
        if key == HEADS[0] and config.get("tie_word_embeddings"):
            continue
        if name == "LLAMA":
            values = _permuted(key, values, config)
        chosen = gguf.GGMLQuantizationType[block_kind(key, values.shape, kind)]
        target = names.get_name(key, try_suffixes=(".weight", ".bias"))
        writer.add_tensor(target, quants.quantize(values, chosen), raw_dtype=chosen)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def block_kind(key: str, shape: tuple[int, ...], kind: str) -> str:
    """How the tensor `key` is kept in a file of `kind`."""
    if len(shape) < 2:
        return "F32"
    if kind.startswith("F"):
        return kind
    if shape[-1] % BLOCK:
        return "F16"
    return "Q8_0" if key in HEADS else kind


def rounded(key: str, values: Any, kind: str) -> Any:
    """`values` (float32, an array of numpy's) as they come back from a file of `kind`."""
    from gguf import GGMLQuantizationType, quants

    chosen = GGMLQuantizationType[block_kind(key, values.shape, kind)]
    return quants.dequantize(quants.quantize(values, chosen), chosen).reshape(values.shape)


def _tensors(folder: Path) -> Iterator[tuple[str, Any]]:
    """Names and values in float32, one after another."""
    from safetensors import safe_open

    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as weights:
            for key in weights.keys():  # noqa: SIM118 (no mapping)
                yield key, weights.get_tensor(key).float().numpy()


def _permuted(key: str, values: Any, config: dict[str, Any]) -> Any:
    """Rows of queries and keys as llama.cpp turns them: pairs side by side, not half a head apart.

    The same as in llama.cpp's convert_hf_to_gguf.
    """
    heads = {
        "q_proj": config["num_attention_heads"],
        "k_proj": config.get("num_key_value_heads") or config["num_attention_heads"],
    }.get(key.split(".")[-2])
    if heads is None:
        return values
    halves = values.reshape(heads, 2, values.shape[0] // heads // 2, *values.shape[1:])
    return halves.swapaxes(1, 2).reshape(values.shape)


def _add_shape(writer: Any, config: dict[str, Any]) -> None:
    heads = config["num_attention_heads"]
    width = config.get("head_dim") or config["hidden_size"] // heads
    theta = _rope(config).get("rope_theta") or config.get("rope_theta") or 10_000.0
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads") or heads)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(float(theta))
    writer.add_vocab_size(config["vocab_size"])


def _add_vocabulary(writer: Any, folder: Path, config: dict[str, Any]) -> None:
    written = json.loads((folder / "tokenizer.json").read_bytes())
    size = config["vocab_size"]
    tokens, kinds = [f"[unused{number}]" for number in range(size)], [CONTROL] * size
    vocabulary = written["model"].get("vocab", {})
    pairs = vocabulary.items() if isinstance(vocabulary, dict) else _numbered(vocabulary)
    for token, number in pairs:
        if number < size:
            tokens[number], kinds[number] = token, NORMAL
    for added in written.get("added_tokens", []):
        if added["id"] < size:
            tokens[added["id"]] = added["content"]
            kinds[added["id"]] = CONTROL if added.get("special") else NORMAL
    merges = written["model"].get("merges") or [["a", "b"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    end = config.get("eos_token_id")
    writer.add_eos_token_id(end[0] if isinstance(end, list) else end or 0)
    writer.add_bos_token_id(config.get("bos_token_id") or 0)


def _numbered(vocabulary: list[list[Any]]) -> Iterator[tuple[str, int]]:
    """Of a tokenizer that has its tokens in a list, each with its weight."""
    return ((entry[0], number) for number, entry in enumerate(vocabulary))


def _rope(config: dict[str, Any]) -> dict[str, Any]:
    return config.get("rope_parameters") or config.get("rope_scaling") or {}
