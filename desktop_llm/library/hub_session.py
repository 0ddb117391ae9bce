"""How huggingface_hub speaks with a hub on our behalf: proxy, token, and its errors in our words.

The library has one HTTP client per process. Ours is watched at every request, those that follow a
redirect or a link to the next page too: the token goes to the official hub and nowhere else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal
from urllib.request import getproxies

import httpx2
from huggingface_hub import constants, get_session, set_client_factory
from huggingface_hub.errors import (
    DisabledRepoError,
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # they are its public names
    build_hf_headers,
    hf_raise_for_status,
    parse_ratelimit_headers,
)

from desktop_llm import __version__
from desktop_llm.core.errors import ExpectedError
from desktop_llm.library.hub_errors import (
    FileGone,
    HubRefused,
    HubUnreachable,
    NotAHub,
    ProxyFailed,
    RateLimited,
    RepositoryDisabled,
    RepositoryGated,
    RepositoryMissing,
    RevisionGone,
    TokenRejected,
    WorkingOffline,
)
from desktop_llm.library.hub_types import OFFICIAL_HUB, HubAccess

TIMEOUT_S = 10.0
"""Without a byte for so long the hub counts as out of reach."""

LONGEST_PAUSE_S = 3600

_changing = threading.Lock()
_proxy: str | None = None


def connect(access: HubAccess) -> httpx2.Client:
    """The client of this process, which uses the proxy of `access` from now on.

    Raises WorkingOffline or ProxyFailed.
    """
    global _proxy
    if access.offline or constants.is_offline_mode():
        raise WorkingOffline
    with _changing:
        if access.proxy != _proxy:
            set_client_factory(partial(_new_client, access.proxy))
            _proxy = access.proxy
    try:
        return get_session()
    except (ValueError, ImportError, httpx2.InvalidURL) as error:  # no address, or no such kind
        raise ProxyFailed(shown_proxy(access.proxy)) from error


def token_for(access: HubAccess) -> str | Literal[False]:
    """What to give to huggingface_hub as `token`: False keeps it from looking for one itself."""
    return access.token if access.token and access.endpoint == OFFICIAL_HUB else False


def request_headers(access: HubAccess) -> dict[str, str]:
    """Who we are, to the hub; with the token if this hub may have it."""
    return build_hf_headers(
        token=token_for(access), library_name="desktop-llm", library_version=__version__
    )


def check_status(response: httpx2.Response) -> None:
    """Raise huggingface_hub's error for an answer that is one, without reading its body.

    The library reads bodies of any size and shape when it makes an error.
    """
    if response.status_code < 400:
        return
    kept = {k: v for k, v in response.headers.items() if not k.lower().startswith("content-")}
    bare = httpx2.Response(response.status_code, headers=kept, request=response.request)
    hf_raise_for_status(bare)


@contextmanager
def told(access: HubAccess, repo: str = "", revision: str = "", path: str = "") -> Iterator[None]:
    """Turn what httpx2 and huggingface_hub raise into errors for people."""
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise WorkingOffline from error
    except HfHubHTTPError as error:
        raise _refusal(error, access, repo, revision, path) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _broken(error, access) from error
    except LocalEntryNotFoundError as error:  # how the library says that it could not ask
        cause = error.__cause__
        if isinstance(cause, HfHubHTTPError):
            raise _refusal(cause, access, repo, revision, path) from error
        raise _broken(cause, access) from error
    except FileMetadataError as error:
        raise NotAHub(host_of(access)) from error


def host_of(access: HubAccess) -> str:
    """The hub as people know it; its address may be nonsense."""
    place = access.endpoint.rpartition("://")[2].partition("/")[0]
    return place.rpartition("@")[2] or access.endpoint


def shown_proxy(proxy: str) -> str:
    """The address of the proxy, or of the environment's, without a password."""
    known = getproxies()
    return (proxy or known.get("https") or known.get("http", "")).rpartition("@")[2]


def _new_client(proxy: str) -> httpx2.Client:
    return httpx2.Client(
        proxy=proxy or None,  # None: as the environment says
        event_hooks={"request": [_watch]},
        follow_redirects=True,
        timeout=TIMEOUT_S,
    )


def _watch(request: httpx2.Request) -> None:
    """Called before every request of huggingface_hub and of ours."""
    if constants.is_offline_mode():
        raise OfflineModeIsEnabled(str(request.url.host))
    official = httpx2.URL(OFFICIAL_HUB)
    here = (request.url.scheme, request.url.host, request.url.port)
    if here != (official.scheme, official.host, official.port):
        request.headers.pop("authorization", None)


def _refusal(
    error: HfHubHTTPError, access: HubAccess, repo: str, revision: str, path: str
) -> ExpectedError:
    """The hub's "no" in our words."""
    match error:
        case GatedRepoError():
            return RepositoryGated(repo, f"{OFFICIAL_HUB}/{repo}")
        case RepositoryNotFoundError():
            return RepositoryMissing(repo)
        case DisabledRepoError():
            return RepositoryDisabled(repo)
        case RevisionNotFoundError():
            return RevisionGone(repo, revision)
        case RemoteEntryNotFoundError():
            return FileGone(repo, path)
    return _by_status(error.response, access, repo)


def _by_status(response: httpx2.Response, access: HubAccess, repo: str) -> ExpectedError:
    match response.status_code:
        case 401 if token_for(access):
            return TokenRejected()
        case 401 if repo:
            return RepositoryMissing(repo)
        case 404 | 405 | 511:  # a hub names what is missing; 511 wants a login to the network
            return NotAHub(host_of(access))
        case 407:
            return ProxyFailed(shown_proxy(access.proxy))
        case 429:
            return RateLimited(_pause(response))
        case status:
            return HubRefused(status, host_of(access))


def _broken(error: BaseException | None, access: HubAccess) -> ExpectedError:
    """Why there is no answer at all."""
    if isinstance(error, httpx2.ProxyError) or (
        access.proxy and isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
    ):
        return ProxyFailed(shown_proxy(access.proxy))
    strange = (
        httpx2.DecodingError,
        httpx2.TooManyRedirects,
        httpx2.UnsupportedProtocol,
        httpx2.InvalidURL,
    )
    return (NotAHub if isinstance(error, strange) else HubUnreachable)(host_of(access))


def _pause(response: httpx2.Response) -> int:
    """Seconds that a hub which has had enough of us asks for."""
    wanted = response.headers.get("retry-after", "")
    limits = parse_ratelimit_headers(response.headers)
    seconds = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 60
    if limits is not None and limits.remaining == 0:
        seconds = limits.reset_in_seconds
    return min(max(seconds, 1), LONGEST_PAUSE_S)
