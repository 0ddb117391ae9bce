"""Keys and what people wrote are in no repr, no error, no traceback and no log."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from desktop_llm.core.generation import GenerationRequest, LoadOptions, RemoteModel
from desktop_llm.core.remote_server import RemoteServer
from desktop_llm.core.serving import ServeOptions
from desktop_llm.core.settings import Settings
from desktop_llm.core.wire import from_plain
from desktop_llm.library.hub_types import HubAccess
from desktop_llm.services.serving import ServerStatus
from tests.unit.core.test_logs import log_file as log_file

KEY = "a-key-of-no-known-shape"
HOLDERS = [
    LoadOptions(api_key=KEY),
    ServeOptions(KEY),
    ServerStatus("on", key=KEY),
    HubAccess("https://hub.example", "", KEY),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_what_holds_a_key_does_not_show_it(holder: Any, log_file: Path) -> None:
    assert KEY not in f"{holder!r} {holder} {[holder]}"
    logging.getLogger("desktop_llm").error("with %s and %r", holder, {"it": holder})
    assert KEY not in log_file.read_text()


def test_a_setting_that_is_refused_is_not_quoted() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(proxy=f"http://me:{KEY}@proxy:3128")
    assert KEY not in str(caught.value)


def test_what_is_known_of_servers_has_no_place_for_a_key() -> None:
    assert {*RemoteModel.__dataclass_fields__} == {"server", "address", "model"}
    assert {*RemoteServer.model_fields} == {"id", "title", "address", "models", "has_key"}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (LoadOptions, {"api_key": [KEY]}),
        (LoadOptions, [KEY]),
        (ServeOptions, {"key": {"a": KEY}}),
        (ServeOptions, {"keys": KEY}),
        (list[ServeOptions], [[KEY]]),
        (GenerationRequest, {"prompt": KEY}),
    ],
)
def test_a_line_between_processes_that_is_no_value_is_not_quoted(
    kind: Any, data: Any, log_file: Path
) -> None:
    with pytest.raises(ValidationError) as caught:
        from_plain(kind, data)
    words = "".join(traceback.format_exception(caught.value))
    assert KEY not in words
    logging.getLogger("desktop_llm").error(words, exc_info=caught.value)
    assert KEY not in log_file.read_text()
