"""Backups are found, restored and added from the File menu; a damaged file is told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from desktop_llm.services.storage import DamageReport
from desktop_llm.storage.backups import Backup
from desktop_llm.storage.errors import BackupDamaged, DiskFull, StorageDamaged
from desktop_llm.storage.salvage import Salvaged
from desktop_llm.ui.dialogs.backups import BackupsDialog
from desktop_llm.ui.dialogs.damage import DamageDialog

NEW = Backup(Path("/b/new.sqlite"), datetime(2026, 5, 4, 12), "auto", 2_000_000)
OLD = Backup(Path("/b/old.sqlite"), datetime(2026, 5, 1, 12), "schema1", 1_000_000)


@pytest.fixture
def dialog(desk):
    desk.backups.backups = [NEW, OLD]
    desk.window.commands["backups"].trigger()
    found = desk.window.findChild(BackupsDialog, "backupsDialog")
    assert found is not None
    yield found
    found.close()


def said(dialog):
    return " ".join(label.text() for label in dialog.findChildren(type(dialog._said)))


def press(dialog, name):
    button = dialog.findChild(QPushButton, name)
    assert button.isEnabled(), name
    button.click()


def test_the_chosen_backup_is_restored_in_three_steps(desk, dialog):
    dialog.list.setCurrentRow(1)
    press(dialog, "restoreBackup")
    assert desk.backups.calls == [("restore", OLD.path)]
    desk.backups.restored.emit()
    assert "those of the backup" in said(dialog)


def test_what_is_missing_can_be_added_without_replacing_anything(desk, dialog):
    press(dialog, "addFromBackup")
    assert desk.backups.calls == [("take_over", NEW.path)]
    desk.backups.taken_over.emit(Salvaged(3, 12))
    assert "3 conversations, 12 messages" in said(dialog)


def test_a_damaged_backup_is_told_in_the_dialog(desk, dialog):
    press(dialog, "restoreBackup")
    desk.backups.failed.emit(BackupDamaged(NEW.path))
    assert "damaged" in said(dialog)
    assert dialog.findChild(QPushButton, "restoreBackup").isEnabled()


def test_nothing_is_restored_while_an_answer_is_written(desk):
    desk.backups.backups = [NEW]
    desk.chat.set_busy(True)
    desk.window.commands["backups"].trigger()
    dialog = desk.window.findChild(BackupsDialog, "backupsDialog")
    assert not dialog.findChild(QPushButton, "restoreBackup").isEnabled()
    assert "Stop the answer" in said(dialog)
    desk.chat.busy_conversations_changed.emit(frozenset())
    assert dialog.findChild(QPushButton, "restoreBackup").isEnabled()
    assert "Stop the answer" not in said(dialog)
    desk.chat.busy_conversations_changed.emit(frozenset({"one that is not open"}))
    assert not dialog.findChild(QPushButton, "restoreBackup").isEnabled()
    dialog.close()


def test_without_backups_it_says_so(desk):
    desk.window.commands["backups"].trigger()
    dialog = desk.window.findChild(BackupsDialog, "backupsDialog")
    assert "no backup yet" in said(dialog)
    assert not dialog.findChild(QPushButton, "openBackups").isEnabled()
    dialog.close()


def test_why_nothing_of_a_damaged_file_came_back_is_told(desk):
    damage, problem = StorageDamaged("/d/c.corrupt-1"), DiskFull("/d", "20 MB", "0 MB")
    report = DamageReport(damage, Salvaged(), None, problem)
    dialog = DamageDialog(report, desk.backups, desk.window)
    assert "20 MB" in said(dialog)
    dialog.close()


@pytest.mark.parametrize("backup", [NEW, None])
def test_a_damaged_file_is_told_with_what_came_back_and_what_can_be_added(desk, backup):
    report = DamageReport(StorageDamaged("/d/c.sqlite.corrupt-1"), Salvaged(7, 90), backup)
    dialog = DamageDialog(report, desk.backups, desk.window)
    dialog.show()
    assert "/d/c.sqlite.corrupt-1" in said(dialog)
    assert "7 conversations with 90 messages" in said(dialog)
    button = dialog.findChild(QPushButton, "addFromBackup")
    assert button is not None
    assert button.isVisible() == (backup is not None)
    if backup:
        button.click()
        assert desk.backups.calls == [("take_over", NEW.path)]
    dialog.close()
