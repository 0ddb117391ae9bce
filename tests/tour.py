"""Walks the real app through its pages with the real model and saves a picture of each.

    python tests/tour.py OUT_DIR [--data-dir DIR] [--look en/light]

Pictures are named `01-welcome-en-light.png` and so on, in English and Chinese, light and dark. Each
look is a process of its own, since a language and a theme belong to one application.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QMessageBox, QProgressBar, QWidget  # noqa: E402

from desktop_llm.core.conversation import Conversation  # noqa: E402
from desktop_llm.core.generation import Sampling  # noqa: E402 - after the path is known
from tests.identity import IDENTITY, filled  # noqa: E402
from tests.model_finder import ModelFinder  # noqa: E402
from tests.model_tour import ModelTour, start_hub  # noqa: E402
from tests.speed_tour import walk_speed  # noqa: E402
from tests.workspace_seed import seed  # noqa: E402
from tests.workspace_tour import WorkspaceTour  # noqa: E402
from tests.writer import Writer  # noqa: E402

LOOKS = ("en/light", "en/dark", "zh_CN/light", "zh_CN/dark")
PARTS = ("chat", "workspace", "training", "models", "speed")
MODEL_FOLDERS = ("huggingface", "downloads", "quarantine")
"""Of the data folder: what was fetched."""

CODE_QUESTION = "Write a Python function that checks whether a word is a palindrome."
STORY_QUESTION = "Tell me a long story about a lighthouse keeper who finds a map."
GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_new_tokens=120)
"""The same answers in every look."""

TABLE_BEGUN = (
    "Here are some planets of our **solar system** and how many moons they have:\n\n"
    "| Planet | Diameter | Moons |\n|:-------|---------:|------:|\n"
    "| Mercury | 4,879 km | 0 |\n| Earth | 12,742 km | 1 |\n| Mars | 6,779 km | 2 |\n| Jupiter |"
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Saves a picture of every page of the app.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--data-dir", type=Path, help="a folder that has the starter model")
    parser.add_argument("--look", choices=LOOKS)
    parser.add_argument("--part", choices=PARTS, help="without: all of it")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if chosen.look and chosen.data_dir:
        os.environ["DESKTOP_LLM_DATA_DIR"] = str(chosen.data_dir)
        os.environ["HF_HOME"] = str(chosen.data_dir / "huggingface")
        language, _, theme = chosen.look.partition("/")
        if chosen.part in (None, "speed"):
            walk_speed(chosen.out, language, theme)
        if chosen.part != "speed":
            Tour(chosen.out, language, theme, chosen.part).walk()
        return
    with tempfile.TemporaryDirectory() as folder:
        for look in [chosen.look] if chosen.look else LOOKS:
            data = chosen.data_dir or Path(folder)
            command = [sys.executable, __file__, str(chosen.out), "--look", look]
            part = ["--part", chosen.part] if chosen.part else []
            subprocess.run([*command, *part, "--data-dir", str(data)], check=True)


class Tour:
    """One look of the app; the conversations of an earlier tour are gone when it begins."""

    def __init__(self, out: Path, language: str, theme: str, part: str | None = None) -> None:
        from desktop_llm.core.paths import user_paths
        from desktop_llm.core.settings import load_settings, save_settings

        self.paths = user_paths()
        self.hub = start_hub()
        chosen: dict[str, Any] = {"language": language, "theme": theme, "window": {}}
        chosen |= {"hub_endpoint": self.hub.endpoint, "offline": False}
        settings = load_settings(self.paths.settings)
        save_settings(self.paths.settings, settings.model_copy(update=chosen))
        for pattern in ("conversations.sqlite*", "library.json*", "downloads.json*"):
            for file in self.paths.data.glob(pattern):
                file.unlink()
        for folder in (self.paths.runs, *map(self.paths.data.joinpath, MODEL_FOLDERS)):
            shutil.rmtree(folder, ignore_errors=True)
        self._out = out
        self._part = part
        self._look = f"{language}-{theme}"
        self._number = 0
        self._fetch_starter()
        self._begin_table()
        if part in (None, "workspace"):
            seed(self.paths.database)

    def _fetch_starter(self) -> None:
        import threading

        from desktop_llm.library import starter

        if not starter.is_available(self.paths):
            starter.fetch(self.paths, lambda progress: None, threading.Event())

    def _begin_table(self) -> None:
        """A conversation whose last answer was cut, for the model to go on with."""
        from desktop_llm.core.conversation import Message, new_id
        from desktop_llm.storage.conversations import ConversationStore
        from desktop_llm.storage.database import open_database

        database = open_database(self.paths.database)
        store = ConversationStore(database)
        talk = Conversation(new_id(), "Planets and their moons", sampling=GREEDY)
        question = Message(new_id(), talk.id, None, "user", "Which planets have moons?")
        answer = Message(
            new_id(), talk.id, question.id, "assistant", TABLE_BEGUN, state="interrupted"
        )
        store.save_conversation(talk)
        store.add_message(question)
        store.add_message(answer)
        database.close()

    def walk(self) -> None:
        from desktop_llm.app import create_app

        _application, window = create_app()
        window.resize(1280, 800)
        window.show()
        self.window = window
        self.person = Writer(window)
        self.chat = window.services.chat
        self.take("starting")
        self.person.wait_for_model()
        self.take("welcome")
        steps: list[Callable[[], None]] = []
        if self._part in (None, "chat"):
            steps += [self.code, self.streaming, self.table, self.error, self.settings]
        if self._part in (None, "workspace"):
            steps += WorkspaceTour(self.person, self.take).steps
        if self._part in (None, "models"):
            steps += ModelTour(ModelFinder(window), self.hub, self.take).steps
        if self._part in (None, "training"):
            steps += [self.bad_data, self.data, self.training, self.result]
        for step in steps:
            step()
        window.close()
        self.hub.stop()

    def take(self, name: str, dialog: QWidget | None = None) -> None:
        """Save a picture of the window, or of a dialog."""
        self._number += 1
        self.person.pause(150)
        path = self._out / f"{self._number:02d}-{name}-{self._look}.png"
        assert (dialog or self.window).grab().save(str(path)), f"could not save {path}"

    def code(self) -> None:
        """A finished answer with code."""
        self.chat.set_sampling(GREEDY)
        self.person.write(CODE_QUESTION)
        self.take("composing")
        self.person.press_enter()
        self.person.wait_for_answer(600)
        self.take("code")

    def streaming(self) -> None:
        """A long answer while it is written, with the settings of generation beside it."""
        self.person.trigger("newChat")
        self.person.ask(STORY_QUESTION)
        self.person.wait(
            lambda: len(self.last_text()) > 600, seconds=600, what="for 600 characters"
        )
        self.take("streaming")
        self.person.trigger("togglePanel")
        self.take("panel")
        self.person.click("sendButton")  # stops
        self.person.wait_for_answer(600)
        self.take("stopped")
        self.person.trigger("togglePanel")

    def table(self) -> None:
        """The cut answer of an earlier time, which the real model goes on with."""
        talk = next(c for c in self.conversations() if c.title.startswith("Planets"))
        self.chat.open(talk.id)
        self.person.wait(lambda: self.chat.current.id == talk.id, what="for the conversation")
        self.take("interrupted")
        self.person.click_last("continueButton")
        self.person.wait(lambda: len(self.last_text()) > len(TABLE_BEGUN), what="for a new row")
        self.person.wait_for_answer(600)
        self.take("table")

    def error(self) -> None:
        """The engine process is killed in the middle of an answer."""
        import psutil

        self.person.trigger("newChat")
        self.person.ask(STORY_QUESTION)
        self.person.wait(
            lambda: len(self.last_text()) > 200, seconds=600, what="for 200 characters"
        )
        for child in psutil.Process().children():
            child.kill()
        self.person.wait_for_answer(600)
        self.take("error")

    def settings(self) -> None:
        self.person.trigger("settings")
        dialog = self.person.dialog("settingsDialog")
        self.take("settings", dialog)
        dialog.close()

    def bad_data(self) -> None:
        """The empty page, and a file that cannot be used."""
        self.person.trigger("newRun")
        self.take("finetune-empty")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "holiday.jsonl"
            file.write_bytes(b"\x80\x04\x95" + bytes(range(256)) * 40)
            self.person.drop(file)
            self.person.pause(3000)
            self.take("data-error")
            self.person.click("removeFile")

    def data(self) -> None:
        """What is in the data, and what the model will see of it."""
        self.person.prepare(IDENTITY)
        self.take("placeholders")
        with tempfile.TemporaryDirectory() as folder:
            self.person.click("removeFile")
            self.person.prepare(filled(Path(folder), rows=24))
            self.take("data")
            for view in ("tokens", "lengths"):
                self.person.click(f"previewView_{view}")
                self.person.wait(self.person.shows("maxLengthSpin", "tokenView"), what=view)
                self.take(view)
            self.person.click("allSettingsButton")
            self.window.resize(1280, 1900)
            self.take("settings-of-training")
            self.window.resize(1280, 800)
            self.person.click("presetPicker_quick")
            self.person.pause(500)
            self.person.start()

    def training(self) -> None:
        """The live view, in the middle and while it waits."""
        bar = self.person.find("runProgress", QProgressBar)
        assert isinstance(bar, QProgressBar)
        self.person.wait(lambda: bar.value() > 0.3 * bar.maximum(), 600, "for some steps")
        self.person.pause(1500)
        self.take("training")
        self.person.click("pauseTrainingButton")
        self.person.wait(lambda: self.person.newest_run().state == "paused", what="for the pause")
        self.take("paused")
        self.window.close()
        self.person.pause(300)
        question = self.person.dialog("closeQuestion")
        self.take("close", question)
        assert isinstance(question, QMessageBox)
        question.reject()
        self.person.click("pauseTrainingButton")

    def result(self) -> None:
        """The card, both models side by side, the chat with the result, and the list of runs."""
        self.person.wait_for_result(900)
        self.person.pause(1000)
        self.take("result")
        self.person.click("compareButton")
        prompt = self.person.find("comparePrompt")
        QTest.keyClicks(prompt, "Who are you?")
        self.person.click("compareAsk")
        compared = self.window.places.fine_tune.run.comparison
        self.person.wait(lambda: compared.busy, what="for the first answer")
        self.person.wait(lambda: not compared.busy, 300, "for both answers")
        self.take("compared")
        self.person.click("runViews_overview")
        self.person.chat_with_result()
        self.person.answer_to("Who are you?")
        self.take("chat-with-result")
        self.person.trigger("showRuns")
        self.person.pause(500)
        self.take("runs")

    def conversations(self) -> list[Conversation]:
        """What the list shows."""
        found: list[Conversation] = []
        self.chat.conversations_changed.connect(found.extend)
        self.chat.search("")
        self.person.wait(lambda: bool(found), what="for the list")
        return found

    def last_text(self) -> str:
        return self.chat.messages[-1].content if len(self.chat.messages) > 1 else ""


if __name__ == "__main__":
    main()
