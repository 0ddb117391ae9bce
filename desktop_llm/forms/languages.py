"""The languages that a form offers; any other can be written in."""

from __future__ import annotations

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.forms.form import Choice, Wording

_NAMES = (
    (QT_TRANSLATE_NOOP("core", "Chinese"), "中文"),
    (QT_TRANSLATE_NOOP("core", "English"), "英语"),
    (QT_TRANSLATE_NOOP("core", "Arabic"), "阿拉伯语"),
    (QT_TRANSLATE_NOOP("core", "French"), "法语"),
    (QT_TRANSLATE_NOOP("core", "German"), "德语"),
    (QT_TRANSLATE_NOOP("core", "Hindi"), "印地语"),
    (QT_TRANSLATE_NOOP("core", "Italian"), "意大利语"),
    (QT_TRANSLATE_NOOP("core", "Japanese"), "日语"),
    (QT_TRANSLATE_NOOP("core", "Korean"), "韩语"),
    (QT_TRANSLATE_NOOP("core", "Portuguese"), "葡萄牙语"),
    (QT_TRANSLATE_NOOP("core", "Russian"), "俄语"),
    (QT_TRANSLATE_NOOP("core", "Spanish"), "西班牙语"),
)

AUTO = "auto"

SOURCES = (
    Choice(
        AUTO, Text(QT_TRANSLATE_NOOP("core", "As the text is written")), Wording("the text", "文字")
    ),
    *(Choice(n, Text(n), Wording(f"the {n} text", f"{zh}文字")) for n, zh in _NAMES),
)
TARGETS = (
    Choice(
        AUTO,
        Text(QT_TRANSLATE_NOOP("core", "Chinese; English if it is Chinese")),
        Wording("Chinese", "英语"),
    ),
    *(Choice(n, Text(n), Wording(n, zh)) for n, zh in _NAMES),
)
