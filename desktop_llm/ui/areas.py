"""The areas of a page in the order of reading: Tab goes through them, F6 from one to the next.

A widget with a focus proxy must not be among them or inside: Tab finds the proxy at the place where
the widget was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def tab_in_order(areas: Sequence[QWidget]) -> None:
    """Let Tab go through `areas`, in whatever order they were made."""
    stops = list(_stops(areas[0].window()))
    ordered = [each for area in areas for each in stops if area is each or area.isAncestorOf(each)]
    for before, after in pairwise(ordered):
        QWidget.setTabOrder(before, after)


def go(areas: Sequence[QWidget], step: int) -> None:
    """Give the focus to the next (1) or the previous (-1) of those `areas` that are shown."""
    shown = [area for area in areas if area.isVisible()]
    focused = QApplication.focusWidget()
    here = [n for n, area in enumerate(shown) if focused and area.isAncestorOf(focused)]
    start = here[0] if here else min(-step, 0)
    for distance in range(1, len(shown) + 1):
        area = shown[(start + step * distance) % len(shown)]
        if target := _entrance(area):
            target.setFocus(Qt.FocusReason.TabFocusReason)
            return


def _entrance(area: QWidget) -> QWidget | None:
    """Where one was in it last, else the first that can be used."""
    stops = [each for each in _stops(area.window()) if area.isAncestorOf(each)]
    for widget in (area.focusWidget(), *stops):
        if widget and widget.isVisible() and widget.isEnabled():
            return widget
    return None


def _stops(window: QWidget) -> Iterator[QWidget]:
    """What Tab can reach in a window, in the order of now."""
    widget = _next(window)
    while widget and widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.focusProxy():
            yield widget
        widget = _next(widget)


def _next(widget: QWidget) -> QWidget | None:
    """The next in the focus chain.

    PySide takes what `nextInFocusChain` returns for a child of the widget, and gives it up when
    that is deleted; naming its parent, which changes nothing in Qt, corrects that.
    """
    found = widget.nextInFocusChain()
    if found:
        found.setParent(found.parentWidget())
    return found
