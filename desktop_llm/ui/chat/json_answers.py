"""Answers as JSON: free, any JSON object, or by a schema of one's own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.json_schema import ANY_JSON, SchemaUnusable, read_schema
from desktop_llm.ui import icons
from desktop_llm.ui.translate import error_words
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.numbered_edit import NumberedEdit

EXAMPLE = """{
  "type": "object",
  "properties": {
    "title": {"type": "string"},
    "year": {"type": "integer"}
  },
  "required": ["title", "year"],
  "additionalProperties": false
}"""
"""What an editor of a first schema begins with."""

FREE, ANY, OWN = range(3)


class JsonAnswers(QWidget):
    """A row of the generation panel; hidden where the engine cannot hold answers to a schema."""

    schema_changed = Signal(str)
    """"" for free text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._schema = ""
        self.picker = named(
            ComboBox(),
            "jsonAnswerPicker",
            self.tr("Answer as JSON"),
            self.tr("The answer can be nothing but JSON that fits; other programs can read it."),
        )
        for text in (self.tr("No"), self.tr("Any JSON"), self.tr("By a schema…")):
            self.picker.addItem(text)
        self.edit_button = named(
            QToolButton(),
            "editSchemaButton",
            self.tr("Edit the schema"),
            self.tr("Edit the schema"),
        )
        self.edit_button.setIcon(icons.icon("pencil-simple", "text_muted"))
        name = label(self.picker.accessibleName(), wrap=True)
        name.setBuddy(self.picker)
        name.setToolTip(self.picker.toolTip())
        head = QHBoxLayout()
        head.addWidget(name, 1)
        head.addWidget(self.edit_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.picker)
        self.picker.activated.connect(self._chosen)
        self.edit_button.clicked.connect(self._edit)
        self.show_schema("")

    def show_schema(self, schema: str) -> None:
        """What is set for the open conversation."""
        self._schema = schema
        self.picker.setCurrentIndex(FREE if not schema else ANY if schema == ANY_JSON else OWN)
        self.edit_button.setVisible(self.picker.currentIndex() == OWN)

    @Slot(int)
    def _chosen(self, index: int) -> None:
        if index == OWN:
            self._edit()
        else:
            self._set("" if index == FREE else ANY_JSON)

    @Slot()
    def _edit(self) -> None:
        own = self._schema if self._schema not in ("", ANY_JSON) else EXAMPLE
        dialog = SchemaDialog(own, self.window())
        dialog.saved.connect(self._set)
        dialog.rejected.connect(self._restore)
        dialog.open()

    @Slot()
    def _restore(self) -> None:
        self.show_schema(self._schema)

    @Slot(str)
    def _set(self, schema: str) -> None:
        changed = schema != self._schema
        self.show_schema(schema)
        if changed:
            self.schema_changed.emit(schema)


class SchemaDialog(QDialog):
    """Emits `saved` once, with a schema that can be read."""

    saved = Signal(str)

    def __init__(self, schema: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("schemaDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Schema of the answer"))
        self.edit = named(NumberedEdit(), "schemaEdit", self.tr("JSON schema"))
        self.edit.setPlainText(schema)
        self._message = label(wrap=True)
        box = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(box.Save | box.Cancel)
        for each in buttons.buttons():
            each.setObjectName(f"schemaDialog{buttons.standardButton(each).name}")
        self._save_button = buttons.button(box.Save)
        self._save_button.setProperty("kind", "primary")
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        self._arrange(buttons)
        self.edit.textChanged.connect(self._check)
        self._check()

    def _arrange(self, buttons: QDialogButtonBox) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(label(self.windowTitle(), "section", wrap=True))
        words = self.tr(
            "A JSON schema says which fields the answer has and of what kind they are. Ask for the "
            "same in your message, since the model does not see the schema."
        )
        column.addWidget(label(words, "muted", wrap=True))
        column.addWidget(self.edit, 1)
        column.addWidget(self._message)
        column.addWidget(buttons)
        self.resize(560, 480)

    @property
    def message(self) -> str:
        """What is wrong with the schema; "" if nothing is."""
        return self._message.text()

    @Slot()
    def _check(self) -> None:
        """A schema is short enough to be read at every keystroke."""
        said, line = "", 0
        try:
            read_schema(self.edit.toPlainText())
        except SchemaUnusable as error:
            line = int(error.facts["line"] or 0)
            said = error_words(error)[0]
        self.edit.mark_line(line)
        self._message.setText(said)
        self._message.setProperty("kind", "danger")
        self._message.style().polish(self._message)
        self._save_button.setEnabled(not said)

    @Slot()
    def _save(self) -> None:
        self.saved.emit(self.edit.toPlainText().strip())
        self.accept()
