"""Words for measurements of engines."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from desktop_llm.core.speed import SIDES, SpeedResult, SpeedStep


def setting_words(setting: str) -> str:
    """Of ours: how weights are kept; of others it is a name, which is the same everywhere."""
    known = {
        "exact": QCoreApplication.translate("Speed", "exact"),
        "8-bit": QCoreApplication.translate("Speed", "8-bit"),
        "4-bit": QCoreApplication.translate("Speed", "4-bit"),
    }
    return known.get(setting, setting)


def engine_words(side: str, setting: str) -> str:
    """Such as “Desktop LLM, 8-bit”."""
    text = QCoreApplication.translate("Speed", "{engine}, {setting}", "an engine and its setting")
    return text.format(engine=SIDES.get(side, side), setting=setting_words(setting))


def step_words(step: SpeedStep | None) -> str:
    """What is being done."""
    if step is None:
        return QCoreApplication.translate("Speed", "Starting…")
    side, _, setting = step.engine.partition(" ")
    texts = {
        "loading": QCoreApplication.translate("Speed", "Loading: {engine}"),
        "measuring": QCoreApplication.translate("Speed", "{engine}: a prompt of {n} tokens"),
        "perplexity": QCoreApplication.translate("Speed", "Perplexity: {engine}"),
        "follow-up": QCoreApplication.translate("Speed", "{engine}: the next turn of a long chat"),
    }
    text = texts.get(step.stage, "{engine}")
    return text.format(engine=engine_words(side, setting), n=QLocale().toString(step.prompt_tokens))


def day_words(result: SpeedResult) -> str:
    """When it was measured."""
    moment = QDateTime.fromSecsSinceEpoch(int(result.when))
    return QLocale().toString(moment, QLocale.FormatType.ShortFormat)
