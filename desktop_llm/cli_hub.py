"""What the commands `models …` do: with the hub, through its process, and with the disk."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from desktop_llm.cli_model_words import details_facts
from desktop_llm.cli_output import Session, error_console, watched
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths
from desktop_llm.core.secrets import Secrets
from desktop_llm.core.settings import Settings, load_settings, save_settings
from desktop_llm.core.wire import to_plain
from desktop_llm.library import shelf, starter
from desktop_llm.library.access import hub_access, online
from desktop_llm.library.errors import ModelNotFound
from desktop_llm.library.fit import Fit, fit_choice, fit_result
from desktop_llm.library.hub_client import HubClient
from desktop_llm.library.hub_errors import DownloadRefused, WorkingOffline
from desktop_llm.library.hub_types import (
    OFFICIAL_HUB,
    FileChoice,
    HubAccess,
    HubModel,
    LibraryEntry,
    ModelDetails,
    SearchQuery,
)
from desktop_llm.library.machine_speed import measure_machine
from desktop_llm.library.names import check_repo
from desktop_llm.library.registry import Registry
from desktop_llm.library.verify import verify as verify_files
from desktop_llm.services.own_models import everything
from desktop_llm.services.training_worker import TrainingWorker
from desktop_llm.training.results import PREFIX

UNITS = {"": 1, "k": 1e3, "m": 1e6, "b": 1e9}


def parameters(size: str, option: str) -> int:
    """The number that `500M` or `1.5B` means; 0 for nothing."""
    said = re.fullmatch(r"(\d+(?:\.\d+)?)([kmb]?)", size.strip().lower() or "0")
    if said is None:
        raise typer.BadParameter("Give a number, such as 500M or 1.5B.", param_hint=option)
    return round(float(said[1]) * UNITS[said[2]])


def access(
    session: Session, hub: str | None, proxy: str | None, token_stdin: bool = False
) -> HubAccess:
    """How the hub is reached: as the options say, else as the settings do."""
    settings = load_settings(session.paths.settings)
    said = {"hub_endpoint": hub, "proxy": proxy, "offline": session.offline or None}
    changes = {name: value for name, value in said.items() if value is not None}
    try:
        settings = Settings.model_validate(settings.model_dump() | changes)
    except ValidationError as error:
        option = "--proxy" if error.errors()[0]["loc"] == ("proxy",) else "--hub"
        raise typer.BadParameter("This is no address.", param_hint=option) from error
    way = hub_access(settings, Secrets().get)
    if token_stdin:
        if way.endpoint != OFFICIAL_HUB:
            raise typer.BadParameter("A mirror gets no token.", param_hint="--token-stdin")
        token = sys.stdin.readline().strip()
        if not token:
            raise typer.BadParameter("There is no token on stdin.", param_hint="--token-stdin")
        way = replace(way, token=token)
    return way


@contextmanager
def _hub(way: HubAccess) -> Iterator[HubClient]:
    """The hub process for one command."""
    online(way)
    client = HubClient()
    try:
        yield client
    finally:
        client.shut_down()


def search(session: Session, way: HubAccess, query: SearchQuery, limit: int) -> list[HubModel]:
    """The first `limit` models that `query` means."""
    found: list[HubModel] = []
    page = ""
    with _hub(way) as client, session.status("Searching …"):
        while len(found) < limit:
            answer = client.search(way, query, page)
            assert answer is not None  # only a stop ends it without one
            found += answer.models
            page = answer.next
            if not page:
                break
    return found[:limit]


def fitted(
    session: Session, models: Sequence[HubModel], context: int
) -> list[tuple[HubModel, Fit | None]]:
    """Each of `models`, and whether it would run here."""
    machine = measure_machine(session.paths)
    return [(model, fit_result(model, machine, context)) for model in models]


def remote_facts(
    session: Session, way: HubAccess, repo: str, revision: str, context: int
) -> dict[str, Any]:
    """What the hub knows of a model that is not here. ModelNotFound if it can be no repository."""
    if "/" not in repo or Path(repo).is_absolute():
        raise ModelNotFound(repo)
    details = _details(session, way, repo, revision)
    machine = measure_machine(session.paths)
    fitting = [fit_choice(details, choice, machine, context) for choice in details.choices]
    return details_facts(details, fitting)


def _details(session: Session, way: HubAccess, repo: str, revision: str) -> ModelDetails:
    check_repo(repo)
    with _hub(way) as client, session.status("Asking the hub …"):
        details = client.details(way, repo, revision)
    assert details is not None
    return details


def download(
    session: Session, way: HubAccess, repo: str, revision: str, choice: str | None
) -> LibraryEntry:
    """Fetch one choice of files of a repository; the recommended one if none is named."""
    details = _details(session, way, repo, revision)
    if refusal := details.refusal:
        instead = f"There is {refusal.instead}." if refusal.instead else ""
        raise DownloadRefused(repo, str(refusal.why), instead)
    plan = details.plan(_chosen(details, choice))
    with _hub(way) as client, _progress_bar(session, repo) as bar:
        try:
            entry = client.download(plan, way, lambda p: bar(p.done, p.total))
        except KeyboardInterrupt:
            sys.stderr.write("What has arrived is kept: the same command goes on.\n")
            raise
    assert entry is not None
    return entry


def _chosen(details: ModelDetails, wanted: str | None) -> FileChoice:
    for choice in details.choices:
        if choice.id == wanted or (wanted is None and choice.recommended):
            return choice
    if wanted is None and details.choices:
        return details.choices[0]
    known = ", ".join(choice.id for choice in details.choices)
    raise typer.BadParameter(f"There is: {known}.", param_hint="--file")


@contextmanager
def _progress_bar(session: Session, title: str) -> Iterator[Any]:
    """A function that takes the bytes done and in total, and shows them where somebody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    hidden = session.json or not watched(sys.stderr)
    with Progress(
        *columns, TransferSpeedColumn(), console=error_console(), transient=True, disable=hidden
    ) as bar:
        task = bar.add_task(title)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def fetch_starter(session: Session) -> ModelSource:
    """Get the starter model, which needs no hub."""
    if session.offline and not starter.is_available(session.paths):
        raise WorkingOffline
    with _progress_bar(session, starter.manifest().title) as bar:
        model = starter.fetch(
            session.paths, lambda p: bar(p.done_bytes, p.total_bytes), threading.Event()
        )
    assert model is not None  # only `stop` ends it without one, and an interrupt raises
    return model


