"""What the presets and the prompt library of the panel do to conversations and to models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QInputDialog

from desktop_llm.core.conversation import Conversation, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.wire import to_plain
from desktop_llm.documents.exchange.writing import file_name
from desktop_llm.library.hub_types import LibraryEntry
from desktop_llm.services.chat import ChatService
from desktop_llm.services.chat_presets import with_preset
from desktop_llm.services.inference import InferenceService
from desktop_llm.services.library import LibraryService
from desktop_llm.services.tasks import TaskService
from desktop_llm.storage.presets import Preset
from desktop_llm.ui.chat.built_in_presets import built_in
from desktop_llm.ui.chat.generation_panel import GenerationPanel
from desktop_llm.ui.chat.preset_files import LONGEST_NAME, read_preset, write_preset
from desktop_llm.ui.context import Services
from desktop_llm.ui.widgets.toast import Toast


class PresetActions(QObject):
    """Own presets are kept by `ChatService`; those of the app only shown."""

    failed = Signal(object)
    """ExpectedError"""

    def __init__(
        self, panel: GenerationPanel, services: Services, toast: Toast, language: str
    ) -> None:
        super().__init__(panel)
        self._panel = panel
        self._toast = toast
        self._chat: ChatService = services.chat
        self._inference: InferenceService = services.inference
        self._library: LibraryService = services.library
        self._tasks: TaskService = services.tasks
        self._built_in = built_in(language)
        self._own: list[Preset] = []
        self._connect()
        self._show_presets([])

    def _connect(self) -> None:
        bar, prompts, chat = self._panel.presets, self._panel.prompts, self._chat
        chat.presets_changed.connect(self._show_presets)
        chat.conversation_opened.connect(self._show_current)
        self._panel.sampling_changed.connect(self._show_current)
        self._panel.json.schema_changed.connect(self._show_current)
        bar.chosen.connect(self._use)
        bar.save_new_requested.connect(self._ask_name)
        bar.save_requested.connect(self._save_changes)
        bar.rename_requested.connect(self._ask_new_name)
        bar.delete_requested.connect(chat.delete_preset)
        bar.import_requested.connect(self._import)
        bar.export_requested.connect(self._export)
        bar.model_default_requested.connect(self._keep_for_model)
        prompts.chosen.connect(self._use)
        prompts.save_requested.connect(self._ask_prompt_name)
        prompts.delete_requested.connect(chat.delete_preset)
        self._inference.state_changed.connect(self._show_model)
        self._show_model()

    @Slot(object)
    def _show_presets(self, own: Sequence[Preset]) -> None:
        self._own = list(own)
        everything = [*self._built_in, *self._own]
        self._panel.presets.set_presets([p for p in everything if p.kind == "preset"])
        self._panel.prompts.set_prompts([p for p in everything if p.kind == "prompt"])
        self._show_current()

    @Slot()
    def _show_current(self) -> None:
        """Which preset it is, and whether the settings are still its own."""
        conversation = self._chat.current
        known = {preset.id: preset for preset in [*self._built_in, *self._own]}
        if conversation.preset:
            preset = known.get(conversation.preset)
            changed = preset is not None and _changed(conversation, preset)
            self._panel.presets.show_current(conversation.preset, changed)
        else:  # nobody chose one, but the settings may be those of one
            kind = [preset for preset in known.values() if preset.kind == "preset"]
            same = (each.id for each in kind if not _changed(conversation, each))
            self._panel.presets.show_current(next(same, ""), False)

    @Slot()
    def _show_model(self) -> None:
        self._panel.presets.set_model(self._entry() is not None)

    def _entry(self) -> LibraryEntry | None:
        """The loaded model in the library."""
        model = self._inference.state.model
        return self._library.find(model.source.name) if model else None

    @Slot(object)
    def _use(self, preset: Preset) -> None:
        self._panel.flush()
        before = self._chat.current
        if preset.kind == "prompt":
            text = str(preset.body.get("system_prompt", ""))
            self._chat.set_system_prompt(text)
        else:
            self._chat.set_preset(preset)
        self._show_settings()
        if before.system_prompt.strip() not in ("", self._chat.current.system_prompt):
            said = self.tr("The system prompt was replaced.")
            self._toast.tell(said, self.tr("Undo"), partial(self._give_back, before))

    def _give_back(self, before: Conversation) -> None:
        """The system prompt that was there, if the person has not gone elsewhere."""
        if self._chat.current.id == before.id:
            self._chat.set_system_prompt(before.system_prompt)
            self._show_settings()

    def _show_settings(self) -> None:
        now = self._chat.current
        self._panel.show_settings(now.system_prompt, now.sampling)
        self._panel.show_thinking(now.thinking)
        self._panel.json.show_schema(now.json_schema)
        self._show_current()

    # Keeping

    @Slot()
    def _ask_name(self) -> None:
        self._ask(self.tr("New preset"), "", self._save_new)

    def _save_new(self, name: str) -> None:
        self._panel.flush()
        preset = Preset(new_id(), "preset", name, _body(self._chat.current))
        self._chat.save_preset(preset)
        self._chat.set_preset(preset)
        self._show_current()

    @Slot(object)
    def _save_changes(self, preset: Preset) -> None:
        self._panel.flush()
        self._chat.save_preset(replace(preset, body=_body(self._chat.current)))

    @Slot(object)
    def _ask_new_name(self, preset: Preset) -> None:
        def rename(name: str) -> None:
            self._chat.save_preset(replace(preset, name=name))

        self._ask(self.tr("Rename the preset"), preset.name, rename)

    @Slot()
    def _ask_prompt_name(self) -> None:
        self._panel.flush()
        text = self._chat.current.system_prompt
        words = " ".join(text.split())[:30]
        self._ask(self.tr("Keep the system prompt"), words, partial(self._save_prompt, text))

    def _save_prompt(self, text: str, name: str) -> None:
        self._chat.save_preset(Preset(new_id(), "prompt", name, {"system_prompt": text}))

    def _ask(self, title: str, name: str, use: Callable[[str], None]) -> None:
        dialog = QInputDialog(self._panel.window())
        dialog.setObjectName("nameDialog")
        dialog.setWindowTitle(title)
        dialog.setLabelText(self.tr("Name"))
        dialog.setTextValue(name)

        def take(text: str) -> None:
            if plain := " ".join(text.split())[:LONGEST_NAME]:
                use(plain)

        dialog.textValueSelected.connect(take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _keep_for_model(self) -> None:
        self._panel.flush()
        entry = self._entry()
        if entry is None:
            return
        choices = replace(entry.choices, sampling=self._chat.current.sampling)
        self._library.set_choices(entry.name, choices)
        said = self.tr("New chats with {model} begin with these settings.")
        self._toast.tell(said.format(model=entry.title or entry.name))

    # Files

    @Slot()
    def _import(self) -> None:
        dialog = QFileDialog(self._panel.window(), self.tr("Import a preset"))
        dialog.setObjectName("presetImportDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Presets (*.json)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self._read)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _read(self, name: str) -> None:
        self._tasks.run(partial(read_preset, Path(name)), self._has_read, self.failed.emit)

    def _has_read(self, preset: Preset) -> None:
        self._chat.save_preset(preset)
        self._toast.tell(self.tr("Imported “{name}”").format(name=preset.name))

    @Slot(object)
    def _export(self, preset: Preset) -> None:
        name = file_name(preset.name, "json")
        dialog = QFileDialog(self._panel.window(), self.tr("Export the preset"), name)
        dialog.setObjectName("presetExportDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(name)
        dialog.fileSelected.connect(partial(self._write, preset))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, preset: Preset, name: str) -> None:
        write = partial(write_preset, preset, Path(name))
        self._tasks.run(write, self._has_written, self.failed.emit)

    def _has_written(self, path: Path) -> None:
        self._toast.tell(self.tr("Exported to {name}").format(name=path.name))


def _body(conversation: Conversation) -> dict[str, object]:
    return {
        "sampling": to_plain(conversation.sampling),
        "context_policy": conversation.context_policy,
        "thinking": conversation.thinking,
        "json_schema": conversation.json_schema,
    }


def _changed(conversation: Conversation, preset: Preset) -> bool:
    try:
        made = with_preset(conversation, preset)
        return replace(made, preset=conversation.preset) != conversation
    except ExpectedError:
        return True
