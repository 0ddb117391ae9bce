"""The window's own work: pauses while the engine is busy, and long conversations."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop_llm.bench.gap_probe import GapProbe, add_gaps
from desktop_llm.bench.report import Report, percentile
from desktop_llm.bench.window import BenchWindow, describe_window, own_data_folder, resident_mb
from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.generation import ModelSource, Sampling
from desktop_llm.core.paths import Paths, resource
from desktop_llm.training.events import ENDED
from desktop_llm.training.job import DataFile, DataSpec, TrainingJob, TrainingSettings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPlainTextEdit

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
APPENDS, PIECES = 200, 8
UPDATE_MS = 40
REST_MS = 3000
TRAINING_STEPS = 8
PIECE = "And then the *keeper* wrote a few more words. "


def measure(
    paths: Paths, model: ModelSource, tell: Callable[[str], None], tokens: int = 256
) -> Report:
    """Gaps while the model loads and answers, then conversations of 1,000 and 10,000 messages."""
    report = Report("ui", {"tokens": tokens}, tell)
    with own_data_folder(paths, model), BenchWindow(model) as window:
        _measure_gaps(report, window, tokens)
        _measure_training(report, window, model)
        report.settings |= describe_window(window.window)
        for length in LENGTHS:
            _measure_conversation(report, window, length)
        report.add("memory of this process at the end", resident_mb(), "MB")
    return report


def _measure_gaps(report: Report, window: BenchWindow, tokens: int) -> None:
    probe = GapProbe()
    report.tell("loading the model")
    probe.start()
    window.wait_for_model()
    add_gaps(report, "while loading", probe.stop())
    sampling = Sampling(temperature=0.0, max_new_tokens=tokens)
    report.tell("streaming an answer")
    probe.start()
    seen = window.ask(QUESTION, sampling)
    add_gaps(report, "while streaming", probe.stop())
    report.add("tokens per second in the window", seen.tokens_per_s, "tokens/s")
    probe.start()
    window.rest(REST_MS)
    add_gaps(report, "at rest", probe.stop())


def _measure_training(report: Report, window: BenchWindow, model: ModelSource) -> None:
    """Pauses while the sample data is trained on, with the live view of the run on the screen."""
    training = window.window.services.training
    files = (DataFile(path) for path in sorted(resource("sample_data").glob("*.jsonl")))
    settings = TrainingSettings(max_steps=TRAINING_STEPS)
    report.tell("training")
    probe = GapProbe()
    probe.start()
    training.begin(TrainingJob("sft", model, DataSpec(tuple(files)), settings, name="bench"))
    window.wait(lambda: bool(training.runs), "the run")
    window.window.places.open_run(training.runs[0].id)
    window.wait(lambda: training.runs[0].state in ENDED, "the end of the run")
    add_gaps(report, "while training", probe.stop())
    report.add("memory of this process with the live plot", resident_mb(), "MB")
    if training.runs[0].error:
        raise training.runs[0].error
    window.window.places.turn_to("navChat")


def _measure_conversation(report: Report, window: BenchWindow, length: int) -> None:
    """Open it as the page does, write in it, let it grow, and delete it."""
    conversation = Conversation(new_id(), title=f"{length} messages")
    messages = make_messages(conversation, length)
    page = window.window.page
    name = f"{length} messages"
    report.tell(f"a conversation of {name}")
    window.window.services.chat.conversation_opened.emit(conversation, messages)
    window.app.processEvents()  # the fonts and the highlighter are warm from here on
    opened = []
    for _ in range(5):
        page.messages.set_messages([])
        window.app.processEvents()
        opened.append(_painted(window, lambda: page.messages.set_messages(messages)))
    report.add(f"{name}: open", opened, "ms", OPEN_MS)
    keys = _press_keys(window)
    report.add(f"{name}: keystroke, p99", percentile(keys, 99), "ms", KEY_MS)
    _measure_appending(report, window, name, messages[-1])
    deleted = _painted(window, lambda: page.messages.set_messages(messages[:-2]))
    report.add(f"{name}: delete the last two", deleted, "ms", DELETE_MS)
    page.messages.set_messages([])
    window.app.processEvents()


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


def _press_keys(window: BenchWindow) -> list[float]:
    from PySide6.QtTest import QTest

    composer = window.window.findChild(_plain_text_edit(), "composer")
    assert composer is not None
    composer.setFocus()
    costs = [_painted(window, lambda: QTest.keyClicks(composer, "a")) for _ in range(KEYS)]
    composer.clear()
    return costs


def _plain_text_edit() -> type[QPlainTextEdit]:
    from PySide6.QtWidgets import QPlainTextEdit

    return QPlainTextEdit


def _painted(window: BenchWindow, act: Callable[[], object]) -> float:
    """Milliseconds from `act` until what it changed has been laid out and painted."""
    began = time.perf_counter()
    act()
    window.app.processEvents()  # lays out, and asks for the painting
    window.app.processEvents()
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
