"""What the window does about downloads, as a program that a test can kill: `ENDPOINT PLAN_ID`."""

from __future__ import annotations

import sys

from PySide6.QtCore import QCoreApplication

from desktop_llm.core.paths import user_paths
from desktop_llm.library.hub_client import HubClient
from desktop_llm.library.hub_types import HubAccess
from desktop_llm.services.downloads import DownloadService
from desktop_llm.services.tasks import TaskService


def main(endpoint: str, plan_id: str) -> int:
    """Go on with a download of the list, for ever."""
    app = QCoreApplication([])
    service = DownloadService(
        user_paths(), HubClient(), lambda: HubAccess(endpoint), TaskService(), app
    )
    service.resume(plan_id)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
