"""Opens the prompt forms from wherever they are chosen, and runs what was filled in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton

from desktop_llm.core.errors import ExpectedError
from desktop_llm.forms.form import prompt_language
from desktop_llm.forms.forms import Form, find, forms
from desktop_llm.services.chat_prompt import attached_text
from desktop_llm.services.documents import Reading
from desktop_llm.services.long_texts import Measure
from desktop_llm.ui import icons
from desktop_llm.ui.chat.forms.cards import icon_name
from desktop_llm.ui.chat.forms.panel import FormPanel, interface_language
from desktop_llm.ui.chat.forms.running import Filled, Sending
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.context import Services
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import named

if TYPE_CHECKING:
    from desktop_llm.ui.chat.page import ChatPage


FormPlace = tuple[str, dict[str, tuple[str, str]]]
"""The form that is open, or "", and the texts with their names that were entered, by form."""


class FormActions(QObject):
    """Connects the form panel with the chat page and the services."""

    def __init__(self, page: ChatPage, panel: FormPanel, services: Services) -> None:
        super().__init__(page)
        self._page = page
        self._panel = panel
        self._services = services
        self._context = services.context
        self._text: dict[str, tuple[str, str]] = {}
        """Texts that were entered last, and their names, by form; the settings keep the rest."""
        self._reading = 0
        self._asked: Filled | None = None
        """What is being measured or cut; another change makes its answer worthless."""
        self._where = ""
        """The conversation in which that was asked for."""
        self._button = named(QToolButton(), "tasksButton", self.tr("Tasks"))
        self._menu = QMenu(self._button)
        self._add_button()
        panel.run_requested.connect(self.run)
        panel.cancel_requested.connect(self.close)
        panel.files_given.connect(self.take_files)
        panel.file_wanted.connect(self._choose_file)
        page.welcome.form_chosen.connect(self.open)
        services.documents.finished.connect(self._read)
        services.chat.busy_changed.connect(self._show_busy)

    def add_commands(self, commands: Commands) -> None:
        """The menu opens the forms, too."""
        for form in forms():
            commands.connect_to(f"form_{form.id}", partial(self.open, form.id))

    @Slot(str)
    def open(self, form_id: str, *_: object) -> None:
        """Show a form in place of the composer, with what was entered last."""
        form = find(form_id)
        if form is None:
            return
        self._keep()
        inputs = self._services.preferences.value.forms.get(form_id, {})
        self._panel.show_form(form, inputs)
        if field := self._panel.text_field:
            field.set_text(*self._text.get(form_id, ("", "")))
        self._panel.focus_first()
        self._page.composer.hide()
        self._show_busy(self._services.chat.busy)

    def place(self) -> FormPlace:
        """What is open and entered, for `restore`."""
        self._keep()
        form = self._panel.form
        return (form.id if form and not self._panel.isHidden() else ""), self._text

    def restore(self, place: FormPlace) -> None:
        """Go on where another panel was."""
        opened, self._text = place
        self.open(opened)

    @Slot()
    def close(self) -> None:
        """Back to the composer; what was entered is there again when the form is opened."""
        self._keep()
        self._asked = None
        self._panel.hide()
        self._page.composer.show()
        self._page.composer.setFocus()

    @Slot()
    def run(self) -> None:
        """Send what the form makes, if it can be used and fits; else say what is wrong."""
        form = self._panel.form
        if form is None or self._services.chat.busy or not self._panel.check():
            return
        if not self._page.control.ensure_loaded():
            return
        self._page.banner.clear()
        filled = self._filled(form)
        self._asked, self._where = filled, self._services.chat.current.id
        choice = self._panel.long.choice
        if filled.short:
            self._send(filled, filled.whole())
        elif choice is not None:
            self._ask(filled, partial(filled.as_chosen, choice), partial(self._send, filled))
        elif self._panel.long.isHidden():
            self._ask(filled, filled.measure, partial(self._measured, filled))

    @Slot(object)
    def take_files(self, paths: Sequence[Path]) -> bool:
        """Read `paths` as the text; False if no form is open that wants one."""
        if self._panel.isHidden() or self._panel.text_field is None or not paths:
            return False
        self._services.documents.cancel(self._reading)
        self._reading = self._services.documents.read(paths)
        return True

    def _filled(self, form: Form) -> Filled:
        inputs = self._panel.inputs
        field = self._panel.text_field
        return Filled(
            form,
            inputs,
            self._panel.fold.prompt,
            field.text if field else "",
            field.name if field else "",
            prompt_language(form, inputs, interface_language()),
            words,
        )

    def _ask(self, filled: Filled, function: object, on_done: object) -> None:
        """Ask on CountThread; without a model in memory all is sent, and the engine judges."""
        asked = self._context.ask(function, on_done, self._failed)  # type: ignore[arg-type]
        if not asked:
            self._send(filled, filled.whole())

    def _measured(self, filled: Filled, measure: Measure) -> None:
        if filled is not self._asked:
            return
        if measure.fits:
            self._send(filled, filled.whole())
        else:
            self._panel.long.show_measure(measure)

    def _send(self, filled: Filled, sending: Sending) -> None:
        chat = self._services.chat
        if filled is not self._asked or chat.busy or self._where != chat.current.id:
            return
        self.close()
        chat.send(
            sending.text,
            sending.attachments,
            form=sending.form,
            samples=sending.samples,
            steps=sending.steps,
        )

    def _failed(self, error: ExpectedError) -> None:
        self._page.banner.show_error(error, False)

    def _keep(self) -> None:
        """Remember what is entered."""
        form = self._panel.form
        if form is None or self._panel.isHidden():
            return
        inputs = self._panel.inputs
        if form.text_input and (field := self._panel.text_field):
            self._text[form.id] = inputs.pop(form.text_input.name), field.name
        preferences = self._services.preferences
        preferences.set("forms", {**preferences.value.forms, form.id: inputs})

    @Slot(object)
    def _read(self, reading: Reading) -> None:
        field = self._panel.text_field
        if reading.id != self._reading or field is None:
            return
        for error in reading.errors:
            self._failed(error)
        files = [attached.attachment for attached in reading.attached]
        if len(files) == 1:
            field.set_text(files[0].text, files[0].name)
        elif files:
            text = "\n\n".join(attached_text(file) for file in files)
            field.set_text(text, ", ".join(file.name for file in files))

    @Slot()
    def _choose_file(self) -> None:
        dialog = QFileDialog(self._page, self.tr("Choose a file"))
        dialog.setObjectName("formFileDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.filesSelected.connect(lambda names: self.take_files([Path(n) for n in names]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(bool)
    def _show_busy(self, busy: bool) -> None:
        self._panel.run.setEnabled(not busy)

    def _add_button(self) -> None:
        for form in forms():
            action = QAction(icons.icon(icon_name(form)), words(form.title), self._menu)
            action.triggered.connect(partial(self.open, form.id))
            self._menu.addAction(action)
        self._button.setIcon(icons.icon("squares-four", "text_muted"))
        self._button.setProperty("kind", "menu")
        self._button.setIconSize(QSize(20, 20))
        self._button.setToolTip(self.tr("Tasks: translate, summarise, extract …"))
        self._button.setMenu(self._menu)
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._page.composer.add_tool(self._button)
