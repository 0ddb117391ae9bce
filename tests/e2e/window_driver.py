"""The real window with a person in front of it, as a process that a test can kill.

    python -m tests.e2e.window_driver ENOUGH

Asks one question after the other until the file ENOUGH exists, and one more then, whose answer is
short; tells on
standard output what the screen shows:
`ENGINE pid` when an answer begins, `SAVED id sha256` when a message is shown as saved, `STREAM
id characters` when text has been appended, `END id state` when an answer has ended, `DONE` when the
window has closed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
from PySide6.QtCore import QObject, Slot

from desktop_llm.app import create_app
from desktop_llm.core.generation import Sampling
from desktop_llm.services.chat import ChatService
from tests.e2e.saying import fingerprint, say
from tests.person import Person

ANSWER_TOKENS, LAST_TOKENS = 250, 25
QUESTION = "Tell me a long story about a lighthouse keeper who finds a map."


class Teller(QObject):
    """Tells what the window is told."""

    def __init__(self, chat: ChatService) -> None:
        super().__init__()
        self._chat = chat
        self._answer = ""
        chat.message_saved.connect(self._saved)
        chat.text_appended.connect(self._appended)

    def _content(self, message_id: str) -> str:
        return next(m.content for m in self._chat.messages if m.id == message_id)

    @Slot(str)
    def _saved(self, message_id: str) -> None:
        say("SAVED", message_id, fingerprint(self._content(message_id)))

    @Slot(str, str, bool)
    def _appended(self, message_id: str, _text: str, _thinking: bool) -> None:
        if message_id != self._answer:
            self._answer = message_id
            for child in psutil.Process().children():
                if child.status() != psutil.STATUS_ZOMBIE:
                    say("ENGINE", child.pid)
        say("STREAM", message_id, len(self._content(message_id)))


def main() -> None:
    _application, window = create_app()
    window.show()
    person = Person(window)
    teller = Teller(window.services.chat)
    person.wait_for_model()
    window.services.chat.set_sampling(Sampling(max_new_tokens=ANSWER_TOKENS))
    last = False
    while not last:
        last = Path(sys.argv[1]).exists()
        if last:
            window.services.chat.set_sampling(Sampling(max_new_tokens=LAST_TOKENS))
        person.ask(QUESTION)
        person.wait(lambda: window.services.chat.busy, what="for the answer to begin")
        answer = person.wait_for_answer()
        say("END", answer.id, answer.state)
    window.close()
    teller.deleteLater()
    say("DONE")


if __name__ == "__main__":
    main()
