"""The list of downloads and what was fetched of them."""

from __future__ import annotations

import os
import time

import pytest
from filelock import FileLock

from desktop_llm.library.download_list import DownloadList


@pytest.fixture
def part(paths):
    """What was fetched of a download."""
    file = paths.data / "downloads" / "one" / "00ff.part"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"half")
    return file


def test_what_was_fetched_of_a_download_that_nobody_wants_goes(paths, part):
    DownloadList(paths).remove_part("one")
    assert not part.exists()


def test_what_another_process_is_fetching_stays(paths, part):
    with FileLock(part.with_name("lock")):
        DownloadList(paths).remove_part("one")
        assert part.read_bytes() == b"half"


@pytest.mark.parametrize(
    ("days", "listed", "kept"), [(31, False, False), (29, False, True), (31, True, True)]
)
def test_a_part_that_nobody_lists_or_touches_goes_after_a_month(paths, part, days, listed, kept):
    then = time.time() - days * 86_400
    for path in (part, part.parent):
        os.utime(path, (then, then))
    DownloadList(paths).clear_forgotten({"one"} if listed else {})
    assert part.exists() is kept


def test_an_old_part_that_another_process_goes_on_with_stays(paths, part):
    with FileLock(part.with_name("lock")):
        for path in (part, part.with_name("lock"), part.parent):
            os.utime(path, (1, 1))
        DownloadList(paths).clear_forgotten({})
        assert part.exists()


def test_a_download_of_which_nothing_came_leaves_nothing(paths):
    DownloadList(paths).remove_part("one")
    assert not (paths.data / "downloads" / "one").exists()
