"""The settings: one typed schema from which the settings dialog is made.

Every field has a title and a help text (marked for translation) and the place (`page`) where it is
shown. The file is JSON, written whole; a damaged one is set aside and defaults are used, so that
the app always starts.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from desktop_llm.core.files import write_atomically
from desktop_llm.core.generation import LoadOptions
from desktop_llm.core.remote_server import RemoteServer
from desktop_llm.core.serving import DEFAULT_PORT
from desktop_llm.core.text import QT_TRANSLATE_NOOP

log = logging.getLogger(__name__)

LOADING = frozenset({"device", "dtype", "threads", "conversation_mb", "guess_ahead"})
"""The settings in `Settings.load_options`."""

Page = Literal["general", "models", "server", "hidden"]

ADDRESS = r"^(https?://[^\s/@?#]+(/[^\s@?#]*)?)?$"
"""Of a hub: no name or password in it, since the file is readable; "" leaves it out."""

ORIGINS = r"^([a-z][a-z0-9+.-]*://[^\s/@?#,;]+( [a-z][a-z0-9+.-]*://[^\s/@?#,;]+)*)?$"
"""Of pages, as browsers send them: without a path, with spaces between several."""

PROXY = r"^(https?://[^\s/@?#]+/?)?$"


def setting(
    page: Page, title: str, help_text: str, choices: str | None = None, **limits: Any
) -> Any:
    """A pydantic field that the settings dialog can show.

    `choices` says what a text is chosen from, if it is not typed: "models".
    """
    shown: dict[str, Any] = {"page": page, "choices": choices}
    return Field(title=title, description=help_text, json_schema_extra=shown, **limits)


class Settings(BaseModel):
    """Everything a person can set; unknown names from a newer version are kept."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    language: Annotated[
        Literal["system", "en", "zh_CN"],
        setting(
            "general",
            QT_TRANSLATE_NOOP("core", "Language"),
            QT_TRANSLATE_NOOP("core", "The language of the window. It changes at once."),
        ),
    ] = "system"
    theme: Annotated[
        Literal["system", "light", "dark"],
        setting(
            "general",
            QT_TRANSLATE_NOOP("core", "Appearance"),
            QT_TRANSLATE_NOOP("core", "Light, dark, or whatever the system uses."),
        ),
    ] = "system"
    device: Annotated[
        Literal["auto", "cuda", "mps", "cpu"],
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Compute device"),
            QT_TRANSLATE_NOOP(
                "core", "Automatic takes an NVIDIA GPU, then an Apple GPU, then the processor."
            ),
        ),
    ] = "auto"
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16", "float16"],
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Number format"),
            QT_TRANSLATE_NOOP("core", "Automatic measures what is fastest on this computer, once."),
        ),
    ] = "auto"
    threads: Annotated[
        int,
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Processor threads"),
            QT_TRANSLATE_NOOP("core", "0 uses every core of this computer."),
            ge=0,
            le=512,
        ),
    ] = 0
    default_model: Annotated[
        str,
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Model to begin with"),
            QT_TRANSLATE_NOOP("core", "What is loaded when the window opens."),
            choices="models",
        ),
    ] = ""
    conversation_mb: Annotated[
        int,
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Memory for conversations"),
            QT_TRANSLATE_NOOP(
                "core",
                "In MB. What the model has read of your conversations is kept there, so that the "
                "next answer begins at once. 0 uses a quarter of the memory that is free. How much "
                "is used now is shown in the status bar.",
            ),
            ge=0,
            le=1_000_000,
        ),
    ] = 0
    guess_ahead: Annotated[
        bool,
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Guess ahead"),
            QT_TRANSLATE_NOOP(
                "core",
                "Answers that repeat what was said before, such as a text that is corrected, are "
                "written faster. Each word is chosen as without it.",
            ),
        ),
    ] = True
    idle_unload: Annotated[
        Literal["off", "5", "15", "30", "60"],
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Unload the model when idle"),
            QT_TRANSLATE_NOOP(
                "core", "Gives its memory back to other programs. Your next message loads it again."
            ),
        ),
    ] = "off"
    """Minutes without use."""
    hub_endpoint: Annotated[
        str,
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Address of the model hub"),
            QT_TRANSLATE_NOOP(
                "core",
                "Empty for the official hub; or a mirror of it, such as https://hub.example.org. "
                "Your access token is never sent to a mirror.",
            ),
            pattern=ADDRESS,
        ),
    ] = ""
    proxy: Annotated[
        str,
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Proxy for downloads"),
            QT_TRANSLATE_NOOP(
                "core", "Such as http://proxy.example.org:3128. Empty: whatever the system uses."
            ),
            pattern=PROXY,
        ),
    ] = ""
    offline: Annotated[
        bool,
        setting(
            "models",
            QT_TRANSLATE_NOOP("core", "Work offline"),
            QT_TRANSLATE_NOOP("core", "Nothing is searched or downloaded."),
        ),
    ] = False
    training_continues: Annotated[
        bool,
        setting(
            "general",
            QT_TRANSLATE_NOOP("core", "Go on training when the window is closed"),
            QT_TRANSLATE_NOOP(
                "core",
                "Otherwise the run is stopped with what it has learned. An open run is found again "
                "at the next start.",
            ),
        ),
    ] = True
    ask_about_training: Annotated[
        bool,
        setting(
            "general",
            QT_TRANSLATE_NOOP("core", "Ask when the window is closed during a training"),
            QT_TRANSLATE_NOOP("core", "Otherwise the setting above decides."),
        ),
    ] = True
    server_port: Annotated[
        int,
        setting(
            "server",
            QT_TRANSLATE_NOOP("core", "Port"),
            QT_TRANSLATE_NOOP("core", "Where programs of this computer find it; 0: any free one."),
            ge=0,
            le=65535,
        ),
    ] = DEFAULT_PORT
    server_origins: Annotated[
        str,
        setting(
            "server",
            QT_TRANSLATE_NOOP("core", "Pages in a browser that may ask"),
            QT_TRANSLATE_NOOP(
                "core",
                "Such as http://localhost:3000, with spaces between several. Empty: none; programs "
                "need not be listed.",
            ),
            pattern=ORIGINS,
        ),
    ] = ""
    server_starts: Annotated[
        bool,
        setting(
            "server",
            QT_TRANSLATE_NOOP("core", "Switch on when the app starts"),
            QT_TRANSLATE_NOOP("core", "Otherwise it is off until you switch it on."),
        ),
    ] = False
    hub_account: Annotated[str, setting("hidden", "", "")] = ""
    """Whose token is in the keyring; without one the keyring is not asked at all."""
    servers: Annotated[list[RemoteServer], setting("hidden", "", "")] = Field(default_factory=list)
    """Whose models are offered; their keys are in the keyring."""
    last_model: Annotated[str, setting("hidden", "", "")] = ""
    last_conversation: Annotated[str, setting("hidden", "", "")] = ""
    closed_folders: Annotated[list[str], setting("hidden", "", "")] = Field(default_factory=list)
    """Ids of the folders of conversations that do not show what they hold."""
    window: Annotated[dict[str, Any], setting("hidden", "", "")] = Field(default_factory=dict)
    forms: Annotated[dict[str, dict[str, str]], setting("hidden", "", "")] = Field(
        default_factory=dict
    )
    """What was entered last into each prompt form, but for texts."""

    def load_options(self, cache_dir: Path | None = None) -> LoadOptions:
        """How models are loaded; measurements of this machine are kept in `cache_dir`."""
        return LoadOptions(
            self.device,
            self.dtype,
            self.threads,
            cache_dir,
            cache_bytes=self.conversation_mb * 1_000_000,
            speculation=self.guess_ahead,
        )


def load_settings(path: Path) -> Settings:
    """The settings in `path`, or the defaults; a damaged file is renamed, not overwritten."""
    try:
        return Settings.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Settings()
    except (ValidationError, OSError) as error:
        log.warning("settings unreadable, defaults used: %s", type(error).__name__)
        if path.is_file():
            path.replace(path.with_suffix(".damaged.json"))
        return Settings()


def save_settings(path: Path, settings: Settings) -> None:
    """Write `settings` to `path`, whole or not at all."""
    write_atomically(path, settings.model_dump_json(indent=1))
