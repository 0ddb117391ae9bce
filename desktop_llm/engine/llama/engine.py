"""The engine for GGUF files, on llama.cpp (package xllamacpp)."""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xllamacpp

from desktop_llm.core.generation import (
    Capabilities,
    Completion,
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
from desktop_llm.core.memory_fit import free_memory
from desktop_llm.engine.chat_prompt import PLAIN_STOP, PromptWriter
from desktop_llm.engine.devices import real_cores
from desktop_llm.engine.errors import EmptyPrompt, NoModelLoaded, NotPossibleHere, PromptTooLong
from desktop_llm.engine.llama.completion import Job, Sample
from desktop_llm.engine.llama.gguf_file import GgufFile, open_gguf, read_ahead
from desktop_llm.engine.llama.lost_tokens import LostTokens
from desktop_llm.engine.llama.plan import LlamaPlan, bits_of, make_plan
from desktop_llm.engine.llama.schema import SchemaCheck
from desktop_llm.engine.llama.scoring import Scorer
from desktop_llm.engine.llama.server import LlamaServer
from desktop_llm.engine.llama.tokenizer import read_tokenizer
from desktop_llm.engine.prompt_counter import CountsPrompts, PromptCounter
from desktop_llm.engine.sampling import draw_seed
from desktop_llm.engine.text_stream import TextStream
from desktop_llm.engine.thinking import ThinkingSplitter, open_marker

NAME = "llama.cpp"


@dataclass
class _Loaded:
    """What one `load` put into memory. `counter` has a tokenizer of its own, for other threads."""

    facts: LoadedModel
    file_type: str
    server: LlamaServer
    tokenizer: Any
    writer: PromptWriter
    counter: PromptCounter

    def __post_init__(self) -> None:
        self.schemas = SchemaCheck(self.server, self.tokenizer)
        self.lost = LostTokens(self.tokenizer)
        self.scorer = Scorer(self.server, self.tokenizer)


class LlamaCppEngine(CountsPrompts):
    """One GGUF file in memory. See `engine.protocol.Engine`.

    `count_tokens`, `count_texts`, `explain`, `split_text` and `template` may be called from another
    thread at any time.
    """

    capabilities = Capabilities(embed=False, adapters=False, json_schema=True)

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
        """Load the GGUF file of `model`, after unloading the last one. Raises `ExpectedError`."""
        self.unload()
        if adapter or model.adapter:
            raise NotPossibleHere(NAME)
        start = time.perf_counter()
        on_progress(LoadProgress("checking"))
        file = open_gguf(model.convert_from or model.path)
        devices = xllamacpp.get_device_info()
        plan = make_plan(file, model.name, options, devices, free_memory())
        tokenizer = read_tokenizer(file, model.name, options.cache_dir)
        writer, counter = self._prompts(tokenizer, options.template)
        read_ahead(file, on_progress)
        threads = options.threads or real_cores()
        on_progress(LoadProgress("reading", 1.0, silence_s=file.silence_s))
        server = LlamaServer(file, model.name, plan, threads)
        on_progress(LoadProgress("reading", 1.0))
        facts = _facts(model, file, plan, writer, bool(options.template), threads)
        props = server.ask("/props")
        file_type = str(props.get("model_ftype") or "").rpartition(" ")[2]  # "all F32"
        facts = replace(
            facts,
            context_length=min(plan.context, props["default_generation_settings"]["n_ctx"]),
            bits=bits_of(file_type),
            context_reason=plan.context_reason,
            capabilities=self.capabilities,
            load_s=round(time.perf_counter() - start, 3),
        )
        self._loaded = _Loaded(facts, file_type, server, tokenizer, writer, counter)
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
        loaded.schemas.check(request.json_schema, job.ids, request.stop)
        completions: list[Completion] = []
        for number in range(request.num_samples):
            if number and request.stop.is_set():
                break
            completions.append(Sample(job, number, on_event).write(loaded.server))
        return GenerationResult(request.id, tuple(completions))

    def score(self, text: str) -> list[TokenLogprob]:
        """The log-probability (natural logarithm) of every token of `text` but the first."""
        loaded = self._require()
        ids = _checked(loaded, loaded.writer.completion(text))
        return loaded.scorer.score(ids)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Not possible: llama.cpp's server gives vectors or text, not both."""
        raise NotPossibleHere(NAME)

    def unload(self) -> None:
        """Give the memory back; harmless when nothing is loaded."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.server.close()

    @property
    def _counter(self) -> PromptCounter:
        return self._require().counter

    def _require(self) -> _Loaded:
        if self._loaded is None:
            raise NoModelLoaded
        return self._loaded


def _facts(
    model: ModelSource,
    file: GgufFile,
    plan: LlamaPlan,
    writer: PromptWriter,
    overridden: bool,
    threads: int,
) -> LoadedModel:
    """What is known of a model before its server is asked."""
    return LoadedModel(
        source=model,
        architecture=file.header.architecture,
        device=plan.device,
        context_length=plan.context,
        has_chat_template=bool(writer.template),
        parameters=file.header.parameters,
        memory_bytes=plan.needed.weights + plan.needed.cache,
        load_s=0.0,
        template_hash=writer.template_hash,
        threads=threads,
        versions=versions() | {"xllamacpp": xllamacpp.__version__},
        can_switch_thinking=writer.can_switch_thinking,
        template_overridden=overridden,
        engine="llama.cpp",
    )


def _checked(loaded: _Loaded, ids: list[int]) -> list[int]:
    """`ids`, if there are any and they fit; a model's own first token stands in for none."""
    limit = loaded.facts.context_length
    if len(ids) > limit:
        raise PromptTooLong(len(ids), limit)
    begin = loaded.tokenizer.bos_token_id
    if not ids and begin is None:
        raise EmptyPrompt
    return ids or [begin]


def _job(loaded: _Loaded, request: GenerationRequest) -> Job:
    """Write the prompt and work out the limits."""
    writer, limit = loaded.writer, loaded.facts.context_length
    stops = request.sampling.stop_strings
    closing: str | None = None
    if request.prompt is not None:
        ids = writer.completion(request.prompt)
    else:
        ids = writer.chat(request.messages, request.continue_last, request.thinking)
        stops = stops if writer.template else (*stops, PLAIN_STOP)
        if not request.json_schema:  # which holds from the first token on: nothing is thought
            closing = open_marker(writer.ends_with(ids))
    ids = _checked(loaded, ids)

    def new_stream() -> TextStream:
        splitter = None if closing is None else ThinkingSplitter(closing)
        return TextStream(loaded.tokenizer, stops, splitter)

    longest = min(limit, request.max_length or limit)
    return Job(
        request=request,
        ids=ids,
        room=min(request.sampling.max_new_tokens, longest - len(ids)),
        lost=loaded.lost,
        scorer=loaded.scorer,
        new_stream=new_stream,
        record=_record(loaded, request, ids),
    )


def _record(loaded: _Loaded, request: GenerationRequest, ids: list[int]) -> GenerationRecord:
    """What is known of a reply before it is written."""
    facts, seed = loaded.facts, request.sampling.seed
    return GenerationRecord(
        model=facts.source.name,
        engine=NAME,
        device=facts.device.kind,
        dtype=loaded.file_type,
        sampling=request.sampling,
        seed=draw_seed() if seed is None else seed,
        prompt_tokens=len(ids),
        new_tokens=0,
        ttft_s=0.0,
        tokens_per_s=0.0,
        stop_reason="stopped",
        threads=facts.threads,
        revision=facts.source.revision,
        template_hash=facts.template_hash,
        bits=facts.bits,
        versions=facts.versions,
        prompt_hash=hashlib.sha256(struct.pack(f"<{len(ids)}I", *ids)).hexdigest(),
        thinking=request.thinking,
        template_overridden=facts.template_overridden and request.prompt is None,
        json_schema=request.json_schema,
    )
