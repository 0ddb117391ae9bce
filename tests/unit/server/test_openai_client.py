"""The unmodified `openai` package against our server."""

from __future__ import annotations

import struct
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from desktop_llm.core.generation import Capabilities, TextChunk, TokenLogprob
from desktop_llm.core.json_schema import SchemaUnusable
from desktop_llm.engine.errors import OutOfMemory, PromptTooLong
from tests.fakes import ScriptedEngine
from tests.unit.server.house import KEY, Served, serving

HELLO: Any = [{"role": "user", "content": "Hello"}]


def client_of(served: Served, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=served.address, api_key=key, max_retries=0, timeout=30)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(capabilities=Capabilities(json_schema=True)) as made:
        yield made


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[openai.OpenAI]:
    with client_of(served) as made:
        yield made


def test_the_loaded_model_is_listed(client: openai.OpenAI) -> None:
    (model,) = client.models.list().data
    facts = model.model_dump()
    assert (model.id, model.owned_by, facts["max_model_len"]) == ("tiny", "desktop-llm", 2048)
    assert facts["meta"]["n_ctx_train"] == 2048
    assert client.models.retrieve("tiny") == model


def test_a_chat_is_answered_whole(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="tiny", messages=HELLO)
    assert answer.choices[0].message.content == "Hello from the fake."
    assert (answer.choices[0].finish_reason, answer.model) == ("stop", "tiny")
    assert answer.usage and answer.usage.total_tokens == 5 + 4


def test_a_chat_is_streamed_with_the_usage_at_the_end(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="tiny", messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
    )
    said = [c.choices[0].delta.content for c in chunks if c.choices]
    assert said == ["", "Hello", " from", " the", " fake.", None]
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-2:] == [None, "stop"]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].usage and chunks[-1].usage.completion_tokens == 4
    assert len({c.id for c in chunks}) == 1


def test_what_is_asked_for_reaches_the_engine(served: Served, client: openai.OpenAI) -> None:
    parts: Any = [{"type": "text", "text": "two "}, {"type": "text", "text": "parts"}]
    client.chat.completions.create(
        model="default",
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": parts},
            {"role": "assistant", "content": "Yes?"},
            {"role": "user", "content": "<|im_end|>"},
        ],
        temperature=0.5,
        top_p=0.8,
        max_completion_tokens=9,
        stop=["\n", "End"],
        seed=7,
        n=3,
        logprobs=True,
        top_logprobs=2,
        reasoning_effort="none",
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": {"a": 1}}},
        extra_body={"top_k": 5, "min_p": 0.1, "repetition_penalty": 1.2},
        user="somebody",
    )
    request = served.engine.requests[-1]
    turns = [(message.role, message.content) for message in request.messages]
    assert turns[:2] == [("system", "Be brief."), ("user", "two parts")]
    assert turns[3] == ("user", "<|im_end|>")
    wanted = request.sampling
    assert (wanted.temperature, wanted.top_p, wanted.top_k, wanted.min_p) == (0.5, 0.8, 5, 0.1)
    assert (wanted.max_new_tokens, wanted.stop_strings, wanted.seed) == (9, ("\n", "End"), 7)
    assert wanted.repetition_penalty == 1.2
    assert (request.num_samples, request.top_logprobs, request.thinking) == (3, 2, False)
    assert request.json_schema == '{"a": 1}'


def test_what_is_not_said_is_as_openai_has_it(served: Served, client: openai.OpenAI) -> None:
    client.chat.completions.create(model="tiny", messages=HELLO)
    usual = served.engine.requests[-1].sampling
    assert (usual.temperature, usual.top_p, usual.top_k, usual.repetition_penalty) == (1, 1, 0, 1)
    assert usual.max_new_tokens == 2048  # all of the context
    client.completions.create(model="tiny", prompt="a")
    assert served.engine.requests[-1].sampling.max_new_tokens == 16


def test_texts_are_gone_on_with(client: openai.OpenAI) -> None:
    answer = client.completions.create(model="tiny", prompt=["One", "Two"])
    assert [choice.text for choice in answer.choices] == ["Hello from the fake."] * 2
    assert [choice.index for choice in answer.choices] == [0, 1]
    chunks = list(client.completions.create(model="tiny", prompt=["One", "Two"], stream=True))
    texts = ["".join(c.choices[0].text for c in chunks if c.choices[0].index == i) for i in (0, 1)]
    assert texts == ["Hello from the fake."] * 2


def test_embeddings_come_as_numbers_and_packed(client: openai.OpenAI) -> None:
    packed = client.embeddings.create(model="tiny", input=["one two", "three"])
    plain = client.embeddings.create(model="tiny", input="one", encoding_format="float")
    assert [entry.embedding for entry in packed.data] == [[1.0, 0.0]] * 2
    assert plain.data[0].embedding == [1.0, 0.0]
    assert packed.usage.prompt_tokens == 3
    raw = client.embeddings.with_raw_response.create(
        model="tiny", input="one", encoding_format="base64"
    )
    text = raw.http_response.json()["data"][0]["embedding"]
    assert struct.unpack("<2f", b64decode(text)) == (1.0, 0.0)


def test_a_wrong_key_is_refused(served: Served) -> None:
    with client_of(served, "sk-wrong") as stranger, pytest.raises(openai.AuthenticationError):
        stranger.models.list()


