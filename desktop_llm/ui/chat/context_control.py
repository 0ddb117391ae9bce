"""Between the context service and what shows it: bar, dimmed messages, meter, blocked button."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QObject, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop_llm.core.context import ContextEntry, ContextPlan
from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.composer import Composer
from desktop_llm.ui.chat.context_strip import ContextStrip
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.context import Services

LONGEST_WORDS = 60
"""Characters of a message that are shown to tell which one it is."""


class ContextControl(QObject):
    """What the plan says is shown everywhere at once."""

    def __init__(
        self,
        services: Services,
        strip: ContextStrip,
        messages: MessageList,
        composer: Composer,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._chat = services.chat
        self._strip = strip
        self._messages = messages
        self._composer = composer
        self._window = parent
        self._plan: ContextPlan | None = None
        self._unknown = False
        """The model that is loaded counts elsewhere."""
        self._by_id: dict[str, Message] | None = None
        self._policies: list[QAction] = []
        services.context.planned.connect(self._show)
        services.inference.state_changed.connect(self._follow)
        self._chat.conversation_opened.connect(self._check_policy)
        strip.bar.jump_requested.connect(messages.scroll_to)
        strip.policy_chosen.connect(self.choose_policy)
        strip.shorten_requested.connect(composer.setFocus)
        strip.prompt_requested.connect(self.show_prompt)
        self._show(services.context.plan)

    def add_commands(self, commands: Commands) -> None:
        """Offer the commands of the menu beside the bar too."""
        self._policies = commands.policies.actions()
        self._strip.set_policies(self._policies)
        commands.policies.triggered.connect(self._policy_triggered)
        commands.connect_to("showPrompt", self.show_prompt)
        self._check_policy()

    @Slot(str)
    def choose_policy(self, policy: str) -> None:
        """What is left out of this conversation when it gets too long."""
        self._chat.set_context_policy(policy)  # type: ignore[arg-type]
        self._check_policy()

    @Slot()
    def show_prompt(self) -> None:
        """Open "What the model sees"."""
        from desktop_llm.ui.chat.prompt_view import PromptDialog  # the window starts without it

        dialog = PromptDialog(self._services, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    @Slot(QAction)
    def _policy_triggered(self, action: QAction) -> None:
        self.choose_policy(action.data())

    @Slot()
    def _check_policy(self) -> None:
        for action in self._policies:
            action.setChecked(action.data() == self._chat.current.context_policy)

    @Slot(object)
    def _show(self, plan: ContextPlan | None) -> None:
        self._plan, self._by_id = plan, None
        self._check_policy()
        asks = self._chat.current.context_policy == "ask"
        self._strip.show_plan(plan, self.describe, asks)
        if plan is None and self._counts_elsewhere:
            self._strip.show_unknown(
                self.tr("All of it is sent: only the server knows how long it is for the model.")
            )
        self._messages.set_dimmed(frozenset(plan.left_out) if plan else frozenset())
        self._composer.meter.show_plan(plan)
        self._composer.set_blocked(self._reason(plan, asks) if plan and plan.excess else "")

    @property
    def _counts_elsewhere(self) -> bool:
        """Whether the model is one that nobody here can count for."""
        state = self._services.inference.state
        model = state.model if state else None
        return model is not None and not model.capabilities.counts_tokens

    @Slot(object)
    def _follow(self, _state: object) -> None:
        if self._counts_elsewhere != self._unknown:
            self._unknown = self._counts_elsewhere
            self._show(self._services.context.plan)

    def _reason(self, plan: ContextPlan, asks: bool) -> str:
        locale = QLocale()
        if asks:
            words = self.tr(
                "The conversation with this message is {tokens} tokens long, {reserved} are kept "
                "for the answer, and the model takes at most {limit}. What may be left out?"
            )
        else:
            words = self.tr(
                "What has to be sent is {tokens} tokens long, {reserved} are kept for the answer, "
                "and the model takes at most {limit}. Shorten it by {excess} tokens."
            )
        return words.format(
            tokens=locale.toString(plan.used),
            reserved=locale.toString(plan.reserved),
            limit=locale.toString(plan.limit),
            excess=locale.toString(plan.excess),
        )

    def describe(self, entry: ContextEntry) -> str:
        """Which message it is, its tokens, and what becomes of it."""
        what = self._what(entry)
        tokens = self.tr("{number} tokens").format(number=QLocale().toString(entry.tokens))
        fate = {
            "pinned": self.tr("always sent"),
            "dropped": self.tr("left out"),
        }.get(entry.part, "")
        return "\n".join(part for part in (what, tokens, fate) if part)

    def _what(self, entry: ContextEntry) -> str:
        if entry.part == "draft":
            return self.tr("Your message")
        if not entry.message_id:
            return self.tr("Instructions and chat template")
        if self._by_id is None:
            self._by_id = {message.id: message for message in self._chat.messages}
        message = self._by_id.get(entry.message_id)
        if message is None:
            return ""
        words = " ".join(message.content[: 4 * LONGEST_WORDS].split())
        cut = words[:LONGEST_WORDS] + "…" if len(words) > LONGEST_WORDS else words
        who = {
            "user": self.tr("You: {words}"),
            "assistant": self.tr("Answer: {words}"),
            "system": self.tr("Instructions: {words}"),
        }[message.role]
        return who.format(words=cut)
