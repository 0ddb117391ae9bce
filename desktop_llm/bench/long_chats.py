"""Conversations of thousands of messages, as the person waits for them: from the act to the paint.

Everything goes through the real services: a conversation is read from the disk, and what it will
cost the model is planned while it is typed in.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from desktop_llm.bench.gap_probe import GapProbe, add_gaps
from desktop_llm.bench.made_up import chain, formulas
from desktop_llm.bench.report import Report, percentile
from desktop_llm.bench.window import BenchWindow
from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.generation import Sampling

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPlainTextEdit

OPEN_MS, KEY_MS, DELETE_MS = 300, 16, 100
OPENINGS, DELETIONS = 5, 3
KEYS, KEY_REST_MS = 60, 70
"""About as fast as a fast typist, so that plans are made between the keys."""
PLAN_MS = 3000
EXACT_MS = 1000
"""After the last key, until the plan is made that is exact."""
APPENDS, PIECES = 200, 8
UPDATE_MS = 40
FORMULAS = 200
QUESTION = "And what happened then?"
PIECE = "And then the *keeper* wrote a few more words. "


def measure_conversation(
    report: Report, window: BenchWindow, name: str, conversation_id: str
) -> None:
    """Open a conversation of the database, write in it, let it grow, and delete in it."""
    report.tell(f"a conversation of {name}")
    opened = [_open(window, conversation_id) for _ in range(OPENINGS + 1)]
    report.add(f"{name}: open", opened[1:], "ms", OPEN_MS)
    window.rest(PLAN_MS)
    _measure_typing(report, window, name)
    _measure_appending(report, window, name, window.window.services.chat.messages[-1])
    _measure_deleting(report, window, name, conversation_id)


def measure_streaming(
    report: Report, window: BenchWindow, conversation_id: str, tokens: int
) -> None:
    """Pauses while the model answers at the end of a long conversation."""
    report.tell("streaming into a long conversation")
    _open(window, conversation_id)
    window.rest(PLAN_MS)
    probe = GapProbe()
    probe.start()
    window.ask(QUESTION, Sampling(temperature=0.0, max_new_tokens=tokens), here=True)
    count = len(window.window.services.chat.messages)
    add_gaps(report, f"while streaming after {count - 2} messages", probe.stop())


def measure_formulas(report: Report, window: BenchWindow) -> None:
    """Open an answer that is full of formulas, and scroll through it."""
    report.tell("formulas")
    conversation = Conversation(new_id(), title="Formulas")
    messages = chain(conversation, ["What follows?", formulas(FORMULAS)])
    view, probe = window.window.page.messages, GapProbe()
    window.window.services.chat.new_conversation()
    probe.start()
    opened = window.painted(
        lambda: window.window.services.chat.conversation_opened.emit(conversation, messages)
    )
    window.rest(PLAN_MS)
    bar = view.verticalScrollBar()
    for step in range(100, -1, -1):
        bar.setValue(bar.maximum() * step // 100)
        window.rest(UPDATE_MS)
    report.add(f"an answer with {FORMULAS} lines of formulas: open", opened, "ms", OPEN_MS)
    add_gaps(report, "while formulas are drawn and scrolled", probe.stop())
    window.window.services.chat.new_conversation()


def _open(window: BenchWindow, conversation_id: str) -> float:
    """Milliseconds from the choice of a conversation until it is painted; another one was open."""
    chat = window.window.services.chat
    chat.new_conversation()
    window.rest(UPDATE_MS)
    began = time.perf_counter()
    window.heard(chat.conversation_opened, lambda: chat.open(conversation_id))
    return (time.perf_counter() - began) * 1000 + window.painted(lambda: None)


def _measure_typing(report: Report, window: BenchWindow, name: str) -> None:
    from PySide6.QtTest import QTest

    composer = window.window.findChild(_plain_text_edit(), "composer")
    assert composer is not None
    composer.setFocus()
    keys, probe = list[float](), GapProbe()
    probe.start()
    for number in range(KEYS):
        key = "a" if number % 6 else " "
        keys.append(window.painted(lambda key=key: QTest.keyClicks(composer, key)))  # type: ignore[misc]
        window.rest(KEY_REST_MS)
    window.rest(EXACT_MS)
    gaps = probe.stop()
    composer.clear()
    report.add(f"{name}: keystroke, p99", percentile(keys, 99), "ms", KEY_MS)
    add_gaps(report, f"while typing after {name}", gaps)


def _measure_appending(report: Report, window: BenchWindow, name: str, last: Message) -> None:
    """The processor time of an update at 25 updates a second, at the beginning and at the end."""
    view = window.window.page.messages
    costs = []
    for number in range(1, APPENDS + 1):
        began = time.process_time()
        view.append_text(last.id, PIECE + ("\n\n" if number % PIECES == 0 else ""), False)
        window.rest(UPDATE_MS)
        costs.append((time.process_time() - began) * 1000)
    tenth = APPENDS // 10
    report.add(f"{name}: an update of the answer, first tenth", costs[:tenth], "ms")
    report.add(f"{name}: an update of the answer, last tenth", costs[-tenth:], "ms")


def _measure_deleting(report: Report, window: BenchWindow, name: str, conversation_id: str) -> None:
    """At the end, and in the middle, where all that follows is copied."""
    chat = window.window.services.chat
    for where in ("the last message", "a message in the middle"):
        shown, saved, undone = list[float](), [], []
        for _ in range(DELETIONS):
            _open(window, conversation_id)
            path = chat.messages
            message_id = path[-1 if where == "the last message" else len(path) // 2].id

            def delete(message_id: str = message_id) -> None:
                shown.append(window.painted(lambda: chat.delete_message(message_id)))  # noqa: B023

            began = time.perf_counter()
            window.heard(chat.deleted, delete)
            saved.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            window.heard(chat.conversation_opened, chat.undo)
            undone.append((time.perf_counter() - began) * 1000 + window.painted(lambda: None))
        report.add(f"{name}: delete {where}", shown, "ms", DELETE_MS)
        report.add(f"{name}: delete {where}, until it is saved", saved, "ms")
        report.add(f"{name}: undo the deletion of {where}", undone, "ms", OPEN_MS)


def _plain_text_edit() -> type[QPlainTextEdit]:
    from PySide6.QtWidgets import QPlainTextEdit

    return QPlainTextEdit
