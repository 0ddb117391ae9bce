"""Files that a person gave with a message, as a line of small labels below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLocale, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics

from desktop_llm.core.conversation import Attachment
from desktop_llm.ui.chat.messages.look import Look
from desktop_llm.ui.chat.messages.plain import visible

SHOWN = 8
"""Labels at most; the last one stands for all the others then."""
_WIDEST = 260
_GAP = 6


def chip_texts(files: Sequence[Attachment]) -> list[str]:
    """What the labels say: name and size, or how many more there are."""
    shown = files if len(files) <= SHOWN else files[: SHOWN - 1]
    texts = [f"{visible(each.name)}  ·  {size_text(each.size)}" for each in shown]
    if len(files) > SHOWN:
        more = QCoreApplication.translate("MessageFrame", "{count} more files")
        texts.append(more.replace("{count}", QLocale().toString(len(files) - len(shown))))
    return texts


def size_text(size: int) -> str:
    """Bytes as people read them."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def chip_text(text: str, look: Look) -> str:
    """`text` short enough for a label."""
    metrics = QFontMetrics(look.quiet.font)
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _WIDEST)


def chip_places(files: Sequence[Attachment], look: Look, area: QRect, right: bool) -> list[QRect]:
    """Where the labels are: in lines below the upper edge of `area`, at its right side or left."""
    places: list[QRect] = []
    line: list[QRect] = []
    metrics = QFontMetrics(look.quiet.font)
    x, y = area.left(), area.top()
    for text in chip_texts(files):
        width = metrics.horizontalAdvance(chip_text(text, look)) + look.icon + 27
        size = QSize(min(width, area.width()), look.row)
        if line and x + size.width() > area.right() + 1:
            _align(line, area, right)
            x, y, line = area.left(), y + size.height() + _GAP, []
        line.append(QRect(x, y, size.width(), size.height()))
        places.append(line[-1])
        x += size.width() + _GAP
    _align(line, area, right)
    return places


def _align(line: list[QRect], area: QRect, right: bool) -> None:
    """Move a line of labels to the right side, in place."""
    if right and line:
        shift = area.right() - line[-1].right()
        for rect in line:
            rect.translate(shift, 0)
