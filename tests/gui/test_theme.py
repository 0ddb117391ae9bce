"""The theme: legible in both appearances, and it changes while the app runs."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel
from pytestqt.qtbot import QtBot

import desktop_llm
from desktop_llm.ui import icons, theme

TEXT = ("text", "text_muted", "accent", "danger", "warning", "success", "link")
SURFACES = ("window", "surface", "surface_raised")


def luminance(color: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    parts = QColor(color)
    red, green, blue = (linear(p) for p in (parts.redF(), parts.greenF(), parts.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=[theme.LIGHT, theme.DARK], ids=["light", "dark"])
def colors(request: pytest.FixtureRequest) -> theme.Colors:
    found: theme.Colors = request.param
    return found


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", TEXT)
def test_text_can_be_read_on_every_surface(colors: theme.Colors, text: str, surface: str) -> None:
    assert contrast(getattr(colors, text), getattr(colors, surface)) >= 4.5


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("accent_text", "accent"),
        ("accent_text", "accent_hover"),
        ("text", "accent_soft"),
        ("accent", "accent_soft"),
        ("text", "user_bubble"),
        ("text_muted", "user_bubble"),
        ("link", "user_bubble"),
        ("text", "selection"),
        ("text", "code_background"),
        ("text_muted", "code_background"),
        ("trained_text", "trained"),
        ("cut_text", "cut"),
    ],
)
def test_text_can_be_read_on_its_own_surface(colors: theme.Colors, text: str, surface: str) -> None:
    assert contrast(getattr(colors, text), getattr(colors, surface)) >= 4.5


def test_code_can_be_read(colors: theme.Colors) -> None:
    for color in colors.syntax.values():
        assert contrast(color, colors.code_background) >= 4.5


def test_focus_rings_and_edges_can_be_seen(colors: theme.Colors) -> None:
    for surface in ("window", "surface"):
        assert contrast(colors.accent, getattr(colors, surface)) >= 3
        assert contrast(colors.border_strong, getattr(colors, surface)) >= 3


def test_the_parts_of_the_context_can_be_told_apart_from_what_is_around_them(
    colors: theme.Colors,
) -> None:
    for color in colors.context.values():
        assert all(contrast(color, getattr(colors, surface)) >= 3 for surface in SURFACES)


def test_the_two_appearances_name_the_same_colours() -> None:
    assert theme.LIGHT.syntax.keys() == theme.DARK.syntax.keys()
    assert theme.LIGHT.context.keys() == theme.DARK.context.keys()
    assert all(getattr(theme.DARK, field.name) for field in fields(theme.Colors))


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_checked_box_has_a_tick_in_the_colour_of_text_on_the_accent(
    qapp: QApplication, qtbot: QtBot, look: theme.Choice
) -> None:
    theme.apply(qapp, look)
    box = QCheckBox()
    qtbot.addWidget(box)
    box.setChecked(True)
    picture = box.grab().toImage()
    places = [(x, y) for x in range(picture.width()) for y in range(picture.height())]
    seen = {picture.pixelColor(x, y).name() for x, y in places}
    colors = theme.current().colors
    theme.apply(qapp, "light")
    assert {colors.accent, colors.accent_text} <= seen


def test_a_choice_changes_palette_and_tells(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, "light")
    with qtbot.waitSignal(theme.notifier().changed):
        theme.apply(qapp, "dark")
    assert theme.current().dark
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(theme.DARK.window)
    theme.apply(qapp, "light")
    assert not theme.current().dark


def test_icons_take_the_colour_of_the_theme_of_now(qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    icon = icons.icon("trash")
    light = icon.pixmap(24, 24).toImage()
    theme.apply(qapp, "dark")
    assert icon.pixmap(24, 24).toImage() != light
    theme.apply(qapp, "light")


def test_every_widget_gets_the_font_and_colours(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, "dark")
    label = QLabel("text")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(theme.DARK.text)
    theme.apply(qapp, "light")


def test_no_colour_is_named_outside_the_theme() -> None:
    root = Path(desktop_llm.__file__).parent / "ui"
    for path in root.rglob("*.py"):
        if path.name == "theme.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                value = node.value
                is_color = value.startswith("#") and len(value) in (4, 7, 9)
                assert not (is_color and value[1:].isalnum()), f"{path}: {value}"
