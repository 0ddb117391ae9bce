"""Where data is, and where the files that ship with the app are."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from desktop_llm.core import paths as module
from desktop_llm.core.paths import DATA_DIR_VARIABLE, resource, user_paths


def test_one_variable_moves_everything(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "all of it"))
    paths = user_paths()
    places = [paths.data, paths.config, paths.cache, paths.logs]
    places += [paths.database, paths.settings, paths.models, paths.lock]
    assert all(place.is_relative_to(tmp_path / "all of it") for place in places)


def test_an_argument_wins_over_the_variable(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "variable"))
    assert user_paths(tmp_path / "argument").data == tmp_path / "argument"


def test_a_relative_folder_is_made_absolute_and_home_is_understood(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert user_paths(Path("here")).data == tmp_path / "here"
    assert user_paths(Path("~/there")).data == tmp_path / "there"


def test_without_either_the_system_decides_and_nothing_is_made(monkeypatch, tmp_path):
    monkeypatch.delenv(DATA_DIR_VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    paths = user_paths()
    assert paths.data.name == "desktop-llm"
    assert list(tmp_path.iterdir()) == []


def test_resources_are_found_in_the_source_tree():
    assert resource("icons/desktop-llm.svg").read_text().startswith("<svg")


def test_a_missing_resource_is_an_error_that_names_it():
    with pytest.raises(FileNotFoundError, match="resources/no/such"):
        resource("no/such")


def test_resources_are_found_in_a_frozen_app(tmp_path, monkeypatch):
    made = tmp_path / "resources" / "icons"
    made.mkdir(parents=True)
    (made / "only-frozen.svg").touch()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource("icons/only-frozen.svg") == made / "only-frozen.svg"


def test_resources_are_found_in_an_installed_package(tmp_path):
    package = tmp_path / "site-packages" / "desktop_llm"
    (package / "core").mkdir(parents=True)
    (package / "resources").mkdir()
    (package / "resources" / "starter.json").touch()
    shutil.copy(str(module.__file__), package / "core" / "paths.py")
    spec = importlib.util.spec_from_file_location("installed", package / "core" / "paths.py")
    assert spec is not None
    assert spec.loader is not None
    installed = importlib.util.module_from_spec(spec)
    sys.modules["installed"] = installed
    try:
        spec.loader.exec_module(installed)
        assert installed.resource("starter.json") == package / "resources" / "starter.json"
    finally:
        del sys.modules["installed"]
