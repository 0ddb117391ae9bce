"""Which names of a hub may become paths. Hostile ones by the dozen: test_hostile_names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.errors import from_wire, to_wire
from desktop_llm.library.hub_errors import UnsafeName
from desktop_llm.library.names import LONGEST, check_blob, check_path, check_repo

SHA1, SHA256 = "0123456789" * 4, "01234567" * 8


@pytest.mark.parametrize(
    "path",
    [
        "model.safetensors",
        "1_Pooling/config.json",
        ".gitattributes",
        "Модель №1.gguf",
        "模型/权重.safetensors",
        "console.json",
        "a..b",
    ],
)
def test_usual_names_of_files_pass(path):
    check_path(path)


@given(st.text(max_size=30))
def test_a_path_that_passes_stays_below_its_folder(path):
    try:
        check_path(path)
    except UnsafeName:
        return
    parts = path.split("/")
    assert not {"", ".", ".."} & set(parts)
    assert not set(path) & set('\\:*?"<>|\0\n\r\t')


def test_the_longest_path_passes_and_a_longer_one_does_not():
    check_path("a" * LONGEST)
    with pytest.raises(UnsafeName):
        check_path("a" * (LONGEST + 1))


@pytest.mark.parametrize("repo", ["gpt2", "Qwen/Qwen3-0.6B", "_owner/a.b_c-d"])
def test_usual_names_of_repositories_pass(repo):
    check_repo(repo)


@pytest.mark.parametrize("repo", ["", "a/b/c", "a--b/c", "a/..", "a/b.git", "a/-b", "a/CON", "ä/b"])
def test_what_the_cache_could_mistake_is_no_name_of_a_repository(repo):
    with pytest.raises(UnsafeName):
        check_repo(repo)


def test_only_hashes_are_names_of_blobs():
    check_blob(SHA1)
    check_blob(SHA256)
    for name in ("", "../" + SHA1, SHA1[:-1], SHA1.replace("0", "G"), SHA256 + "0", SHA1 + "\n"):
        with pytest.raises(UnsafeName):
            check_blob(name)


def test_a_hostile_name_is_shown_without_what_it_would_do_and_crosses_unchanged():
    with pytest.raises(UnsafeName) as caught:
        check_path("evil\u202egpj.exe")
    told = str(caught.value)
    assert "\u202e" not in told and "evil\\u202egpj.exe" in told
    assert str(from_wire(to_wire(caught.value))) == told
