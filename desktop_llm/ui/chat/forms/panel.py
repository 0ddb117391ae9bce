"""The panel in place of the composer in which a prompt form is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QLocale, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.text import Text
from desktop_llm.forms.form import Language, instruction, problems, prompt_language
from desktop_llm.forms.forms import Form
from desktop_llm.ui import icons
from desktop_llm.ui.areas import tab_in_order
from desktop_llm.ui.chat.forms.cards import icon_name
from desktop_llm.ui.chat.forms.fields import InputField
from desktop_llm.ui.chat.forms.prompt_fold import PromptFold
from desktop_llm.ui.chat.forms.text_field import TextField
from desktop_llm.ui.chat.long_text_panel import LongTextPanel
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named

COLUMNS = 2
"""Short inputs beside each other."""


def interface_language() -> Language:
    """In which language a prompt is written when the text does not tell."""
    return "zh" if QLocale().language() == QLocale.Language.Chinese else "en"


class FormPanel(QFrame):
    """Hidden until `show_form`; "Run" is for whoever listens."""

    run_requested = Signal()
    cancel_requested = Signal()
    files_given = Signal(object)
    """list[Path]: the text shall be read from them."""
    file_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("formPanel")
        self.setProperty("pane", "composer")
        self.form: Form | None = None
        self.fields: dict[str, InputField] = {}
        self._icon = label()
        self._title = label(kind="heading")
        self._help = label(kind="muted", wrap=True)
        self._close = named(
            QToolButton(), "formClose", self.tr("Close this task"), self.tr("Close (Esc)")
        )
        self._close.setIcon(icons.icon("x", "text_muted"))
        self._body = QWidget()
        self.fold = PromptFold()
        self.long = LongTextPanel()
        self.run = named(QPushButton(), "formRun", self.tr("Run"), self.tr("Run (Ctrl+Enter)"))
        self.run.setText(self.tr("Run"))
        self.run.setProperty("kind", "primary")
        self.cancel = named(QPushButton(), "formCancel", self.tr("Cancel"))
        self.cancel.setText(self.tr("Cancel"))
        self._arrange()
        for button in (self._close, self.cancel):
            button.clicked.connect(self.cancel_requested)
        self.run.clicked.connect(self.run_requested)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.run.click)
        self.hide()

    @property
    def inputs(self) -> dict[str, str]:
        """What is entered, by the name of the input."""
        return {name: field.value for name, field in self.fields.items()}

    @property
    def text_field(self) -> TextField | None:
        """Where the text goes, if the form is about one."""
        found = (field.field for field in self.fields.values())
        return next((field for field in found if isinstance(field, TextField)), None)

    def show_form(self, form: Form, inputs: Mapping[str, str]) -> None:
        """Ask for the inputs of `form`; what is not in `inputs` begins at its default."""
        self.form = form
        self._icon.setPixmap(icons.pixmap(icon_name(form), 20, self.devicePixelRatio(), "accent"))
        self._title.setText(words(form.title))
        self._help.setText(words(form.help))
        self._make_body(form)
        for name, field in self.fields.items():
            field.set_value(inputs.get(name, "") or field.input.default)
            field.changed.connect(self._changed)
            field.entered.connect(self.run_requested)
        self.long.show_measure(None)
        self.fold.reset()
        self._changed()
        self.show()
        self.focus_first()

    def focus_first(self) -> None:
        """The cursor goes where something is missing."""
        empty = [f for f in self.fields.values() if not f.value and not f.input.default]
        (empty or list(self.fields.values()))[0].setFocus()

    def check(self) -> bool:
        """Whether all inputs can be used; tells what is wrong with the others."""
        wrong: dict[str, Text] = problems(self.form, self.inputs) if self.form else {}
        for name, field in self.fields.items():
            field.show_problem(wrong.get(name))
        if wrong:
            self.fields[next(iter(wrong))].setFocus()
        return not wrong

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(self._title)
        head.addWidget(self._help, 1)
        head.addWidget(self._close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.fold.toggle)
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.run)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 10, 12, 12)
        self._column.setSpacing(8)
        self._column.addLayout(head)
        self._column.addWidget(self._body)
        self._column.addWidget(self.fold)
        self._column.addWidget(self.long)
        self._column.addLayout(buttons)

    def _make_body(self, form: Form) -> None:
        """New fields in place of those of the form before."""
        old, self._body = self._body, QWidget()
        self._column.replaceWidget(old, self._body)
        old.hide()
        old.setParent(None)
        old.deleteLater()
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
        self.fields = {}
        row = column = 0
        for each in form.inputs:
            field = self.fields[each.name] = InputField(each)
            wide = each.kind in ("long", "text")
            if column and (wide or column == COLUMNS):
                row, column = row + 1, 0
            grid.addWidget(field, row, column, 1, COLUMNS if wide else 1)
            row, column = (row + 1, 0) if wide else (row, column + 1)
        if form.examples:
            grid.addLayout(self._examples(form), row, 0, 1, COLUMNS)
        if text := self.text_field:
            text.files_given.connect(self.files_given)
            text.file_wanted.connect(self.file_wanted)
        self._order()

    def _examples(self, form: Form) -> QHBoxLayout:
        """A button for each, which fills the form in."""
        line = QHBoxLayout()
        line.addWidget(label(self.tr("For example:"), "muted"))
        for number, example in enumerate(form.examples):
            title = words(example.title)
            button = named(QPushButton(), f"formExample{number}", title)
            button.setText(title)
            button.setProperty("kind", "quiet")
            button.clicked.connect(partial(self._fill, example.inputs))
            line.addWidget(button)
        line.addStretch()
        return line

    def _fill(self, inputs: Mapping[str, str], *_: object) -> None:
        for name, value in inputs.items():
            self.fields[name].set_value(value)

    def _order(self) -> None:
        """Tab goes through the inputs, which are new, then the prompt, then the buttons."""
        tab_in_order([self._close, self._body])

    @Slot()
    def _changed(self) -> None:
        """The prompt follows the inputs; whether a text is too long is asked anew."""
        if self.form is None:
            return
        inputs = self.inputs
        language = prompt_language(self.form, inputs, interface_language())
        made = instruction(self.form, inputs, language)
        self.fold.set_made(made, self.form.text_input is not None)
        self.long.show_measure(None)

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancel_requested.emit()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())
