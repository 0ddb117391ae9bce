"""What the model sees: the next prompt token by token, and the way to another template."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import PromptToken
from desktop_llm.services.inference import EngineState
from desktop_llm.ui.context import Services
from desktop_llm.ui.models.template_editor import TemplateEditor
from desktop_llm.ui.translate import error_text
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.token_text import TokenText


class PromptDialog(QDialog):
    """Shows the prompt of the moment at which it was opened, and again when a model was loaded."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("promptDialog")
        self.setWindowTitle(self.tr("What the model sees"))
        self._services = services
        self.text = named(TokenText(), "promptTokens", self.tr("The prompt, token by token"))
        self.count = label(kind="muted")
        self._trouble = label(kind="danger", wrap=True)
        self.copy_button = self._button("copyPromptButton", self.tr("&Copy as text"))
        self.template_button = self._button(
            "changeTemplateButton", self.tr("C&hange the template…")
        )
        self.close_button = self._button("closePromptButton", self.tr("Close"))
        self._arrange()
        self.copy_button.clicked.connect(self._copy)
        self.template_button.clicked.connect(self._change_template)
        self.close_button.clicked.connect(self.accept)
        services.inference.state_changed.connect(self._follow)
        self.refresh()

    def _button(self, name: str, words: str) -> QPushButton:
        button = named(QPushButton(words), name, words.replace("&", ""))
        button.setAutoDefault(False)
        return button

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.template_button)
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(label(self.tr("What the model sees"), "section"))
        column.addWidget(self.count)
        column.addWidget(self._trouble)
        column.addWidget(self.text, 1)
        column.addLayout(buttons)
        self.resize(760, 560)

    @Slot()
    def refresh(self) -> None:
        """Ask for the prompt as it would be now."""
        if not self.text.prompt:
            self.count.setText(self.tr("The model is asked…"))
        self._services.context.explain(self._show, self._fail)

    def _show(self, tokens: list[PromptToken]) -> None:
        if not isValid(self):  # closed meanwhile
            return
        locale = QLocale()
        special = sum(token.special for token in tokens)
        self.count.setText(
            self.tr("{tokens} tokens, {special} of them control tokens").format(
                tokens=locale.toString(len(tokens)), special=locale.toString(special)
            )
        )
        self.text.show_tokens(tokens)
        self._tell("")

    def _fail(self, error: ExpectedError) -> None:
        if not isValid(self):
            return
        self.count.setText("")
        self.text.show_tokens(())
        self._tell(error_text(error))

    def _tell(self, trouble: str) -> None:
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        self.copy_button.setEnabled(not trouble)

    @Slot(object)
    def _follow(self, state: EngineState) -> None:
        if state.phase == "ready":
            self.refresh()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.prompt)

    @Slot()
    def _change_template(self) -> None:
        editor = self.findChild(TemplateEditor) or TemplateEditor(self._services, self)
        editor.show()
        editor.raise_()
        editor.activateWindow()
