"""The real window without a screen, over a data folder of its own, driven by a measurement."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from desktop_llm.bench.observed import Observed
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import make_private_folder
from desktop_llm.core.generation import GenerationEvent, GenerationResult, ModelSource, Sampling
from desktop_llm.core.paths import DATA_DIR_VARIABLE, Paths, user_paths
from desktop_llm.core.settings import Settings, load_settings, save_settings

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

    from desktop_llm.ui.main_window import MainWindow

PATIENCE_S = 600.0
POLL_MS = 20


@contextmanager
def own_data_folder(paths: Paths, model: ModelSource | None) -> Iterator[Paths]:
    """A data folder for one measurement, with the models and the measurements of this machine."""
    before = os.environ.get(DATA_DIR_VARIABLE)
    with tempfile.TemporaryDirectory(prefix="desktop-llm-bench-") as name:
        own = user_paths(Path(name))
        make_private_folder(paths.models)
        make_private_folder(paths.cache)
        own.models.symlink_to(paths.models, target_is_directory=True)
        own.cache.symlink_to(paths.cache, target_is_directory=True)
        chosen = load_settings(paths.settings).model_dump(include={"device", "dtype", "threads"})
        chosen |= {"guess_ahead": False, "last_model": model.name if model else ""}
        save_settings(own.settings, Settings(**chosen))
        os.environ[DATA_DIR_VARIABLE] = name
        try:
            yield own
        finally:
            if before is None:
                del os.environ[DATA_DIR_VARIABLE]
            else:
                os.environ[DATA_DIR_VARIABLE] = before


class BenchWindow:
    """The window and its services in this process, from opening to closing."""

    def __init__(self, model: ModelSource, size: tuple[int, int] = (1280, 800)) -> None:
        # Without a screen, unless a platform was chosen: nothing flickers or is in the way.
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from desktop_llm.app import create_app

        self._model = model
        self.app, self.window = create_app([])
        self.window.resize(*size)

    def __enter__(self) -> BenchWindow:
        self.window.show()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.window.close()
        self.window.deleteLater()
        self.app.processEvents()

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Let the window live until `condition` holds; it is looked at 50 times a second."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop, poll = QEventLoop(), QTimer()
        deadline = time.monotonic() + PATIENCE_S

        def look() -> None:
            if condition() or time.monotonic() > deadline:
                loop.quit()

        poll.timeout.connect(look)
        poll.start(POLL_MS)
        loop.exec()
        poll.stop()
        if not condition():
            raise TimeoutError(f"waited in vain for {what}")

    def heard(self, signal: SignalInstance, act: Callable[[], object]) -> None:
        """Do `act`, and return as soon as `signal` was emitted, with all that hears it done."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop, heard = QEventLoop(), list[bool]()

        def hear(*_: object) -> None:
            heard.append(True)
            loop.quit()

        signal.connect(hear)
        QTimer.singleShot(int(PATIENCE_S * 1000), loop, loop.quit)
        act()
        if not heard:
            loop.exec()
        signal.disconnect(hear)
        if not heard:
            raise TimeoutError("the window did not answer")

    def painted(self, act: Callable[[], object]) -> float:
        """Milliseconds from `act` until what it changed has been laid out and painted."""
        began = time.perf_counter()
        act()
        self.app.processEvents()  # lays out, and asks for the painting
        self.app.processEvents()
        return (time.perf_counter() - began) * 1000

    def rest(self, milliseconds: int) -> None:
        """Let the window live for a while."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait_for_model(self) -> None:
        """Until the model can answer. Raises the ExpectedError of a load that failed."""
        inference = self.window.services.inference
        self.wait(lambda: inference.state.phase in ("ready", "failed"), "the model")
        if inference.state.error:
            raise inference.state.error

    def ask(
        self,
        prompt: str,
        sampling: Sampling,
        on_event: Callable[[GenerationEvent], None] | None = None,
        here: bool = False,
    ) -> Observed:
        """Ask as the person would, and watch until the answer has ended.

        In a new conversation, or `here`, in the one that is open.
        """
        seen, errors = Observed(), list[ExpectedError]()
        chat, inference = self.window.services.chat, self.window.services.inference

        def event(_request: str, event: GenerationEvent) -> None:
            seen.see(event)
            if on_event:
                on_event(event)

        def end(_request: str, outcome: GenerationResult | ExpectedError) -> None:
            seen.ended = time.perf_counter()
            if isinstance(outcome, ExpectedError):
                errors.append(outcome)

        ends = (inference.finished, inference.stopped, inference.failed)
        if not here:
            chat.new_conversation()
        chat.set_sampling(sampling)
        inference.event_received.connect(event)
        for signal in ends:
            signal.connect(end)
        seen.sent = time.perf_counter()
        self.window.page.send(prompt)
        self.wait(lambda: bool(seen.ended) and not chat.busy, "an answer")
        inference.event_received.disconnect(event)
        for signal in ends:
            signal.disconnect(end)
        if errors:
            raise errors[0]
        return seen


def resident_mb() -> float:
    """Memory of this process that is in RAM, in MB."""
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


def torch_is_imported() -> bool:
    """Never, in a window process."""
    return "torch" in sys.modules


def describe_window(window: MainWindow) -> dict[str, object]:
    """The settings of a measurement with this window."""
    state = window.services.inference.state
    device = state.model.device if state.model else state.device
    return {
        "platform": os.environ.get("QT_QPA_PLATFORM", "the screen"),
        "model": state.model.source.name if state.model else None,
        "device": device.kind if device else None,
        "dtype": device.dtype if device else None,
        "threads": state.model.threads if state.model else None,
    }
