"""The one style sheet, made from the theme's tokens. It names no colour of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_llm.ui.theme import Theme


def style_sheet(theme: Theme) -> str:
    """The style sheet of the whole application in `theme`."""
    return "\n".join(part(theme) for part in (_bases,))


def _bases(theme: Theme) -> str:
    c, r, s = theme.colors, theme.radius, theme.spacing
    return f"""
QToolTip {{ background: {c.surface_raised}; color: {c.text}; border: 1px solid {c.border};
    border-radius: {r.s}px; padding: {s.xs}px {s.s}px; }}
"""
