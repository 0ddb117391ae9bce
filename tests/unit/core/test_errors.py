"""Errors that are told: three sentences, and a way across processes."""

from __future__ import annotations

import copy
import json
import pickle  # only to see that errors survive multiprocessing; nothing foreign is opened

import pytest

from desktop_llm.core.errors import ExpectedError, from_wire, to_wire


class DiskOfTestFull(ExpectedError):
    happened = "The disk {disk} is full."
    safe = "Your text is kept."
    todo = "Free {needed} bytes."


class ShortOfTest(ExpectedError):
    happened = "That is all."


def test_an_error_reads_as_what_happened_what_is_safe_and_what_to_do():
    error = DiskOfTestFull(disk="C:", needed=12)
    assert str(error) == "The disk C: is full. Your text is kept. Free 12 bytes."


def test_a_sentence_that_is_not_given_is_left_out_and_safety_has_a_default():
    assert [str(text) for text in ShortOfTest().sentences()] == [
        "That is all.",
        "Nothing was lost.",
    ]


def test_an_error_crosses_a_process_boundary_as_plain_data():
    error = from_wire(json.loads(json.dumps(to_wire(DiskOfTestFull(disk="C:", needed=12)))))
    assert type(error) is DiskOfTestFull
    assert error.facts == {"disk": "C:", "needed": 12}


def test_an_unknown_error_name_from_a_child_is_refused():
    with pytest.raises(KeyError):
        from_wire({"type": "os.system", "facts": {}})


def test_an_error_can_be_copied_and_sent_between_python_processes():
    error = DiskOfTestFull(disk="C:", needed=12)
    assert str(copy.copy(error)) == str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
