"""The language of the window: our own catalogue and Qt's."""

from __future__ import annotations

import logging
from typing import Literal

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from desktop_llm.core.paths import resource

log = logging.getLogger(__name__)

Choice = Literal["system", "en", "zh_CN"]
Language = Literal["en", "zh_CN"]

_installed: list[QTranslator] = []


def language(choice: Choice) -> Language:
    """The language that `choice` means on this system: English unless it prefers Chinese."""
    if choice != "system":
        return choice
    preferred = QLocale.system().uiLanguages()[:1]
    return "zh_CN" if preferred and preferred[0].startswith("zh") else "en"


def install(app: QCoreApplication, choice: Choice) -> Language:
    """Make `app` speak the language of `choice`; widgets made from now on do.

    A catalogue that is missing is logged, and English is shown in its place.
    """
    for translator in _installed:
        app.removeTranslator(translator)
    _installed.clear()
    chosen = language(choice)
    QLocale.setDefault(QLocale.system() if choice == "system" else QLocale(chosen))
    if chosen != "en":
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        _add(app, f"{folder}/qtbase_{chosen}.qm")
        try:
            _add(app, str(resource(f"translations/desktop_llm_{chosen}.qm")))
        except FileNotFoundError:
            log.warning("no catalogue for %s", chosen)
    return chosen


def _add(app: QCoreApplication, path: str) -> None:
    translator = QTranslator(app)
    if translator.load(path):
        app.installTranslator(translator)
        _installed.append(translator)
    else:
        log.warning("unreadable catalogue %s", path)
