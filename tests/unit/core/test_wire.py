"""JSON lines between processes."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from desktop_llm.core.generation import (
    ChatMessage,
    DeviceChoice,
    GenerationRequest,
    ModelSource,
    PromptProgress,
    Sampling,
    TextChunk,
    TokenLogprob,
)
from desktop_llm.core.text import Text
from desktop_llm.core.wire import from_plain, line, to_plain

VALUES = [
    ChatMessage("user", "Hello\n你好 \x00 🎉"),
    Sampling(stop_strings=("</s>", "\n\n"), seed=7),
    ModelSource("starter", Path("/models/starter"), convert_from=Path("/models/a.gguf")),
    TextChunk("a", tokens=(TokenLogprob(1, "a", -0.5, ((2, "b", -1.5),)),), new_tokens=1),
    PromptProgress(512, 2048),
    DeviceChoice("cpu", "Intel", "bfloat16", Text("{n} cores", {"n": 2})),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_it_was_sent(value):
    sent = line("value", data=to_plain(value))
    assert from_plain(type(value), json.loads(sent)["data"]) == value


def test_a_request_crosses_without_its_stop_event_and_gets_one_of_its_own():
    request = GenerationRequest("1", messages=(ChatMessage("user", "Hi"),))
    request.stop.set()
    plain = to_plain(request)
    arrived = from_plain(GenerationRequest, plain)
    assert "stop" not in plain
    assert arrived == request
    assert isinstance(arrived.stop, threading.Event)
    assert not arrived.stop.is_set()


@given(st.text())
def test_any_text_stays_on_one_line(text):
    try:
        sent = line("chunk", text=text)
    except UnicodeEncodeError:  # half a surrogate pair is no text
        assert any(0xD800 <= ord(character) < 0xE000 for character in text)
        return
    assert sent.count(b"\n") == 1
    assert sent.endswith(b"\n")
    assert json.loads(sent) == {"kind": "chunk", "text": text}


@pytest.mark.parametrize(
    "data", [None, [], {"done": "many", "total": 1}, {"done": 1}, {"done": 1, "total": [2]}]
)
def test_data_of_the_wrong_form_is_refused(data):
    with pytest.raises(ValidationError):
        from_plain(PromptProgress, data)
