"""Conversations and files of earlier days, for the tour of the workspace."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_llm.core.conversation import Conversation, Folder, Message, new_id
from desktop_llm.core.generation import Sampling
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import open_database

GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_new_tokens=60)
DAY = 86_400

LONG, MATHS, VERSIONS, CHINESE = "The logbook", "The circle", "A name for the boat", "灯塔的故事"
LINKS = "Links and a quotation"

FORMULAS = (
    "The **area** of a circle is $A = \\pi r^2$, and its circumference is $2\\pi r$.\n\n"
    "$$\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi}$$\n\n"
    "A quadratic $ax^2 + bx + c = 0$ has the solutions\n\n"
    "\\[ x_{1,2} = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a} \\]\n\n"
    "and this one is broken: $\\frac{1}{$, so it stays text. It costs $5 or $6."
)
THOUGHTS = (
    "The person asks about circles. I should give the area first, then the circumference, and "
    "perhaps a harder formula to show that I can. Let me check that the integral is right."
)
ENTRY = (
    "Day {day}. The wind came from the north-west, and the sea was rough until noon. We saw two "
    "ships, the first with red sails. I trimmed the lamp, wound the clockwork, and wrote down the "
    "pressure of the air, which was {air} millibars. In the evening the fog came in, and the horn "
    "was sounded every two minutes until the morning. Nobody slept much."
)
RETELLING = (
    "On day {day} there was wind from the north-west and a rough sea. Two ships passed. The lamp "
    "and the clockwork were looked after, and the air pressure was {air} millibars. Fog came in "
    "the evening, and the horn was sounded all night."
)


def seed(database: Path) -> None:
    """Fill a new file with what somebody has talked about for some weeks."""
    opened = open_database(database)
    store = ConversationStore(opened)
    work = Folder(new_id(), "Work", 1.0)
    travel = Folder(new_id(), "A journey along the coast with many lighthouses", 2.0)
    for folder in (work, travel):
        store.folders.save(folder)
    now = time.time()
    for age, talk, messages in _talks(work, travel):
        talk = replace(talk, created_at=now - age, updated_at=now - age)
        store.save_conversation(talk)
        store.add_messages(list(messages))
        leaf = messages[-1].id
        store.save_conversation(replace(talk, active_leaf=leaf))
    opened.close()


def _talk(title: str, turns: Sequence[str], **facts: object) -> tuple[Conversation, list[Message]]:
    """Turns alternate between the person and the model."""
    talk = Conversation(new_id(), title, sampling=GREEDY, title_source="person", **facts)  # type: ignore[arg-type]
    messages: list[Message] = []
    for number, text in enumerate(turns):
        role = "assistant" if number % 2 else "user"
        parent = messages[-1].id if messages else None
        messages.append(Message(new_id(), talk.id, parent, role, text))  # type: ignore[arg-type]
    return talk, messages


def _talks(work: Folder, travel: Folder) -> Iterable[tuple[float, Conversation, list[Message]]]:
    logbook = [
        text.format(day=day, air=990 + day % 30)
        for day in range(1, 66)
        for text in (ENTRY, RETELLING)
    ]
    talk, messages = _talk(LONG, logbook, folder_id=travel.id)
    messages[2] = replace(messages[2], pinned=True)
    yield 3 * DAY, talk, messages
    talk, messages = _talk(MATHS, ["What is the area of a circle?", FORMULAS])
    messages[1] = replace(messages[1], thinking=THOUGHTS)
    yield 2 * DAY, talk, messages
    yield DAY, *_talk(VERSIONS, ["Find a name for my boat.", "How about *Seagull*?"])
    yield (
        9 * DAY,
        *_talk(CHINESE, ["给我讲一个灯塔的故事。", "从前有一座灯塔, 灯塔里住着一位老人。"]),
    )
    yield (
        40 * DAY,
        *_talk(
            LINKS,
            [
                "Where can I read about lighthouses?",
                "See [the encyclopedia](https://en.wikipedia.org/wiki/Lighthouse) or "
                "<https://example.org/a?very=long&address=with#parts>.\n\n"
                "> A lighthouse is a tower with a strong light.\n\n![a picture](https://example.org/x.png)",
            ],
        ),
    )
    titles = (
        ("Minutes of the meeting", work.id, False),
        ("A letter to the harbour office about the lamp that has not worked since May", work.id, 0),
        ("Packing list", travel.id, False),
        ("What a fog horn is", None, True),
        ("Recipe for fish soup", None, False),
        ("Birthday poem", None, False),
    )
    for number, (title, folder, pinned) in enumerate(titles):
        turns = [f"{title}, please: the lighthouse needs it.", "Here it is. 好的。"]
        facts = {"folder_id": folder, "pinned": bool(pinned)}
        yield (number + 4) * DAY, *_talk(title, turns, **facts)


def make_import(path: Path) -> Path:
    """An export in the ShareGPT form, some of which is broken."""
    good = {
        "id": "a",
        "conversations": [
            {"from": "human", "value": "Where is the harbour?"},
            {"from": "gpt", "value": "Down the hill."},
        ],
    }
    bad = [{"id": "b", "conversations": "none"}, {"id": "c", "conversations": [{"from": 7}]}, 12]
    path.write_text(json.dumps([good, *bad, good | {"id": "d"}]))
    return path
