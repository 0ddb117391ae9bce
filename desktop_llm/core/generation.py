"""A request to a language model, what happens while it runs, and what comes out.

All of these are plain frozen dataclasses: they cross to the engine process as JSON lines
(`core.wire`) and to the window as the payload of queued signals.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict
from pydantic import Field as WireField

from desktop_llm.core.text import Text

StopReason = Literal["end", "length", "stop_string", "stopped"]
DeviceKind = Literal["cuda", "mps", "cpu", "remote"]
"""`remote`: a server computes, on whatever it has."""
DtypeName = Literal["float32", "bfloat16", "float16"]
EngineName = Literal["transformers", "llama.cpp", "remote"]
Weights = Literal["auto", "exact", "8-bit", "4-bit"]
"""How weights are kept in memory: as they are, or rounded to fewer bits; `auto` measures."""


@dataclass(frozen=True)
class ChatMessage:
    """One turn as the chat template sees it."""

    role: Literal["system", "user", "assistant"]
    content: str
    thinking: str = ""
    """Of a reasoning model's earlier answer; its template decides whether it is seen again."""


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen. `temperature` 0 is greedy; 0 switches top_k and min_p off."""

    temperature: float = 0.7
    top_p: float = 0.95
    top_k: int = 50
    min_p: float = 0.0
    repetition_penalty: float = 1.1
    max_new_tokens: int = 1024
    stop_strings: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True)
class GenerationRequest:
    """A chat (`messages`) or a raw completion (`prompt`); exactly one of the two is given.

    `continue_last` goes on inside the last message, which is the assistant's. `max_length` bounds
    prompt and completion together, in tokens, and wins over `sampling.max_new_tokens` when it is
    smaller. `top_logprobs`: None for none, 0 for the chosen token only, k for the k likeliest too.
    """

    id: str
    messages: tuple[ChatMessage, ...] = ()
    prompt: str | None = None
    continue_last: bool = False
    sampling: Sampling = field(default_factory=Sampling)
    num_samples: int = 1
    max_length: int | None = None
    top_logprobs: int | None = None
    use_adapter: bool = True
    """False: answer as the base does, although an adapter is loaded."""
    thinking: bool | None = None
    """Whether a reasoning model shall think first, where its template can switch that; None: as
    the template does by itself."""
    exact: bool = False
    """To repeat an answer: nothing that makes it faster and might change a number is used."""
    json_schema: str = ""
    """A JSON schema, as JSON, that the answer is held to where the engine can; "" for none."""
    ignore_end: bool = False
    """Write as many tokens as there is room for, whatever the model says: for measurements."""
    stop: Annotated[threading.Event, WireField(exclude=True)] = field(
        default_factory=threading.Event, compare=False, repr=False
    )

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)


@dataclass(frozen=True)
class TokenLogprob:
    """A token, its log-probability under the model (before sampling settings), and rivals."""

    token_id: int
    text: str
    logprob: float
    top: tuple[tuple[int, str, float], ...] = ()


@dataclass(frozen=True)
class PromptProgress:
    """How much of a long prompt has been read, in tokens."""

    done: int
    total: int


@dataclass(frozen=True)
class TextChunk:
    """Text to append to sample number `sample`; whole characters only."""

    text: str
    thinking: bool = False
    sample: int = 0
    tokens: tuple[TokenLogprob, ...] = ()
    new_tokens: int = 0
    """Tokens sampled so far, for the live speed."""


GenerationEvent = PromptProgress | TextChunk


@dataclass(frozen=True)
class GenerationRecord:
    """Everything needed to explain a reply, and to repeat it."""

    model: str
    engine: str
    device: str
    dtype: str
    sampling: Sampling
    seed: int
    prompt_tokens: int
    new_tokens: int
    ttft_s: float
    tokens_per_s: float
    """Decoding speed: tokens after the first, by the time after the first."""
    stop_reason: StopReason
    threads: int = 0
    revision: str = ""
    template_hash: str = ""
    adapter_hash: str = ""
    bits: int = 0
    token_ids: tuple[int, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    prompt_hash: str = ""
    """The SHA-256 of the prompt's token ids, each as 4 bytes, little-endian."""
    thinking: bool | None = None
    """As requested."""
    system_prompt: str = ""
    """What the model was told first, wherever it came from."""
    left_out: tuple[str, ...] = ()
    """Messages before this one that did not fit into the context, by id."""
    continued_from: int = 0
    """Characters of the answer that were there when this generation went on."""
    template_overridden: bool = False
    """The prompt was written by a template in place of the model's own."""
    thinking_tokens: int = 0
    """Of `new_tokens`, those before the answer itself; 0 if that is not known."""
    thinking_s: float = 0.0
    """Seconds that the thinking took; 0 if that is not known."""
    cached_tokens: int = 0
    """Of `prompt_tokens`, those that the engine had read before and did not read again."""
    drafted_tokens: int = 0
    """Tokens guessed from what was said before, to be checked several at a time."""
    accepted_tokens: int = 0
    """Of `drafted_tokens`, those that turned out right."""
    json_schema: str = ""
    """As requested."""


@dataclass(frozen=True)
class Completion:
    """One sample: its text, told apart from the thinking before it, and how it came about."""

    text: str
    record: GenerationRecord
    thinking: str = ""
    tokens: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True)
