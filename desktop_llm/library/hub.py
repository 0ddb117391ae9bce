"""A model hub: searching it, and everything about one model before anything of it is fetched.

Runs where huggingface_hub may be imported: in the hub process. The library's own calls hide where
the next results are, follow links to other hosts and read answers of any size. So its session, its
headers, its addresses and its errors are used (`hub_session`), and answers are read with limits.
"""

from __future__ import annotations

import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.model_folder import (
    CONTEXT_KEYS,
    MAX_CONFIG_BYTES,
    MAX_INDEX_BYTES,
    scrubbed,
    whole_number,
)
from desktop_llm.library.choices import INDEX, PAPERS, file_choices
from desktop_llm.library.hub_answers import (
    EXPAND,
    Malformed,
    base_of_adapter,
    files_in,
    gguf_facts,
    model_in,
    models_in,
    without_front_matter,
)
from desktop_llm.library.hub_errors import NotAHub, RepositoryDisabled, TokenRejected
from desktop_llm.library.hub_reader import HubReader, TooLarge, quoted
from desktop_llm.library.hub_session import token_for
from desktop_llm.library.hub_types import (
    HubAccess,
    HubFile,
    HubModel,
    ModelDetails,
    SearchPage,
    SearchQuery,
)
from desktop_llm.library.names import check_repo
from desktop_llm.library.refusals import SmallFiles, find_refusal

log = logging.getLogger(__name__)

MAX_CARD_BYTES = 10_000_000
MAX_CARD_CHARACTERS = 200_000
LONGEST_PAGE = 4000
MOST_PAGES = 5
"""Of the hub's, for one of ours: where few results have the size that was asked for."""

BILLION = 10**9
CONFIGS = ("config.json", "tokenizer_config.json", "adapter_config.json")

_SORT = {
    "downloads": "downloads",
    "likes": "likes",
    "trending": "trendingScore",
    "updated": "lastModified",
}
_FORMAT_TAG = {"safetensors": "safetensors", "gguf": "gguf", "adapter": "peft"}
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SAME_MODEL = re.compile(r"[-_.](?:gguf|safetensors|hf)$")


