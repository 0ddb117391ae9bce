"""What is asked before something is removed or imported. None of them blocks the caller."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from desktop_llm.library.hub_types import LibraryEntry
from desktop_llm.ui.models.words import size_words
from desktop_llm.ui.widgets.named import named


class RemoveQuestion(QMessageBox):
    """Says what is removed, how much that frees, and how it comes back. Cancel is the default."""

    confirmed = Signal(str, bool)
    """The name of the model, and whether a person's own files go to the system's trash."""

    def __init__(self, entry: LibraryEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("removeQuestion")
        self._name = entry.name
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle(self.tr("Remove a model"))
        self.setTextFormat(self.textFormat().PlainText)
        title = entry.title or entry.name
        self.setText(self.tr("Remove “{name}” from this computer?").format(name=title))
        self.setInformativeText(self._consequence(entry))
        remove = self.addButton(self.tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        named(remove, "confirmRemove", self.tr("Remove"))
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        cancel.setObjectName("cancelRemove")
        self.setDefaultButton(cancel)
        self.setEscapeButton(cancel)
        remove.clicked.connect(self._confirm)
        text = self.tr("Also move its files to the system's trash")
        self._trash = named(QCheckBox(text), "removeTrash", text)
        if entry.kind in ("folder", "gguf") and not entry.copied and not entry.missing:
            self.setCheckBox(self._trash)
        self.finished.connect(self.deleteLater)

    def _consequence(self, entry: LibraryEntry) -> str:
        size = size_words(entry.own_size) if entry.own_size else "0 MB"
        if entry.kind == "own":
            text = self.tr("The run that made it goes with it. Right after, you can undo this.")
        elif entry.kind in ("hub", "starter"):
            text = self.tr("This frees {size}. It can be downloaded again.")
        elif entry.copied:
            text = self.tr("The copy in this app's folder goes to the system's trash ({size}).")
        elif entry.own_size:  # the engine has used it
            text = self.tr(
                "It is only taken off this list. Its files stay where they are: {path}\n"
                "What was made of them for the engine is deleted, which frees {size}."
            )
        else:
            text = self.tr("It is only taken off this list. Its files stay where they are: {path}")
        return text.format(size=size, path=entry.path)

    @Slot()
    def _confirm(self) -> None:
        self.confirmed.emit(self._name, self._trash.isChecked())


class ImportQuestion(QMessageBox):
    """Use it where it is, or copy it."""

    decided = Signal(object, bool)
    """list[Path], and whether to copy them."""

    def __init__(self, paths: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("importQuestion")
        self._paths = list(paths)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("Import a model"))
        self.setTextFormat(self.textFormat().PlainText)
        names = ", ".join(path.name for path in paths)
        self.setText(self.tr("Import {names} into the library?").format(names=names[:200]))
        self.setInformativeText(
            self.tr(
                "It can be used where it is, which takes no space; then it is gone when you move "
                "or delete it there. A copy is this app's own."
            )
        )
        stay = self.addButton(self.tr("Use it where it is"), QMessageBox.ButtonRole.AcceptRole)
        copy = self.addButton(self.tr("Copy it"), QMessageBox.ButtonRole.AcceptRole)
        self._stay = named(stay, "importStay", self.tr("Use it where it is"))
        named(copy, "importCopy", self.tr("Copy it"))
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        cancel.setObjectName("importCancel")
        self.setDefaultButton(stay)
        self.setEscapeButton(cancel)
        for button in (stay, copy):
            button.clicked.connect(self._decide)
        self.finished.connect(self.deleteLater)

    @Slot()
    def _decide(self) -> None:
        self.decided.emit(self._paths, self.sender() is not self._stay)
