"""The chat template of the model in memory: changed by hand, seen at once, tried before saving."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ChatMessage, PromptToken
from desktop_llm.library.hub_types import ModelChoices
from desktop_llm.ui.context import Services
from desktop_llm.ui.translate import error_text
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.numbered_edit import NumberedEdit
from desktop_llm.ui.widgets.token_text import TokenText

PREVIEW_MS = 250
"""After the last keystroke."""

TRIAL = (
    ChatMessage("user", "What is the capital of France?"),
    ChatMessage("assistant", "Paris."),
    ChatMessage("user", "And of Italy?"),
)
"""What a template has to write without a fault before it is kept."""


class TemplateEditor(QDialog):
    """Left the template, right what it makes of a conversation. Nothing is kept before Save."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("templateEditor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Chat template"))
        self._services = services
        state = services.inference.state
        self._model = state.model if state and state.phase == "ready" else None
        self._own = ""
        self._asked: object = None
        self.edit = named(NumberedEdit(), "templateEdit", self.tr("Chat template"))
        self.preview = named(TokenText(), "templatePreview", self.tr("What the template makes"))
        self.message = label(wrap=True)
        self.save_button = self._button("saveTemplateButton", self.tr("&Save"))
        self.save_button.setProperty("kind", "primary")
        self.own_button = self._button("ownTemplateButton", self.tr("&Back to the model's own"))
        self.close_button = self._button("closeTemplateButton", self.tr("Close"))
        self._soon = QTimer(self, singleShot=True, interval=PREVIEW_MS)
        self._soon.timeout.connect(self._show_preview)
        self._arrange()
        self.save_button.clicked.connect(self._save)
        self.own_button.clicked.connect(self._restore)
        self.close_button.clicked.connect(self.reject)
        self.edit.textChanged.connect(self._soon.start)
        self._open()

    def _button(self, name: str, words: str) -> QPushButton:
        button = named(QPushButton(words), name, words.replace("&", ""))
        button.setAutoDefault(False)
        return button

    def _arrange(self) -> None:
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(12)
        splitter.setProperty("kind", "clear")
        for heading, widget in (
            (label(self.tr("Template (Jinja)"), "heading"), self.edit),
            (label(self.tr("What the model gets"), "heading"), self.preview),
        ):
            splitter.addWidget(_below(heading, widget))
        splitter.setSizes([480, 480])
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.own_button)
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(label(self._title(), "section", wrap=True))
        column.addWidget(splitter, 1)
        column.addWidget(self.message)
        column.addLayout(buttons)
        self.resize(1000, 620)

    def _title(self) -> str:
        if self._model is None:
            return self.tr("Chat template")
        source = self._model.source
        return self.tr("Chat template of {model}").format(model=source.title or source.name)

    def _open(self) -> None:
        """Fetch the model's own template, and show what is used now."""
        for widget in (self.edit, self.save_button, self.own_button):
            widget.setEnabled(False)
        if self._model is None:
            self._say(
                self.tr("Load a model first: its template is tried with the model in memory."),
                "warning",
            )
            return
        self._say(self.tr("The model is asked…"), "muted")
        self._services.context.own_template(self._opened, self._fail)

    def _opened(self, own: str) -> None:
        if not isValid(self):  # closed meanwhile, as in all that is answered later
            return
        self._own = own
        for widget in (self.edit, self.save_button, self.own_button):
            widget.setEnabled(True)
        self.edit.setPlainText(self._choices.template or own)
        self._soon.stop()
        self._show_preview()
        if not own:
            self._say(self.tr("This model came without a template."), "muted")

    @property
    def _name(self) -> str:
        return self._model.source.name if self._model else ""

    @property
    def _choices(self) -> ModelChoices:
        entry = self._services.library.find(self._name)
        return entry.choices if entry else ModelChoices()

    @Slot()
    def _show_preview(self) -> None:
        asked = self._asked = object()

        def show(tokens: list[PromptToken]) -> None:
            if isValid(self) and asked is self._asked:
                self.preview.show_tokens(tokens)
                self.edit.mark_line(0)
                self._say("")

        def fail(error: ExpectedError) -> None:
            if asked is self._asked:
                self._fail(error)

        self._services.context.explain(show, fail, self.edit.toPlainText(), TRIAL)

    @Slot()
    def _save(self) -> None:
        """Keep the template, if it can write a conversation."""
        template = self.edit.toPlainText()
        asked = self._asked = object()

        def keep(_: list[PromptToken]) -> None:
            kept = "" if template.strip() in ("", self._own.strip()) else template
            self._services.library.set_choices(self._name, replace(self._choices, template=kept))
            if isValid(self) and asked is self._asked:
                self.edit.mark_line(0)
                self._say(
                    self.tr("Saved. The model is loaded again with this template."), "success"
                )

        self._services.context.explain(keep, self._refuse, template, TRIAL)

    def _refuse(self, error: ExpectedError) -> None:
        if not isValid(self):
            return
        self._fail(error)
        self._say(self.tr("Not saved. {reason}").format(reason=self.message.text()), "danger")

    @Slot()
    def _restore(self) -> None:
        """Put the model's own template into the editor; Save keeps that."""
        self.edit.selectAll()
        self.edit.insertPlainText(self._own)  # can be undone

    def _fail(self, error: ExpectedError) -> None:
        if not isValid(self):
            return
        line = error.facts.get("line")
        number = line if isinstance(line, int) else 0
        self.edit.mark_line(number)
        detail = str(error.facts.get("detail", "")) or error_text(error)
        words = self.tr("Line {line}: {detail}") if number else "{detail}"
        self._say(words.format(line=number, detail=detail), "danger")

    def _say(self, text: str, kind: str = "") -> None:
        _set_kind(self.message, kind)
        self.message.setText(text)


def _set_kind(widget: QLabel, kind: str) -> None:
    widget.setProperty("kind", kind)
    widget.style().polish(widget)


def _below(heading: QLabel, widget: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(heading)
    column.addWidget(widget, 1)
    return holder
