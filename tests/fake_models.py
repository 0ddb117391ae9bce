"""Stand-ins for the services of the model browser, and whole values of models and downloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.secrets import Place
from desktop_llm.core.text import Text
from desktop_llm.library.download_list import Download
from desktop_llm.library.hub_types import (
    DownloadPlan,
    DownloadProgress,
    FileChoice,
    HubFile,
    HubModel,
    LibraryEntry,
    ModelChoices,
    ModelDetails,
    SearchPage,
    SearchQuery,
)
from desktop_llm.services.library import Work

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GB = 1_000_000_000


def a_hub_model(repo: str = "tiny-models/Tiny-0.5B-Instruct", **changes: Any) -> HubModel:
    facts: dict[str, Any] = {
        "downloads": 1_234_567,
        "likes": 321,
        "updated": "2026-09-01",
        "task": "text-generation",
        "licence": "apache-2.0",
        "languages": ("en", "zh"),
        "parameters": 494_000_000,
        "bytes_by_dtype": {"BF16": 988_000_000},
        "formats": ("safetensors",),
    }
    return HubModel(repo, **(facts | changes))


def some_details(repo: str = "tiny-models/Tiny-0.5B-Instruct", **changes: Any) -> ModelDetails:
    files = (
        HubFile("config.json", 700, blob="a" * 40),
        HubFile("tokenizer.json", 7_000_000, sha256="b" * 64),
        HubFile("model.safetensors", 988_000_000, sha256="c" * 64),
    )
    whole = tuple(file.path for file in files)
    size = sum(file.size for file in files)
    choice = FileChoice("safetensors", "safetensors", Text("As it was made"), whole, size, 16, True)
    facts: dict[str, Any] = {
        "files": files,
        "choices": (choice,),
        "config": {"architectures": ["LlamaForCausalLM"], "max_position_embeddings": 32768},
        "context_length": 32768,
        "has_chat_template": True,
        "card": "# Tiny\n\nA small model.",
    }
    return ModelDetails(a_hub_model(repo), COMMIT, "main", **(facts | changes))


def a_plan(repo: str = "tiny-models/Tiny-0.5B-Instruct") -> DownloadPlan:
    details = some_details(repo)
    return details.plan(details.choices[0])


def some_progress(plan: DownloadPlan, share: float = 0.5, **changes: Any) -> DownloadProgress:
    file = plan.files[-1]
    done = DownloadProgress(
        file.path, int(file.size * share), file.size, int(plan.size * share), plan.size
    )
    return replace(done, **{"bytes_per_s": 5e6, "seconds_left": 99.0, **changes})


def an_entry(name: str = "tiny-models/Tiny-0.5B-Instruct", **changes: Any) -> LibraryEntry:
    facts: dict[str, Any] = {
        "title": name.rpartition("/")[2],
        "kind": "hub",
        "path": f"/models/{name}",
        "repo": name,
        "commit": COMMIT,
        "parameters": 494_000_000,
        "size": GB,
        "own_size": GB,
        "verified": True,
        "last_used": 1_790_000_000.0,
    }
    return LibraryEntry(name, **(facts | changes))


class FakeHubService(QObject):
    """The contract of `HubService`: remembers calls; a test emits the signals it wants."""

    page_ready = Signal(object, bool)
    details_ready = Signal(object)
    failed = Signal(object)
    details_failed = Signal(object)
    busy_changed = Signal(bool)
    account_changed = Signal(str, bool)

    def __init__(self, account: str = "") -> None:
        super().__init__()
        self.account = account
        self.busy = False
        self.has_more = False
        self.calls: list[tuple[Any, ...]] = []
        self.forgets = True
        """Whether the keyring deletes the token."""
        self.sign_in_outcome: tuple[str, Place] | ExpectedError = ("pip", "keyring")

    def search(self, query: SearchQuery) -> None:
        self.calls.append(("search", query))
        self.set_busy(True)

    def more(self) -> None:
        if self.has_more and not self.busy:
            self.calls.append(("more",))
            self.set_busy(True)

    def details(self, repo: str, revision: str = "main") -> None:
        self.calls.append(("details", repo, revision))

    def give_up(self, *kinds: str) -> None:
        self.calls.append(("give_up", *kinds))
        self.set_busy(False)

    def sign_in(
        self,
        token: str,
        on_done: Callable[[str, Place], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        self.calls.append(("sign_in", token))
        if isinstance(self.sign_in_outcome, ExpectedError):
            on_failed(self.sign_in_outcome)
            return
        self.account, place = self.sign_in_outcome
        self.account_changed.emit(self.account, place == "keyring")
        on_done(self.account, place)

    def sign_out(self, on_done: Callable[[bool], None] = lambda gone: None) -> None:
        self.calls.append(("sign_out",))
        self.account = ""
        self.account_changed.emit("", False)
        on_done(self.forgets)

    def give(self, models: Sequence[HubModel], first: bool = True, more: bool = False) -> None:
        """Answer the search that is on its way."""
        self.has_more = more
        self.set_busy(False)
        self.page_ready.emit(SearchPage(tuple(models), "next" if more else ""), first)

    def set_busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit(busy)


class FakeDownloadService(QObject):
    """The contract of `DownloadService`; nothing is fetched: a test says how it goes on."""

    changed = Signal(object)
    list_changed = Signal()
    finished = Signal(object)

    def __init__(self, downloads: Sequence[Download] = ()) -> None:
        super().__init__()
        self.downloads = list(downloads)
        self.calls: list[tuple[Any, ...]] = []

    def find(self, plan_id: str) -> Download | None:
        return next((each for each in self.downloads if each.id == plan_id), None)

    def add(self, plan: DownloadPlan) -> None:
        self.calls.append(("add", plan))
        self.put(Download(plan))

    def pause(self, plan_id: str) -> None:
        self._change(plan_id, "pause", state="paused")

    def resume(self, plan_id: str) -> None:
        self._change(plan_id, "resume", state="waiting", error=None)

    def cancel(self, plan_id: str) -> None:
        self.calls.append(("cancel", plan_id))
        self.downloads = [each for each in self.downloads if each.id != plan_id]
        self.list_changed.emit()

    def move_up(self, plan_id: str) -> None:
        self.calls.append(("move_up", plan_id))

    def put(self, download: Download) -> None:
        """A new download, or one that has changed."""
        known = [each.id for each in self.downloads]
        if download.id in known:
            self.downloads[known.index(download.id)] = download
        else:
            self.downloads.append(download)
            self.list_changed.emit()
        self.changed.emit(download)

    def _change(self, plan_id: str, call: str, **changes: Any) -> None:
        self.calls.append((call, plan_id))
        if download := self.find(plan_id):
            self.put(replace(download, **changes))


class FakeLibraryService(QObject):
    """The contract of `LibraryService`, with the entries that the test puts into it."""

    library_changed = Signal(object)
    work_changed = Signal(object)
    verified = Signal(object)
    imported = Signal(object)
    removed = Signal(str, object)
    default_chosen = Signal(str)
    choices_changed = Signal(str)
    failed = Signal(object)

    def __init__(self, entries: Sequence[LibraryEntry] = ()) -> None:
        super().__init__()
        self.entries = list(entries)
        self.work: Work | None = None
        self.calls: list[tuple[Any, ...]] = []

    def find(self, name: str) -> LibraryEntry | None:
        return next((entry for entry in self.entries if entry.name == name), None)

    def show(self, entries: Sequence[LibraryEntry]) -> None:
        """The library has these from now on."""
        self.entries = list(entries)
        self.library_changed.emit(self.entries)

    def set_work(self, work: Work | None) -> None:
        self.work = work
        self.work_changed.emit(work)

    def refresh(self) -> None:
        self.calls.append(("refresh",))

    def verify(self, name: str) -> None:
        self.calls.append(("verify", name))

    def import_path(self, path: Path, copy: bool) -> None:
        self.calls.append(("import_path", path, copy))

    def stop_work(self) -> None:
        self.calls.append(("stop_work",))

    def remove(self, name: str, trash_own: bool = False) -> None:
        self.calls.append(("remove", name, trash_own))

    def set_choices(self, name: str, choices: ModelChoices) -> None:
        self.calls.append(("set_choices", name, choices))

    def set_default(self, name: str) -> None:
        self.calls.append(("set_default", name))
        self.default_chosen.emit(name)

    def touch(self, name: str) -> None:
        self.calls.append(("touch", name))
