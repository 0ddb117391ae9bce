"""Engines to be compared, each in a process of its own, behind one interface."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from desktop_llm.bench.gguf_files import write_gguf
from desktop_llm.bench.rivals import LlamaCpp, Rival, StockTransformers, Turn
from desktop_llm.bench.train_stock import be_quiet
from desktop_llm.core.conversation import new_id
from desktop_llm.core.generation import (
    GenerationRequest,
    LoadedModel,
    LoadOptions,
    ModelSource,
    Sampling,
)
from desktop_llm.core.process.setup import PARENT_VARIABLE, die_with_parent
from desktop_llm.engine.process_engine import ProcessEngine
from desktop_llm.services.errors import RivalFailed

END_S = 3.0


@dataclass(frozen=True)
class Prompt:
    """The same prompt for those that read text and for those that read token ids."""

    text: str
    ids: tuple[int, ...]


class Contender(Protocol):
    """`name` is unique in a comparison; `side` is ours, stock or llamacpp."""

    name: str
    side: str
    setting: str

    def open(self) -> float:
        """Load; seconds, without those for importing libraries. Raises ExpectedError."""

    def turn(self, prompt: Prompt, new_tokens: int) -> Turn: ...

    def losses(self, windows: Sequence[Prompt]) -> list[float]:
        """The negative log-likelihoods of the windows' tokens, in nats."""

    def peak_bytes(self) -> int:
        """The most memory that the process has had so far."""

    def close(self) -> None: ...


class Ours:
    """This app's engine, in the process that the window uses too."""

    side = "ours"

    def __init__(self, model: ModelSource, setting: str, options: LoadOptions) -> None:
        self.name = f"ours {setting}"
        self.setting = setting
        self._model = model
        self._options = options
        self._engine = ProcessEngine()
        self.loaded: LoadedModel | None = None

    def open(self) -> float:
        self._engine.start(self._options)
        self.loaded = self._engine.load(self._model, None, self._options, lambda progress: None)
        return self.loaded.load_s

    def turn(self, prompt: Prompt, new_tokens: int) -> Turn:
        sampling = Sampling(temperature=0.0, repetition_penalty=1.0, max_new_tokens=new_tokens)
        request = GenerationRequest(
            new_id(), prompt=prompt.text, sampling=sampling, ignore_end=True
        )
        start = time.perf_counter()
        result = self._engine.generate(request, lambda event: None)
        total = time.perf_counter() - start
        record = result.completions[0].record
        decode = (record.new_tokens - 1) / record.tokens_per_s if record.tokens_per_s else 0.0
        return Turn(record.prompt_tokens, record.new_tokens, record.ttft_s, total, decode)

    def losses(self, windows: Sequence[Prompt]) -> list[float]:
        return [-token.logprob for window in windows for token in self._engine.score(window.text)]

    def peak_bytes(self) -> int:
        return peak_bytes(self._engine.pid)

    def close(self) -> None:
        self._engine.shut_down()


class RivalProcess:
    """Another engine: `make(*given)` is called in the process, and is a `Rival`."""

    def __init__(
        self, side: str, setting: str, make: Callable[..., Rival], *given: str | int | Path
    ) -> None:
        self.name = f"{side} {setting}"
        self.side = side
        self.setting = setting
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._there = there
        work = (there, make, given)
        self._process = context.Process(target=_serve, args=work, daemon=True)

    def open(self) -> float:
        self._process.start()
        self._there.close()
        return float(self._answer())

    def turn(self, prompt: Prompt, new_tokens: int) -> Turn:
        turn = self._ask("turn", prompt.ids, new_tokens)
        assert isinstance(turn, Turn)
        return turn

    def losses(self, windows: Sequence[Prompt]) -> list[float]:
        return list(self._ask("losses", [window.ids for window in windows]))

    def peak_bytes(self) -> int:
        return peak_bytes(self._process.pid)

    def close(self) -> None:
        self._pipe.close()  # at which it ends
        if self._process.pid is not None:
            self._process.join(END_S)
            self._process.kill()
            self._process.join()

    def _ask(self, call: str, *given: Any) -> Any:
        self._pipe.send((call, given))
        return self._answer()

    def _answer(self) -> Any:
        try:
            ended, value = self._pipe.recv()
        except (EOFError, OSError):
            ended, value = False, "its process ended"
        if not ended:
            raise RivalFailed(engine=self.name, fault=str(value))
        return value


class LlamaProcess(RivalProcess):
    """llama.cpp on a file made of the same weights.

    Its server does not tell how likely a prompt's tokens are. The losses are therefore those of
    plain float32 arithmetic over the weights as the file has them: what rounding to the file's
    blocks costs, without what llama.cpp adds by rounding its activations to 8 bits.
    """

    def __init__(self, folder: Path, file: Path, kind: str, threads: int, context: int) -> None:
        super().__init__("llamacpp", kind, LlamaCpp, file, threads, context)
        self._rounded = folder, "float32", threads, kind
        self._file = file

    def open(self) -> float:
        """Write the file first, in a process that gives the memory back; that does not count."""
        folder, _, _, kind = self._rounded
        writer = multiprocessing.get_context("spawn").Process(
            target=_write, args=(folder, self._file, kind), daemon=True
        )
        writer.start()
        writer.join()
        if writer.exitcode:
            raise RivalFailed(engine=self.name, fault=f"its file was not written ({kind})")
        return super().open()

    def losses(self, windows: Sequence[Prompt]) -> list[float]:
        judge = RivalProcess("llamacpp", self.setting, StockTransformers, *self._rounded)
        try:
            judge.open()
            return judge.losses(windows)
        finally:
            judge.close()


def _write(folder: Path, file: Path, kind: str) -> None:
    be_quiet()
    os.environ.pop(PARENT_VARIABLE, None)
    die_with_parent()
    write_gguf(folder, file, kind)


def _serve(pipe: Any, make: Any, given: tuple[Any, ...]) -> None:
    """The life of a rival's process: it loads, and answers until the other end is closed."""
    be_quiet()
    os.environ.pop(PARENT_VARIABLE, None)  # that of the process which measures
    die_with_parent()
    with suppress(EOFError, OSError):  # whoever measured is gone
        try:
            make.prepare()
            start = time.perf_counter()
            rival = make(*given)
            pipe.send((True, time.perf_counter() - start))
            while True:
                call, arguments = pipe.recv()
                pipe.send((True, getattr(rival, call)(*arguments)))
        except (EOFError, OSError):
            raise
        except Exception as error:  # whatever a library raises is the other side's to tell
            pipe.send((False, f"{type(error).__name__}: {error}"[:300]))


def peak_bytes(pid: int | None) -> int:
    """The most memory that the process had (where the system keeps that), else what it has."""
    if pid is None:
        return 0
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    with suppress(psutil.Error):
        memory = psutil.Process(pid).memory_info()
        return int(getattr(memory, "peak_wset", memory.rss))
    return 0
