from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_llm.training.errors import RunDiskFull, RunFolderGone
from desktop_llm.training.trainer.checkpoints import MARK, Checkpoints, is_whole

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def kept(tmp_path: Path) -> Checkpoints:
    (tmp_path / "run").mkdir()
    return Checkpoints(tmp_path / "run" / "checkpoints", keep=2)


def fill(folder: Path) -> None:
    (folder / "weights").write_bytes(b"w" * 1000)
    (folder / "state").write_bytes(b"s")


def newest(kept: Checkpoints) -> tuple[str | None, list[str]]:
    damaged: list[str] = []
    found = kept.newest(damaged.append)
    return found.name if found else None, damaged


def test_a_checkpoint_is_whole_once_it_is_written(kept: Checkpoints) -> None:
    assert newest(kept) == (None, [])
    assert kept.write(50, 1000, fill) == "step-000050"
    assert is_whole(kept.path(50))
    assert newest(kept) == ("step-000050", [])


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: (path / "weights").write_bytes(b"w" * 999 + b"x"),
        lambda path: (path / "weights").unlink(),
        lambda path: (path / "adapter_model.bin").write_bytes(b"planted"),
        lambda path: (path / MARK).unlink(),
        lambda path: (path / MARK).write_text("{"),
        lambda path: (path / MARK).write_text("[]"),
    ],
)
def test_a_damaged_checkpoint_is_told_and_the_one_before_taken(
    kept: Checkpoints, damage: Callable[[Path], None]
) -> None:
    kept.write(1, 1000, fill)
    kept.write(2, 1000, fill)
    damage(kept.path(2))
    assert newest(kept) == ("step-000001", ["step-000002"])
    kept.write(2, 1000, fill)
    assert newest(kept) == ("step-000002", [])


def test_the_newest_and_the_best_are_kept(kept: Checkpoints) -> None:
    for step in (1, 2, 3, 4, 5):
        kept.write(step, 1000, fill, also={2})
    assert kept.steps() == [2, 4, 5]


def test_a_fault_while_writing_leaves_the_others_as_they_are(kept: Checkpoints) -> None:
    def fail(folder: Path) -> None:
        fill(folder)
        raise RuntimeError("the writer of weights says this when the disk is full")

    kept.write(1, 1000, fill)
    with pytest.raises(RuntimeError):
        kept.write(2, 1000, fail)
    assert newest(kept) == ("step-000001", [])
    assert [path.name for path in kept.path(1).parent.iterdir()] == ["step-000001"]


def test_what_a_killed_process_had_begun_is_removed(kept: Checkpoints) -> None:
    kept.write(1, 1000, fill)
    begun = kept.path(1).with_name(".writing-2")
    begun.mkdir()
    fill(begun)
    assert newest(kept) == ("step-000001", [])
    kept.write(2, 1000, fill)
    assert not begun.exists()


def test_without_room_nothing_is_begun(kept: Checkpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(RunDiskFull):
        kept.write(1, 1000, lambda folder: pytest.fail("no room"))


def test_a_disk_that_fills_up_meanwhile_is_told(
    kept: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = iter([10**9, 10, 10])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 0, next(free)))

    def fail(folder: Path) -> None:
        raise RuntimeError("no system error to be seen")

    with pytest.raises(RunDiskFull):
        kept.write(1, 1000, fail)


def test_a_deleted_run_is_told_and_not_brought_back(kept: Checkpoints, tmp_path: Path) -> None:
    kept.write(1, 1000, fill)
    shutil.rmtree(tmp_path / "run")
    with pytest.raises(RunFolderGone):
        kept.write(2, 1000, fill)
    assert not (tmp_path / "run").exists()


def test_a_run_that_is_deleted_while_a_checkpoint_is_written_is_told(
    kept: Checkpoints, tmp_path: Path
) -> None:
    def remove(folder: Path) -> None:
        fill(folder)
        shutil.rmtree(tmp_path / "run")

    with pytest.raises(RunFolderGone):
        kept.write(1, 1000, remove)
