"""What people do with messages, and who does it: the chat service, the composer, a dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu, QWidget

from desktop_llm.core.context import ContextPlan
from desktop_llm.core.conversation import Message, Vote
from desktop_llm.ui.chat.composer import Composer
from desktop_llm.ui.chat.message_commands import (
    BY_NAME,
    COMMANDS,
    Situation,
    fill_for,
    update,
)
from desktop_llm.ui.chat.message_dialogs import MessageDialogs
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.chat.messages.boxes import CodePiece
from desktop_llm.ui.chat.messages.leaves import plain_text
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.context import Services
from desktop_llm.ui.dialogs.samples import MOST, SamplesDialog
from desktop_llm.ui.widgets.toast import Toast


class MessageActions(QObject):
    """Connects the list of messages with the chat service, and runs the commands of the table."""

    def __init__(
        self,
        messages: MessageList,
        composer: Composer,
        toast: Toast,
        services: Services,
        can_ask: Callable[[], bool],
        parent: QWidget,
    ) -> None:
        """`can_ask` sees to it that a model can answer, or tells the person why none can."""
        super().__init__(parent)
        self._view = messages
        self._composer = composer
        self._toast = toast
        self._chat = chat = services.chat
        self._can_ask = can_ask
        self._commands: Commands | None = None
        self._expected = 1
        self._show_again: Callable[[], object] | None = None
        """Brings back what the person wrote last, as long as that is on its way to the disk."""
        self._dialogs = MessageDialogs(parent, toast, services.tasks)
        self._deeds = self._make_deeds()
        self._connect_view()
        self._connect_chat()
        services.context.planned.connect(self.show_plan)
        self.show_plan(services.context.plan)
        messages.set_versions(chat.versions)
        messages.set_busy(chat.busy)
        services.models.models_changed.connect(messages.set_models)
        messages.set_models(services.models.models)

    def _connect_view(self) -> None:
        view, chat = self._view, self._chat
        view.fill_menu = self._fill_menu
        view.retry_requested.connect(self.retry)
        view.samples_requested.connect(self.retry)
        view.continue_requested.connect(self._continue)
        view.version_step_requested.connect(chat.show_version)
        view.edit_requested.connect(self._edit)
        view.edit_discarded.connect(self._offer_edit_again)
        view.vote_requested.connect(chat.rate)
        view.attachment_requested.connect(self._show_file)
        view.link_activated.connect(self._dialogs.ask_link)
        view.current_changed.connect(self._refresh)
        view.place_changed.connect(chat.place_changed)
        self._composer.edit_last_requested.connect(self.edit_last)

    def _connect_chat(self) -> None:
        view, chat = self._view, self._chat
        chat.versions_changed.connect(view.set_versions)
        chat.versions_changed.connect(self._compare_expected)
        chat.busy_changed.connect(view.set_busy)
        chat.draft_loaded.connect(self._go_back)
        chat.jump_requested.connect(view.scroll_to)
        chat.message_saved.connect(self._has_saved)
        chat.failed.connect(self._not_saved)
        chat.reproduced.connect(self._dialogs.show_reproduction)
        self._dialogs.run_requested.connect(self._reproduce)
        self._dialogs.stop_requested.connect(chat.stop_reproducing)

    # commands

    def add_commands(self, commands: Commands) -> None:
        """Let the commands of the menu bar act on the message in use, else on the last one."""
        self._commands = commands
        for name in BY_NAME:
            commands.connect_to(name, partial(self.run, name))
        commands.connect_to("copyConversation", self.copy_conversation)
        self._refresh()

    def run(self, name: str, *_: object) -> None:
        """Do the command of that name with the message in use."""
        self.do(name, self._view.current_message)
        self._refresh()  # a tick follows the message, not the click

    def do(self, name: str, message_id: str, *_: object) -> None:
        """Do the command of that name with a message, if it applies to it now."""
        now = self._situation(message_id)
        if now is not None and BY_NAME[name].applies(now):
            self._deeds[name](now.message)

    def _situation(self, message_id: str) -> Situation | None:
        number = self._view.sheet.number(message_id)
        if number is None:
            return None
        version = self._view.frames.versions.get(message_id, (1, 1))
        return Situation(self._view.sheet.messages[number], self._chat.busy, version)

    def _fill_menu(self, menu: QMenu, message_id: str, without_buttons: bool) -> None:
        now = self._situation(message_id)
        if now is not None:
            commands = [each for each in COMMANDS if not (without_buttons and each.in_row)]
            if not without_buttons:  # the context menu begins with it already
                commands.remove(BY_NAME["messageCopy"])
            fill_for(menu, now, lambda name, *_: self.do(name, message_id), commands)

    @Slot()
    def _refresh(self) -> None:
        if self._commands is not None:
            now = self._situation(self._view.current_message)
            for command in COMMANDS:
                update(self._commands[command.name], command, now)
            self._commands["copyConversation"].setEnabled(now is not None)

    def _make_deeds(self) -> Mapping[str, Callable[[Message], object]]:
        view, chat, dialogs = self._view, self._chat, self._dialogs
        return {
            "messageCopy": lambda message: view.press(message.id, "copyButton"),
            "messageCopyPlain": self._copy_plain,
            "messageCopyCode": self._copy_code,
            "messageQuote": self._quote,
            "versionBack": lambda message: chat.show_version(message.id, -1),
            "versionNext": lambda message: chat.show_version(message.id, 1),
            "messageCompare": lambda message: self._compare(message.id),
            "retryOne": lambda message: self.retry(message.id),
            "retryTwo": lambda message: self.retry(message.id, 2),
            "retryFour": lambda message: self.retry(message.id, 4),
            "messageContinue": lambda message: self._continue(message.id),
            "messageEdit": lambda message: view.editing.begin(message.id),
            "messageBranch": self._branch,
            "messageFork": lambda message: chat.fork(message.id),
            "insertBefore": lambda message: self._insert(message.parent_id),
            "insertAfter": lambda message: self._insert(message.id),
            "roleUser": lambda message: chat.change_role(message.id, "user"),
            "roleAssistant": lambda message: chat.change_role(message.id, "assistant"),
            "roleSystem": lambda message: chat.change_role(message.id, "system"),
            "messagePin": lambda message: chat.pin(message.id, not message.pinned),
            "rateUp": lambda message: self._rate(message, "up"),
            "rateDown": lambda message: self._rate(message, "down"),
            "messageCorrect": self._correct,
            "messageDetails": dialogs.show_details,
            "messageReproduce": lambda message: dialogs.show_details(message, run=True),
            "deleteVersion": lambda message: chat.delete_version(message.id),
            "deleteMessage": lambda message: chat.delete_message(message.id),
        }

    # deeds

    def _copy_plain(self, message: Message) -> None:
        number = self._view.sheet.number(message.id)
        if number is not None:
            body = self._view.sheet.body(number)
            self._view.to_clipboard(plain_text([piece.leaf for piece in body]))

    def _copy_code(self, message: Message) -> None:
        number = self._view.sheet.number(message.id)
        if number is not None:
            body = self._view.sheet.body(number)
            codes = [piece.leaf.text for piece in body if isinstance(piece, CodePiece)]
            if codes:
                self._view.to_clipboard(codes[-1])
                self._toast.tell(self.tr("The code was copied."))

    @Slot()
    def copy_conversation(self) -> None:
        """Put the whole conversation on the clipboard, as Markdown."""
        self._view.to_clipboard(self._view.as_markdown())
        self._toast.tell(self.tr("The conversation was copied."))

    def _quote(self, message: Message) -> None:
        """Put what is selected, else the whole message, into the composer as a quotation."""
        text = self._view.selected_text() or message.content
        quoted = "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
        typed = self._composer.text.rstrip()
        self._composer.set_text(f"{typed}\n\n{quoted}\n\n" if typed else f"{quoted}\n\n")
        self._composer.setFocus()

    def _rate(self, message: Message, vote: Vote) -> None:
        self._chat.rate(message.id, "" if message.vote == vote else vote)

    def _branch(self, message: Message) -> None:
        self._chat.branch_here(message.id)
        self._composer.setFocus()

    def _insert(self, after_id: str | None, *begun: str) -> None:
        def insert(role: str, text: str) -> None:
            self._show_again = partial(self._insert, after_id, role, text)
            self._chat.insert(after_id, role, text)  # type: ignore[arg-type]

        self._dialogs.ask_insertion(insert, *begun)

    def _correct(self, message: Message, *begun: str) -> None:
        def correct(role: str, text: str) -> None:
            self._show_again = partial(self._correct, message, role, text)
            self._chat.correct(message.id, text)

        self._dialogs.ask_correction(message, correct, *begun)

    @Slot(str)
    def retry(self, message_id: str, samples: int = 1) -> None:
        """Ask for so many other answers in place of that one, which is kept."""
        if not self._chat.busy and self._can_ask():
            self.expect(samples)
            self._chat.retry(message_id, samples)

    def expect(self, samples: int) -> None:
        """So many answers have been asked for at once: show them side by side as they come."""
        self._expected = samples

    @Slot(object)
    def _compare_expected(self, versions: dict[str, tuple[int, int]]) -> None:
        messages = self._chat.messages
        last = messages[-1] if messages else None
        if self._expected > 1 and last and last.state == "streaming" and last.id in versions:
            self._compare(last.id, self._expected)
            self._expected = 1

    def _compare(self, message_id: str, count: int = MOST) -> None:
        dialog = SamplesDialog(self._chat, message_id, self._view.window(), count)
        dialog.link_activated.connect(self._dialogs.ask_link)
        dialog.show()

    @Slot(str)
    def _continue(self, message_id: str) -> None:
        if not self._chat.busy and self._can_ask():
            self._chat.continue_reply(message_id)

    @Slot(str)
    def _reproduce(self, message_id: str) -> None:
        self._chat.reproduce(message_id)

    @Slot(str, int)
    def _show_file(self, message_id: str, number: int) -> None:
        now = self._situation(message_id)
        if now is not None and number < len(now.message.attachments):
            self._dialogs.show_file(now.message, number)

    # editing

    @Slot(str, str, bool)
    def _edit(self, message_id: str, text: str, ask: bool) -> None:
        """The text stays in its editor until it can be answered."""
        if self._chat.busy or (ask and not self._can_ask()):
            return
        self._view.editing.end()
        self._show_again = partial(self._edit_again, message_id, text)
        self._chat.edit(message_id, text, ask)
        self._composer.setFocus()

    def _edit_again(self, message_id: str, text: str) -> None:
        self._view.unsaved[message_id] = text
        self._view.editing.messages_changed()

    @Slot()
    def _has_saved(self) -> None:
        self._show_again = None

    @Slot()
    def _not_saved(self) -> None:
        """The text is what the person has: it goes back to where it was written."""
        show_again, self._show_again = self._show_again, None
        if show_again is not None:
            show_again()

    @Slot(str, str)
    def _offer_edit_again(self, message_id: str, text: str) -> None:
        again = partial(self._view.editing.begin, message_id, text)
        self._toast.tell(self.tr("Your changes were discarded."), self.tr("Undo"), again)

    @Slot()
    def edit_last(self) -> None:
        """Rewrite what the person said last."""
        mine = [each for each in self._view.sheet.messages if each.role == "user"]
        if mine:
            self._view.editing.begin(mine[-1].id)

    # context and place

    @Slot(object)
    def show_plan(self, plan: ContextPlan | None) -> None:
        """Dim what the model will not see any more."""
        self._view.set_dimmed(frozenset(plan.left_out) if plan else frozenset())

    @Slot(str, object)
    def _go_back(self, _: str, place: dict[str, Any]) -> None:
        self._view.restore_place(place)
