"""The one style sheet, made from the theme's tokens. It names no colour of its own.

Widgets choose their look by the dynamic properties `kind` (buttons, labels) and `pane` (areas).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_llm.core.paths import resource

if TYPE_CHECKING:
    from desktop_llm.ui.theme import Theme


def style_sheet(theme: Theme) -> str:
    """The style sheet of the whole application in `theme`."""
    parts = (
        *(_areas, _labels, _buttons, _tool_buttons, _choices, _fields, _menus, _bars, _lists),
        *(_tables, _segments, _tabs),
    )
    return "\n".join(part(theme) for part in parts)


def _areas(theme: Theme) -> str:
    c, r, s = theme.colors, theme.radius, theme.spacing
    return f"""
QMainWindow, QDialog, QWidget[pane="window"] {{ background: {c.window}; }}
QWidget[pane="surface"] {{ background: {c.surface}; }}
QFrame[pane="rail"] {{ background: {c.window}; border-right: 1px solid {c.border}; }}
QFrame[pane="side"] {{ background: {c.window}; border-right: 1px solid {c.border}; }}
QFrame[pane="panel"] {{ background: {c.window}; border-left: 1px solid {c.border}; }}
QFrame[pane="top"] {{ background: {c.surface}; border-bottom: 1px solid {c.border}; }}
QFrame[pane="card"] {{ background: {c.surface}; border: 1px solid {c.border};
    border-radius: {r.l}px; }}
QFrame[pane="composer"] {{ background: {c.surface}; border: 1px solid {c.border_strong};
    border-radius: {r.l}px; }}
QFrame[pane="composer"][focused="true"] {{ border-color: {c.accent}; }}
QFrame[pane="chip"], QFrame[pane="notice"] {{ background: {c.surface_raised};
    border: 1px solid {c.border}; border-radius: {r.m}px; }}
QFrame[pane="banner"] {{ background: {c.surface}; border: 1px solid {c.danger};
    border-radius: {r.m}px; }}
QFrame[pane="drop"] {{ background: {c.surface}; border: 2px dashed {c.border_strong};
    border-radius: {r.l}px; }}
QFrame[pane="drop"][over="true"] {{ background: {c.accent_soft}; border-color: {c.accent}; }}
QFrame[pane="bottom"] {{ background: {c.surface}; border-top: 1px solid {c.border}; }}
QFrame[pane="warning"] {{ background: {c.surface}; border: 1px solid {c.warning};
    border-radius: {r.m}px; }}
QFrame[pane="overlay"] {{ background: {c.surface}; border: 2px dashed {c.border_strong};
    border-radius: {r.l}px; }}
QFrame[pane="overlay"][over="true"] {{ background: {c.accent_soft}; border-color: {c.accent}; }}
QFrame[pane="toast"] {{ background: {c.surface_raised}; border: 1px solid {c.border_strong};
    border-radius: {r.m}px; }}
QScrollArea, QScrollArea > QWidget > QWidget[pane="clear"] {{ background: transparent;
    border: 0; }}
QScrollArea[kind="reader"] {{ border: 2px solid transparent; border-radius: {r.m}px; }}
QScrollArea[kind="reader"]:focus {{ border-color: {c.accent}; }}
QToolTip {{ background: {c.surface_raised}; color: {c.text}; border: 1px solid {c.border};
    padding: {s.xs}px {s.s}px; }}
"""


def _labels(theme: Theme) -> str:
    c, f = theme.colors, theme.fonts
    return f"""
QLabel {{ background: transparent; }}
QLabel[kind="title"] {{ font-size: {f.title_pt}pt; font-weight: 600; }}
QLabel[kind="heading"] {{ font-weight: 600; }}
QLabel[kind="section"] {{ font-size: {f.base_pt * 1.2:.1f}pt; font-weight: 600; }}
QLabel[kind="muted"] {{ color: {c.text_muted}; }}
QLabel[kind="small"] {{ color: {c.text_muted}; font-size: {f.small_pt}pt; }}
QLabel[kind="warning"] {{ color: {c.warning}; }}
QLabel[kind="success"] {{ color: {c.success}; }}
QLabel[kind="danger"] {{ color: {c.danger}; font-size: {f.small_pt}pt; }}
"""


def _buttons(theme: Theme) -> str:
    c, r = theme.colors, theme.radius
    return f"""
