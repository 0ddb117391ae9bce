"""Forms about a text: translate, summarise, question, sentiment, rewrite, extract."""

from __future__ import annotations

from desktop_llm.core.generation import Sampling
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.forms.form import Choice, Form, Input, Wording
from desktop_llm.forms.languages import AUTO, SOURCES, TARGETS

_TEXT = Input("text", Text(QT_TRANSLATE_NOOP("core", "Text")), "long")

_FAITHFUL = Sampling(temperature=0.0, repetition_penalty=1.05)
"""The likeliest words: a task about a text has one good answer, more or less."""

TRANSLATE = Form(
    "translate",
    Text(QT_TRANSLATE_NOOP("core", "Translate")),
    Text(QT_TRANSLATE_NOOP("core", "Put a text into another language.")),
    (
        Input(
            "from",
            Text(QT_TRANSLATE_NOOP("core", "From")),
            "choice",
            SOURCES,
            AUTO,
            Text(QT_TRANSLATE_NOOP("core", "The language of the text.")),
        ),
        Input(
            "to",
            Text(QT_TRANSLATE_NOOP("core", "Into")),
            "choice",
            TARGETS,
            AUTO,
            Text(QT_TRANSLATE_NOOP("core", "Choose a language, or write the name of another.")),
            free=True,
        ),
        _TEXT,
    ),
    Wording(
        "Translate {from} below into {to}. Write only the translation.\n\n{text}",
        "请把下面的{from}翻译成{to}。只写译文，不要解释。\n\n{text}",
    ),
    sampling=_FAITHFUL,
    merging="join",
)

SUMMARISE = Form(
    "summarise",
    Text(QT_TRANSLATE_NOOP("core", "Summarise")),
    Text(QT_TRANSLATE_NOOP("core", "Say in short what a long text says.")),
    (
        Input(
            "length",
            Text(QT_TRANSLATE_NOOP("core", "Length")),
            "choice",
            (
                Choice(
                    "short",
                    Text(QT_TRANSLATE_NOOP("core", "Short")),
                    Wording("about 40 words", "80字左右"),
                ),
                Choice(
                    "medium",
                    Text(QT_TRANSLATE_NOOP("core", "Medium")),
                    Wording("about 120 words", "200字左右"),
                ),
                Choice(
                    "long",
                    Text(QT_TRANSLATE_NOOP("core", "Long")),
                    Wording("about 300 words", "500字左右"),
                ),
            ),
            "short",
        ),
        Input(
            "style",
            Text(QT_TRANSLATE_NOOP("core", "Style")),
            "choice",
            (
                Choice(
                    "paragraph",
                    Text(QT_TRANSLATE_NOOP("core", "A paragraph")),
                    Wording("in one paragraph", "写成一段话"),
                ),
                Choice(
                    "bullets",
                    Text(QT_TRANSLATE_NOOP("core", "Bullet points")),
                    Wording(
                        "as a list, each point on a line of its own that begins with “- ”",
                        "写成要点列表，每个要点占一行，以“- ”开头",
                    ),
                ),
            ),
            "paragraph",
        ),
        _TEXT,
    ),
    Wording(
        "Summarise the text below in {length}, {style}. Write only the summary, in the language "
        "of the text.\n\n{text}",
        "请概括下面的文字，{length}，{style}。只写概括，不要其他内容。\n\n{text}",
    ),
    sampling=_FAITHFUL,
    merge=Wording(
        "Below are summaries of the parts of one text, in their order. Make one summary of them in "
        "{length}, {style}, and say nothing twice. Write only the summary.\n\n{text}",
        "下面是同一篇文字各部分的概括，按原文顺序排列。请把它们合并成一篇概括，{length}，{style}，"
        "不要重复。只写概括。\n\n{text}",
    ),
    listed=("style", "bullets"),
)

QUESTION = Form(
    "question",
    Text(QT_TRANSLATE_NOOP("core", "Ask about a text")),
    Text(QT_TRANSLATE_NOOP("core", "Get an answer from a text, and from nothing else.")),
    (Input("question", Text(QT_TRANSLATE_NOOP("core", "Question")), "text"), _TEXT),
    Wording(
        "Answer the question from the text below alone. If the text does not tell, write: The text "
        "does not say.\n\nQuestion: {question}\n\nText:\n{text}",
        "请只根据下面的文字回答问题。如果文字里没有答案，就写：文中没有说明。\n\n"
        "问题：{question}\n\n文字：\n{text}",
    ),
    sampling=_FAITHFUL,
    merge=Wording(
        "A question was asked about each part of one text. Below are the answers. Make one answer "
        "of them; leave out the parts that do not tell. If none tells, write: The text does not "
        "say.\n\nQuestion: {question}\n\nAnswers:\n{text}",
        "下面是根据同一篇文字的各部分对一个问题的回答。请把它们合并成一个回答，没有答案的部分略去；"
        "如果都没有答案，就写：文中没有说明。\n\n问题：{question}\n\n各部分的回答：\n{text}",
    ),
)

