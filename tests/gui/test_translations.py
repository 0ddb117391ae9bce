"""The catalogue is complete, keeps every place for a fact, and is what the window speaks."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication

from desktop_llm.core.text import Text
from desktop_llm.engine.errors import NotEnoughMemory
from desktop_llm.ui import i18n
from desktop_llm.ui.translate import error_words, words
from tests.gui.conftest import CATALOGUE, ROOT

Speak = Callable[[i18n.Choice], None]


def messages(catalogue: Path) -> dict[tuple[str, str], ElementTree.Element]:
    """The translation of each (context, source text)."""
    root = ElementTree.parse(catalogue).getroot()
    return {
        (context.findtext("name", ""), message.findtext("source", "")): translation
        for context in root.iter("context")
        for message in context.iter("message")
        for translation in message.iter("translation")
    }


def test_no_string_is_missing_from_the_catalogue(tmp_path: Path) -> None:
    renewed = tmp_path / "renewed.ts"
    shutil.copy(CATALOGUE, renewed)
    tool = Path(PySide6.__file__).parent / ("lupdate.exe" if sys.platform == "win32" else "lupdate")
    options = ["-extensions", "py", "-recursive", "desktop_llm", "-no-obsolete"]
    options += ["-locations", "none", "-ts"]
    subprocess.run([tool, *options, renewed], cwd=ROOT, check=True, capture_output=True)
    assert messages(renewed).keys() == messages(CATALOGUE).keys()


def test_every_string_is_translated() -> None:
    for key, translation in messages(CATALOGUE).items():
        assert translation.get("type") is None, key
        assert "".join(translation.itertext()).strip(), key


def test_every_place_for_a_fact_is_kept() -> None:
    for (context, source), translation in messages(CATALOGUE).items():
        texts = [form.text or "" for form in translation] or [translation.text or ""]
        for text in texts:
            places = sorted(re.findall(r"{\w+}|%n|%\d", source))
            assert sorted(re.findall(r"{\w+}|%n|%\d", text)) == places, (context, source)


def test_a_mnemonic_is_kept_where_there_is_one() -> None:
    for (context, source), translation in messages(CATALOGUE).items():
        assert source.count("&") == (translation.text or "").count("&"), (context, source)


def test_the_catalogue_compiles(lrelease: Callable[[Path, Path], str], tmp_path: Path) -> None:
    target = tmp_path / "made.qm"
    printed = lrelease(CATALOGUE, target)
    assert target.stat().st_size > 10_000
    assert "0 unfinished" in printed


def test_errors_and_reasons_are_told_in_chinese(speak: Speak) -> None:
    speak("zh_CN")
    assert error_words(NotEnoughMemory("Qwen", 9_000_000_000, 2_000_000_000))[0] == (
        "模型“Qwen”约需 9.0 GB 内存，而目前空闲 2.0 GB。"
    )
    assert words(Text("A template that nobody translated: {fact}", {"fact": 3})).endswith("3")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    speak("en")
    assert error_words(NotEnoughMemory("Qwen", 9_000_000_000, 2))[0].startswith("The model")


@pytest.mark.parametrize(
    ("system", "expected"),
    [(["zh-Hans-CN"], "zh_CN"), (["zh-CN", "en"], "zh_CN"), (["de-DE"], "en"), ([], "en")],
)
def test_the_language_of_the_system_is_taken(
    monkeypatch: pytest.MonkeyPatch, system: list[str], expected: str
) -> None:
    monkeypatch.setattr(QLocale, "uiLanguages", lambda self: system)
    assert i18n.language("system") == expected
    assert i18n.language("en") == "en"


def test_numbers_follow_the_chosen_language(speak: Speak, qapp: QApplication) -> None:
    speak("zh_CN")
    assert QLocale().language() == QLocale.Language.Chinese
    speak("en")
    assert QLocale().toString(12345) == "12,345"


def test_without_a_catalogue_english_is_shown(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Path:
        raise FileNotFoundError(name)

    monkeypatch.setattr(i18n, "resource", missing)
    i18n.install(qapp, "zh_CN")
    assert words(Text("No model is loaded.")) == "No model is loaded."
    i18n.install(qapp, "en")
