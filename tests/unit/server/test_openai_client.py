"""The unmodified `openai` package against our server."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from tests.unit.server.house import KEY, Served, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[openai.OpenAI]:
    with client_of(served) as made:
        yield made


def client_of(served: Served, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=served.address, api_key=key, max_retries=0, timeout=30)


HELLO = [{"role": "user", "content": "Hello"}]


def test_the_loaded_model_is_listed(client: openai.OpenAI) -> None:
    (model,) = client.models.list().data
    assert (model.id, model.owned_by) == ("tiny", "desktop-llm")
    assert model.max_model_len == 2048  # type: ignore[attr-defined]
    assert client.models.retrieve("tiny") == model


def test_a_chat_is_answered_whole(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="tiny", messages=HELLO)  # type: ignore[call-overload]
    assert answer.choices[0].message.content == "Hello from the fake."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == 5 + 4


def test_a_chat_is_streamed(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(  # type: ignore[call-overload]
            model="tiny", messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
    )
    said = [c.choices[0].delta.content for c in chunks if c.choices]
    assert said == ["", "Hello", " from", " the", " fake.", None]
    assert chunks[-1].usage.completion_tokens == 4
