"""Draw resources/icons/ from its two SVG files: PNG, .ico (Windows) and .icns (macOS).

Run after changing an SVG: `.venv/bin/python packaging/make_icons.py`; the results are committed.
Up to 32 pixels the simplified drawing is used, since the full one would blur there.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "icons"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 256)
ICNS_TYPES = {"icp4": 16, "icp5": 32, "ic07": 128, "ic08": 256, "ic09": 512}


def draw(size: int) -> bytes:
    """The icon as a square PNG of `size` pixels."""
    name = "desktop-llm-small.svg" if size <= 32 else "desktop-llm.svg"
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(FOLDER / name)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, b"PNG", 0)
    return bytes(data.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon: a header, one directory entry a picture, then the pictures as PNG."""
    offset = 6 + 16 * len(pictures)
    directory = b""
    for size, picture in pictures.items():
        side = size % 256  # 256 is written as 0
        directory += struct.pack("<4B2H2I", side, side, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    return struct.pack("<3H", 0, 1, len(pictures)) + directory + b"".join(pictures.values())


def icns(pictures: dict[str, bytes]) -> bytes:
    """A macOS icon: chunks of a four-letter type, the length with this header, and a PNG."""
    chunks = b"".join(
        kind.encode() + struct.pack(">I", 8 + len(picture)) + picture
        for kind, picture in pictures.items()
    )
    return b"icns" + struct.pack(">I", 8 + len(chunks)) + chunks


def main() -> None:
    """Write every file anew."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QGuiApplication([])
    pictures = {size: draw(size) for size in SIZES}
    for size, picture in pictures.items():
        (FOLDER / f"desktop-llm-{size}.png").write_bytes(picture)
    (FOLDER / "desktop-llm.ico").write_bytes(ico({size: pictures[size] for size in ICO_SIZES}))
    (FOLDER / "desktop-llm.icns").write_bytes(
        icns({kind: pictures[size] for kind, size in ICNS_TYPES.items()})
    )
    app.quit()


if __name__ == "__main__":
    main()