SENTIMENT = Form(
    "sentiment",
    Text(QT_TRANSLATE_NOOP("core", "Sentiment")),
    Text(QT_TRANSLATE_NOOP("core", "Is a text positive, negative or neutral, and how much?")),
    (_TEXT,),
    Wording(
        "Judge the sentiment of the last text: positive, negative or neutral, with a score from 0 "
        "to 1 for how sure you are. Answer with JSON alone, as in the examples.\n\n"
        'Text: It is a table.\n{"label": "neutral", "score": 0.8}\n\n'
        'Text: I love it!\n{"label": "positive", "score": 0.95}\n\n'
        'Text: It is terrible.\n{"label": "negative", "score": 0.9}\n\n'
        "Text: {text}",
        "请判断最后一段文字的情感：positive（正面）、negative（负面）或neutral（中性），并给出0到1的分数"
        "表示把握。只用JSON回答，格式如下例。\n\n"
        '文字：这是一张桌子。\n{"label": "neutral", "score": 0.8}\n\n'
        '文字：我太喜欢了！\n{"label": "positive", "score": 0.95}\n\n'
        '文字：糟糕透了。\n{"label": "negative", "score": 0.9}\n\n'
        "文字：{text}",
    ),
    "label",
    sampling=Sampling(temperature=0.0, repetition_penalty=1.0, max_new_tokens=64),
    merging="average",
)

REWRITE = Form(
    "rewrite",
    Text(QT_TRANSLATE_NOOP("core", "Rewrite")),
    Text(QT_TRANSLATE_NOOP("core", "Say the same shorter, simpler, or in another tone.")),
    (
        Input(
            "aim",
            Text(QT_TRANSLATE_NOOP("core", "Aim")),
            "choice",
            (
                Choice(
                    "shorter",
                    Text(QT_TRANSLATE_NOOP("core", "Shorter")),
                    Wording("Make it shorter", "写得更简短"),
                ),
                Choice(
                    "simpler",
                    Text(QT_TRANSLATE_NOOP("core", "Simpler")),
                    Wording("Use simple words and short sentences", "用简单的词和短句"),
                ),
                Choice(
                    "formal",
                    Text(QT_TRANSLATE_NOOP("core", "More formal")),
                    Wording("Make it formal", "写得更正式"),
                ),
                Choice(
                    "friendly",
                    Text(QT_TRANSLATE_NOOP("core", "Friendlier")),
                    Wording("Make it friendly and warm", "写得更友好亲切"),
                ),
                Choice(
                    "correct",
                    Text(QT_TRANSLATE_NOOP("core", "Without mistakes")),
                    Wording(
                        "Correct spelling, grammar and punctuation, and change nothing else",
                        "改正错别字、语法和标点，其他不变",
                    ),
                ),
            ),
            "shorter",
            Text(QT_TRANSLATE_NOOP("core", "Choose one, or write what you want.")),
            free=True,
        ),
        _TEXT,
    ),
    Wording(
        "Rewrite the text below. {aim}. Keep its meaning and its language, and write only the new "
        "text.\n\n{text}",
        "请改写下面的文字：{aim}。保持原意和原来的语言，只写改写后的文字。\n\n{text}",
    ),
    sampling=_FAITHFUL,
    merging="join",
)

EXTRACT = Form(
    "extract",
    Text(QT_TRANSLATE_NOOP("core", "Extract")),
    Text(QT_TRANSLATE_NOOP("core", "List everything of one kind that a text has.")),
    (
        Input(
            "what",
            Text(QT_TRANSLATE_NOOP("core", "What to find")),
            "text",
            help=Text(QT_TRANSLATE_NOOP("core", "For example: names of people, dates, prices.")),
        ),
        _TEXT,
    ),
    Wording(
        "Find all {what} in the text below, each as the text has it. Answer with a JSON list of "
        'strings alone, like ["first", "second"], or [] if there are none.\n\nText:\n{text}',
        "请找出下面文字里的所有{what}，照原文抄写。只用JSON字符串列表回答，"
        '例如["第一个", "第二个"]；如果没有，就回答[]。\n\n文字：\n{text}',
    ),
    "list",
    sampling=Sampling(temperature=0.0, repetition_penalty=1.05, max_new_tokens=512),
    merging="union",
    merge=Wording(
        "Below are lists of {what} from the parts of one text. Make one JSON list of strings of "
        "them, each only once, and write nothing else.\n\n{text}",
        "下面是从同一篇文字的各部分找出的{what}。请合并成一个JSON字符串列表，每项只出现一次，"
        "不要写其他内容。\n\n{text}",
    ),
)
