"""The part of the tour about engines, speed and servers: a window over services that only seem.

What is measured, served or too large would take minutes and other computers; here it is said.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, cast

from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget

from desktop_llm.core.generation import Capabilities, ModelSource
from desktop_llm.core.memory_fit import MemoryTight, NotEnoughMemory
from desktop_llm.core.memory_plan import Way, write_ways
from desktop_llm.core.paths import Paths
from desktop_llm.core.remote_server import ListedModel, RemoteServer, remote_models
from desktop_llm.core.serving import ServingState
from desktop_llm.engine.remote.errors import ServerRefusedKey
from desktop_llm.server.errors import PortTaken
from desktop_llm.services.errors import MeasurementFailed
from desktop_llm.services.inference import EngineState
from desktop_llm.services.serving import ServerStatus
from desktop_llm.ui import i18n, theme
from desktop_llm.ui.chat.json_answers import OWN, SchemaDialog
from desktop_llm.ui.dialogs.details import DetailsDialog
from desktop_llm.ui.dialogs.settings import SettingsDialog
from desktop_llm.ui.models.model_settings_dialog import ModelSettingsDialog
from desktop_llm.ui.models.server_dialog import ServerDialog
from tests.fake_models import an_entry
from tests.fake_speed import a_row, a_speed_result
from tests.gui.conftest import Desk, find
from tests.person import Person
from tests.values import a_device, a_loaded_model, a_message, a_record, a_result, a_source

GB = 1_000_000_000
LAB = RemoteServer(
    id="lab",
    title="Laboratory",
    address="https://models.lab.example.org/v1",
    models=("Qwen/Qwen3-32B", "mistralai/Mistral-Small-3.2-24B-Instruct-2506"),
    has_key=True,
)
NEAR = RemoteServer(id="near", title="llama-server", address="http://127.0.0.1:8080/v1")
PACKED = ModelSource(
    "story-writer",
    Path("/home/ada/models/story-writer"),
    "Story writer 8B (Q4_K_M)",
    convert_from=Path("/home/ada/models/story-writer-Q4_K_M.gguf"),
)
KEY = "sk-" + "0123456789abcdef" * 3
ON = ServerStatus("on", ServingState("http://127.0.0.1:8321/v1", 8321, 1, 2, 1400), KEY)
ENGINES = {
    ("ours", "exact"): (0.31, 24.0, 20.06),
    ("ours", "8-bit"): (0.24, 41.0, 20.11),
    ("ours", "4-bit"): (0.22, 58.0, 20.87),
    ("stock", "bfloat16"): (0.61, 22.0, 20.06),
    ("stock", "float32"): (0.45, 29.0, 20.02),
    ("llamacpp", "Q8_0"): (0.33, 55.0, 20.14),
    ("llamacpp", "Q4_0"): (0.35, 71.0, 22.41),
    ("llamacpp", "Q4_1"): (0.36, 74.0, 21.53),
}
"""Seconds until the first token of 64, tokens written per second, perplexity."""


def walk_speed(out: Path, language: str, look: str, size: tuple[int, int] = (1280, 800)) -> None:
    """Save a picture of each page of this part, of a window of `size`, into `out`."""
    numbers = count(1)

    def take(name: str, dialog: QWidget | None = None) -> None:
        Person(tour.window).pause(150)
        path = out / f"speed-{next(numbers):02d}-{name}-{language}-{look}.png"
        assert (dialog or tour.window).grab().save(str(path)), f"could not save {path}"

    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(*(Path(folder) / name for name in ("data", "config", "cache", "logs")))
        tour = SpeedTour(paths, language, look, take)
        tour.window.resize(*size)
        tour.window.show()
        for step in tour.steps:
            step()


class SpeedTour:
    """Walks through what is new where engines, servers and memory are concerned."""

    def __init__(self, paths: Paths, language: str, look: str, take: Callable[..., None]) -> None:
        application = QApplication.instance() or QApplication([])
        assert isinstance(application, QApplication)
        i18n.install(application, cast(i18n.Choice, language))
        theme.apply(application, cast(theme.Choice, look))
        self._desk = Desk(paths)
        self.window = self._desk.window
        self._person = Person(self.window)
        self._take = take

    @property
    def steps(self) -> Iterable[Callable[[], None]]:
        yield from (self.measuring, self.measured, self.servers, self.connecting)
        yield from (self.serving, self.memory_settings, self.engines, self.model_settings)
        yield from (self.json_answers, self.too_large, self.details, self.idle, self.end)

    def end(self) -> None:
        self.window.close()
        self._desk.tasks.shut_down()
        self._desk.preferences.flush()

    def measuring(self) -> None:
        """Nothing measured yet, and the first measurement."""
        self._trigger("measureSpeed")
        self._take("speed-empty")
        self._click("speedMeasure")
        self._take("speed-starting")
        self._desk.speed.step("measuring", "ours 8-bit", 2048, 0.4)
        self._take("speed-running")

    def measured(self) -> None:
        """The figures, the plot, and a measurement that did not succeed."""
        rows = tuple(
            a_row(side, setting, length, first_s=first * length / 64, writing=writing,
                  reading=64 / first, turn_s=first * length / 64 + 64 / writing,
                  turn_low_s=first * length / 64 + 60 / writing,
                  turn_high_s=first * length / 64 + 70 / writing, perplexity=perplexity)
            for (side, setting), (first, writing, perplexity) in ENGINES.items()
            for length in (64, 512, 2048)
        )  # fmt: skip
        whole = a_speed_result(rows=rows, settings={"model": "SmolLM2 135M Instruct", "runs": 3})
        self._desk.speed.finish(whole)
        page = self.window.places.models.speed
        self._person.wait(lambda: page.results.card.plot is not None, what="for the plot")
        self._take("speed-measured")
        self._desk.speed.finish(a_speed_result("two", settings={"model": "Other", "runs": 1}))
        self._click("speedMeasure")
        self._desk.speed.step("perplexity", "llamacpp Q4_1", 512, 0.9)
        self._take("speed-again")
        self._desk.speed.stop()
        self._desk.speed.failed.emit(MeasurementFailed("the process ended with 137"))
        self._take("speed-failed")

    def servers(self) -> None:
        """No server yet, one here and one elsewhere."""
        models = self.window.places.models
        models.banner.clear()
        models.tabs.setCurrentWidget(models.servers)
        self._take("servers-empty")
        self._desk.servers.servers = [LAB, NEAR]
        self._desk.servers.changed.emit([LAB, NEAR])
        self._take("servers")

    def connecting(self) -> None:
        """The dialog: at first, not encrypted, refused, and with the models of a server."""
        dialog = ServerDialog(self._fakes.servers, None, self.window)
        self._show(dialog, "server-new")
        dialog.address.setText("http://models.lab.example.org:8000")
        self._fakes.servers.answer = ServerRefusedKey("http://models.lab.example.org:8000/v1")
        dialog.test.click()
        self._take("server-refused", dialog)
        self._fakes.servers.answer = [ListedModel(name) for name in LAB.models]
        dialog.address.setText("https://models.lab.example.org")
        dialog.test.click()
        self._take("server-found", dialog)
        dialog.close()

    def serving(self) -> None:
        """The server of the app: off, on, with its key, and without a port."""
        dialog = SettingsDialog(self._desk.services, self.window)
        dialog.show_page("server")
        self._show(dialog, "serving-off")
        self._desk.serving.show(ON)
        self._take("serving-on", dialog)
        find(dialog, QAbstractButton, "serverShowKey").click()
        self._take("serving-key", dialog)
        self._desk.serving.show(ServerStatus("failed", error=PortTaken(8321)))
        self._take("serving-failed", dialog)
        dialog.close()

    def memory_settings(self) -> None:
        dialog = SettingsDialog(self._desk.services, self.window)
        dialog.show_page("models")
        dialog.resize(dialog.width(), 980)
        self._show(dialog, "memory-settings")
        dialog.close()

    def engines(self) -> None:
        """Who runs a model and why, and where text goes."""
        self._trigger("showChat")
        sources = [a_source("starter"), PACKED, *remote_models([LAB, NEAR])]
        self._desk.models.models = sources
        self._desk.models.refresh()
        bar = self.window.page.bar
        bar.pick(PACKED.name)
        self._take("engine-of-a-file")
        bar.pick(sources[2].name)
        self._take("remote-chosen")
        model = a_loaded_model(sources[2], device=a_device(), engine="remote", memory_bytes=0)
        self._state(EngineState("ready", model=model, device=a_device()))
        self._desk.serving.show(ON)
        self._take("remote-loaded")

    def model_settings(self) -> None:
        entry = an_entry(PACKED.name, title=PACKED.title, format="gguf")
        dialog = ModelSettingsDialog(entry, self.window)
        self._show(dialog, "model-settings")
        dialog.close()

    def json_answers(self) -> None:
        """Answers as JSON in the panel, and the dialog of a schema."""
        able = Capabilities(json_schema=True)
        model = a_loaded_model(PACKED, engine="llama.cpp", capabilities=able)
        self._state(EngineState("ready", model=replace(model, memory_bytes=5 * GB)))
        panel = self.window.page.panel
        panel.show()
        self._take("json")
        panel.json.picker.setCurrentIndex(OWN)
        panel.json.picker.activated.emit(OWN)
        dialog = find(self.window, SchemaDialog, "schemaDialog")
        self._take("schema", dialog)
        text = dialog.edit.toPlainText()
        dialog.edit.setPlainText(text.replace('"type": "object"', '"type": object', 1))
        self._take("schema-invalid", dialog)
        dialog.edit.setPlainText(text)
        dialog.accept()
        panel.json.show_schema(text)
        self._take("json-own")
        panel.hide()

    def too_large(self) -> None:
        """A model that does not fit, and one that nearly does."""
        self._desk.inference.chosen = PACKED
        ways = [Way(5 * GB, weights="8-bit"), Way(6 * GB, context=4096)]
        ways += [Way(3 * GB, weights="4-bit", context=2048)]
        for name, kind, free in (("too-large", NotEnoughMemory, 7), ("tight", MemoryTight, 10)):
            error = kind(PACKED.title, 9 * GB, free * GB, write_ways(tuple(ways)))
            self._state(EngineState("failed", error=error, device=a_device()))
            self._take(name)
        self.window.page.banner.clear()

    def details(self) -> None:
        """What was read before and what was guessed, of an answer."""
        record = a_record(
            prompt_tokens=1840, new_tokens=212, cached_tokens=1600, drafted_tokens=160,
            accepted_tokens=118, model="SmolLM2 135M Instruct",
        )  # fmt: skip
        message = a_message("assistant", "An answer.", generation=record)
        dialog = DetailsDialog(message, lambda work, done: None, self.window)
        self._show(dialog, "details")
        dialog.close()

    def idle(self) -> None:
        """The model was given back while nobody used it; the server is on."""
        self._state(EngineState("idle", rested=True, device=a_device()))
        self._desk.serving.show(ON)
        self._take("idle")
        self._desk.load(weights_reason=None)
        self._desk.inference.finished.emit(
            "one", replace(a_result("one", "Hello"), cache_bytes=812_000_000)
        )
        self._take("memory")

    @property
    def _fakes(self) -> Any:
        """The desk, whose fakes stand for the services."""
        return self._desk

    def _state(self, state: EngineState) -> None:
        self._desk.inference.set_state(state)

    def _trigger(self, command: str) -> None:
        self.window.commands[command].trigger()

    def _click(self, name: str) -> None:
        find(self.window, QAbstractButton, name).click()

    def _show(self, dialog: QDialog, name: str) -> None:
        dialog.show()
        self._take(name, dialog)
