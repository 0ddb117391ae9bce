"""A person who does anything to conversations at random, as a process that a test can kill.

    python -m tests.e2e.workspace_driver DATABASE SEED

The app's own services over the file DATABASE, without a window; a script is the model. Facts are a
key and a value (see `tests.e2e.workspace_facts`). Told on standard output:
`WISH number key value` before a change can be on the disk; value `*`: whatever it will be.
`TOLD number` when the window has been told that all wishes up to this one are saved.
`SAVED id sha256` when a message is shown as saved, `GROWS id` before a saved one is continued,
`COPY id deleted` when a copy was made since a message before it is deleted, which `UNDO deleted`
takes back.
`STREAM id characters` when text has been appended. `DRAFT text before…` when the composer changed.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.generation import (
    Completion,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    TextChunk,
)
from desktop_llm.services.chat import ChatService
from desktop_llm.services.context import ContextService
from desktop_llm.services.inference import InferenceService
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.presets import Preset
from tests.e2e.saying import fingerprint, say
from tests.e2e.workspace_facts import UNKNOWN, marks, path_value
from tests.fakes import ScriptedEngine
from tests.values import a_record, a_source

WORDS = ("The", " weather", " is", " fine", "。今天", "天气", "很好", " 🙂", "\n")
LONGEST_PAUSE_MS = 30


class RandomEngine(ScriptedEngine):
    """Says anything, for up to a second and a half, as often as it is asked to."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def generate(
        self, request: GenerationRequest, on_event: Callable[[GenerationEvent], None]
    ) -> GenerationResult:
        made: list[Completion] = []
        for sample in range(request.num_samples):
            text, count = "", self._chance.randrange(300)
            for number in range(count):
                if request.stop.is_set():
                    break
                word = self._chance.choice(WORDS)
                text += word
                on_event(TextChunk(word, new_tokens=number + 1, sample=sample))
                time.sleep(self._chance.random() * 0.01)
            reason: Any = "stopped" if request.stop.is_set() else "end"
            made.append(Completion(text, a_record(reason, sampling=request.sampling)))
        return GenerationResult(request.id, tuple(made))


