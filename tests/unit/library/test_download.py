"""What a download leaves on the disk, and how it goes on; the line is never at fault here."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import hf_hub_download, scan_cache_dir, snapshot_download

from desktop_llm.core.paths import Paths, user_paths
from desktop_llm.core.wire import to_plain
from desktop_llm.library.cache_layout import CachedRepo, cache_folder
from desktop_llm.library.download import download
from desktop_llm.library.hub_errors import CacheUnusable, NoRoomToDownload, UnsafeName
from desktop_llm.library.hub_types import DownloadPlan, DownloadProgress, HubFile
from desktop_llm.library.registry import Registry
from desktop_llm.library.shelf import list_library, remove
from tests.fake_hub import FakeHub, FakeRepo, faults
from tests.fake_hub.plans import access_to, plan_for, wrong_files
from tests.fake_hub.repos import Content

WEIGHTS = random.Random(1).randbytes(300_000)
FILES: dict[str, Content] = {
    "config.json": "{}",
    "model.safetensors": WEIGHTS,
    "sub/merges.txt": "a b\n",
}
NOBODY = 65534


@pytest.fixture
def repo(fake_hub: FakeHub) -> FakeRepo:
    return fake_hub.add_repo(FakeRepo("demo/model", FILES))


class Fetch:
    """Download a plan; `told` is what was told of its progress."""

    def __init__(self, hub: FakeHub, paths: Paths) -> None:
        self.hub, self.paths = hub, paths
        self.told: list[DownloadProgress] = []

    def __call__(
        self,
        plan: DownloadPlan,
        stop: threading.Event | None = None,
        on_progress: Callable[[DownloadProgress], object] = bool,
    ) -> Path:
        def report(progress: DownloadProgress) -> None:
            self.told.append(progress)
            on_progress(progress)

        stop = stop or threading.Event()
        folder = download(plan, access_to(self.hub), self.paths, report, stop)
        assert (folder is None) == stop.is_set()
        return folder or Path()


@pytest.fixture
def fetch(fake_hub, paths):
    return Fetch(fake_hub, paths)


def gets(hub: FakeHub) -> list[str]:
    """The files that were sent."""
    return [seen.path.rpartition("/")[2] for seen in hub.seen("/resolve", "GET") if seen.sent]


def range_start(hub: FakeHub, path: str) -> int:
    """From where on a file was asked for last."""
    return int(hub.seen(path)[-1].headers["range"].removeprefix("bytes=").removesuffix("-"))


def spoil(file: Path) -> None:
    """Another byte in the middle, and nothing else to see of it."""
    facts, data = file.stat(), bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def quarantined(paths) -> list[str]:
    folder = paths.data / "quarantine"
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def test_every_tool_finds_what_was_fetched(fake_hub, repo, fetch):
    folder = fetch(plan_for(repo))
    assert folder == CachedRepo(cache_folder(), "demo/model").snapshot(repo.resolve("main"))
    for path in FILES:
        found = hf_hub_download("demo/model", path, local_files_only=True)
        assert found == str(folder / path)
        assert Path(found).read_bytes() == repo.file(path).content
    scan = scan_cache_dir(cache_folder())
    assert scan.warnings == []
    (cached,) = scan.repos
    (revision,) = cached.revisions
    assert (cached.repo_id, cached.nb_files, set(revision.refs)) == ("demo/model", 3, {"main"})
    assert wrong_files(cache_folder(), repo) == []


def test_each_file_is_asked_for_once_and_nothing_else_is(fake_hub, repo, fetch):
    fetch(plan_for(repo))
    assert {seen.method for seen in fake_hub.requests} == {"GET"}
    assert len(gets(fake_hub)) == 3
    snapshot_download("demo/model", endpoint=fake_hub.endpoint)
    assert len(gets(fake_hub)) == 3, "the hub's library fetches none of it again"


def test_nothing_is_kept_beside_the_cache(paths, repo, fetch):
    fetch(plan_for(repo))
    assert not list((paths.data / "downloads").iterdir())


def test_the_registry_knows_commit_path_and_hashes(paths, repo, fetch):
    folder = fetch(plan_for(repo))
    record = Registry.of(paths).get("demo/model")
    assert (record.repo, record.revision, record.path) == ("demo/model", "main", str(folder))
    assert record.commit == repo.resolve("main")
    files = Registry.of(paths).files
    assert set(files) == {str(folder / path) for path in FILES}
    for path in FILES:
        known = files[str(folder / path)]
        assert known.verified
        assert known.sha256 == repo.file(path).sha256
        assert (known.size, known.mtime_ns) == (
            (folder / path).stat().st_size,
            (folder / path).stat().st_mtime_ns,
        )


def test_a_gguf_file_is_registered_by_the_name_that_the_library_gives_it(fake_hub, paths, fetch):
    files = {"m-Q4_K_M.gguf": b"GGUF" * 99, "m-Q8_0.gguf": b"GGUF" * 200}
    repo = fake_hub.add_repo(FakeRepo("demo/packed", files))
    folder = fetch(plan_for(repo, "m-Q8_0.gguf"))
    record = Registry.of(paths).get("demo/packed/m-Q8_0.gguf")
    assert (record.path, record.title) == (str(folder / "m-Q8_0.gguf"), "m-Q8_0")
    assert not (folder / "m-Q4_K_M.gguf").exists()


def test_what_another_tool_fetched_is_checked_and_not_fetched_again(fake_hub, repo, fetch):
    snapshot_download("demo/model", endpoint=fake_hub.endpoint)
    before = len(fake_hub.requests)
    assert fetch(plan_for(repo)).is_dir()
    assert len(fake_hub.requests) == before
    assert {progress.stage for progress in fetch.told} == {"checking", "placing"}


def test_what_another_tool_has_damaged_is_set_aside_and_fetched_again(fake_hub, repo, paths, fetch):
    folder = Path(snapshot_download("demo/model", endpoint=fake_hub.endpoint))
    spoil((folder / "model.safetensors").resolve())
    before = len(gets(fake_hub))
    assert fetch(plan_for(repo)) == folder
    assert gets(fake_hub)[before:] == ["model.safetensors"]
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert quarantined(paths) == [repo.file("model.safetensors").sha256]
    assert scan_cache_dir(cache_folder()).warnings == []


def test_a_truncated_file_in_the_cache_is_fetched_again(fake_hub, repo, fetch):
    folder = fetch(plan_for(repo))
    (folder / "model.safetensors").resolve().write_bytes(b"")
    fetch(plan_for(repo))
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS


def test_a_new_version_fetches_only_what_changed(fake_hub, repo, fetch):
    old = fetch(plan_for(repo))
    repo.commit({**FILES, "config.json": '{"new": 1}'})
    before = len(gets(fake_hub))
    new = fetch(plan_for(repo))
    assert gets(fake_hub)[before:] == ["config.json"]
    assert (old / "config.json").read_text() == "{}"
    assert (new / "config.json").read_text() == '{"new": 1}'
    assert (new.parent.parent / "refs" / "main").read_text() == new.name
    assert scan_cache_dir(cache_folder()).warnings == []


def test_equal_and_empty_files_are_all_there(fake_hub, fetch):
    files = {"a.txt": "same", "b/c.txt": "same", "empty": "", "void/also": ""}
    repo = fake_hub.add_repo(FakeRepo("demo/odd", files))
    folder = fetch(plan_for(repo))
    assert {path: (folder / path).read_text() for path in files} == files
    assert len(gets(fake_hub)) == 1


def test_a_branch_with_a_slash_is_named_as_the_hubs_library_does(fake_hub, repo, fetch):
    commit = repo.commit(FILES, branch="refs/pr/1")
    folder = fetch(plan_for(repo, revision="refs/pr/1"))
    assert hf_hub_download(
        "demo/model", "config.json", revision="refs/pr/1", local_files_only=True
    ) == str(folder / "config.json")
    plain = plan_for(repo, revision=commit)
    assert fetch(plain) == folder
    assert not (folder.parent.parent / "refs" / commit).exists()


def test_the_cache_stays_as_open_to_others_as_it_is(repo, fetch):
    blobs = CachedRepo(cache_folder(), "demo/model").blobs
    blobs.mkdir(parents=True)
    blobs.chmod(0o750)
    folder = fetch(plan_for(repo))
    assert (folder / "config.json").stat().st_mode & 0o777 == 0o640


def test_without_links_the_files_are_whole_all_the_same(fake_hub, fetch, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_SYMLINKS", True)
    repo = fake_hub.add_repo(FakeRepo("demo/odd", {**FILES, "copy.safetensors": WEIGHTS}))
    folder = fetch(plan_for(repo))
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert (folder / "copy.safetensors").read_bytes() == WEIGHTS
    before = len(fake_hub.requests)
    fetch(plan_for(repo))
    assert len(fake_hub.requests) == before
    spoil(folder / "config.json")
    fetch(plan_for(repo))
    assert (folder / "config.json").read_text() == "{}"


def test_from_one_disk_to_another_files_are_copied_whole(repo, fetch, monkeypatch):
    real = Path.replace

    def across(self, target):
        if self.suffix == ".part":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", across)
    folder = fetch(plan_for(repo))
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert wrong_files(cache_folder(), repo) == []


def test_totals_only_grow_and_end_at_the_sum(repo, fetch, fake_hub):
    fake_hub.faults.on("*/model.safetensors", faults.cut(100_000), faults.whole())
    plan = plan_for(repo)
    fetch(plan)
    done = [progress.done for progress in fetch.told]
    assert done == sorted(done)
    assert done[-1] == plan.size
    assert {progress.total for progress in fetch.told} == {plan.size}
    assert {progress.stage for progress in fetch.told} == {"fetching", "placing"}


def test_stopped_at_half_it_goes_on_from_there(fake_hub, paths, repo, fetch):
    fake_hub.bytes_per_s = 500_000
    stop = threading.Event()
    half = lambda p: stop.set() if p.done > len(WEIGHTS) // 2 else None  # noqa: E731
    fetch(plan_for(repo), stop, half)
    assert not cache_folder().exists() or not any(cache_folder().iterdir())
    stopped_at, reports = fetch.told[-1].done, len(fetch.told)
    fetch(plan_for(repo))
    assert range_start(fake_hub, "model.safetensors") > len(WEIGHTS) // 2
    assert fetch.told[reports].done >= stopped_at


CHILD = """
import sys, threading, json
from desktop_llm.core.paths import Paths, user_paths
from desktop_llm.core.wire import from_plain
from desktop_llm.library.download import download
from desktop_llm.library.hub_types import DownloadPlan, HubAccess
plan = from_plain(DownloadPlan, json.loads(sys.argv[1]))
told = lambda p: print(p.done, flush=True)
download(plan, HubAccess(endpoint=sys.argv[2]), user_paths(), told, threading.Event())
"""


def test_killed_at_half_it_goes_on_from_there(fake_hub, paths, fetch):
    weights = random.Random(2).randbytes(4_000_000)
    repo = fake_hub.add_repo(FakeRepo("demo/large", {"model.safetensors": weights}))
    plan = plan_for(repo)
    fake_hub.bytes_per_s = 4_000_000
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, json.dumps(to_plain(plan)), fake_hub.endpoint],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    with child, child.stdout:
        while int(child.stdout.readline()) < 2_000_000:
            pass
        child.send_signal(signal.SIGKILL)
    fake_hub.bytes_per_s = 0
    folder = fetch(plan)
    assert (folder / "model.safetensors").read_bytes() == weights
    assert range_start(fake_hub, "model.safetensors") >= 2_000_000


def test_two_at_once_fetch_it_once(fake_hub, paths, repo):
    fake_hub.bytes_per_s = 1_000_000
    found: list[Path | None] = []

    def run() -> None:
        told = lambda progress: None  # noqa: E731
        found.append(download(plan_for(repo), access_to(fake_hub), paths, told, threading.Event()))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1] is not None
    assert len(gets(fake_hub)) == 3


def test_too_little_room_is_told_with_figures_before_anything_is_fetched(
    fake_hub, repo, fetch, monkeypatch
):
    disk = shutil.disk_usage("/")._replace(free=500_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: disk)
    with pytest.raises(NoRoomToDownload) as told:
        fetch(plan_for(repo))
    assert (told.value.facts["needed"], told.value.facts["free"]) == ("1.1 GB", "500 MB")
    assert fake_hub.requests == []


def test_a_disk_that_fills_up_is_told_and_the_download_goes_on_later(
    fake_hub, repo, fetch, monkeypatch
):
    real = os.write

    def full(handle, data):
        if len(data) > 1000 and os.fstat(handle).st_size > 100_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(NoRoomToDownload):
        fetch(plan_for(repo))
    monkeypatch.setattr(os, "write", real)
    assert fetch(plan_for(repo)) is not None
    assert range_start(fake_hub, "model.safetensors") > 100_000


def test_a_removal_waits_for_a_download_that_is_being_placed(paths, repo, fetch):
    fetch(plan_for(repo))
    (before,) = list_library(paths)
    repo.commit({**FILES, "config.json": '{"new": 1}'})
    removal = threading.Thread(target=remove, args=(before, paths))
    seen: list[bool] = []

    def begin_to_remove(progress: DownloadProgress) -> None:
        if progress.stage == "placing" and not seen:
            removal.start()
            removal.join(0.3)
            seen.append(removal.is_alive())

    fetch(plan_for(repo), on_progress=begin_to_remove)
    removal.join()
    assert seen == [True]
    assert list_library(paths) == []


@pytest.mark.parametrize("step", ["place", "link", "write_ref", "_record"])
@pytest.mark.parametrize("calls", [0, 1, 2])
def test_ended_while_placing_it_needs_no_hub_to_go_on(
    fake_hub, repo, fetch, monkeypatch, step, calls
):
    """The cache is sound after each step, and what has arrived is not fetched again."""
    from desktop_llm.library import download as module

    class Ended(BaseException):
        pass

    real, left = getattr(module, step), [calls]

    def end_here(*arguments, **options):
        left[0] -= 1
        if left[0] < 0:
            raise Ended
        return real(*arguments, **options)

    with monkeypatch.context() as patch, contextlib.suppress(Ended):
        patch.setattr(module, step, end_here)
        fetch(plan_for(repo))
    assert scan_cache_dir(cache_folder()).warnings == []
    assert wrong_files(cache_folder(), repo) == []
    fake_hub.stop()
    fetch(plan_for(repo))
    assert wrong_files(cache_folder(), repo) == []
    assert hf_hub_download("demo/model", "config.json", local_files_only=True)


@contextlib.contextmanager
def without_privileges() -> Iterator[None]:
    """As a person's program runs: root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def read_only_cache(monkeypatch):
    """An empty cache that may not be written to, beside a data folder that may, for anybody."""
    with tempfile.TemporaryDirectory() as name:
        cache, data = Path(name, "hub"), Path(name, "data")
        for folder, mode in ((cache, 0o555), (data, 0o777), (Path(name), 0o755)):
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)
        monkeypatch.setenv("HF_HUB_CACHE", str(cache))
        yield cache
        cache.chmod(0o755)


