"""What the wheel needs beside the Python files: resources/, with the translations compiled."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ResourcesHook(BuildHookInterface[Any]):
    """Maps resources/ to desktop_llm/resources; an editable install finds it in the source tree."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files; `version` is `standard` or `editable`."""
        if version == "editable":
            return
        compiler = runpy.run_path(str(Path(self.root) / "packaging" / "translations.py"))
        compiler["compile_translations"]()
        for path in sorted(Path(self.root, "resources").rglob("*")):
            if path.is_file() and path.suffix != ".ts" and path.stem != "screenshot":
                name = path.relative_to(self.root).as_posix()
                build_data["force_include"][str(path)] = f"desktop_llm/{name}"
