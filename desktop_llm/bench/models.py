"""Models on the disk and in lists: a thousand of them listed, files hashed, results scrolled."""

from __future__ import annotations

import json
import os
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_llm.bench.gap_probe import GapProbe, add_gaps
from desktop_llm.bench.report import Report
from desktop_llm.bench.window import BenchWindow, own_data_folder, resident_mb, torch_is_imported
from desktop_llm.core.files import make_private_folder, write_atomically
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths
from desktop_llm.library.hashing import file_hash
from desktop_llm.library.hub_types import HubModel
from desktop_llm.library.shelf import list_library

LOCAL_MODELS, LIST_MS, LISTINGS = 1_000, 200, 5
HASHED_BYTES, HASH_MB_S, HASHES = 512_000_000, 300, 3
RESULTS, SCROLL_STEPS, STEP_MS = 500, 500, 10

CONFIG = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 8}


def measure(paths: Paths, model: ModelSource, tell: Callable[[str], None]) -> Report:
    """The library's own figures, and the window while 500 results of the hub are scrolled."""
    report = Report("models", {"local models": LOCAL_MODELS, "results": RESULTS}, tell)
    _measure_hashing(report)
    with own_data_folder(paths, None) as own, _many_models():
        _measure_listing(report, own)
    with own_data_folder(paths, model), BenchWindow(model) as window:
        window.wait_for_model()
        _measure_scrolling(report, window)
    return report


def _measure_listing(report: Report, paths: Paths) -> None:
    report.tell(f"listing {LOCAL_MODELS} models")
    spent = []
    for _ in range(LISTINGS + 1):
        began = time.perf_counter()
        found = list_library(paths)
        spent.append((time.perf_counter() - began) * 1000)
    report.settings["listed"] = len(found)
    report.settings["torch imported"] = torch_is_imported()
    report.add("local models: first listing, which reads their headers", spent[0], "ms")
    report.add("local models: listing", spent[1:], "ms", LIST_MS)


def _measure_hashing(report: Report) -> None:
    report.tell("hashing")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "weights"
        write_atomically(file, os.urandom(1_000_000) * (HASHED_BYTES // 1_000_000))
        speeds = []
        for _ in range(HASHES):
            began = time.perf_counter()
            file_hash(file)
            speeds.append(HASHED_BYTES / 1e6 / (time.perf_counter() - began))
    report.add("hashing", speeds, "MB/s", HASH_MB_S, at_least=True)


def _measure_scrolling(report: Report, window: BenchWindow) -> None:
    from desktop_llm.ui.models.result_rows import from_hub

    report.tell(f"scrolling {RESULTS} results")
    window.window.places.turn_to("navModels")
    page = window.window.places.models
    page.show_discover()
    found = [
        HubModel(f"someone/model-{n}-instruct", 1000 * n, n, "2026-10-01", parameters=n * 10**7)
        for n in range(1, RESULTS + 1)
    ]
    results = page.discover.results
    results.show_results([from_hub(model) for model in found], "")
    window.rest(1000)
    bar = results.view.verticalScrollBar()
    probe = GapProbe()
    probe.start()
    for step in range(SCROLL_STEPS + 1):
        bar.setValue(bar.maximum() * step // SCROLL_STEPS)
        window.rest(STEP_MS)
    add_gaps(report, "while scrolling", probe.stop())
    report.add("memory of this process", resident_mb(), "MB")


@contextmanager
def _many_models() -> Iterator[None]:
    """A hub cache with LOCAL_MODELS small models, in place of this machine's own."""
    before = os.environ.get("HF_HUB_CACHE")
    with tempfile.TemporaryDirectory() as cache:
        for number in range(LOCAL_MODELS):
            _make_model(Path(cache), f"someone--model-{number}")
        os.environ["HF_HUB_CACHE"] = cache
        try:
            yield
        finally:
            os.environ.pop("HF_HUB_CACHE")
            if before is not None:
                os.environ["HF_HUB_CACHE"] = before


def _make_model(cache: Path, name: str) -> None:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    files = {
        "config.json": json.dumps(CONFIG | {"name": name}).encode(),
        "model.safetensors": struct.pack("<Q", len(header)) + header + bytes(4),
    }
    repo, commit = cache / f"models--{name}", "c0ffee" + "0" * 34
    snapshot = make_private_folder(repo / "snapshots" / commit)
    blobs = make_private_folder(repo / "blobs")
    for place, (file, data) in enumerate(files.items()):
        with (blobs / f"{place:064d}").open("wb") as blob:  # thousands: none needs to be synced
            blob.write(data)
        (snapshot / file).symlink_to(f"../../blobs/{place:064d}")
