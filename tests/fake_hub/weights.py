"""Tiny models in the real formats: a Llama with random weights, and its tokenizer.

They load in the libraries they are made for, and what they say is noise.
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
MERGE = ("Ġ", "t")
VOCABULARY = 261
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
ELEMENT = {"BF16": 2, "F16": 2, "F32": 4}
ONE = {"BF16": b"\x80\x3f", "F16": b"\x00\x3c", "F32": b"\x00\x00\x80\x3f"}
_SMALL_BF16 = bytes((byte & 0x80) | 0x3C for byte in range(256))
_SMALL_F16 = bytes((byte & 0x80) | 0x24 for byte in range(256))


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
    vocabulary = {word: number for number, word in enumerate(words())}
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
        "model": {"type": "BPE", "vocab": vocabulary, "merges": [" ".join(MERGE)]},
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


def words() -> list[str]:
    """All tokens: the special ones, the letters that stand for the 256 bytes, and one of two."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in seen}
    hidden = (byte for byte in range(256) if byte not in letters)
    letters |= {byte: chr(256 + number) for number, byte in enumerate(hidden)}
    return [*SPECIAL, *(letters[byte] for byte in range(256)), "".join(MERGE)]