QPushButton {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.border};
    border-radius: {r.m}px; padding: 6px 14px; min-height: 20px; }}
QPushButton:hover {{ background: {c.surface_raised}; }}
QPushButton:pressed {{ background: {c.border}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 5px 13px; }}
QPushButton:disabled {{ color: {c.text_muted}; }}
QPushButton[kind="primary"] {{ background: {c.accent}; color: {c.accent_text};
    border-color: {c.accent}; }}
QPushButton[kind="primary"]:hover {{ background: {c.accent_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[kind="primary"]:disabled {{ background: {c.surface_raised};
    color: {c.text_muted}; border-color: {c.border}; }}
QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; }}
QPushButton[kind="quiet"]:hover {{ background: {c.surface_raised}; }}
QPushButton[kind="quiet"]:focus {{ border-color: {c.accent}; }}
QPushButton[kind="fold"] {{ background: transparent; border: 2px solid transparent;
    padding: 3px 8px 3px 0; text-align: left; font-weight: 600; }}
QPushButton[kind="fold"]:hover {{ background: {c.surface_raised}; }}
QPushButton[kind="fold"]:focus {{ border-color: {c.accent}; }}
QPushButton[kind="example"] {{ text-align: left; padding: 10px 14px; border-radius: {r.l}px; }}
QPushButton[kind="example"]:focus {{ padding: 9px 13px; }}
QPushButton[kind="start"] {{ text-align: left; padding: 7px 10px; }}
QPushButton[kind="start"]:focus {{ padding: 6px 9px; }}
QPushButton[kind="chip"] {{ background: transparent; border: 2px solid transparent;
    padding: 2px 6px; text-align: left; }}
QPushButton[kind="chip"]:hover {{ background: {c.border}; }}
QPushButton[kind="chip"]:focus {{ border-color: {c.accent}; }}
"""


def _tool_buttons(theme: Theme) -> str:
    c, r = theme.colors, theme.radius
    return f"""
QToolButton {{ background: transparent; color: {c.text}; border: 2px solid transparent;
    border-radius: {r.m}px; padding: 4px; min-width: 20px; min-height: 20px; }}
QToolButton:hover {{ background: {c.surface_raised}; }}
QToolButton:checked {{ background: {c.accent_soft}; }}
QToolButton:focus {{ border-color: {c.accent}; }}
QToolButton[kind="menu"]::menu-indicator {{ image: none; }}
QToolButton[kind="toggle"]:checked {{ background: transparent; }}
QToolButton[kind="toggle"]:hover {{ background: {c.surface_raised}; }}
QToolButton[kind="rail"] {{ padding: 6px 0 4px 0; color: {c.text_muted};
    font-size: {theme.fonts.small_pt}pt; }}
QToolButton[kind="rail"]:checked {{ color: {c.accent}; }}
QToolButton[kind="send"] {{ background: {c.accent}; border: 2px solid {c.accent};
    border-radius: 18px; min-width: 32px; max-width: 32px; min-height: 32px; max-height: 32px;
    padding: 0; }}
QToolButton[kind="send"]:hover {{ background: {c.accent_hover}; }}
QToolButton[kind="send"]:focus {{ border-color: {c.text}; }}
QToolButton[kind="send"]:disabled {{ background: {c.surface_raised};
    border-color: {c.surface_raised}; }}
"""


def _choices(theme: Theme) -> str:
    c = theme.colors
    tick = resource(f"icons/tick-{'dark' if theme.dark else 'light'}.svg").as_posix()
    return f"""
QCheckBox::indicator, QListWidget::indicator {{ width: 14px; height: 14px;
    border: 1px solid {c.border_strong}; border-radius: 3px; background: {c.surface}; }}
QCheckBox::indicator:checked, QListWidget::indicator:checked {{ background: {c.accent};
    border-color: {c.accent}; image: url("{tick}"); }}
QRadioButton, QCheckBox {{ spacing: 8px; padding: 2px 4px 2px 0; min-height: 18px;
    border: 2px solid transparent; border-radius: {theme.radius.s}px; }}
QRadioButton:focus, QCheckBox:focus {{ border-color: {c.accent}; }}
QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid {c.border_strong};
    border-radius: 8px; background: {c.surface}; }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {c.accent};
    border-radius: 8px; background: {c.accent_text}; }}
