"""The last net for what nobody caught: every exception is reported once, nothing vanishes.

Exceptions of the main thread, of other threads and of destructors, Qt's own warnings, and native
faults, which are written to a file that the next start offers as a report.
"""

from __future__ import annotations

import faulthandler
import hashlib
import logging
import os
import platform
import sys
import threading
import traceback
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)

from desktop_llm.core.files import make_private_folder
from desktop_llm.core.logs import redact
from desktop_llm.core.machine import versions

if TYPE_CHECKING:
    from desktop_llm.core.paths import Paths

log = logging.getLogger(__name__)
qt_log = logging.getLogger("desktop_llm.qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


@dataclass(frozen=True)
class CrashReport:
    """What a person can read and copy; `digest` is the same for the same traceback."""

    title: str
    details: str
    digest: str
    previous_run: bool = False
    """The app ended by a native fault; this is told at the next start."""


class CrashNet(QObject):
    """Catches between `install` and `remove`; lives in the GUI thread, hears every thread.

    Only the one window of a data folder may install it: the file of native faults is its own.
    """

    reported = Signal(object)
    """CrashReport, once for each distinct traceback. Emitted in the thread that failed."""

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fault_path = paths.logs / "native-fault.log"
        self._fault_file: TextIOWrapper | None = None
        self._previous: CrashReport | None = None
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def install(self) -> None:
        """Catch from now on."""
        self._previous = _read_fault(self._fault_path)
        self._fault_file = _open_fault_file(self._fault_path)
        if self._fault_file:
            faulthandler.enable(self._fault_file)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        self._qt_handler = qInstallMessageHandler(_on_qt_message)

    def remove(self) -> None:
        """Give the hooks back; the app ends in good order, so no native fault is left to tell."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        sys.unraisablehook = sys.__unraisablehook__
        qInstallMessageHandler(self._qt_handler)
        if self._fault_file:
            faulthandler.disable()
            self._fault_file.close()
            self._fault_file = None
            self._fault_path.unlink(missing_ok=True)

    def take_previous(self) -> CrashReport | None:
        """The native fault that ended the run before this one; told once."""
        report, self._previous = self._previous, None
        return report

    def report(self, error: BaseException, where: str = "") -> None:
        """Log `error`, and emit `reported` if this traceback is new. Never raises."""
        try:
            log.error("unexpected error %s", where, exc_info=error)
            report = describe_crash(error)
            with self._lock:
                is_new = report.digest not in self._seen
                self._seen.add(report.digest)
            if is_new:
                self.reported.emit(report)
        except BaseException:
            # Raising here would come back here; the bare traceback is the last resort.
            traceback.print_exception(error)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        self.report(error.with_traceback(trace))

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is None or isinstance(args.exc_value, SystemExit):
            return
        self.report(args.exc_value, f"in thread {args.thread.name if args.thread else '?'}")

    def _on_unraisable(self, unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_value is not None:
            self.report(unraisable.exc_value, unraisable.err_msg or "in a destructor")


def describe_crash(error: BaseException) -> CrashReport:
    """`error` with the versions and its traceback, redacted."""
    frames = traceback.extract_tb(error.__traceback__)
    name = type(error).__name__
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    key = name + "".join(f"|{f.filename}:{f.lineno}:{f.name}" for f in frames[-50:])
    trace = "".join(traceback.format_exception(error))
    return CrashReport(f"{name} ({place})", _with_versions(trace), _digest(key))


def _with_versions(trace: str) -> str:
    lines = [f"{name} {version}" for name, version in versions().items()]
    head = [*lines, platform.platform(), f"thread {threading.current_thread().name}"]
    return redact("\n".join(head) + "\n\n" + trace.strip() + "\n")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def _read_fault(path: Path) -> CrashReport | None:
    try:
        trace = path.read_text(errors="replace").strip()
    except OSError:
        return None
    if not trace:
        return None  # killed or switched off: not a fault
    return CrashReport(trace.splitlines()[0], _with_versions(trace), _digest(trace), True)


def _open_fault_file(path: Path) -> TextIOWrapper | None:
    """The file stays open: when a fault happens it is too late to open one."""
    try:
        make_private_folder(path.parent)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w")
    except OSError as error:
        log.warning("native faults will not be recorded: errno %s", error.errno)
        return None


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    """Qt calls this in any thread, also while it shuts down."""
    category = getattr(context, "category", None) or "default"
    qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", category, message)
