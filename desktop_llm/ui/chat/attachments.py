"""What is attached to the message that is being written: read, shown, and handed over when sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog

from desktop_llm.core.conversation import Attachment
from desktop_llm.core.errors import ExpectedError
from desktop_llm.forms.windows import WindowReduction
from desktop_llm.services.context import ContextService
from desktop_llm.services.documents import Attached, Reading
from desktop_llm.services.long_texts import LongTexts
from desktop_llm.ui.chat.attachment_chips import AttachmentStrip
from desktop_llm.ui.chat.attachment_fit import AttachmentFit
from desktop_llm.ui.chat.composer import Composer
from desktop_llm.ui.context import Services
from desktop_llm.ui.dialogs.attachment_text import AttachmentDialog
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.toast import Toast

LARGEST_INLINE = 100_000
"""Characters; a longer pasted text would make the message field slow."""

OnReady = Callable[..., None]
"""Takes what `ChatService.send` takes."""


class Attachments(QObject):
    """Fills the composer's chips, one draft for each conversation, kept while the app runs."""

    def __init__(
        self, composer: Composer, services: Services, banner: ErrorBanner, toast: Toast
    ) -> None:
        super().__init__(composer)
        self._composer = composer
        self._chat = services.chat
        self._documents = services.documents
        self._banner = banner
        self._toast = toast
        self._readings: dict[int, str] = {}
        """Numbers of readings, and the conversations that they are for."""
        self._pasted = (0, "")
        """The reading of the text that was pasted last, and that text."""
        self._sent: tuple[str, list[Attached]] = ("", [])
        """What was sent last, and in which conversation, should it come back."""
        self._preparing = False
        self._told_whole = True
        """The chat knows the files as part of the draft."""
        self.strip = AttachmentStrip()
        self.fit = AttachmentFit(services.context, self._draft)
        self.fit.setParent(self)
        composer.add_above(self.strip, self.fit.panel)
        self._connect(services.context)
        self._show()

    def _connect(self, context: ContextService) -> None:
        composer, strip = self._composer, self.strip
        composer.attach_requested.connect(self.choose)
        composer.text_changed.connect(self._written)
        composer.edit.files_pasted.connect(self.add_files)
        composer.edit.long_text_pasted.connect(self.add_text)
        composer.edit.long_paste_undone.connect(self._undo_paste)
        strip.show_requested.connect(self._show_text)
        strip.remove_requested.connect(self.remove)
        strip.inline_requested.connect(self._put_inline)
        strip.cancel_requested.connect(self._cancel)
        self.fit.measured.connect(self._measured)
        self._documents.finished.connect(self._read)
        self._documents.progress.connect(self._progress)
        self._chat.conversation_opened.connect(self._show)
        self._chat.draft_restored.connect(self._take_back)
        self._chat.busy_changed.connect(self._measure_soon)
        context.planned.connect(self._measure_soon)  # another model, or other messages

    @property
    def attached(self) -> list[Attached]:
        """What belongs to the draft that is shown."""
        return self._documents.drafts.get(self._chat.current.id, [])

    # What the person does

    @Slot()
    def choose(self) -> None:
        """Ask for files."""
        dialog = QFileDialog(self._composer.window(), self.tr("Attach files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.add_files([Path(name) for name in names]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def add_files(self, paths: Sequence[Path]) -> None:
        """Read files and folders and attach them to this draft."""
        if paths:
            self._await(self._documents.read(paths))

    @Slot(str)
    def add_text(self, text: str) -> None:
        """Attach a long text; the person is told how it comes into the message instead."""
        number = 1 + sum(each.pasted for each in self.attached)
        name = self.tr("Pasted text")
        if number > 1:
            name = self.tr("Pasted text {number}").format(number=number)
        reading = self._documents.take_text(name, text)
        self._pasted = reading, text
        self._await(reading)
        key = QKeySequence(QKeySequence.StandardKey.Undo)
        undo = key.toString(QKeySequence.SequenceFormat.NativeText)
        told = self.tr("The long text was attached. {undo} puts it into the message.")
        if len(text) > LARGEST_INLINE:
            told = self.tr("The long text was attached.")
        self._toast.tell(told.format(undo=undo))

    @Slot(str)
    def remove(self, attachment_id: str) -> None:
        """Take one off the draft."""
        self._set([each for each in self.attached if each.attachment.id != attachment_id])
        self._composer.setFocus()

    @Slot()
    def tell_draft(self) -> None:
        """Let the chat know what stands in the composer, with the files if they fit."""
        self._told_whole = self.fit.fits
        files = tuple(each.attachment for each in self.attached) if self.fit.fits else ()
        if files:
            self._chat.draft_changed(self._composer.text, files)
        else:
            self._chat.draft_changed(self._composer.text)

    def prepare(self, text: str, on_ready: OnReady) -> None:
        """Call `on_ready` with what shall be sent with `text`, once it is sure to fit.

        Nothing happens while files are being read, or something has to be chosen first.
        """
        draft = self._draft(text)
        if draft is None:
            self._sent = ("", [])
            on_ready(text)
        elif not self._held:
            self._preparing = True
            self._hold()
            self.fit.make(draft, partial(self._made, draft, text, on_ready), self._not_made)

    # What happens meanwhile

    @property
    def _held(self) -> bool:
        return bool(self._readings_here) or self._preparing or self.fit.undecided

    @property
    def _readings_here(self) -> list[int]:
        here = self._chat.current.id
        return [number for number, where in self._readings.items() if where == here]

    @property
    def _default_question(self) -> str:
        return self.tr("Summarise the text.")

    def _draft(self, text: str | None = None) -> LongTexts | None:
        if not self.attached:
            return None
        written = self._composer.text if text is None else text
        return LongTexts(
            self._chat.current,
            self._chat.system_prompt,
            tuple(self._chat.messages),
            written.strip(),
            tuple(each.attachment for each in self.attached),
            self._default_question,
            words,
        )

    def _made(
        self,
        draft: LongTexts,
        text: str,
        on_ready: OnReady,
        attachments: tuple[Attachment, ...],
        steps: WindowReduction | None,
    ) -> None:
        if draft.conversation.id != self._chat.current.id:
            self._not_made(None)  # it was left: everything is still there as a draft
            return
        self._preparing = False
        self._sent = self._chat.current.id, self.attached
        self._set([])
        if steps:
            on_ready(text or self._default_question, attachments, steps=steps)
        else:
            on_ready(text, attachments)

    def _not_made(self, error: ExpectedError | None) -> None:
        self._preparing = False
        self._hold()
        if error:
            self._banner.show_error(error, False)

    def _await(self, number: int) -> None:
        self._readings[number] = self._chat.current.id
        self._show()

    def _set(self, attached: list[Attached]) -> None:
        self._documents.drafts[self._chat.current.id] = attached
        if not attached:
            del self._documents.drafts[self._chat.current.id]
        self._show()

    @Slot()
    def _show(self) -> None:
        """The chips of the draft that is shown; their lengths follow."""
        self.strip.set_attached(self.attached)
        self.strip.set_reading(bool(self._readings_here))
        chips = [stop for chip in self.strip.chips for stop in chip.stops]
        self._composer.reach_before([*chips, *self.fit.panel.stops])
        self._composer.set_attached(bool(self.attached))
        self.fit.measure()
        self._hold()
        self.tell_draft()

    @Slot()
    def _written(self) -> None:
        self.tell_draft()
        self._measure_soon()

    @Slot()
    def _measure_soon(self) -> None:
        if self.attached:
            self.fit.measure_soon()

    @Slot()
    def _measured(self) -> None:
        self.strip.show_measure(self.fit.known)
        self._hold()
        if self._told_whole != self.fit.fits:
            self.tell_draft()

    def _hold(self) -> None:
        self._composer.set_held(self._held)

    @Slot(object)
    def _read(self, reading: Reading) -> None:
        where = self._readings.pop(reading.id, None)
        if where is None:
            return
        if reading.attached:
            drafts = self._documents.drafts
            drafts[where] = [*drafts.get(where, []), *reading.attached]
        self._show()
        if reading.errors:
            self._banner.show_error(reading.errors[0], False)
            self._banner.details = "\n".join(map(str, reading.errors[1:]))

    @Slot(int, float)
    def _progress(self, number: int, fraction: float) -> None:
        if number in self._readings_here:
            self.strip.set_progress(fraction)

    @Slot()
    def _cancel(self) -> None:
        for number in self._readings_here:
            self._documents.cancel(number)
            del self._readings[number]
        self._show()
        self._composer.setFocus()

    # Taking back

    @Slot()
    def _take_back(self) -> None:
        """A message could not be saved: its files are attached again, as its text is."""
        where, attached = self._sent
        if attached and where == self._chat.current.id:
            self._sent = ("", [])
            self._set([*attached, *self.attached])

    @Slot()
    def _undo_paste(self) -> None:
        """The long text goes into the message, whether it is attached already or not."""
        number, text = self._pasted
        if number in self._readings_here:
            self._cancel()
            self._insert(text)
        elif pasted := [each for each in self.attached if each.pasted]:
            self._put_inline(pasted[-1].attachment.id)

    @Slot(str)
    def _put_inline(self, attachment_id: str) -> None:
        for each in self.attached:
            if each.attachment.id == attachment_id:
                self._insert(each.attachment.text)
        self.remove(attachment_id)

    def _insert(self, text: str) -> None:
        """As a step of its own for undo; what is far too long is left out."""
        if len(text) <= LARGEST_INLINE:
            cursor = self._composer.edit.textCursor()
            cursor.beginEditBlock()
            cursor.insertText(text)
            cursor.endEditBlock()

    @Slot(str)
    def _show_text(self, attachment_id: str) -> None:
        files = [each.attachment for each in self.attached]
        number = [file.id for file in files].index(attachment_id)
        AttachmentDialog(files, number, self._composer.window()).open()
