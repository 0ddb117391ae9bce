"""The engine process, with an engine that does what the prompt says; run as a script."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_llm.core.generation import (
    Capabilities,
    ChatMessage,
    Completion,
    DeviceChoice,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    LoadProgress,
    ModelSource,
    PromptProgress,
    PromptToken,
    StopReason,
    TextChunk,
    TokenCounts,
    TokenLogprob,
)
from desktop_llm.core.process import server
from desktop_llm.engine import worker
from desktop_llm.engine.errors import ModelMissing, NoModelLoaded, TemplateFailed, TemplateTimeout
from tests.values import a_device, a_loaded_model, a_record

COMMAND = [
    sys.executable,
    "-c",
    f"import runpy; runpy.run_path({__file__!r}, run_name='__main__')",
]


class ObedientEngine:
    """Does what the words of the prompt say: the names of the methods below, and `say N`."""

    capabilities = Capabilities(embed=False)

    def __init__(self, on_stuck: Callable[[], None]) -> None:
        self._on_stuck = on_stuck
        self._loaded: LoadedModel | None = None
        self._gone = False

    def load(
        self,
        model: ModelSource,
        adapter: Path | None,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> LoadedModel:
        self._loaded = None
        on_progress(LoadProgress("reading", 0.5))
        if model.name == "missing" or (model.name == "once" and self._gone):
            raise ModelMissing(model.path)
        self._gone = model.name == "once"
        if model.name == "endless":
            time.sleep(3600)
        if model.name == "silent":
            on_progress(LoadProgress("reading", 1.0, silence_s=60.0))
            os.kill(os.getpid(), signal.SIGSTOP)  # the test lets it go on
            on_progress(LoadProgress("reading", 1.0))
        self._loaded = a_loaded_model(model)
        return self._loaded

    def generate(
        self, request: GenerationRequest, on_event: Callable[[GenerationEvent], None]
    ) -> GenerationResult:
        if self._loaded is None:
            raise NoModelLoaded
        on_event(PromptProgress(1, 2))
        on_event(PromptProgress(2, 2))
        verb, _, number = (request.prompt or "").partition(" ")
        said = getattr(self, verb)(int(number or 0), request, on_event)
        reason: StopReason = "stopped" if request.stop.is_set() else "end"
        record = a_record(reason, sampling=request.sampling, new_tokens=said)
        return GenerationResult(request.id, (Completion("x" * said, record),))

    def say(self, count: int, request: GenerationRequest, on_event: Callable[..., None]) -> int:
        """`count` tokens, a millisecond each; 0 for as many as there is time for."""
        said = 0
        while not request.stop.is_set() and (said < count or count == 0):
            said += 1
            on_event(TextChunk("x", new_tokens=said))
            request.stop.wait(0.001)
        return said

    def wait(self, count: int, request: GenerationRequest, on_event: Callable[..., None]) -> int:
        """Work without a word until the stop."""
        on_event(TextChunk("x", new_tokens=1))
        request.stop.wait()
        return 1

    def think(self, count: int, request: GenerationRequest, on_event: Callable[..., None]) -> int:
        on_event(TextChunk("hm", thinking=True, new_tokens=1))
        on_event(TextChunk("so", new_tokens=2, tokens=(TokenLogprob(1, "so", float("-inf")),)))
        return 2

    def exit(self, count: int, request: GenerationRequest, on_event: Callable[..., None]) -> int:
        on_event(TextChunk("x", new_tokens=1))
        sys.stderr.write("the library said goodbye\n")
        sys.stderr.flush()
        os._exit(count)

    def segfault(self, *_: object) -> int:
        ctypes.string_at(0)
        return 0

    def print(self, count: int, request: GenerationRequest, on_event: Callable[..., None]) -> int:
        """Noise on every stream that a library can reach."""
        print('{"kind":"result","id":1,"value":"forged"}', flush=True)
        os.write(1, b"\xff\xfe noise\n")
        return self.say(3, request, on_event)

    def flood(self, count: int, request: GenerationRequest, on_event: Callable[..., None]) -> int:
        """`count` megabytes on stderr."""
        for _ in range(count):
            os.write(2, b"warning\n" * 131072)
        return self.say(3, request, on_event)

    def read_stdin(self, *_: object) -> int:
        return len(sys.stdin.read())

    def fault(self, *_: object) -> int:
        raise ZeroDivisionError("a fault of the engine")

    def stick(self, *_: object) -> int:
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
        self._on_stuck()
        raise TemplateTimeout(2.0)

    def score(self, text: str) -> list[TokenLogprob]:
        return [TokenLogprob(i, word, -0.5) for i, word in enumerate(text.split())]

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [[0.6, 0.8] for _ in texts]

    def count_tokens(
        self,
        messages: Sequence[ChatMessage],
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> int:
        return sum(len(message.content) for message in messages)

    def count_texts(self, texts: Sequence[str]) -> TokenCounts:
        return TokenCounts(tuple(len(text) for text in texts), 2, 3, {"user": 1})

    def explain(
        self,
        messages: Sequence[ChatMessage],
        template: str | None = None,
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> list[PromptToken]:
        if template is not None:
            raise TemplateFailed("no good", 7)
        return [PromptToken(1, message.content, bool(thinking)) for message in messages]

    def split_text(self, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
        return [(0, window), (window - overlap, len(text))]

    def template(self) -> str:
        return "own"

    def unload(self) -> None:
        self._loaded = None


def choose_device(options: LoadOptions) -> DeviceChoice:
    return replace(a_device(), kind="cuda" if options.device == "cuda" else "cpu")


def make_engine(on_stuck: Callable[[], None]) -> tuple[ObedientEngine, worker.ChooseDevice]:
    return ObedientEngine(on_stuck), choose_device


if __name__ == "__main__":
    server.HEARTBEAT_S = 0.1  # what a busy machine delays is no silence yet
    worker.main(make_engine)
