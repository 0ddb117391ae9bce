"""How full the model's context would be with the next prompt: a ring and the figures."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_llm.ui import theme

RING = 14
GAP = 7


class ContextMeter(QWidget):
    """Shows tokens of the prompt against the context length; nothing while either is unknown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contextMeter")
        self._tokens: int | None = None
        self._limit: int | None = None
        self._tell()

    def set_tokens(self, tokens: int | None) -> None:
        """Tokens that the next prompt would have."""
        self._tokens = tokens
        self._tell()

    def set_limit(self, limit: int | None) -> None:
        """Tokens that the loaded model reads and writes at most; None while none is loaded."""
        self._limit = limit
        self._tell()

    @property
    def tokens(self) -> int:
        return self._tokens or 0

    @property
    def limit(self) -> int:
        return self._limit or 0

    @property
    def excess(self) -> int:
        """Tokens that are too many; 0 if the prompt fits and leaves room for one token."""
        if self._tokens is None or self._limit is None:
            return 0
        return max(0, self._tokens - self._limit + 1)

    def text(self) -> str:
        """The figures, as shown."""
        if self._limit is None or self._tokens is None:
            return ""
        locale = QLocale()
        return self.tr("{tokens} of {limit} tokens").format(
            tokens=locale.toString(self._tokens), limit=locale.toString(self._limit)
        )

    def _tell(self) -> None:
        self.setAccessibleName(self.tr("Context in use: {figures}").format(figures=self.text()))
        self.setToolTip(
            self.tr("Tokens of the conversation so far, of those that the model can read.")
        )
        self.setVisible(bool(self.text()))
        self.updateGeometry()
        self.update()

    def _font(self) -> QFont:
        font = self.font()
        font.setPointSizeF(theme.current().fonts.small_pt)
        return font

    # Qt's own names

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        width = RING + GAP + metrics.horizontalAdvance(self.text()) + 4
        return QSize(width if self.text() else 0, max(24, metrics.height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.text() or self._tokens is None or not self._limit:
            return
        colors = theme.current().colors
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(1.5, (self.height() - RING) / 2 + 1.5, RING - 3, RING - 3)
        painter.setPen(QPen(QColor(colors.border), 3))
        painter.drawEllipse(ring)
        share = min(1.0, self._tokens / self._limit)
        full = colors.danger if self.excess else colors.warning if share > 0.8 else colors.accent
        painter.setPen(QPen(QColor(full), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, 90 * 16, -round(share * 360 * 16))
        painter.setFont(self._font())
        painter.setPen(QColor(colors.danger if self.excess else colors.text_muted))
        area = self.rect().adjusted(RING + GAP, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()
