"""Addresses as people type them, and the names of models on servers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.remote_server import (
    BadAddress,
    RemoteServer,
    find_remote,
    is_here,
    new_server_id,
    source_of,
    tidy_address,
)

LAB = RemoteServer(id="lab", title="The Lab", address="https://lab.example.org/v1", models=("a/b",))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
        (" localhost:11434 ", "http://localhost:11434/v1"),
        ("http://[::1]:8000/", "http://[::1]:8000/v1"),
        ("lab.example.org", "https://lab.example.org/v1"),
        ("http://LAB.example.org:8000/v1/", "http://lab.example.org:8000/v1"),
        ("https://x.org/v1/chat/completions", "https://x.org/v1"),
        ("https://x.org/openai/models", "https://x.org/openai"),
    ],
)
def test_an_address_is_tidied(typed, meant):
    assert tidy_address(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "ftp://x.org", "http://", "https://me:pass@x.org/v1", "http://x.org/v1?key=1",
     "http://x.org:99999", "http://x.org:0", "http://x y.org", "http://x.org/v1#a", "http://[::1",
     "http://x.org/ä\n"],
)  # fmt: skip
def test_what_is_no_address_is_told_without_the_password_in_it(typed):
    with pytest.raises(BadAddress) as caught:
        tidy_address(typed)
    assert "pass" not in str(caught.value).replace("password", "")


@given(st.text())
def test_any_text_is_an_address_that_stays_as_it_is_or_none(typed):
    try:
        address = tidy_address(typed)
    except BadAddress:
        return
    assert tidy_address(address) == address


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.9/v1", True),
        ("http://localhost:1/v1", True),
        ("http://[::1]/v1", True),
        ("http://localhost.example.org/v1", False),
        ("http://127.0.0.1.example.org/v1", False),
        ("http://10.0.0.1/v1", False),
    ],
)
def test_only_loopback_is_this_computer(address, here):
    assert is_here(address) is here


def test_a_model_is_found_by_the_id_or_the_title_of_its_server():
    for name in ("remote:lab/a/b", "remote:The Lab/a/b"):
        found = find_remote(name, [LAB])
        assert found == source_of(LAB, "a/b")
    assert find_remote("remote:else/a", [LAB]) is None
    assert find_remote("remote:lab", [LAB]) is None
    assert find_remote("lab/a", [LAB]) is None


def test_ids_are_plain_and_differ():
    assert new_server_id("Löwe & Söhne!", []) == "l-we-s-hne"
    assert new_server_id("实验室", ["server"]) == "server-2"
