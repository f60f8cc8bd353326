"""HTTPS in front of the page: the installed nginx.conf with other ports and folders, the real page behind."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.network.certificates import Certificates
from tests.support.box import wait_for
from tests.support.ports import free_port
from tests.web.site import PASSWORD, site

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "systemd" / "nginx" / "nginx.conf"
NAMES = ["callbox.local", "localhost", "127.0.0.1", "127.0.0.5"]
PATIENCE = 20.0


@dataclass
class Front:
    """nginx and the page behind it."""

    tls: Certificates
    plain_port: int
    port: int
    nginx: subprocess.Popen[bytes]

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.tls.folder / "ca.pem"))

    def line(self, address: str = "127.0.0.1", source: str = "") -> http.client.HTTPSConnection:
        own = (source, 0) if source else None
        return http.client.HTTPSConnection(
            address, self.port, timeout=PATIENCE, source_address=own, context=self.context()
        )

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        address: str = "127.0.0.1",
        source: str = "",
        **headers: str,
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """One request over TLS: status, headers, text."""
        line = self.line(address, source)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            line.request(method, path, body, named)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
        finally:
            line.close()

    def log_in(self) -> tuple[str, str]:
        """The cookie of a new session, and the whole header that set it."""
        _status, headers, text = self.ask("GET", "/login")
        token = re.search(r'name="csrf_token" value="([^"]+)"', text)
        assert token is not None
        before = headers["Set-Cookie"].split(";")[0]
        form = f"csrf_token={token[1]}&user=admin&password={PASSWORD.replace(' ', '+')}"
        more = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": before}
        more |= {
            "Origin": f"https://127.0.0.1:{self.port}",
            "Referer": f"https://127.0.0.1:{self.port}/login",
        }
        status, headers, _text = self.ask("POST", "/login", form.encode(), **more)
        assert status == 303
        return headers["Set-Cookie"].split(";")[0], headers["Set-Cookie"]


def placed(folder: Path, tls: Path, ports: tuple[int, int], page: Path) -> Path:
    """The configuration as installed, but for places."""
    text = CONFIG.read_text()
    changes = {
        "/run/callbox-front/": f"{folder}/",
        "/var/lib/callbox/tls/": f"{tls}/",
        "unix:/run/callbox-web/http.sock": f"unix:{page}",
        "listen 80 ": f"listen {ports[0]} ",
        "listen 443 ": f"listen {ports[1]} ",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    if os.geteuid() == 0:
        text = f"user root;\n{text}"
    made = folder / "nginx.conf"
    made.write_text(text)
    return made


@contextmanager
def running(command: list[str], **more: object) -> Iterator[subprocess.Popen[bytes]]:
    process: subprocess.Popen[bytes] = subprocess.Popen(command, **more)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def fronted(folder: Path) -> Iterator[tuple[Certificates, Path, tuple[int, int], subprocess.Popen[bytes]]]:
    """nginx alone, and the socket where it looks for the page."""
    tls, page, ports = Certificates(folder / "tls"), folder / "http.sock", (free_port(), free_port())
    tls.ensure(NAMES, datetime.now(UTC))
    command = [
        "nginx",
        "-e",
        "stderr",
        "-c",
        str(placed(folder, tls.folder, ports, page)),
        "-g",
        "daemon off;",
    ]
    path = {"PATH": os.environ["PATH"] + ":/usr/sbin"}
    with running(command, env=os.environ | path) as nginx:
        wait_for(lambda: all(map(answers, ports)), PATIENCE, "all ports answer")
        yield tls, page, ports, nginx


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    data = tmp_path_factory.mktemp("data")
    with fronted(tmp_path_factory.mktemp("front")) as (tls, page, ports, nginx), site(data) as pages:
        serve = [sys.executable, "-m", "webui", f"unix:{page}"]
        with running(serve, env=os.environ | pages.environment(), cwd=ROOT):
            wait_for(page.exists, PATIENCE, "the page's socket")
            yield Front(tls, *ports, nginx)


def test_the_page_comes_over_https_and_asks_browsers_to_stay_there(front: Front) -> None:
    status, headers, text = front.ask("GET", "/login")
    assert status == 200 and "password" in text
    assert headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    assert headers["Server"] in ("nginx", "Callbox")


def test_plain_http_leads_to_https_and_shows_nothing(front: Front) -> None:
    line = http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=PATIENCE)
    line.request("GET", "/calls?day=1", headers={"Host": "callbox.local"})
    answer = line.getresponse()
    assert (answer.status, answer.headers["Location"]) == (308, "https://callbox.local/calls?day=1")
    assert b"Callbox" not in answer.read()
    line.close()


def test_the_session_cookie_is_for_https_only(front: Front) -> None:
    _cookie, whole = front.log_in()
    assert "Secure" in whole and "HttpOnly" in whole and "SameSite=Strict" in whole


@pytest.mark.parametrize(("version", "good"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls_1_2_and_later(front: Front, version: str, good: bool) -> None:
    context = front.context()
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    with socket.create_connection(("127.0.0.1", front.port), PATIENCE) as plain:
        if good:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as line:
                assert (line.version() or "").replace(".", "_") == version
                assert "GCM" in (line.cipher() or ("",))[0] or "CHACHA20" in (line.cipher() or ("",))[0]
        else:
            with pytest.raises(OSError):
                context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_the_address_that_was_asked_is_the_boxs_and_no_forged_one(front: Front) -> None:
    assert front.ask("GET", "/login", address="127.0.0.5")[0] == 200
    status, _headers, text = front.ask("GET", "/login", Host="evil.example", X_Callbox_Address="evil.example")
    assert status == 400 and "does not belong to the box" in text
    status, *_ = front.ask("GET", "/login", Host="127.0.0.6", X_Forwarded_Host="127.0.0.1")
    assert status == 400


def test_the_live_page_is_told_at_once(front: Front) -> None:
    cookie, _whole = front.log_in()
    line = front.line()
    line.request("GET", "/events", headers={"Cookie": cookie, "Accept": "text/event-stream"})
    answer = line.getresponse()
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/event-stream")
    first = b""
    while b"data:" not in first:
        piece = answer.read1(1000)
        assert piece, "the stream stays open"
        first += piece
    line.close()


def test_bodies_are_bounded_before_they_reach_the_page(front: Front) -> None:
    assert front.ask("GET", "/login")[0] == 200
    for path, size, refused in (("/login", 600_000, True), ("/setup/box", 600_000, False)):
        line = front.line()
        line.putrequest("POST", path)
        line.putheader("Content-Length", str(size))
        line.endheaders()
        if not refused:
            line.send(b"x" * size)
        assert (line.getresponse().status == 413) == refused, path
        line.close()
    line = front.line()
    line.putrequest("POST", "/setup/box")
    line.putheader("Content-Length", "40000000")
    line.endheaders()
    assert line.getresponse().status == 413
    line.close()


def test_guesses_are_slowed_down(front: Front) -> None:
    guess = ("POST", "/login", b"user=admin&password=x")
    found = [front.ask(*guess, source="127.0.0.9")[0] for _ in range(60)]
    assert found[0] != 429 and found.count(429) > 20
    assert front.ask("GET", "/login", source="127.0.0.9")[0] == 200, "the page itself is still there"
    assert front.ask(*guess)[0] != 429, "others may log in"


def test_a_new_certificate_is_served_after_a_reload(front: Front) -> None:
    assert front.tls.ensure([*NAMES, "10.1.2.3"], datetime.now(UTC))
    front.nginx.send_signal(signal.SIGHUP)

    def named() -> bool:
        plain = socket.create_connection(("127.0.0.1", front.port), PATIENCE)
        with plain, front.context().wrap_socket(plain, server_hostname="127.0.0.1") as line:
            found = line.getpeercert() or {}
        return ("IP Address", "10.1.2.3") in found["subjectAltName"]

    wait_for(named, PATIENCE, "the new certificate")


def test_a_page_that_is_away_is_said_in_words(tmp_path: Path) -> None:
    with fronted(tmp_path) as (tls, _page, ports, nginx):
        status, headers, text = Front(tls, *ports, nginx).ask("GET", "/login")
    assert status == 503 and "being started" in text and "Telephones work" in text
    assert headers["Strict-Transport-Security"]
