"""Export and import of conversations: asks, starts, and tells what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, QStandardPaths, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_llm.documents.exchange.archive import ImportReport
from desktop_llm.documents.exchange.writing import ENDINGS, Form, file_name
from desktop_llm.services.exchange import ExchangeService
from desktop_llm.ui.dialogs.export import ExportDialog
from desktop_llm.ui.dialogs.rejected import RejectedDialog
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.toast import Toast


class ExchangeActions(QObject):
    """`export` and `import_file` begin with a question; errors go to the page's banner."""

    imported = Signal(object)
    """The ids of conversations that are new in the list."""
    unwanted = Signal(object)
    """Those ids: the person takes the import back."""
    failed = Signal(object)
    """ExpectedError."""

    def __init__(self, exchange: ExchangeService, toast: Toast, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._exchange = exchange
        self._toast = toast
        exchange.exported.connect(self._exported)
        exchange.imported.connect(self._imported)
        exchange.progressed.connect(self._progressed)
        exchange.failed.connect(self.failed)

    def export(self, ids: Sequence[str], title: str = "") -> None:
        """Ask for form and place, then export `ids`; none means all."""
        if self._is_busy():
            return
        dialog = ExportDialog(len(ids), self._window.window())
        dialog.chosen.connect(partial(self._ask_place, list(ids), title))
        dialog.open()

    @Slot()
    def import_file(self) -> None:
        """Ask for a file, then import what is in it."""
        if self._is_busy():
            return
        dialog = QFileDialog(self._window.window(), self.tr("Import conversations"))
        dialog.setObjectName("importDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        kinds = self.tr("Conversations (*.json *.jsonl *.zip)")
        dialog.setNameFilters([kinds, self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda name: self._exchange.import_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _is_busy(self) -> bool:
        """Tell it if one export or import is still going on: there is one at a time."""
        if self._exchange.busy:
            text = self.tr("An export or import is still going on.")
            self._toast.tell(text, self.tr("Cancel"), self._exchange.cancel)
        return self._exchange.busy

    def _ask_place(self, ids: list[str], title: str, form: Form) -> None:
        name = file_name(title or self.tr("Conversations"), form)
        folder = Path(_documents())
        dialog = QFileDialog(self._window.window(), self.tr("Export"), str(folder / name))
        dialog.setObjectName("exportPlaceDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ENDINGS[form].removeprefix("."))
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda name: self._exchange.export(ids, form, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object, int)
    def _exported(self, path: Path, count: int) -> None:
        text = self.tr("Exported to {name}").format(name=path.name)
        folder = QUrl.fromLocalFile(str(path.parent))
        self._toast.tell(
            text, self.tr("Show the folder"), partial(QDesktopServices.openUrl, folder)
        )

    @Slot(int, int)
    def _progressed(self, done: int, total: int) -> None:
        if done and done % 100 == 0:
            number = QLocale().toString(done)
            text = self.tr("{count} conversations so far").format(count=number)
            self._toast.tell(text, self.tr("Cancel"), self._exchange.cancel)

    @Slot(object, object)
    def _imported(self, report: ImportReport, ids: list[str]) -> None:
        number = QLocale().toString(report.kept)
        text = (
            self.tr("One conversation was imported")
            if report.kept == 1
            else self.tr("{count} conversations were imported").format(count=number)
        )
        take_back = partial(self.unwanted.emit, ids) if ids else None
        self._toast.tell(text, self.tr("Undo") if ids else "", take_back)
        self.imported.emit(ids)
        if report.rejected:
            self._show_rejected(report)

    def _show_rejected(self, report: ImportReport) -> None:
        locale = QLocale()
        summary = self.tr("{kept} conversations were imported, {rejected} could not be read.")
        facts = {
            "kept": locale.toString(report.kept),
            "rejected": locale.toString(len(report.rejected)),
        }
        RejectedDialog(
            self.tr("Conversations that are left out"),
            summary.format(**facts),
            [self.tr("Number"), self.tr("Title"), self.tr("Reason")],
            [[str(each.number), each.title, words(each.reason)] for each in report.rejected],
            self._window.window(),
        ).open()


def _documents() -> str:
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return found or str(Path.home())
