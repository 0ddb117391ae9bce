"""A tiny Llama as a GGUF file in any of the usual quantisations, with random weights."""

from __future__ import annotations

import math
import random
import struct

from tests.fake_hub import weights

BLOCKS = {
    "F16": (1, 1, 2),
    "Q4_0": (2, 32, 18),
    "Q8_0": (8, 32, 34),
    "Q2_K": (10, 256, 84),
    "Q4_K": (12, 256, 144),
    "Q5_K": (13, 256, 176),
    "Q6_K": (14, 256, 210),
}
"""Number of the format, weights and bytes of a block."""

ALIGNMENT = 32
WIDTH, INNER, KEYS = 256, 512, 128
_FINITE = bytes(byte & 0x2B for byte in range(256))
"""Random bytes of any format, made harmless: none of its scales is infinite, or large."""

Setting = str | int | float | list[str] | list[int]


def gguf(kind: str = "Q4_K", layers: int = 1, **more: Setting) -> bytes:
    """A file that loads; `more`: further settings, with "__" for "."."""
    settings = _settings(layers) | {name.replace("__", "."): value for name, value in more.items()}
    tensors = _tensors(layers)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(settings))
    head += b"".join(_text(name) + _setting(value) for name, value in settings.items())
    data = b""
    for seed, (name, shape) in enumerate(tensors.items()):
        number = 0 if len(shape) == 1 else BLOCKS[kind][0]
        sizes = struct.pack(f"<{len(shape)}Q", *reversed(shape))
        head += _text(name) + struct.pack("<I", len(shape)) + sizes
        head += struct.pack("<IQ", number, len(data))
        data += _aligned(_content(shape, kind, seed))
    return _aligned(head) + data


def _settings(layers: int) -> dict[str, Setting]:
    words = weights.words()
    special = len(weights.SPECIAL)
    return {
        "general.architecture": "llama",
        "general.alignment": ALIGNMENT,
        "llama.block_count": layers,
        "llama.context_length": 2048,
        "llama.embedding_length": WIDTH,
        "llama.feed_forward_length": INNER,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.freq_base": 10000.0,
        "llama.rope.dimension_count": WIDTH // 4,
        "llama.vocab_size": len(words),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": words,
        "tokenizer.ggml.token_type": [3] * special + [1] * (len(words) - special),
        "tokenizer.ggml.merges": [" ".join(weights.MERGE)],
        "tokenizer.ggml.bos_token_id": 0,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.padding_token_id": 3,
        "tokenizer.chat_template": weights.TEMPLATE,
    }


def _tensors(layers: int) -> weights.Shapes:
    found: weights.Shapes = {"token_embd.weight": [weights.VOCABULARY, WIDTH]}
    for layer in range(layers):
        shapes = {"attn_norm": [WIDTH], "ffn_norm": [WIDTH]}
        shapes |= {"attn_q": [WIDTH, WIDTH], "attn_output": [WIDTH, WIDTH]}
        shapes |= {"attn_k": [KEYS, WIDTH], "attn_v": [KEYS, WIDTH]}
        shapes |= {"ffn_gate": [INNER, WIDTH], "ffn_up": [INNER, WIDTH]}
        shapes |= {"ffn_down": [WIDTH, INNER]}
        found |= {f"blk.{layer}.{name}.weight": shape for name, shape in shapes.items()}
    return {**found, "output_norm.weight": [WIDTH]}


def _content(shape: list[int], kind: str, seed: int) -> bytes:
    count = math.prod(shape)
    if len(shape) == 1:
        return weights.ONE["F32"] * count
    _, numbers, size = BLOCKS[kind]
    return random.Random(seed).randbytes(count // numbers * size).translate(_FINITE)


def _aligned(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)


def _setting(value: Setting) -> bytes:
    """The number of its type, and the value."""
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    items = [_setting(item) for item in value]
    return (
        struct.pack("<I", 9)
        + items[0][:4]
        + struct.pack("<Q", len(items))
        + b"".join(item[4:] for item in items)
    )


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()
