"""Running foreign code, such as a chat template, for a limited time.

Python code on a thread can be ended by raising in it; a call inside native code cannot, and then
only the end of the process helps. That is the caller's decision (`on_stuck`).
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

GRACE_S = 2.0
"""How long the thread may take to end after it was told to."""


class TimeLimitExceeded(Exception):
    """The function did not return in time."""


class _Abandoned(BaseException):
    """Raised inside the thread; no `except Exception` of the foreign code catches it."""


class _Call(threading.Thread, Generic[T]):
    def __init__(self, function: Callable[[], T]) -> None:
        super().__init__(name="TimeLimited", daemon=True)
        self._function = function
        self.outcome: T
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.outcome = self._function()
        except BaseException as error:
            self.error = error  # raised again by the caller

    def abandon(self) -> None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(self.ident or 0), ctypes.py_object(_Abandoned)
        )


def run_limited(
    function: Callable[[], T], seconds: float, on_stuck: Callable[[], None], grace: float = GRACE_S
) -> T:
    """What `function` returns or raises, if that happens within `seconds`.

    Raises TimeLimitExceeded otherwise. If the function cannot even be ended within `grace`
    seconds more, `on_stuck` is called first.
    """
    call = _Call(function)
    call.start()
    call.join(seconds)
    if call.is_alive():
        call.abandon()
        call.join(grace)
        if call.is_alive():
            on_stuck()
        raise TimeLimitExceeded
    if call.error is not None:
        raise call.error
    return call.outcome
