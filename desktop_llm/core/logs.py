"""The log: rotating, readable by its owner only, without message text and without secrets.

What people write and what models answer is never logged. So that an exception cannot bring it in
by the back door, tracebacks are written with the types and the places, not with the messages.
"""

from __future__ import annotations

import logging
import os
import re
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from desktop_llm.core.files import make_private_folder

MAX_BYTES = 2 * 1024 * 1024
FILES = 5
LOG_NAME = "desktop-llm.log"
_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"

_SECRETS = [
    (re.compile(r"\bhf_[A-Za-z0-9]{4,}"), "hf_…"),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{8,}"), "sk-…"),
    (re.compile(r"(?i)\b(bearer|basic)[ \t]+[A-Za-z0-9+/._~=-]{4,}"), r"\1 …"),
    (
        re.compile(
            r"(?i)\b((?:[a-z0-9]+[_-])*(?:token|api[_-]?key|secret|password|passwd)\b[\"']?\s*[=:]\s*)"
            r"(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"',;&]+)"
        ),
        r"\1…",
    ),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@]+@"), r"\1…@"),
]


def redact(text: str) -> str:
    """`text` without keys, tokens and passwords, and with `~` for the person's home folder."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    home = Path.home()
    if home == Path(home.anchor):  # an account without a home of its own
        return text
    # Backslashes may be doubled, as in the repr of a Windows path.
    parts = r"[/\\]+".join(re.escape(part.strip("/\\")) for part in home.parts)
    flags = re.IGNORECASE if os.name == "nt" else 0
    return re.sub(rf"(?<![\w.-]){parts}(?![\w-])", "~", text, flags=flags)


class _Formatter(logging.Formatter):
    """Redacts the finished line, so that nothing gets past it, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        # Another handler may have left its own wording of the traceback in the record.
        elsewhere, record.exc_text = record.exc_text, None
        try:
            return redact(super().format(record))
        finally:
            record.exc_text = elsewhere

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's own name
        """Types and places only: the message of an exception may quote what a person wrote."""
        assert isinstance(ei, tuple)
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(lines) < 400:
            facts = f" [errno {error.errno}]" if isinstance(error, OSError) else ""
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}{facts}")
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            # A fault in the engine process carries the traceback from there as its message.
            lines += [text for text in str(error).splitlines() if text.startswith('  File "')]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


class _PrivateFile(RotatingFileHandler):
    """A rotating file for its owner's eyes, made when the first line is written."""

    def _open(self) -> TextIOWrapper:
        make_private_folder(Path(self.baseFilename).parent)
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """A full disk or a read-only folder must not stop the app; there is nowhere to tell it."""


def start_log(folder: Path, name: str = LOG_NAME) -> None:
    """Log to `folder`/`name` from now on: our own messages from INFO, libraries from WARNING."""
    stop_log()
    handler = _PrivateFile(
        folder / name,
        maxBytes=MAX_BYTES,
        backupCount=FILES - 1,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(_Formatter(_FORMAT))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("desktop_llm").setLevel(logging.INFO)
    logging.captureWarnings(True)


def stop_log() -> None:
    """Close the file that `start_log` opened."""
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, _PrivateFile)]:
        root.removeHandler(handler)
        handler.close()
