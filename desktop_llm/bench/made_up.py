"""Conversations that nobody had: as many, as long and as mixed as the measurements need them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop_llm.core.conversation import Conversation, Message, Role, new_id
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import open_database

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
FORMULA = r"Of $a_{%d}^2 + b^2 = c^2$ follows $\frac{\alpha}{\beta_{%d}} \le \sqrt{x + %d}$:"
DISPLAYED = (
    r"$$\int_0^{%d} e^{-x^2}\,dx = \sum_{k=1}^{n} \begin{pmatrix} k & %d \\ 0 & 1 \end{pmatrix}$$"
)
SYLLABLES = ("ka", "lo", "mi", "ne", "ru", "sta", "ver", "tor", "len", "bi", "qua", "sho", "mont")
FIRST_HAN, HAN = 0x4E00, 3000
"""Chinese characters of the made-up texts, the most common at the beginning."""
RARE = "灯塔"
"""Two characters that stand together in one text of a thousand."""
BATCH = 100


@dataclass(frozen=True)
class Amount:
    """How much there is besides the conversations of `lengths` messages."""

    conversations: int
    messages: int
    """In each of them."""
    lengths: tuple[int, ...]


def make_messages(conversation: Conversation, length: int) -> list[Message]:
    """A conversation of questions and formatted answers."""
    texts = (f"{ANSWER}\nAnswer {n}." if n % 2 else f"Question number {n}?" for n in range(length))
    return chain(conversation, texts)


def fill(path: Path, amount: Amount, seed: int = 1) -> dict[int, str]:
    """Make a database; the ids of its long conversations by their length."""
    chance, long = random.Random(seed), {}
    database = open_database(path)
    try:
        store = ConversationStore(database)
        for start in range(0, amount.conversations, BATCH):
            with store.transaction():
                for number in range(start, min(start + BATCH, amount.conversations)):
                    made = Conversation(new_id(), f"{number} {_text(chance, 6)}")
                    store.save_conversation(made)
                    store.add_messages(
                        chain(made, (_text(chance, 30) for _ in range(amount.messages)))
                    )
        for length in amount.lengths:
            made = Conversation(new_id(), f"{length} messages", context_policy="drop_oldest")
            store.save_conversation(made)
            store.add_messages(make_messages(made, length))
            long[length] = made.id
    finally:
        database.close()
    return long


def formulas(count: int) -> str:
    """An answer with `count` lines of formulas, every fifth displayed."""
    lines = (
        (DISPLAYED % (n, n)) if n % 5 == 0 else (FORMULA % (n, n, n)) for n in range(1, count + 1)
    )
    return "\n\n".join(lines)


def chain(conversation: Conversation, texts: Iterable[str]) -> list[Message]:
    """Questions and answers in turn."""
    messages: list[Message] = []
    for number, text in enumerate(texts):
        parent = messages[-1].id if messages else None
        role: Role = "assistant" if number % 2 else "user"
        messages.append(Message(new_id(), conversation.id, parent, role, text))
    return messages


def _text(chance: random.Random, words: int) -> str:
    """Half of the texts are Chinese."""
    if chance.random() < 0.5:
        made = "".join(_han(chance) for _ in range(2 * words))
        return made + RARE if chance.random() < 0.002 else made
    return " ".join(_word(chance) for _ in range(words))


def _word(chance: random.Random) -> str:
    return "".join(SYLLABLES[_rank(chance, len(SYLLABLES))] for _ in range(chance.randint(1, 4)))


def _han(chance: random.Random) -> str:
    return chr(FIRST_HAN + _rank(chance, HAN))


def _rank(chance: random.Random, count: int) -> int:
    """A number below `count`: the smaller the more often, as words are in a language."""
    return min(count - 1, int(count ** chance.random()) - 1)
