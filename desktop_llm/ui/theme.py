"""The one place with colours, distances, radii and type sizes.

`apply` gives an application the Fusion style, a palette and one style sheet made from these tokens.
Widgets that paint themselves read `current()` and repaint on `notifier().changed`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from desktop_llm.ui.style_sheet import style_sheet

Choice = Literal["system", "light", "dark"]

CHINESE_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei")
"""Linux only; macOS and Windows choose well by themselves."""


@dataclass(frozen=True)
class Colors:
    """Colours by purpose, as `#rrggbb`. Text on any surface keeps a contrast of 4.5:1."""

    window: str
    """Behind the rail, the lists and the bars."""
    surface: str
    """Behind the conversation and in input fields."""
    surface_raised: str
    """Cards, menus and hovered rows."""
    border: str
    border_strong: str
    """Edges of things that can be operated, 3:1 on their surface."""
    text: str
    text_muted: str
    accent: str
    accent_hover: str
    accent_text: str
    """Text on the accent."""
    accent_soft: str
    """A chosen row: a hint of the accent, with `text` on it."""
    user_bubble: str
    code_background: str
    code_border: str
    second: str
    """The other curve beside one in the accent."""
    danger: str
    warning: str
    success: str
    selection: str
    found: str
    found_now: str
    link: str
    trained: str
    """Behind tokens that are in the loss."""
    trained_text: str
    cut: str
    """Behind tokens that are beyond the maximum length."""
    cut_text: str
    context: dict[str, str]
    """The parts of the model's context, side by side, 3:1 on any surface."""
    syntax: dict[str, str]
    """keyword, string, comment, number, name, operator; on `code_background`."""


@dataclass(frozen=True)
class Spacing:
    """Distances in logical pixels."""

    xs: int = 4
    s: int = 8
    m: int = 12
    l: int = 16  # noqa: E741 - the scale's own name
    xl: int = 24


@dataclass(frozen=True)
class Radius:
    """Corner radii in logical pixels."""

    s: int = 4
    m: int = 8
    l: int = 12  # noqa: E741


@dataclass(frozen=True)
class Fonts:
    """The type scale, in points, over the system's own font."""

    base_pt: float = 10.0
    small_pt: float = 9.0
    title_pt: float = 16.0
    mono_family: str = "monospace"


@dataclass(frozen=True)
class Theme:
    """All tokens of one appearance."""

    colors: Colors
    dark: bool = False
    spacing: Spacing = field(default_factory=Spacing)
    radius: Radius = field(default_factory=Radius)
    fonts: Fonts = field(default_factory=Fonts)


LIGHT = Colors(
    window="#f4f4f2",
    surface="#ffffff",
    surface_raised="#ececea",
    border="#dfdfdb",
    border_strong="#85858c",
    text="#1c1c20",
    text_muted="#5d5d66",
    accent="#3b55c9",
    accent_hover="#2f46ad",
    accent_text="#ffffff",
    accent_soft="#e0e5f8",
    user_bubble="#e9edfa",
    code_background="#f6f6f4",
    code_border="#e1e1dc",
    second="#a0460f",
    danger="#b3261e",
    warning="#805200",
    success="#1a6e36",
    selection="#c5d0f7",
    found="#fdf0b5",
    found_now="#ffc44a",
    link="#3049b8",
    trained="#d5eedd",
    trained_text="#114a26",
    cut="#f9e0dd",
    cut_text="#8c1d16",
    context={
        "system": "#7d4bb0",
        "pinned": "#b0610a",
        "kept": "#5b74dd",
        "draft": "#2a8a4a",
        "dropped": "#85858c",
    },
    syntax={
        "keyword": "#8430a8",
        "string": "#1a6e36",
        "comment": "#63636c",
        "number": "#a0460f",
        "name": "#2f49b5",
        "operator": "#45454e",
    },
)

