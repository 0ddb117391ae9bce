"""Encoders of a few thousand random numbers, with a word-piece tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
)

from desktop_llm.core.generation import ModelSource

MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = ["good", "bad", "film", "a", "very", "not", "[", "]", "sep", "cls"]
CONTEXT = 32


def word_tokenizer() -> Any:
    pieces = {piece: number for number, piece in enumerate([*MARKS, *WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocab=pieces, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    marks = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), MARKS, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **marks)


def tiny_encoder(kind: str = "bert") -> Any:
    """An encoder without any head, as sentence-transformers ship them."""
    torch.manual_seed(0)
    if kind == "distilbert":
        sizes = {"dim": 16, "hidden_dim": 32, "n_layers": 1, "n_heads": 2}
        config = DistilBertConfig(vocab_size=64, max_position_embeddings=CONTEXT, **sizes)
        return DistilBertModel(config).eval()
    sizes = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": CONTEXT,
        "pad_token_id": 0,
    }
    if kind == "roberta":
        return RobertaModel(RobertaConfig(vocab_size=64, **sizes), add_pooling_layer=False).eval()
    return BertModel(BertConfig(vocab_size=64, **sizes)).eval()


def save_encoder(folder: Path, kind: str = "bert") -> ModelSource:
    tiny_encoder(kind).save_pretrained(folder)
    word_tokenizer().save_pretrained(folder)
    return ModelSource(name="encoder", path=folder)
