"""The chat page: puts its parts beside each other and connects them with the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_llm.core.conversation import Conversation, Message
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import Capabilities
from desktop_llm.core.text import Text
from desktop_llm.services.chat import LiveStats
from desktop_llm.ui import i18n, theme
from desktop_llm.ui.areas import tab_in_order
from desktop_llm.ui.chat.attachments import Attachments
from desktop_llm.ui.chat.composer import Composer
from desktop_llm.ui.chat.context_control import ContextControl
from desktop_llm.ui.chat.context_strip import ContextStrip
from desktop_llm.ui.chat.conversation_list import ConversationList
from desktop_llm.ui.chat.exchange import ExchangeActions
from desktop_llm.ui.chat.find_bar import FindBar
from desktop_llm.ui.chat.forms.actions import FormActions, FormPlace
from desktop_llm.ui.chat.forms.panel import FormPanel
from desktop_llm.ui.chat.generation_panel import GenerationPanel
from desktop_llm.ui.chat.list_actions import ListActions
from desktop_llm.ui.chat.memory_offer import MemoryOffer
from desktop_llm.ui.chat.message_actions import MessageActions
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.chat.messages.look import make_look
from desktop_llm.ui.chat.model_bar import ModelBar
from desktop_llm.ui.chat.model_control import ModelControl
from desktop_llm.ui.chat.preset_actions import PresetActions
from desktop_llm.ui.chat.welcome import Welcome
from desktop_llm.ui.context import Services
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.toast import Toast


@dataclass(frozen=True)
class Place:
    """What a person has begun, and where, for a page that is made anew."""

    form: FormPlace
    edits: dict[str, str]
    """Texts of messages that are being rewritten, in any conversation."""
    messages: dict[str, Any]
    """See `MessageList.place`."""


class ChatPage(QWidget):
    """Shows `ChatService`; holds no conversation of its own."""

    stats_changed = Signal(object)
    """LiveStats, or None."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chat = services.chat
        self._shown = ""
        self._retry = ""
        self._make_parts()
        self.control = ModelControl(self.bar, services.inference, services.models, services.library)
        self._arrange()
        self.toast = Toast(self._stack)
        self.exchange = ExchangeActions(services.exchange, self.toast, self)
        self.attachments = Attachments(self.composer, services, self.banner, self.toast)
        self.memory_offer = MemoryOffer(self.banner, services)
        self.forms = FormActions(self, self.form_panel, services)
        self.list_actions = ListActions(self.conversations, services, self)
        self.message_actions = MessageActions(
            self.messages, self.composer, self.toast, services, self.control.ensure_loaded, self
        )
        self.context_control = ContextControl(
            services, self.context, self.messages, self.composer, self
        )
        self.preset_actions = PresetActions(
            self.panel, services, self.toast, i18n.language(services.preferences.value.language)
        )
        self._connect_conversation()
        self._connect_parts()
        tab_in_order(self.areas)
        self._show_models()
        self._opened(self._chat.current, self._chat.messages)
        self.composer.set_text(self._chat.draft)
        self.composer.set_busy(self._chat.busy)

    def _make_parts(self) -> None:
        """Each inside its parent: see `Places`."""
        self.splitter = QSplitter(self)
        self._centre = QWidget(self.splitter)
        self._stack = QStackedWidget(self._centre)
        self._holder = QWidget(self._centre)
        self.conversations = ConversationList(self.splitter)
        self.panel = GenerationPanel(self.splitter)
        self.bar = ModelBar(self._centre)
        self.messages = MessageList(self._stack)
        self.find_bar = FindBar(self.messages, self._centre)
        self.welcome = Welcome(self._stack)
        self.banner = ErrorBanner(self._holder)
        self.context = ContextStrip(self._holder)
        self.composer = Composer(self._holder)
        self.form_panel = FormPanel(self._holder)

    @property
    def areas(self) -> list[QWidget]:
        """The parts of the page in the order in which one reads them."""
        top = [self.conversations, self.bar, self.find_bar, self._stack]
        return [*top, self.banner, self.context, self.form_panel, self.composer, self.panel]

    def _arrange(self) -> None:
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.messages)
        self._centre.setProperty("pane", "surface")
        column = QVBoxLayout(self._centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.find_bar)
        column.addWidget(self._stack, 1)
        column.addLayout(self._bottom())
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        for widget in (self.conversations, self._centre, self.panel):
            self.splitter.addWidget(widget)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([248, 800, 288])
        self.panel.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.splitter)

    def _bottom(self) -> QHBoxLayout:
        """The banner and the composer, in the middle and not wider than is good to read."""
        self._holder.setMaximumWidth(make_look(theme.current()).column)
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.banner, self.context, self.form_panel, self.composer):
            column.addWidget(widget)
        row = QHBoxLayout()
        row.setContentsMargins(24, 8, 24, 16)
        row.addStretch(1)
        row.addWidget(self._holder, 10_000)
        row.addStretch(1)
        return row

    def _connect_conversation(self) -> None:
        chat = self._chat
        chat.conversation_opened.connect(self._opened)
        chat.message_added.connect(self._message_added)
        chat.text_appended.connect(self.messages.append_text)
        chat.message_changed.connect(self.messages.update_message)
        chat.message_saved.connect(self.messages.mark_saved)
        chat.live_changed.connect(self._live_changed)
        chat.busy_changed.connect(self._busy_changed)
        chat.deleted.connect(self._deleted)
        chat.undo_changed.connect(lambda text: self.composer.edit.note_deletion(text is not None))
        self.composer.edit.deletion_undone.connect(chat.undo)
        chat.draft_loaded.connect(self._draft_loaded)
        chat.failed.connect(self._chat_failed)
        chat.draft_restored.connect(self._draft_restored)

    def _connect_parts(self) -> None:
        chat = self._chat
        self.conversations.new_requested.connect(self.new_chat)
        self.conversations.composer_requested.connect(self.composer.setFocus)
        self.panel.sampling_changed.connect(chat.set_sampling)
        self.panel.system_prompt_changed.connect(chat.set_system_prompt)
        self.panel.thinking_changed.connect(chat.set_thinking)
        self.panel.json.schema_changed.connect(chat.set_json_schema)
        self.preset_actions.failed.connect(self._chat_failed)
        self.composer.send_requested.connect(self.send)
        self.composer.stop_requested.connect(chat.stop)
        self.welcome.example_chosen.connect(self.send)
        self.welcome.fetch_requested.connect(self.control.fetch_starter)
        self.toast.action_chosen.connect(chat.undo)
        self.control.changed.connect(self._show_models)
        self.control.failed.connect(self._model_failed)
        self.control.recovered.connect(self.banner.clear)
        self.banner.retry_requested.connect(self._try_again)
        self.exchange.unwanted.connect(chat.delete_many)
        self.exchange.imported.connect(chat.refresh_list)
        self.exchange.failed.connect(self._chat_failed)

    def place(self) -> Place:
        """To be given to `restore` of another page."""
        view = self.messages
        return Place(self.forms.place(), dict(view.unsaved), view.place())

    def restore(self, place: Place) -> None:
        """Let everything be as it was on the page before."""
        self.messages.unsaved.update(place.edits)
        self.messages.restore_place(place.messages)
        self.forms.restore(place.form)

    # What the person does

    @Slot()
    def new_chat(self) -> None:
        """Begin an empty conversation."""
        self._chat.new_conversation()
        self.composer.setFocus()

    @Slot(object)
    def take_files(self, paths: Sequence[Path]) -> None:
        """Files were dropped: for the form that is open, or for the next message."""
        if not self.forms.take_files(paths):
            self.attachments.add_files(paths)

    @Slot()
    def export_current(self) -> None:
        """Export the chosen conversations, else the open one, if there is something in it."""
        if chosen := self.conversations.chosen():
            title = chosen[0].title if len(chosen) == 1 else ""
            self.exchange.export([each.id for each in chosen], title)
        elif self._chat.messages:
            self.exchange.export([self._chat.current.id], self._chat.current.title)

    @Slot()
    def export_all(self) -> None:
        """Export every conversation."""
        self.exchange.export([])

    @Slot()
    def focus_search(self) -> None:
        """Look for a conversation."""
        self.conversations.show()
        self.conversations.search.setFocus()
        self.conversations.search.selectAll()

    @Slot(str)
    def send(self, text: str) -> None:
        """Send `text`; while no model can answer it stays in the composer."""
        if self._chat.busy:
            return
        if not self.control.ensure_loaded():
            if not self.composer.text.strip():  # an example
                self.composer.set_text(text)
            return
        self.attachments.prepare(text, self._send)

    def _send(self, text: str, *files: Any, **how: Any) -> None:
        self.panel.flush()
        self.banner.clear()
        typed = self.composer.text.strip()
        if typed.startswith(text):  # what was added while files were measured stays
            self.composer.set_text(typed.removeprefix(text).lstrip())
        samples = self.panel.samples.value()
        self.message_actions.expect(samples)
        if samples > 1:
            how = {"samples": samples} | how
        self._chat.send(text, *files, **how)

    @Slot()
    def retry_last(self) -> None:
        """Another answer to the last message."""
        replies = [m for m in self._chat.messages if m.role == "assistant"]
        if replies and not self._chat.busy:
            self.message_actions.retry(replies[-1].id)

    @Slot()
    def _try_again(self) -> None:
        self.control.run(self._retry)

    # What the services tell

    @Slot(object, object)
    def _opened(self, conversation: Conversation, messages: list[Message]) -> None:
        if conversation.id != self._shown:
            self._shown = conversation.id
            self.stats_changed.emit(None)
            self._count()
        self.messages.set_messages(messages)
        self._stack.setCurrentWidget(self.messages if messages else self.welcome)
        self.conversations.set_current(conversation.id)
        self.panel.show_settings(conversation.system_prompt, conversation.sampling)
        self.panel.show_thinking(conversation.thinking)
        self.panel.json.show_schema(conversation.json_schema)

    @Slot(object)
    def _message_added(self, message: Message) -> None:
        self.messages.add_message(message)
        self._stack.setCurrentWidget(self.messages)

    @Slot(object)
    def _live_changed(self, stats: LiveStats) -> None:
        shown = self.messages.sheet.messages
        if shown and shown[-1].state == "streaming":
            self.messages.set_progress(shown[-1].id, stats.prompt_done, stats.prompt_total)
        self.stats_changed.emit(stats)

    @Slot(bool)
    def _busy_changed(self, busy: bool) -> None:
        self.composer.set_busy(busy)
        if not busy:
            self._count()

    @Slot(object)
    def _deleted(self, said: Text) -> None:
        self.toast.tell(words(said), self.tr("Undo"))

    @Slot(str, object)
    def _draft_loaded(self, text: str, place: dict[str, Any]) -> None:
        self.composer.open_text(text)

    @Slot(str)
    def _draft_restored(self, text: str) -> None:
        typed = self.composer.text.strip()
        self.composer.set_text(f"{text}\n\n{typed}" if typed else text)

    @Slot(object)
    def _chat_failed(self, error: ExpectedError) -> None:
        self.banner.show_error(error, False)

    @Slot(object, str)
    def _model_failed(self, error: ExpectedError, step: str) -> None:
        if self.memory_offer.show(error):
            return
        last = self._chat.messages[-1] if self._chat.messages else None
        if self._chat.busy or (last and isinstance(last.error, type(error))):
            return  # the conversation tells it, where it happened
        self._retry = step
        self.banner.show_error(error, bool(step))

    @Slot()
    def _show_models(self) -> None:
        state = self.control.state
        device = state.model.device if state.model else state.device
        self.panel.set_can_think(bool(state.model and state.model.can_switch_thinking))
        self.panel.set_capabilities(state.model.capabilities if state.model else Capabilities())
        self.welcome.set_device(words(device.reason) if device else "")
        missing = self.control.starter_missing
        self.welcome.set_offer(missing, self.control.fetching)
        self.welcome.set_examples_enabled(not missing)
        self.welcome.set_english_only(self.control.english_only)

    def _count(self) -> None:
        """Ask anew how many tokens the next prompt has."""
        self.attachments.tell_draft()
