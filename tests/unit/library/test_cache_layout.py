"""The cache is where huggingface_hub looks for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from desktop_llm.library.cache_layout import cache_folder

VARIABLES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME")
ASK = "from huggingface_hub import constants; print(constants.HF_HUB_CACHE)"


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"XDG_CACHE_HOME": "/xdg"},
        {"XDG_CACHE_HOME": "$DISK/xdg"},
        {"XDG_CACHE_HOME": "/xdg", "HF_HOME": "~/hf"},
        {"HF_HOME": "$DISK/hf"},
        {"HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/former"},
        {"HUGGINGFACE_HUB_CACHE": "~/$DISK"},
        {"HUGGINGFACE_HUB_CACHE": "/former", "HF_HUB_CACHE": "${DISK}/hub"},
    ],
)
def test_the_cache_is_where_the_hub_library_has_it(monkeypatch, variables):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in {**variables, "DISK": "/big disk"}.items():
        monkeypatch.setenv(name, value)
    command = (sys.executable, "-c", ASK)
    told = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)
    assert str(cache_folder()) == os.path.normpath(told.stdout.strip())
