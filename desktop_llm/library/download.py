"""Fetch the files of a plan, so that what is in the cache is whole and right, or absent.

What arrives is kept in the data folder (`downloads/<plan>/<hash>.part`) until every file has its
hash; only then they are placed in the hub cache, linked by huggingface_hub, and named by a ref.
"""

from __future__ import annotations

import errno
import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from desktop_llm.core.files import make_private_folder
from desktop_llm.core.paths import Paths
from desktop_llm.core.process.server import GivenUp
from desktop_llm.library.cache_layout import CachedRepo, cache_folder
from desktop_llm.library.fetching import Fetcher
from desktop_llm.library.fit_class import DISK_SPARE, size_words
from desktop_llm.library.hashing import file_hash
from desktop_llm.library.hub_errors import (
    CacheUnusable,
    DownloadDamaged,
    NoRoomToDownload,
    UnsafeName,
)
from desktop_llm.library.hub_types import DownloadPlan, FileRecord, HubAccess, HubFile, Stage
from desktop_llm.library.locks import repository_lock
from desktop_llm.library.names import check_blob, check_path, check_repo
from desktop_llm.library.pace import OnProgress, Pace
from desktop_llm.library.placing import (
    check_writable,
    content_of,
    link,
    make_folders,
    place,
    write_ref,
)
from desktop_llm.library.quarantine import quarantine
from desktop_llm.library.ranged_file import RangedFile
from desktop_llm.library.registry import Record, Registry

COMMIT_DIGITS = 40
LOCK_POLL_S = 0.2
WHOLE_TRIES = 3
"""How often a file is fetched that arrives whole and wrong."""


def room_needed(size: int) -> int:
    """How much has to be free on the disk before `size` bytes are fetched."""
    return size + size // 20 + DISK_SPARE if size else 0


def download(
    plan: DownloadPlan,
    access: HubAccess,
    paths: Paths,
    on_progress: OnProgress,
    stop: threading.Event,
) -> Path | None:
    """Fetch what is missing and return the snapshot folder; None within a second of `stop`.

    The same plan again goes on where it was left, whatever ended it. Raises the errors of
    `hub_errors`; what had arrived is kept.
    """
    _check(plan)
    try:
        return _Download(plan, access, paths, on_progress, stop).run()
    except GivenUp:
        return None


def _check(plan: DownloadPlan) -> None:
    """Refuse a plan whose names could lead out of the folders that are meant."""
    check_repo(plan.repo)
    check_path(plan.revision)
    for name in (plan.id, *(file.path for file in plan.files)):
        check_path(name)
    for name in (plan.commit, *(file.etag for file in plan.files)):
        check_blob(name)
    if len(plan.commit) != COMMIT_DIGITS or "/" in plan.id:
        raise UnsafeName(f"{plan.id} {plan.commit}")
    if wrong := next((file for file in plan.files if file.size < 0), None):
        raise DownloadDamaged(plan.repo, wrong.path)


