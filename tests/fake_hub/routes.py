"""What the fake hub answers to each path, when nothing goes wrong."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from tests.fake_hub.answers import Answer, as_json, redirect, refused
from tests.fake_hub.repos import FakeFile, FakeRepo, etag, is_large

if TYPE_CHECKING:
    from tests.fake_hub.server import FakeHub, Seen

INVALID_TOKEN = "Invalid credentials in Authorization header"
DISABLED = "Access to this resource is disabled."
SORTED_BY = {
    "downloads": "downloads",
    "likes": "likes",
    "lastModified": "updated",
    "trendingScore": "trending",
}
ALWAYS_TOLD = {"id", "modelId", "likes", "downloads", "private", "tags", "pipeline_tag"}
TOLD_IN_FULL = {*ALWAYS_TOLD, "author", "gated", "lastModified", "sha", "siblings", "library_name"}
UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}


def answer_to(hub: FakeHub, seen: Seen, body: bytes) -> Answer:
    """The answer to a request with that body."""
    token = _token(seen)
    if token and token not in hub.tokens:
        return refused(401, message=INVALID_TOKEN)
    match seen.segments:
        case ["api", "models"]:
            return _search(hub, seen, token)
        case ["api", "models", owner, name, *rest]:
            return _about(hub, seen, f"{owner}/{name}", rest, body)
        case ["api", "resolve-cache", "models", owner, name, commit, *path]:
            return _file(hub, seen, f"{owner}/{name}", commit, "/".join(path))
        case ["api", "whoami-v2"]:
            return as_json(_account(token)) if token else refused(401, message=INVALID_TOKEN)
        case ["api", "agent-harnesses"]:
            return as_json({"standardEnvVars": [], "harnesses": {}})
        case [owner, name, "resolve", revision, *path]:
            return _file(hub, seen, f"{owner}/{name}", revision, "/".join(path))
    return refused(404, message="Not Found")


def _token(seen: Seen) -> str:
    return seen.headers.get("authorization", "").removeprefix("Bearer ")


def _account(token: str) -> dict[str, Any]:
    role = {"displayName": "tests", "role": "read"}
    return {"type": "user", "name": "tester", "auth": {"accessToken": role}, "token": token[:3]}


def _search(hub: FakeHub, seen: Seen, token: str) -> Answer:
    asked = dict(seen.query)
    found = [repo for repo in hub.repos.values() if _listed(hub, repo, token)]
    found = [repo for repo in found if _fits(repo, seen.query)]
    key = SORTED_BY.get(asked.get("sort", "trendingScore"), "trending")
    found.sort(key=lambda repo: getattr(repo, key), reverse=True)
    limit = min(int(asked.get("limit", hub.page)), hub.page)
    start = int(asked.get("cursor", 0))
    expand = {value for name, value in seen.query if name in ("expand", "expand[]")}
    told = {"id", *expand} if expand else TOLD_IN_FULL if "full" in asked else ALWAYS_TOLD
    page = [_told(repo.info("main"), told) for repo in found[start : start + limit]]
    return as_json(page, _next(hub, seen, start + limit, len(found)))


def _told(info: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in info.items() if name in names}


def _next(hub: FakeHub, seen: Seen, start: int, count: int) -> dict[str, str]:
    if start >= count:
        return {}
    rest = [(name, value) for name, value in seen.query if name != "cursor"]
    query = urlencode([*rest, ("cursor", str(start))])
    return {"Link": f'<{hub.endpoint}{quote(seen.path)}?{query}>; rel="next"'}


def _listed(hub: FakeHub, repo: FakeRepo, token: str) -> bool:
    return not repo.disabled and (not repo.private or repo.id in hub.tokens.get(token, ()))


def _fits(repo: FakeRepo, query: list[tuple[str, str]]) -> bool:
    asked = dict(query)
    wanted = {value.lower() for name, value in query if name == "filter"}
    text = asked.get("search", "").lower()
    gated = asked.get("gated")
    return (
        all(word in repo.id.lower() for word in text.split())
        and wanted <= {tag.lower() for tag in repo.all_tags()}
        and asked.get("author", "").lower() in ("", repo.id.partition("/")[0].lower())
        and asked.get("pipeline_tag", repo.task) == repo.task
        and (gated is None or (gated.lower() == "true") == bool(repo.gated))
        and _has_size(repo, asked.get("num_parameters", ""))
    )


def _has_size(repo: FakeRepo, wanted: str) -> bool:
    """`wanted` as in "min:500M,max:3B"."""
    count = sum(repo.parameters.values()) or repo.gguf.get("total", 0)
    for side, number, unit in re.findall(r"(min|max):([\d.]+)([KMB]?)", wanted):
        bound = float(number) * UNITS[unit]
        if not count or (count < bound if side == "min" else count > bound):
            return False
    return True


def _about(hub: FakeHub, seen: Seen, name: str, rest: list[str], body: bytes) -> Answer:
    repo = hub.repos.get(name)
    if repo is None:
        return _missing(seen)
    if hidden := _hidden(hub, repo, seen):
        return hidden
    match rest:
        case []:
            return _info(repo, seen, "main")
        case ["revision", revision]:
            return _info(repo, seen, revision)
        case ["tree", revision, *below] if repo.resolve(revision):
            return _tree(hub, repo, seen, revision, "/".join(below))
        case ["paths-info", revision] if repo.resolve(revision):
            paths = {value for key, value in parse_qsl(body.decode()) if key == "paths"}
            paths |= set(json.loads(body)["paths"]) if body.startswith(b"{") else set()
            return as_json([entry for entry in repo.tree(revision) if entry["path"] in paths])
        case ["tree" | "paths-info", revision, *_]:
            return refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    return refused(404, message="Not Found")


def _info(repo: FakeRepo, seen: Seen, revision: str) -> Answer:
    if not repo.resolve(revision):
        return refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    asked = dict(seen.query)
    info = repo.info(revision, blobs=asked.get("blobs", "").lower() == "true")
    expand = {value for key, value in seen.query if key in ("expand", "expand[]")}
    return as_json(_told(info, {"id", *expand}) if expand else info)


def _tree(hub: FakeHub, repo: FakeRepo, seen: Seen, revision: str, below: str) -> Answer:
    asked = dict(seen.query)
    entries = repo.tree(revision, below, asked.get("recursive", "").lower() in ("true", "1"))
    if below and not entries:
        return refused(404, "EntryNotFound", f"{below} does not exist")
    start = int(asked.get("cursor", 0))
    end = start + hub.tree_page
    return as_json(entries[start:end], _next(hub, seen, end, len(entries)))


def _missing(seen: Seen) -> Answer:
    """A stranger is not told whether it is private or not there."""
    return refused(404 if _token(seen) else 401, "RepoNotFound", "Repository not found")


def _hidden(hub: FakeHub, repo: FakeRepo, seen: Seen) -> Answer | None:
    if repo.disabled:
        return refused(403, message=DISABLED)
    if repo.private and repo.id not in hub.tokens.get(_token(seen), ()):
        return _missing(seen)
    return None


def _file(hub: FakeHub, seen: Seen, name: str, revision: str, path: str) -> Answer:
    token = _token(seen)
    repo = hub.repos.get(name)
    if repo is None:
        return _missing(seen)
    if seen.host == "cdn":
        return Answer(200, {"ETag": f'"{seen.path}"'}, repo.file(path, revision).content, file=True)
    if hidden := _hidden(hub, repo, seen):
        return hidden
    if repo.gated and name not in hub.tokens.get(token, ()):
        return refused(403 if token else 401, "GatedRepo", f"Access to model {name} is restricted")
    commit = repo.resolve(revision)
    if not commit:
        return refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    file = repo.commits[commit].get(path)
    if file is None or file.listed_size:
        headers = {"X-Repo-Commit": commit}
        missing = refused(404, "EntryNotFound", "Entry not found")
        return Answer(404, {**missing.headers, **headers}, missing.body)
    return _content(hub, seen, repo.id, commit, path, file)


def _content(hub: FakeHub, seen: Seen, name: str, commit: str, path: str, file: FakeFile) -> Answer:
    """A file, or where it is: small ones at another path, large ones at the CDN if there is one."""
    headers = {"X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
    if is_large(path, file):
        headers |= {"X-Linked-Etag": f'"{etag(path, file)}"', "X-Linked-Size": str(file.size)}
        if hub.cdn:
            return redirect(302, cdn_address(hub, name, commit, path), headers)
    elif not seen.path.startswith("/api/"):
        cached = f"/api/resolve-cache/models/{name}/{commit}/{quote(path)}"
        return redirect(307, cached, headers)
    headers |= {"ETag": f'"{etag(path, file)}"', "Content-Type": "application/octet-stream"}
    return Answer(200, headers, file.content, file=True)


def cdn_address(hub: FakeHub, name: str, commit: str, path: str) -> str:
    """Where the second host has a file; signed, as such addresses are."""
    return f"{hub.cdn_endpoint}/{name}/resolve/{commit}/{quote(path)}?Signature=abc"
