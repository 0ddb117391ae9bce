"""The models on this machine: list them, take one in, remove one."""

from __future__ import annotations

from desktop_llm.library.entries import list_library
from desktop_llm.library.imports import import_model
from desktop_llm.library.removal import freed_by, remove

__all__ = ["freed_by", "import_model", "list_library", "remove"]
