"""The line above the composer: what the model will see, and what to do when it is too much."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QLocale, QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop_llm.core.context import ContextEntry, ContextPlan
from desktop_llm.ui import icons
from desktop_llm.ui.chat.context_bar import ContextBar
from desktop_llm.ui.widgets.named import label, named


class ContextStrip(QWidget):
    """Shows a ContextPlan; hidden while there is nothing to see."""

    policy_chosen = Signal(str)
    """ContextPolicy, by the buttons that come with an excess."""
    shorten_requested = Signal()
    prompt_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = ContextBar()
        self._note = label(kind="small")
        self.policy_button = self._tool(
            "contextPolicyButton",
            "scissors",
            self.tr("What happens when the conversation gets too long"),
        )
        self.policy_button.setProperty("kind", "menu")
        self.policy_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.prompt_button = self._tool("showPromptButton", "eye", self.tr("What the model sees"))
        self.prompt_button.clicked.connect(self.prompt_requested)
        self._choices = QWidget()
        self._arrange()
        self.hide()

    def _tool(self, name: str, icon: str, words: str) -> QToolButton:
        button = named(QToolButton(), name, words, words)
        button.setIcon(icons.icon(icon, "text_muted"))
        button.setIconSize(QSize(16, 16))
        return button

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.bar, 1)
        for widget in (self._note, self.policy_button, self.prompt_button):
            row.addWidget(widget)
        choices = QHBoxLayout(self._choices)
        choices.setContentsMargins(0, 0, 0, 0)
        choices.setSpacing(8)
        for policy, name, words in (
            ("drop_oldest", "dropOldestButton", self.tr("Leave out the oldest")),
            ("keep_ends", "keepEndsButton", self.tr("Keep the start and the end")),
            ("", "shortenButton", self.tr("Shorten my message")),
        ):
            button = named(QPushButton(words), name, words)
            button.clicked.connect(self._chooser(policy) if policy else self.shorten_requested.emit)
            choices.addWidget(button)
        choices.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._choices)

    def _chooser(self, policy: str) -> Callable[[], None]:
        return lambda: self.policy_chosen.emit(policy)

    def set_policies(self, actions: Sequence[QAction]) -> None:
        """The commands that the button's menu offers."""
        menu = QMenu(self)
        menu.addActions(list(actions))
        self.policy_button.setMenu(menu)

    def show_plan(
        self, plan: ContextPlan | None, describe: Callable[[ContextEntry], str], asks: bool
    ) -> None:
        """`asks`: the person decides what is left out, so the choices are offered."""
        self.setVisible(plan is not None and len(plan.entries) > 1)
        left_out = len(plan.left_out) if plan else 0
        number = QLocale().toString(left_out)
        self._note.setText(self.tr("{number} left out").format(number=number) if left_out else "")
        self._note.setVisible(bool(left_out))
        self._choices.setVisible(bool(plan and plan.excess and asks))
        for widget in (self.bar, self.policy_button, self.prompt_button):
            widget.setVisible(True)
        self.bar.show_plan(plan, describe, self._summary(plan) if plan else "")

    def show_unknown(self, words: str) -> None:
        """Nothing can be planned; `words` say why."""
        self._note.setText(words)
        self._note.setVisible(True)
        for widget in (self.bar, self.policy_button, self.prompt_button, self._choices):
            widget.setVisible(False)
        self.setVisible(True)

    def _summary(self, plan: ContextPlan) -> str:
        locale = QLocale()
        text = self.tr("{messages} messages, {left_out} left out, {tokens} of {limit} tokens")
        return text.format(
            messages=locale.toString(sum(bool(entry.message_id) for entry in plan.entries)),
            left_out=locale.toString(len(plan.left_out)),
            tokens=locale.toString(plan.used),
            limit=locale.toString(plan.limit),
        )
