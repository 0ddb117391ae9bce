"""One thing after the other, a queue that ends somewhere, and clients that leave."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest

from desktop_llm.core.serving import MAX_WAITING, ServeOptions
from desktop_llm.server.errors import PortTaken
from desktop_llm.server.listener import Listener
from tests.unit.server.house import KEY, PATIENCE_S, Served, serving
from tests.unit.server.test_guard import CHAT, connect
from tests.unit.server.test_openai_client import HELLO, client_of


def ask(client: openai.OpenAI) -> Any:
    return client.chat.completions.create(model="tiny", messages=HELLO)


def test_a_full_queue_turns_away_with_a_time_to_come_back() -> None:
    go_on = threading.Event()
    with (
        serving([go_on, "Done."]) as served,
        client_of(served) as client,
        ThreadPoolExecutor(MAX_WAITING + 1) as people,
    ):
        first = people.submit(ask, client)
        served.reached(lambda state: state.running == 1)
        others = [people.submit(ask, client) for _ in range(MAX_WAITING)]
        served.reached(lambda state: state.waiting == MAX_WAITING)
        with pytest.raises(openai.RateLimitError) as caught:
            ask(client)
        assert caught.value.response.headers["retry-after"] == "5"
        assert client.models.list().data  # what needs no turn is answered
        go_on.set()
        answers = [each.result(PATIENCE_S) for each in (first, *others)]
        served.reached(lambda state: (state.running, state.waiting, state.served) == (0, 0, 9))
    assert {answer.choices[0].message.content for answer in answers} == {"Done."}


def test_who_was_let_in_is_not_turned_away_halfway() -> None:
    go_on = threading.Event()
    with (
        serving([go_on, "Done."]) as served,
        client_of(served) as client,
        ThreadPoolExecutor(MAX_WAITING + 1) as people,
    ):
        first = people.submit(
            client.completions.create, model="tiny", prompt=["One", "Two"], max_tokens=5
        )
        served.reached(lambda state: state.running == 1)
        others = [people.submit(ask, client) for _ in range(MAX_WAITING)]
        served.reached(lambda state: state.waiting == MAX_WAITING)
        go_on.set()
        assert len(first.result(PATIENCE_S).choices) == 2
        assert all(each.result(PATIENCE_S).choices for each in others)


def test_requests_take_their_turns_with_those_of_the_window() -> None:
    go_on, order = threading.Event(), list[str]()

    def work() -> None:
        go_on.wait(PATIENCE_S)
        order.append("window")

    with serving([go_on, "Done."]) as served, client_of(served) as client:
        window = served.house.in_turn(work)
        with ThreadPoolExecutor(1) as people:
            asked = people.submit(ask, client)
            served.reached(lambda state: state.waiting == 1)
            later = served.house.in_turn(lambda: order.extend(served.engine.calls))
            go_on.set()
            asked.result(PATIENCE_S)
            window.result(PATIENCE_S)
            later.result(PATIENCE_S)
    assert order == ["window", "generate"]


@pytest.mark.parametrize("extra", [b"", b', "stream": true'])
def test_a_client_that_hangs_up_stops_its_answer(extra: bytes) -> None:
    never = threading.Event()
    with serving(["Once", never, "more"]) as served:
        with connect(served) as line:
            send(line, CHAT[:-1] + extra + b"}")
            served.reached(lambda state: state.running == 1)
        served.reached(lambda state: state.served == 1)
        (request,) = served.engine.requests
    assert request.stop.is_set() and not never.is_set()


def test_a_client_that_hangs_up_while_it_waits_gives_its_place_away() -> None:
    go_on = threading.Event()
    with serving([go_on, "Done."]) as served:
        with connect(served) as first:
            send(first, CHAT)
            served.reached(lambda state: state.running == 1)
            with connect(served) as second:
                send(second, CHAT)
                served.reached(lambda state: state.waiting == 1)
            served.reached(lambda state: state.waiting == 0)
            go_on.set()
            served.reached(lambda state: state.served == 1)
        assert len(served.engine.requests) == 1


def send(line: socket.socket, body: bytes) -> None:
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    line.sendall(head.encode() + body)


def test_switching_off_ends_what_runs_and_the_port_is_free_again() -> None:
    never = threading.Event()
    with serving(["Once", never]) as served, client_of(served) as client:
        stream = client.chat.completions.create(model="tiny", messages=HELLO, stream=True)
        next(iter(stream))
        served.listener.stop()
        assert served.engine.requests[0].stop.is_set()
        again = Listener(served.house, ServeOptions(KEY, served.port), lambda state: None)
        again.start()
        again.stop()


def test_a_port_that_is_taken_is_told() -> None:
    with serving() as served:
        other = Listener(served.house, ServeOptions(KEY, served.port), lambda state: None)
        with pytest.raises(PortTaken) as caught:
            other.start()
        assert caught.value.facts == {"port": served.port}


def test_an_unexpected_fault_has_a_number_and_no_details(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        serving([ZeroDivisionError("secret /home/me")]) as served,
        client_of(served) as client,
        pytest.raises(openai.InternalServerError) as caught,
    ):
        ask(client)
    number = caught.value.message.split("id ")[1].split(".")[0]
    assert caught.value.status_code == 500 and "secret" not in caught.value.message
    assert any(number in record.getMessage() for record in caplog.records)


def test_a_model_that_was_changed_meanwhile_does_not_answer_for_the_other() -> None:
    go_on = threading.Event()
    with serving([go_on, "Done."]) as served, ThreadPoolExecutor(1) as people:
        served.house.in_turn(lambda: go_on.wait(PATIENCE_S))
        with client_of(served) as client:
            asked = people.submit(ask, client)
            served.reached(lambda state: state.waiting == 1)
            _load_another(served)
            go_on.set()
            with pytest.raises(openai.NotFoundError):
                asked.result(PATIENCE_S)
    assert served.engine.requests == []


def _load_another(served: Served) -> None:
    from tests.values import a_loaded_model, a_source

    served.house.model = a_loaded_model(a_source("another"))
