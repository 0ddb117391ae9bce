"""The part of the tour that fills in forms and talks about files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtTest import QTest

from tests.unit.documents import make
from tests.writer import Writer

Take = Callable[..., None]
"""Saves a picture by its name, of the window or of the widget that is given."""

FORMS = (
    "translate",
    "summarise",
    "question",
    "sentiment",
    "rewrite",
    "extract",
    "write",
    "program",
)
PARAGRAPH = (
    "The lighthouse keeper went to the harbour and bought bread, lamp oil and three candles. "
)


class TextTour:
    """Walks through the forms, and through files that fit, are broken or too long."""

    def __init__(self, person: Writer, take: Take, folder: Path) -> None:
        self._person, self._take, self._files = person, take, folder

    @property
    def steps(self) -> Iterable[Callable[[], None]]:
        yield from (self.forms, self.sentiment, self.completion)
        yield from (self.attachments, self.too_long, self.windows)

    def forms(self) -> None:
        self._person.trigger("newChat")
        self._take("welcome")
        for form in FORMS:
            self._person.trigger(f"form_{form}")
            self._take(f"form-{form}")
        self._person.trigger("form_summarise")
        self._person.click("formRun")
        self._take("form-empty")
        self._person.click("formPromptToggle")
        self._take("form-prompt")
        self._person.click("formPromptToggle")

    def sentiment(self) -> None:
        self._person.trigger("form_sentiment")
        self._person.pause(100)
        field = self._person.find("formInput_text")
        QTest.keyClicks(field, "I love this lighthouse, it is wonderful and bright!")
        self._take("sentiment-filled")
        self._person.click("formRun")
        self._person.wait_for_new_answer()
        self._take("sentiment-result")
        self._person.trigger("newChat")
        self._person.trigger("form_extract")
        self._person.pause(100)
        QTest.keyClicks(self._person.find("formInput_what"), "things that were bought")
        QTest.keyClicks(self._person.find("formInput_text"), PARAGRAPH)
        self._person.click("formRun")
        self._person.wait_for_new_answer()
        self._take("extract-result")

    def completion(self) -> None:
        self._person.trigger("newChat")
        self._person.trigger("form_complete")
        self._take("form-complete")
        self._person.click("formExample0")
        self._person.click("formRun")
        self._person.wait_for_new_answer(300)
        self._take("completed")

    def attachments(self) -> None:
        self._person.trigger("newChat")
        text = self._files / "shopping.txt"
        text.write_text(PARAGRAPH * 3)
        pdf = self._files / "a very long name of a report that nobody will ever read to its end.pdf"
        pdf.write_bytes(make.pdf(["The lamp has a range of 18 miles."]))
        word = self._files / "report.docx"
        word.write_bytes(make.report())
        self._person.hold_over_chat(text)
        self._take("dragging")
        self._person.talk_about(text, pdf, word)
        self._take("reading")
        self._person.wait_for_files(3)
        self._person.write("What was bought?")
        self._person.pause(600)
        self._take("attached")
        self._person.press_enter()
        self._person.wait_for_new_answer()
        self._take("answered-with-files")
        self._person.press("attachmentButton", 0)
        self._take("file", self._person.dialog("attachmentDialog"))
        self._person.close_dialog("attachmentDialog")
        broken = self._files / "holiday.pdf"
        broken.write_bytes(b"\x80\x04\x95" + bytes(range(256)) * 40)
        self._person.talk_about(broken)
        self._person.wait(self._person.shows("errorBanner"), 30, "for the refusal")
        self._take("broken-file")
        self._person.click("bannerClose")

    def too_long(self) -> None:
        self._person.trigger("newChat")
        book = self._files / "book.txt"
        book.write_text("".join(f"{day}. {PARAGRAPH}\n" for day in range(1, 800)))
        self._person.talk_about(book)
        self._person.wait_for_files(1)
        panel = self._person.window.page.attachments.fit.panel
        self._person.wait(panel.isVisible, 60, "for the choice")
        self._take("too-long")
        self._person.click_within("readInWindows")
        self._person.pause(300)
        self._take("in-parts")

    def windows(self) -> None:
        self._person.write("What was bought? Answer with one word.")
        self._person.press_enter()
        self._person.wait(lambda: self._person.window.services.chat.busy, 60, "for the first part")
        answer = self._person.message
        self._person.wait(lambda: len(answer().thinking) > 120, 300, "for some parts")
        self._take("parts-in-progress")
        self._person.click("sendButton")
        self._person.wait_for_answer()
        self._take("parts-stopped")