def test_a_read_only_cache_is_told_before_anything_is_fetched(fake_hub, repo, read_only_cache):
    paths = user_paths(read_only_cache.parent / "data")
    told, stop = (lambda progress: None), threading.Event()
    with without_privileges(), pytest.raises(CacheUnusable) as error:
        download(plan_for(repo), access_to(fake_hub), paths, told, stop)
    assert error.value.facts["folder"] == str(read_only_cache)
    assert fake_hub.requests == []
    assert list(read_only_cache.iterdir()) == []


def test_a_complete_model_in_a_read_only_cache_is_used_as_it_is(fake_hub, repo, fetch):
    folder = fetch(plan_for(repo))
    places = [cache_folder(), *(path for path in cache_folder().rglob("*") if path.is_dir())]
    for path in places:
        path.chmod(0o555)
    assert fetch(plan_for(repo)) == folder
    for path in places:
        path.chmod(0o755)


def test_a_cache_that_is_removed_meanwhile_is_told_and_nothing_is_fetched_twice(
    fake_hub, repo, fetch
):
    def remove(progress):
        if progress.stage == "fetching" and cache_folder().exists():
            cache_folder().rmdir()

    with pytest.raises(CacheUnusable) as told:
        fetch(plan_for(repo), on_progress=remove)
    assert told.value.facts["folder"] == str(cache_folder())
    assert not cache_folder().exists()
    assert fetch(plan_for(repo)) is not None
    assert len(gets(fake_hub)) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"repo": "../../etc"},
        {"repo": "demo/../../x"},
        {"id": "../plan"},
        {"id": "a/b"},
        {"commit": "main"},
        {"commit": "../" + "0" * 37},
        {"revision": "../../main"},
        {"files": (HubFile("../config.json", 1, blob="0" * 40),)},
        {"files": (HubFile("/etc/passwd", 1, blob="0" * 40),)},
        {"files": (HubFile("config.json", 1, blob="../../" + "0" * 34),)},
        {"files": (HubFile("config.json", 1, sha256="/tmp/evil"),)},
        {"files": (HubFile("config.json", 1),)},
    ],
)
def test_a_plan_whose_names_lead_elsewhere_is_refused(fake_hub, tmp_path, fetch, changes):
    good = {"id": "x", "repo": "a/b", "commit": "0" * 40, "revision": "main", "choice": ""}
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UnsafeName):
        fetch(DownloadPlan(**{"files": (), **good, **changes}))
    assert sorted(tmp_path.rglob("*")) == before
    assert fake_hub.requests == []
