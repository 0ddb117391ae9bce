"""The prompt that a form makes, folded away; it can be changed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop_llm.forms.form import TEXT_PLACE
from desktop_llm.ui import icons
from desktop_llm.ui.widgets.named import label, named

HEIGHT = 108


class PromptFold(QWidget):
    """Follows the inputs until the person changes it; then it is theirs until they reset it.

    `toggle` shows and hides it; it stands where its owner puts it.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._made = ""
        self._has_text = False
        self.toggle = named(QPushButton(), "formPromptToggle", self.tr("Prompt"))
        self.toggle.setText(self.tr("Prompt"))
        self.toggle.setProperty("kind", "fold")
        self.toggle.setCheckable(True)
        self.toggle.setIconSize(QSize(14, 14))
        self.edit = named(QPlainTextEdit(), "formPrompt", self.tr("Prompt"))
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(HEIGHT)
        self._hint = label(kind="small", wrap=True)
        self._reset = named(QPushButton(), "formPromptReset", self.tr("Reset the prompt"))
        self._reset.setText(self.tr("Reset"))
        self._reset.setProperty("kind", "quiet")
        row = QHBoxLayout()
        row.addWidget(self._hint, 1)
        row.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.edit)
        column.addLayout(row)
        self.toggle.toggled.connect(self._fold)
        self.edit.textChanged.connect(self._typed)
        self._reset.clicked.connect(self.reset)
        self._fold(False)

    @property
    def prompt(self) -> str:
        """What will be sent, with the place for the text."""
        return self.edit.toPlainText()

    @property
    def edited(self) -> str:
        """The same if the person changed it, else ""."""
        return self.prompt if self.prompt != self._made else ""

    def set_made(self, prompt: str, has_text: bool) -> None:
        """What the inputs make; shown unless the person wrote another one."""
        was_edited = bool(self.edited)
        self._made, self._has_text = prompt, has_text
        if not was_edited and prompt != self.prompt:
            self.edit.setPlainText(prompt)
        self._tell()

    @Slot()
    def reset(self) -> None:
        """Back to what the inputs make."""
        self.edit.setPlainText(self._made)

    @Slot(bool)
    def _fold(self, shown: bool) -> None:
        self.setVisible(shown)
        self.toggle.setIcon(icons.icon("caret-down" if shown else "caret-right", "text_muted"))

    @Slot()
    def _typed(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        self._reset.setVisible(bool(self.edited))
        if not self._has_text:
            self._hint.setText(self.tr("You may change it."))
        elif TEXT_PLACE in self.prompt:
            self._hint.setText(
                self.tr("You may change it. The text goes where {place} stands.").format(
                    place=TEXT_PLACE
                )
            )
        else:
            self._hint.setText(
                self.tr("Without {place} the model does not see the text.").format(place=TEXT_PLACE)
            )