"""


def _fields(theme: Theme) -> str:
    c, r = theme.colors, theme.radius
    return f"""
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit {{ background: {c.surface};
    color: {c.text}; border: 1px solid {c.border}; border-radius: {r.m}px;
    selection-background-color: {c.selection}; selection-color: {c.text}; }}
QLineEdit, QPlainTextEdit {{ placeholder-text-color: {c.text_muted}; }}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ padding: 5px 9px; min-height: 20px; }}
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover,
QPlainTextEdit:hover {{ border-color: {c.border_strong}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
QComboBox:on {{ border: 2px solid {c.accent}; padding: 4px 8px; }}
QPlainTextEdit {{ padding: 5px; }}
QPlainTextEdit:focus {{ border: 2px solid {c.accent}; padding: 4px; }}
QPlainTextEdit[kind="bare"], QPlainTextEdit[kind="bare"]:focus,
QPlainTextEdit[kind="bare"]:hover {{ border: 0; padding: 0; background: transparent; }}
QComboBox QLineEdit, QComboBox QLineEdit:focus {{ border: 0; padding: 0; min-height: 0;
    background: transparent; }}
QAbstractSpinBox {{ padding-left: 0; padding-right: 0; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{ border: 0; padding: 0;
    min-height: 0; background: transparent; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: 0; }}
QLineEdit QToolButton {{ border: 0; padding: 0; min-width: 0; min-height: 0; }}
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{ color: {c.text_muted}; }}
QComboBox::drop-down {{ border: 0; width: 26px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {c.surface}; color: {c.text};
    border: 1px solid {c.border_strong}; padding: 4px; outline: 0;
    selection-background-color: {c.accent_soft}; selection-color: {c.text}; }}
QComboBox QAbstractItemView::item {{ min-height: 28px; padding: 0 6px;
    border-radius: {r.s}px; }}
"""


def _menus(theme: Theme) -> str:
    c, r = theme.colors, theme.radius
    return f"""
QMenuBar {{ background: {c.window}; color: {c.text}; border-bottom: 1px solid {c.border};
    padding: 2px 4px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: {r.s}px; background: transparent; }}
QMenuBar::item:selected {{ background: {c.surface_raised}; }}
QMenu {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.border_strong};
    padding: 4px; }}
QMenu::item {{ padding: 6px 26px 6px 10px; border-radius: {r.s}px; }}
QMenu::item:selected {{ background: {c.accent_soft}; }}
QMenu::item:disabled {{ color: {c.text_muted}; }}
QMenu::separator {{ height: 1px; background: {c.border}; margin: 4px 8px; }}
"""


def _bars(theme: Theme) -> str:
    c, s = theme.colors, theme.spacing
    return f"""
QStatusBar {{ background: {c.window}; border-top: 1px solid {c.border}; }}
QStatusBar::item {{ border: 0; }}
QStatusBar QLabel {{ color: {c.text_muted}; font-size: {theme.fonts.small_pt}pt;
    padding: 2px {s.xs}px; }}
QProgressBar {{ background: {c.border}; border: 0; border-radius: 2px; max-height: 4px;
    min-height: 4px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 2px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {c.border}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c.border_strong}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {c.border}; }}
QSplitter[kind="clear"]::handle {{ background: transparent; }}
"""


def _lists(theme: Theme) -> str:
    c, r = theme.colors, theme.radius
    return f"""