@pytest.mark.parametrize(
    "extra",
    [
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"logit_bias": {"5": 1}},
        {"presence_penalty": 0.5},
        {"modalities": ["audio"]},
        {"n": 5},
        {"temperature": 3},
        {"stop": ["x"] * 17},
        {"top_logprobs": 2},
        {"chat_template": "{{ messages }}"},
        {"max_tokens": 0},
        {"stream_options": {"include_usage": True}},
    ],
)
def test_what_it_cannot_do_is_refused_by_name(client: openai.OpenAI, extra: dict[str, Any]) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="tiny", messages=HELLO, extra_body=extra)
    (name,) = extra
    assert caught.value.param == name
    assert caught.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}],
        [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}],
    ],
)
def test_pictures_and_sound_are_refused(client: openai.OpenAI, content: Any) -> None:
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(
            model="tiny", messages=[{"role": "user", "content": content}]
        )


def test_defaults_that_clients_spell_out_change_nothing(client: openai.OpenAI) -> None:
    said = client.chat.completions.create(model="tiny", messages=HELLO).choices[0].message
    before: Any = said.model_dump()  # with tool_calls: None, audio: None …
    answer = client.chat.completions.create(
        model="tiny",
        messages=[*HELLO, before, *HELLO],
        extra_body={"frequency_penalty": 0, "tools": [], "logit_bias": {}, "stop": None},
    )
    assert answer.choices[0].message.content == "Hello from the fake."


def test_no_other_model_answers_for_the_one_that_is_asked(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("../../etc/passwd")


def test_thinking_and_log_probabilities_are_told() -> None:
    sure = TokenLogprob(5, "So", -0.25, ((5, "So", -0.25), (6, "No", float("-inf"))))
    script = [TextChunk("Hm.", thinking=True), TextChunk("So", tokens=(sure,))]
    with serving(script) as served, client_of(served) as client:
        asked: Any = {"model": "tiny", "messages": HELLO, "logprobs": True, "top_logprobs": 2}
        whole = client.chat.completions.create(**asked).choices[0]
        chunks = list(client.chat.completions.create(**asked, stream=True))
        text = client.completions.create(model="tiny", prompt="a", logprobs=2).choices[0]
    assert whole.message.model_dump()["reasoning_content"] == "Hm."
    assert whole.message.content == "So"
    assert whole.logprobs and whole.logprobs.content
    (token,) = whole.logprobs.content
    assert (token.token, token.logprob, token.bytes) == ("So", -0.25, [83, 111])
    assert [(t.token, t.logprob) for t in token.top_logprobs] == [("So", -0.25), ("No", -9999.0)]
    deltas = [chunk.choices[0].delta.model_dump() for chunk in chunks]
    assert [d.get("reasoning_content") for d in deltas] == [None, "Hm.", None, None]
    streamed = [c.choices[0].logprobs for c in chunks if c.choices[0].logprobs]
    assert [t.token for part in streamed for t in part.content or []] == ["So"]
    assert text.logprobs and text.logprobs.tokens == ["So"]
    assert text.logprobs.top_logprobs == [{"So": -0.25, "No": -9999.0}]
    assert text.logprobs.text_offset == [0]


def test_an_error_before_the_first_word_has_its_status() -> None:
    with serving([PromptTooLong(9000, 2048)]) as served, client_of(served) as client:
        for stream in (False, True):
            with pytest.raises(openai.BadRequestError) as caught:
                client.chat.completions.create(model="tiny", messages=HELLO, stream=stream)
            assert caught.value.code == "context_length_exceeded"


def test_an_error_in_mid_stream_ends_the_stream_as_one() -> None:
    with serving(["Once", OutOfMemory()]) as served, client_of(served) as client:
        stream = client.chat.completions.create(model="tiny", messages=HELLO, stream=True)
        with pytest.raises(openai.APIError) as caught:
            list(stream)
        assert caught.value.code == "out_of_memory"


def test_what_the_engine_lacks_is_refused() -> None:
    poor = Capabilities(logprobs=False, embed=False, json_schema=False)
    with serving(capabilities=poor) as served, client_of(served) as client:
        with pytest.raises(openai.BadRequestError):
            client.embeddings.create(model="tiny", input="a")
        for extra in ({"logprobs": True}, {"response_format": {"type": "json_object"}}):
            with pytest.raises(openai.BadRequestError) as caught:
                client.chat.completions.create(model="tiny", messages=HELLO, extra_body=extra)
            assert caught.value.param == next(iter(extra))


def test_without_a_model_it_says_so_and_goes_on_with_the_next_one() -> None:
    engine = ScriptedEngine()
    with serving(engine=engine) as served, client_of(served) as client:
        loaded, served.house.model = served.house.model, None
        assert client.models.list().data == []
        with pytest.raises(openai.InternalServerError) as caught:
            client.chat.completions.create(model="default", messages=HELLO)
        assert (caught.value.status_code, caught.value.code) == (503, "no_model_loaded")
        served.house.model = loaded
        client.chat.completions.create(model="default", messages=HELLO)


@pytest.mark.parametrize("schema", [{"$ref": "#"}, {"$ref": "http://127.0.0.1/schema"}])
def test_a_schema_that_leads_nowhere_is_refused_before_the_engine_sees_it(
    served: Served, client: openai.OpenAI, schema: dict[str, object]
) -> None:
    before = len(served.engine.requests)
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(
            model="tiny",
            messages=HELLO,
            response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema}},
        )
    assert caught.value.code == "schema_unusable"
    assert len(served.engine.requests) == before


def test_a_schema_that_cannot_be_used_is_the_clients_fault() -> None:
    with (
        serving([SchemaUnusable("it is no JSON object")]) as served,
        client_of(served) as client,
        pytest.raises(openai.BadRequestError) as caught,
    ):
        client.chat.completions.create(model="tiny", messages=HELLO)
    assert caught.value.code == "schema_unusable"
