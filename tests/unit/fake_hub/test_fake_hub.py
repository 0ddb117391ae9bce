"""The fake hub, as the real hub client sees it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest
from huggingface_hub import HfApi, close_session, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import _http
from safetensors import safe_open

from tests.fake_hub import FakeHub, FakeRepo, Fault, faults
from tests.fake_hub.seed import READER, SLOW, STRANGER

WEIGHTS = bytes(range(256)) * 40
FILE = "/demo/one/resolve/main/model.safetensors"


@pytest.fixture(autouse=True)
def plain_client(fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub client as it comes, whatever other tests of this process made of it."""
    close_session()
    monkeypatch.setattr(_http, "_GLOBAL_CLIENT_FACTORY", _http.default_client_factory)


@pytest.fixture
def api(fake_hub: FakeHub) -> HfApi:
    return HfApi(endpoint=fake_hub.endpoint, token=False)


def one(hub: FakeHub) -> FakeRepo:
    return hub.add_repo(FakeRepo("demo/one", {"model.safetensors": WEIGHTS, "config.json": "{}"}))


def get(hub: FakeHub, path: str = FILE, **headers: str) -> httpx2.Response:
    with httpx2.Client(timeout=60) as client:
        return client.get(hub.endpoint + path, headers=headers)


def test_search_knows_text_task_tags_sizes_and_gates(seeded_hub, api):
    def found(**query):
        return {model.id for model in api.list_models(**query)}

    assert found(search="tiny qwen") == {"demo/tiny-qwen-zh"}
    assert "demo/tiny-encoder" in found(pipeline_tag="fill-mask")
    assert "demo/tiny-chat-GGUF" in found(filter="gguf")
    assert found(filter=["zh", "license:apache-2.0"]) == {"demo/tiny-qwen-zh"}
    assert found(gated=True) == {"closed/gated-chat", "closed/gated-at-once"}
    assert "demo/large-8b-instruct-GGUF" in found(num_parameters="min:8B,max:9B")
    assert not found(num_parameters="min:8B") & {"demo/tiny-chat", "demo/no-weights"}


def test_lists_are_sorted_and_go_on_page_by_page(seeded_hub, api):
    seeded_hub.page = 7
    models = list(api.list_models(sort="downloads", expand=["downloads", "safetensors"]))
    counts = [model.downloads for model in models]
    assert counts == sorted(counts, reverse=True)
    assert len(models) == len({model.id for model in models}) > 40
    assert len(seeded_hub.seen("/api/models")) == -(-len(models) // 7)


def test_info_names_the_commit_the_sizes_and_the_hashes(seeded_hub, api):
    info = api.model_info("demo/tiny-chat", files_metadata=True)
    file = seeded_hub.repos["demo/tiny-chat"].file("model.safetensors")
    weights = next(s for s in info.siblings if s.rfilename == "model.safetensors")
    assert info.sha == seeded_hub.repos["demo/tiny-chat"].branches["main"]
    assert (weights.size, weights.lfs.sha256) == (file.size, file.sha256)
    assert api.model_info("demo/tiny-chat", expand=["gated"]).gated is False


def test_the_tree_has_folders_and_goes_on_page_by_page(fake_hub, api):
    fake_hub.add_repo(FakeRepo("demo/deep", {"a/b/c.json": "{}", "a/d.txt": "d", "e": "e"}))
    fake_hub.tree_page = 2
    top = [entry.path for entry in api.list_repo_tree("demo/deep")]
    everything = [entry.path for entry in api.list_repo_tree("demo/deep", recursive=True)]
    assert top == ["a", "e"]
    assert everything == ["a/b/c.json", "a/d.txt", "e"]
    assert [e.path for e in api.list_repo_tree("demo/deep", "a")] == ["a/b", "a/d.txt"]
    found = api.get_paths_info("demo/deep", ["e"])
    assert [entry.path for entry in found] == ["e"]


@pytest.mark.parametrize("cdn", [False, True], ids=["from the hub", "from a second host"])
def test_a_snapshot_is_fetched_whole_and_opens(seeded_hub, tmp_path, cdn):
    seeded_hub.cdn = cdn
    folder = snapshot_download(
        "demo/tiny-in-three-parts", endpoint=seeded_hub.endpoint, cache_dir=tmp_path, token=READER
    )
    index = json.loads((Path(folder) / "model.safetensors.index.json").read_text())
    for tensor, name in index["weight_map"].items():
        with safe_open(Path(folder) / name, "pt") as opened:
            assert opened.get_tensor(tensor).isfinite().all()
    assert bool(seeded_hub.seen(host="cdn")) is cdn
    assert not any("authorization" in seen.headers for seen in seeded_hub.seen(host="cdn"))


def test_a_branch_moves_and_the_old_commit_stays(fake_hub, tmp_path):
    repo = one(fake_hub)
    old = repo.branches["main"]
    repo.commit({"config.json": '{"new": 1}'})
    repo.commit({"config.json": '{"side": 1}'}, "side/branch")

    def config(revision):
        place = {"endpoint": fake_hub.endpoint, "cache_dir": tmp_path, "token": False}
        return Path(hf_hub_download(repo.id, "config.json", revision=revision, **place)).read_text()

    assert [config("main"), config(old), config("side/branch")] == [
        '{"new": 1}',
        "{}",
        '{"side": 1}',
    ]


def test_the_four_cases_of_access_are_told_apart(seeded_hub, api, tmp_path):
    def fetch(repo, token=False, revision=None, file="config.json"):
        place = {"endpoint": seeded_hub.endpoint, "cache_dir": tmp_path, "token": token}
        return hf_hub_download(repo, file, revision=revision, **place)

    with pytest.raises(RepositoryNotFoundError):
        api.model_info("closed/private-chat")
    with pytest.raises(RepositoryNotFoundError):
        api.model_info("closed/private-chat", token=STRANGER)
    with pytest.raises(DisabledRepoError):
        api.model_info("closed/disabled-chat", token=READER)
    with pytest.raises(RevisionNotFoundError):
        api.model_info("demo/tiny-chat", revision="gone")
    for token in (False, STRANGER):
        with pytest.raises(GatedRepoError):
            fetch("closed/gated-chat", token)
    with pytest.raises(RemoteEntryNotFoundError):
        fetch("demo/tiny-chat", file="not-there.json")
    assert api.model_info("closed/gated-chat").gated == "manual"
    assert fetch("closed/gated-chat", READER)
    assert fetch("closed/private-chat", READER)


def test_a_token_has_a_name_and_a_wrong_one_is_refused(seeded_hub, api):
    assert api.whoami(token=READER)["name"] == "tester"
    with pytest.raises(HfHubHTTPError) as refused:
        api.model_info("demo/tiny-chat", token="hf_wrong")
    assert refused.value.response.status_code == 401
    assert not isinstance(refused.value, RepositoryNotFoundError)


def test_every_request_is_kept_with_its_headers(fake_hub, api):
    one(fake_hub)
    api.model_info("demo/one", token=False)
    seen = fake_hub.requests[-1]
    assert (seen.method, seen.path, seen.status) == ("GET", "/api/models/demo/one", 200)
    assert "authorization" not in seen.headers
    assert "user-agent" in seen.headers


def test_a_part_of_a_file_can_be_asked_for(fake_hub):
    one(fake_hub)
    part = get(fake_hub, Range="bytes=100-")
    assert (part.status_code, part.content) == (206, WEIGHTS[100:])
    assert part.headers["Content-Range"] == f"bytes 100-{len(WEIGHTS) - 1}/{len(WEIGHTS)}"
    assert get(fake_hub, Range="bytes=10-19").content == WEIGHTS[10:20]
    assert get(fake_hub, Range=f"bytes={len(WEIGHTS)}-").status_code == 416


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.cut(100), httpx2.RemoteProtocolError),
        (faults.reset(100), (httpx2.ReadError, httpx2.RemoteProtocolError)),
        (faults.claims_more(), httpx2.RemoteProtocolError),
    ],
)
def test_connections_end_too_early(fake_hub, fault, error):
    one(fake_hub)
    fake_hub.faults.on("*.safetensors", fault)
    with pytest.raises(error):
        get(fake_hub)
    assert get(fake_hub).content == WEIGHTS


