"""Rows as the model sees them, one at a time, with the legend and what they teach."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from desktop_llm.training.job import TaskName
from desktop_llm.training.tokens import MaskState, PreviewToken, RowTokens, TokenReport
from desktop_llm.ui import icons, theme
from desktop_llm.ui.finetune.notes import Notes, Weight
from desktop_llm.ui.finetune.phrases import count
from desktop_llm.ui.finetune.token_view import TokenView, paint_token
from desktop_llm.ui.widgets.named import label, named

HEIGHT = 190


class TokenPage(QWidget):
    """Shows the preview rows of a TokenReport."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[RowTokens, ...] = ()
        self._number = 0
        self._said: list[tuple[Weight, str]] = []
        self.view = TokenView()
        self.view.setMinimumHeight(HEIGHT)
        self._previous = self._arrow("previousRow", "caret-left", self.tr("Previous example"))
        self._next = self._arrow("nextRow", "caret-right", self.tr("Next example"))
        self._where = label(kind="muted")
        self._label = label(kind="heading")
        self._verdict = Notes()
        self._verdict.setObjectName("stopVerdict")
        legend = QHBoxLayout()
        legend.setSpacing(6)
        states: tuple[tuple[MaskState, str], ...] = (
            ("trained", self.tr("learned")),
            ("ignored", self.tr("only read")),
            ("cut", self.tr("cut off")),
        )
        for state, text in states:
            legend.addWidget(LegendKey(state, text))
        legend.addStretch()
        legend.addWidget(self._label)
        legend.addWidget(self._where)
        legend.addWidget(self._previous)
        legend.addWidget(self._next)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(legend)
        column.addWidget(self.view, 1)
        column.addWidget(self._verdict)
        self._previous.clicked.connect(self._back)
        self._next.clicked.connect(self._forth)
        self.show_report(None, "sft")

    def _arrow(self, name: str, icon: str, words: str) -> QToolButton:
        button = named(QToolButton(), name, words, words)
        button.setIcon(icons.icon(icon))
        return button

    def show_report(self, report: TokenReport | None, task: TaskName) -> None:
        """Show the rows of `report`; the place in them is kept."""
        self._rows = report.rows if report else ()
        self._number = min(self._number, max(len(self._rows) - 1, 0))
        self._said = self._verdicts(report, task) if report else []
        self._show_row()

    def _verdicts(self, report: TokenReport, task: TaskName) -> list[tuple[Weight, str]]:
        if task == "classify":
            return [("note", self.tr("The model reads the text and learns to say the label."))]
        untrained = sum(not trained for trained in report.trained)
        said: list[tuple[Weight, str]] = []
        if report.stop_learned:
            said.append(self._good())
        elif report.stop_learned is False:
            said.append(
                (
                    "warning",
                    self.tr(
                        "The token that ends an answer is not learned: the model may go on "
                        "writing without an end. Raise the length, or choose another base model."
                    ),
                )
            )
        else:
            said.append(("note", self.tr("All of the text is learned.")))
        if untrained:
            text = self.tr("Rows from which nothing is learned, because they are cut: {number}")
            said.append(("warning", text.format(number=count(untrained))))
        return said

    def _good(self) -> tuple[Weight, str]:
        return "good", self.tr("The model learns where an answer ends.")

    def _show_row(self) -> None:
        row = self._rows[self._number] if self._rows else None
        self.view.show_tokens(row.tokens if row else ())
        self._label.setText(
            self.tr("Label: {label}").format(label=row.label) if row and row.label else ""
        )
        place = self.tr("Example {number} of {total}")
        self._where.setText(
            place.format(number=self._number + 1, total=len(self._rows)) if row else ""
        )
        self._where.setToolTip(self.tr("Line {line}").format(line=count(row.line)) if row else "")
        is_cut = row is not None and row.stop_learned is False and self._said[:1] == [self._good()]
        cut = self.tr("The end of this row's answer is cut off, so it is not learned from it.")
        self._verdict.say([*self._said, ("warning", cut)] if is_cut else self._said)
        self._previous.setEnabled(self._number > 0)
        self._next.setEnabled(self._number + 1 < len(self._rows))

    @Slot()
    def _back(self) -> None:
        self._number -= 1
        self._show_row()

    @Slot()
    def _forth(self) -> None:
        self._number += 1
        self._show_row()


class LegendKey(QWidget):
    """A word painted as the tokens that it explains."""

    def __init__(self, state: MaskState, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(text)
        self._token = PreviewToken(0, text, state)
        theme.notifier().changed.connect(self.update)

    # Qt's own names

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._token.text) + 16, metrics.height() + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self.fontMetrics().height() + 6
        place = QRect(0, (self.height() - height) // 2, self.width(), height)
        paint_token(painter, place, self._token.text, self._token, self.font())
        painter.end()
