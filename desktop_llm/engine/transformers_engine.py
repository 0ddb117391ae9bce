"""The engine for models in the Hugging Face layout, on torch and transformers."""

from __future__ import annotations

import gc
import hashlib
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from desktop_llm.core.generation import (
    Capabilities,
    GenerationEvent,
    GenerationRecord,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    LoadProgress,
    ModelSource,
    TokenLogprob,
)
from desktop_llm.core.machine import versions
from desktop_llm.engine.chat_prompt import PLAIN_STOP, PromptWriter
from desktop_llm.engine.devices import choose_device, free_memory_of, real_cores
from desktop_llm.engine.errors import (
    EmptyPrompt,
    NoModelLoaded,
    PromptTooLong,
)
from desktop_llm.engine.fast.compact import CompactStep, compact_step, speed_up
from desktop_llm.engine.fast.prefix_cache import PrefixCache
from desktop_llm.engine.fast.speculation import Pace
from desktop_llm.engine.generation_loop import Job, run
from desktop_llm.engine.loading import ModelParts, as_out_of_memory, load_parts
from desktop_llm.engine.prompt_counter import CountsPrompts, PromptCounter
from desktop_llm.engine.reading import mean_vector, token_logprobs
from desktop_llm.engine.sampling import draw_seed
from desktop_llm.engine.text_stream import TextStream
from desktop_llm.engine.thinking import ThinkingSplitter, open_marker


@dataclass
class _Loaded:
    """What one `load` put into memory. `counter` has a tokenizer of its own, for other threads."""

    parts: ModelParts
    facts: LoadedModel
    writer: PromptWriter
    counter: PromptCounter
    cache: PrefixCache
    pace: Pace | None
    """None: nothing is guessed."""
    steps: dict[bool, CompactStep | None] = field(default_factory=dict)
    """Of the tuned model (True) and its base, which have other weights in the same layers."""


