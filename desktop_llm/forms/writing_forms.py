"""Forms that make a text: a story, news, a poem; help with programming; free completion."""

from __future__ import annotations

from desktop_llm.core.generation import Sampling
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.forms.form import Choice, Example, Form, Input, Wording

WRITE = Form(
    "write",
    Text(QT_TRANSLATE_NOOP("core", "Write")),
    Text(QT_TRANSLATE_NOOP("core", "A story, a news report, a poem or a letter on your subject.")),
    (
        Input(
            "kind",
            Text(QT_TRANSLATE_NOOP("core", "Kind")),
            "choice",
            (
                Choice(
                    "story",
                    Text(QT_TRANSLATE_NOOP("core", "Story")),
                    Wording("a short story", "一个小故事"),
                ),
                Choice(
                    "news",
                    Text(QT_TRANSLATE_NOOP("core", "News report")),
                    Wording("a news report with a headline", "一篇有标题的新闻报道"),
                ),
                Choice(
                    "poem",
                    Text(QT_TRANSLATE_NOOP("core", "Poem")),
                    Wording("a short poem", "一首短诗"),
                ),
                Choice(
                    "letter",
                    Text(QT_TRANSLATE_NOOP("core", "Letter")),
                    Wording("a letter", "一封信"),
                ),
            ),
            "story",
            Text(QT_TRANSLATE_NOOP("core", "Choose one, or write what you want.")),
            free=True,
        ),
        Input("subject", Text(QT_TRANSLATE_NOOP("core", "Subject")), "text"),
    ),
    Wording("Write {kind} about this: {subject}", "请写{kind}，主题是：{subject}"),
    sampling=Sampling(temperature=0.9),
)

PROGRAM = Form(
    "program",
    Text(QT_TRANSLATE_NOOP("core", "Help with programming")),
    Text(QT_TRANSLATE_NOOP("core", "Explain code, find its mistakes, or write some.")),
    (
        Input(
            "task",
            Text(QT_TRANSLATE_NOOP("core", "Task")),
            "choice",
            (
                Choice(
                    "write",
                    Text(QT_TRANSLATE_NOOP("core", "Write it")),
                    Wording(
                        "Write a program that does what is described below, then explain it in "
                        "short.",
                        "请按下面的说明写一段程序，然后简短解释。",
                    ),
                ),
                Choice(
                    "explain",
                    Text(QT_TRANSLATE_NOOP("core", "Explain it")),
                    Wording(
                        "Explain step by step what the code below does.",
                        "请逐步解释下面的代码做什么。",
                    ),
                ),
                Choice(
                    "correct",
                    Text(QT_TRANSLATE_NOOP("core", "Find mistakes")),
                    Wording(
                        "Find the mistakes in the code below, explain each, and write the "
                        "corrected code.",
                        "请找出下面代码里的错误，逐一说明，并写出改正后的代码。",
                    ),
                ),
            ),
            "write",
        ),
        Input(
            "language",
            Text(QT_TRANSLATE_NOOP("core", "Programming language")),
            "text",
            default="Python",
        ),
        Input("text", Text(QT_TRANSLATE_NOOP("core", "Code or description")), "long"),
    ),
    Wording("{task} The language is {language}.\n\n{text}", "{task}语言是{language}。\n\n{text}"),
    sampling=Sampling(temperature=0.2),
)

COMPLETE = Form(
    "complete",
    Text(QT_TRANSLATE_NOOP("core", "Free completion")),
    Text(QT_TRANSLATE_NOOP("core", "Let the model go on with a text, without a chat around it.")),
    (
        Input(
            "length",
            Text(QT_TRANSLATE_NOOP("core", "Length")),
            "number",
            default="100",
            help=Text(QT_TRANSLATE_NOOP("core", "Tokens of the beginning and what is added.")),
            minimum=1,
            maximum=100_000,
        ),
        Input(
            "sequences",
            Text(QT_TRANSLATE_NOOP("core", "Sequences")),
            "number",
            default="1",
            help=Text(QT_TRANSLATE_NOOP("core", "So many continuations are written.")),
            minimum=1,
            maximum=16,
        ),
        Input("text", Text(QT_TRANSLATE_NOOP("core", "Beginning")), "long"),
    ),
    Wording("{text}", "{text}"),
    raw=True,
    examples=(
        Example(
            Text(QT_TRANSLATE_NOOP("core", "A story begins")),
            {"text": "Once upon a time", "length": "100", "sequences": "1"},
        ),
        Example(
            Text(QT_TRANSLATE_NOOP("core", "Five ways to say hello")),
            {"text": "Hello, how are you?", "length": "50", "sequences": "5"},
        ),
    ),
)
