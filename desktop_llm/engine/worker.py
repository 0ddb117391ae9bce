"""The engine process: an engine on the main thread, served over JSON lines (`engine.lines`).

The main thread works; what is only about tokens is answered on others while a generation runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop_llm.core.generation import (
    ChatMessage,
    DeviceChoice,
    GenerationRequest,
    LoadOptions,
    LoadProgress,
    ModelSource,
)
from desktop_llm.core.machine import versions
from desktop_llm.core.process.server import LineServer, Message
from desktop_llm.core.process.setup import importing, set_up_process
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.engine.event_batcher import EventBatcher
from desktop_llm.engine.lines import Hello, event_line
from desktop_llm.engine.protocol import Engine

ChooseDevice = Callable[[LoadOptions], DeviceChoice]
EngineFactory = Callable[[Callable[[], None]], tuple[Engine, ChooseDevice]]
"""Gets a function that the engine calls when foreign code runs on and cannot be ended."""


def all_engines(on_stuck: Callable[[], None]) -> tuple[Engine, ChooseDevice]:
    """Every engine. Importing torch takes seconds, and most models need it: done while waiting."""
    with importing():
        import desktop_llm.engine.transformers_engine  # noqa: F401
        from desktop_llm.engine.devices import choose_device
        from desktop_llm.engine.engines import Engines

    return Engines(on_stuck), choose_device


def main(make_engine: EngineFactory = all_engines) -> None:
    """Serve the parent until it closes our stdin; does not return. Tests bring other engines."""
    Worker(*set_up_process()).run(make_engine)
    os._exit(0)


class Worker(LineServer):
    """Answers every request with exactly one result, error or bug."""

    beside = frozenset(
        {"count_tokens", "count_texts", "explain", "split_text", "template", "list_remote"}
    )
    stoppable = frozenset({"generate"})
    _engine: Engine
    _choose_device: ChooseDevice

    def run(self, make_engine: EngineFactory) -> None:
        """Work until the process has to end; the end of stdin ends it from any state."""
        self.listen()
        self._engine, self._choose_device = make_engine(self.stuck.set)
        self.serve()

    def answer(self, message: Message) -> None:
        if message["kind"] == "start":
            self._say_hello(message)
        else:
            super().answer(message)

    def _say_hello(self, message: Message) -> None:
        device = self._choose_device(from_plain(LoadOptions, message["options"]))
        hello = Hello(device, self._engine.capabilities, versions())
        self.send("hello", hello=to_plain(hello))

    def _do_load(self, message: Message) -> Any:
        def progress(step: LoadProgress) -> None:
            silence = step.silence_s
            self.send("progress", id=message["id"], progress=to_plain(step), silence_s=silence)

        adapter = message["adapter"]
        loaded = self._engine.load(
            from_plain(ModelSource, message["model"]),
            Path(adapter) if adapter else None,
            from_plain(LoadOptions, message["options"]),
            progress,
        )
        return to_plain(loaded)

    def _do_generate(self, message: Message) -> Any:
        number = message["id"]
        batcher = EventBatcher(lambda event: self.send_line(event_line(number, event)))
        request = from_plain(GenerationRequest, message["request"])
        try:
            result = self._engine.generate(replace(request, stop=self.stops[number]), batcher.add)
        finally:
            batcher.flush()
        return to_plain(result)

    def _do_score(self, message: Message) -> Any:
        return [to_plain(token) for token in self._engine.score(message["text"])]

    def _do_embed(self, message: Message) -> Any:
        return self._engine.embed(message["texts"])

    def _do_count_tokens(self, message: Message) -> Any:
        messages = from_plain(list[ChatMessage], message["messages"])
        return self._engine.count_tokens(messages, message["thinking"], message["continue_last"])

    def _do_count_texts(self, message: Message) -> Any:
        return to_plain(self._engine.count_texts(message["texts"]))

    def _do_explain(self, message: Message) -> Any:
        messages = from_plain(list[ChatMessage], message["messages"])
        shape = message["template"], message["thinking"], message["continue_last"]
        return [to_plain(token) for token in self._engine.explain(messages, *shape)]

    def _do_split_text(self, message: Message) -> Any:
        return self._engine.split_text(message["text"], message["window"], message["overlap"])

    def _do_template(self, message: Message) -> Any:
        return self._engine.template()

    def _do_list_remote(self, message: Message) -> Any:
        from desktop_llm.engine.remote.listing import list_models  # only who has servers needs it

        return [to_plain(each) for each in list_models(message["address"], message["key"])]

    def _do_unload(self, message: Message) -> Any:
        self._engine.unload()
