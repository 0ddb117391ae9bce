"""The settings survive damage, newer versions and nonsense."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from desktop_llm.core.settings import LOADING, Settings, load_settings, save_settings


def test_settings_come_back_as_they_were_saved(tmp_path):
    file = tmp_path / "config" / "settings.json"
    settings = Settings(language="zh_CN", theme="dark", threads=3, window={"geometry": "AdnQ"})
    save_settings(file, settings)
    assert load_settings(file) == settings


def test_a_missing_file_means_the_defaults(tmp_path):
    assert load_settings(tmp_path / "settings.json") == Settings()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"theme": "purple"}', b'{"threads": -1}', b"null"],
)
def test_a_damaged_file_is_set_aside_and_the_app_starts_with_defaults(tmp_path, content):
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    assert load_settings(file) == Settings()
    assert not file.exists()
    assert (tmp_path / "settings.damaged.json").read_bytes() == content


def test_a_folder_in_place_of_the_file_means_the_defaults(tmp_path):
    (tmp_path / "settings.json").mkdir()
    assert load_settings(tmp_path / "settings.json") == Settings()


def test_names_from_a_newer_version_are_kept(tmp_path):
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"theme": "dark", "from_the_future": [1, 2]}))
    save_settings(file, load_settings(file))
    assert json.loads(file.read_text())["from_the_future"] == [1, 2]


def test_a_setting_outside_its_limits_is_refused():
    with pytest.raises(ValidationError):
        Settings(threads=513)


def test_every_visible_setting_says_where_it_belongs_and_what_it_does():
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        assert isinstance(extra, dict), name
        assert extra["page"] in {"general", "models", "server", "hidden"}
        if extra["page"] != "hidden":
            assert field.title, name
            assert field.description, name
            assert field.description.endswith("."), name


@pytest.mark.parametrize(
    "address", ["", "https://hub.example.org", "http://127.0.0.1:8080", "https://example.org/hub/"]
)
def test_the_address_of_a_hub_is_nothing_or_a_web_address(address):
    assert Settings(hub_endpoint=address).hub_endpoint == address


@pytest.mark.parametrize(
    "address",
    ["hub.example.org", "ftp://hub", "https://name:password@hub", "https://", "file:///etc", "h\n"],
)
def test_other_addresses_are_refused_for_hub_and_proxy(address):
    for name in ("hub_endpoint", "proxy"):
        with pytest.raises(ValidationError):
            Settings.model_validate({name: address})


def test_the_settings_say_how_models_are_loaded():
    chosen = Settings(device="cpu", threads=3, conversation_mb=250, guess_ahead=False)
    options = chosen.load_options()
    assert (options.device, options.threads) == ("cpu", 3)
    assert (options.cache_bytes, options.speculation) == (250_000_000, False)
    assert Settings().load_options().speculation
    assert set(Settings.model_fields) >= LOADING
