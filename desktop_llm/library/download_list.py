"""The downloads that were asked for, and the file in which they outlive the app.

What was under way when the app ended, however it ended, comes back paused: its part is still on
the disk, and the person says when it goes on.
"""

from __future__ import annotations

import json
import logging
import math
import re
import shutil
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import ValidationError

from desktop_llm.core.errors import ExpectedError, from_wire, to_wire
from desktop_llm.core.files import write_atomically
from desktop_llm.core.paths import Paths
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.library.hub_types import DownloadPlan, DownloadProgress, DownloadState

log = logging.getLogger(__name__)

FORGOTTEN_S = 30 * 86_400.0
"""The command line fetches, too, and lists nothing: its parts are kept so long."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Download:
    """One download as it is now. `error` says why it is `failed`."""

    plan: DownloadPlan
    state: DownloadState = "waiting"
    progress: DownloadProgress | None = None
    error: ExpectedError | None = None

    @property
    def id(self) -> str:
        return self.plan.id


class DownloadList:
    """`downloads.json`: read once, then written whole at every change. Thread-safe."""

    def __init__(self, paths: Paths) -> None:
        self._file = paths.data / "downloads.json"
        self._parts = paths.data / "downloads"
        self._writing = threading.Lock()
        self._newest = 0

    def load(self) -> list[Download]:
        """What is not done yet; a damaged file is set aside."""
        try:
            return [_read(each) for each in json.loads(self._file.read_bytes())]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            log.warning("the list of downloads is unreadable: %s", type(error).__name__)
            if self._file.is_file():
                self._file.replace(self._file.with_suffix(".damaged.json"))
            return []

    def save(self, number: int, downloads: Sequence[Download]) -> None:
        """Write what is not done yet; does nothing if a higher `number` was saved before."""
        with self._writing:
            if number < self._newest:
                return
            self._newest = number
            kept = [_plain(each) for each in downloads if each.state != "done"]
            try:
                write_atomically(self._file, json.dumps(kept, ensure_ascii=False))
            except OSError as error:  # the download itself tells of a full disk
                log.warning("the list of downloads was not saved: errno %s", error.errno)

    def remove_part(self, plan_id: str) -> None:
        """Delete what was fetched of a download, unless somebody is fetching it."""
        folder = self._parts / plan_id
        try:
            with FileLock(folder / "lock", timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:  # also if it is held, or there is nothing
            log.info("a part of a download was not deleted: %s", type(error).__name__)

    def clear_forgotten(self, listed: Collection[str]) -> None:
        """Delete parts that no download of `listed` is of, and nobody has touched for long."""
        for folder in self._parts.iterdir() if self._parts.is_dir() else ():
            if folder.name not in listed and _touched(folder) < time.time() - FORGOTTEN_S:
                self.remove_part(folder.name)


def _touched(folder: Path) -> float:
    """When anything in `folder` changed last, in seconds since 1970."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except OSError:  # no folder, or it goes away just now
        return math.inf


def _plain(download: Download) -> dict[str, Any]:
    return {
        "plan": to_plain(download.plan),
        "state": download.state,
        "progress": to_plain(download.progress) if download.progress else None,
        "error": to_wire(download.error) if download.error else None,
    }


def _read(data: dict[str, Any]) -> Download:
    """A download of the file; raises ValueError, KeyError or TypeError."""
    plan = from_plain(DownloadPlan, data["plan"])
    if not _ID.fullmatch(plan.id):  # it names a folder
        raise ValueError("not the id of a download")
    progress = data["progress"] and from_plain(DownloadProgress, data["progress"])
    try:
        if data["state"] == "failed":
            return Download(plan, "failed", progress, from_wire(data["error"]))
    except (KeyError, TypeError):  # an error that another version knows
        log.warning("why a download failed is not known any more")
    return Download(plan, "paused", progress)
