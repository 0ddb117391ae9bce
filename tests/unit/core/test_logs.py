"""The log keeps what helps, and nothing that is private."""

from __future__ import annotations

import logging
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core import logs

log = logging.getLogger("desktop_llm.test")


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    levels = {name: logging.getLogger(name).level for name in (None, "desktop_llm")}
    logs.start_log(tmp_path / "logs")
    yield tmp_path / "logs" / logs.LOG_NAME
    logs.stop_log()
    logging.captureWarnings(False)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("using hf_AbCdEfGhIjKlMnOp", "AbCdEf"),
        ("Authorization: Bearer abc.def-ghi_jkl", "abc.def"),
        ("GET http://me:swordfish@proxy:8080/", "swordfish"),
        ("https://hub/x?token=abcdef123&y=1", "abcdef123"),
        ('{"api_key": "very secret words"}', "very secret"),
        ("HF_TOKEN=abcdef", "abcdef"),
        ("OPENAI_API_KEY='abc def'", "abc def"),
        ("key sk-proj-0123456789abcdef", "0123456789"),
    ],
)
def test_secrets_are_taken_out(text: str, secret: str) -> None:
    assert secret not in logs.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "the token count is 5 and 12 new tokens came",
        "model HuggingFaceTB/SmolLM2-135M-Instruct, 4.2 tokens/s",
        "https://huggingface.co/api/models",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert logs.redact(text) == text


def test_the_home_folder_is_written_as_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    assert logs.redact("in /home/ada/models and /home/ada") == "in ~/models and ~"
    assert logs.redact("/home/adam/x /srv/home/ada2") == "/home/adam/x /srv/home/ada2"


def test_an_account_without_a_home_does_not_lose_its_slashes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    assert logs.redact("in /srv/models") == "in /srv/models"


@given(st.text(max_size=200), st.text("abcXYZ019", min_size=8, max_size=40), st.text(max_size=200))
def test_a_hub_token_is_found_wherever_it_stands(before: str, key: str, after: str) -> None:
    assert f"hf_{key}" not in logs.redact(f"{before} hf_{key} {after}")


def test_a_line_goes_to_a_file_that_only_its_owner_reads(log_file: Path) -> None:
    log.info("engine ready")
    assert "engine ready" in log_file.read_text()
    if sys.platform != "win32":
        assert stat.S_IMODE(log_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(log_file.parent.stat().st_mode) == 0o700


def test_nothing_is_created_before_the_first_line(log_file: Path) -> None:
    assert not log_file.parent.exists()


def test_libraries_are_heard_from_warning_on(log_file: Path) -> None:
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("trouble")
    assert "trouble" in log_file.read_text()
    assert "chatter" not in log_file.read_text()


def test_the_message_of_an_exception_stays_out_of_the_log(log_file: Path) -> None:
    try:
        try:
            raise ValueError("my private diary")
        except ValueError as error:
            raise OSError(28, "No space left", "private.txt") from error
    except OSError:
        log.exception("saving failed")
    written = log_file.read_text()
    assert "saving failed" in written
    assert "builtins.ValueError" in written
    assert "builtins.OSError [errno 28]" in written
    assert "test_logs.py" in written
    assert "private" not in written.replace("stays_out", "")


def test_the_places_of_a_traceback_from_another_process_are_kept(log_file: Path) -> None:
    there = (
        'Traceback (most recent call last):\n  File "x.py", line 3, in f\n    g("diary")\nKeyError'
    )
    try:
        raise RuntimeError(there)
    except RuntimeError:
        log.exception("the engine failed")
    assert 'File "x.py", line 3, in f' in log_file.read_text()
    assert "diary" not in log_file.read_text()


def test_the_log_is_five_files_at_most(log_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = next(h for h in logging.getLogger().handlers if isinstance(h, logs._PrivateFile))
    handler.maxBytes = 2000
    for number in range(500):
        log.info("line %d %s", number, "x" * 50)
    files = list(log_file.parent.iterdir())
    assert len(files) == logs.FILES
    assert all(file.stat().st_size <= 2000 for file in files)
    if sys.platform != "win32":
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_folder_that_cannot_be_made_does_not_stop_the_app(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    logs.start_log(tmp_path / "file" / "logs")
    try:
        log.error("heard by nobody")
    finally:
        logs.stop_log()
        logging.captureWarnings(False)


def test_starting_the_log_twice_writes_each_line_once(log_file: Path) -> None:
    logs.start_log(log_file.parent)
    log.info("only once")
    assert log_file.read_text().count("only once") == 1
