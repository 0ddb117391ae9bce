"""A model for which there is too little memory: smaller settings that fit, one click each."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QLocale, QObject, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.memory_fit import MemoryTight, NotEnoughMemory
from desktop_llm.core.memory_plan import Way, read_ways
from desktop_llm.library.hub_types import ModelChoices
from desktop_llm.ui.context import Services
from desktop_llm.ui.models.speed_words import setting_words
from desktop_llm.ui.widgets.banner import ErrorBanner


class MemoryOffer(QObject):
    """Puts the ways out of NotEnoughMemory below it and carries out the one that is chosen."""

    def __init__(self, banner: ErrorBanner, services: Services) -> None:
        super().__init__(banner)
        self._banner = banner
        self._inference = services.inference
        self._library = services.library
        self._model: ModelSource | None = None
        self._ways: tuple[Way, ...] = ()
        self._setting = ""
        banner.offer_chosen.connect(self._take)
        self._library.choices_changed.connect(self._set)

    def show(self, error: ExpectedError) -> bool:
        """Show `error` with what can be done; False if it is none of ours, or nothing can be."""
        if not isinstance(error, NotEnoughMemory):
            return False
        self._model = self._inference.chosen
        self._ways = read_ways(str(error.facts.get("ways", "")))
        offers = [self._words(way) for way in self._ways]
        if isinstance(error, MemoryTight):
            offers.append(self.tr("Load it anyway"))
        if self._model is None or not offers:
            return False
        self._banner.show_error(error, False, offers, warns=isinstance(error, MemoryTight))
        return True

    def _words(self, way: Way) -> str:
        locale = QLocale()
        facts = {
            "size": locale.formattedDataSize(way.needed, 1, locale.DataSizeFormat.DataSizeSIFormat),
            "tokens": locale.toString(way.context),
            "bits": setting_words(way.weights),
        }
        match way.context, way.engine, way.weights:
            case 0, "llama.cpp", _:
                text = self.tr("Run its file with llama.cpp: needs {size}")
            case _, "llama.cpp", _:
                text = self.tr("Run its file with llama.cpp, {tokens} tokens: needs {size}")
            case _, _, "auto":
                text = self.tr("Load it for {tokens} tokens: needs {size}")
            case 0, _, _:
                text = self.tr("Load it with {bits} weights: needs {size}")
            case _:
                text = self.tr("Load it with {bits} weights for {tokens} tokens: needs {size}")
        return text.format(**facts)

    @Slot(int)
    def _take(self, number: int) -> None:
        """Keep the chosen way as the model's own setting, and load it so."""
        model = self._model
        if model is None:
            return
        self._banner.clear()
        if number >= len(self._ways):
            self._inference.load_anyway(model)
            return
        entry = self._library.find(model.name)
        self._setting = model.name
        choices = entry.choices if entry else ModelChoices()
        self._library.set_choices(model.name, changed(choices, self._ways[number]))

    @Slot(str)
    def _set(self, name: str) -> None:
        """What was chosen is kept now: the model can be loaded as it says."""
        if name == self._setting and self._model is not None:
            self._setting = ""
            self._inference.load(self._model)


def changed(choices: ModelChoices, way: Way) -> ModelChoices:
    """`choices` with what `way` changes."""
    return replace(
        choices,
        context_length=way.context or choices.context_length,
        weights=choices.weights if way.weights == "auto" else way.weights,
        engine=choices.engine if way.engine == "auto" else way.engine,
    )
