"""The pages of the settings that only tell: privacy, and what the app is made of."""

from __future__ import annotations

from importlib import metadata

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm import __version__
from desktop_llm.core.files import make_private_folder
from desktop_llm.core.machine import versions
from desktop_llm.core.paths import Paths
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named


class PrivacyPage(QWidget):
    """What is sent (nothing) and where everything is kept."""

    def __init__(self, paths: Paths, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = paths.data
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for heading, text in (
            (
                self.tr("What is sent"),
                self.tr(
                    "Nothing. Models run on this computer, and what you write stays here. The app "
                    "connects to the internet only when you download a model."
                ),
            ),
            (
                self.tr("What is kept"),
                self.tr(
                    "Conversations, settings and converted models are kept in the folders below, "
                    "which only your account can read. The log holds no text of conversations."
                ),
            ),
        ):
            column.addWidget(label(heading, "heading"))
            column.addWidget(label(text, "muted", wrap=True))
            column.addSpacing(8)
        column.addLayout(self._folders(paths))
        button = named(QPushButton(), "openDataFolder", self.tr("Open the data folder"))
        button.setText(self.tr("Open the data folder"))
        button.clicked.connect(self._open)
        row = QHBoxLayout()
        row.addWidget(button)
        row.addStretch()
        column.addSpacing(8)
        column.addLayout(row)
        column.addStretch()

    def _folders(self, paths: Paths) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(1, 1)
        for row, (name, path) in enumerate(
            (
                (self.tr("Conversations and models"), paths.data),
                (self.tr("Settings"), paths.config),
                (self.tr("Cache"), paths.cache),
                (self.tr("Log"), paths.logs),
            )
        ):
            place = ElidedLabel()
            place.set_whole_text(str(path))
            place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label(name), row, 0)
            grid.addWidget(place, row, 1)
        return grid

    @Slot()
    def _open(self) -> None:
        folder = make_private_folder(self._folder)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


class AboutPage(QWidget):
    """Version, licence, and the parts with theirs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(f"Desktop LLM {__version__}", "heading"))
        column.addWidget(
            label(
                self.tr(
                    "Runs language models on your own computer. Free software under the Apache "
                    "licence 2.0. It uses Qt under the LGPL version 3, as separate libraries that "
                    "you may replace, and the packages below."
                ),
                "muted",
                wrap=True,
            )
        )
        self._text = named(QPlainTextEdit(), "aboutPackages", self.tr("Packages and licences"))
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setPlainText("\n".join(package_lines()))
        column.addWidget(self._text, 1)
        copy = named(QPushButton(), "copyVersions", self.tr("Copy versions"))
        copy.setText(self.tr("Copy versions"))
        copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch()
        column.addLayout(row)

    @Slot()
    def _copy(self) -> None:
        lines = [f"{name} {version}" for name, version in versions().items()]
        QGuiApplication.clipboard().setText("\n".join(lines))


def package_lines() -> list[str]:
    """Name, version and licence of every package that the app is made of."""
    try:
        required = metadata.requires("desktop-llm") or []
    except metadata.PackageNotFoundError:
        required = []
    lines = []
    for requirement in required or _FALLBACK:
        if "extra ==" in requirement:
            continue
        name = requirement.split(";")[0].strip()
        for sign in "=<>~! [":
            name = name.split(sign)[0]
        lines.append(_package_line(name))
    return [line for line in lines if line]


LONGEST_LICENCE = 60
"""Some packages give the whole text where its name belongs."""

_FALLBACK = ("PySide6-Essentials", "torch", "transformers", "huggingface_hub", "platformdirs")


def _package_line(name: str) -> str:
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    given = facts.json  # keys in lower case, as the packaging standard says
    licence = str(given.get("license_expression") or "")
    if not licence and len(str(given.get("license") or "")) <= LONGEST_LICENCE:
        licence = str(given.get("license") or "")
    if not licence:
        classifiers = facts.get_all("Classifier") or []
        named_there = [c.rpartition(":: ")[2] for c in classifiers if c.startswith("License")]
        licence = ", ".join(named_there) or "?"
    return f"{facts['Name']} {facts['Version']} – {licence}"
