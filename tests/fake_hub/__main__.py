"""Start the fake hub by hand: prints its address and runs until Ctrl+C."""

from __future__ import annotations

import argparse
import contextlib
import threading

from tests.fake_hub import FakeHub
from tests.fake_hub.seed import READER, recommended, seed


def main() -> None:
    """`python -m tests.fake_hub [--port N] [--speed MB] [--cdn]`."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fake_hub", description=__doc__)
    arguments.add_argument("--port", type=int, default=0, help="0: a free one")
    arguments.add_argument("--speed", type=float, default=0.0, help="of files, in MB a second")
    arguments.add_argument("--cdn", action="store_true", help="send large files from another host")
    given = arguments.parse_args()
    hub = seed(FakeHub(recommended(), given.port))
    hub.bytes_per_s, hub.cdn = int(given.speed * 1e6), given.cdn
    with hub, contextlib.suppress(KeyboardInterrupt):
        print(hub.endpoint, flush=True)
        print(f"token for the gated and private repositories: {READER}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
