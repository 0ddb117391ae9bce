"""The list of downloads and what was fetched of them."""

from __future__ import annotations

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


def test_a_download_of_which_nothing_came_leaves_nothing(paths):
    DownloadList(paths).remove_part("one")
    assert not (paths.data / "downloads" / "one").exists()
