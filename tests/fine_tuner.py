"""A person who drops a data set on the window, trains, and chats with the result: clicks only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QPushButton

from desktop_llm.services.training import RunSummary
from desktop_llm.training.events import ENDED
from desktop_llm.training.result import ResultCard
from tests.person import Person


class FineTuner(Person):
    """Uses the Fine-tune page as it is, with its default settings."""

    def prepare(self, *files: Path) -> None:
        """Drop files anywhere, and wait until training could begin."""
        self.drop(*files)
        self.wait(lambda: self.start_button().isEnabled(), what="for the start button")

    def start_button(self) -> QPushButton:
        button = self.find("startTrainingButton", QPushButton)
        assert isinstance(button, QPushButton)
        return button

    def start(self, seconds: float = 300) -> None:
        """Click the start button, and wait for the first step."""
        self.click("startTrainingButton")
        self.wait(lambda: bool(self.window.services.training.runs), what="for the run")
        self.wait(lambda: self.newest_run().state == "running", seconds, "for the training")

    def newest_run(self) -> RunSummary:
        return self.window.services.training.runs[0]

    def wait_for_result(self, seconds: float) -> ResultCard:
        self.wait(lambda: self.newest_run().state in ENDED, seconds, "for the end of the run")
        run = self.newest_run()
        assert run.card is not None, f"{run} has no result"
        button = self.window.findChild(QPushButton, "chatWithResultButton")
        assert isinstance(button, QPushButton)
        self.wait(button.isVisible, what="for the result")
        return run.card

    def chat_with_result(self) -> None:
        """One click; then the model is in memory, and the chat is shown."""
        name = f"run:{self.newest_run().id}"
        self.click("chatWithResultButton")
        inference = self.window.services.inference
        self.wait(
            lambda: (
                inference.state.phase == "ready"
                and inference.state.model is not None
                and inference.state.model.source.name == name
            ),
            what="for the tuned model",
        )
        self.wait(self.find("composer").isVisible, what="for the chat")

    def answer_to(self, question: str) -> str:
        """What is answered in a new conversation."""
        self.trigger("newChat")
        self.ask(question)
        return self.wait_for_answer(600).content

    def threads(self) -> set[str]:
        """The names of the QThreads that run."""
        app = QApplication.instance()
        assert app is not None
        found = app.findChildren(QThread)
        return {thread.objectName() for thread in found if thread.isRunning()}
