"""Requests of flows: real machines on loopback that answer well, badly, slowly, too much; who may be."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.errors import NetworkError
from appliance.contract.flow import HttpAnswer, HttpRequest
from appliance.network.requests import MOST_AT_ONCE, MOST_BYTES, Requests, ask, field_of, judged

ANSWER = {"order": {"state": "sent", "lines": [{"n": 3}]}, "paid": True, "open": False, "none": None}


class Machine(BaseHTTPRequestHandler):
    """Answers by the path."""

    go_on = threading.Event()
    seen: list[tuple[str, str, Mapping[str, str], bytes]] = []

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.seen.append((self.command, self.path, dict(self.headers), body))
        answer = {
            "/good": json.dumps(ANSWER).encode(),
            "/text": b"hello",
            "/long": b'"' + b"x" * (2 * MOST_BYTES) + b'"',
            "/deep": b"[" * 60_000,
        }.get(urlsplit(self.path).path)
        if self.path == "/slow":
            self.go_on.wait(20)
        self.send_response(200 if answer is not None else 302 if self.path == "/elsewhere" else 500)
        self.send_header("Location", "/good")
        self.send_header("Content-Length", str(len(answer or b"")))
        self.end_headers()
        with suppress(ConnectionError):  # who asked had enough
            self.wfile.write(answer or b"")

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def machine() -> Iterator[str]:
    """A machine; gives its "address:port"."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Machine)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    Machine.go_on.clear()
    Machine.seen.clear()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        Machine.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def request(url: str, seconds: float = 10.0, body: Mapping[str, str] | None = None) -> HttpRequest:
    return HttpRequest(url, "GET" if body is None else "POST", body, seconds)


PATHS = ("order.state", "order.lines.0.n", "paid", "open", "none", "order", "order.lines.7.n", "gone.x")


def test_fields_of_the_answer() -> None:
    with machine() as host:
        found = ask(request(f"http://{host}/good?q=1"), PATHS, frozenset({host}))
        sent = ask(request(f"http://{host}/good", body={"who": "Ana"}), (), frozenset({host}))
    assert found.problem == "" and sent == HttpAnswer()
    assert list(found.values.values()) == ["sent", "3", "yes", "", "", "", "", ""]
    (get, path, headers, _), (post, _, posted, body) = Machine.seen
    assert (get, path, headers["Host"]) == ("GET", "/good?q=1", host)
    assert post == "POST" and json.loads(body) == {"who": "Ana"}
    assert posted["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "says"),
    [("/text", "Expecting value"), ("/long", "longer than 64 KB"), ("/deep", "recursion"),
     ("/bad", "status 500"),
     ("/elsewhere", "status 302")],
)  # fmt: skip
def test_what_is_no_answer_is_a_problem(path: str, says: str) -> None:
    with machine() as host:
        found = ask(request(f"http://{host}{path}"), ("x",), frozenset({host}))
    assert says in found.problem and found.values == {}


def test_a_slow_machine_is_not_waited_for() -> None:
    with machine() as host:
        found = ask(request(f"http://{host}/slow", seconds=0.3), (), frozenset({host}))
    assert "timed out" in found.problem or "in time" in found.problem


def test_nobody_there_is_a_problem() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        found = ask(request(f"http://{host}/"), (), frozenset({host}))
    assert found.problem


def _own_address() -> str:
    """The address this machine would use to reach others; loopback's neighbour where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.2"
        return str(probe.getsockname()[0])


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("http://example.com/", ()),
        ("http://example.com:81/", ("example.com",)),
        ("http://someone@10.1.2.3/", ("someone@10.1.2.3",)),
        ("ftp://10.1.2.3/", ("10.1.2.3",)),
        ("http://localhost/", ("localhost",)),
        ("http://localhost:8080/", ("localhost:8080", "127.0.0.1")),
    ],
)
def test_machines_that_may_not_be_asked(url: str, hosts: tuple[str, ...]) -> None:
    with pytest.raises(NetworkError):
        judged(urlsplit(url), frozenset(hosts))
    assert ask(request(url), (), frozenset(hosts)).problem


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.9.9.9", "169.254.169.254", "0.0.0.0", "[::1]", "[fe80::1]", "[::ffff:169.254.1.1]"],
)
def test_the_box_and_link_local_addresses_only_where_listed_themselves(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = urlsplit("http://shop.example:8080/")
    plain = address.strip("[]")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [(0, 0, 0, "", (plain, 8080))])
    with pytest.raises(NetworkError):
        judged(place, frozenset({"shop.example:8080"}))
    shown = plain.removeprefix("::ffff:") if "ffff" in address else address
    assert judged(place, frozenset({"shop.example:8080", f"{shown}:8080"})) == (plain, 8080)


def test_an_own_address_is_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    own = _own_address()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [(0, 0, 0, "", (own, 80))])
    with pytest.raises(NetworkError):
        judged(urlsplit("http://shop.example/"), frozenset({"shop.example"}))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [(0, 0, 0, "", ("192.0.2.7", 80))])
    assert judged(urlsplit("http://shop.example/"), frozenset({"shop.example"})) == ("192.0.2.7", 80)


def test_answers_come_by_the_core_s_thread_and_too_many_are_refused() -> None:
    answers: list[HttpAnswer] = []
    all_there = threading.Event()

    def take(found: HttpAnswer) -> None:
        answers.append(found)
        if len(answers) == MOST_AT_ONCE + 1:
            all_there.set()

    with machine() as host:
        requests = Requests(lambda: [host.upper()], lambda work: work())
        for _ in range(MOST_AT_ONCE + 1):
            requests.send(request(f"http://{host}/slow", seconds=15), (), take)
        assert [found.problem for found in answers] == ["Too many requests wait already."]
        Machine.go_on.set()
        assert all_there.wait(20)
    assert all("status 500" in found.problem for found in answers[1:])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(_JSON, st.text(alphabet="ab.01é²", max_size=8))
def test_any_answer_gives_a_text(data: object, path: str) -> None:
    assert isinstance(field_of(data, path), str)
