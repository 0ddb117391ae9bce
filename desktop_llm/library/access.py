"""How the settings want the hub to be reached."""

from __future__ import annotations

from collections.abc import Callable

from desktop_llm.core.secrets import HUB_TOKEN
from desktop_llm.core.settings import Settings
from desktop_llm.library.hub_errors import WorkingOffline
from desktop_llm.library.hub_types import OFFICIAL_HUB, HubAccess


def hub_access(settings: Settings, secret: Callable[[str], str]) -> HubAccess:
    """The way to the hub; `secret` is asked for a token only if the official hub will be."""
    endpoint = settings.hub_endpoint.rstrip("/") or OFFICIAL_HUB
    wanted = bool(settings.hub_account) and endpoint == OFFICIAL_HUB and not settings.offline
    return HubAccess(
        endpoint, settings.proxy, secret(HUB_TOKEN) if wanted else "", settings.offline
    )


def online(access: HubAccess) -> HubAccess:
    """`access`, if the internet may be used. Raises WorkingOffline, before a process is started."""
    if access.offline:
        raise WorkingOffline
    return access
