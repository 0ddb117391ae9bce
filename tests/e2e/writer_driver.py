"""The real window with a person who works on one conversation, as a process.

    python -m tests.e2e.writer_driver FILE     asks, changes and attaches FILE, and closes
    python -m tests.e2e.writer_driver          looks what is there, and closes

Tells as JSON lines, under `event`, at which moment it looked, and what the screen showed: `said`
the conversation as Markdown, `versions` the labels below the messages, `files` their names, `title`
in the list, `toast` if one was shown, `strays` windows that were shown and are no dialog.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QSpinBox, QWidget

from desktop_llm.app import create_app
from desktop_llm.ui.chat.messages.buttons import RowLabel
from desktop_llm.ui.main_window import MainWindow
from tests.writer import Writer

ANSWER_TOKENS = 12


class Strays(QObject):
    """Notes widgets that are windows by mistake: shown before they were put into one."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self.seen: list[str] = []
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            wanted = isinstance(watched, QDialog | QMenu | MainWindow) or "Tip" in str(watched)
            if watched.isWindow() and not wanted:
                self.seen.append(str(watched))
        return False


class Witness:
    """Tells what can be seen."""

    def __init__(self, person: Writer, strays: Strays) -> None:
        self._person, self._strays = person, strays

    def look(self, moment: str) -> None:
        """Tell what the screen shows now."""
        labels = self._person.messages().findChildren(RowLabel, "versionLabel")
        facts: dict[str, Any] = {
            "event": moment,
            "said": self._person.messages().as_markdown(),
            "versions": [each.accessibleName() for each in labels if each.isVisible()],
            "files": self._texts("attachmentButton"),
            "title": self._title(),
            "toast": self._toast(),
            "strays": self._strays.seen,
        }
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()

    def _texts(self, name: str) -> list[str]:
        found = self._person.messages().findChildren(QWidget, name)
        return [each.accessibleName() for each in found if each.isVisible()]

    def _title(self) -> str:
        view = self._person.window.page.conversations.view
        return str(view.currentIndex().data())

    def _toast(self) -> str:
        toast = self._person.window.page.toast
        return toast.findChild(QLabel).text() if toast.isVisible() else ""  # type: ignore[union-attr]


def work(person: Writer, witness: Witness, file: Path) -> None:
    """Ask, ask again, rewrite the question, talk about a file, delete, and take that back."""
    person.trigger("togglePanel")
    longest = person.find("maxTokensSpin")
    assert isinstance(longest, QSpinBox)
    longest.setValue(ANSWER_TOKENS)
    person.ask("What is a lighthouse?")
    person.wait_for_new_answer()
    witness.look("asked")
    person.press("retryButton")
    person.wait_for_new_answer()
    witness.look("asked again")
    person.press("editButton", 0)
    person.type_over("messageEdit", "What is a harbour?")
    person.click_within("editAsk")
    person.wait_for_new_answer()
    witness.look("edited")
    person.talk_about(file)
    person.wait_for_files(1)
    person.ask("What was bought?")
    person.wait_for_new_answer()
    witness.look("with a file")
    person.act("deleteVersion", 2)
    person.wait(lambda: len(person.messages().sheet.messages) == 2, 30, "for the deletion")
    witness.look("deleted")
    person.click("toastAction")
    person.wait(lambda: len(person.messages().sheet.messages) == 4, 30, "for the undo")
    person.wait(lambda: not person.window.page.toast.isVisible(), 30, "for the toast to go")
    witness.look("at the end")


def main() -> None:
    app, window = create_app()
    window.resize(1280, 1400)
    window.show()
    person = Writer(window)
    witness = Witness(person, Strays(app))
    if len(sys.argv) > 1:
        person.wait_for_model()
        work(person, witness, Path(sys.argv[1]))
    else:
        person.wait(lambda: bool(person.messages().sheet.messages), 60, "for the conversation")
        person.wait(lambda: bool(person.window.page.conversations.view.currentIndex().isValid()))
        person.pause(100)
        witness.look("opened")
    window.close()


if __name__ == "__main__":
    main()
