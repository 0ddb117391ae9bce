"""What the hub says of models, and what is fetched from it: plain values for all sides.

They cross from the hub process to the window as JSON lines (`core.wire`). Sizes are bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from desktop_llm.core.generation import LoadOptions, Sampling, Weights
from desktop_llm.core.text import Text

OFFICIAL_HUB = "https://huggingface.co"

Sort = Literal["downloads", "likes", "trending", "updated"]
Format = Literal["safetensors", "gguf", "adapter", "pickle"]
"""How the weights are kept; `pickle` is never fetched."""

Access = Literal["open", "gated", "private", "disabled"]
RefusalReason = Literal[
    "pickle", "own_code", "unsafe_names", "no_weights", "damaged_index", "damaged_config"
]
DownloadState = Literal["waiting", "running", "paused", "failed", "done"]
Stage = Literal["fetching", "checking", "placing"]


@dataclass(frozen=True)
class HubAccess:
    """How the hub is reached. The token is for OFFICIAL_HUB only: a mirror never gets it."""

    endpoint: str = OFFICIAL_HUB
    proxy: str = ""
    token: str = field(default="", repr=False)
    offline: bool = False


@dataclass(frozen=True)
class SearchQuery:
    """What to look for; empty fields do not restrict. Sizes are numbers of parameters."""

    text: str = ""
    task: str = ""
    """A task tag of the hub, such as `text-generation`."""
    format: Literal["", "safetensors", "gguf", "adapter"] = ""
    language: str = ""
    """ISO code, such as `zh`."""
    licence: str = ""
    min_parameters: int = 0
    max_parameters: int = 0
    access: Literal["", "open", "gated"] = ""
    sort: Sort = "trending"


@dataclass(frozen=True)
class HubModel:
    """One model as a list of results shows it; 0 and "" where the hub does not say."""

    repo: str
    """`owner/name`."""
    downloads: int = 0
    likes: int = 0
    updated: str = ""
    """ISO 8601 date."""
    task: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parameters: int = 0
    bytes_by_dtype: dict[str, int] = field(default_factory=dict)
    """Of the safetensors weights, by the names of that format ("BF16")."""
    formats: tuple[Format, ...] = ()
    access: Access = "open"
    base: str = ""
    """The repository of the model that this one was made from."""


@dataclass(frozen=True)
class SearchPage:
    """Some results, and where the next ones are ("" at the end)."""

    models: tuple[HubModel, ...]
    next: str = ""


@dataclass(frozen=True)
class HubFile:
    """A file of a repository. Large files have a sha256, small ones git's sha1 (`blob`)."""

    path: str
    size: int
    sha256: str = ""
    blob: str = ""

    @property
    def etag(self) -> str:
        """The name of its blob in the hub's cache."""
        return self.sha256 or self.blob


@dataclass(frozen=True)
class FileChoice:
    """One way to have the model: files that belong together, explained in plain words."""

    id: str
    """`safetensors`, or the quantisation of a GGUF file (`Q4_K_M`)."""
    format: Format
    title: Text
    files: tuple[str, ...]
    size: int
    bits: float
    """Per weight."""
    recommended: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why a repository is not fetched, and one to try instead ("" if none is known)."""

    reason: RefusalReason
    why: Text
    instead: str = ""


@dataclass(frozen=True)
class ModelDetails:
    """Everything about one model before it is fetched; all of it belongs to `commit`."""

    model: HubModel
    commit: str
    revision: str
    """The branch or tag that was asked for."""
    files: tuple[HubFile, ...]
    choices: tuple[FileChoice, ...]
    config: dict[str, Any] = field(default_factory=dict)
    """`config.json` without the keys that choose code."""
    context_length: int = 0
    has_chat_template: bool = False
    card: str = ""
    """The model card as Markdown, without its front matter, at most 200,000 characters."""
    refusal: Refusal | None = None

    def plan(self, choice: FileChoice) -> DownloadPlan:
        """The download of one of `choices`; the same again has the same id, and so goes on."""
        key = f"{self.model.repo}|{self.commit}|{choice.id}"
        files = tuple(file for file in self.files if file.path in choice.files)
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        return DownloadPlan(name, self.model.repo, self.commit, self.revision, choice.id, files)


@dataclass(frozen=True)
class DownloadPlan:
    """What is to be fetched: exact files of an exact commit."""

    id: str
    repo: str
    commit: str
    revision: str
    choice: str
    files: tuple[HubFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class DownloadProgress:
    """How far a download is. `done` and `total` are of all files, and never go back."""

    file: str
    file_done: int
    file_total: int
    done: int
    total: int
    stage: Stage = "fetching"
    bytes_per_s: float = 0.0
    seconds_left: float | None = None


@dataclass(frozen=True)
class FileRecord:
    """A file of the registry: verified when its hash was computed here and was right."""

    size: int
    sha256: str = ""
    mtime_ns: int = 0
    verified: bool = False


ModelKind = Literal["hub", "folder", "gguf", "own", "starter"]
Role = Literal["chat", "encoder", "adapter", "other"]
"""What a model is for: it writes text, only reads it, is laid over another, or none of these."""


@dataclass(frozen=True)
class ModelChoices:
    """What a person set for one model; None and "" leave it to the model."""

    context_length: int | None = None
    system_prompt: str = ""
    template: str = ""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    sampling: Sampling | None = None
    """What new chats with it begin with."""
    weights: Weights = "auto"
    engine: Literal["auto", "transformers", "llama.cpp"] = "auto"
    gpu_layers: int | None = None

    def applied_to(self, options: LoadOptions) -> LoadOptions:
        """How this model is loaded where `options` hold for all."""
        return replace(
            options,
            dtype=options.dtype if self.dtype == "auto" else self.dtype,
            context_length=self.context_length or options.context_length,
            template=self.template or options.template,
            weights=options.weights if self.weights == "auto" else self.weights,
            engine=options.engine if self.engine == "auto" else self.engine,
            gpu_layers=options.gpu_layers if self.gpu_layers is None else self.gpu_layers,
        )


@dataclass(frozen=True)
class LibraryEntry:
    """A model on this machine, whoever brought it here."""

    name: str
    """As `--model` takes it and `ModelSource.name` has it."""
    title: str
    kind: ModelKind
    path: str
    """Absolute: a folder, or a .gguf file."""
    repo: str = ""
    commit: str = ""
    base: str = ""
    """Of an adapter: the name of the model that it is laid over."""
    format: Format = "safetensors"
    parameters: int = 0
    size: int = 0
    """On the disk, what it shares with others included."""
    own_size: int = 0
    """What removing it frees."""
    verified: bool | None = None
    """None: never checked; False: a check failed."""
    missing: bool = False
    last_used: float = 0.0
    """Seconds since 1970; 0: never."""
    engine: str = "transformers"
    usable: bool = True
    """Whether an engine of this version can run it."""
    choices: ModelChoices = field(default_factory=ModelChoices)
    role: Role = "chat"
    incomplete: bool = False
    """Files are missing or cut off: fetching it again helps."""
    problem: Text | None = None
    """Why it is not usable, in one sentence."""
    copied: bool = False
    """An import of which the app has a copy of its own: removing it moves that to the trash."""
    context_length: int = 0
    has_chat_template: bool = False
