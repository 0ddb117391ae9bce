"""What lies over the window while something is dragged above it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication, QLabel

from desktop_llm.ui.models.dropped import is_model, models_in
from desktop_llm.ui.models.questions import ImportQuestion
from tests.gui.conftest import Desk, find


def drag(desk: Desk, path: Path) -> str:
    """Drag `path` above the window; what the overlay says."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none = Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none
    )
    QApplication.sendEvent(desk.window, event)
    labels = desk.window.places.overlay.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.isVisible())


def test_a_model_is_imported_and_data_is_trained_on(
    desk: Desk, model_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.touch()
    assert "import" in drag(desk, model_folder("phi"))
    assert "Train on it" in drag(desk, rows)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("config.json",), True),
        (("adapter_config.json",), True),
        (("x.Q4_K_M.gguf",), True),
        (("rows.jsonl", "more.csv"), False),
        ((), False),
    ],
)
def test_a_folder_is_a_model_if_it_holds_one(
    tmp_path: Path, names: tuple[str, ...], expected: bool
) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert is_model(tmp_path) is expected


def test_a_gguf_file_is_a_model_in_any_case(tmp_path: Path) -> None:
    file = tmp_path / "X.GGUF"
    file.touch()
    assert models_in([file, tmp_path / "gone.gguf", tmp_path / "rows.csv"]) == [file]


def test_the_welcome_page_leads_to_other_models(desk: Desk) -> None:
    desk.window.page.welcome.find_requested.emit()
    assert desk.window.places.shown == "navModels"
    assert desk.window.places.models.discover.isVisible()


def test_a_model_is_imported_from_the_menu_too(
    desk: Desk, model_folder: Callable[[str], Path]
) -> None:
    desk.window.commands["importModel"].trigger()
    page = desk.window.places.models
    page.import_paths([model_folder("phi")])
    assert find(page, ImportQuestion, "importQuestion").isVisible()
    for dialog in page.findChildren(ImportQuestion):
        dialog.reject()
