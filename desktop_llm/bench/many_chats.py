"""Thousands of conversations: in the list, and looked through for a word."""

from __future__ import annotations

import time

from desktop_llm.bench.gap_probe import GapProbe, add_gaps
from desktop_llm.bench.made_up import FIRST_HAN, HAN, RARE, SYLLABLES
from desktop_llm.bench.report import Report
from desktop_llm.bench.window import BenchWindow
from desktop_llm.core.conversation import Conversation
from desktop_llm.storage.search_index import SearchHit

SEARCH_MS = 50
SEARCHES = 11
LISTINGS, SCROLL_STEPS, STEP_MS, SETTLE_MS = 5, 500, 10, 1000
QUERIES = {
    "one common Chinese character": chr(FIRST_HAN),
    "one rare Chinese character": chr(FIRST_HAN + HAN - 50),
    "two common Chinese characters": chr(FIRST_HAN + 2) + chr(FIRST_HAN + 5),
    "two rare Chinese characters": RARE,
    "four Chinese characters": "".join(chr(FIRST_HAN + n) for n in range(4)),
    "a common word": SYLLABLES[0],
    "a rare word": "".join(SYLLABLES[1:4]),
    "a part of words": "".join(SYLLABLES[2:4])[1:-1],
    "two words": f"{SYLLABLES[1]} {SYLLABLES[2]}",
    "a word that is nowhere": "qqxqq",
    "Chinese characters that are nowhere": "龘龘",
}


def measure_list(report: Report, window: BenchWindow) -> None:
    """All conversations are listed, one changes its place, and the list is scrolled."""
    chat, shown = window.window.services.chat, window.window.page.conversations
    told = list[list[Conversation]]()
    chat.conversations_changed.connect(told.append)
    window.heard(chat.conversations_changed, chat.refresh_list)
    chat.conversations_changed.disconnect(told.append)
    listed = told[-1]
    name = f"{len(listed)} conversations"
    report.tell(f"a list of {name}")
    spent = []
    for _ in range(LISTINGS):
        shown.set_conversations([])
        window.app.processEvents()
        spent.append(window.painted(lambda: shown.set_conversations(listed)))
    report.add(f"{name}: list them", spent, "ms")
    spent = []
    for number in range(LISTINGS):
        began, key = time.perf_counter(), listed[-1 - number].id
        window.heard(
            chat.conversations_changed,
            lambda key=key: chat.rename(key, "Another title"),  # type: ignore[misc]
        )
        spent.append((time.perf_counter() - began) * 1000 + window.painted(lambda: None))
    report.add(f"{name}: rename one", spent, "ms")
    bar, probe = shown.view.verticalScrollBar(), GapProbe()
    window.rest(SETTLE_MS)
    probe.start()
    for step in range(SCROLL_STEPS + 1):
        bar.setValue(bar.maximum() * step // SCROLL_STEPS)
        window.rest(STEP_MS)
    add_gaps(report, f"while {name} are scrolled", probe.stop())


def measure_search(report: Report, window: BenchWindow) -> None:
    """From the question to the hits in the list; the range has the slowest."""
    chat = window.window.services.chat
    hits = list[list[SearchHit]]()
    chat.hits_found.connect(hits.append)
    for name, query in QUERIES.items():
        report.tell(f"searching {name}")
        spent = []
        for _ in range(SEARCHES):
            chat.search("")
            window.app.processEvents()
            began = time.perf_counter()
            window.heard(chat.hits_found, lambda query=query: chat.search(query))  # type: ignore[misc]
            spent.append((time.perf_counter() - began) * 1000)
        report.add(f"search for {name}, {len(hits[-1])} hits", spent, "ms", SEARCH_MS)
    chat.hits_found.disconnect(hits.append)
    chat.search("")