QListView {{ background: transparent; border: 0; outline: 0; color: {c.text}; }}
QListWidget::item {{ padding: 0 10px; border-radius: {r.m}px;
    border: 2px solid transparent; }}
QListWidget[kind="checks"]::item {{ padding: 0 2px 0 0; min-height: 22px; }}
QListWidget[kind="checks"][pane="sheet"] {{ padding: 4px; }}
QListWidget::item:hover {{ background: {c.surface_raised}; }}
QListWidget::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
QListWidget::item:focus {{ border-color: {c.accent}; }}
QTextEdit {{ background: {c.surface}; border: 1px solid {c.border};
    border-radius: {r.m}px; }}
"""


def _tables(theme: Theme) -> str:
    c, r = theme.colors, theme.radius
    return f"""
QTableView, QTreeView {{ background: {c.surface}; border: 1px solid {c.border};
    border-radius: {r.m}px;
    gridline-color: {c.border}; outline: 0; color: {c.text};
    selection-background-color: {c.accent_soft}; selection-color: {c.text}; }}
QTableView:focus, QTreeView:focus {{ border: 1px solid {c.accent}; }}
QTableView::item {{ padding: 4px 8px; border: 0; }}
QTreeView[kind="roomy"]::item {{ padding: 4px 8px; }}
QAbstractScrollArea[pane="sheet"] {{ background: {c.surface}; border: 1px solid {c.border};
    border-radius: {r.m}px; }}
QAbstractScrollArea[pane="sheet"]:focus {{ border-color: {c.accent}; }}
QHeaderView {{ background: transparent; border: 0; }}
QHeaderView::section {{ background: transparent; color: {c.text_muted}; border: 0;
    border-bottom: 1px solid {c.border}; padding: 6px 11px; }}
QHeaderView::section:vertical {{ border: 0; padding: 0 4px; }}
QAbstractScrollArea::corner {{ background: transparent; border: 0; }}
QTableCornerButton::section {{ background: transparent; border: 0;
    border-bottom: 1px solid {c.border}; }}
"""


def _segments(theme: Theme) -> str:
    c, r = theme.colors, theme.radius
    return f"""
QFrame[pane="segments"] {{ background: {c.surface_raised}; border-radius: {r.m}px; }}
QPushButton[kind="segment"] {{ background: transparent; border: 2px solid transparent;
    border-radius: {r.m}px; padding: 3px 12px; min-height: 20px; color: {c.text}; }}
QPushButton[kind="segment"]:hover {{ background: {c.border}; }}
QPushButton[kind="segment"]:checked {{ background: {c.surface}; color: {c.accent};
    font-weight: 600; }}
QPushButton[kind="segment"]:focus {{ border-color: {c.accent}; }}
QPushButton[kind="segment"]:disabled {{ color: {c.text_muted}; }}
"""


def _tabs(theme: Theme) -> str:
    c, s = theme.colors, theme.spacing
    return f"""
QTabWidget::pane {{ border: 0; border-top: 1px solid {c.border}; }}
QTabWidget::tab-bar {{ left: {s.m}px; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; color: {c.text_muted}; border: 0;
    border-bottom: 2px solid transparent; padding: 11px 14px 9px 14px; }}
QTabBar::tab:hover {{ color: {c.text}; }}
QTabBar::tab:selected {{ color: {c.accent}; border-bottom-color: {c.accent}; }}
QTabBar::tab:focus {{ color: {c.accent}; background: {c.surface_raised}; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {c.border}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {c.accent}; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
    background: {c.accent}; border: 0; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {c.text}; width: 12px; height: 12px;
    margin: -6px 0; border-radius: 8px; }}
QStatusBar QToolButton {{ border: 2px solid transparent; padding: 0 6px; min-height: 20px;
    color: {c.accent}; font-size: {theme.fonts.small_pt}pt; }}
QStatusBar QToolButton:focus {{ border-color: {c.accent}; }}
"""
