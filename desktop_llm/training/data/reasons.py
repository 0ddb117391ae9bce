"""Why a record cannot be used, as sentences for people."""

from __future__ import annotations

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact, Text

MAX_ROW = 1_000_000
"""Characters of a row's texts together."""
MAX_COLUMNS = 1_000

BROKEN_JSON = QT_TRANSLATE_NOOP("core", "This line is not valid JSON.")
BROKEN_HERE = QT_TRANSLATE_NOOP(
    "core", "The JSON is broken here. The rest of the file was not read."
)
NO_RECORDS = QT_TRANSLATE_NOOP(
    "core", "This list does not hold records. The rest of the file was not read."
)
TOO_DEEP = QT_TRANSLATE_NOOP("core", "The JSON is nested too deeply.")
NOT_A_RECORD = QT_TRANSLATE_NOOP("core", "This is not a record with named fields.")
TOO_LONG = QT_TRANSLATE_NOOP("core", "It is longer than {limit} characters.")
TOO_WIDE = QT_TRANSLATE_NOOP("core", "It has more than {limit} columns.")
RAGGED = QT_TRANSLATE_NOOP(
    "core", "The row has another number of cells ({found}) than the heading ({expected})."
)
OPEN_QUOTE = QT_TRANSLATE_NOOP("core", "A quotation mark is opened and never closed.")
UNEVEN_TOKEN = QT_TRANSLATE_NOOP(
    "core", "The token in line {line} has {found} columns where others have {expected}."
)
NO_ROLE = QT_TRANSLATE_NOOP("core", "It is not known which columns hold what this task needs.")
NO_COLUMN = QT_TRANSLATE_NOOP("core", "The column “{column}” is missing.")
NOT_TEXT = QT_TRANSLATE_NOOP("core", "“{column}” is not text.")
NOT_A_LABEL = QT_TRANSLATE_NOOP("core", "“{column}” is neither a word nor a whole number.")
LONG_LABEL = QT_TRANSLATE_NOOP("core", "The label is longer than {limit} characters.")
NO_LABEL = QT_TRANSLATE_NOOP("core", "The label is missing.")
EMPTY_TEXT = QT_TRANSLATE_NOOP("core", "The text is empty.")
EMPTY_PROMPT = QT_TRANSLATE_NOOP("core", "The question is empty.")
EMPTY_ANSWER = QT_TRANSLATE_NOOP("core", "The answer is empty.")
EMPTY_TURN = QT_TRANSLATE_NOOP("core", "Message {number} is empty.")
NUL = QT_TRANSLATE_NOOP("core", "It holds NUL bytes.")
UNDECODABLE = QT_TRANSLATE_NOOP("core", "Some of its bytes are not valid in the file's encoding.")
NO_TURNS = QT_TRANSLATE_NOOP("core", "“{column}” is not a list of messages.")
BAD_TURN = QT_TRANSLATE_NOOP("core", "Message {number} has no role and no text.")
BAD_ROLE = QT_TRANSLATE_NOOP(
    "core", "Message {number} is by “{role}”; only system, user and assistant can be learned."
)
BAD_PART = QT_TRANSLATE_NOOP("core", "Message {number} holds something else than text.")
OUT_OF_ORDER = QT_TRANSLATE_NOOP(
    "core", "Message {number} is out of order: user and assistant must take turns."
)
NO_ASSISTANT = QT_TRANSLATE_NOOP("core", "There is no message by the assistant.")
NO_LAST_ANSWER = QT_TRANSLATE_NOOP("core", "The dialogue does not end with an answer.")


class Refused(Exception):
    """The record at hand cannot be used; becomes a `Rejected` where its line is known."""

    def __init__(self, template: str, **facts: Fact) -> None:
        super().__init__(template)
        self.reason = Text(template, facts)


def too_long() -> Refused:
    """For a record that is longer than `MAX_ROW`."""
    return Refused(TOO_LONG, limit=MAX_ROW)
