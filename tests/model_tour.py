"""The part of the tour that looks for models, fetches one and removes it, on the fake hub."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtWidgets import QMessageBox, QWidget

from tests.fake_hub import FakeHub
from tests.fake_hub.faults import Fault, flipped
from tests.fake_hub.seed import SLOW, recommended, seed
from tests.model_finder import ModelFinder

GGUF = "demo/large-8b-instruct-GGUF"
NEXT = "demo/thirty-megabytes-in-four"
SPOILT = "demo/tiny-f32"
SPEED = 6_000_000
Take = Callable[..., None]
"""Saves a picture by its name, of the window or of the widget that is given."""


def start_hub() -> FakeHub:
    """The fake hub as it is started by hand, with the recommended models."""
    return seed(FakeHub(recommended())).start()


class ModelTour:
    """Walks through the place "Models"."""

    def __init__(self, person: ModelFinder, hub: FakeHub, take: Take) -> None:
        self._person, self._hub, self._take = person, hub, take

    @property
    def steps(self) -> Iterable[Callable[[], None]]:
        yield from (self.library, self.discover, self.search, self.details, self.fit)
        yield from (self.gated, self.refusals, self.choosing, self.download, self.kept)
        yield from (
            self.damage,
            self.removal,
            self.failure,
            self.importing,
            self.offline,
            self.unreachable,
        )

    def library(self) -> None:
        """The starter, which is all that is here."""
        self._person.go_to_library()
        self._take("library")

    def discover(self) -> None:
        """What is recommended, and one of it."""
        self._person.go_to_discover()
        self._take("recommended")
        rows = self._person.page.discover.results.rows
        self._person.choose_result(rows.results[0].model.repo)
        self._take("starter-details")
        self._person.choose_result(rows.results[3].model.repo)
        self._take("recommended-details")

    def search(self) -> None:
        """While the hub is asked, and what it has answered."""
        hub = self._person.window.services.hub
        self._hub.faults.on("/api/models", Fault(delay_s=1.5))
        self._person.type_query("instruct")
        self._person.wait(lambda: hub.busy, what="for the search to begin")
        self._take("searching")
        self._person.wait(lambda: not hub.busy, what="for the results")
        self._take("results")
        self._person.search_for("nothing has this name")
        self._take("nothing-found")

    def details(self) -> None:
        """All about one model."""
        self._person.search_for("instruct")
        self._person.choose_result(GGUF)
        self._take("details")
        self._person.click("modelView_files")
        self._take("files")
        self._person.search_for("with-pictures")
        self._person.choose_result("demo/tiny-with-pictures")
        self._person.click("modelView_card")
        self._take("card")
        self._person.search_for("instruct")
        self._person.choose_result(GGUF)

    def fit(self) -> None:
        """How much a longer conversation needs, and how that is reckoned."""
        self._person.drag_context(1.0)
        self._take("long-context")
        self._person.click("fitArithmetic")
        self._take("arithmetic")
        self._person.click("fitArithmetic")
        self._person.drag_context(0.35)
        self._person.choose_result("demo/huge-70b-instruct")
        self._take("too-large")

    def gated(self) -> None:
        """What to do about a model that has conditions."""
        self._person.search_for("closed")
        self._person.choose_result("closed/gated-chat")
        self._take("gated")
        self._person.trigger("hubToken")
        dialog = self._person.dialog("tokenDialog")
        self._take("token", dialog)
        dialog.close()

    def refusals(self) -> None:
        """Models that are not fetched, and one without a licence or a context."""
        for search, repo in (
            ("pickle", "demo/only-pickle"),
            ("own", "demo/own-code"),
            ("tiny", "demo/tiny-chat-lora"),
        ):
            self._person.search_for(search)
            self._person.choose_result(repo)
            self._take(repo.partition("/")[2])

    def choosing(self) -> None:
        """Three questions and three proposals."""
        self._person.click("helpMeChoose")
        dialog = self._person.dialog("chooseDialog")
        self._take("help-me-choose", dialog)
        dialog.close()

    def download(self) -> None:
        """A download that runs, waits, goes on and is done."""
        self._hub.bytes_per_s = SPEED
        self._person.search_for("megabytes")
        self._person.choose_result(SLOW)
        self._person.click("downloadButton")
        self._person.wait_for_download("running", 0.3)
        self._take("downloading")
        self._person.click("pauseDownload")
        self._person.wait_for_download("paused")
        self._take("download-paused")
        self._person.click("resumeDownload")
        self._person.wait_for_download("running", 0.4)
        self._person.choose_result(NEXT)
        self._person.click("downloadButton")
        self._take("queue")
        self._person.go_to_library()
        self._take("library-while-downloading")
        self._hub.bytes_per_s = 0
        for repo in (SLOW, NEXT):
            self._person.wait_for_entry(repo)
        self._take("downloaded")

    def failure(self) -> None:
        """A file that arrives damaged, time and again."""
        self._person.go_to_discover()
        self._person.search_for("tiny")
        self._person.choose_result(SPOILT)
        self._hub.faults.on(f"/{SPOILT}/*.safetensors", flipped(5), times=99)
        self._person.click("downloadButton")
        self._person.wait_for_download("failed")
        self._take("download-failed")
        self._hub.faults.clear()
        self._person.click("cancelDownload")

    def kept(self) -> None:
        """The model in the library, its settings, and its files checked again."""
        self._person.go_to_discover()
        self._take("discovered-and-here")
        self._person.go_to_library()
        entry = self._person.wait_for_entry(SLOW)
        self._person.choose_entry(entry.name)
        actions = self._person.page.library.actions_by_name
        actions["settings"].trigger()
        dialog = self._person.dialog("modelSettings")
        self._take("model-settings", dialog)
        dialog.close()
        self._check()
        self._take("checked")

    def damage(self) -> None:
        """A file of the model is not what it was."""
        entry = self._person.wait_for_entry(SLOW)
        weights = next(Path(entry.path).glob("*.safetensors")).resolve()
        weights.write_bytes(b"damaged" + weights.read_bytes()[7:])
        self._check()
        rows = self._person.page.library.rows
        self._person.wait(
            lambda: any(not entry.usable for entry in rows.entries), what="for the list"
        )
        self._take("damaged")

    def _check(self) -> None:
        """Have the files of the chosen model checked."""
        checked: list[object] = []
        self._person.window.services.library.verified.connect(checked.append)
        self._person.page.library.actions_by_name["verify"].trigger()
        self._person.wait(lambda: bool(checked), what="for the check")

    def removal(self) -> None:
        self._person.click("libraryRemoveButton")
        self._take_and_cancel("remove", "removeQuestion")

    def importing(self) -> None:
        """A file that was dropped."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "story-writer-Q4_K_M.gguf"
            file.write_bytes(self._hub.repos["demo/only-one-GGUF"].file("only-Q4_0.gguf").content)
            self._person.drop(file)
            self._take_and_cancel("import", "importQuestion")

    def offline(self) -> None:
        """No network is wanted."""
        preferences = self._person.window.services.preferences
        preferences.set("offline", True)
        self._person.go_to_discover()
        self._person.search_for("")
        self._take("offline")
        self._person.search_for("qwen")
        self._take("offline-search")
        preferences.set("offline", False)

    def unreachable(self) -> None:
        """The hub does not answer."""
        self._hub.stop()
        self._person.search_for("instruct")
        self._take("unreachable")
        self._person.search_for("")
        repo = self._person.page.discover.results.rows.results[3].model.repo
        self._person.choose_result(repo)
        self._take("details-unreachable")
        self._hub.start()

    def _take_and_cancel(self, name: str, dialog_name: str) -> None:
        dialog: QWidget = self._person.dialog(dialog_name)
        self._take(name, dialog)
        assert isinstance(dialog, QMessageBox)
        dialog.reject()
