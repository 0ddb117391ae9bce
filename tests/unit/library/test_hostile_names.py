"""Names that a hostile hub could give: none becomes a path outside the folders that are meant."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.paths import DATA_DIR_VARIABLE, Paths, user_paths
from desktop_llm.library.download import download
from desktop_llm.library.hub import Hub
from desktop_llm.library.hub_errors import UnsafeName
from desktop_llm.library.hub_types import DownloadPlan, HubFile, SearchQuery
from desktop_llm.library.names import check_blob, check_path, check_repo
from tests.fake_hub import FakeFile, FakeHub, FakeRepo, Fault
from tests.fake_hub.plans import access_to, plan_for, wrong_files
from tests.fake_hub.repos import Content

NAMES = json.loads(
    (Path(__file__).parents[2] / "data" / "hostile_names.json").read_text(encoding="utf-8")
)
USUAL_FILES = [
    "config.json",
    ".gitattributes",
    "model-00001-of-00002.safetensors",
    "onnx/decoder_model.onnx",
    "Qwen 3 – 中文 (Q4_K_M).gguf",
    "1_Pooling/config.json",
    "a.b..c.json",
    "console.txt",
]
USUAL_REPOS = ["gpt2", "owner/name", "Owner_1/Name-2.5_B", "o/n"]
WEIGHTS = b"weights" * 1000


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder far above all that the app may write, so that names that climb stay in view."""
    deep = tmp_path.joinpath(*"123456789")
    for name, variable in {
        "data": DATA_DIR_VARIABLE,
        "huggingface": "HF_HOME",
        "home": "HOME",
    }.items():
        (deep / name).mkdir(parents=True)
        monkeypatch.setenv(variable, str(deep / name))
    monkeypatch.chdir(deep / "home")
    return tmp_path


def hostile(kind: str, outside: Path = Path("/outside")) -> Iterator[str]:
    for entry in NAMES[kind]:
        yield entry["name"].replace("{outside}", outside.as_posix())


def written(outside: Path, paths: Paths) -> set[str]:
    """Everything on the disk but what is in the cache and in the app's own folder."""
    allowed = (str(paths.data), str(Path(os.environ["HF_HOME"]) / "hub"))
    found = {
        str(Path(folder) / name)
        for folder, folders, files in os.walk(outside)
        for name in (*folders, *files)
    }
    return {name for name in found if not name.startswith(allowed)}


def refused(plan: DownloadPlan, hub: FakeHub, paths: Paths) -> bool:
    """Whether `plan` ends with an error that a person understands."""
    try:
        download(plan, access_to(hub), paths, lambda progress: None, threading.Event())
    except ExpectedError:
        return True
    return False


def test_there_are_sixty_of_them_and_none_twice():
    names = [(kind, name) for kind in NAMES for name in hostile(kind)]
    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize("name", [*hostile("repositories")], ids=ascii)
def test_a_hostile_repository_is_refused(name):
    with pytest.raises(UnsafeName):
        check_repo(name)


@pytest.mark.parametrize("name", [*hostile("files")], ids=ascii)
def test_a_hostile_file_name_is_refused(name):
    with pytest.raises(UnsafeName):
        check_path(name)


@pytest.mark.parametrize("name", [*hostile("etags")], ids=ascii)
def test_a_hostile_name_of_a_content_is_refused(name):
    with pytest.raises(UnsafeName):
        check_blob(name)


@pytest.mark.parametrize("name", USUAL_FILES)
def test_usual_file_names_are_accepted(name):
    check_path(name)


@pytest.mark.parametrize("name", USUAL_REPOS)
def test_usual_repositories_are_accepted(name):
    check_repo(name)


def test_nothing_is_fetched_and_nothing_written_for_hostile_names(outside, fake_hub):
    paths = user_paths()
    repo = fake_hub.add_repo(FakeRepo("demo/one", {"model.safetensors": WEIGHTS}))
    plan = plan_for(repo)
    file = plan.files[0]
    plans = [
        *(replace(plan, repo=name) for name in hostile("repositories", outside)),
        *(replace(plan, files=(replace(file, path=n),)) for n in hostile("files", outside)),
        *(replace(plan, files=(HubFile(file.path, 9, n),)) for n in hostile("etags", outside)),
        *(replace(plan, revision=name) for name in hostile("files", outside)),
        *(replace(plan, commit=name) for name in hostile("etags", outside)),
        *(replace(plan, id=name) for name in hostile("files", outside)),
    ]
    before = written(outside, paths)
    accepted = [plan for plan in plans if not refused(plan, fake_hub, paths)]
    assert accepted == []
    assert written(outside, paths) == before
    assert fake_hub.requests == []


def test_etags_in_the_answers_name_no_files(outside, fake_hub):
    paths = user_paths()
    before = written(outside, paths)
    names = [name for name in hostile("etags", outside) if name.isprintable() and name.isascii()]
    for number, name in enumerate(names):
        files = {"model.safetensors": WEIGHTS + b"%d" % number, "config.json": b"%d" % number}
        repo = fake_hub.add_repo(FakeRepo(f"demo/one{number}", files))
        headers = {"ETag": f'"{name}"', "X-Linked-Etag": f'"{name}"', "X-Repo-Commit": name}
        fake_hub.faults.on(f"*demo/one{number}/*", Fault(headers=headers), method="*", times=9)
        refused(plan_for(repo), fake_hub, paths)
        assert wrong_files(Path(os.environ["HF_HOME"]) / "hub", repo) == []
    assert written(outside, paths) == before


def test_results_with_hostile_names_are_left_out(fake_hub):
    for name in [*hostile("repositories"), "demo/one"]:
        fake_hub.add_repo(FakeRepo(name, {"model.safetensors": WEIGHTS}))
    page = Hub(access_to(fake_hub)).search(SearchQuery())
    assert [model.repo for model in page.models] == ["demo/one"]


@pytest.mark.parametrize("name", [*hostile("repositories")], ids=ascii)
def test_a_hostile_repository_is_not_even_asked_for(fake_hub, name):
    with pytest.raises(UnsafeName):
        Hub(access_to(fake_hub)).details(name)
    assert fake_hub.requests == []


def test_a_repository_with_a_hostile_file_is_not_offered(outside, fake_hub):
    paths = user_paths()
    before = written(outside, paths)
    offered = []
    for number, name in enumerate(hostile("files", outside)):
        files = {"config.json": b"{}", "model.safetensors": WEIGHTS, name: WEIGHTS}
        repo = fake_hub.add_repo(FakeRepo(f"demo/files{number}", files))
        found = Hub(access_to(fake_hub)).details(repo.id).refusal
        offered += [] if found and found.reason == "unsafe_names" else [name]
    assert offered == []
    assert written(outside, paths) == before


def test_a_repository_with_a_hostile_etag_is_not_offered(outside, fake_hub):
    paths = user_paths()
    before = written(outside, paths)
    offered = []
    for number, name in enumerate(hostile("etags", outside)):
        file = FakeFile(lambda: WEIGHTS, etag=name or " ")
        files: dict[str, Content] = {"config.json": b"{}", "model.safetensors": file}
        repo = fake_hub.add_repo(FakeRepo(f"demo/etag{number}", files))
        try:
            found = Hub(access_to(fake_hub)).details(repo.id).refusal
            offered += [] if found and found.reason == "unsafe_names" else [name]
        except ExpectedError:
            pass
    assert offered == []
    assert written(outside, paths) == before
