"""Bringing a checked model folder into memory, without trusting anything in it to be code."""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from transformers import (
    CONFIG_MAPPING,
    MODEL_FOR_CAUSAL_LM_MAPPING,
    AutoModelForCausalLM,
    AutoTokenizer,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from desktop_llm.core.dtype_speeds import DtypeSpeeds
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import DeviceChoice, LoadOptions, LoadProgress, ModelSource
from desktop_llm.core.memory_fit import MemoryTight, NotEnoughMemory, free_memory
from desktop_llm.core.model_folder import ModelFolder, inspect_model_folder
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.engine.adapter_folder import AdapterFolder, read_adapter
from desktop_llm.engine.config_check import bare_model, check_configuration, model_config
from desktop_llm.engine.conversion import ensure_converted
from desktop_llm.engine.devices import real_cores
from desktop_llm.engine.dtype_choice import cpu_speeds
from desktop_llm.engine.errors import ModelDamaged, OutOfMemory, UnknownArchitecture
from desktop_llm.engine.fast.weights import (
    Checkpoint,
    empty_model,
    load_packed,
    pack_model,
    packable,
    runs,
)
from desktop_llm.engine.fast.weights_choice import (
    EXACT_ONLY,
    MOST,
    WeightsChoice,
    choose_weights,
    for_memory,
)
from desktop_llm.engine.reading_progress import reading_progress
from desktop_llm.engine.room import Room, find_room

if TYPE_CHECKING:
    from desktop_llm.engine.adapter import PutOn

log = logging.getLogger(__name__)

AROUND_PACKED = QT_TRANSLATE_NOOP(
    "core", "No usable GPU was found; whatever the weights are kept in, {name} computes in float32."
)

FLOAT16_OVERFLOWS = QT_TRANSLATE_NOOP(
    "core", "This model's numbers are too large for float16, so float32 is used on {name}."
)

MOST_DETAIL = 300
"""Characters that are told of what a foreign reader said; all of it is in the log."""


@dataclass
class ModelParts:
    """A model in memory with what belongs to it."""

    model: Any
    tokenizer: Any
    folder: ModelFolder
    device: DeviceChoice
    context_length: int
    end_tokens: frozenset[int]
    """Ids that end a completion."""
    adapter: PutOn | None = None
    context_reason: Text | None = None
    """Why `context_length` is less than the model could read."""
    bits: int = 0
    """Of a weight; 0: as `device.dtype` says."""
    weights_reason: Text | None = None
    """Why the weights are kept as they are."""


def load_parts(
    source: ModelSource,
    device: DeviceChoice,
    on_progress: Callable[[LoadProgress], None],
    options: LoadOptions | None = None,
) -> ModelParts:
    """Load `source`, its adapter too, onto `device`; without `options` with exact weights.

    Raises `ExpectedError`, before reading weights if possible.
    """
    ensure_converted(source, on_progress)
    on_progress(LoadProgress("checking"))
    folder = inspect_model_folder(source.path)
    _check_kind(folder, source.name)
    options, free = options or LoadOptions(weights="exact"), _free_memory(device)

    def on_fraction(fraction: float) -> None:
        on_progress(LoadProgress("reading", fraction))

    try:
        check_configuration(folder)
        adapter = _checked_adapter(source, folder)
        choice, room = _plan(source, folder, device, options, adapter, free)
        on_progress(LoadProgress("reading"))
        device = _around(device, choice.bits, options)
        model, choice = _read(folder, device, choice, on_fraction)
        tokenizer = _read_tokenizer(folder)
        device = _settle_overflow(model, device)
        spare = free - room.needed.total
        put_on = _put_on(model, adapter, folder, choice.bits, spare) if adapter else None
    except ExpectedError:
        raise
    except Exception as error:  # foreign files: the readers can raise anything
        raise as_out_of_memory(error) or ModelDamaged(folder.path, _detail(error)) from error
    ends = _end_tokens(model, tokenizer)
    return ModelParts(
        model, tokenizer, folder, device, room.context, ends, put_on,
        context_reason=room.reason, bits=choice.bits, weights_reason=choice.reason,
    )  # fmt: skip


def as_out_of_memory(error: BaseException) -> OutOfMemory | None:
    """Our error, if `error` means that memory ran out on any device.

    The processor's allocator raises a bare RuntimeError, so that its text is all there is.
    """
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return OutOfMemory()
    texts = ("DefaultCPUAllocator: ", "MPS backend out of memory")
    if isinstance(error, RuntimeError) and any(text in str(error) for text in texts):
        return OutOfMemory()
    return None


def _check_kind(folder: ModelFolder, name: str) -> None:
    """Refuse what cannot be run, before its weights are read."""
    folder.check_architecture(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.keys())
    if folder.architecture.endswith("ForSequenceClassification"):  # its head writes labels
        raise UnknownArchitecture(name, folder.architecture)
    model_class = MODEL_FOR_CAUSAL_LM_MAPPING[CONFIG_MAPPING[folder.model_type]]
    if "past_key_values" not in inspect.signature(model_class.forward).parameters:
        # A cache of another kind (Mamba): it would be ignored, and nonsense come out.
        raise UnknownArchitecture(name, folder.architecture)
    quantisation = folder.config.get("quantization_config")
    if quantisation or not folder.weight_files:
        method = quantisation.get("quant_method") if isinstance(quantisation, dict) else "GGUF"
        raise UnknownArchitecture(name, f"{folder.architecture}, {method}")


def _checked_adapter(source: ModelSource, folder: ModelFolder) -> AdapterFolder | None:
    """The adapter of `source`, if it has one, once it is known to fit the model in `folder`."""
    if source.adapter is None:
        return None
    from desktop_llm.engine.adapter import check_adapter  # peft takes a while to import

    adapter = read_adapter(source.adapter)
    check_adapter(adapter, bare_model(folder), source.name)
    return adapter


def _put_on(model: Any, adapter: AdapterFolder, folder: ModelFolder, bits: int, room: int) -> PutOn:
    if bits:
        from desktop_llm.engine.packed_adapter import put_on_packed

        skeleton = empty_model(model_config(folder), model.dtype)
        return put_on_packed(model, adapter, skeleton, Checkpoint(folder.weight_files), room)
    from desktop_llm.engine.adapter import put_on

    return put_on(model, adapter, room)


def _free_memory(device: DeviceChoice) -> int:
    if device.kind == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    return free_memory()


def _plan(
    source: ModelSource,
    folder: ModelFolder,
    device: DeviceChoice,
    options: LoadOptions,
    adapter: AdapterFolder | None,
    free: int,
) -> tuple[WeightsChoice, Room]:
    """How many bits the weights get, and the room for them: unasked fewer if memory is short."""
    part = functools.cache(lambda: _packable(folder, device, adapter))

    def room(bits: int) -> Room:
        packs = device.kind == "cpu"
        dtype = _around(device, bits, options).dtype
        return find_room(source, folder, dtype, bits, options, free, can_pack=packs)

    def speeds() -> DtypeSpeeds:
        return cpu_speeds(options.threads or real_cores(), options.cache_dir)

    _refuse_hopeless(source, folder, device, options, free)
    keeps = adapter is None and folder.has_halves
    choice = choose_weights(options, device, folder.parameters, keeps, part, speeds)
    try:
        return choice, room(choice.bits)
    except MemoryTight:
        raise
    except NotEnoughMemory:
        if options.weights != "auto" or device.kind != "cpu" or part() < MOST:
            raise
        if choice.bits in (0, 16):
            with contextlib.suppress(NotEnoughMemory):
                return for_memory(8), room(8)
        return for_memory(4), room(4)


def _refuse_hopeless(
    source: ModelSource,
    folder: ModelFolder,
    device: DeviceChoice,
    options: LoadOptions,
    free: int,
) -> None:
    """Raise NotEnoughMemory for what fits with no bits at all, before a skeleton of it is built.

    A configuration may ask for millions of layers: only reckoning with them costs nothing.
    """
    packs, quiet = device.kind == "cpu", replace(options, ask_if_tight=False)
    try:
        find_room(source, folder, device.dtype, 4 if packs else 0, quiet, free, can_pack=packs)
    except NotEnoughMemory:
        find_room(source, folder, device.dtype, 0, quiet, free, can_pack=packs)
        raise


def _around(device: DeviceChoice, bits: int, options: LoadOptions) -> DeviceChoice:
    """The format of what lies between packed layers, which compute in float32."""
    if not bits or options.dtype != "auto" or device.dtype == "float32":
        return device
    return replace(device, dtype="float32", reason=Text(AROUND_PACKED, {"name": device.name}))


def _packable(folder: ModelFolder, device: DeviceChoice, adapter: AdapterFolder | None) -> float:
    skeleton = empty_model(model_config(folder), getattr(torch, device.dtype))
    if adapter:
        from desktop_llm.engine.packed_adapter import fits_packed

        if not fits_packed(adapter, skeleton):
            return 0.0
    return packable(skeleton)


def _read(
    folder: ModelFolder,
    device: DeviceChoice,
    choice: WeightsChoice,
    on_fraction: Callable[[float], None],
) -> tuple[Any, WeightsChoice]:
    """The model, and how its weights are kept after all."""
    if choice.bits:
        dtype = getattr(torch, device.dtype)
        model = load_packed(folder, model_config(folder), dtype, choice.bits, on_fraction)
        if model is None:  # transformers has to convert it: more memory for a while
            model = _read_exact(folder, device, on_fraction)
            pack_model(model, choice.bits)
        if runs(model):
            return model, choice
        choice = EXACT_ONLY
    return _read_exact(folder, device, on_fraction), choice


def _read_exact(
    folder: ModelFolder, device: DeviceChoice, on_fraction: Callable[[float], None]
) -> Any:
    with reading_progress(on_fraction):
        model, report = AutoModelForCausalLM.from_pretrained(
            folder.path,
            config=model_config(folder),
            dtype=getattr(torch, device.dtype),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    if report["missing_keys"] or report["mismatched_keys"]:
        # They would be random numbers: fluent nonsense instead of a message.
        raise ModelDamaged(folder.path, "some of its weights are missing")
    return model.to(device.kind).eval()


def _read_tokenizer(folder: ModelFolder) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(
        folder.path, config=model_config(folder), local_files_only=True, trust_remote_code=False
    )
    if not len(tokenizer):
        raise ModelDamaged(folder.path, "its tokenizer is missing")
    return tokenizer


@torch.inference_mode()
def _settle_overflow(model: Any, device: DeviceChoice) -> DeviceChoice:
    """Move a model whose numbers overflow float16 to float32; most were trained in bfloat16."""
    if device.dtype != "float16":
        return device
    ids = torch.arange(8, device=device.kind)[None] % model.config.get_text_config().vocab_size
    if bool(torch.isfinite(model(ids).logits).all()):
        return device
    model.float()
    return replace(device, dtype="float32", reason=Text(FLOAT16_OVERFLOWS, {"name": device.name}))


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """Every id that the model, its generation settings or its tokenizer call an end."""
    ends: set[int] = set()
    configs = (model.generation_config, model.config.get_text_config())
    for end in [config.eos_token_id for config in configs] + [tokenizer.eos_token_id]:
        ends.update([end] if isinstance(end, int) else end or [])
    return frozenset(ends)


def _detail(error: Exception) -> str:
    """What a foreign reader says, on one line; of a long text both ends: the reason stands last."""
    log.warning("a model could not be read", exc_info=error)
    said = str(error).partition("Exception raised from ")[0]  # torch: and all of its C++ frames
    text = " ".join(said.split()).rstrip(".")
    if " " not in text:  # of a KeyError there is only the key
        text = f"{type(error).__name__} {text}".rstrip()
    return text if len(text) <= MOST_DETAIL else f"{text[:100]} … {text[100 - MOST_DETAIL :]}"
