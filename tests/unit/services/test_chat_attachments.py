"""Messages with files: what the model reads of them, now, later, and when asked again."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_llm.core.conversation import Attachment, new_id
from desktop_llm.core.generation import Sampling
from desktop_llm.services.inference import EngineState
from desktop_llm.services.long_texts import LongTexts
from tests.fake_documents import WordEngine
from tests.fakes import FakeInferenceService
from tests.values import a_loaded_model

LIMIT = 400


def a_file(words: int, name: str = "report.txt") -> Attachment:
    text = " ".join(f"w{number}" for number in range(words))
    return Attachment(new_id(), name, "text/plain", "0" * 64, len(text), text)


@pytest.fixture
def chat(open_chat: Any) -> Any:
    model = a_loaded_model(context_length=LIMIT)
    inference = FakeInferenceService(EngineState("ready", model=model))
    inference.engine = WordEngine()
    made = open_chat(inference)
    made.model = model
    made.service.set_sampling(Sampling(max_new_tokens=50))
    return made


def prompt(chat: Any) -> str:
    """The last message of the last request."""
    return str(chat.inference.requests[-1].messages[-1].content)


def send(chat: Any, text: str, *files: Attachment, **how: Any) -> None:
    before = len(chat.inference.requests)
    chat.service.send(text, files, **how)
    chat.wait(lambda: len(chat.inference.requests) > before)


def answer_all(chat: Any, text: str) -> None:
    """Let every step of the reply say `text`."""
    while chat.service.busy:
        chat.inference.say(text)
        chat.inference.finish()
        chat.settle()


def in_windows(chat: Any, *files: Attachment) -> Any:
    conversation = chat.service.current
    texts = LongTexts(conversation, "", (), "What is it?", files)
    return texts.in_windows(chat.inference.engine, chat.model, 120, 20)


def test_the_model_reads_files_before_the_question_and_they_are_kept(chat):
    file = a_file(5)
    send(chat, "What is it?", file)
    asked = "===== report.txt =====\nw0 w1 w2 w3 w4\n===== end of report.txt =====\n\nWhat is it?"
    assert prompt(chat) == asked
    answer_all(chat, "words")
    assert chat.on_disk()[1][0].attachments == (file,)


def test_a_message_of_files_alone_is_named_after_them(chat):
    send(chat, "", a_file(5), a_file(3, "b.txt"))
    assert chat.service.current.title == "report.txt, b.txt"


def test_a_file_read_in_windows_is_only_named_later(chat):
    file = a_file(2000)
    made = in_windows(chat, file)
    send(chat, "What is it?", *made.attachments, steps=made.steps)
    answer_all(chat, "seen")
    (question, answer) = chat.on_disk()[1]
    assert answer.content == "seen"
    assert question.attachments[0].text == file.text
    send(chat, "And now?")
    said = [message.content for message in chat.inference.requests[-1].messages]
    assert said == ["===== report.txt (read in parts) =====\n\nWhat is it?", "seen", "And now?"]


def test_another_answer_to_a_file_read_in_windows_reads_all_of_it_again(chat):
    made = in_windows(chat, a_file(2000))
    send(chat, "What is it?", *made.attachments, steps=made.steps)
    answer_all(chat, "seen")
    before = len(chat.inference.requests)
    chat.service.retry(chat.service.messages[-1].id)
    chat.wait(lambda: len(chat.inference.requests) > before)
    answer_all(chat, "seen again")
    again = chat.inference.requests[before:]
    everything = " ".join(request.messages[-1].content for request in again)
    assert all(f"w{number}" in everything for number in (0, 999, 1999))
    count = chat.inference.engine.count_tokens
    assert all(
        count(request.messages) + request.sampling.max_new_tokens <= LIMIT for request in again
    )
    assert chat.service.messages[-1].content == "seen again"