def test_a_stalled_answer_ends_with_the_hub(fake_hub):
    one(fake_hub)
    fake_hub.faults.on("*.safetensors", faults.stall(100))
    with (
        httpx2.Client(timeout=1.0) as client,
        client.stream("GET", fake_hub.endpoint + FILE) as answer,
        pytest.raises(httpx2.ReadTimeout),
    ):
        answer.read()
    assert fake_hub.requests[-1].sent == 100


def test_answers_are_refused_and_spoilt_in_the_order_of_the_script(fake_hub):
    one(fake_hub)
    script = [
        faults.too_many(3),
        faults.unavailable(),
        faults.range_refused(),
        faults.login_page(),
        faults.short(1),
        faults.FINE,
        faults.flipped(7),
        faults.to_cdn(),
    ]
    fake_hub.faults.on("*/model.safetensors", *script)
    answers = [get(fake_hub) for _ in script]
    assert [answer.status_code for answer in answers] == [429, 503, 416, 200, 200, 200, 200, 302]
    assert answers[0].headers["Retry-After"] == "3"
    assert "html" in answers[3].headers["Content-Type"]
    assert answers[4].content == WEIGHTS[:-1]
    assert answers[5].content == WEIGHTS
    assert [i for i, byte in enumerate(answers[6].content) if byte != WEIGHTS[i]] == [7]
    assert answers[7].headers["Location"].startswith(fake_hub.cdn_endpoint)
    assert fake_hub.faults.left == 0


def test_a_range_is_ignored_or_answered_with_another_part(fake_hub):
    one(fake_hub)
    hostile = Fault(headers={"ETag": '"../../x"'})
    fake_hub.faults.on("*.safetensors", faults.whole(), faults.shifted(1), hostile)
    whole, shifted, named = (get(fake_hub, Range="bytes=50-") for _ in range(3))
    assert (whole.status_code, whole.content) == (200, WEIGHTS)
    assert shifted.status_code == 206
    assert shifted.content[:10] == WEIGHTS[51:61]
    assert named.headers["ETag"] == '"../../x"'


def test_the_hub_goes_away_and_comes_back_at_the_same_address(fake_hub):
    one(fake_hub)
    address = fake_hub.endpoint
    fake_hub.stop()
    with pytest.raises(httpx2.TransportError):
        get(fake_hub)
    fake_hub.start()
    assert fake_hub.endpoint == address
    assert get(fake_hub).content == WEIGHTS


def test_one_model_is_large_enough_to_watch_it_coming(seeded_hub):
    assert 25e6 < seeded_hub.repos[SLOW].file("model.safetensors").size < 35e6
