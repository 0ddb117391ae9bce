"""Who may ask, and how much; spoken to in plain bytes."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from desktop_llm.server.guard import MAX_BODY_BYTES
from desktop_llm.server.listener import Limits
from tests.unit.server.house import KEY, PATIENCE_S, Served, serving

PAGE = "http://localhost:3000"
CHAT = json.dumps({"model": "tiny", "messages": [{"role": "user", "content": "Hi"}]}).encode()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(origins=(PAGE,)) as made:
        yield made


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["error"]["code"])


def connect(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), PATIENCE_S)


def heard(line: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    said = b""
    try:
        while piece := line.recv(65536):
            said += piece
    except ConnectionResetError:
        pass  # it did not read to the end what it refuses
    return said


def ask(served: Served, method: str, path: str, body: bytes = b"", **headers: str | None) -> Answer:
    """One request; a header of None is left out. `_` in a name is `-`."""
    usual = {"Host": f"127.0.0.1:{served.port}", "Authorization": f"Bearer {KEY}"}
    if body:
        usual |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{n}: {v}" for n, v in (usual | given | {"Connection": "close"}).items() if v]
    head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""])
    with connect(served) as line:
        line.sendall(head.encode("latin-1") + body)
        said = heard(line)
    head_part, _, rest = said.partition(b"\r\n\r\n")
    first, *more = head_part.decode("latin-1").split("\r\n")
    pairs = (each.split(": ", 1) for each in more)
    return Answer(int(first.split()[1]), {n.lower(): v for n, v in pairs}, rest)


GOOD_HOSTS = ["127.0.0.1", "127.0.0.1:{port}", "localhost", "LocalHost:{port}", "[::1]:{port}"]
BAD_HOSTS = [
    *("evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example"),
    *("127.0.0.1:1", "127.0.0.1:{port}0", "localhost:80", "localhost:", "127.0.0.1:"),
    *("0.0.0.0:{port}", "127.0.0.2:{port}", "[::]:{port}", "[::1]", "::1", "::1:{port}"),
    *("127.1", "2130706433", "0x7f000001", "127.0.0.1@evil.example", "evil.example@127.0.0.1"),
    *("localhost#", "localhost/", "localhost,evil.example", " ", "localhost evil"),
]


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_this_computer_by_its_names_is_let_in(served: Served, host: str) -> None:
    assert ask(served, "GET", "/v1/models", Host=host.format(port=served.port)).status == 200


@pytest.mark.parametrize("host", [h for h in BAD_HOSTS if h != "[::1]"])
def test_any_other_host_is_refused_before_the_key_is_looked_at(served: Served, host: str) -> None:
    answer = ask(
        served, "GET", "/v1/models", Host=host.format(port=served.port), Authorization=None
    )
    assert answer.status in (400, 403)  # 400: no Host that HTTP knows


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE", "BREW"])
def test_a_wrong_host_is_refused_whatever_it_asks(served: Served, method: str) -> None:
    for path in ("/", "/nowhere", "/openapi.json", "/v1/chat/completions"):
        assert ask(served, method, path, Host="evil.example").code == "host_not_allowed"


BAD_ORIGINS = [
    *("null", "http://localhost:3001", "https://localhost:3000", "http://localhost:3000/"),
    *("http://localhost:3000.evil.example", "http://evil.example", "HTTP://LOCALHOST:3000", "*"),
    *("http://127.0.0.1:3000", "file://", "http://localhost:3000, http://evil.example"),
]


@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_a_page_that_is_not_listed_is_refused(served: Served, origin: str) -> None:
    for method, path in (("GET", "/v1/models"), ("OPTIONS", "/v1/models"), ("GET", "/nowhere")):
        answer = ask(served, method, path, Origin=origin)
        assert (answer.status, answer.code) == (403, "origin_not_allowed")
        assert not any(name.startswith("access-control") for name in answer.headers)


def test_a_listed_page_is_let_in_with_the_key_only(served: Served) -> None:
    wish: dict[str, Any] = {
        "Origin": PAGE,
        "Access_Control_Request_Method": "POST",
        "Authorization": None,
    }
    first = ask(served, "OPTIONS", "/v1/chat/completions", **wish)
    assert (first.status, first.headers["access-control-allow-origin"]) == (204, PAGE)
    assert "authorization" in first.headers["access-control-allow-headers"]
    second = ask(served, "POST", "/v1/chat/completions", CHAT, Origin=PAGE)
    assert (second.status, second.headers["access-control-allow-origin"]) == (200, PAGE)
    assert ask(served, "GET", "/v1/models", Origin=PAGE, Authorization=None).status == 401


def test_without_a_list_no_page_is_let_in() -> None:
    with serving() as closed:
        assert ask(closed, "GET", "/v1/models", Origin=PAGE).status == 403
        assert "access-control-allow-origin" not in ask(closed, "GET", "/v1/models").headers


@pytest.mark.parametrize(
    "shown",
    [
        *(None, KEY, "Bearer", "Bearer ", f"Bearer {KEY}x", f"Bearer {KEY[:-1]}", f"Basic {KEY}"),
        *(f"Bearer {KEY.upper()}", "Bearer \xff\xfe"),
    ],
)
def test_every_route_needs_the_key(served: Served, shown: str | None) -> None:
    for method, path in (("GET", "/v1/models"), ("GET", "/openapi.json"), ("GET", "/nowhere")):
        answer = ask(served, method, path, Authorization=shown)
        assert (answer.status, answer.code) == (401, "invalid_api_key")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_errors_have_one_shape_and_tell_nothing_of_what_runs_here(served: Served) -> None:
    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("GET", "/v1/models/", 404),
        ("DELETE", "/v1/models", 405),
        ("GET", "/v1/chat/completions", 405),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "http://evil.example/v1/models", 404),
    ):
        answer = ask(served, method, path)
        error = json.loads(answer.body)["error"]
        assert answer.status == status
        assert error.keys() == {"message", "type", "param", "code"}
        assert not {"server", "date", "x-powered-by"} & answer.headers.keys()
        assert "evil" not in answer.body.decode()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", None]
)
def test_a_body_that_is_not_json_is_not_read(served: Served, kind: str | None) -> None:
    answer = ask(served, "POST", "/v1/chat/completions", CHAT, Content_Type=kind)
    assert answer.status == 415


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"[]", b"null", b"\xff", b'{"model": 1e999}', b"[" * 100_000, b'"' + b"9" * 9000),
        *(b"9" * 9000, b'{"model": "tiny", "messages": NaN}'),
    ],
)
def test_a_body_that_makes_no_sense_is_told_so(served: Served, body: bytes) -> None:
    assert ask(served, "POST", "/v1/chat/completions", body).status == 400


def test_half_characters_are_replaced(served: Served) -> None:
    assert (
        ask(served, "POST", "/v1/chat/completions", CHAT.replace(b"Hi", b"\\ud800")).status == 200
    )
    assert served.engine.requests[-1].messages[0].content == "?"


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(served: Served) -> None:
    long = str(8 * MAX_BODY_BYTES)
    said = ask(served, "POST", "/v1/completions", b"{", Content_Length=long)
    assert (said.status, said.code) == (413, "body_too_large")
    piece = b"%x\r\n%s\r\n" % (500_000, b" " * 500_000)
    head = (
        f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with connect(served) as line:
        line.sendall(head.encode() + piece * 8)
        line.sendall(piece + b"0\r\n\r\n")
        assert heard(line).startswith(b"HTTP/1.1 413")


def test_who_is_too_slow_is_left() -> None:
    with (
        serving(limits=Limits(head_s=0.2)) as served,
        connect(served) as silent,
        connect(served) as slow,
    ):
        slow.sendall(b"GET /v1/models HT")
        assert heard(silent) == b""
        assert heard(slow) == b""
    head = (
        f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
        "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
    )
    with serving(limits=Limits(body_s=0.2)) as served, connect(served) as line:
        line.sendall(head.encode())
        assert heard(line).startswith(b"HTTP/1.1 408")


def test_two_hundred_idle_connections_hinder_nobody(served: Served) -> None:
    idle = [connect(served) for _ in range(200)]
    try:
        assert ask(served, "POST", "/v1/chat/completions", CHAT).status == 200
    finally:
        for line in idle:
            line.close()


def test_it_listens_on_this_computer_only(served: Served) -> None:
    import psutil

    own = [c for c in psutil.Process().net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    addresses = {c.laddr.ip for c in own if c.laddr.port == served.port}
    assert addresses <= {"127.0.0.1", "::1"} and "127.0.0.1" in addresses
