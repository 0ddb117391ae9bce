"""Model folders with random weights, of a real model's size and shape: for what they weigh."""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

ARCHITECTURES = {"llama": (LlamaConfig, LlamaForCausalLM), "qwen2": (Qwen2Config, Qwen2ForCausalLM)}
SPECIAL = ("<|begin|>", "<|end|>")


def make_random_model(folder: Path, architecture: str, **shape: Any) -> Path:
    """Write a model in bfloat16 with a tokenizer for its whole vocabulary; a "Z" is one token."""
    config, model_class = ARCHITECTURES[architecture]
    with torch.device("meta"):
        model = model_class(config(bos_token_id=0, eos_token_id=1, **shape)).to(torch.bfloat16)
    model = model.to_empty(device="cpu")
    for weight in model.parameters():
        weight.data.uniform_(-0.03, 0.03) if weight.ndim > 1 else weight.data.fill_(1)
    model.tie_weights()
    model.save_pretrained(folder)
    _tokenizer(shape["vocab_size"]).save_pretrained(folder)
    return folder


def _tokenizer(size: int) -> Any:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*SPECIAL, *alphabet]
    merges = list(itertools.islice(_merges(), size - len(words)))
    words += [first + second for first, second in merges]
    tokenizer = Tokenizer(models.BPE({word: n for n, word in enumerate(words)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=SPECIAL[0], eos_token=SPECIAL[1]
    )


def _merges() -> Iterator[tuple[str, str]]:
    """Pairs whose joining gives all words of two small letters, then of three, and so on."""
    words = list(string.ascii_lowercase)
    while True:
        longer = list(itertools.product(words, string.ascii_lowercase))
        yield from longer
        words = [first + second for first, second in longer]
