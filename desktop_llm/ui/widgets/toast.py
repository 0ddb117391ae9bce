"""A short message at the bottom of a page that goes away by itself, with one action."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedWidget, QToolButton, QWidget

from desktop_llm.ui import icons
from desktop_llm.ui.widgets.named import label, named

VISIBLE_MS = 10_000


class Toast(QFrame):
    """Lies over its parent; `tell` shows it for ten seconds."""

    action_chosen = Signal()

    def __init__(self, parent: QWidget, above: int = 24) -> None:
        """`above`: pixels from the lower edge of `parent`, for what must not be covered there."""
        super().__init__(parent)
        self._area = parent
        self._above = above
        self.setProperty("pane", "toast")
        self.setObjectName("toast")
        self._run: Callable[[], object] | None = None
        self._text = label()
        self._action = named(QPushButton(), "toastAction", "")
        self._action.setProperty("kind", "quiet")
        self._close = named(QToolButton(), "toastClose", self.tr("Close this message"))
        self._close.setIcon(icons.icon("x", "text_muted"))
        for button in (self._action, self._close):  # a click leaves the focus where it is
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        for widget in (self._text, self._action, self._close):
            row.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(VISIBLE_MS)
        self._timer.timeout.connect(self.hide)
        self._action.clicked.connect(self._act)
        self._close.clicked.connect(self.hide)
        parent.installEventFilter(self)
        if isinstance(parent, QStackedWidget):  # a page that is shown comes to the top
            parent.currentChanged.connect(self.raise_)
        self.hide()

    def tell(self, text: str, action: str = "", run: Callable[[], object] | None = None) -> None:
        """Show `text`, with a button named `action` if one is given.

        It calls `run`; without one `action_chosen` is emitted.
        """
        self._run = run
        self._text.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 420))
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.setVisible(bool(action))
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    @Slot()
    def _act(self) -> None:
        self.hide()
        if self._run is not None:
            self._run()
        else:
            self.action_chosen.emit()

    def _place(self) -> None:
        area = self._area.rect()
        self.move((area.width() - self.width()) // 2, area.height() - self.height() - self._above)

    # Qt's own names

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)