class Hub:
    """One way to a hub. All calls raise the ExpectedErrors of `hub_errors`."""

    def __init__(self, access: HubAccess) -> None:
        self._access = access
        self._reader = HubReader(access)

    def search(self, query: SearchQuery, page: str = "", limit: int = 30) -> SearchPage:
        """Some models; `page` is "" or `SearchPage.next` of the same query.

        What follows is a query to this hub, whatever host the hub's own link names.
        """
        asked = page or _query(_parameters(query, limit))
        for _ in range(MOST_PAGES):
            models, asked = self._page(asked)
            fitting = tuple(model for model in models if _has_size(model, query))
            if fitting or not asked:
                break
        return SearchPage(fitting, asked)

    def details(self, repo: str, revision: str = "main") -> ModelDetails:
        """All about `repo`, at the commit that `revision` means now.

        Raises RepositoryMissing, RepositoryGated, RepositoryDisabled, RevisionGone or UnsafeName.
        What is dangerous to fetch, or of no use, has a `refusal` and no choices.
        """
        check_repo(repo)
        data, model, commit, files = self._description(repo, revision)
        choices = file_choices(files, model.parameters)
        if model.access == "gated":  # its description and its card are open to all
            for name in [name for c in choices for name in c.files if name not in PAPERS][:1]:
                self._reader.check_readable(model.repo, commit, name)
        small, card = self._read_small(model.repo, commit, files)
        refused = find_refusal(files, small, choices)
        context, has_template = gguf_facts(data)
        tokenizer = small.objects.get("tokenizer_config.json", {})
        has_template |= "chat_template" in tokenizer
        base = model.base or base_of_adapter(small.objects.get("adapter_config.json", {}))
        formats = tuple(dict.fromkeys(choice.format for choice in choices))
        return ModelDetails(
            model=replace(model, formats=formats or model.formats, base=base),
            commit=commit,
            revision=revision,
            files=() if refused and refused.reason == "unsafe_names" else files,
            choices=() if refused else choices,
            config=scrubbed(small.config),
            context_length=whole_number(small.config, *CONTEXT_KEYS) or context,
            has_chat_template=has_template or any(f.path == "chat_template.jinja" for f in files),
            card=card,
            refusal=replace(refused, instead=self._alternative(model)) if refused else None,
        )

    def check_token(self) -> str:
        """The name of the account that the token belongs to. Raises TokenRejected."""
        if not token_for(self._access):
            raise TokenRejected
        answer, _ = self._reader.answer("whoami-v2")
        name = answer.get("name") if isinstance(answer, dict) else None
        if not isinstance(name, str):
            raise NotAHub(self._reader.host)
        return name

    def _page(self, asked: str) -> tuple[tuple[HubModel, ...], str]:
        """The results of one query, and the query for the next ones ("" at the end)."""
        answer, link = self._reader.answer(f"models?{asked}")
        try:
            models = models_in(answer)
        except Malformed as error:
            raise NotAHub(self._reader.host) from error
        following = link.partition("?")[2]
        ends = not models or following == asked or len(following) > LONGEST_PAGE
        return models, "" if ends else following

    def _description(
        self, repo: str, revision: str
    ) -> tuple[dict[str, Any], HubModel, str, tuple[HubFile, ...]]:
        """What the hub says of a model; its commit, and the files of that."""
        path = f"models/{repo}/revision/{quoted(revision)}?blobs=true"
        data, _ = self._reader.answer(path, repo, revision)
        try:
            model, files = model_in(data), files_in(data)
        except Malformed as error:
            raise NotAHub(self._reader.host) from error
        commit = data.get("sha")
        if model is None or not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
            raise NotAHub(self._reader.host)
        if model.access == "disabled":
            raise RepositoryDisabled(repo)
        return data, model, commit, files

    def _read_small(
        self, repo: str, commit: str, files: tuple[HubFile, ...]
    ) -> tuple[SmallFiles, str]:
        """The configuration files and the model card of a commit."""
        limits = dict.fromkeys(CONFIGS, MAX_CONFIG_BYTES)
        limits |= {INDEX: MAX_INDEX_BYTES, "README.md": MAX_CARD_BYTES}
        sizes = {file.path: file.size for file in files}
        wanted = [name for name in sizes if name in limits]

        def read(name: str) -> bytes:
            try:
                content = self._reader.file(repo, commit, name, limits[name])
            except TooLarge:
                return b""
            if len(content) != sizes[name]:  # such as the page of a network that wants a login
                raise NotAHub(self._reader.host)
            return content

        with ThreadPoolExecutor(4) as pool:
            contents = dict(zip(wanted, pool.map(read, wanted), strict=True))
        card = contents.pop("README.md", b"").decode(errors="replace")
        return _objects(contents), without_front_matter(card)[:MAX_CARD_CHARACTERS]

    def _alternative(self, model: HubModel) -> str:
        """A repository with the same model in a form that can be used; "" if none is found."""
        name = _plain_name(model.repo)
        same_name = _parameters(SearchQuery(text=name, access="open", sort="downloads"), 30)
        made_of_it = SearchQuery(access="open", sort="downloads", format="gguf")
        base = ("filter", f"base_model:quantized:{model.repo}")
        try:
            named = self.search(SearchQuery(), _query(same_name)).models
            made = self.search(SearchQuery(), _query([*_parameters(made_of_it, 5), base])).models
        except ExpectedError as error:  # it was only for an advice
            log.info("no alternative was found: %s", type(error).__name__)
            return ""
        found = [other for other in named if _plain_name(other.repo) == name] + list(made)
        usable = (
            other.repo
            for other in found
            if other.repo != model.repo and {"safetensors", "gguf"} & {*other.formats}
        )
        return next(usable, "")


def _parameters(query: SearchQuery, limit: int) -> list[tuple[str, str]]:
    """`query` in the words of the hub's API."""
    tags = [_FORMAT_TAG.get(query.format, ""), query.language]
    tags.append(f"license:{query.licence}" if query.licence else "")
    asked = {
        "search": query.text.strip().rpartition("huggingface.co/")[2],  # people paste addresses
        "pipeline_tag": query.task,
        "num_parameters": _sizes(query),
        "gated": {"open": "false", "gated": "true", "": ""}[query.access],
        "sort": _SORT[query.sort],
        "limit": str(limit),
    }
    said = [(name, value) for name, value in asked.items() if value]
    said += [("filter", tag) for tag in tags if tag]
    return said + [("expand", name) for name in EXPAND]


def _query(said: list[tuple[str, str]]) -> str:
    return urlencode(said, errors="replace")  # half characters, from a clipboard


def _sizes(query: SearchQuery) -> str:
    """The sizes as the hub takes them: in whole billions, so that nothing that fits is missed."""
    least, most = query.min_parameters // BILLION, -(-query.max_parameters // BILLION)
    return ",".join(f"{side}:{n}B" for side, n in (("min", least), ("max", most)) if n)


def _has_size(model: HubModel, query: SearchQuery) -> bool:
    """Whether the model has the size that was asked for, as far as the hub tells its size."""
    most = query.max_parameters or model.parameters
    return model.parameters == 0 or query.min_parameters <= model.parameters <= most


def _plain_name(repo: str) -> str:
    """What the model is called, whoever keeps it and in whatever form."""
    return _SAME_MODEL.sub("", repo.rpartition("/")[2].lower())


def _objects(contents: dict[str, bytes]) -> SmallFiles:
    objects, damaged = {}, set()
    for name, raw in contents.items():
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            objects[name] = value
        else:
            damaged.add(name)
    return SmallFiles(objects, frozenset(damaged))
