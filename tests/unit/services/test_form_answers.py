"""Messages that were written by a prompt form, and their answers."""

from __future__ import annotations

from dataclasses import replace

from desktop_llm.core.conversation import Attachment, FormUse
from desktop_llm.forms.parsing import parse
from desktop_llm.forms.reading_forms import EXTRACT
from desktop_llm.forms.windows import WindowReduction, WindowTask
from desktop_llm.services.context_planner import Planner
from desktop_llm.services.long_texts import steps_again
from tests.fake_documents import WordEngine
from tests.values import a_conversation, a_loaded_model, a_message

NAMES = FormUse("extract", {"what": "names"})


def asked(chat):
    chat.wait(lambda: bool(chat.inference.requests))
    return chat.inference.requests[-1]


def test_a_form_brings_its_sampling_for_its_request_only(chat):
    usual = chat.service.current.sampling
    chat.service.set_sampling(replace(usual, seed=5))
    chat.service.send("Find all names …", form=NAMES)
    request = asked(chat)
    assert (request.sampling.temperature, request.sampling.seed) == (0, 5)
    assert chat.service.current.sampling == replace(usual, seed=5)


def test_an_answer_knows_its_form_also_after_another_start(chat):
    chat.service.send("Find all names …", form=NAMES)
    asked(chat)
    chat.inference.say('["Anna"]')
    chat.inference.finish()
    chat.settle()
    _, (question, answer) = chat.on_disk()
    assert question.form == answer.form == NAMES
    assert parse(EXTRACT, answer.form.inputs, answer.content).value == ["Anna"]


def test_free_completion_is_asked_for_without_a_chat_around_it(chat):
    use = FormUse("complete", {"length": "50", "sequences": "5"})
    chat.service.send("Hello, how are you?", form=use, samples=5)
    request = asked(chat)
    assert (request.prompt, request.messages) == ("Hello, how are you?", ())
    assert (request.max_length, request.num_samples) == (50, 5)


def test_lists_from_windows_become_one_list_in_the_answer(chat):
    task = WindowTask.of(EXTRACT, NAMES.inputs)
    steps = WindowReduction(task, ["one", "two"], lambda text: len(text.split()), 500)
    chat.service.send("Find all names.", form=NAMES, steps=steps)
    for number, said in enumerate(('["Anna"]', '["anna", "Ben"]'), 1):
        chat.wait(lambda number=number: len(chat.inference.requests) == number)
        assert chat.inference.requests[-1].sampling.temperature == 0
        chat.inference.say(said)
        chat.inference.finish()
    chat.settle()
    answer = chat.on_disk()[1][-1]
    assert (answer.content, answer.state) == ('["Anna", "Ben"]', "complete")
    assert "Reading, step 1 of 2" in answer.thinking


def test_another_answer_from_windows_is_asked_for_as_the_form_does():
    text = " ".join(f"w{number}" for number in range(3000))
    file = Attachment("a", "Text", "text/plain", "0", len(text), text, in_prompt=False)
    message = a_message("user", "Find all names.", attachments=(file,), form=NAMES)
    model = a_loaded_model(context_length=1000)
    steps = steps_again(a_conversation(), "", message, WordEngine(), model, Planner())
    assert steps.total == steps.windows > 1  # lists need no model to be united
    step = steps.next()
    assert step
    assert "Find all names.\n\nw0 w1" in step.messages[-1].content
