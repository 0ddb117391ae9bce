"""The real window with a person who fetches a model, as a process that a test can kill.

    python -m tests.e2e.models_driver REPO

Finds REPO on the hub and downloads it, or resumes the download that is open; looks for it in the
library, and loads it for a chat. Tells what the screen shows as JSON lines: `download` with state
and bytes, `found` what was open at the start, `entry` in the library, `loaded` the model's name.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QComboBox

from desktop_llm.app import create_app
from desktop_llm.services.downloads import Download
from tests.model_finder import ModelFinder


def say(event: str, **facts: Any) -> None:
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


class Teller(QObject):
    """Tells what the window is told."""

    @Slot(object)
    def changed(self, download: Download) -> None:
        progress = download.progress
        say("download", state=download.state, done=progress.done if progress else 0)


def load(person: ModelFinder, title: str) -> None:
    """Choose the model above the conversation, and load it."""
    person.click("navChat")
    picker = person.find("modelPicker", QComboBox)
    assert isinstance(picker, QComboBox)
    person.wait(lambda: picker.findText(title) >= 0, what=f"for {title} among the models")
    picker.setCurrentIndex(picker.findText(title))
    person.click("loadButton")
    person.wait_for_model()


def main() -> None:
    _application, window = create_app()
    window.show()
    person, teller = ModelFinder(window), Teller()
    window.services.downloads.changed.connect(teller.changed)
    repo = sys.argv[1]
    person.go_to_discover()
    if download := person.open_download():
        done = download.progress.done if download.progress else 0
        say("found", state=download.state, done=done)
        person.click("resumeDownload")
    else:
        person.search_for(repo)
        person.choose_result(repo)
        person.click("downloadButton")
    person.wait(lambda: person.open_download() is None, what="for the end of the download")
    person.go_to_library()
    entry = person.wait_for_entry(repo)
    person.choose_entry(entry.name)
    say("entry", name=entry.name, verified=entry.verified, size=entry.size)
    load(person, entry.title)
    model = window.services.inference.state.model
    say("loaded", name=model.source.name if model else "")
    window.close()


if __name__ == "__main__":
    main()
