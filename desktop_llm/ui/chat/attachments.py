"""What is attached to the message that is being written, and how it is made to fit when sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_llm.core.conversation import Attachment
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import LoadedModel
from desktop_llm.engine.protocol import Engine
from desktop_llm.forms.windows import WindowReduction
from desktop_llm.services.context_planner import Planner
from desktop_llm.services.documents import Attached, Reading
from desktop_llm.services.long_texts import LongTexts, Measure
from desktop_llm.ui.chat.attachment_chips import AttachmentStrip
from desktop_llm.ui.chat.composer import Composer
from desktop_llm.ui.chat.long_text_panel import Choice, LongTextPanel
from desktop_llm.ui.context import Services
from desktop_llm.ui.dialogs.attachment_text import AttachmentDialog
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.toast import Toast

MEASURE_MS = 300
"""After the last change of the draft."""

LARGEST_INLINE = 100_000
"""Characters; a longer pasted text would make the message field slow."""

Sent = tuple[tuple[Attachment, ...], WindowReduction | None]
OnReady = Callable[..., None]
"""Takes what `ChatService.send` takes."""


class Attachments(QObject):
    """Fills the composer's chips, one draft for each conversation, kept while the app runs."""

    def __init__(
        self,
        composer: Composer,
        services: Services,
        banner: ErrorBanner,
        toast: Toast,
    ) -> None:
        super().__init__(composer)
        self._composer = composer
        self._chat = services.chat
        self._context = services.context
        self._documents = services.documents
        self._banner = banner
        self._toast = toast
        self._readings: dict[int, str] = {}
        """Numbers of readings, and the conversations that they are for."""
        self._sent: tuple[str, list[Attached]] = ("", [])
        """What was sent last, and in which conversation, should it come back."""
        self._preparing = False
        self._fits = True
        """All files go in whole, as far as is known."""
        self._newest: object = None
        self.strip = AttachmentStrip()
        self.panel = LongTextPanel()
        composer.add_above(self.strip, self.panel)
        self._pause = QTimer(self, singleShot=True, interval=MEASURE_MS)
        self._connect()
        self._show()

    def _connect(self) -> None:
        composer, strip = self._composer, self.strip
        composer.attach_requested.connect(self.choose)
        composer.text_changed.connect(self.tell_draft)
        composer.edit.files_pasted.connect(self.add_files)
        composer.edit.long_text_pasted.connect(self.add_text)
        composer.edit.long_paste_undone.connect(self._undo_paste)
        strip.show_requested.connect(self._show_text)
        strip.remove_requested.connect(self.remove)
        strip.inline_requested.connect(self._put_inline)
        strip.cancel_requested.connect(self._cancel)
        self.panel.chosen.connect(self._hold)
        self._documents.finished.connect(self._read)
        self._documents.progress.connect(self._progress)
        self._chat.conversation_opened.connect(self._opened)
        self._chat.draft_restored.connect(self._take_back)
        self._chat.busy_changed.connect(self._measure_soon)
        self._pause.timeout.connect(self._measure)

    @property
    def attached(self) -> list[Attached]:
        """What belongs to the draft that is shown."""
        return self._documents.drafts.get(self._chat.current.id, [])

    # What the person does

    @Slot()
    def choose(self) -> None:
        """Ask for files."""
        title = self.tr("Attach files")
        dialog = QFileDialog(self._window, title)
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
        self._await(self._documents.take_text(name, text))
        self._toast.tell(self.tr("The long text was attached. Ctrl+Z puts it into the message."))

    @Slot(str)
    def remove(self, attachment_id: str) -> None:
        """Take one off the draft."""
        self._set([each for each in self.attached if each.attachment.id != attachment_id])
        self._composer.setFocus()

    @Slot()
    def tell_draft(self) -> None:
        """Let the chat know what stands in the composer, with the files if they fit."""
        files = tuple(each.attachment for each in self.attached) if self._fits else ()
        if files:
            self._chat.draft_changed(self._composer.text, files)
        else:
            self._chat.draft_changed(self._composer.text)
        self._measure_soon()

    def prepare(self, text: str, on_ready: OnReady) -> None:
        """Call `on_ready` with what shall be sent with `text`, once it is sure to fit.

        Nothing happens while files are being read, or something has to be chosen first.
        """
        if not self.attached:
            on_ready(text)
            return
        if self._held:
            return
        texts, choice = self._texts(text), self.panel.choice
        self._preparing = True
        self._hold()

        def made(sent: Sent | Measure) -> None:
            self._preparing = False
            if isinstance(sent, Measure):
                self._measured(sent)
                return
            self._sent = self._chat.current.id, self.attached
            self._set([])
            attachments, steps = sent
            if steps:
                on_ready(text or texts.text, attachments, steps=steps)
            else:
                on_ready(text, attachments)

        def failed(error: ExpectedError) -> None:
            self._preparing = False
            self._hold()
            self._banner.show_error(error, False)

        if not self._context.ask(partial(_made, texts, choice), made, failed):
            made((texts.attachments, None))  # no model can count: the engine will judge

    # What happens meanwhile

    @property
    def _held(self) -> bool:
        waits = self._readings_here or self._preparing
        return bool(waits) or (not self.panel.isHidden() and self.panel.choice is None)

    @property
    def _readings_here(self) -> list[int]:
        here = self._chat.current.id
        return [number for number, where in self._readings.items() if where == here]

    @property
    def _window(self) -> QWidget:
        return self._composer.window()

    def _await(self, number: int) -> None:
        self._readings[number] = self._chat.current.id
        self._show()

    def _set(self, attached: list[Attached]) -> None:
        self._documents.drafts[self._chat.current.id] = attached
        if not attached:
            del self._documents.drafts[self._chat.current.id]
        self._show()

    def _show(self) -> None:
        """The chips of the draft that is shown; their lengths follow."""
        self.strip.set_attached(self.attached)
        self.strip.set_reading(bool(self._readings_here))
        self._composer.set_attached(bool(self.attached))
        if not self.attached:
            self.panel.show_measure(None)
        self._hold()
        self._measure()
        self.tell_draft()

    @Slot()
    def _hold(self) -> None:
        self._composer.set_held(self._held)

    @Slot(object)
    def _read(self, reading: Reading) -> None:
        where = self._readings.pop(reading.id, None)
        if where is None:
            return
        drafts = self._documents.drafts
        drafts[where] = [*drafts.get(where, []), *reading.attached]
        if not drafts[where]:
            del drafts[where]
        self._show()
        if reading.errors:
            self._banner.show_error(reading.errors[0], False)
        if len(reading.errors) > 1:
            names = ", ".join(str(error.facts.get("path", "")) for error in reading.errors)
            self._banner.details = names

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

    @Slot()
    def _opened(self) -> None:
        self.panel.show_measure(None)
        self._show()

    @Slot()
    def _measure_soon(self) -> None:
        if self.attached:
            self._pause.start()

    @Slot()
    def _measure(self) -> None:
        """How long the attachments are; of several questions the newest is answered."""
        wish = self._newest = object()
        if not self.attached:
            return
        texts = self._texts(self._composer.text)

        def measure(engine: Engine, model: LoadedModel, planner: Planner) -> Measure | None:
            return texts.measure(engine, model, planner) if wish is self._newest else None

        def done(measure: Measure | None) -> None:
            if measure is not None and wish is self._newest:
                self._measured(measure)

        if not self._context.ask(measure, done, lambda error: None):
            self.strip.set_tokens(None)
            self.panel.show_measure(None)
            self._hold()

    def _measured(self, measure: Measure) -> None:
        self.strip.set_tokens(measure.tokens)
        self.panel.show_measure(measure)
        self._hold()
        if self._fits != measure.fits:
            self._fits = measure.fits
            self.tell_draft()

    def _texts(self, text: str) -> LongTexts:
        attachments = tuple(each.attachment for each in self.attached)
        question = text.strip() or self.tr("Summarise the text.")
        return LongTexts(
            self._chat.current,
            self._chat.current.system_prompt,
            tuple(self._chat.messages),
            question,
            attachments,
            words,
        )

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
        pasted = [each for each in self.attached if each.pasted]
        if pasted:
            self._put_inline(pasted[-1].attachment.id)

    @Slot(str)
    def _put_inline(self, attachment_id: str) -> None:
        """A pasted text goes into the message; one that is far too long is only taken off."""
        for each in self.attached:
            if each.attachment.id == attachment_id and len(each.attachment.text) <= LARGEST_INLINE:
                self._composer.edit.textCursor().insertText(each.attachment.text)
        self.remove(attachment_id)

    @Slot(str)
    def _show_text(self, attachment_id: str) -> None:
        files = [each.attachment for each in self.attached]
        number = [file.id for file in files].index(attachment_id)
        AttachmentDialog(files, number, self._window).open()


def _made(
    texts: LongTexts, choice: Choice | None, engine: Engine, model: LoadedModel, planner: Planner
) -> Sent | Measure:
    """On CountThread: what is sent; the measure if there is something to choose first."""
    measure = texts.measure(engine, model, planner)
    if measure.fits:
        return texts.attachments, None
    if choice is None:
        return measure
    if choice.way == "windows":
        made = texts.in_windows(engine, model, choice.window, choice.overlap)
        return made.attachments, made.steps
    return texts.shorten(engine, model, planner, choice.way), None
