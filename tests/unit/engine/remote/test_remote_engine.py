"""The engine for servers, against one that a test scripts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    LoadedModel,
    LoadOptions,
    ModelSource,
    RemoteModel,
    Sampling,
    TextChunk,
)
from desktop_llm.engine.remote import errors
from desktop_llm.engine.remote.engine import RemoteEngine
from desktop_llm.engine.remote.listing import list_models
from tests.fake_openai import (
    FakeOpenAI,
    chat,
    delta,
    end,
    event,
    fake_openai,
    listing,
    reply,
    stream,
)

KEY = "sk-secret-key-0123456789"
CHAT = "/v1/chat/completions"
VLLM = {"id": "m", "owned_by": "vllm", "max_model_len": 4096}


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with fake_openai("m") as fake:
        yield fake


@pytest.fixture
def engine() -> Iterator[RemoteEngine]:
    made = RemoteEngine(silence_s=20.0)
    yield made
    made.unload()


def load(engine: RemoteEngine, server: FakeOpenAI, key: str = "", model: str = "m") -> LoadedModel:
    remote = RemoteModel("lab", server.address, model)
    source = ModelSource(f"remote:lab/{model}", Path(), model, remote=remote)
    return engine.load(source, None, LoadOptions(api_key=key), lambda progress: None)


def ask(*says: str, **facts: Any) -> GenerationRequest:
    facts = {"sampling": Sampling(seed=7)} | facts
    messages = tuple(ChatMessage("user", text) for text in says or ("Hello?",))
    return GenerationRequest("r", messages=messages, **facts)


def nobody(event: GenerationEvent) -> None:
    """Nobody reads along."""


def test_an_answer_streams_and_its_record_has_the_figures_of_the_server(server, engine):
    load(engine, server)
    server.says("Hel", "lo", prompt_tokens=9, completion_tokens=3)
    shown: list[GenerationEvent] = []
    result = engine.generate(ask(), shown.append)
    assert [chunk.text for chunk in shown if isinstance(chunk, TextChunk)] == ["Hel", "lo"]
    completion = result.completions[0]
    record = completion.record
    assert completion.text == "Hello"
    assert (record.engine, record.device, record.dtype) == ("remote", "remote", "")
    assert (record.prompt_tokens, record.new_tokens, record.seed) == (9, 3, 7)
    assert (record.model, record.stop_reason) == ("remote:lab/m", "end")
    assert record.ttft_s > 0 and record.tokens_per_s > 0


def test_what_is_asked_has_only_fields_that_every_server_knows(server, engine):
    load(engine, server)
    server.says("Yes")
    engine.generate(ask("One", sampling=Sampling(0.5, 0.9, 40, 0.1, 1.2, 20, ("x",), 3)), nobody)
    assert server.last.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "One"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 20,
        "seed": 3,
    }


def test_a_server_of_a_known_kind_gets_its_samplers_and_tells_its_context(engine):
    with fake_openai(VLLM) as server:
        loaded = load(engine, server)
        assert loaded.context_length == 4096
        assert {"top_k", "min_p"} < loaded.capabilities.samplers
        server.says("Yes")
        engine.generate(ask(sampling=Sampling(top_k=40, min_p=0.1)), nobody)
        assert (server.last.body["top_k"], server.last.body["min_p"]) == (40, 0.1)


def test_the_engine_says_what_it_cannot_do(server, engine):
    loaded = load(engine, server)
    able = loaded.capabilities
    assert not (able.score or able.adapters or able.counts_tokens or able.exact)
    assert able.samplers == {"temperature", "top_p", "seed"}
    assert (loaded.engine, loaded.device.kind, loaded.context_length) == ("remote", "remote", 0)
    for question in (
        lambda: engine.count_tokens(()),
        lambda: engine.count_texts([]),
        lambda: engine.score("text"),
        lambda: engine.explain(()),
        lambda: engine.split_text("text", 5, 1),
        engine.template,
    ):
        with pytest.raises(errors.NotForServers):
            question()


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thinking_that_a_server_tells_apart_is_thinking(server, engine, name):
    load(engine, server)
    steps = [delta(**{name: "Let me "}), delta(**{name: "see."}), delta(content="Four."), end()]
    server.answers[CHAT] = lambda asked: stream(*steps)
    completion = engine.generate(ask(), nobody).completions[0]
    assert (completion.thinking, completion.text) == ("Let me see.", "Four.")


def test_thinking_in_the_text_is_told_apart_here(server, engine):
    load(engine, server)
    server.says("<th", "ink>Let me see.</think>\n\nFo", "ur.")
    completion = engine.generate(ask(), nobody).completions[0]
    assert (completion.thinking, completion.text) == ("Let me see.", "Four.")


def test_a_stop_string_across_two_pieces_ends_the_answer_and_the_connection(server, engine):
    load(engine, server)
    pieces = (delta(content="One EN"), delta(content="D two"), threading.Event())
    server.answers[CHAT] = lambda asked: stream(*pieces)
    completion = engine.generate(ask(sampling=Sampling(stop_strings=("END",))), nobody)
    assert completion.completions[0].text == "One "
    assert completion.completions[0].record.stop_reason == "stop_string"
    assert server.left.wait(60)


def test_a_raw_prompt_goes_to_completions_and_nothing_in_it_is_thinking(server, engine):
    load(engine, server)
    piece = event({"choices": [{"text": "<think>not</think>", "finish_reason": "length"}]})
    server.answers["/v1/completions"] = lambda asked: stream(piece, b"data: [DONE]\n\n")
    request = GenerationRequest("r", prompt="Once", sampling=Sampling(max_new_tokens=9))
    completion = engine.generate(request, nobody).completions[0]
    assert (completion.text, completion.record.stop_reason) == ("<think>not</think>", "length")
    assert server.last.body["prompt"] == "Once"


def test_samples_are_asked_for_one_after_the_other_with_seeds_of_their_own(server, engine):
    load(engine, server)
    server.says("Yes")
    result = engine.generate(ask(num_samples=3), nobody)
    assert [each.record.seed for each in result.completions] == [7, 8, 9]
    assert [asked.body["seed"] for asked in server.asked[1:]] == [7, 8, 9]


def test_log_probabilities_come_with_their_rivals(server, engine):
    load(engine, server)
    tokens = [
        {
            "token": "Yes",
            "logprob": -0.1,
            "bytes": None,
            "top_logprobs": [{"token": "No", "logprob": -2.5}],
        }
    ]
    piece = {"choices": [{"delta": {"content": "Yes"}, "logprobs": {"content": tokens}}]}
    server.answers[CHAT] = lambda asked: stream(event(piece), end())
    completion = engine.generate(ask(top_logprobs=1), nobody).completions[0]
    assert server.last.body["top_logprobs"] == 1
    (token,) = completion.tokens
    assert (token.text, token.logprob, token.top) == ("Yes", -0.1, ((-1, "No", -2.5),))


def test_a_character_that_comes_in_two_parts_is_whole(server, engine):
    load(engine, server)
    data = b"".join(chat("水 ünï 🚀"))
    server.answers[CHAT] = lambda asked: stream(*(bytes([byte]) for byte in data))
    assert engine.generate(ask(), nobody).completions[0].text == "水 ünï 🚀"


@pytest.mark.parametrize("begun", [False, True])
def test_a_stop_does_not_wait_for_a_server_that_stalls(server, engine, begun):
    load(engine, server)
    request = ask()

    def answer(asked: object) -> Iterator[bytes | threading.Event]:
        if not begun:
            request.stop.set()
        return stream(*[delta(content="Once ")] * begun, threading.Event())

    def take(event: GenerationEvent) -> None:
        if isinstance(event, TextChunk):
            request.stop.set()

    server.answers[CHAT] = answer
    completion = engine.generate(request, take).completions[0]
    assert completion.record.stop_reason == "stopped"
    assert completion.text == ("Once " if begun else "")
    assert server.left.wait(60)
    server.says("Again")
    assert engine.generate(ask(), nobody).completions[0].text == "Again"


def test_a_stop_takes_a_fifth_of_a_second_at_most(server, engine):
    load(engine, server)
    server.answers[CHAT] = lambda asked: stream(threading.Event())
    pressed: list[float] = []
    took = []
    for _ in range(5):  # the quickest counts: the machine may be busy
        request = ask()

        def press(wanted: GenerationRequest = request) -> None:
            pressed.append(time.monotonic())
            wanted.stop.set()

        timer = threading.Timer(0.1, press)
        timer.start()
        engine.generate(request, nobody)
        took.append(time.monotonic() - pressed[-1])
        timer.join()
    assert min(took) < 0.2


def test_a_stop_while_the_request_is_on_its_way_ends_it(server, engine):
    load(engine, server)
    server.answers[CHAT] = lambda asked: [threading.Event()]
    request = ask()
    timer = threading.Timer(0.1, request.stop.set)
    timer.start()
    assert engine.generate(request, nobody).completions[0].record.stop_reason == "stopped"
    timer.join()


def test_an_answer_that_is_cut_off_is_an_error_and_what_came_was_shown(server, engine):
    load(engine, server)
    server.answers[CHAT] = lambda asked: stream(delta(content="Once upon"))
    shown: list[GenerationEvent] = []
    with pytest.raises(errors.ServerClosed):
        engine.generate(ask(), shown.append)
    assert [chunk.text for chunk in shown if isinstance(chunk, TextChunk)] == ["Once upon"]
    assert len(server.asked) == 2  # the list and one try


def test_a_cut_in_a_measured_body_is_an_error_too(server, engine):
    load(engine, server)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n"
    server.answers[CHAT] = lambda asked: [head, delta(content="Once")]
    with pytest.raises(errors.ServerClosed):
        engine.generate(ask(), nobody)


def test_silence_ends_at_its_limit(server):
    engine = RemoteEngine(silence_s=0.2)
    load(engine, server)
    server.answers[CHAT] = lambda asked: stream(delta(content="Once"), threading.Event())
    with pytest.raises(errors.ServerTooSlow):
        engine.generate(ask(), nobody)
    engine.unload()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(b"<html>Welcome</html>", "text/html"), errors.NotThatProtocol),
        (reply(b'{"object": "list"}'), errors.NotThatProtocol),
        (reply(b'{"data": "models"}'), errors.NotThatProtocol),
        (reply(b'{"data": [{"id": 5}]}'), errors.NotThatProtocol),
        (reply(b'{"data": ['), errors.NotThatProtocol),
        (reply(b"\xff\xfe", "application/json"), errors.NotThatProtocol),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", errors.NotThatProtocol),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/v1\r\n\r\n", errors.NotThatProtocol),
        (reply(b'{"error": {"message": "no"}}', status="401 No"), errors.ServerRefusedKey),
        (reply(b"", status="403 No"), errors.ServerRefusedKey),
        (reply(b"<html>", "text/html", "404 Not Found"), errors.ServerRefused),
        (reply(b"oops", "text/plain", "500 Oops"), errors.ServerRefused),
        (b"", errors.ServerClosed),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n",
         errors.NotThatProtocol),
        (listing("other"), errors.ModelNotServed),
    ],
)  # fmt: skip
def test_what_is_no_such_server_is_told(server, engine, answer, error):
    server.answers["/v1/models"] = lambda asked: [answer]
    with pytest.raises(error):
        load(engine, server)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "steps",
    [
        [event({"choices": "none"})],
        [event({"choices": [{"delta": {"content": 5}}]})],
        [event([1, 2])],
        [b"data: {broken\n\n"],
        [b"data: \xff\xfe\n\n"],
        [b'data: {"choices": [' + b"[" * 100_000 + b"\n\n"],
    ],
)
def test_a_stream_of_something_else_is_told(server, engine, steps):
    load(engine, server)
    server.answers[CHAT] = lambda asked: stream(*steps)
    with pytest.raises(errors.NotThatProtocol):
        engine.generate(ask(), nobody)


def test_a_server_that_does_not_stream_is_told(server, engine):
    load(engine, server)
    server.answers[CHAT] = lambda asked: [reply(b'{"choices": []}')]
    with pytest.raises(errors.NotThatProtocol):
        engine.generate(ask(), nobody)


def test_an_error_in_the_stream_is_told_in_the_words_of_the_server(server, engine):
    load(engine, server)
    server.answers[CHAT] = lambda asked: stream(event({"error": {"message": "out of\nmemory"}}))
    with pytest.raises(errors.ServerRefused, match="out of memory"):
        engine.generate(ask(), nobody)


def test_a_refusal_is_told_in_the_words_of_the_server_but_for_the_key(server, engine):
    load(engine, server, KEY)
    body = b'{"error": {"message": "too long for ' + KEY.encode() + b'"}}'
    server.answers[CHAT] = lambda asked: [reply(body, status="400 Bad Request")]
    with pytest.raises(errors.ServerRefused) as caught:
        engine.generate(ask(), nobody)
    assert "too long for …" in str(caught.value)
    assert caught.value.facts["status"] == 400


def test_nobody_there_is_told(engine):
    with fake_openai("m") as server:
        pass
    with pytest.raises(errors.ServerUnreachable):
        load(engine, server)


def test_a_slow_list_of_models_is_given_up(server, engine, monkeypatch):
    monkeypatch.setattr("desktop_llm.engine.remote.listing.LISTING_S", 0.2)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    server.answers["/v1/models"] = lambda asked: [head, threading.Event()]
    with pytest.raises(errors.ServerTooSlow):
        load(engine, server)


@pytest.mark.parametrize("path", ["/v1/models", CHAT])
def test_a_hundred_megabytes_in_one_line_are_not_kept(server, engine, path):
    sent = []

    def endless(asked: object) -> Iterator[bytes]:
        kind = b"text/event-stream" if path == CHAT else b"application/json"
        yield b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\ndata: "
        for _ in range(100):
            sent.append(1)
            yield b"x" * 1_000_000

    if path == CHAT:
        load(engine, server)
    server.answers[path] = endless
    with pytest.raises(errors.NotThatProtocol):
        if path == CHAT:
            engine.generate(ask(), nobody)
        else:
            load(engine, server)
    assert server.left.wait(60)
    assert len(sent) < 40


def test_the_key_goes_to_the_server_and_the_environment_does_not(server, engine, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "private")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer private\nX-Own: private")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/private")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.says("Yes")
    for key in (KEY, ""):
        load(engine, server, key)
        engine.generate(ask(), nobody)
        for asked in server.asked[-2:]:
            assert asked.headers.get("authorization", "") == (f"Bearer {key}" if key else "")
            assert "private" not in str(asked)
            assert not any(name.startswith(("x-", "openai")) for name in asked.headers)


def test_a_key_that_no_header_can_hold_is_refused_without_being_told(server, engine):
    for key in (KEY + "\n", "schlüssel", "two words"):
        with pytest.raises(errors.KeyUnusable) as caught:
            load(engine, server, key)
        assert key not in repr(caught.value) + str(caught.value)
    assert server.asked == []


def test_nothing_that_is_raised_or_logged_holds_the_key(server, engine, caplog):
    caplog.set_level(0)
    load(engine, server, KEY)
    for answer in (reply(b"{}", status="401 No"), b"", reply(b"", status="500 No")):
        server.answers[CHAT] = lambda asked, answer=answer: [answer]
        with pytest.raises(ExpectedError) as caught:
            engine.generate(ask(), nobody)
        assert KEY not in str(caught.getrepr(style="long", showlocals=False))
    assert KEY not in caplog.text + repr(LoadOptions(api_key=KEY))


def test_going_on_inside_an_answer_is_refused_where_it_is_not_known(server, engine):
    load(engine, server)
    messages = (ChatMessage("user", "Hi"), ChatMessage("assistant", "Hel"))
    request = GenerationRequest("r", messages=messages, continue_last=True)
    with pytest.raises(errors.CannotGoOn):
        engine.generate(request, nobody)


def test_going_on_inside_an_answer_is_asked_for_as_the_server_knows_it(engine):
    with fake_openai(VLLM) as server:
        load(engine, server)
        server.says("lo")
        messages = (ChatMessage("user", "Hi"), ChatMessage("assistant", "Hel"))
        request = GenerationRequest("r", messages=messages, continue_last=True)
        assert engine.generate(request, nobody).completions[0].text == "lo"
        assert server.last.body["continue_final_message"] is True
        assert server.last.body["add_generation_prompt"] is False


def test_vectors_come_in_order_and_of_length_one(server, engine):
    load(engine, server)
    data = b'{"data": [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3, 4]}]}'
    server.answers["/v1/embeddings"] = lambda asked: [reply(data)]
    assert engine.embed(["a", "b"]) == [[0.6, 0.8], [0.0, 1.0]]


def test_a_refusal_without_end_is_not_kept(server, engine):
    load(engine, server)
    sent = []

    def endless(asked: object) -> Iterator[bytes]:
        yield b"HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\n\r\n"
        for _ in range(100):
            sent.append(1)
            yield b"x" * 1_000_000 + b"\n\n"

    server.answers[CHAT] = endless
    with pytest.raises(ExpectedError):
        engine.generate(ask(), nobody)
    assert server.left.wait(60)
    assert len(sent) < 40


def test_an_answer_without_end_is_given_up_and_figures_that_cannot_be_are_not_kept(
    server, engine, monkeypatch
):
    load(engine, server)
    server.says("Hello", prompt_tokens=10**400, completion_tokens=-5)
    record = engine.generate(ask(), nobody).completions[0].record
    assert record.prompt_tokens < 2**31 and record.new_tokens == 1
    monkeypatch.setattr("desktop_llm.engine.remote.reply.MOST_CHARACTERS", 10)
    server.says("Hello", "Hello", "Hello")
    with pytest.raises(errors.NotThatProtocol):
        engine.generate(ask(), nobody)


def test_a_proxy_of_a_kind_that_is_not_known_is_told(engine, monkeypatch):
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1080")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(errors.ServerUnreachable):
        list_models("https://lab.invalid/v1", KEY)
