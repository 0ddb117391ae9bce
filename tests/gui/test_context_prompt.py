"""What the model sees, token by token, and the template that makes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop_llm.core.generation import PromptToken
from desktop_llm.engine.errors import NoModelLoaded, TemplateFailed
from desktop_llm.library.hub_types import ModelChoices
from desktop_llm.ui.chat.prompt_view import PromptDialog
from desktop_llm.ui.models.template_editor import TRIAL, TemplateEditor
from desktop_llm.ui.widgets.token_text import TokenText
from tests.fake_models import an_entry
from tests.gui.conftest import Desk

TOKENS = [
    PromptToken(1, "<|user|>", special=True),
    PromptToken(2, "\n"),
    PromptToken(3, "你好 😀"),
    PromptToken(4, ""),
    PromptToken(5, "!\r\n"),
    PromptToken(6, "<|end|>", special=True),
]


@pytest.fixture
def text(qtbot: QtBot) -> TokenText:
    made = TokenText()
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    return made


def colored(text: TokenText) -> list[str]:
    return [mark.cursor.selectedText() for mark in text.extraSelections()]


def test_control_tokens_are_coloured_and_line_ends_visible(text: TokenText, qtbot: QtBot) -> None:
    text.show_tokens(TOKENS)
    assert text.toPlainText() == "<|user|>↵\n你好 😀!␍↵\n<|end|>"
    qtbot.waitUntil(lambda: colored(text) == ["<|user|>", "↵", "", "<|end|>"])


def test_what_is_copied_is_the_text_itself(text: TokenText) -> None:
    text.show_tokens(TOKENS[:4])
    text.selectAll()
    text.copy()
    assert QGuiApplication.clipboard().text() == "<|user|>\n你好 😀" == text.prompt


def test_the_token_below_the_pointer_is_known(text: TokenText) -> None:
    text.show_tokens(TOKENS)
    cursor = text.textCursor()
    cursor.setPosition(len("<|user|>↵\n你好 😀!") + 1)  # the emoji is two units long
    assert text.token_at(text.cursorRect(cursor).center()) == TOKENS[4]


@pytest.mark.parametrize("word", ["word ", "line\n"])
def test_a_long_prompt_is_shown_at_once(text: TokenText, qtbot: QtBot, word: str) -> None:
    tokens = [PromptToken(number, word, number % 40 == 0) for number in range(32_000)]
    start = time.thread_time()
    text.show_tokens(tokens)
    qtbot.waitUntil(lambda: bool(text.extraSelections()))
    assert time.thread_time() - start < 1.0  # 0.1 s on a machine that is not slow
    assert len(text.extraSelections()) < 2000


@pytest.fixture
def dialog(desk: Desk) -> Iterator[PromptDialog]:
    desk.load()
    desk.context.tokens = list(TOKENS)
    desk.window.commands["showPrompt"].trigger()
    found = desk.window.findChild(PromptDialog)
    assert found is not None
    yield found
    if isValid(found):
        found.close()


def test_the_prompt_is_shown_counted_and_copied(desk: Desk, dialog: PromptDialog) -> None:
    assert dialog.count.text() == "6 tokens, 2 of them control tokens"
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == "<|user|>\n你好 😀!\r\n<|end|>"
    assert desk.context.calls[-1] == ("explain", None, ())


def test_without_a_model_the_dialog_says_so_until_one_is_there(desk: Desk, qtbot: QtBot) -> None:
    desk.context.tokens = NoModelLoaded()
    dialog = PromptDialog(desk.services)
    qtbot.addWidget(dialog)
    assert not dialog.copy_button.isEnabled()
    desk.context.tokens = list(TOKENS)
    desk.load()
    assert dialog.text.prompt.startswith("<|user|>")


@pytest.fixture
def editor(desk: Desk, dialog: PromptDialog) -> TemplateEditor:
    desk.library.show([an_entry(name="starter", choices=ModelChoices(system_prompt="Be kind."))])
    dialog.template_button.click()
    found = dialog.findChild(TemplateEditor)
    assert found is not None
    return found


def test_the_template_is_tried_while_it_is_written(
    desk: Desk, editor: TemplateEditor, qtbot: QtBot
) -> None:
    assert editor.edit.toPlainText() == "{{ messages }}"
    editor.edit.setPlainText("{{ other }}")
    qtbot.waitUntil(lambda: desk.context.calls[-1] == ("explain", "{{ other }}", TRIAL))
    assert editor.preview.prompt.startswith("<|user|>")


def test_a_fault_is_shown_in_its_line_and_is_not_saved(
    desk: Desk, editor: TemplateEditor, qtbot: QtBot
) -> None:
    desk.context.tokens = TemplateFailed("no such thing", 2)
    editor.edit.setPlainText("fine\n{{ nothing.at.all }}")
    qtbot.waitUntil(lambda: editor.edit.marked_line == 2)
    assert editor.message.text() == "Line 2: no such thing"
    editor.save_button.click()
    assert editor.message.text() == "Not saved. Line 2: no such thing"
    assert desk.library.calls == []
    desk.context.tokens = list(TOKENS)
    editor.edit.setPlainText("fine")
    qtbot.waitUntil(lambda: editor.edit.marked_line == 0)


def test_what_is_saved_belongs_to_the_model_beside_its_other_settings(
    desk: Desk, editor: TemplateEditor
) -> None:
    editor.edit.setPlainText("{{ other }}")
    editor.save_button.click()
    kept = ModelChoices(system_prompt="Be kind.", template="{{ other }}")
    assert desk.library.calls == [("set_choices", "starter", kept)]


def test_the_models_own_template_comes_back_and_can_be_undone(
    desk: Desk, editor: TemplateEditor
) -> None:
    editor.edit.setPlainText("{{ other }}")
    editor.own_button.click()
    assert editor.edit.toPlainText() == "{{ messages }}"
    editor.save_button.click()
    assert desk.library.calls == [
        ("set_choices", "starter", ModelChoices(system_prompt="Be kind."))
    ]
    editor.edit.undo()
    assert editor.edit.toPlainText() == "{{ other }}"


def test_an_answer_that_comes_after_the_dialogs_were_closed_is_for_nobody(
    desk: Desk, editor: TemplateEditor, dialog: PromptDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[], object]] = []

    def later(on_done: Any, on_failed: Any, *_: Any) -> None:
        asked.extend([lambda: on_done(list(TOKENS)), lambda: on_failed(TemplateFailed("no", 1))])

    monkeypatch.setattr(desk.context, "explain", later)
    editor.edit.setPlainText("{{ other }}")
    editor.save_button.click()
    editor.edit.setPlainText("{{ more }}")
    editor._show_preview()
    dialog.refresh()
    for closed in (editor, dialog):
        closed.close()
        QApplication.sendPostedEvents(closed, QEvent.Type.DeferredDelete)
    for answer in asked:
        answer()
    assert len(asked) == 6


def test_without_a_model_nothing_can_be_edited(desk: Desk, qtbot: QtBot) -> None:
    editor = TemplateEditor(desk.services)
    qtbot.addWidget(editor)
    assert "Load a model first" in editor.message.text()
    assert not editor.findChild(QPlainTextEdit, "templateEdit").isEnabled()  # type: ignore[union-attr]
    assert not editor.save_button.isEnabled()
