"""The engine with nothing around it: no window, no protocol, in a process of normal priority.

A process of its own only so that torch stays out of the one that has the window.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from types import TracebackType

from desktop_llm.bench.observed import Observed, observe
from desktop_llm.core.generation import LoadOptions, ModelSource, Sampling


class AloneEngine:
    """Answers are watched next to the engine, and told when they have ended."""

    def __init__(self, model: ModelSource, options: LoadOptions) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, model, options), daemon=True)

    def __enter__(self) -> AloneEngine:
        self._process.start()
        self._pipe.recv()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def ask(self, prompt: str, sampling: Sampling) -> Observed:
        """One answer."""
        self._pipe.send((prompt, sampling))
        seen = self._pipe.recv()
        assert isinstance(seen, Observed)
        return seen


def _serve(pipe: Connection, model: ModelSource, options: LoadOptions) -> None:
    from desktop_llm.engine.transformers_engine import TransformersEngine

    engine = TransformersEngine()
    pipe.send(engine.load(model, None, options, lambda progress: None).load_s)
    while True:
        prompt, sampling = pipe.recv()
        pipe.send(observe(engine.generate, prompt, sampling))