class _Download:
    def __init__(
        self,
        plan: DownloadPlan,
        access: HubAccess,
        paths: Paths,
        on_progress: OnProgress,
        stop: threading.Event,
    ) -> None:
        self._plan, self._paths, self._stop = plan, paths, stop
        self._repo = CachedRepo(cache_folder().absolute(), plan.repo)
        self._parts = paths.data / "downloads" / plan.id
        self._pace = Pace(plan.files, on_progress, sum(map(self._begun, self._contents())))
        self._fetcher = Fetcher(plan, access, stop, self._on_fetched)

    def run(self) -> Path:
        repo, commit = self._repo, self._plan.commit
        with self._told(self._parts), self._alone():
            with self._told(repo.root):
                missing = [file for file in self._contents() if not self._is_cached(file)]
                if missing:
                    check_writable(repo, commit)
            self._check_room(missing)
            for file in missing:
                self._fetch(file)
            with repository_lock(repo.repo, self._paths):
                with self._told(repo.root):
                    self._place(missing)
                self._register()
            shutil.rmtree(self._parts, ignore_errors=True)
        return repo.snapshot(commit)

    def _contents(self) -> list[HubFile]:
        """The files, but only one of those with the same content."""
        return list({file.etag: file for file in self._plan.files}.values())

    def _begun(self, file: HubFile) -> int:
        """How much of a file seems to be here: where an earlier attempt was."""
        for kept in (content_of(self._repo, self._plan.commit, file), self._part(file)):
            with suppress(OSError):
                return min(kept.stat().st_size, file.size)
        return 0

    def _is_cached(self, file: HubFile) -> bool:
        """Whether the right content is in the cache, whoever brought it."""
        content = content_of(self._repo, self._plan.commit, file)
        with suppress(OSError):  # what cannot be read is not there
            if content.stat().st_size == file.size:
                told = partial(self._at, file, "checking")
                return file_hash(content, file.etag, told, self._stop) == file.etag
        return False

    def _check_room(self, missing: Iterable[HubFile]) -> None:
        """Refuse before anything is fetched; the part and its place may be on different disks."""
        wanted = {self._part(file): file.size for file in missing}
        kept = {part: part.stat().st_size for part in wanted if part.is_file()}
        rest = sum(max(0, size - kept.get(part, 0)) for part, size in wanted.items())
        _require(self._parts, rest)
        if self._parts.stat().st_dev != self._repo.root.stat().st_dev:
            _require(self._repo.root, sum(wanted.values()))

    def _fetch(self, file: HubFile) -> None:
        """Go on until the file is right; what arrived whole and wrong is fetched again."""
        for _ in range(WHOLE_TRIES):
            with RangedFile(self._part(file), file) as part:
                part.recall(partial(self._at, file, "checking"), self._stop)
                self._fetcher.fill(part)
                if part.is_right():
                    return
            self._set_aside(self._part(file))
        raise DownloadDamaged(self._plan.repo, file.path)

    def _set_aside(self, part: Path) -> None:
        """Keep what arrived wrong to be looked at, if there is room: it is no model's yet."""
        try:
            quarantine(part, self._paths)
        except OSError:
            part.unlink(missing_ok=True)

    def _on_fetched(self, part: RangedFile, count: int) -> None:
        self._pace.at(part.file, part.done, "fetching", count)

    def _place(self, missing: Iterable[HubFile]) -> None:
        repo, commit = self._repo, self._plan.commit
        make_folders(repo, commit)
        for file in missing:
            place(self._part(file), content_of(repo, commit, file), self._paths, self._stop)
        sharing = Counter(file.etag for file in self._plan.files)
        for file in self._plan.files:
            link(repo, commit, file, alone=sharing[file.etag] == 1)
            self._at(file, "placing", file.size)
        if self._plan.revision != commit:
            write_ref(repo, self._plan.revision, commit)

    def _register(self) -> None:
        """Remember what is there now, under the name that the library gives it."""
        plan, folder = self._plan, self._repo.snapshot(self._plan.commit).absolute()
        gguf = min((f.path for f in plan.files if f.path.lower().endswith(".gguf")), default="")
        record = Record(
            f"{plan.repo}/{gguf}" if gguf else plan.repo,
            path=str(folder / gguf),
            title=Path(gguf).stem if gguf else plan.repo.rpartition("/")[2],
            repo=plan.repo,
            commit=plan.commit,
            revision=plan.revision,
        )
        files = {str(folder / file.path): _record(folder / file.path, file) for file in plan.files}
        Registry.of(self._paths).add(record, files)

    def _part(self, file: HubFile) -> Path:
        return self._parts / f"{file.etag}.part"

    def _at(self, file: HubFile, stage: Stage, done: int) -> None:
        self._pace.at(file, done, stage)

    @contextmanager
    def _told(self, folder: Path) -> Iterator[None]:
        """The disk's own errors, met in `folder`, as something to tell."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                kept = sum(path.stat().st_size for path in self._parts.glob("*.part"))
                needed = size_words(max(0, self._plan.size - kept))
                free = size_words(shutil.disk_usage(folder).free)
                raise NoRoomToDownload(needed, free, str(folder)) from error
            detail = error.strerror or type(error).__name__
            raise CacheUnusable(str(folder), detail) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait while another process works on the same plan, such as one that is ending."""
        lock = FileLock(self._parts / "lock")
        while not lock.is_locked:
            if self._stop.is_set():
                raise GivenUp
            make_private_folder(self._parts)
            with suppress(Timeout, FileNotFoundError):  # who had it has finished and cleared up
                lock.acquire(timeout=LOCK_POLL_S)
        try:
            yield
        finally:
            lock.release()


def _record(path: Path, file: HubFile) -> FileRecord:
    facts = path.stat()
    return FileRecord(facts.st_size, file.sha256 or file_hash(path), facts.st_mtime_ns, True)


def _require(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < room_needed(size):
        raise NoRoomToDownload(size_words(room_needed(size)), size_words(free), str(folder))