class GenerationResult:
    """The outcome of a request; `completions` has one entry per sample."""

    id: str
    completions: tuple[Completion, ...]
    cache_bytes: int = 0
    """Memory that holds what was read of conversations, after this request."""


@dataclass(frozen=True)
class RemoteModel:
    """A model that another computer, or another program, serves by the OpenAI protocol."""

    server: str
    """The id of the server in the settings."""
    address: str
    """Such as http://127.0.0.1:8000/v1."""
    model: str
    """What that server calls it."""


@dataclass(frozen=True)
class ModelSource:
    """Where a model is. `path` is a folder in the Hugging Face layout, absolute.

    `convert_from` names a GGUF file, which llama.cpp runs as it is; for Transformers the folder is
    made from it at the first load, if it is not there or not whole (the starter model). `sha256` is
    that file's expected hash. A `remote` model has no files: its `path` is empty.
    """

    name: str
    path: Path
    title: str = ""
    revision: str = ""
    convert_from: Path | None = None
    sha256: str = ""
    adapter: Path | None = None
    """A PEFT folder that is laid over the model: the result of a fine-tuning."""
    kind: Literal["chat", "classifier"] = "chat"
    remote: RemoteModel | None = None


@dataclass(frozen=True)
class LoadOptions:
    """What the person may decide about loading; `auto` leaves it to the machine."""

    device: Literal["auto", "cuda", "mps", "cpu"] = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    threads: int = 0
    """0: as many as the machine has real cores."""
    cache_dir: Path | None = None
    """Where measurements of this machine are kept."""
    context_length: int = 0
    """Use no more tokens than this; 0: as many as the model can."""
    template: str = ""
    """A chat template in place of the model's own."""
    weights: Weights = "auto"
    engine: Literal["auto", "transformers", "llama.cpp"] = "auto"
    """What runs a model that both can run."""
    gpu_layers: int = -1
    """Layers that llama.cpp puts on a graphics card; -1: as many as fit."""
    cache_bytes: int = 0
    """Memory for what was read of conversations before; 0: a share of what is free."""
    speculation: bool = True
    """Guess tokens from what was said before, where that is faster."""
    api_key: str = field(default="", repr=False)
    """Of the server of a remote model."""
    ask_if_tight: bool = False
    """Raise MemoryTight in place of loading what would take nearly all memory that is free."""


@dataclass(frozen=True)
class DeviceChoice:
    """The device and the number format that were chosen, and why, as a sentence for people."""

    kind: DeviceKind
    name: str
    dtype: DtypeName
    """Says nothing of a `remote` device, which keeps its numbers to itself."""
    reason: Text
    fell_back: bool = False
    """The choice in the settings could not be met."""


@dataclass(frozen=True)
class LoadProgress:
    """A step of loading; `fraction` is None while its length is unknown."""

    stage: Literal[
        "starting", "checking", "converting", "reading", "measuring", "compiling", "connecting"
    ]
    fraction: float | None = None
    silence_s: float = 0.0
    """Until the next step the process may say nothing at all for so long, and yet be well."""


@dataclass(frozen=True)
class Capabilities:
    """What an engine can do with a model beside writing text; the window hides what is lacking."""

    logprobs: bool = True
    score: bool = True
    embed: bool = True
    adapters: bool = True
    json_schema: bool = False
    """Answers can be held to a JSON schema."""
    counts_tokens: bool = True
    """Without it lengths are unknown, and nothing can be planned or explained."""
    exact: bool = True
    """An answer can be repeated exactly."""
    samplers: frozenset[str] = frozenset(
        {"temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed"}
    )
    """The fields of `Sampling` that have an effect."""


@dataclass(frozen=True)
class EngineChoice:
    """The engine for a model, and why, as a sentence for people."""

    name: EngineName
    reason: Text


@dataclass(frozen=True)
class LoadedModel:
    """What is known of a model once it is in memory."""

    source: ModelSource
    architecture: str
    device: DeviceChoice
    context_length: int
    """Tokens of prompt and completion together."""
    has_chat_template: bool
    parameters: int
    memory_bytes: int
    load_s: float
    template_hash: str = ""
    threads: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    can_switch_thinking: bool = False
    """The template knows `enable_thinking`."""
    template_overridden: bool = False
    """The chat template is not the model's own."""
    engine: EngineName = "transformers"
    bits: int = 0
    """Of a weight; 0: as `device.dtype` says."""
    weights_reason: Text | None = None
    """Why the weights are kept as they are."""
    context_reason: Text | None = None
    """Why `context_length` is less than the model could read."""
    capabilities: Capabilities = field(default_factory=Capabilities)


@dataclass(frozen=True)
class PromptToken:
    """A token of a prompt as the model sees it. `special`: a control token of the template."""

    token_id: int
    text: str
    special: bool = False


@dataclass(frozen=True)
class TokenCounts:
    """Lengths in tokens. A prompt takes `frame`, and for each message `turn` and its text."""

    texts: tuple[int, ...]
    turn: int
    frame: int
    roles: dict[str, int] = field(default_factory=dict)
    """What a turn of each role takes, where that was found out; `turn` is the longest."""
