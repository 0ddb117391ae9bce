"""What the tasks are called, what they are for, and which columns they need. Free of torch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.training.job import TaskName


@dataclass(frozen=True)
class Role:
    """A part that a column can play. `required`: it is in one of the task's `role_sets`."""

    name: str
    title: Text
    help: Text
    required: bool


@dataclass(frozen=True)
class TaskFacts:
    """A task as people see it.

    `role_sets` are alternatives: a mapping is whole when it has all roles of one of them.
    """

    name: TaskName
    title: Text
    help: Text
    roles: tuple[Role, ...]
    role_sets: tuple[tuple[str, ...], ...]

    def is_whole(self, roles: Collection[str]) -> bool:
        """Whether `roles`, those that have a column, are enough."""
        return any(set(wanted) <= set(roles) for wanted in self.role_sets)


MESSAGES = Role(
    "messages",
    Text(QT_TRANSLATE_NOOP("core", "Conversation")),
    Text(QT_TRANSLATE_NOOP("core", "A list of turns, each with who speaks and what is said.")),
    True,
)
PROMPT = Role(
    "prompt",
    Text(QT_TRANSLATE_NOOP("core", "Question")),
    Text(QT_TRANSLATE_NOOP("core", "What the person asks or orders.")),
    True,
)
COMPLETION = Role(
    "completion",
    Text(QT_TRANSLATE_NOOP("core", "Answer")),
    Text(QT_TRANSLATE_NOOP("core", "What the model should answer. Only this is learned.")),
    True,
)
INPUT = Role(
    "input",
    Text(QT_TRANSLATE_NOOP("core", "More input")),
    Text(QT_TRANSLATE_NOOP("core", "A text that the question is about; it is put below it.")),
    False,
)
SYSTEM = Role(
    "system",
    Text(QT_TRANSLATE_NOOP("core", "System prompt")),
    Text(QT_TRANSLATE_NOOP("core", "How the model should behave in this conversation.")),
    False,
)
LEARNED_TEXT = Role(
    "text",
    Text(QT_TRANSLATE_NOOP("core", "Text")),
    Text(QT_TRANSLATE_NOOP("core", "The text to go on learning from; all of it is learned.")),
    True,
)
JUDGED_TEXT = Role(
    "text",
    Text(QT_TRANSLATE_NOOP("core", "Text")),
    Text(QT_TRANSLATE_NOOP("core", "The text that gets a label.")),
    True,
)
LABEL = Role(
    "label",
    Text(QT_TRANSLATE_NOOP("core", "Label")),
    Text(QT_TRANSLATE_NOOP("core", "The class that the text belongs to.")),
    True,
)

TASKS: dict[TaskName, TaskFacts] = {
    "sft": TaskFacts(
        "sft",
        Text(QT_TRANSLATE_NOOP("core", "Teach it to answer")),
        Text(
            QT_TRANSLATE_NOOP(
                "core",
                "The model learns to answer as in your examples: questions with answers, orders "
                "with results, or whole conversations.",
            )
        ),
        (MESSAGES, PROMPT, COMPLETION, INPUT, SYSTEM),
        (("messages",), ("prompt", "completion")),
    ),
    "pretrain": TaskFacts(
        "pretrain",
        Text(QT_TRANSLATE_NOOP("core", "Let it read texts")),
        Text(
            QT_TRANSLATE_NOOP(
                "core",
                "The model reads plain text and takes on its language, style and subject. It does "
                "not learn to answer questions by this.",
            )
        ),
        (LEARNED_TEXT,),
        (("text",),),
    ),
    "classify": TaskFacts(
        "classify",
        Text(QT_TRANSLATE_NOOP("core", "Sort texts into classes")),
        Text(
            QT_TRANSLATE_NOOP(
                "core",
                "The model learns to give each text one of the labels in your data, such as "
                "positive and negative, or the department that a letter is for.",
            )
        ),
        (JUDGED_TEXT, LABEL),
        (("text", "label"),),
    ),
}
