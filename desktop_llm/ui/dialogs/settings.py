"""The settings dialog. Changes apply at once; each page can be reset."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.ui import icons
from desktop_llm.ui.context import Services
from desktop_llm.ui.dialogs.about_pages import AboutPage, PrivacyPage
from desktop_llm.ui.dialogs.server_page import ServerPage
from desktop_llm.ui.dialogs.settings_form import SettingsForm
from desktop_llm.ui.widgets.named import label, named

PAGES = ("general", "models", "server", "privacy", "about")


class SettingsDialog(QDialog):
    """Pages at the left, their contents at the right."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settingsDialog")
        self.setWindowTitle(self.tr("Settings"))
        self._pages = named(QListWidget(), "settingsPages", self.tr("Pages of the settings"))
        self._pages.setIconSize(QSize(18, 18))
        self._stack = QStackedWidget()
        preferences = services.preferences
        for title, icon, page in (
            (self.tr("General"), "sliders-horizontal", SettingsForm("general", preferences)),
            (self.tr("Models and memory"), "cpu", self._models_form(services)),
            (self.tr("Server"), "hard-drives", self._scrolled(ServerPage(services))),
            (self.tr("Privacy"), "shield-check", PrivacyPage(services.paths)),
            (self.tr("About"), "info", AboutPage()),
        ):
            item = QListWidgetItem(icons.icon(icon), title)
            item.setSizeHint(QSize(0, max(36, self.fontMetrics().height() + 16)))
            self._pages.addItem(item)
            self._stack.addWidget(self._titled(title, page))
        self._pages.setFixedWidth(max(210, self._pages.sizeHintForColumn(0) + 40))
        self._pages.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._arrange()

    @staticmethod
    def _models_form(services: Services) -> QWidget:
        offered = [(m.title, m.name) for m in services.models.models if m.kind == "chat"]
        return SettingsDialog._scrolled(SettingsForm("models", services.preferences, offered))

    @staticmethod
    def _scrolled(form: QWidget) -> QWidget:
        """In an area of its own, since it may be higher than a small screen."""
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        form.setProperty("pane", "clear")
        form.setContentsMargins(0, 0, 12, 0)  # beside the scroll bar
        area.setWidget(form)
        return area

    @staticmethod
    def _titled(title: str, page: QWidget) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(label(title, "title"))
        column.addWidget(page, 1)
        return whole

    def _arrange(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._pages)
        row.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 20, 24, 16)
        column.setSpacing(16)
        column.addLayout(row, 1)
        column.addWidget(buttons)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        metrics = self.fontMetrics()
        self.resize(max(760, 84 * metrics.averageCharWidth()), max(520, 28 * metrics.lineSpacing()))

    def show_page(self, page: str) -> None:
        """Turn to one of `PAGES`."""
        self._pages.setCurrentRow(PAGES.index(page))

    @property
    def page(self) -> str:
        return PAGES[max(0, self._pages.currentRow())]
