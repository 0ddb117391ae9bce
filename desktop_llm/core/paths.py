"""Where user data, settings, logs and the files that ship with the app are."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DATA_DIR_VARIABLE = "DESKTOP_LLM_DATA_DIR"
APP_ID = "io.github.desktop_llm.DesktopLLM"
"""The reverse-DNS name of the .desktop file, the icon and the bundle."""


@dataclass(frozen=True)
class Paths:
    """The app's own folders. Models in the Hugging Face cache are elsewhere and shared."""

    data: Path
    config: Path
    cache: Path
    logs: Path

    @property
    def database(self) -> Path:
        return self.data / "conversations.sqlite"

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"

    @property
    def models(self) -> Path:
        """Models that the app itself made, such as the converted starter."""
        return self.data / "models"

    @property
    def runs(self) -> Path:
        """Training runs, one folder each."""
        return self.data / "runs"

    @property
    def lock(self) -> Path:
        """Held by the one running window of this data folder."""
        return self.data / "window.lock"


def user_paths(data_dir: Path | None = None) -> Paths:
    """The folders to use; `data_dir` or `DESKTOP_LLM_DATA_DIR` moves everything below it."""
    chosen = data_dir or os.environ.get(DATA_DIR_VARIABLE)
    if chosen:
        root = Path(chosen).expanduser().absolute()
        return Paths(root, root / "config", root / "cache", root / "logs")
    dirs = platformdirs.PlatformDirs("desktop-llm", appauthor=False)
    return Paths(
        Path(dirs.user_data_dir),
        Path(dirs.user_config_dir),
        Path(dirs.user_cache_dir),
        Path(dirs.user_log_dir),
    )


def resource(name: str) -> Path:
    """The path of a file in `resources/`: in a source tree, a wheel or a frozen app.

    Raises FileNotFoundError, since a missing resource is a fault of the build.
    """
    package = Path(__file__).resolve().parent.parent
    roots = [package / "resources", package.parent / "resources"]
    if frozen := getattr(sys, "_MEIPASS", None):
        roots.insert(0, Path(frozen) / "resources")
    for root in roots:
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"resources/{name} is missing from this installation")