class TransformersEngine(CountsPrompts):
    """One model in memory, run on the calling thread. See `engine.protocol.Engine`.

    `count_tokens`, `count_texts`, `explain`, `split_text` and `template` may be called from another
    thread at any time.
    """

    capabilities = Capabilities()

    def __init__(self, on_stuck: Callable[[], None] = lambda: None) -> None:
        """`on_stuck`: a chat template hangs where nothing can end it but the process's end."""
        self._on_stuck = on_stuck
        self._loaded: _Loaded | None = None

    def load(
        self,
        model: ModelSource,
        adapter: Path | None,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> LoadedModel:
        """Load `model` with `adapter`, or else with the model's own, after unloading the last one.

        An adapter is a PEFT folder or the folder of a run. Raises `ExpectedError`.
        """
        self.unload()
        model = replace(model, adapter=adapter or model.adapter)
        start = time.perf_counter()
        threads = options.threads or real_cores()
        torch.set_num_threads(threads)
        on_progress(LoadProgress("measuring"))
        device = choose_device(options)
        parts = load_parts(model, device, on_progress, options)
        on_progress(LoadProgress("compiling"))
        speed_up(parts.model, swaps=parts.adapter is not None)
        writer, counter = self._prompts(parts.tokenizer, options.template)
        facts = _facts(model, parts, writer, options)
        facts = replace(facts, load_s=round(time.perf_counter() - start, 3), threads=threads)
        cache = PrefixCache(options.cache_bytes, partial(free_memory_of, device.kind))
        pace = Pace() if options.speculation else None
        self._loaded = _Loaded(parts, facts, writer, counter, cache, pace)
        return facts

    def _prompts(self, tokenizer: Any, template: str) -> tuple[PromptWriter, PromptCounter]:
        """Who writes and who counts prompts, by `template` or else by the model's own."""
        writer = PromptWriter(tokenizer, self._on_stuck)
        own_template = writer.template
        if template:
            writer.use(template)
        return writer, PromptCounter(tokenizer, own_template, self._on_stuck)

    def generate(
        self, request: GenerationRequest, on_event: Callable[[GenerationEvent], None]
    ) -> GenerationResult:
        """Run `request` until it ends or `request.stop` is set. Raises `ExpectedError`."""
        loaded = self._require()
        job = _job(loaded, request)
        _choose(loaded, request.use_adapter)
        kept = (None, None) if request.exact else (loaded.cache, loaded.pace)
        try:
            completions = run(loaded.parts.model, job, on_event, *kept)
        except (RuntimeError, MemoryError) as error:
            loaded.cache.clear()  # for what is asked next, if there was too little memory
            raise as_out_of_memory(error) or error from error
        return GenerationResult(request.id, tuple(completions), loaded.cache.nbytes)

    def score(self, text: str) -> list[TokenLogprob]:
        """The log-probability (natural logarithm) of every token of `text` but the first."""
        loaded = self._require()
        parts = loaded.parts
        _choose(loaded)
        return token_logprobs(parts.model, parts.tokenizer, _fitting(loaded, text))

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector per text: the mean of the last hidden state over its tokens, of length 1."""
        loaded = self._require()
        _choose(loaded)
        return [mean_vector(loaded.parts.model, _fitting(loaded, text)) for text in texts]

    def unload(self) -> None:
        """Give the memory back; harmless when nothing is loaded."""
        if self._loaded is None:
            return
        self._loaded = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if torch.backends.mps.is_available():
            torch.mps.empty_cache()

    @property
    def _counter(self) -> PromptCounter:
        return self._require().counter

    def _require(self) -> _Loaded:
        if self._loaded is None:
            raise NoModelLoaded
        return self._loaded


def _facts(
    model: ModelSource, parts: ModelParts, writer: PromptWriter, options: LoadOptions
) -> LoadedModel:
    """What is told of a model that was loaded."""
    extra = parts.adapter.memory_bytes if parts.adapter else 0
    return LoadedModel(
        source=model,
        architecture=parts.folder.architecture,
        device=parts.device,
        context_length=parts.context_length,
        has_chat_template=bool(writer.template),
        parameters=parts.folder.parameters if parts.bits else parts.model.num_parameters(),
        memory_bytes=int(parts.model.get_memory_footprint()) + extra,
        load_s=0.0,
        template_hash=writer.template_hash,
        versions=versions(),
        can_switch_thinking=writer.can_switch_thinking,
        template_overridden=bool(options.template),
        context_reason=parts.context_reason,
        bits=parts.bits,
        weights_reason=parts.weights_reason,
    )


def _choose(loaded: _Loaded, tuned: bool = True) -> None:
    """Let the tuned model answer, or its base; they are the same without an adapter."""
    if loaded.parts.adapter is None:
        return
    loaded.parts.adapter.use(tuned)
    model = loaded.parts.model
    if tuned not in loaded.steps:
        loaded.steps[tuned] = compact_step(model)
    model.compact_step = loaded.steps[tuned]


def _fitting(loaded: _Loaded, text: str) -> list[int]:
    return _checked(loaded, loaded.writer.completion(text))


def _checked(loaded: _Loaded, ids: list[int]) -> list[int]:
    """`ids`, if there are any and they fit; a model's own first token stands in for none."""
    limit = loaded.parts.context_length
    if len(ids) > limit:
        raise PromptTooLong(len(ids), limit)
    begin = loaded.parts.tokenizer.bos_token_id
    if not ids and begin is None:
        raise EmptyPrompt
    return ids or [begin]


def _job(loaded: _Loaded, request: GenerationRequest) -> Job:
    """Write the prompt and work out the limits."""
    writer, parts = loaded.writer, loaded.parts
    stops = request.sampling.stop_strings
    closing: str | None = None
    if request.prompt is not None:
        ids = writer.completion(request.prompt)
    else:
        ids = writer.chat(request.messages, request.continue_last, request.thinking)
        closing = open_marker(writer.ends_with(ids))
        stops = stops if writer.template else (*stops, PLAIN_STOP)
    ids = _checked(loaded, ids)

    def new_stream() -> TextStream:
        splitter = None if closing is None else ThinkingSplitter(closing)
        return TextStream(parts.tokenizer, stops, splitter)

    room = min(
        request.sampling.max_new_tokens,
        parts.context_length - len(ids),
        (request.max_length or parts.context_length) - len(ids),
    )
    return Job(
        request=request,
        ids=ids,
        room=room,
        end_tokens=frozenset() if request.ignore_end else parts.end_tokens,
        tokenizer=parts.tokenizer,
        new_stream=new_stream,
        record=_record(loaded, request, ids),
    )


def _record(loaded: _Loaded, request: GenerationRequest, ids: list[int]) -> GenerationRecord:
    """What is known of a reply before it is written."""
    facts, adapter = loaded.facts, loaded.parts.adapter
    seed = request.sampling.seed
    return GenerationRecord(
        model=facts.source.name,
        engine="transformers",
        device=facts.device.kind,
        dtype=facts.device.dtype,
        sampling=request.sampling,
        seed=draw_seed() if seed is None else seed,
        prompt_tokens=len(ids),
        new_tokens=0,
        ttft_s=0.0,
        tokens_per_s=0.0,
        stop_reason="stopped",
        threads=facts.threads,
        bits=facts.bits,
        revision=facts.source.revision,
        template_hash=facts.template_hash,
        adapter_hash=adapter.sha256 if adapter and request.use_adapter else "",
        versions=facts.versions,
        prompt_hash=hashlib.sha256(struct.pack(f"<{len(ids)}I", *ids)).hexdigest(),
        thinking=request.thinking,
        template_overridden=facts.template_overridden and request.prompt is None,
    )
