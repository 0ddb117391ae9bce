"""The settings as an object that tells of changes and writes itself down."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.settings import Settings, load_settings, save_settings

log = logging.getLogger(__name__)

SAVE_DELAY_MS = 400


class Preferences(QObject):
    """Holds the `Settings` of the running app. Changes apply at once and are saved soon after."""

    changed = Signal(str)
    """The name of a setting that has a new value."""

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._value = load_settings(path)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_DELAY_MS)
        self._timer.timeout.connect(self.flush)

    @property
    def value(self) -> Settings:
        return self._value

    def set(self, name: str, value: Any) -> None:
        """Change one setting; raises `pydantic.ValidationError` if the schema refuses `value`."""
        if getattr(self._value, name) == value:
            return
        self._value = Settings.model_validate(self._value.model_dump() | {name: value})
        self._timer.start()
        self.changed.emit(name)

    def reset(self, name: str) -> None:
        """Back to the default."""
        self.set(name, Settings.model_fields[name].get_default(call_default_factory=True))

    @Slot()
    def flush(self) -> None:
        """Save what is not saved yet."""
        if not self._timer.isActive() and self.sender() is not self._timer:
            return
        self._timer.stop()
        try:
            save_settings(self._path, self._value)
        except OSError as error:
            log.warning("settings not saved: errno %s", error.errno)
