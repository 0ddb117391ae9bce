"""A person who looks for models on the hub, fetches one, and finds it in the library."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSortFilterProxyModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionSlider, QWidget

from desktop_llm.library.hub_types import DownloadState, LibraryEntry
from desktop_llm.services.downloads import Download
from desktop_llm.ui.models.page import ModelsPage
from tests.person import Person

LEFT = Qt.MouseButton.LeftButton
STATES: tuple[DownloadState, ...] = ("waiting", "running", "paused", "failed")
"""Of downloads that the person can see."""


class ModelFinder(Person):
    """Uses the Models page with the mouse and the keys."""

    @property
    def page(self) -> ModelsPage:
        return self.window.places.models

    def go_to_library(self) -> None:
        self.click("navModels")
        self._click_tab(0)

    def go_to_discover(self) -> None:
        """Turn to Discover, and wait until it says of each model whether it runs here."""
        self.click("navModels")
        self._click_tab(1)
        rows = self.page.discover.results.rows
        self.wait(
            lambda: all(rows.fit(result) is not None for result in rows.results[:1]),
            what="for the judgement",
        )

    def type_query(self, text: str) -> None:
        """Write `text` in place of what is in the search field; the search begins by itself."""
        edit = self.find("modelSearch", QLineEdit)
        assert isinstance(edit, QLineEdit)
        edit.setFocus()
        edit.selectAll()
        QTest.keyClick(edit, Qt.Key.Key_Delete)
        QTest.keyClicks(edit, text)

    def search_for(self, text: str) -> None:
        """The results of `text`, or why there are none."""
        self.type_query(text)
        QTest.keyClick(self.find("modelSearch"), Qt.Key.Key_Return)
        self.wait(lambda: not self.window.services.hub.busy, what="for the results")

    def choose_result(self, repo: str) -> None:
        """Click `repo` in the list; its details, or why there are none."""
        results, details = self.page.discover.results, self.page.discover.details
        index = results.rows.index(results.rows.row_of(repo))
        assert index.isValid(), f"{repo} is not in the list"
        results.view.scrollTo(index)
        self._click_at(results.view.viewport(), results.view.visualRect(index))
        self.wait(lambda: details.repo == repo and details.state != "busy", what=f"for {repo}")

    def drag_context(self, share: float) -> None:
        """Drag the length of the conversation to this share of the slider's way."""
        slider = self.page.discover.details.overview.fit.slider
        option = QStyleOptionSlider()
        slider.initStyleOption(option)
        part, handle = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
        place = slider.style().subControlRect(part, option, handle, slider).center()
        goal = QPoint(round(share * (slider.width() - 1)), place.y())
        QTest.mousePress(slider, LEFT, pos=place)
        QTest.mouseMove(slider, goal)
        QTest.mouseRelease(slider, LEFT, pos=goal)

    def open_download(self) -> Download | None:
        """The first download that is not done."""
        downloads = self.window.services.downloads.downloads
        return next((each for each in downloads if each.state in STATES), None)

    def wait_for_download(self, state: DownloadState, share: float = 0.0) -> None:
        """Until the first download is in this state, and so much of it is here."""

        def there() -> bool:
            download = self.open_download()
            if download is None or download.state != state:
                return False
            progress = download.progress
            return progress is not None and progress.done >= share * progress.total

        self.wait(there, what=f"for a download that is {state}")

    def wait_for_entry(self, repo: str) -> LibraryEntry:
        """The model in the library, once nothing of it is missing."""
        rows = self.page.library.rows

        def found() -> LibraryEntry | None:
            return next((each for each in rows.entries if each.repo == repo), None)

        self.wait(lambda: found() is not None, what=f"for {repo} in the library")
        entry = found()
        assert entry is not None
        return entry

    def choose_entry(self, name: str) -> None:
        """Click a model of the library."""
        library = self.page.library
        shown = library.view.model()
        row = next(r for r in range(shown.rowCount()) if self._name(r) == name)
        library.view.scrollTo(shown.index(row, 0))
        self._click_at(library.view.viewport(), library.view.visualRect(shown.index(row, 0)))

    def _name(self, row: int) -> str:
        library = self.page.library
        shown = library.view.model()
        assert isinstance(shown, QSortFilterProxyModel)
        return library.rows.entries[shown.mapToSource(shown.index(row, 0)).row()].name

    def _click_tab(self, number: int) -> None:
        bar = self.page.tabs.tabBar()
        self._click_at(bar, bar.tabRect(number))

    @staticmethod
    def _click_at(widget: QWidget, place: QRect) -> None:
        QTest.mouseClick(widget, LEFT, pos=place.center())
