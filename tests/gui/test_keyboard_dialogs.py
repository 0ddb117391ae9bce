"""The dialogs of the workspace without a mouse: order of Tab, rings, Enter and Esc."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QMessageBox,
    QPushButton,
)
from shiboken6 import isValid

from desktop_llm.services.crash_net import CrashReport
from desktop_llm.services.storage import DamageReport
from desktop_llm.storage.backups import Backup
from desktop_llm.storage.errors import StorageDamaged
from desktop_llm.storage.salvage import Salvaged
from desktop_llm.storage.trash import TrashEntry
from desktop_llm.ui.chat.prompt_view import PromptDialog
from desktop_llm.ui.dialogs.attachment_text import AttachmentDialog
from desktop_llm.ui.dialogs.backups import BackupsDialog
from desktop_llm.ui.dialogs.crash import CrashDialog
from desktop_llm.ui.dialogs.damage import DamageDialog
from desktop_llm.ui.dialogs.details import DetailsDialog
from desktop_llm.ui.dialogs.export import ExportDialog
from desktop_llm.ui.dialogs.link import LinkQuestion, usable
from desktop_llm.ui.dialogs.message_text import MessageTextDialog
from desktop_llm.ui.dialogs.rejected import RejectedDialog
from desktop_llm.ui.dialogs.samples import SamplesDialog
from desktop_llm.ui.dialogs.shortcuts import ShortcutsDialog
from desktop_llm.ui.dialogs.trash import TrashDialog
from desktop_llm.ui.models.template_editor import TemplateEditor
from tests.fake_documents import an_attached
from tests.gui.conftest import Desk, find
from tests.gui.keyboard import check_stops, name_of, walk
from tests.values import a_message, a_record


def files() -> list[Any]:
    return [an_attached("word", name).attachment for name in ("a.txt", "b.txt")]


def the_answer() -> Any:
    return a_message("assistant", "An answer", generation=a_record())


def samples(desk: Desk) -> QDialog:
    versions = [the_answer(), the_answer()]
    desk.chat.siblings = lambda _: versions  # type: ignore[assignment, method-assign]
    return SamplesDialog(desk.chat, versions[0].id, desk.window)  # type: ignore[arg-type]


def trash(desk: Desk) -> QDialog:
    made = TrashDialog(desk.window)
    made.set_entries([TrashEntry("conversation", each, each, 1e9) for each in "ab"])
    made.view.selectRow(0)
    return made


def backups(desk: Desk) -> QDialog:
    desk.backups.backups = [
        Backup(Path("/b/1"), datetime(2026, 5, day), "auto", 9) for day in (2, 1)
    ]
    service: Any = desk.backups
    return BackupsDialog(service, False, desk.window)


def damage(desk: Desk) -> QDialog:
    backup = Backup(Path("/b/1"), datetime(2026, 5, 1), "auto", 9)
    report = DamageReport(StorageDamaged("/d/broken"), Salvaged(), backup)
    service: Any = desk.backups
    return DamageDialog(report, service, desk.window)


def crash(desk: Desk) -> QDialog:
    facts: dict[str, Any] = dict.fromkeys(CrashReport.__dataclass_fields__, "x")
    return CrashDialog(CrashReport(**facts | {"previous_run": False}), desk.window)


def settings(desk: Desk) -> QDialog:
    desk.window.open_settings()
    return find(desk.window, QDialog, "settingsDialog")


def text(desk: Desk) -> QDialog:
    roles = [("user", "You"), ("assistant", "Assistant")]
    return MessageTextDialog("Insert", "Help", "Save", roles=roles, parent=desk.window)


def link(desk: Desk) -> QDialog:
    url = usable("https://example.org/page")
    assert url
    return LinkQuestion(url, desk.window)


Make = Callable[[Desk], QDialog]
DIALOGS: dict[str, tuple[Make, str, str]] = {
    "file": (lambda d: AttachmentDialog(files(), 0, d.window), "attachmentChoice", "Close"),
    "export": (lambda d: ExportDialog(1, d.window), "export_markdown", "exportGo"),
    "backups": (backups, "backupList", ""),
    "link": (link, "linkCancel", "linkCancel"),
    "text": (text, "messageText", "messageTextSave"),
    "rejected": (
        lambda d: RejectedDialog("Title", "Rows", ["Row", "Why"], [["1", "bad"]], d.window),
        "rejectedTable",
        "closeRejected",
    ),
    "details": (
        lambda d: DetailsDialog(the_answer(), lambda work, done: None, d.window),
        "detailsClose",
        "detailsClose",
    ),
    "samples": (samples, "sample1", ""),
    "crash": (crash, "crashDetails", "crashCloseButton"),
    "damage": (damage, "addFromBackup", "addFromBackup"),
    "trash": (trash, "trashList", "Close"),
    "shortcuts": (
        lambda d: ShortcutsDialog(d.window.menuBar(), d.window),
        "shortcutSearch",
        "Close",
    ),
    "settings": (settings, "settingsPages", "Close"),
    "prompt": (lambda d: PromptDialog(d.services, d.window), "promptTokens", ""),
    "template": (lambda d: TemplateEditor(d.services, d.window), "templateEdit", ""),
}
"""How each is made, what has the focus at first, and what Enter presses."""


def default_button(dialog: QDialog) -> str:
    pressed = [each for each in dialog.findChildren(QPushButton) if each.isDefault()]
    return " ".join(each.objectName() or each.text().replace("&", "") for each in pressed)


def test_every_dialog_is_used_with_the_keyboard_alone(desk: Desk) -> None:
    desk.load()
    for kind, (make, at_first, default) in DIALOGS.items():
        dialog = make(desk)
        dialog.show()
        dialog.activateWindow()
        QApplication.processEvents()
        assert name_of(dialog.focusWidget()) == at_first, kind
        assert default_button(dialog) == default, kind
        check_stops(dialog, walk(dialog))
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not (isValid(dialog) and dialog.isVisible()), kind
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert name_of(desk.window.focusWidget()) == "composer", kind


def test_what_deletes_for_good_is_not_what_enter_presses(desk: Desk) -> None:
    dialog = trash(desk)
    dialog.show()
    find(dialog, QPushButton, "trashRemove").click()
    question = find(dialog, QMessageBox, "trashQuestion")
    assert question.defaultButton() is question.button(QMessageBox.StandardButton.Cancel)
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert not question.isVisible()
    dialog.close()
