"""Asks in which form conversations are to be exported."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.documents.exchange.writing import Form
from desktop_llm.ui.widgets.named import label, named


class ExportDialog(QDialog):
    """One choice; where the file goes is asked afterwards."""

    chosen = Signal(str)
    """A `Form`."""

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        """`count` conversations; 0 means all."""
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export"))
        self.setMinimumWidth(480)
        self._group = QButtonGroup(self)
        self._forms: list[Form] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(4)
        column.addWidget(label(self._question(count), "section", wrap=True))
        column.addSpacing(8)
        for form, title, explanation in self._choices():
            column.addWidget(self._button(form, title, explanation))
            text = label(explanation, "muted", wrap=True)
            text.setContentsMargins(26, 0, 0, 8)
            column.addWidget(text)
        self._group.buttons()[0].setChecked(True)
        column.addStretch()
        column.addLayout(self._buttons())

    def _question(self, count: int) -> str:
        if count == 1:
            return self.tr("In which form should the conversation be exported?")
        if not count:
            return self.tr("In which form should all conversations be exported?")
        number = QLocale().toString(count)
        return self.tr("In which form should {count} conversations be exported?").format(
            count=number
        )

    def _choices(self) -> tuple[tuple[Form, str, str], ...]:
        return (
            (
                "markdown",
                self.tr("Markdown"),
                self.tr("To read and to go on writing. What is shown, without other versions."),
            ),
            (
                "html",
                self.tr("Web page"),
                self.tr("To read and to print in any browser. It fetches nothing."),
            ),
            (
                "json",
                self.tr("Everything (JSON)"),
                self.tr("All versions, settings and figures. This app can import it again."),
            ),
            (
                "jsonl",
                self.tr("Training data (JSON Lines)"),
                self.tr(
                    "For fine-tuning. Your corrections stand in for the answers, and answers that "
                    "you voted down are left out."
                ),
            ),
        )

    def _button(self, form: Form, title: str, explanation: str) -> QRadioButton:
        button = named(QRadioButton(title), f"export_{form}", title)
        button.setAccessibleDescription(explanation)
        self._group.addButton(button, len(self._forms))
        self._forms.append(form)
        return button

    def _buttons(self) -> QHBoxLayout:
        cancel = named(QPushButton(self.tr("Cancel")), "exportCancel", self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        go = named(QPushButton(self.tr("Export…")), "exportGo", self.tr("Export"))
        go.setProperty("kind", "primary")
        go.setDefault(True)
        go.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        row.addWidget(cancel)
        row.addWidget(go)
        return row

    @Slot()
    def _choose(self) -> None:
        form = self._forms[self._group.checkedId()]
        self.accept()
        self.chosen.emit(form)
