"""A reply while it is written."""

from __future__ import annotations

from itertools import count

from desktop_llm.core.generation import GenerationRequest, TextChunk
from desktop_llm.services.chat_reply import RunningReply
from tests.values import a_message, a_result


def test_the_record_tells_how_long_a_model_has_thought() -> None:
    clock = count(100.0, 2.0)
    reply = RunningReply([a_message("assistant", "")], GenerationRequest("r"), clock=clock.__next__)
    for number, thinking in enumerate((True, True, True, False, False), 1):
        reply.take(TextChunk("word ", thinking=thinking, new_tokens=number))
    (message,) = reply.ended(a_result("r", "word word", thinking="word word word"), "complete")

    assert message.generation is not None
    assert message.generation.thinking_tokens == 3
    assert 4 <= message.generation.thinking_s <= 12


def test_without_thinking_nothing_is_told_of_it() -> None:
    reply = RunningReply([a_message("assistant", "")], GenerationRequest("r"))
    reply.take(TextChunk("word", new_tokens=1))
    (message,) = reply.ended(a_result("r", "word"), "complete")

    assert message.generation is not None
    assert (message.generation.thinking_tokens, message.generation.thinking_s) == (0, 0.0)
