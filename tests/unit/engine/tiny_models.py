"""Models of a few thousand random numbers and a byte-level tokenizer, built in a second."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import gguf
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Phi3Config,
    Phi3ForCausalLM,
    PhiConfig,
    PhiForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from desktop_llm.core.generation import ModelSource

START, END, BEGIN = "<|im_start|>", "<|im_end|>", "<|begin|>"
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CORPUS = ["hello world, how are you?", "the quick brown fox", "User: hi\nAssistant: hello"] * 20
CONTEXT = 256


@cache
def _trained() -> str:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[BEGIN, START, END],
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return str(tokenizer.to_str())


def byte_tokenizer(template: str | None = TEMPLATE, extra: tuple[str, ...] = ()) -> Any:
    """A byte-level BPE; `extra` are added tokens that are not special."""
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(_trained()),
        bos_token=BEGIN,
        eos_token=END,
        clean_up_tokenization_spaces=False,
    )
    tokenizer.add_tokens([AddedToken(name, special=False) for name in extra])
    tokenizer.chat_template = template
    return tokenizer


def fallback_tokenizer() -> Any:
    """Pieces that begin with a space mark, and bytes for what is not in the vocabulary."""
    pieces = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "h", "e", "▁h", "▁he"]
    tokenizer = Tokenizer(
        models.BPE(
            vocab={piece: number for number, piece in enumerate(pieces)},
            merges=[("▁", "h"), ("▁h", "e")],
            unk_token="<unk>",
            byte_fallback=True,
        )
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1),
        ]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def tiny_model(kind: str = "llama", vocabulary: int = 320, **changes: Any) -> Any:
    """An untrained model in float32; the same numbers every time."""
    torch.manual_seed(0)
    shared = {"vocab_size": vocabulary, "bos_token_id": 0, "eos_token_id": 2}
    if kind == "gpt2":
        sizes = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT}
        return GPT2LMHeadModel(GPT2Config(**{**shared, **sizes, **changes})).eval()
    sizes = {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": CONTEXT,
    }
    config, model = {
        "llama": (LlamaConfig, LlamaForCausalLM),
        "qwen2": (Qwen2Config, Qwen2ForCausalLM),
        "qwen3": (Qwen3Config, Qwen3ForCausalLM),
        "mistral": (MistralConfig, MistralForCausalLM),
        "gemma2": (Gemma2Config, Gemma2ForCausalLM),
        "gemma3": (Gemma3TextConfig, Gemma3ForCausalLM),
        "phi": (PhiConfig, PhiForCausalLM),
        "phi3": (Phi3Config, Phi3ForCausalLM),
    }[kind]
    return model(config(**{**shared, "initializer_range": 0.3, **sizes, **changes})).eval()


def save_model(folder: Path, model: Any = None, tokenizer: Any = None) -> ModelSource:
    """A model folder as people download them."""
    (model or tiny_model()).save_pretrained(folder)
    (tokenizer or byte_tokenizer()).save_pretrained(folder)
    return ModelSource(name="tiny", path=folder)


def whole_model() -> Any:
    """The tiny Llama with as many rows as there are tokens, which llama.cpp wants."""
    tokenizer = byte_tokenizer()
    model = tiny_model(vocabulary=len(tokenizer), tie_word_embeddings=True)
    odd = [number for name, number in tokenizer.get_vocab().items() if not name.isascii()]
    with torch.no_grad():  # halves of characters are never likely
        model.get_input_embeddings().weight[odd] = 0
    return model


def save_gguf(file: Path, model: Any = None) -> Path:
    """The tiny Llama as a GGUF file, tokenizer and template inside."""
    model, tokenizer = model or tiny_model(tie_word_embeddings=True), byte_tokenizer()
    writer = gguf.GGUFWriter(file, "llama")
    _write_settings(writer, model.config)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([name for name, _ in vocabulary])
    writer.add_token_types([3 if number < 3 else 1 for _, number in vocabulary])
    writer.add_token_merges(_merges(tokenizer))
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, model.config.num_hidden_layers)
    for name, tensor in model.state_dict().items():
        if name != "lm_head.weight":
            key = names.get_name(name, try_suffixes=(".weight",))
            writer.add_tensor(key, _as_llama_cpp(name, tensor, model.config).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _write_settings(writer: Any, config: Any) -> None:
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_vocab_size(config.vocab_size)


def _merges(tokenizer: Any) -> list[str]:
    import json

    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    return [" ".join(pair) for pair in merges]


def _as_llama_cpp(name: str, tensor: torch.Tensor, config: Any) -> torch.Tensor:
    """llama.cpp pairs the halves of a rotated head differently."""
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for part, count in heads.items():
        if part in name:
            rows, columns = tensor.shape
            halves = tensor.reshape(count, 2, rows // count // 2, columns)
            return halves.swapaxes(1, 2).reshape(rows, columns).contiguous()
    return tensor
