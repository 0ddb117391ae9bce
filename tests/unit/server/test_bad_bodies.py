"""Bodies that nobody would write: never a fault of ours, never a hang."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.unit.server.house import KEY, Served, serving

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
NEVER: list[Any] = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ROUTES = ("/chat/completions", "/completions", "/embeddings")
NAMES = ["model", "messages", "prompt", "input", "n", "stop", "seed", "stream", "logprobs", "tools"]
NAMES += ["max_tokens", "temperature", "top_p", "top_k", "response_format", "encoding_format"]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    with httpx2.Client(base_url=served.address, headers=headers, timeout=30) as made:
        yield made


def anything() -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    return st.recursive(
        leaves | st.sampled_from(["tiny", "default", "user", "text"]),
        lambda some: st.lists(some, max_size=4) | st.dictionaries(st.text(), some, max_size=4),
        max_leaves=8,
    )


def nearly_right() -> st.SearchStrategy[dict[str, Any]]:
    """Requests of which some fields are wrong."""
    turn = st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "system", "assistant"]), "content": st.text()}
    )
    good = {
        "model": st.just("tiny"),
        "messages": st.lists(turn, min_size=1, max_size=3),
        "prompt": st.text() | st.lists(st.text(), max_size=3),
        "input": st.text() | st.lists(st.text(), max_size=3),
        "stream": st.booleans(),
        "n": st.integers(-1, 5),
    }
    odd = st.dictionaries(st.sampled_from(NAMES), anything(), max_size=2)
    return st.tuples(st.fixed_dictionaries({}, optional=good), odd).map(lambda b: {**b[0], **b[1]})


BODIES = anything() | nearly_right()


def check(client: httpx2.Client, route: str, body: Any) -> None:
    answer = client.post(route.lstrip("/"), content=json.dumps(body).encode())
    assert answer.status_code in (200, 400, 404), (answer.status_code, answer.text, body)
    if answer.status_code != 200:
        assert answer.json()["error"].keys() == {"message", "type", "param", "code"}


@settings(max_examples=100, suppress_health_check=NEVER)
@given(st.sampled_from(ROUTES), BODIES)
def test_random_bodies_are_answered_or_refused(
    client: httpx2.Client, route: str, body: Any
) -> None:
    check(client, route, body)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(5))
def test_a_thousand_random_bodies_are_answered_or_refused(
    client: httpx2.Client, number: int
) -> None:
    @seed(number)
    @settings(max_examples=1000, suppress_health_check=NEVER)
    @given(st.sampled_from(ROUTES), BODIES)
    def run(route: str, body: Any) -> None:
        check(client, route, body)

    run()


def test_the_description_is_kept(served: Served, client: httpx2.Client) -> None:
    """Cases that schemathesis makes of our own description, valid ones and others."""
    made = client.get(f"http://127.0.0.1:{served.port}/openapi.json").json()
    base = f"http://127.0.0.1:{served.port}"
    schema = schemathesis.openapi.from_dict(made)
    operations: Any = schema.get_all_operations()
    for operation in operations:

        @settings(max_examples=20, suppress_health_check=NEVER)
        @given(operation.ok().as_strategy())
        def run(case: Any) -> None:
            headers = {"Authorization": f"Bearer {KEY}"}
            case.call_and_validate(base_url=base, headers=headers, checks=CHECKS)

        run()
