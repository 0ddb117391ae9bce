"""A text that is too long for the model, asked about in windows: a machine of requests.

Each window is asked; then what came of them is merged, in levels when it is much. The machine asks
nobody itself: the app's window and the command line both drive it by `next`, and may stop between
any two steps. `split_windows` makes the windows, `WindowTask.of` the task of a form.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ChatMessage, TokenCounts
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact, Text
from desktop_llm.forms.form import (
    TEXT_PLACE,
    Form,
    Language,
    Merging,
    Wording,
    instruction,
    language_of,
    merge_instruction,
    placed,
    prompt_language,
)
from desktop_llm.forms.merging import merged

T = TypeVar("T")

Count = Callable[[str], int]
"""Tokens of a text, as the model counts them."""

_PART = Wording(
    "This is part {number} of {total} of a long text.\n\n",
    "这是一篇长文的第{number}部分，共{total}部分。\n\n",
)
_RESULT = Wording("Part {number}:\n", "第{number}部分：\n")
_MERGE = Wording(
    "A task was done for each part of a long text. Below are the results, in the order of the "
    "text. Make one result of them, and say nothing twice. Write only the result.\n\nThe task "
    "was: {question}\n\nResults:\n{text}",
    "下面是对一篇长文的各部分完成同一任务的结果，按原文顺序排列。请把它们合并成一个结果，"
    "不要重复，只写结果。\n\n任务：{question}\n\n各部分的结果：\n{text}",
)
_EDGE = 12
"""Tokens for the heading of a part, and for what an answer grows by when it is read again."""

_LEAST_ANSWER = 16
_SENSIBLE = 192
_AT_ONCE = 8


class WindowTooLarge(ExpectedError):
    """A window with the task around it does not fit into the model. All numbers are tokens."""

    happened = QT_TRANSLATE_NOOP(
        "core", "A window with its question takes {tokens} tokens; there is room for {limit}."
    )
    todo = QT_TRANSLATE_NOOP("core", "Choose smaller windows, or a model that reads more at once.")

    def __init__(self, tokens: int, limit: int) -> None:
        super().__init__(tokens=tokens, limit=limit)


@dataclass(frozen=True)
class Step:
    """A request to make. `last`: its answer is the result."""

    messages: tuple[ChatMessage, ...]
    title: Text
    max_new_tokens: int
    last: bool


@dataclass(frozen=True)
class Partial:
    """What came of a step on the way to the result."""

    title: Text
    text: str


@dataclass(frozen=True)
class WindowTask:
    """What is asked about each window, and how the answers become one.

    `question` has a place `{text}`, else the text goes behind it. `merge`, too; "" for a general
    one.
    """

    question: str
    merging: Merging = "model"
    merge: str = ""
    system: str = ""

    @classmethod
    def of(
        cls,
        form: Form,
        inputs: Mapping[str, str],
        interface: Language = "en",
        edited: str = "",
    ) -> WindowTask:
        """The task of `form`; `edited` is its instruction as the person changed it."""
        language = prompt_language(form, inputs, interface)
        return cls(
            edited or instruction(form, inputs, language),
            form.merging,
            merge_instruction(form, inputs, language),
            form.system,
        )

    @property
    def language(self) -> Language:
        return language_of(self.question)

    def asked(self, text: str, number: int, total: int) -> str:
        """The prompt for a window."""
        head = _PART.of(self.language) if total > 1 and self.merging != "join" else ""
        head = head.replace("{number}", str(number)).replace("{total}", str(total))
        return head + placed(_with_place(self.question), text)

    def combined(self, texts: Sequence[str]) -> str:
        """The prompt that has the results `texts` merged."""
        heading = _RESULT.of(self.language)
        parts = (heading.replace("{number}", str(n)) + t for n, t in enumerate(texts, 1))
        question = self.question.replace(TEXT_PLACE, "").strip()
        general = _MERGE.of(self.language).replace("{question}", question)
        return placed(_with_place(self.merge or general), "\n\n".join(parts))

    def window_tokens(self, count: Count, room: int) -> int:
        """The most tokens that a window may have for its prompt to fit into `room`."""
        return room - count(self.asked("", 9999, 9999)) - _EDGE


def prompt_room(context_length: int, counts: TokenCounts, answer_tokens: int) -> int:
    """Tokens for the words of a prompt of a system and a user message."""
    return context_length - counts.frame - 2 * counts.turn - answer_tokens


def partial_tokens(merging: Merging, free: int, answer_tokens: int) -> int:
    """What the result of a step may take, when there is `free` for results in a merge.

    Two at least have to fit. Where a model merges, about eight do, so that there are few levels.
    """
    most = free // 2
    if merging == "model":
        most = max(free // _AT_ONCE, min(_SENSIBLE, most))
    return min(answer_tokens, most - _EDGE)


def merged_at_once(free: int, partial: int) -> int:
    """How many results of `partial` tokens are merged in one step."""
    return max(2, free // (max(1, partial) + _EDGE))


@dataclass
class _Part:
    """A place in a level: its prompt and what came of it; without a prompt it is carried on."""

    prompt: str
    answer: str | None = None


class WindowReduction:
    """Asks for the steps one after the other; give `next` the answer to each.

    `room` is what the words of a prompt may take, in tokens, when `answer_tokens` are kept free for
    the answer (`prompt_room`). No prompt is larger: merges take as few results at a time as it
    needs. Raises WindowTooLarge at once.

    `count` is asked here, and never by `next`, which a thread that must not wait can call. Results
    are taken to be as short as they were asked to be; with `recount` they are counted, and cut.

    `total` steps are known from the start; only where answers should have been lists or labels and
    are not, the model has to merge them in more steps.
    """

    def __init__(
        self,
        task: WindowTask,
        windows: Sequence[str],
        count: Count,
        room: int,
        answer_tokens: int = 512,
        recount: Count | None = None,
    ) -> None:
        self._task = task
        self._weights = [len(text) for text in windows]
        self._recount = recount
        self._room = room - (count(task.system) if task.system else 0)
        self._answer_tokens = answer_tokens
        self._free = self._room - count(task.combined([]))
        self._partial_tokens = partial_tokens(task.merging, self._free, answer_tokens)
        total = len(windows)
        self._parts = [_Part(task.asked(text, n, total)) for n, text in enumerate(windows, 1)]
        self.windows = total
        self._level = 0
        self.partials: tuple[Partial, ...] = ()
        """What there is so far, in the order in which it came."""
        self._result: str | None = None
        self.done = 0
        self.total = total + (self._merge_steps(total) if task.merging == "model" else 0)
        self._check(max(count(part.prompt) for part in self._parts))

    @property
    def result(self) -> str | None:
        """The answer, when `next` has given None."""
        return self._result

    def next(self, answer: str | None = None) -> Step | None:
        """The next step, given the `answer` to the last one; None at the end.

        Without an answer the last step again, or the first.
        """
        if answer is not None and (part := self._pending()):
            self.partials = (*self.partials, Partial(self._title(), answer))
            part.answer = answer
            self.done += 1
        while self._result is None:
            if part := self._pending():
                return self._step(part)
            self._climb()
        return None

    def _check(self, largest: int) -> None:
        if largest > self._room:
            raise WindowTooLarge(largest, self._room)
        least = min(_LEAST_ANSWER, self._answer_tokens)
        if len(self._parts) > 1 and self._partial_tokens < least:
            needed = self._room - self._free + 2 * (least + _EDGE)
            raise WindowTooLarge(needed, self._room)

    def _pending(self) -> _Part | None:
        return next((part for part in self._parts if part.answer is None), None)

    def _step(self, part: _Part) -> Step:
        last = len(self._parts) == 1
        whole = last or self._task.merging == "join"
        system = (ChatMessage("system", self._task.system),) if self._task.system else ()
        return Step(
            (*system, ChatMessage("user", part.prompt)),
            self._title(),
            self._answer_tokens if whole else self._partial_tokens,
            last,
        )

    def _title(self) -> Text:
        facts: dict[str, Fact] = {"number": self.done + 1, "total": self.total}
        if self._level:
            return Text(QT_TRANSLATE_NOOP("core", "Merging, step {number} of {total}"), facts)
        return Text(QT_TRANSLATE_NOOP("core", "Reading, step {number} of {total}"), facts)

    def _climb(self) -> None:
        """All of a level is answered: go to the one above it, if there is any."""
        answers = [part.answer or "" for part in self._parts]
        if len(answers) == 1:
            self._result = answers[0]
            return
        if not self._level and self._task.merging != "model":
            self._result = merged(self._task.merging, answers, self._weights)
            if self._result is not None:
                return
            self.total += self._merge_steps(len(answers))
        self._level += 1
        groups = _groups(answers, self._most_at_once)
        self._parts = [
            _Part(self._combined(group)) if len(group) > 1 else _Part("", group[0])
            for group in groups
        ]

    @property
    def _most_at_once(self) -> int:
        """So many results are merged in one step."""
        return merged_at_once(self._free, self._partial_tokens)

    def _merge_steps(self, results: int) -> int:
        steps = 0
        while results > 1:
            groups = _groups(range(results), self._most_at_once)
            steps += sum(len(group) > 1 for group in groups)
            results = len(groups)
        return steps

    def _combined(self, texts: Sequence[str]) -> str:
        """The prompt that has `texts` merged."""
        prompt = self._task.combined(texts)
        recount = self._recount
        while recount and any(texts) and (excess := recount(prompt) - self._room) > 0:
            share = 0.95 * self._free / (self._free + excess)
            texts = [text[: int(len(text) * share)] for text in texts]
            prompt = self._task.combined(texts)
        return prompt


def _groups(items: Sequence[T], most: int) -> list[Sequence[T]]:
    """`items` in as few groups of at most `most` as there can be, about equal in size."""
    number = math.ceil(len(items) / most)
    cuts = [len(items) * n // number for n in range(number + 1)]
    return [items[start:end] for start, end in pairwise(cuts)]


def _with_place(instruction: str) -> str:
    return instruction if TEXT_PLACE in instruction else f"{instruction}\n\n{TEXT_PLACE}"