class Restless(QObject):
    """Does one thing after the other, and tells what the window shows of it."""

    def __init__(self, chat: ChatService, storage: StorageService, chance: random.Random) -> None:
        super().__init__()
        self._chat, self._storage, self._chance = chat, storage, chance
        self._wishes = self._count = 0
        self._known: dict[str, str] = {}
        self._homes: dict[str, str] = {}
        """The conversations of messages."""
        self._looks = False
        """Until what was undone has been read again and is shown."""
        self._tree = chat._open.tree
        self._listed: list[Conversation] = []
        self._folders: list[str] = []
        self._presets: list[Preset] = []
        self._acts = [act for act, weight in self._weights() for _ in range(weight)]
        chat.failed.connect(self._failed)
        chat.message_saved.connect(self._saved)
        chat.text_appended.connect(self._appended)
        chat.conversation_opened.connect(self._opened)
        chat.conversations_changed.connect(self._conversations)
        chat.folders_changed.connect(self._has_folders)
        chat.presets_changed.connect(self._has_presets)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._act)
        self._timer.start(0)

    def _weights(self) -> Iterator[tuple[Callable[[], None], int]]:
        """What is done, and how often."""
        yield from ((self.ask, 5), (self.retry, 2), (self.go_on, 2), (self.stop, 1))
        yield from ((self.ask_again, 2), (self.edit, 3), (self.insert, 2), (self.change_role, 1))
        yield from ((self.fork, 1), (self.go_elsewhere, 2), (self.step, 2), (self.undo, 4))
        yield from ((self.delete_message, 4), (self.delete_version, 3), (self.pin, 1))
        yield from ((self.rate, 1), (self.correct, 1), (self.type, 6), (self.rename, 1))
        yield from ((self.pin_conversation, 1), (self.move, 2), (self.make_folder, 1))
        yield from ((self.rename_folder, 1), (self.delete_folder, 1), (self.make_preset, 1))
        yield from ((self.delete_conversations, 2), (self.open, 3), (self.begin, 1))
        yield (self.delete_preset, 1)

    @Slot()
    def _act(self) -> None:
        """Nothing of it is saved before it has been told."""
        told = threading.Event()
        self._storage.call(lambda store: told.wait())
        try:
            self._chance.choice(self._acts)()
            self._tell_marks()
        finally:
            told.set()
        if self._chance.random() < 0.5:
            number = self._wishes
            self._wait_for_storage(lambda _: say("TOLD", number))
        if self._looks:
            self._wait_for_storage(lambda _: self._wait_for_storage(self._go_on_acting))
        else:
            self._go_on_acting()

    def _wait_for_storage(self, then: Callable[[None], None]) -> None:
        self._storage.call(lambda store: None, then)

    def _go_on_acting(self, _: None = None) -> None:
        self._looks = False
        self._timer.start(self._chance.randrange(LONGEST_PAUSE_MS))

    # What is told

    def _wish(self, key: str, value: str) -> None:
        self._wishes += 1
        say("WISH", self._wishes, key, value)

    def _tell_marks(self) -> None:
        for message in self._chat._open.tree:
            key, value = f"marks:{message.id}", marks(message)
            if self._known.get(key) != value:
                self._known[key] = value
                self._wish(key, value)

    def _change(self, act: Callable[..., None], *facts: object) -> list[str]:
        """Edit the open conversation, and tell what is shown, which is saved with it; new ids."""
        before = {message.id: message.deleted_at for message in self._chat._open.tree}
        act(*facts)
        after = {message.id: message.deleted_at for message in self._chat._open.tree}
        if after != before:
            shown = path_value(message.id for message in self._chat.messages)
            value = UNKNOWN if self._chat.busy else shown
            self._wish(f"path:{self._chat.current.id}", value)
        self._homes |= dict.fromkeys(after, self._chat.current.id)
        return [key for key in after if key not in before]

    def _path_changes(self) -> None:
        """Sooner or later another path is saved than the one that is shown."""
        self._wish(f"path:{self._chat.current.id}", UNKNOWN)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        """What was shown is not saved, and will be read again."""
        say("FAILED", type(error).__name__)
        self._path_changes()

    @Slot(str)
    def _saved(self, message_id: str) -> None:
        for message in self._chat.siblings(message_id):
            if message.id == message_id and message.state != "streaming":
                say("SAVED", message_id, fingerprint(message.content))

    @Slot(str, str, bool)
    def _appended(self, message_id: str, text: str, thinking: bool) -> None:
        for message in self._chat.messages[-1:]:
            if message.id == message_id:
                say("STREAM", message_id, len(message.content))

    @Slot(object, object)
    def _opened(self, conversation: Conversation, messages: list[Message]) -> None:
        tree = self._chat._open.tree
        if tree is not self._tree:  # it was read from the disk
            self._tree = tree
            self._known |= {f"marks:{m.id}": marks(m) for m in tree}

    @Slot(object)
    def _conversations(self, listed: list[Conversation]) -> None:
        self._listed = listed

    @Slot(object)
    def _has_folders(self, folders: list[Any]) -> None:
        self._folders = [folder.id for folder in folders]

    @Slot(object)
    def _has_presets(self, presets: list[Preset]) -> None:
        self._presets = presets

    # What is done

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._chance.randrange(10**9)}-{self._count}"

    def _any(self) -> str:
        """A shown message."""
        shown = self._chat.messages
        return self._chance.choice(shown).id if shown else ""

    def ask(self) -> None:
        if not self._chat.busy:
            self._set_draft("")
            self._path_changes()
            samples = self._chance.choice((1, 1, 1, 3))
            self._chat.send(f"{self._name('question')} 今天", samples=samples)

    def retry(self) -> None:
        self._path_changes()
        self._chat.retry(self._any(), self._chance.choice((1, 2)))

    def go_on(self) -> None:
        for message in self._chat.messages[-1:]:
            say("GROWS", message.id)
            self._path_changes()
            self._chat.continue_reply(message.id)

    def stop(self) -> None:
        self._chat.stop()

    def ask_again(self) -> None:
        self._path_changes()
        self._chat.edit(self._any(), self._name("edited"), ask=True)

    def edit(self) -> None:
        self._change(self._chat.edit, self._any(), self._name("edited"), False)

    def insert(self) -> None:
        after = self._any() or None
        if after or not self._chat.busy:
            self._change(self._chat.insert, after, "user", self._name("inserted"))

    def change_role(self) -> None:
        role = self._chance.choice(("user", "assistant"))
        self._change(self._chat.change_role, self._any(), role)

    def fork(self) -> None:
        self._chat.fork(self._any())

    def go_elsewhere(self) -> None:
        self._path_changes()
        self._chat.branch_here(self._any())

    def step(self) -> None:
        self._path_changes()
        self._chat.show_version(self._any(), self._chance.choice((-1, 1)))

    def delete_message(self) -> None:
        message_id = self._any()
        for copy in self._change(self._chat.delete_message, message_id):
            say("COPY", copy, message_id)

    def delete_version(self) -> None:
        self._change(self._chat.delete_version, self._any())

    def undo(self) -> None:
        for step in self._chat._undo._steps[-1:]:
            for kind, thing in step.things:
                if kind == "message":
                    say("UNDO", thing)
                    self._wish(f"path:{self._homes[thing]}", UNKNOWN)
                    self._wish(f"marks:{thing}", UNKNOWN)
                else:
                    self._wish(f"deleted:{thing}", "0")
        self._chat.undo()
        self._looks = True

    def pin(self) -> None:
        self._chat.pin(self._any(), self._chance.random() < 0.5)

    def rate(self) -> None:
        self._chat.rate(self._any(), self._chance.choice(("", "up", "down")))

    def correct(self) -> None:
        self._chat.correct(self._any(), self._name("correction"))

    def type(self) -> None:
        self._set_draft(self._name("draft"))

    def _set_draft(self, text: str) -> None:
        say("DRAFT", text or "-", *self._chat.draft.split())
        self._chat.draft_changed(text)

    def _some(self) -> list[str]:
        """Some of the saved conversations."""
        most = min(2, len(self._listed))
        return [each.id for each in self._chance.sample(self._listed, most)]

    def rename(self) -> None:
        for key in self._some()[:1]:
            title = self._name("title")
            self._wish(f"title:{key}", title)
            self._chat.rename(key, title)

    def pin_conversation(self) -> None:
        chosen, pinned = self._some(), self._chance.random() < 0.5
        for key in chosen:
            self._wish(f"pinned:{key}", str(int(pinned)))
        self._chat.set_pinned(chosen, pinned)

    def move(self) -> None:
        chosen, folder = self._some(), self._chance.choice([None, *self._folders])
        for key in chosen:
            self._wish(f"folder:{key}", folder or "-")
        self._chat.move(chosen, folder)

    def make_folder(self) -> None:
        name = self._name("folder")
        self._wish(f"name:{self._chat.make_folder(name)}", name)

    def rename_folder(self) -> None:
        for key in self._folders[-1:]:
            name = self._name("folder")
            self._wish(f"name:{key}", name)
            self._chat.rename_folder(key, name)

    def delete_folder(self) -> None:
        for key in self._folders[:1]:
            self._wish(f"deleted:{key}", "1")
            self._chat.delete_folder(key)

    def delete_conversations(self) -> None:
        chosen = self._some()
        for key in chosen:
            self._wish(f"deleted:{key}", "1")
        self._chat.delete_many(chosen)

    def open(self) -> None:
        for key in self._some()[:1]:
            self._chat.open(key)

    def begin(self) -> None:
        self._chat.new_conversation()

    def make_preset(self) -> None:
        preset = Preset(new_id(), "prompt", self._name("preset"), {"text": "今天"})
        self._wish(f"name:{preset.id}", preset.name)
        self._chat.save_preset(preset)

    def delete_preset(self) -> None:
        for preset in self._presets[:1]:
            self._wish(f"deleted:{preset.id}", "1")
            self._chat.delete_preset(preset)


def fault(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """What nobody expected must not be overheard."""
    say("FAULT", kind.__name__, str(error).replace(" ", "_"))
    sys.__excepthook__(kind, error, trace)


def main(path: Path, seed: int) -> None:
    sys.excepthook = fault
    app, chance = QCoreApplication([]), random.Random(seed)
    storage = StorageService(path)
    inference = InferenceService(RandomEngine(random.Random(seed)))
    chat = ChatService(inference, storage, ContextService(inference))
    storage.start()
    inference.start()
    inference.load(a_source())
    restless = Restless(chat, storage, chance)
    chat.start()
    storage.call(lambda store: None, lambda _: say("READY"))
    app.exec()
    restless.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
