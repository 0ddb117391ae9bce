"""The HTTP server inside xllamacpp, where nobody else can reach it.

By itself it listens on the loopback address, without a key, for pages of any origin. Here it gets a
Unix socket in a folder that only this user can enter, a key, and no origin; where there are no such
sockets (Windows), the loopback address and the key.
"""

from __future__ import annotations

import gc
import http.client
import json
import logging
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import xllamacpp

from desktop_llm.engine.errors import LlamaCppFailed
from desktop_llm.engine.llama.gguf_file import GgufFile
from desktop_llm.engine.llama.plan import LlamaPlan

log = logging.getLogger(__name__)

BATCH = 256
"""Tokens of a prompt that are read between two looks at whether it was stopped. Measured with the
starter in Q4_1 on 2 cores, tokens a second, medians of 3: 218 with 128, 226 with 256, 230 with 512.
"""

PREFIX = "desktop-llm-llama-"
LONGEST_PLACE = 55
"""Bytes of the folder's path: that of a socket may have 103 in all (macOS; Linux has 107)."""

ERRORS_ONLY = 1
HTTP_THREADS = 3
FAILURES = (OSError, http.client.HTTPException, ValueError)
NO_ANSWER = "its server does not answer"

Body = dict[str, Any]


class LlamaServer:
    """One model in memory, and requests to it. Not for several threads at once."""

    def __init__(self, file: GgufFile, name: str, plan: LlamaPlan, threads: int) -> None:
        """Load `file`; the interpreter's lock is held for as long. Raises LlamaCppFailed."""
        self.name = name
        self._key = secrets.token_urlsafe(32)
        self._folder = _private_folder()
        self._socket = self._folder / "s.sock" if self._folder else None
        params = _parameters(file, plan, threads)
        params.api_keys = [self._key]
        params.hostnames = [str(self._socket) if self._socket else "127.0.0.1"]
        try:
            self._server: Any = xllamacpp.Server(params)
        except RuntimeError as error:  # whatever it is; the reasons are on stderr
            self.close()
            raise LlamaCppFailed(name, "its contents are not what was expected") from error
        address = urlsplit(self._server.listening_address)
        self._port = 0 if self._socket else int(address.port or 0)

    def ask(self, path: str, body: Body | None = None) -> Body:
        """The answer to one request, GET without a `body`. Raises LlamaCppFailed."""
        try:
            with self._request(path, body) as response:
                answer: Body = json.loads(response.read())
                return answer
        except FAILURES as error:
            raise LlamaCppFailed(self.name, NO_ANSWER) from error

    def stream(self, body: Body, stop: threading.Event) -> Iterator[Body]:
        """What /completion says while it writes; ends at once when `stop` is set.

        Closing the connection is what makes llama.cpp stop: with the next token, or the next BATCH
        of a prompt. Raises LlamaCppFailed.
        """
        try:
            with self._request("/completion", {**body, "stream": True}, stop) as response:
                for line in response:
                    if stop.is_set():
                        return
                    if line.startswith(b"data: {"):
                        yield self._checked(json.loads(line[6:]))
        except FAILURES as error:
            if not stop.is_set():
                raise LlamaCppFailed(self.name, NO_ANSWER) from error

    def close(self) -> None:
        """Give the memory back."""
        self._server = None
        gc.collect()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _request(
        self, path: str, body: Body | None, stop: threading.Event | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        connection = _Connection(self._socket, self._port)
        done = threading.Event()
        try:
            connection.request(
                "GET" if body is None else "POST",
                path,
                None if body is None else json.dumps(body),
                {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
            )
            if stop is not None:
                watch = (connection.sock, stop, done)
                threading.Thread(target=_hang_up, args=watch, daemon=True).start()
            response = connection.getresponse()
            if response.status != 200:
                self._checked(json.loads(response.read()))
                raise LlamaCppFailed(self.name, f"HTTP {response.status}")
            yield response
        finally:
            done.set()
            connection.close()

    def _checked(self, answer: Body) -> Body:
        error = answer.get("error")
        if error:
            said = error.get("message") if isinstance(error, dict) else error
            raise LlamaCppFailed(self.name, str(said).rstrip(".")[:300])
        return answer


class _Connection(http.client.HTTPConnection):
    """To a Unix socket, or to a port of the loopback address."""

    def __init__(self, path: Path | None, port: int) -> None:
        super().__init__("127.0.0.1", port or None)
        self._path = path

    def connect(self) -> None:
        if self._path is None:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


def _hang_up(line: socket.socket, stop: threading.Event, done: threading.Event) -> None:
    """Close the `line` as soon as `stop` is set, under whoever reads from it."""
    while not stop.wait(0.05):
        if done.is_set():
            return
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


def _parameters(file: GgufFile, plan: LlamaPlan, threads: int) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = str(file.path)
    params.n_ctx = plan.context
    params.n_batch = params.n_ubatch = BATCH
    params.n_parallel = 1
    params.n_gpu_layers = plan.gpu_layers
    params.fit_params = plan.gpu_layers < 0  # a second look at the file, of no use without a card
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib = plan.cache_mib
    params.n_threads_http = HTTP_THREADS
    params.warmup = False
    params.verbosity = ERRORS_ONLY
    params.offline = True
    params.use_jinja = params.enable_chat_template = False
    params.ui = params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    params.cors_origins = params.cors_methods = params.cors_headers = ""
    params.cors_credentials = False
    return params


def _private_folder() -> Path | None:
    """A new folder for the socket; those of processes that were killed are removed."""
    if not hasattr(socket, "AF_UNIX") or os.name == "nt":
        return None
    place = Path(tempfile.gettempdir())
    if len(os.fsencode(place)) > LONGEST_PLACE:
        place = Path("/tmp")
    for left in place.glob(PREFIX + "*"):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
