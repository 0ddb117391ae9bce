"""The engine process: an engine on the main thread, served over JSON lines (`engine.lines`).

Threads: the main one works off the work lane. `Reader` takes lines and sets stop Events at once,
`Counter` counts tokens while a generation runs, `Heartbeat` says that the process lives.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from desktop_llm.core.errors import ExpectedError, to_wire
from desktop_llm.core.generation import (
    ChatMessage,
    DeviceChoice,
    GenerationRequest,
    LoadOptions,
    LoadProgress,
    ModelSource,
)
from desktop_llm.core.machine import versions
from desktop_llm.core.wire import from_plain, line, to_plain
from desktop_llm.engine.event_batcher import EventBatcher
from desktop_llm.engine.lines import Hello, event_line
from desktop_llm.engine.process_setup import set_up_process
from desktop_llm.engine.protocol import Engine

HEARTBEAT_S = 1.0

Message = dict[str, Any]
ChooseDevice = Callable[[LoadOptions], DeviceChoice]
EngineFactory = Callable[[Callable[[], None]], tuple[Engine, ChooseDevice]]
"""Gets a function that the engine calls when foreign code runs on and cannot be ended."""


def transformers_engine(on_stuck: Callable[[], None]) -> tuple[Engine, ChooseDevice]:
    """The engine for models in the Hugging Face layout; importing it takes seconds."""
    from desktop_llm.engine.devices import choose_device
    from desktop_llm.engine.transformers_engine import TransformersEngine

    return TransformersEngine(on_stuck=on_stuck), choose_device


def main(make_engine: EngineFactory = transformers_engine) -> None:
    """Serve the parent until it closes our stdin; does not return. Tests bring other engines."""
    Worker(*set_up_process()).run(make_engine)
    os._exit(0)


class Worker:
    """Answers every request with exactly one result, error or bug."""

    def __init__(self, lines_in: BinaryIO, lines_out: BinaryIO) -> None:
        self._lines_in = lines_in
        self._lines_out = lines_out
        self._writing = threading.Lock()
        self._work: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._counts: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._stops: dict[int, threading.Event] = {}
        self._stuck = threading.Event()
        self._engine: Engine
        self._choose_device: ChooseDevice

    def run(self, make_engine: EngineFactory) -> None:
        """Work until the process has to end; the end of stdin ends it from any state."""
        _start(self._read, "Reader")
        _start(self._beat, "Heartbeat")
        self._engine, self._choose_device = make_engine(self._stuck.set)
        _start(self._count, "Counter")
        while (message := self._work.get()) is not None:
            self._answer(message)

    def _read(self) -> None:
        try:
            for raw in self._lines_in:
                self._sort(json.loads(raw))
        except Exception:
            traceback.print_exc()
        os._exit(0)  # the parent is gone or wants us gone

    def _sort(self, message: Message) -> None:
        match message["kind"]:
            case "stop":
                if event := self._stops.get(message["id"]):
                    event.set()
            case "ping":
                self._send(line("result", id=message["id"], value=None))
            case "count_tokens":
                self._counts.put(message)
            case kind:
                if kind == "generate":
                    self._stops[message["id"]] = threading.Event()
                self._work.put(message)

    def _beat(self) -> None:
        while True:
            time.sleep(HEARTBEAT_S)
            self._send(line("alive"))

    def _count(self) -> None:
        while True:
            self._answer(self._counts.get())

    def _send(self, data: bytes) -> None:
        try:
            with self._writing:
                self._lines_out.write(data)
                self._lines_out.flush()
        except OSError:
            os._exit(0)  # nobody listens

    def _answer(self, message: Message) -> None:
        if message["kind"] == "start":
            self._say_hello(message)
            return
        number = message["id"]
        try:
            value = getattr(self, "_do_" + message["kind"])(message)
        except ExpectedError as error:
            leaving = self._stuck.is_set()
            self._send(line("error", id=number, error=to_wire(error), leaving=leaving))
            if leaving:  # a chat template still runs, and only our end can end it
                self._work.put(None)
        except Exception:
            self._send(line("bug", id=number, traceback=traceback.format_exc()))
        else:
            self._send(line("result", id=number, value=value))

    def _say_hello(self, message: Message) -> None:
        device = self._choose_device(from_plain(LoadOptions, message["options"]))
        hello = Hello(device, self._engine.capabilities, versions())
        self._send(line("hello", hello=to_plain(hello)))

    def _do_load(self, message: Message) -> Any:
        def progress(step: LoadProgress) -> None:
            self._send(line("progress", id=message["id"], progress=to_plain(step)))

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
        batcher = EventBatcher(lambda event: self._send(event_line(number, event)))
        request = from_plain(GenerationRequest, message["request"])
        try:
            result = self._engine.generate(replace(request, stop=self._stops[number]), batcher.add)
        finally:
            batcher.flush()
            del self._stops[number]
        return to_plain(result)

    def _do_score(self, message: Message) -> Any:
        return [to_plain(token) for token in self._engine.score(message["text"])]

    def _do_embed(self, message: Message) -> Any:
        return self._engine.embed(message["texts"])

    def _do_count_tokens(self, message: Message) -> Any:
        return self._engine.count_tokens(from_plain(list[ChatMessage], message["messages"]))

    def _do_unload(self, message: Message) -> Any:
        self._engine.unload()


def _start(target: Callable[[], None], name: str) -> None:
    threading.Thread(target=target, name=name, daemon=True).start()
