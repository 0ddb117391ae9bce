"""The first view of a model's details: does it run here, which files, and what is known of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop_llm.library.catalogue import find
from desktop_llm.library.fit import fit_choice
from desktop_llm.library.hub_types import FileChoice, ModelDetails
from desktop_llm.library.machine_speed import Machine
from desktop_llm.ui.models.facts_view import FactsView
from desktop_llm.ui.models.file_choice import FileChoices
from desktop_llm.ui.models.fit_view import FitView
from desktop_llm.ui.models.refusal_card import RefusalCard
from desktop_llm.ui.widgets.named import label, named


class Overview(QScrollArea):
    """Judges again whenever another choice is made, or another length dragged to."""

    choice_changed = Signal()
    context_changed = Signal(int)
    instead_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "modelOverview", self.tr("Overview"))
        self._details: ModelDetails | None = None
        self._machine: Machine | None = None
        self.refusal = RefusalCard()
        self.fit = FitView()
        self.choices = FileChoices()
        self.facts = FactsView()
        self._choice_title = label(self.tr("Which files"), "heading")
        self._other = ""
        self._look_at = named(QPushButton(), "lookAtOther", "")
        self._arrange()
        self._look_at.clicked.connect(self._look_at_other)
        self.choices.chosen.connect(self._chosen)
        self.fit.context_changed.connect(self._dragged)
        self.refusal.instead_requested.connect(self.instead_requested)

    def _arrange(self) -> None:
        page = QWidget()
        page.setProperty("pane", "clear")
        column = QVBoxLayout(page)
        column.setContentsMargins(20, 4, 20, 20)
        column.setSpacing(14)
        for widget in (self.refusal, self.fit, self._choice_title, self.choices):
            column.addWidget(widget)
        column.addWidget(self._look_at, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(label(self.tr("About this model"), "heading"))
        column.addWidget(self.facts)
        column.addStretch()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)

    @property
    def choice(self) -> FileChoice | None:
        """The files that are chosen."""
        return self.choices.current

    def show_details(self, details: ModelDetails) -> None:
        """Show another model, with what is recommended of it chosen."""
        self._details = details
        self.refusal.show_refusal(details.refusal)
        self.choices.show_choices(() if details.refusal else details.choices)
        self._choice_title.setVisible(self.choice is not None)
        self.facts.show_details(details)
        self._offer_other(details)
        self.fit.set_longest(details.context_length)
        self.verticalScrollBar().setValue(0)
        self._judge()

    def _offer_other(self, details: ModelDetails) -> None:
        """Another repository: the base of an adapter, or the same model as smaller files."""
        known = find(details.model.repo)
        is_adapter = any(choice.format == "adapter" for choice in details.choices)
        text, self._other = "", ""
        if is_adapter and details.model.base:
            text, self._other = self.tr("Look at its base model"), details.model.base
        elif known and known.gguf and not known.local:
            text, self._other = self.tr("Look at smaller GGUF files of it"), known.gguf
        self._look_at.setText(text)
        self._look_at.setAccessibleName(text)
        self._look_at.setToolTip(self._other)
        self._look_at.setVisible(bool(text))

    @Slot()
    def _look_at_other(self) -> None:
        self.instead_requested.emit(self._other)

    def set_machine(self, machine: Machine) -> None:
        """What this computer has."""
        self._machine = machine
        self._judge()

    def _judge(self) -> None:
        details, choice, machine = self._details, self.choice, self._machine
        if details is None or choice is None or machine is None or choice.format == "adapter":
            self.fit.hide()  # whether an adapter runs is up to its base
            return
        self.fit.show_fit(fit_choice(details, choice, machine, self.fit.context))
        self.fit.show()

    @Slot()
    def _chosen(self) -> None:
        self._judge()
        self.choice_changed.emit()

    @Slot(int)
    def _dragged(self, context: int) -> None:
        self._judge()
        self.context_changed.emit(context)
