"""Searching a hub, and what it says of one model, through the real hub client."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desktop_llm.library import hub_session
from desktop_llm.library.hub import Hub
from desktop_llm.library.hub_types import HubAccess, SearchQuery
from tests.fake_hub import FakeHub, FakeRepo, Fault
from tests.fake_hub.faults import to_cdn, with_headers
from tests.fake_hub.plans import access_to
from tests.fake_hub.seed import model_files

TOKEN = "hf_canary_of_the_tests"


def names(page):
    return [model.repo for model in page.models]


def ask(hub, **query):
    return names(Hub(access_to(hub)).search(SearchQuery(sort="downloads", **query)))


def fill(hub, count):
    for number in range(count):
        hub.add_repo(FakeRepo(f"many/model-{number:03}", downloads=count - number))


def test_every_result_comes_once_and_in_order_however_many_pages_there_are(fake_hub):
    fill(fake_hub, 95)
    found, page = [], ""
    while True:
        result = Hub(access_to(fake_hub)).search(SearchQuery(sort="downloads"), page, limit=10)
        found += names(result)
        page = result.next
        if not page:
            break
    assert found == [f"many/model-{number:03}" for number in range(95)]


def test_a_link_that_leads_to_itself_is_the_end(fake_hub):
    fill(fake_hub, 3)
    first = Hub(access_to(fake_hub)).search(SearchQuery(), limit=1)
    fake_hub.faults.on("/api/models", with_link(f"{fake_hub.endpoint}/api/models?{first.next}"))
    assert Hub(access_to(fake_hub)).search(SearchQuery(), first.next).next == ""


def with_link(address):
    return with_headers(Link=f'<{address}>; rel="next"')


def test_a_link_to_another_host_is_asked_of_this_hub(fake_hub):
    fill(fake_hub, 3)
    elsewhere = f"{fake_hub.cdn_endpoint}/api/models?limit=1&cursor=1"
    fake_hub.faults.on("/api/models", with_link(elsewhere))
    page = Hub(access_to(fake_hub)).search(SearchQuery(sort="downloads"), limit=1)
    Hub(access_to(fake_hub)).search(SearchQuery(), page.next)
    assert [seen.host for seen in fake_hub.requests] == ["hub", "hub"]


@pytest.mark.parametrize("link", ["http://[", "no link", "?" + "x" * 5000, "//:99999/?"])
def test_a_link_that_makes_no_sense_is_the_end(fake_hub, link):
    fill(fake_hub, 3)
    fake_hub.faults.on("/api/models", with_link(link))
    assert Hub(access_to(fake_hub)).search(SearchQuery(), limit=1).next == ""


def test_each_field_of_a_query_narrows_the_search(fake_hub):
    small: dict[str, Any] = {"parameters": {"BF16": 100_000_000}}
    fake_hub.add_repo(FakeRepo("a/zh-chat", languages=("zh",), task="text-generation", **small))
    fake_hub.add_repo(
        FakeRepo("a/gguf", {"m.gguf": b"x"}, licence="mit", gguf={"total": 7 * 10**9})
    )
    fake_hub.add_repo(FakeRepo("a/lora", library="peft", gated="auto"))
    assert ask(fake_hub, text="zh") == ["a/zh-chat"]
    assert ask(fake_hub, text=" https://huggingface.co/a/zh-chat ") == ["a/zh-chat"]
    assert ask(fake_hub, task="text-generation") == ["a/zh-chat"]
    assert ask(fake_hub, language="zh") == ["a/zh-chat"]
    assert ask(fake_hub, format="gguf") == ask(fake_hub, licence="mit") == ["a/gguf"]
    assert ask(fake_hub, format="adapter") == ask(fake_hub, access="gated") == ["a/lora"]
    assert set(ask(fake_hub, access="open")) == {"a/zh-chat", "a/gguf"}
    assert ask(fake_hub, max_parameters=135_500_000) == ["a/zh-chat"]
    assert ask(fake_hub, min_parameters=1_000_000_000, max_parameters=8_000_000_000) == ["a/gguf"]


def test_models_of_the_size_are_found_however_many_others_come_before(fake_hub):
    for number in range(30):
        size = {"BF16": 100_000_000 if number == 25 else 900_000_000}
        fake_hub.add_repo(FakeRepo(f"a/m-{number}", downloads=100 - number, parameters=size))
    hub, query = Hub(access_to(fake_hub)), SearchQuery(max_parameters=500_000_000, sort="downloads")
    page = hub.search(query, limit=10)
    assert (names(page), page.next) == (["a/m-25"], "")
    page = hub.search(query, limit=2)
    assert names(page) == [] and page.next
    assert names(hub.search(query, page.next)) == []
    assert len(fake_hub.requests) == 3 + 5 + 5


@pytest.mark.parametrize("sort", ["downloads", "likes", "trending", "updated"])
def test_results_are_sorted_as_wanted(fake_hub, sort):
    for number, name in enumerate(("a/low", "a/high")):
        facts: dict[str, Any] = {"downloads": number, "likes": number, "trending": number}
        fake_hub.add_repo(FakeRepo(name, updated=f"2026-0{number + 1}-01T00:00:00.000Z", **facts))
    assert names(Hub(access_to(fake_hub)).search(SearchQuery(sort=sort))) == ["a/high", "a/low"]


def test_a_result_says_what_can_be_known_before_any_download(fake_hub):
    fake_hub.add_repo(
        FakeRepo(
            "a/model",
            {"model.safetensors": b"x"},
            downloads=5,
            likes=7,
            task="text-generation",
            licence="apache-2.0",
            languages=("en", "zh"),
            base="a/base",
            base_relation="finetune",
            parameters={"BF16": 1000, "I64": 10},
            gated="manual",
        )
    )
    (model,) = Hub(access_to(fake_hub)).search(SearchQuery()).models
    assert (model.downloads, model.likes, model.updated) == (5, 7, "2026-10-01")
    assert (model.task, model.licence, model.languages) == (
        "text-generation",
        "apache-2.0",
        ("en", "zh"),
    )
    assert (model.parameters, model.bytes_by_dtype) == (1000, {"BF16": 2000, "I64": 80})
    assert (model.formats, model.access, model.base) == (("safetensors",), "gated", "a/base")


def test_odd_and_hostile_fields_of_a_result_are_left_out(fake_hub):
    odd = {"id": "a/odd", "downloads": "many", "likes": -1, "tags": "x", "cardData": [], "gguf": 3}
    odd |= {
        "lastModified": 5,
        "pipeline_tag": "a\u202eb",
        "safetensors": {"parameters": {"BF16": "x"}},
    }
    answer = [odd, {"id": "../../etc"}, {"id": 7}, {}]
    fake_hub.faults.on("/api/models", answering(answer))
    (model,) = Hub(access_to(fake_hub)).search(SearchQuery()).models
    assert (model.repo, model.downloads, model.likes, model.task) == ("a/odd", 0, 0, "")


def answering(value):
    headers = {"Content-Type": "application/json"}
    return Fault(status=200, headers=headers, body=json.dumps(value).encode())


def test_details_belong_to_the_commit_that_the_revision_means(fake_hub):
    repo = fake_hub.add_repo(FakeRepo("a/model", model_files(), card="# First"))
    first = repo.resolve("main")
    repo.commit({**model_files(), "README.md": "# Second"})
    repo.commit({**model_files(), "README.md": "# Third"}, branch="try/out")
    hub = Hub(access_to(fake_hub))
    assert hub.details("a/model").card == "# Second"
    assert hub.details("a/model", first).card == "# First"
    branch = hub.details("a/model", "try/out")
    assert (branch.card, branch.commit, branch.revision) == (
        "# Third",
        repo.resolve("try/out"),
        "try/out",
    )


def test_details_say_everything_about_a_model(fake_hub):
    repo = fake_hub.add_repo(FakeRepo("a/model", model_files(), card="# Title\n"))
    details = Hub(access_to(fake_hub)).details("a/model")
    sizes = {file.path: file.size for file in details.files}
    assert sizes == {path: file.size for path, file in repo.commits[details.commit].items()}
    weights = next(file for file in details.files if file.path == "model.safetensors")
    assert weights.etag == repo.file("model.safetensors").sha256
    assert details.config["model_type"] == "llama"
    assert details.context_length == 2048
    assert details.has_chat_template
    assert [choice.id for choice in details.choices] == ["safetensors"]
    assert details.refusal is None


def test_the_card_comes_without_front_matter_and_not_without_end(fake_hub):
    card = "---\nlicense: mit\ntags:\n- a\n---\n# Title\n---\nrule " + "long " * 100_000
    fake_hub.add_repo(FakeRepo("a/model", {**model_files(), "README.md": card}))
    told = Hub(access_to(fake_hub)).details("a/model").card
    assert told.startswith("# Title\n---\nrule")
    assert len(told) == 200_000


def test_a_card_of_more_than_ten_megabytes_is_left_out(fake_hub):
    fake_hub.add_repo(FakeRepo("a/model", {**model_files(), "README.md": "x" * 10_000_001}))
    details = Hub(access_to(fake_hub)).details("a/model")
    assert details.card == "" and details.choices


def test_keys_that_choose_code_are_not_in_the_config(fake_hub):
    files = model_files()
    config = json.loads(str(files["config.json"])) | {"attn_implementation": "someone/kernel"}
    fake_hub.add_repo(FakeRepo("a/model", {**files, "config.json": json.dumps(config)}))
    assert "attn_implementation" not in Hub(access_to(fake_hub)).details("a/model").config


def test_a_gguf_repository_tells_its_context_and_template(fake_hub):
    told = {"total": 1000, "context_length": 4096, "chat_template": "{{ x }}"}
    fake_hub.add_repo(FakeRepo("a/m-GGUF", {"m-Q8_0.gguf": b"x" * 1063}, gguf=told))
    details = Hub(access_to(fake_hub)).details("a/m-GGUF")
    assert (details.context_length, details.has_chat_template) == (4096, True)
    (choice,) = details.choices
    assert (choice.id, choice.bits) == ("Q8_0", 8.5)


@pytest.fixture
def official(fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> HubAccess:
    """The fake hub in the place of the official one, and a token that it knows."""
    monkeypatch.setattr(hub_session, "OFFICIAL_HUB", fake_hub.endpoint)
    fake_hub.tokens[TOKEN] = {"closed/model"}
    return HubAccess(fake_hub.endpoint, token=TOKEN)


def with_token(hub):
    return [seen for seen in hub.requests if TOKEN in str(seen.headers)]


def test_the_official_hub_gets_the_token(fake_hub, official):
    fake_hub.add_repo(FakeRepo("closed/model", model_files(), gated="manual"))
    assert Hub(official).details("closed/model").choices
    assert with_token(fake_hub) == fake_hub.requests
    assert Hub(official).check_token() == "tester"


def test_a_mirror_never_gets_the_token(fake_hub):
    fake_hub.add_repo(FakeRepo("a/model", model_files()))
    mirror = HubAccess(fake_hub.endpoint, token=TOKEN)
    Hub(mirror).search(SearchQuery())
    Hub(mirror).details("a/model")
    assert fake_hub.requests and with_token(fake_hub) == []


def test_another_host_never_gets_the_token_by_redirect(fake_hub, official):
    fake_hub.add_repo(FakeRepo("closed/model", model_files(), gated="manual"))
    fake_hub.cdn = True
    fake_hub.faults.on("/api/resolve-cache/*/config.json", to_cdn())
    fake_hub.faults.on("/api/models", to_cdn())
    Hub(official).details("closed/model")
    Hub(official).search(SearchQuery())
    assert fake_hub.seen(host="cdn")
    assert not [seen for seen in with_token(fake_hub) if seen.host == "cdn"]


def test_nothing_is_asked_that_a_page_does_not_need(fake_hub):
    fake_hub.add_repo(FakeRepo("a/model", model_files()))
    Hub(access_to(fake_hub)).details("a/model")
    Hub(access_to(fake_hub)).search(SearchQuery())
    asked = {seen.path.rpartition("/")[2] for seen in fake_hub.requests}
    assert asked <= {"main", "models", "config.json", "tokenizer_config.json", "README.md"}
