"""One message: its pieces and where everything is. What it looks like is `card_painter`'s affair.

All coordinates are relative to the card, whose width is that of the column.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QRect

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages import words
from desktop_llm.ui.chat.messages.boxes import CodePiece, make_piece
from desktop_llm.ui.chat.messages.chips import chip_places
from desktop_llm.ui.chat.messages.document import Manner
from desktop_llm.ui.chat.messages.leaves import Leaf
from desktop_llm.ui.chat.messages.look import Look
from desktop_llm.ui.chat.messages.piece import Piece, estimated_lines
from desktop_llm.ui.chat.messages.plain import plain_leaves, typed_leaves, visible
from desktop_llm.ui.chat.messages.rhythm import gap, indent, is_right_to_left
from desktop_llm.ui.chat.messages.stream import MarkdownStream
from desktop_llm.ui.translate import error_words

BUBBLE_SHARE = 0.8
"""Of the column, what a person's own message takes at most."""


class Card:
    """Lays out one message. Nothing is built before `build` asks for it."""

    def __init__(
        self, message: Message, look: Look, mirrored: bool = False, unfolded: bool | None = None
    ) -> None:
        self.message = message
        self.look = look
        self.mirrored = mirrored
        """The window reads from right to left: sides are swapped."""
        writing = message.state == "streaming" and not message.content
        self.thinking_open = writing if unfolded is None else unfolded
        self.width = 0
        self.height = 0
        self.placed = 0
        """How often everything was given its place: another number, perhaps other places."""
        self.thinking: list[Piece] = []
        self.body: list[Piece] = []
        self.errors: list[Piece] = []
        self.pieces: list[Piece] = []
        """Those that are shown, in reading order: thinking, body, errors."""
        self.reserved = 0
        """The height of an editor that stands in the place of the message; 0: there is none."""
        self.chips: list[QRect] = []
        """The labels of attached files."""
        self._tops: list[int] = []
        self._clear()
        self._fill()

    def _clear(self) -> None:
        empty = QRect()
        self.header = self.thinking_header = self.bubble = self.note = empty
        self.error_box = self.error_button = self.actions = self.editor = empty

    # content

    def _fill(self) -> None:
        """Make all pieces from the message."""
        message = self.message
        self.right_to_left = is_right_to_left(message.content or message.thinking)
        self._answer, self._thoughts = MarkdownStream(), MarkdownStream()
        self.thinking, self.body = [], []
        if message.role == "user":
            self._sync(self.body, typed_leaves(message.content), 0)
        else:
            self._append(message.content, thinking=False)
            self._append(message.thinking, thinking=True)
        self._settle()

    def _append(self, text: str, thinking: bool) -> int:
        stream = self._thoughts if thinking else self._answer
        pieces = self.thinking if thinking else self.body
        kept = stream.append(text) if text else len(stream.leaves)
        self._sync(pieces, stream.leaves, kept)
        return kept

    def _settle(self) -> None:
        """Bring the pieces into their final form, unless more is to come."""
        if self.message.role != "user" and self.message.state != "streaming":
            for stream, pieces in ((self._answer, self.body), (self._thoughts, self.thinking)):
                self._sync(pieces, stream.leaves, stream.finish() if stream.leaves else 0)
        sentences = error_words(self.message.error) if self.message.error else []
        leaves = [leaf for sentence in sentences for leaf in plain_leaves(visible(sentence))]
        self._sync(self.errors, leaves, 0)
        self._show_pieces()

    def _sync(self, pieces: list[Piece], leaves: list[Leaf], kept: int) -> None:
        """Make `pieces` show `leaves`, of which the first `kept` have not changed."""
        manner = self._manner(pieces)
        streaming = self.message.state == "streaming" and pieces is not self.errors
        first = max(0, min(kept, len(pieces)) - 1)  # the one before is finished by now
        for number, leaf in enumerate(leaves[first:], first):
            if number == len(pieces) or pieces[number].leaf.kind != leaf.kind:
                pieces[number:] = [make_piece(leaf, manner)]
            finished = not streaming or number < len(leaves) - 1
            pieces[number].set_leaf(leaf, finished)
        del pieces[len(leaves) :]

    def _manner(self, pieces: list[Piece]) -> Manner:
        if pieces is self.thinking:
            return Manner(self.look, "text_muted", self.right_to_left, small=True)
        return Manner(self.look, "text", self.right_to_left and pieces is self.body)

    def _show_pieces(self) -> None:
        shown = self.thinking if self.thinking_open else []
        self.pieces = [] if self.reserved else [*shown, *self.body, *self.errors]

    def append(self, text: str, thinking: bool) -> int:
        """Add streamed text and return the height below which something has changed.

        Costs the same however long the message is.
        """
        message = self.message
        if thinking:
            self.message = replace(message, thinking=message.thinking + text)
        else:
            self.message = replace(message, content=message.content + text)
            if not message.content and message.thinking:
                self.thinking_open = False
        if is_right_to_left(self.message.content or self.message.thinking) != self.right_to_left:
            self._fill()
            first = 0
        else:
            kept = self._append(text, thinking)
            first = max(0, kept - 1) + (len(self.thinking) * self.thinking_open * (not thinking))
            if not message.content and not thinking:
                first = 0
            self._show_pieces()
        if not self.width:
            return 0
        self._place(first)
        if not 0 < first <= len(self.pieces):
            return 0
        last_kept = self.pieces[first - 1]
        return last_kept.y + last_kept.height

    def set_message(self, message: Message) -> None:
        """Show `message`, a newer state of the same; what has not changed is kept."""
        old = self.message
        grown = message.role == "assistant" and message.content.startswith(old.content)
        grown = grown and message.thinking.startswith(old.thinking)
        self.message = message
        if grown:
            self._append(message.content[len(old.content) :], thinking=False)
            self._append(message.thinking[len(old.thinking) :], thinking=True)
            self._settle()
        else:
            self._fill()
        if old.state == "streaming" != message.state:
            self.thinking_open = False
            self._show_pieces()
        if self.width:
            self._place(0)

    def reserve(self, height: int) -> None:
        """Make room for an editor in place of the message; 0 shows the message again."""
        if height != self.reserved:
            self.reserved = height
            self._show_pieces()
            if self.width:
                self._place(0)

    def toggle_thinking(self) -> None:
        self.thinking_open = not self.thinking_open
        self._show_pieces()
        self._place(0)

    def take_drawings(self, formulas: frozenset[str]) -> bool:
        """Some formulas can be drawn now; False if this message waits for none of them."""
        waiting = [each.take_drawings(formulas) for each in (*self.thinking, *self.body)]
        if any(waiting) and self.width:
            self._place(0)
        return any(waiting)

    # layout

    def lay_out(self, width: int) -> None:
        """Give everything its place in a column of `width` pixels."""
        if width != self.width:
            self.width = width
            self._place(0)

    def build(self, top: int, bottom: int) -> bool:
        """Make what is between two heights exact; True if anything was not."""
        changed = False
        for _ in range(20):
            waiting = [n for n in self.between(top, bottom) if not self.pieces[n].is_measured]
            if not waiting:
                break
            for number in waiting:
                self.pieces[number].measure()
            self._place(waiting[0])
            changed = True
        return changed

    def between(self, top: int, bottom: int) -> range:
        """The numbers of the pieces between two heights."""
        first = max(0, bisect_right(self._tops, top) - 1)
        return range(first, bisect_right(self._tops, bottom))

    def _place(self, first: int) -> None:
        """Place the pieces from number `first` on, and what follows them."""
        space = self.look.theme.spacing
        self._clear()
        self.placed += 1
        self.header = QRect(0, 0, self.width, self.look.row)
        y = self.header.bottom() + 1 + space.xs
        if self.reserved:
            self._tops, self.chips = [], []
            self.editor = QRect(0, y, self.width, self.reserved)
            self.height = self.editor.bottom() + 1 + space.l
            return
        is_user = self.message.role == "user"
        if self.message.thinking and not is_user:
            self.thinking_header = QRect(0, y, self.width, self.look.row)
            y = self.thinking_header.bottom() + 1 + space.s
        side = space.l if is_user else 0
        room = round(self.width * BUBBLE_SHARE) - 2 * side if is_user else self.width
        top = y
        if is_user:
            y += space.m - 2
        y = self._place_pieces(first, y, room)
        if is_user:
            y += space.m - 2
            self._place_bubble(top, y, room, side)
        y = self._place_error_box(y)
        y = self._place_chips(y)
        self._place_footer(y)

    def _place_pieces(self, first: int, y: int, room: int) -> int:
        first = min(first, len(self._tops), len(self.pieces))
        del self._tops[first:]
        if first:
            y = self.pieces[first - 1].y + self.pieces[first - 1].height
        thoughts = len(self.thinking) if self.thinking_open else 0
        answers = thoughts + len(self.body)
        for number in range(first, len(self.pieces)):
            piece = self.pieces[number]
            y += self._gap_before(number, thoughts, answers)
            inset = indent(piece.leaf, self.look)
            if number < thoughts:
                inset += self.look.em
            if number >= answers:  # an error, beside its icon
                inset = self.look.theme.spacing.l + self.look.icon + 8
            piece.set_width(max(room - inset - (inset if number >= answers else 0), 60))
            swapped = self.mirrored if number >= answers else self.right_to_left
            piece.x = room - inset - piece.width if swapped else inset
            piece.y = y
            self._tops.append(y)
            y += piece.height
        return y

    def _gap_before(self, number: int, thoughts: int, answers: int) -> int:
        space = self.look.theme.spacing
        if number == answers:
            return space.m + (space.m if number else 0)
        if number > answers:
            return space.xs
        if number == 0:
            return 0
        if number == thoughts:
            return space.l
        return gap(self.pieces[number - 1].leaf, self.pieces[number].leaf, self.look)

    def _place_bubble(self, top: int, bottom: int, room: int, side: int) -> None:
        inner = room
        if all(piece.is_measured and type(piece) is Piece for piece in self.pieces):
            inner = max((piece.natural_width for piece in self.pieces), default=0)
            inner = min(max(inner, 16), room)
        left = 0 if self.mirrored else self.width - inner - 2 * side
        self.bubble = QRect(left, top, inner + 2 * side, bottom - top)
        for piece in self.pieces:
            piece.x = left + side + (inner - piece.width if self.right_to_left else 0)

    def _place_error_box(self, y: int) -> int:
        self.error_box = self.error_button = QRect()
        if not self.errors:
            return y
        space = self.look.theme.spacing
        top = self.errors[0].y - space.m
        button = self.look.row + 4
        inset = space.l + self.look.icon + 8
        self.error_button = QRect(inset, y + space.m, self.width - 2 * inset, button)
        self.error_box = QRect(0, top, self.width, y + space.m + button + space.m - top)
        return self.error_box.bottom() + 1

    def _place_chips(self, y: int) -> int:
        space = self.look.theme.spacing
        area = QRect(0, y + space.s, self.width, 0)
        at_right = (self.message.role == "user") != self.mirrored
        self.chips = chip_places(self.message.attachments, self.look, area, at_right)
        return self.chips[-1].bottom() + 1 if self.chips else y

    def _place_footer(self, y: int) -> None:
        space = self.look.theme.spacing
        self.note = QRect()
        if words.note(self.message) or self.is_waiting:
            lines = estimated_lines(
                words.note(self.message), self.width / self.look.quiet.character
            )
            self.note = QRect(
                0, y + space.s, self.width, max(self.look.row, lines * self.look.quiet.line)
            )
            y = self.note.bottom() + 1
        self.actions = QRect(0, y + space.xs, self.width, self.look.row)
        below = space.xs if self.message.role == "user" else space.l
        self.height = self.actions.bottom() + 1 + below

    @property
    def is_waiting(self) -> bool:
        """Nothing has been written yet, but will be."""
        message = self.message
        return message.state == "streaming" and not message.content and not message.thinking

    # places

    def piece_at(self, y: int) -> int:
        """The number of the piece at or next above a height; -1 if there is none at all."""
        return min(max(0, bisect_right(self._tops, y) - 1), len(self.pieces) - 1)

    def code_pieces(self, top: int, bottom: int) -> list[CodePiece]:
        """The code blocks between two heights."""
        found = (self.pieces[number] for number in self.between(top, bottom))
        return [piece for piece in found if isinstance(piece, CodePiece)]


def text_size(message: Message) -> tuple[int, int]:
    """Letters and lines of a message, from which its height can be estimated."""
    return len(message.content), message.content.count("\n")


def estimated_heights(sizes: Sequence[tuple[int, int]], look: Look, width: int) -> list[int]:
    """About how high cards with such texts will be; 10,000 of them take a few milliseconds."""
    by_letter = look.body.character / max(width, 1) * look.body.line
    by_line = round(0.8 * look.body.line)
    fixed = look.body.line + 2 * look.row + 4 * look.theme.spacing.m
    return [fixed + int(letters * by_letter) + lines * by_line for letters, lines in sizes]
