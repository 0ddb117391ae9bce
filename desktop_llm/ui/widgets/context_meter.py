"""How full the model's context would be with the next prompt: a ring and the figures."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_llm.core.context import ContextPlan
from desktop_llm.ui import theme

RING = 14
GAP = 7


class ContextMeter(QWidget):
    """Shows tokens of the prompt against the context length; nothing while either is unknown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contextMeter")
        self._plan: ContextPlan | None = None
        self._tell()

    def show_plan(self, plan: ContextPlan | None) -> None:
        """What the next prompt would be; None while that is unknown."""
        self._plan = plan
        self._tell()

    def text(self) -> str:
        """The figures, as shown."""
        if self._plan is None:
            return ""
        locale = QLocale()
        return self.tr("{tokens} of {limit} tokens").format(
            tokens=locale.toString(self._plan.used), limit=locale.toString(self._plan.limit)
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
        plan = self._plan
        if plan is None:
            return
        colors = theme.current().colors
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(1.5, (self.height() - RING) / 2 + 1.5, RING - 3, RING - 3)
        painter.setPen(QPen(QColor(colors.border), 3))
        painter.drawEllipse(ring)
        share = min(1.0, plan.used / max(1, plan.limit))
        full = colors.danger if plan.excess else colors.warning if share > 0.8 else colors.accent
        painter.setPen(QPen(QColor(full), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, 90 * 16, -round(share * 360 * 16))
        painter.setFont(self._font())
        painter.setPen(QColor(colors.danger if plan.excess else colors.text_muted))
        area = self.rect().adjusted(RING + GAP, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()
