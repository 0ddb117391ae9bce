"""Model folders of a few bytes, whole or broken on purpose."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 8,
    "intermediate_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
    "vocab_size": 16,
}

Shapes = dict[str, tuple[str, list[int]]]
TENSORS: Shapes = {
    "model.embed_tokens.weight": ("BF16", [16, 8]),
    "model.norm.weight": ("F32", [8]),
}
BYTES = {"BF16": 2, "F32": 4, "F16": 2, "I8": 1}


def header(tensors: Shapes = TENSORS) -> dict[str, Any]:
    position, entries = 0, {}
    for name, (dtype, shape) in tensors.items():
        end = position + BYTES[dtype] * math.prod(shape)
        entries[name] = {"dtype": dtype, "shape": shape, "data_offsets": [position, end]}
        position = end
    return entries


def safetensors(entries: Any, data: bytes | None = None) -> bytes:
    """A file with the header `entries` and as many bytes as it says."""
    raw = json.dumps(entries).encode()
    if data is None:
        data = bytes(max((e["data_offsets"][1] for e in entries.values()), default=0))
    return struct.pack("<Q", len(raw)) + raw + data


def make_folder(
    path: Path, config: dict[str, Any] | None = None, tensors: Shapes = TENSORS
) -> Path:
    """A whole model folder, with `config` merged into the usual one."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "config.json").write_text(json.dumps(CONFIG | (config or {})))
    (path / "model.safetensors").write_bytes(safetensors(header(tensors)))
    return path


def make_shards(path: Path, weight_map: dict[str, str]) -> Path:
    """A folder with an index and the two shards `a.safetensors` and `b.safetensors`."""
    make_folder(path)
    (path / "model.safetensors").unlink()
    for name, tensor in (("a", "first"), ("b", "second")):
        raw = safetensors(header({tensor: ("F32", [2])}))
        (path / f"{name}.safetensors").write_bytes(raw)
    index = {"metadata": {}, "weight_map": weight_map}
    (path / "model.safetensors.index.json").write_text(json.dumps(index))
    return path
