"""The model of a record, loaded as it was then, for as long as an answer is repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, get_args, get_type_hints

from desktop_llm.core.generation import GenerationRecord, LoadedModel, LoadOptions, ModelSource
from desktop_llm.services.inference import InferenceService

KINDS = get_type_hints(LoadOptions)
WEIGHTS = {0: "exact", 16: "exact", 8: "8-bit", 4: "4-bit"}
"""As `LoadOptions` calls them, by their bits."""
KEPT = 16
"""Bits of weights that are as their file has them; a format that is asked for changes them."""


class RecordedModel:
    """Gives the person's own choice back afterwards."""

    def __init__(
        self, inference: InferenceService, models: Callable[[], Sequence[ModelSource]]
    ) -> None:
        """`models` are those that can be loaded."""
        self._inference = inference
        self._models = models
        self._record: GenerationRecord | None = None
        self._before: ModelSource | None = None

    @property
    def in_use(self) -> bool:
        """The model that is loaded is not what the person chose."""
        return self._record is not None

    def use(self, record: GenerationRecord | None) -> bool:
        """Have the model of `record` loaded before the next request; None: the person's again.

        False if there is no such model here.
        """
        if record is None:
            self._give_back()
            return True
        source = next((model for model in self._models() if model.name == record.model), None)
        if source is None:
            return False
        if not self._is_there(record):
            self._before, self._record = self._inference.chosen, record
            self._inference.load(source)
        return True

    def applied_to(self, model: ModelSource, options: LoadOptions) -> LoadOptions:
        """`options`, or those of the record while its model is wanted. On InferenceThread."""
        record = self._record
        if record is None or record.model != model.name or model.remote:
            return options
        threads = record.threads or options.threads
        return replace(options, threads=threads, **_recorded(record))

    def _is_there(self, record: GenerationRecord) -> bool:
        """Whether it is in memory as it was, and no other is on its way."""
        loaded, chosen = self._inference.state.model, self._inference.chosen
        if loaded is None or chosen is None:
            return False
        return loaded.source.name == chosen.name and _same(loaded, record)

    def _give_back(self) -> None:
        """Unless the person has chosen a third one meanwhile."""
        record, self._record = self._record, None
        chosen = self._inference.chosen
        if record and self._before and chosen and chosen.name == record.model:
            self._inference.load(self._before)


def _recorded(record: GenerationRecord) -> dict[str, Any]:
    """The options that `record` tells; a file's own format is no choice, and a server has none."""
    found: dict[str, Any] = {}
    for name, value in (
        ("engine", record.engine),
        ("device", record.device),
        ("dtype", "auto" if record.bits == KEPT else record.dtype),
        ("weights", WEIGHTS.get(record.bits) if record.engine == "transformers" else None),
    ):
        if value in get_args(KINDS[name]):
            found[name] = value
    return found


def _same(loaded: LoadedModel, record: GenerationRecord) -> bool:
    chose_format = record.engine == "transformers"
    facts = (loaded.source.name, loaded.engine, loaded.device.kind, loaded.bits)
    wanted = (record.model, record.engine, record.device, record.bits)
    threads = not record.threads or loaded.threads == record.threads
    formats = not chose_format or loaded.device.dtype == record.dtype
    return facts == wanted and formats and threads
