"""The engine process serving, seen from its parent."""

from __future__ import annotations

import queue
import socket
import sys

import openai

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import LoadOptions
from desktop_llm.core.serving import ServeOptions, ServingState
from desktop_llm.engine.process_engine import ProcessEngine
from desktop_llm.server.errors import PortTaken
from tests.unit.server.house import KEY, PATIENCE_S
from tests.values import a_source

COMMAND = [
    sys.executable,
    "-c",
    "from desktop_llm.server.process import main\n"
    "from tests.unit.engine.scripted_child import make_engine\n"
    "main(make_engine)",
]
News = tuple[ServingState, ExpectedError | None]


def test_it_serves_what_is_loaded_also_after_a_crash_until_it_is_told_to_stop() -> None:
    news: queue.SimpleQueue[News] = queue.SimpleQueue()
    engine = ProcessEngine(COMMAND)
    engine.on_serving = lambda state, error: news.put((state, error))
    try:
        engine.serve(ServeOptions(KEY, 0))  # before there is a process
        engine.load(a_source("first"), None, LoadOptions(), lambda progress: None)
        address = said_address(news)
        assert answer(address, "first") == "xxx"
        engine.load(a_source("second"), None, LoadOptions(), lambda progress: None)
        assert answer(address, "second") == "xxx"
        engine.kill()
        engine.load(a_source("second"), None, LoadOptions(), lambda progress: None)
        assert said_address(news) == address
        assert answer(address, "default") == "xxx"
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            engine.serve(ServeOptions(KEY, port))
            assert isinstance(said_error(news), PortTaken)
        engine.stop_serving()
    finally:
        engine.shut_down()


def said_address(news: queue.SimpleQueue[News]) -> str:
    """Of a server that has just begun: the first of its lines."""
    while True:
        state, error = news.get(timeout=PATIENCE_S)
        assert error is None
        if state.address and not (state.served or state.running or state.waiting):
            return state.address


def said_error(news: queue.SimpleQueue[News]) -> ExpectedError:
    while True:
        if error := news.get(timeout=PATIENCE_S)[1]:
            return error


def answer(address: str, model: str, key: str = KEY) -> str:
    with openai.OpenAI(base_url=address, api_key=key, max_retries=0, timeout=60) as client:
        return client.completions.create(model=model, prompt="say 3").choices[0].text
