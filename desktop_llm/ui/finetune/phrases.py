"""What kinds of files, layouts and counts are called."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.training.data.types import FileReport

CONTAINERS = {
    "jsonl": QT_TRANSLATE_NOOP("finetune", "JSON lines"),
    "json": QT_TRANSLATE_NOOP("finetune", "JSON"),
    "csv": QT_TRANSLATE_NOOP("finetune", "CSV table"),
    "tsv": QT_TRANSLATE_NOOP("finetune", "TSV table"),
    "parquet": QT_TRANSLATE_NOOP("finetune", "Parquet table"),
    "text": QT_TRANSLATE_NOOP("finetune", "text file"),
    "markdown": QT_TRANSLATE_NOOP("finetune", "Markdown file"),
    "conll": QT_TRANSLATE_NOOP("finetune", "CoNLL file"),
}
LAYOUTS = {
    "alpaca": QT_TRANSLATE_NOOP("finetune", "Instructions with answers (Alpaca)"),
    "sharegpt": QT_TRANSLATE_NOOP("finetune", "Conversations (ShareGPT)"),
    "messages": QT_TRANSLATE_NOOP("finetune", "Conversations (OpenAI messages)"),
    "prompt_completion": QT_TRANSLATE_NOOP("finetune", "Prompts with completions"),
    "question_answer": QT_TRANSLATE_NOOP("finetune", "Questions with answers"),
    "text": QT_TRANSLATE_NOOP("finetune", "Plain text"),
    "text_label": QT_TRANSLATE_NOOP("finetune", "Texts with labels"),
    "tokens_tags": QT_TRANSLATE_NOOP("finetune", "Words with tags"),
    "preference": QT_TRANSLATE_NOOP("finetune", "Preferred and rejected answers"),
    "unknown": QT_TRANSLATE_NOOP("finetune", "Columns of an unknown meaning"),
}


def translated(text: str) -> str:
    """A string that was marked for the context "finetune", in the language of the window."""
    return QCoreApplication.translate("finetune", text)


def kind_of_file(report: FileReport) -> str:
    """What was found in a file: its contents and its format."""
    return translated(QT_TRANSLATE_NOOP("finetune", "{layout} · {container}")).format(
        layout=translated(LAYOUTS[report.layout]),
        container=translated(CONTAINERS[report.container]),
    )


def count_rows(number: int) -> str:
    """So many rows, in words."""
    if number == 1:
        return translated(QT_TRANSLATE_NOOP("finetune", "1 row"))
    text = translated(QT_TRANSLATE_NOOP("finetune", "{number} rows"))
    return text.format(number=count(number))


def count(number: int) -> str:
    """A whole number with the separators of the language."""
    return QLocale().toString(number)
