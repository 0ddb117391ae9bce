"""Plans to download repositories of the fake hub, made without asking it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from desktop_llm.library.hub_types import DownloadPlan, HubAccess, HubFile
from tests.fake_hub.repos import FakeFile, FakeRepo, is_large
from tests.fake_hub.server import FakeHub


def access_to(hub: FakeHub) -> HubAccess:
    """Without a token."""
    return HubAccess(endpoint=hub.endpoint)


def plan_for(repo: FakeRepo, *paths: str, revision: str = "main") -> DownloadPlan:
    """A plan for all files of a revision, or for `paths`."""
    commit = repo.resolve(revision)
    files = repo.commits[commit]
    wanted = tuple(_hub_file(path, files[path]) for path in paths or files)
    return DownloadPlan("plan", repo.id, commit, revision, "safetensors", wanted)


def _hub_file(path: str, file: FakeFile) -> HubFile:
    return HubFile(path, file.size, file.sha256 if is_large(path, file) else "", file.blob)


def wrong_files(cache: Path, repo: FakeRepo) -> list[str]:
    """Every file in the cache that is not what its name promises: blobs by their hash, and the
    files of snapshots by their commit. None, however a download ended."""
    folder = cache / f"models--{repo.id.replace('/', '--')}"
    wrong = []
    for path in folder.rglob("*"):
        place = path.relative_to(folder).parts
        if not path.is_file():
            right = path.is_dir()
        elif place[0] == "blobs":
            right = path.name in _hashes(path.read_bytes())
        elif place[0] == "snapshots":
            file = repo.commits[place[1]].get("/".join(place[2:]))
            right = file is not None and file.content == path.read_bytes()
        else:
            right = path.read_text() in repo.commits
        wrong += [] if right else [str(path.relative_to(cache))]
    return wrong


def _hashes(data: bytes) -> tuple[str, str]:
    git = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
    return hashlib.sha256(data).hexdigest(), git.hexdigest()
