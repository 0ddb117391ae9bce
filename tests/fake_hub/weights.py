"""Tiny models in the real formats: a Llama with random weights, its tokenizer, GGUF, adapters.

They load in the libraries they are made for; what they say is noise.
"""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Mapping
from typing import Any

Shapes = dict[str, list[int]]

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<pad>"]
VOCABULARY = 260
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
ELEMENT = {"BF16": 2, "F16": 2, "F32": 4}
ONE = {"BF16": b"\x80\x3f", "F16": b"\x00\x3c", "F32": b"\x00\x00\x80\x3f"}
_SMALL_BF16 = bytes((byte & 0x80) | 0x3C for byte in range(256))
_SMALL_F16 = bytes((byte & 0x80) | 0x24 for byte in range(256))

GGUF_BLOCKS = {"F16": (1, 1, 2), "Q8_0": (8, 32, 34), "Q4_0": (2, 32, 18), "Q6_K": (14, 256, 210)}
GGUF_BLOCKS |= {"Q2_K": (10, 256, 84), "Q4_K": (12, 256, 144), "Q5_K": (13, 256, 176)}
"""Number of the type, weights and bytes of a block."""


def tiny_config(
    kind: str = "llama", hidden: int = 64, layers: int = 2, **more: Any
) -> dict[str, Any]:
    """A `config.json`; `kind` is a family whose tensors have Llama's names."""
    family = {"llama": "Llama", "qwen3": "Qwen3", "mistral": "Mistral"}[kind]
    return {
        "architectures": [f"{family}ForCausalLM"],
        "model_type": kind,
        "hidden_size": hidden,
        "intermediate_size": 2 * hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": hidden // 4,
        "vocab_size": VOCABULARY,
        "max_position_embeddings": 2048,
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "dtype": "bfloat16",
        **more,
    }


def shapes(config: Mapping[str, Any]) -> Shapes:
    """The tensors of `config`."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    keys = config["num_key_value_heads"] * config["head_dim"]
    found: Shapes = {"model.embed_tokens.weight": [config["vocab_size"], hidden]}
    for layer in range(config["num_hidden_layers"]):
        place = f"model.layers.{layer}."
        found[f"{place}input_layernorm.weight"] = [hidden]
        found[f"{place}post_attention_layernorm.weight"] = [hidden]
        for name, rows in {"q": hidden, "k": keys, "v": keys, "o": hidden}.items():
            found[f"{place}self_attn.{name}_proj.weight"] = [rows, hidden]
        if config["model_type"] == "qwen3":
            found[f"{place}self_attn.q_norm.weight"] = [config["head_dim"]]
            found[f"{place}self_attn.k_norm.weight"] = [config["head_dim"]]
        found[f"{place}mlp.gate_proj.weight"] = [inner, hidden]
        found[f"{place}mlp.up_proj.weight"] = [inner, hidden]
        found[f"{place}mlp.down_proj.weight"] = [hidden, inner]
    return {**found, "model.norm.weight": [hidden]}


def count(tensors: Shapes) -> int:
    """Numbers in all tensors together."""
    return sum(math.prod(shape) for shape in tensors.values())


def safetensors(tensors: Shapes, dtype: str = "BF16", seed: int = 0) -> bytes:
    """A safetensors file with small random weights."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    parts, place = [], 0
    for number, (name, shape) in enumerate(tensors.items()):
        data = _weights(math.prod(shape), dtype, "norm" in name, seed * 1000 + number)
        offsets = [place, place + len(data)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        parts.append(data)
        place += len(data)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + b"".join(parts)


def _weights(amount: int, dtype: str, is_norm: bool, seed: int) -> bytes:
    if is_norm:
        return ONE[dtype] * amount
    drawn = random.Random(seed).randbytes(2 * amount)
    data = bytearray(ELEMENT[dtype] * amount)
    data[ELEMENT[dtype] - 2 :: ELEMENT[dtype]] = drawn[::2]
    small = _SMALL_F16 if dtype == "F16" else _SMALL_BF16
    data[ELEMENT[dtype] - 1 :: ELEMENT[dtype]] = drawn[1::2].translate(small)
    return bytes(data)


def tokenizer_files(template: str = TEMPLATE) -> dict[str, str]:
    """A tokenizer whose tokens are bytes; without chat template if that is ""."""
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *_byte_letters()])}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    added = [
        {"id": vocabulary[word], "content": word, "special": True, "normalized": False}
        | {"single_word": False, "lstrip": False, "rstrip": False}
        for word in SPECIAL
    ]
    whole = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {**level, "use_regex": True},
        "post_processor": None,
        "decoder": {**level, "use_regex": True},
        "model": {"type": "BPE", "vocab": vocabulary, "merges": []},
    }
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": SPECIAL[0],
        "eos_token": SPECIAL[2],
        "pad_token": SPECIAL[3],
        "model_max_length": 2048,
        **({"chat_template": template} if template else {}),
    }
    return {"tokenizer.json": json.dumps(whole), "tokenizer_config.json": json.dumps(settings)}


def _byte_letters() -> list[str]:
    """The letters that stand for the 256 bytes in such tokenizers."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in seen}
    hidden = (byte for byte in range(256) if byte not in letters)
    letters |= {byte: chr(256 + number) for number, byte in enumerate(hidden)}
    return [letters[byte] for byte in range(256)]


def gguf(kind: str = "Q4_K", tensors: int = 4, rows: int = 64, **facts: str | int) -> bytes:
    """A GGUF file with `tensors` matrices of `rows` × 256 in the format `kind`."""
    number, per_block, block = GGUF_BLOCKS[kind]
    size = rows * 256 // per_block * block
    told = {"general.architecture": "llama", "general.alignment": 32, "llama.block_count": tensors}
    told |= {"llama.context_length": 2048, "llama.embedding_length": 256, **facts}
    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, len(told))
    for name, value in told.items():
        head += _text(name)
        head += (
            struct.pack("<I", 8) + _text(value)
            if isinstance(value, str)
            else struct.pack("<II", 4, value)
        )
    for index in range(tensors):
        head += _text(f"blk.{index}.ffn_up.weight")
        head += struct.pack("<IQQIQ", 2, 256, rows, number, index * size)
    head += bytes(-len(head) % 32)
    drawn = random.Random(rows).randbytes(size).translate(bytes(byte & 0x3B for byte in range(256)))
    return head + drawn * tensors


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()