DARK = Colors(
    window="#18181b",
    surface="#1f1f23",
    surface_raised="#2a2a30",
    border="#36363d",
    border_strong="#74747e",
    text="#ececf0",
    text_muted="#a6a6b0",
    accent="#8fa4ff",
    accent_hover="#a9b9ff",
    accent_text="#10142b",
    accent_soft="#2b3150",
    user_bubble="#2b3047",
    code_background="#17171a",
    code_border="#33333a",
    second="#f0aa7a",
    danger="#ff938a",
    warning="#e9b949",
    success="#6bd596",
    selection="#3d4c8c",
    found="#544a1c",
    found_now="#8a6a0a",
    link="#a3b4ff",
    trained="#1c3f2a",
    trained_text="#b3ebc6",
    cut="#482422",
    cut_text="#ffb7b0",
    context={
        "system": "#b68be0",
        "pinned": "#e9a35a",
        "kept": "#7c92f2",
        "draft": "#5cc486",
        "dropped": "#80808a",
    },
    syntax={
        "keyword": "#d3a1f5",
        "string": "#8fd6a4",
        "comment": "#9a9aa5",
        "number": "#f0aa7a",
        "name": "#9db3ff",
        "operator": "#c5c5ce",
    },
)


class Notifier(QObject):
    """Says that `current()` is another theme now."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme = Theme(LIGHT)
        self.choice: Choice = "system"
        self.followed: QApplication | None = None

    @Slot()
    def follow_system(self) -> None:
        """The system went light or dark, or its font changed."""
        if self.followed is not None:
            apply(self.followed, self.choice)


_notifier = Notifier()


def current() -> Theme:
    """The theme in use; light until `apply` was called."""
    return _notifier.theme


def notifier() -> Notifier:
    """The object whose `changed` signal tells of a new theme."""
    return _notifier


def apply(app: QApplication, choice: Choice) -> None:
    """Dress `app` in the theme of `choice`; "system" follows the desktop from now on."""
    hints = app.styleHints()
    if _notifier.followed is not app:
        _notifier.followed = app
        app.setStyle(QStyleFactory.create("Fusion"))
        _choose_chinese_font(app)
        hints.colorSchemeChanged.connect(_notifier.follow_system)
    if choice != _notifier.choice:
        _notifier.choice = choice
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        hints.setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
    dark = choice == "dark" or (choice == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    theme = Theme(DARK if dark else LIGHT, dark, fonts=_fonts(app))
    if theme == _notifier.theme and app.styleSheet():
        return
    _notifier.theme = theme
    app.setPalette(_palette(theme.colors))
    app.setStyleSheet(style_sheet(theme))
    _notifier.changed.emit()


def code_font(fonts: Fonts, points: float) -> QFont:
    """The font of code; what it lacks, such as Chinese, comes from the application's fonts."""
    plain = QFont(fonts.mono_family)
    plain.setStyleHint(QFont.StyleHint.Monospace)
    plain.setFixedPitch(True)
    real = QFontInfo(plain).family()  # "monospace" before a named font would give way to that
    plain.setFamilies([real, *QApplication.font().families()])
    plain.setPointSizeF(points)
    return plain


def _choose_chinese_font(app: QApplication) -> None:
    """Name the font for Chinese: left to itself, Linux takes a bold or a Japanese one."""
    present = [name for name in CHINESE_FONTS if QFontDatabase.hasFamily(name)]
    if present:
        font = app.font()
        font.setFamilies([QFontInfo(font).family(), *present])
        app.setFont(font)


def _fonts(app: QApplication) -> Fonts:
    base = app.font().pointSizeF()
    mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    return Fonts(base, round(base * 0.9, 1), round(base * 1.6, 1), mono)


def _palette(colors: Colors) -> QPalette:
    role = QPalette.ColorRole
    by_role = {
        role.Window: colors.window,
        role.WindowText: colors.text,
        role.Base: colors.surface,
        role.AlternateBase: colors.surface_raised,
        role.ToolTipBase: colors.surface_raised,
        role.ToolTipText: colors.text,
        role.PlaceholderText: colors.text_muted,
        role.Text: colors.text,
        role.Button: colors.surface_raised,
        role.ButtonText: colors.text,
        role.BrightText: colors.danger,
        role.Highlight: colors.selection,
        role.HighlightedText: colors.text,
        role.Accent: colors.accent,
        role.Link: colors.link,
        role.LinkVisited: colors.link,
        role.Light: colors.surface,
        role.Midlight: colors.surface_raised,
        role.Mid: colors.border,
        role.Dark: colors.border_strong,
        role.Shadow: colors.border_strong,
    }
    palette = QPalette()
    for each, value in by_role.items():
        palette.setColor(each, QColor(value))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(colors.text_muted))
    return palette
