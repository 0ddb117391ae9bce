"""What a model really takes of memory, seen from inside the process that has it.

From the growth between the beginning of a load and the end of the first answer the next estimates
learn (`core.memory_record`). Linux tells the peak, which counts; elsewhere what is held at the end.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import GenerationResult, LoadedModel, LoadOptions
from desktop_llm.core.gguf_header import DamagedGguf, read_gguf_header
from desktop_llm.core.memory_fit import estimate, estimate_gguf
from desktop_llm.core.memory_record import Seen, form_of, remember
from desktop_llm.core.model_folder import inspect_model_folder
from desktop_llm.core.model_shape import gguf_config

log = logging.getLogger(__name__)

LINUX = sys.platform == "linux"
RESET_PEAK = "5"

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Names of the settings of glibc's malloc; other C libraries ignore them."""

LARGE = 2**18
"""Bytes from which a tensor has pages of its own while weights are read."""

USUAL_LARGE, USUAL_IDLE = 2**25, 2**26
"""What these settings come to by themselves in a process that uses large tensors."""


class MemoryWatch:
    """Told of a load's beginning and end and of the answers; learns from the first one."""

    def __init__(self) -> None:
        self._before = 0
        self._cache_dir: Path | None = None
        self._waiting: LoadedModel | None = None

    def begin(self) -> None:
        """A load begins; nothing of the model is in memory."""
        self._waiting = None
        self._before = held()

    def loaded(self, model: LoadedModel, options: LoadOptions) -> None:
        """The load has ended well. What it took at its peak does not count, and is given back."""
        trim()
        self._cache_dir = options.cache_dir
        if model.device.kind == "cpu" and options.cache_dir:
            self._waiting = model
            _forget_peak()

    def answered(self, result: GenerationResult) -> None:
        """An answer has ended: the first one tells what using the model takes."""
        model, self._waiting = self._waiting, None
        if model is None or self._cache_dir is None or not result.completions:
            return
        records = [completion.record for completion in result.completions]
        context = records[0].prompt_tokens + sum(record.new_tokens for record in records)
        measured = peak() - self._before
        try:
            seen = _seen(model, context, measured)
        except (ExpectedError, DamagedGguf, OSError) as error:  # its files are gone by now
            log.warning("what the model took is not recorded: %s", type(error).__name__)
            return
        if measured > 0:
            remember(self._cache_dir, seen)


def held() -> int:
    """Bytes that this process holds, what was swapped out included."""
    return (
        _status("VmRSS") + _status("VmSwap") if LINUX else int(psutil.Process().memory_info().rss)
    )


def peak() -> int:
    """The most that it held lately."""
    return _status("VmHWM") + _status("VmSwap") if LINUX else held()


def give_back() -> None:
    """Return freed memory to the system: the C library keeps much of it otherwise.

    Measured with the starter model, after a prompt of 1,600 tokens: 110 MB are kept without this,
    50 MB with it, which are code that was loaded with the first model and used by the next.
    """
    gc.collect()
    trim()


def trim() -> None:
    """Return memory that is free in the C library's heaps to the system."""
    _c_library("malloc_trim", 0)


@contextlib.contextmanager
def own_pages() -> Iterator[None]:
    """Within, what large tensors had is the system's again as soon as they are dropped.

    For weights that are read, packed and dropped: in a heap those that stay would lie between the
    holes of those that went, and later tensors in neither (measured with 0.9 billion parameters in
    8 bits: 100 MB less at the peak of the first prompt, and loading takes no longer). Not for
    prompts: their tensors come again in each layer, and clearing new pages costs a third of the
    speed.
    """
    trim()
    _c_library("mallopt", M_MMAP_THRESHOLD, LARGE)
    try:
        yield
    finally:
        _c_library("mallopt", M_MMAP_THRESHOLD, USUAL_LARGE)
        _c_library("mallopt", M_TRIM_THRESHOLD, USUAL_IDLE)


def _c_library(function: str, *arguments: int) -> None:
    if LINUX:
        with contextlib.suppress(OSError, AttributeError):  # another C library
            getattr(ctypes.CDLL(None), function)(*arguments)


def _seen(model: LoadedModel, context: int, measured: int) -> Seen:
    """The measurement beside the uncorrected estimate; llama.cpp holds its context at once."""
    source, packed = model.source, model.source.convert_from
    if model.engine == "llama.cpp" and packed:
        context, form = model.context_length, form_of("llama.cpp", "", 0)
        config = gguf_config(read_gguf_header(packed))
        needed = estimate_gguf(source.name, packed.stat().st_size, config, context)
    else:
        form = form_of("transformers", model.device.dtype, model.bits)
        folder = inspect_model_folder(source.path)
        needed = estimate(folder, model.device.dtype, context, source.name, model.bits)
    return Seen(source.name, form, context, needed.total, measured)


def _forget_peak() -> None:
    if LINUX:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text(RESET_PEAK)


def _status(what: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) * 1024
    return 0
