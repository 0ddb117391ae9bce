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
from desktop_llm.core.remote_server import RemoteServer
from desktop_llm.core.text import QT_TRANSLATE_NOOP

log = logging.getLogger(__name__)

Page = Literal["general", "models", "hidden"]

ADDRESS = r"^(https?://[^\s/@?#]+(/[^\s@?#]*)?)?$"
"""Of a hub: no name or password in it, since the file is readable; "" leaves it out."""

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

    model_config = ConfigDict(extra="allow", frozen=True)

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
