"""The part of the tour that works with conversations: versions, context, files, forms, folders."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QWidget

from desktop_llm.ui.widgets.token_text import TokenText
from tests.text_tour import Take, TextTour
from tests.workspace_seed import CHINESE, LINKS, LONG, MATHS, VERSIONS, make_import
from tests.writer import Writer

CONTROL = Qt.KeyboardModifier.ControlModifier


class WorkspaceTour:
    """Walks through everything that can be done with conversations; `seed` came before."""

    def __init__(self, person: Writer, take: Take) -> None:
        self._person, self._take = person, take
        self._folder = tempfile.TemporaryDirectory()
        self._files = Path(self._folder.name)

    @property
    def steps(self) -> Iterable[Callable[[], None]]:
        yield from (self.list_of_talks, self.versions, self.editing, self.compare, self.details)
        yield from (self.insertion, self.correction, self.links, self.quote)
        yield from (self.context, self.policies, self.prompt, self.template, self.panel)
        yield from TextTour(self._person, self._take, self._files).steps
        yield from (self.maths, self.find, self.search, self.multi_select, self.deletion)
        yield from (self.trash, self.new_folder, self.palette, self.shortcuts, self.export)
        yield from (self.importing, self.backups, self.damage, self.menus)

    def _take_dialog(self, name: str, dialog: str, close: bool = True) -> QWidget:
        found = self._person.dialog(dialog)
        self._take(name, found)
        if close:
            self._person.close_dialog(dialog)
        return found

    def _choose_file(self, dialog: str, path: Path) -> None:
        """What the person would pick in the dialog of the system."""
        found = self._person.dialog(dialog)
        assert isinstance(found, QFileDialog)
        found.close()
        found.fileSelected.emit(str(path))

    def list_of_talks(self) -> None:
        """Folders, pins, and dates."""
        self._person.open_conversation(VERSIONS)
        self._take("list")

    def versions(self) -> None:
        self._person.press("retryButton")
        self._person.wait_for_new_answer()
        self._person.point_at()
        self._take("second-version")
        self._person.press("versionBack")
        self._take("first-version")
        self._person.press("versionNext")

    def editing(self) -> None:
        self._person.act("messageEdit", 0)
        self._person.type_over("messageEdit", "Find a name for my red boat.")
        self._take("editing")
        self._person.click_within("editAsk")
        self._person.wait_for_new_answer()
        self._person.point_at(0)
        self._take("edited")

    def compare(self) -> None:
        self._person.act("retryTwo")
        self._person.wait(lambda: self._person.is_open("samplesDialog"), what="for two answers")
        self._person.pause(800)
        self._take_dialog("side-by-side-writing", "samplesDialog", close=False)
        self._person.wait_for_answer()
        self._take_dialog("side-by-side", "samplesDialog")

    def details(self) -> None:
        self._person.act("messageDetails")
        self._take_dialog("details", "detailsDialog", close=False)
        self._person.click_within("detailsRun")
        self._take_dialog("running-again", "detailsDialog", close=False)
        done = self._person.dialog("detailsDialog").findChild(QWidget, "repetitionVerdict")
        assert done is not None
        self._person.wait(done.isVisible, what="for the same answer")
        self._take_dialog("ran-again", "detailsDialog")

    def insertion(self) -> None:
        self._person.act("insertAfter", 0)
        self._person.type_over("messageText", "It has to be short.")
        self._take_dialog("insert", "messageTextDialog", close=False)
        self._person.click_within("messageTextSave")
        self._person.point_at(1)
        self._take("inserted")
        self._person.act("roleSystem", 1)
        self._take("role-changed")

    def correction(self) -> None:
        self._person.act("rateDown")
        self._person.act("messageCorrect")
        self._person.type_over("messageText", "The Red Gull.")
        self._take_dialog("correction", "messageTextDialog", close=False)
        self._person.click_within("messageTextSave")
        self._person.point_at()
        self._take("corrected")

    def links(self) -> None:
        self._person.open_conversation(LINKS)
        self._take("links")
        self._person.messages().link_activated.emit("https://en.wikipedia.org/wiki/Lighthouse")
        self._take_dialog("link", "linkQuestion")

    def quote(self) -> None:
        self._person.act("messageQuote", 1)
        self._take("quote")
        self._person.type_over("composer", " ")

    def context(self) -> None:
        """A conversation that is too long, with a pinned message."""
        self._person.open_conversation(LONG)
        self._person.write("How many ships were seen?")
        self._person.wait(self._person.shows("dropOldestButton"), what="for the choices")
        self._take("ask-what-to-leave-out")
        self._person.press_enter()
        self._take("asked-too-long")

    def policies(self) -> None:
        for button, name in (("dropOldestButton", "oldest"), ("keepEndsButton", "ends")):
            if name == "ends":
                self._person.trigger("policy_keep_ends")
            else:
                self._person.click(button)
            self._person.pause(600)
            self._take(f"leaves-out-{name}")
            self._person.point_at(2)
            self._take(f"pinned-{name}")

    def prompt(self) -> None:
        self._person.trigger("showPrompt")
        shown = self._person.within("promptTokens")
        assert isinstance(shown, TokenText)
        self._take_dialog("model-is-asked", "promptDialog", close=False)
        self._person.wait(lambda: bool(shown.prompt), 60, "for the prompt")
        self._take_dialog("what-the-model-sees", "promptDialog", close=False)

    def template(self) -> None:
        self._person.click_within("changeTemplateButton")
        edit = self._person.within("templateEdit")
        self._person.wait(edit.isEnabled, 60, "for the template")
        self._person.pause(600)
        self._take_dialog("template", "templateEditor", close=False)
        QTest.keyClicks(edit, "{% if %}")
        self._person.pause(1200)
        self._take_dialog("template-error", "templateEditor")
        self._person.close_dialog("promptDialog")

    def panel(self) -> None:
        self._person.open_conversation(VERSIONS)
        self._person.trigger("togglePanel")
        self._take("panel")
        self._person.click("explainSampling")
        self._person.pause(300)
        self._take("explained")
        self._person.window.resize(1280, 1400)
        self._take("panel-high")
        self._person.window.resize(1280, 800)
        self._person.click("explainSampling")
        self._person.trigger("togglePanel")

    def maths(self) -> None:
        self._person.open_conversation(MATHS)
        self._person.pause(1200)
        self._take("maths")
        self._person.press("thinkingButton")
        self._take("thinking-open")

    def find(self) -> None:
        self._person.open_conversation(LONG)
        self._person.trigger("find")
        QTest.keyClicks(self._person.find("findField"), "red sails")
        self._person.pause(500)
        self._take("find")
        QTest.keyClick(self._person.find("findField"), Qt.Key.Key_Escape)

    def search(self) -> None:
        field = self._person.find("conversationSearch")
        assert isinstance(field, QLineEdit)
        found = self._person.window.findChild(QLabel, "searchCount")
        assert found is not None
        for text, name in (("lighthouse", "english"), ("灯塔", "chinese"), ("xyzzy", "nothing")):
            field.setText(text)
            self._wait_for_another(found)
            self._take(f"search-{name}")
        field.setText("millibars")
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Return)
        chat = self._person.window.services.chat
        self._person.wait(lambda: chat.current.title == LONG, 30, "for the first hit")
        self._person.pause(300)
        self._take("search-jumped")
        field.clear()

    def _wait_for_another(self, count: QLabel) -> None:
        """Until another number of hits is told."""
        old = count.text()
        told = (old, "", count.tr("Searching…"))
        self._person.wait(lambda: count.text() not in told, 30, "for the hits")

    def multi_select(self) -> None:
        view = self._person.window.page.conversations.view
        self._person.open_conversation(CHINESE)
        for title in ("Recipe", "Birthday"):
            self._person.click_row(view, title, CONTROL)
        self._take("several")
        self._person.trigger("rename")
        self._person.trigger("delete")
        self._person.pause(400)
        self._take("deleted-several")
        self._person.click("toastAction")
        self._person.pause(400)
        self._take("undone")

    def deletion(self) -> None:
        self._person.open_conversation(VERSIONS)
        self._person.act("deleteMessage")
        self._person.pause(300)
        self._take("deleted-message")
        view = self._person.window.page.conversations.view
        self._person.click_row(view, "Birthday")
        view.setFocus()
        self._person.trigger("delete")
        self._person.pause(400)

    def trash(self) -> None:
        self._person.trigger("trash")
        self._person.pause(400)
        self._take_dialog("trash", "trashDialog")

    def new_folder(self) -> None:
        self._person.trigger("newFolder")
        self._person.pause(500)
        self._take("new-folder")
        self._person.window.page.conversations.view.setFocus()

    def palette(self) -> None:
        self._person.trigger("palette")
        self._person.pause(300)
        palette = self._person.within("paletteSearch").window()
        self._take("palette", palette)
        QTest.keyClicks(self._person.within("paletteSearch"), "light")
        self._take("palette-search", palette)
        palette.close()

    def shortcuts(self) -> None:
        self._person.trigger("shortcuts")
        self._take_dialog("shortcuts", "shortcutsDialog")

    def export(self) -> None:
        self._person.open_conversation(VERSIONS)
        self._person.trigger("exportConversation")
        self._take_dialog("export", "exportDialog", close=False)
        self._person.click_within("exportGo")
        self._choose_file("exportPlaceDialog", self._files / "boat.md")
        exchange = self._person.window.services.exchange
        self._person.wait(lambda: not exchange.busy, 60, "for the export")
        self._take("exported")

    def importing(self) -> None:
        self._person.trigger("importConversations")
        self._choose_file("importDialog", make_import(self._files / "old.json"))
        self._person.wait(lambda: self._person.is_open("rejectedDialog"), 60, "for the report")
        self._take_dialog("import-report", "rejectedDialog")
        self._take("imported")

    def backups(self) -> None:
        self._person.trigger("backups")
        self._person.pause(300)
        self._take_dialog("no-backups", "backupsDialog", close=False)
        self._person.click_within("backUpNow")
        self._person.pause(1500)
        self._take_dialog("backups", "backupsDialog")

    def damage(self) -> None:
        """As after a start with a broken file, of which most could be read."""
        from desktop_llm.services.storage import DamageReport
        from desktop_llm.storage.errors import StorageDamaged
        from desktop_llm.storage.salvage import Salvaged

        services = self._person.window.services
        found: list[object] = []
        services.backups.list_backups(found.extend)
        self._person.wait(lambda: bool(found), 30, "for the backups")
        error = StorageDamaged("conversations-damaged.sqlite")
        report = DamageReport(error, Salvaged(12, 160), found[0])  # type: ignore[arg-type]
        from desktop_llm.ui.dialogs.damage import DamageDialog

        DamageDialog(report, services.backups, self._person.window).open()
        self._take_dialog("damage", "damageDialog")

    def menus(self) -> None:
        for menu in self._person.window.menuBar().actions():
            shown = menu.menu()
            assert isinstance(shown, QWidget)
            shown.ensurePolished()
            shown.adjustSize()
            self._take(f"menu-{menu.text().replace('&', '').lower()}", shown)
