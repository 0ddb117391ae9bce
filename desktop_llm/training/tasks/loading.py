"""Base models for training: in float32, with what the tasks have to know of their tokenizer.

The same rules as for running them: known architectures, safetensors only, no code of theirs, and
no weight that is missing, but for the head of a new classifier.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

import torch
from transformers import (
    CONFIG_MAPPING,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES,
)

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import DeviceChoice, LoadProgress, ModelSource
from desktop_llm.core.model_folder import ModelFolder, inspect_model_folder
from desktop_llm.engine.conversion import ensure_converted
from desktop_llm.engine.errors import ModelDamaged, UnknownArchitecture
from desktop_llm.engine.loading import as_out_of_memory
from desktop_llm.engine.reading_progress import reading_progress
from desktop_llm.engine.room import UNKNOWN_CONTEXT
from desktop_llm.training.errors import ModelCannotWrite, ModelCompressed, ModelHasAdapter
from desktop_llm.training.job import TaskName

OnProgress = Callable[[LoadProgress], None]


def ignore_progress(_: LoadProgress) -> None:
    """Nobody wants to know how far the loading is."""


def load_tokenizer(source: ModelSource, on_progress: OnProgress = ignore_progress) -> Any:
    """The tokenizer of `source`, without its weights. Raises ExpectedError.

    It knows more than others: `model_max_length` is what the model reads at most, and `answer_ends`
    are the ids that end an answer (a frozenset, perhaps empty).
    """
    folder = _folder(source, on_progress)
    return _guarded(folder, lambda: _tokenizer(folder, _config(folder)))


def check_base(
    source: ModelSource, task: TaskName, on_progress: OnProgress = ignore_progress
) -> ModelFolder:
    """The folder of `source`, if `task` can train it; else raises ExpectedError. Reads no weights.

    A model that still has to be converted is converted.
    """
    folder = _folder(source, on_progress)
    if task == "classify":
        _check_known(folder, source, MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES)
        if folder.config.get("is_encoder_decoder"):
            raise UnknownArchitecture(source.name, folder.architecture)
    else:
        if _only_reads(folder):
            raise ModelCannotWrite(source.name, folder.architecture or folder.model_type)
        _check_known(folder, source, MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)
    return folder


def load_language_model(
    source: ModelSource, device: DeviceChoice, on_progress: OnProgress = ignore_progress
) -> tuple[Any, Any]:
    """A model that writes, in float32 on `device`, and its tokenizer. Raises ExpectedError."""
    folder = check_base(source, "sft", on_progress)
    return _load(AutoModelForCausalLM, folder, _config(folder), device, on_progress)


def load_classifier(
    source: ModelSource,
    labels: tuple[str, ...],
    device: DeviceChoice,
    on_progress: OnProgress = ignore_progress,
) -> tuple[Any, Any]:
    """A model with a head for `labels`, in float32 on `device`, and its tokenizer.

    Encoders and decoders; a head that is not in the file begins with random numbers, for which
    the caller sets torch's seed. Raises ExpectedError.
    """
    folder = check_base(source, "classify", on_progress)
    names = {"id2label": dict(enumerate(labels)), "label2id": {n: i for i, n in enumerate(labels)}}
    settings = {key: value for key, value in folder.config.items() if key != "num_labels"}
    config = CONFIG_MAPPING[folder.model_type].from_dict({**settings, **names})
    model, tokenizer = _load(
        AutoModelForSequenceClassification, folder, config, device, on_progress
    )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    # A decoder judges the last token that is not padding.
    model.config.pad_token_id = model.config.get_text_config().pad_token_id = tokenizer.pad_token_id
    return model, tokenizer


def _folder(source: ModelSource, on_progress: OnProgress) -> ModelFolder:
    if source.adapter is not None:
        raise ModelHasAdapter(source.title or source.name)
    ensure_converted(source, on_progress)
    on_progress(LoadProgress("checking"))
    folder = inspect_model_folder(source.path)
    _check_known(folder, source, CONFIG_MAPPING.keys())
    quantisation = folder.config.get("quantization_config")
    if quantisation or not folder.weight_files:
        method = quantisation.get("quant_method") if isinstance(quantisation, dict) else "GGUF"
        raise ModelCompressed(source.name, str(method))
    return folder


def _check_known(folder: ModelFolder, source: ModelSource, known: Collection[str]) -> None:
    if folder.model_type not in known:
        shown = folder.architecture or folder.model_type or "?"
        raise UnknownArchitecture(source.name, shown)


def _only_reads(folder: ModelFolder) -> bool:
    """Whether the weights are an encoder's or a classifier's, whatever class could load them."""
    encoder = folder.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES
    whole = encoder and not folder.config.get("is_decoder")
    return whole or "ForSequenceClassification" in folder.architecture


def _config(folder: ModelFolder) -> Any:
    return CONFIG_MAPPING[folder.model_type].from_dict(dict(folder.config))


def _load(
    loader: Any, folder: ModelFolder, config: Any, device: DeviceChoice, on_progress: OnProgress
) -> tuple[Any, Any]:
    on_progress(LoadProgress("reading"))
    with reading_progress(lambda fraction: on_progress(LoadProgress("reading", fraction))):
        model = _guarded(folder, lambda: _model(loader, folder, config).to(device.kind))
    return model, _guarded(folder, lambda: _tokenizer(folder, config))


def _guarded(folder: ModelFolder, read: Callable[[], Any]) -> Any:
    """What `read` returns; foreign files can make the readers raise anything."""
    try:
        return read()
    except ExpectedError:
        raise
    except Exception as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        damaged = ModelDamaged(folder.path, first.rstrip(".")[:200])
        raise as_out_of_memory(error) or damaged from error


def _model(loader: Any, folder: ModelFolder, config: Any) -> Any:
    model, report = loader.from_pretrained(
        folder.path,
        config=config,
        dtype=torch.float32,
        local_files_only=True,
        use_safetensors=True,
        trust_remote_code=False,
        ignore_mismatched_sizes=loader is AutoModelForSequenceClassification,
        output_loading_info=True,
    )
    mismatched = {key[0] for key in report["mismatched_keys"]}
    if any(not _is_head(model, key) for key in {*report["missing_keys"], *mismatched}):
        raise ModelDamaged(folder.path, "some of its weights are missing")
    return model


def _is_head(model: Any, key: str) -> bool:
    """Whether the weight `key` belongs to a classifier's head, which may begin at random.

    An encoder's pooler is between the two, and often not in the file.
    """
    if "ForSequenceClassification" not in type(model).__name__:
        return False
    return not key.startswith(model.base_model_prefix + ".") or ".pooler." in key


def _tokenizer(folder: ModelFolder, config: Any) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(
        folder.path, config=config, local_files_only=True, trust_remote_code=False
    )
    if not len(tokenizer):
        raise ModelDamaged(folder.path, "its tokenizer is missing")
    limit = folder.context_length or UNKNOWN_CONTEXT
    tokenizer.model_max_length = min(tokenizer.model_max_length, limit)
    tokenizer.answer_ends = _answer_ends(folder, config, tokenizer)
    return tokenizer


def _answer_ends(folder: ModelFolder, config: Any, tokenizer: Any) -> frozenset[int]:
    """What the engine takes for the end of a completion: by model, its settings, its tokenizer."""
    file = folder.path / "generation_config.json"
    settings = json.loads(file.read_bytes()) if file.is_file() else {}
    ends: set[int] = set()
    text = config.get_text_config()
    for end in (settings.get("eos_token_id"), text.eos_token_id, tokenizer.eos_token_id):
        ends.update(one for one in (end if isinstance(end, list) else [end]) if type(one) is int)
    return frozenset(ends)
