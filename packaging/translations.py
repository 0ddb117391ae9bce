"""Compile resources/translations/*.ts into the .qm files that Qt reads.

Called by packaging/dev.py and by the wheel's build hook. A file is compiled only when it is newer
than its result. Needs PySide6, whose lrelease does the work.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "translations"


def compile_translations(folder: Path = FOLDER) -> list[Path]:
    """Bring every .qm in `folder` up to date; returns those that were made anew."""
    stale = [source for source in sorted(folder.glob("*.ts")) if _is_stale(source)]
    if not stale:
        return []
    tool = _lrelease()
    for source in stale:
        unfinished = source.with_suffix(".qm.new")  # a running app has the old one mapped
        subprocess.run([tool, "-silent", source, "-qm", unfinished], check=True)
        unfinished.replace(source.with_suffix(".qm"))
    return [source.with_suffix(".qm") for source in stale]


def _is_stale(source: Path) -> bool:
    result = source.with_suffix(".qm")
    return not result.is_file() or result.stat().st_mtime < source.stat().st_mtime


def _lrelease() -> Path:
    found = importlib.util.find_spec("PySide6")
    if found is None or found.origin is None:
        raise SystemExit("PySide6-Essentials is needed to compile the translations")
    return Path(found.origin).with_name("lrelease.exe" if sys.platform == "win32" else "lrelease")


if __name__ == "__main__":
    for made in compile_translations():
        print(f"compiled {made.name}")
