"""A model's card, drawn as messages are: no picture is fetched, and no HTML is obeyed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QRect, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages.card import Card
from desktop_llm.ui.chat.messages.frames import Frames
from desktop_llm.ui.chat.messages.layout import Anchor, MessageLayout
from desktop_llm.ui.chat.messages.view import MessageList
from desktop_llm.ui.widgets.named import named

CHUNK = 2_000
"""Characters that are read at once, so that the window never waits for a long card."""

PAUSE_MS = 15

LONGEST = 60_000
"""Characters of a card that are shown; the whole of it is on the hub."""

_FENCE = re.compile(r" {0,3}(```|~~~)[`~]*([^\n`]*)")
_COMMENT = re.compile(r"<!--(?:.*?-->|.*)", re.DOTALL)
_PROGRAM = re.compile(r"<(script|style)\b(?:.*?</\1\s*>|.*)", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|tr|li|h[1-6])>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


def without_html(card: str) -> str:
    """The Markdown of `card` without tags and comments, but for those in code."""
    shown = (text if is_code else _plain(text) for is_code, text in _parts(card))
    return "".join(shown).strip()


def _plain(text: str) -> str:
    text = _BREAK.sub("\n", _PROGRAM.sub("", _COMMENT.sub("", text)))
    return _BLANK.sub("\n\n", _TAG.sub("", text))


def _parts(card: str) -> Iterator[tuple[bool, str]]:
    """`card` in pieces, each of code or of text. One pass, whatever is in it."""
    lines: list[str] = []
    mark = ""
    for line in card.splitlines(keepends=True):
        fence = _FENCE.match(line)
        if fence and not mark:
            yield False, "".join(lines)
            mark, lines = fence[1], [line]
        elif fence and fence[1] == mark and not fence[2].strip():
            yield True, "".join([*lines, line])
            mark, lines = "", []
        else:
            lines.append(line)
    yield bool(mark), "".join(lines)


class _Sheet(Card):
    """The text alone: no speaker, no buttons."""

    def _place(self, first: int) -> None:
        self.header = self.actions = QRect()
        margin = self.look.theme.spacing.s
        self.height = self._place_pieces(first, margin, self.width) + margin


class _Layout(MessageLayout):
    def _new_card(self, number: int) -> Card:
        return _Sheet(self.messages[number], self.look, self.mirrored)


class _NoFrames(Frames):
    """A card has no buttons of its own."""

    def sync(self, value: int, shown: range, is_revealed: Callable[[int], bool]) -> None:
        pass


class CardView(MessageList):
    """Shows the text of one card. An address is shown before it is opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "modelCard", self.tr("Model card"))
        self.sheet = _Layout(self.sheet.look)
        self.frames.deleteLater()
        self.frames = _NoFrames(self.viewport(), self.sheet)
        self._rest: list[str] = []
        """What is still to be read."""
        self._reading = QTimer(self)
        self._reading.setInterval(PAUSE_MS)
        self._reading.timeout.connect(self._read_on)
        self.link_activated.connect(self.ask_to_open)

    def set_messages(self, messages: Sequence[Message]) -> None:
        """A card is read from its beginning."""
        super().set_messages(messages)
        self._anchor = Anchor(messages[0].id, -1, 0.0, self.sheet.top(0))
        self.settle()

    def _place_newest(self) -> None:
        self._newest.hide()

    def show_card(self, name: str, text: str) -> None:
        """Show the card `text` of the model `name`."""
        shown = without_html(text[:LONGEST])
        if len(text) > LONGEST:
            shown += "\n\n" + self.tr("The rest of this long card is on the hub.")
        first, *self._rest = _chunks(shown)
        self.set_messages([Message(name, "", None, "assistant", first)])
        self.setAccessibleDescription(shown[:4000])
        if self._rest and self.isVisible():
            self._reading.start()

    @Slot()
    def _read_on(self) -> None:
        """Add the next chunk below what is there, and stay where the person is."""
        anchor = self.sheet.anchor_at(self.value, self.viewport().height())
        self.sheet.append_text(0, self._rest.pop(0), thinking=False)
        if not self._rest:
            self._reading.stop()
            self.sheet.replace(self.sheet.messages[0])  # its last line is complete now
        self._anchor = anchor
        self.settle()

    @Slot(str)
    def ask_to_open(self, address: str) -> None:
        """Show where a link leads, and open it only if the person wants to."""
        question = QMessageBox(self)
        question.setObjectName("openLinkQuestion")
        question.setIcon(QMessageBox.Icon.Question)
        question.setWindowTitle(self.tr("Open a page of the web"))
        question.setText(self.tr("This opens in your browser:"))
        question.setInformativeText(address[:500])
        yes = question.addButton(self.tr("Open"), QMessageBox.ButtonRole.AcceptRole)
        named(yes, "openLink", self.tr("Open"))
        cancel = question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(cancel)
        question.setTextFormat(question.textFormat().PlainText)
        yes.clicked.connect(lambda: open_page(address))
        question.finished.connect(question.deleteLater)
        question.open()

    # Qt's own names

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._rest:
            self._reading.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._reading.stop()
        super().hideEvent(event)


def _chunks(text: str) -> list[str]:
    """`text` cut at the ends of paragraphs, or of lines."""
    found = []
    while len(text) > CHUNK:
        cut = max(text.rfind("\n\n", 1, CHUNK), text.rfind("\n", CHUNK // 2, CHUNK)) + 1 or CHUNK
        found.append(text[:cut])
        text = text[cut:]
    return [*found, text]


def open_page(address: str) -> None:
    """Open an address of the web in the person's browser, and nothing else."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if url.scheme() in ("https", "http", "mailto"):
        QDesktopServices.openUrl(url)
