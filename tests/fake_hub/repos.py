"""Repositories of the fake hub: files, commits, and what the hub says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

LFS_SUFFIXES = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".pkl", ".model")
LFS_FROM = 10_000_000


@dataclass
class FakeFile:
    """A file whose content is made when it is first needed.

    One with `listed_size` has no content: it only stands in lists, so that a repository of many
    gigabytes can be shown, and asking for it fails.
    """

    make: Callable[[], bytes] = bytes
    listed_size: int = 0
    etag: str = ""
    """In place of the right one, to be hostile."""

    @cached_property
    def content(self) -> bytes:
        return self.make()

    @property
    def size(self) -> int:
        return self.listed_size or len(self.content)

    @cached_property
    def sha256(self) -> str:
        data = b"%d" % self.listed_size if self.listed_size else self.content
        return hashlib.sha256(data).hexdigest()

    @cached_property
    def blob(self) -> str:
        """Git's name of the content."""
        data = b"" if self.listed_size else self.content
        return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


Content = bytes | str | FakeFile


@dataclass
class FakeRepo:
    """One repository. `files` are those of its main branch; `commit` gives it new ones.

    `parameters` are numbers of weights by dtype ("BF16"), as the hub tells them; `gguf` is what it
    tells of GGUF files (total, architecture, context_length, chat_template).
    """

    id: str
    files: Mapping[str, Content] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    card: str = ""
    gated: Literal[False, "auto", "manual"] = False
    private: bool = False
    disabled: bool = False
    downloads: int = 0
    likes: int = 0
    trending: int = 0
    updated: str = "2026-10-01T12:00:00.000Z"
    task: str = ""
    library: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    base: str = ""
    base_relation: str = ""
    parameters: Mapping[str, int] = field(default_factory=dict)
    gguf: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, dict[str, FakeFile]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        files = dict(self.files)
        if self.card:
            files.setdefault("README.md", self.front_matter() + self.card)
        self.commit(files)

    def commit(self, files: Mapping[str, Content], branch: str = "main") -> str:
        """Make `files` all that `branch` has; returns the commit."""
        name = hashlib.sha1(f"{self.id} {len(self.commits)}".encode(), usedforsecurity=False)
        self.commits[name.hexdigest()] = {path: _file(content) for path, content in files.items()}
        self.branches[branch] = name.hexdigest()
        return name.hexdigest()

    def resolve(self, revision: str) -> str:
        """The commit of a branch or of itself; "" if there is none."""
        return self.branches.get(revision, revision if revision in self.commits else "")

    def file(self, path: str, revision: str = "main") -> FakeFile:
        """A file of a revision; KeyError."""
        return self.commits[self.resolve(revision)][path]

    def all_tags(self) -> list[str]:
        """As the hub makes them of the card and the files."""
        names = [name for files in self.commits.values() for name in files]
        made = [
            *(["safetensors"] if any(name.endswith(".safetensors") for name in names) else []),
            *(["gguf"] if any(name.endswith(".gguf") for name in names) else []),
            *([f"license:{self.licence}"] if self.licence else []),
            *([f"base_model:{self.base}"] if self.base else []),
            *([f"base_model:{self.base_relation}:{self.base}"] if self.base_relation else []),
        ]
        kinds = [kind for kind in (self.library, self.task) if kind]
        return [*dict.fromkeys([*kinds, *self.tags, *self.languages, *made, "region:us"])]

    def front_matter(self) -> str:
        """The beginning of a card, which the hub reads."""
        lines = [f"{name}: {value}" for name, value in self.card_data().items()]
        return "\n".join(["---", *lines, "---", "", ""])

    def card_data(self) -> dict[str, Any]:
        """What the card says in its front matter."""
        facts = {
            "license": self.licence,
            "language": [*self.languages],
            "pipeline_tag": self.task,
            "library_name": self.library,
            "base_model": self.base,
        }
        return {name: value for name, value in facts.items() if value}

    def info(self, revision: str, blobs: bool = False) -> dict[str, Any]:
        """Everything that the hub says of it."""
        commit = self.resolve(revision)
        facts = {
            "id": self.id,
            "modelId": self.id,
            "author": self.id.partition("/")[0],
            "sha": commit,
            "lastModified": self.updated,
            "createdAt": "2026-01-01T00:00:00.000Z",
            "private": self.private,
            "gated": self.gated,
            "disabled": self.disabled,
            "downloads": self.downloads,
            "downloadsAllTime": 12 * self.downloads,
            "likes": self.likes,
            "trendingScore": self.trending,
            "tags": self.all_tags(),
            "pipeline_tag": self.task,
            "library_name": self.library,
            "cardData": self.card_data(),
            "config": dict(self.config),
            "siblings": [_sibling(*item, blobs) for item in self.commits[commit].items()],
            "usedStorage": 0,
        }
        if self.parameters:
            total = sum(self.parameters.values())
            facts["safetensors"] = {"parameters": dict(self.parameters), "total": total}
        if self.gguf:
            facts["gguf"] = dict(self.gguf)
        if self.base:
            made_from = {"relation": self.base_relation, "models": [{"id": self.base}]}
            facts["baseModels"] = made_from
        return {name: value for name, value in facts.items() if value != ""}

    def tree(self, revision: str, below: str = "", recursive: bool = True) -> list[dict[str, Any]]:
        """The entries of a folder, or all below it."""
        prefix = f"{below}/" if below else ""
        entries: dict[str, dict[str, Any]] = {}
        for path, file in self.commits[self.resolve(revision)].items():
            if not path.startswith(prefix):
                continue
            first, *deeper = path.removeprefix(prefix).split("/")
            if deeper and not recursive:
                folder = prefix + first
                entries[folder] = {"type": "directory", "path": folder, "size": 0, "oid": "0" * 40}
            else:
                entries[path] = _entry(path, file)
        return list(entries.values())


def is_large(path: str, file: FakeFile) -> bool:
    """Whether the hub keeps it outside git, named by its sha256."""
    return path.endswith(LFS_SUFFIXES) or file.size >= LFS_FROM


def etag(path: str, file: FakeFile) -> str:
    """What names its content."""
    return file.etag or (file.sha256 if is_large(path, file) else file.blob)


def _file(content: Content) -> FakeFile:
    if isinstance(content, FakeFile):
        return content
    data = content.encode() if isinstance(content, str) else content
    return FakeFile(lambda: data)


def _entry(path: str, file: FakeFile) -> dict[str, Any]:
    entry = {"type": "file", "path": path, "size": file.size, "oid": file.blob}
    if is_large(path, file):
        oid = file.etag or file.sha256
        entry["lfs"] = {"oid": oid, "size": file.size, "pointerSize": 135}
    elif file.etag:
        entry["oid"] = file.etag
    return entry


def _sibling(path: str, file: FakeFile, blobs: bool) -> dict[str, Any]:
    if not blobs:
        return {"rfilename": path}
    entry = _entry(path, file)
    sibling = {"rfilename": path, "size": file.size, "blobId": entry["oid"]}
    if "lfs" in entry:
        sha256 = entry["lfs"]["oid"]
        sibling["lfs"] = {"sha256": sha256, "size": file.size, "pointerSize": 135}
    return sibling
