"""The window's own work: pauses while the engine is busy, and long conversations."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from desktop_llm.bench.gap_probe import GapProbe, add_gaps
from desktop_llm.bench.report import Report, percentile
from desktop_llm.bench.window import BenchWindow, describe_window, own_data_folder, resident_mb
from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.generation import ModelSource, Sampling
from desktop_llm.core.paths import Paths

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPlainTextEdit, QWidget

QUESTION = "Write a long story about a lighthouse keeper, with a list and a table in it."
ANSWER = """## Findings

The **first** paragraph has some `code` and a [link](https://example.org).

| name | value |
|------|-------|
| one  | 1     |
| two  | 2     |

```python
def add(a: int, b: int) -> int:
    return a + b
```

1. A list
2. with two items
"""
LENGTHS = (1_000, 10_000)
OPEN_MS, KEY_MS, DELETE_MS = 300, 16, 100
KEYS = 50
APPENDS = 400
PIECE = "And then the *keeper* wrote a few more words. "


def measure(paths: Paths, model: ModelSource, tokens: int = 256) -> Report:
    """Gaps while the model loads and answers, then conversations of 1,000 and 10,000 messages."""
    report = Report("ui", {"tokens": tokens})
    with own_data_folder(paths, model), BenchWindow(model) as window:
        _measure_gaps(report, window, tokens)
        report.settings |= describe_window(window.window)
        for length in LENGTHS:
            _measure_conversation(report, window, length)
        report.add("memory of this process at the end", resident_mb(), "MB")
    return report


def _measure_gaps(report: Report, window: BenchWindow, tokens: int) -> None:
    probe = GapProbe()
    probe.start()
    window.wait_for_model()
    add_gaps(report, "while loading", probe.stop())
    sampling = Sampling(temperature=0.0, max_new_tokens=tokens)
    probe.start()
    seen = window.ask(QUESTION, sampling)
    add_gaps(report, "while streaming", probe.stop())
    report.add("tokens per second in the window", seen.tokens_per_s, "tokens/s")
    probe.start()
    rest = time.monotonic() + 3
    window.wait(lambda: time.monotonic() > rest, "a rest")
    add_gaps(report, "at rest", probe.stop())


def _measure_conversation(report: Report, window: BenchWindow, length: int) -> None:
    """Open it as the page does, write in it, let it grow, and delete it."""
    conversation = Conversation(new_id(), title=f"{length} messages")
    messages = make_messages(conversation, length)
    page = window.window.page
    name = f"{length} messages"
    window.window.services.chat.conversation_opened.emit(conversation, messages)
    window.app.processEvents()  # the fonts and the highlighter are warm from here on
    opened = []
    for _ in range(5):
        page.messages.set_messages([])
        window.app.processEvents()
        opened.append(_painted(window, page.messages, lambda: page.messages.set_messages(messages)))
    report.add(f"{name}: open", opened, "ms", OPEN_MS)
    keys = _press_keys(window)
    report.add(f"{name}: keystroke, p99", percentile(keys, 99), "ms", KEY_MS)
    _measure_appending(report, window, name, messages[-1])
    deleted = _painted(window, page.messages, lambda: page.messages.set_messages(messages[:-2]))
    report.add(f"{name}: take the last two away", deleted, "ms", DELETE_MS)
    page.messages.set_messages([])
    window.app.processEvents()


def _measure_appending(report: Report, window: BenchWindow, name: str, last: Message) -> None:
    """The cost of a piece of text until it is painted, at the beginning and at the end."""
    view = window.window.page.messages
    costs = [
        _painted(window, view, lambda: view.append_text(last.id, PIECE, False))
        for _ in range(APPENDS)
    ]
    tenth = APPENDS // 10
    report.add(f"{name}: append, first tenth", costs[:tenth], "ms")
    report.add(f"{name}: append, last tenth", costs[-tenth:], "ms")


def _press_keys(window: BenchWindow) -> list[float]:
    from PySide6.QtTest import QTest

    composer = window.window.findChild(_plain_text_edit(), "composer")
    assert composer is not None
    composer.setFocus()
    costs = [
        _painted(window, composer, lambda: QTest.keyClicks(composer, "a")) for _ in range(KEYS)
    ]
    composer.clear()
    return costs


def _plain_text_edit() -> type[QPlainTextEdit]:
    from PySide6.QtWidgets import QPlainTextEdit

    return QPlainTextEdit


def _painted(window: BenchWindow, widget: QWidget, act: object) -> float:
    """Milliseconds from `act` until what it changed has been laid out and painted."""
    assert callable(act)
    began = time.perf_counter()
    act()
    window.app.processEvents()
    widget.repaint()
    return (time.perf_counter() - began) * 1000


def make_messages(conversation: Conversation, length: int) -> list[Message]:
    """A conversation of questions and formatted answers."""
    messages: list[Message] = []
    for number in range(length):
        parent = messages[-1].id if messages else None
        is_answer = bool(number % 2)
        text = f"{ANSWER}\nAnswer {number}." if is_answer else f"Question number {number}?"
        role = "assistant" if is_answer else "user"
        messages.append(Message(new_id(), conversation.id, parent, role, text))  # type: ignore[arg-type]
    return messages