def import_model(session: Session, path: Path, copy: bool) -> LibraryEntry:
    """Take in a folder or a .gguf file."""
    path = path.expanduser().absolute()
    with _progress_bar(session, path.name) as bar:
        entry = shelf.import_model(
            path, session.paths, copy, lambda fraction: bar(fraction, 1), threading.Event()
        )
    assert entry is not None
    return entry


def find(paths: Paths, name: str) -> LibraryEntry:
    """The entry of the library with this name."""
    for entry in everything(paths):
        if entry.name == name:
            return entry
    raise ModelNotFound(name)


def set_choices(
    paths: Paths, name: str, changes: dict[str, Any], default: bool | None
) -> dict[str, Any]:
    """Keep `changes` of `ModelChoices`, and whether the app begins with it; what holds then."""
    entry = find(paths, name)
    if "context_length" in changes:
        changes = changes | {"context_length": changes["context_length"] or None}
    if changes.get("gpu_layers") == -1:
        changes = changes | {"gpu_layers": None}
    choices = replace(entry.choices, **changes)
    if changes:
        Registry.of(paths).update(entry.name, choices=choices)
    settings = load_settings(paths.settings)
    is_default = settings.default_model == entry.name
    if default is not None and default != is_default:
        is_default, wanted = default, entry.name if default else ""
        save_settings(paths.settings, settings.model_copy(update={"default_model": wanted}))
    return {"name": entry.name, **to_plain(choices), "default": is_default}


def verify(session: Session, name: str) -> LibraryEntry:
    """Check the files of a model."""
    entry = find(session.paths, name)
    client = HubClient()
    try:
        with _progress_bar(session, entry.title) as bar:
            checked = _checked(session, client, entry, bar)
    finally:
        client.shut_down()
    assert checked is not None
    return checked


def _checked(
    session: Session, client: HubClient, entry: LibraryEntry, bar: Any
) -> LibraryEntry | None:
    def report(fraction: float) -> None:
        bar(fraction * entry.size, entry.size)

    if entry.kind == "own":
        return verify_files(entry, session.paths, report, threading.Event())
    return client.verify(entry.name, report)


def freed_by(paths: Paths, entry: LibraryEntry, trash_own: bool) -> int:
    """The bytes that removing a model will free."""
    return 0 if entry.kind == "own" else shelf.freed_by(entry, paths, trash_own)


def remove(paths: Paths, entry: LibraryEntry, trash_own: bool) -> int:
    """Remove a model; the bytes that are free now. A result goes with its run, to our own trash."""
    if entry.kind == "own":
        worker = TrainingWorker(paths.runs, paths.data / "runs-trash")
        worker.delete(entry.name.removeprefix(PREFIX))
        return 0
    return shelf.remove(entry, paths, trash_own)
