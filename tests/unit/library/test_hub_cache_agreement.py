"""The library and huggingface_hub look at the same cache: they have to agree about it."""

from __future__ import annotations

import random

import pytest
from huggingface_hub import scan_cache_dir

from desktop_llm.library.shelf import list_library, remove
from tests.fake_cache import FakeCache, adapter, model
from tests.fake_gguf import gguf


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return FakeCache(tmp_path / "hub")


def commit(number):
    return f"{number:040x}"


def fill(cache, dice):
    """Some repositories, with versions that share contents and contents that repositories share."""
    for number in range(dice.randint(1, 5)):
        repo = f"org/m{number}"
        for version in range(dice.randint(1, 3)):
            files = dict(dice.choice([model(), adapter()]))
            files |= {f"{n}.gguf": gguf(numbers=8 + n) for n in range(dice.randint(0, 3))}
            files["model.safetensors"] = model(numbers=dice.randint(1, 3))["model.safetensors"]
            if dice.random() < 0.3:
                files = {name: data for name, data in files.items() if name.endswith(".gguf")}
            if files:
                cache.put(repo, files, commit(10 * number + version))
        for name in ("model.safetensors", "0.gguf"):
            for snapshot in cache.folder(repo).glob("snapshots/*"):
                link = snapshot / name
                blob = link.parent / link.readlink() if link.is_symlink() else link
                if blob.is_file() and not blob.is_symlink() and dice.random() < 0.5:
                    cache.share(repo, name, snapshot.name)


def strategy(cache, repo):
    """What huggingface_hub would do to delete all versions of a repository."""
    (found,) = (r for r in scan_cache_dir(cache.root).repos if r.repo_id == repo)
    return scan_cache_dir(cache.root).delete_revisions(*(r.commit_hash for r in found.revisions))


@pytest.mark.parametrize("seed", range(12))
def test_what_a_repository_frees_is_what_the_hub_library_says(paths, cache, seed):
    fill(cache, random.Random(seed))
    entries = list_library(paths)
    alone = [e for e in entries if sum(o.repo == e.repo for o in entries) == 1]
    for entry in alone:
        assert entry.own_size == strategy(cache, entry.repo).expected_freed_size


@pytest.mark.parametrize("seed", range(12))
def test_removing_in_any_order_frees_what_was_said_and_leaves_a_sound_cache(paths, cache, seed):
    dice = random.Random(seed)
    fill(cache, dice)
    while entries := list_library(paths):
        entry, before = dice.choice(entries), cache.bytes_on_disk()
        others = {e.name: (e.usable, e.size) for e in entries if e.repo != entry.repo}
        assert remove(entry, paths) == entry.own_size == before - cache.bytes_on_disk()
        assert scan_cache_dir(cache.root).warnings == []
        left = {e.name: (e.usable, e.size) for e in list_library(paths)}
        assert others.items() <= left.items()
        assert entry.name not in left
    assert cache.bytes_on_disk() == 0
