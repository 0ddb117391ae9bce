"""The downloads: how far each is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.library.download_list import Download
from desktop_llm.library.hub_types import DownloadProgress
from desktop_llm.ui import icons
from desktop_llm.ui.models.words import duration_words, size_words
from desktop_llm.ui.translate import error_text
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named

STEPS = 1000
ROWS = 3
"""Shown at once, where there is room; the others by scrolling."""
ROW = 52
ROOMY = 640
"""Pixels of height from which on several downloads may be seen at once."""


class DownloadRow(QWidget):
    """One download: name, words, bar, and its buttons."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    first_requested = Signal(str)

    def __init__(self, download: Download) -> None:
        super().__init__()
        self.download = download
        self._name, self._state, self._problem = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self._state.setProperty("kind", "muted")
        self._problem.setProperty("kind", "danger")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        repo = download.plan.repo
        self.pause = self._button("pause", self.tr("Pause the download of {model}"), repo)
        self.resume = self._button("play", self.tr("Resume the download of {model}"), repo)
        self.up = self._button("arrow-up", self.tr("Fetch {model} earlier"), repo)
        self.cancel = self._button("x", self.tr("Give up the download of {model}"), repo)
        self._arrange()
        self.pause.clicked.connect(lambda: self.pause_requested.emit(download.id))
        self.resume.clicked.connect(lambda: self.resume_requested.emit(download.id))
        self.up.clicked.connect(lambda: self.first_requested.emit(download.id))
        self.cancel.clicked.connect(lambda: self.cancel_requested.emit(download.id))
        self.show_download(download)

    def _button(self, icon: str, text: str, repo: str) -> QToolButton:
        words = text.format(model=repo)
        names = {"play": "resume", "arrow-up": "up", "x": "cancel"}
        name = f"{names.get(icon, icon)}Download"
        button = named(QToolButton(), name, words, words)
        button.setIcon(icons.icon(icon, "text_muted"))
        button.setIconSize(QSize(18, 18))
        return button

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self._name, 2)
        top.addWidget(self._state, 3)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addLayout(top)
        left.addWidget(self._bar)
        left.addWidget(self._problem)  # in place of the bar: it needs the whole width
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 6, 16, 6)
        row.setSpacing(4)
        row.addLayout(left, 1)
        row.addSpacing(8)
        for button in (self.up, self.pause, self.resume, self.cancel):
            row.addWidget(button)
        policy = self.up.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the bars stay below each other
        self.up.setSizePolicy(policy)
        self._bar.setAccessibleName(self.download.plan.repo)

    @property
    def text(self) -> str:
        """What is said about its state."""
        return self._problem.whole_text or self._state.whole_text

    def show_download(self, download: Download) -> None:
        """It is another now."""
        self.download = download
        plan, progress = download.plan, download.progress
        self._name.set_whole_text(f"{plan.repo} · {plan.choice}")
        failed = download.state == "failed" and download.error is not None
        text = self._words(download)
        for part, said in ((self._state, not failed), (self._problem, failed)):
            part.set_whole_text(text if said else "")
            part.setVisible(said)
        self._bar.setVisible(not failed)
        is_counting = download.state == "running" and progress is not None
        self._bar.setRange(0, 0 if download.state == "running" and not is_counting else STEPS)
        if progress and progress.total:
            self._bar.setValue(int(STEPS * progress.done / progress.total))
        self.up.setVisible(download.state == "waiting")
        can_pause = bool(plan.files)  # the starter's source knows no beginning in the middle
        self.pause.setVisible(can_pause and download.state in ("waiting", "running"))
        self.resume.setVisible(download.state in ("paused", "failed"))

    def _words(self, download: Download) -> str:
        if download.state == "failed" and download.error:
            return error_text(download.error)
        total = download.progress.total if download.progress else download.plan.size
        done = self._done_words(download.progress, total)
        if download.state == "waiting":
            return self.tr("Waiting")
        if download.state == "paused":
            return self.tr("Paused: {done}").format(done=done)
        progress = download.progress
        if progress is None:
            return self.tr("Starting…")
        if progress.stage != "fetching":
            checking, placing = self.tr("Checking {file}…"), self.tr("Putting {file} in its place…")
            return (checking if progress.stage == "checking" else placing).format(
                file=progress.file
            )
        parts = [done, self._speed_words(progress), duration_words(progress.seconds_left)]
        return " · ".join(part for part in parts if part)

    def _done_words(self, progress: DownloadProgress | None, total: int) -> str:
        done = progress.done if progress else 0
        text = self.tr("{done} of {total}")
        return text.format(done=size_words(done) if done else "0", total=size_words(total))

    def _speed_words(self, progress: DownloadProgress) -> str:
        if progress.bytes_per_s <= 0:
            return ""
        return self.tr("{size} a second").format(size=size_words(progress.bytes_per_s))


class DownloadsView(QFrame):
    """Hidden while nothing is to be fetched."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    first_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "downloads", self.tr("Downloads"))
        self.setProperty("pane", "bottom")
        self.rows: dict[str, DownloadRow] = {}
        self._most = ROWS
        self._title = label(kind="heading")
        self._title.setContentsMargins(24, 8, 24, 0)
        self._list = QWidget()
        self._list.setProperty("pane", "clear")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._area = named(QScrollArea(), "downloadsArea", self.tr("Downloads"))
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addWidget(self._area)
        self.hide()

    def show_downloads(self, downloads: Sequence[Download]) -> None:
        """Show those that are not done, in their order."""
        open_ones = [download for download in downloads if download.state != "done"]
        if list(self.rows) != [download.id for download in open_ones]:
            self._rebuild(open_ones)
        for download in open_ones:
            self.rows[download.id].show_download(download)
        self._fit_height()
        self._title.setText(self._title_words(len(open_ones)))
        self.setVisible(bool(open_ones))

    def _title_words(self, number: int) -> str:
        if number == 1:
            return self.tr("1 download")
        return self.tr("{number} downloads").format(number=number)

    def _rebuild(self, downloads: Sequence[Download]) -> None:
        wanted = {download.id for download in downloads}
        for gone in [key for key in self.rows if key not in wanted]:
            row = self.rows.pop(gone)
            row.hide()
            row.deleteLater()
        while self._column.takeAt(0):
            pass
        rows = self.rows
        self.rows = {each.id: rows.get(each.id) or self._row(each) for each in downloads}
        for row in self.rows.values():
            self._column.addWidget(row)

    def set_room(self, height: int) -> None:
        """The page is so high: a low one shows one download at once."""
        self._most = ROWS if height >= ROOMY else 1
        self._fit_height()

    def _fit_height(self) -> None:
        height = max([ROW, *(row.sizeHint().height() for row in self.rows.values())])
        self._area.setFixedHeight(height * min(self._most, len(self.rows)) + 2)

    def _row(self, download: Download) -> DownloadRow:
        row = DownloadRow(download)
        row.pause_requested.connect(self.pause_requested)
        row.resume_requested.connect(self.resume_requested)
        row.cancel_requested.connect(self.cancel_requested)
        row.first_requested.connect(self.first_requested)
        return row

    @Slot(object)
    def show_download(self, download: Download) -> None:
        """One has changed."""
        if row := self.rows.get(download.id):
            row.show_download(download)
