"""A conversation in the real window with the real starter, and again after a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import running

pytestmark = pytest.mark.e2e

WINDOW = "tests.e2e.writer_driver"


def look(window: Any, moment: str) -> dict[str, Any]:
    seen = window.wait_for(lambda event: event["event"] == moment)
    assert isinstance(seen, dict)
    return seen


def test_what_was_asked_edited_deleted_and_undone_is_there_after_a_restart(
    ready_folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "shopping.txt"
    file.write_text("The keeper bought bread, lamp oil and three candles.")
    folder = str(ready_folder)
    with running(file, module=WINDOW, DESKTOP_LLM_DATA_DIR=folder) as window:
        first = look(window, "asked")
        again = look(window, "asked again")
        edited = look(window, "edited")
        with_file = look(window, "with a file")
        deleted = look(window, "deleted")
        last = look(window, "at the end")
        assert window.end().code == 0
    assert first["versions"] == []
    assert len(again["versions"]) == 1
    assert again["said"].startswith(first["said"].splitlines()[0])
    assert "What is a harbour?" in edited["said"]
    assert "What is a lighthouse?" not in edited["said"]
    assert len(edited["versions"]) == 1, "the answer belongs to the new question alone"
    assert [("shopping.txt" in name) for name in with_file["files"]] == [True]
    assert "What was bought?" not in deleted["said"]
    assert deleted["toast"]
    assert deleted["said"] == edited["said"]
    assert last == with_file | {"event": "at the end"}
    assert last["strays"] == []
    with running(module=WINDOW, DESKTOP_LLM_DATA_DIR=folder) as window:
        opened = look(window, "opened")
        assert window.end().code == 0
    assert opened == last | {"event": "opened"}
