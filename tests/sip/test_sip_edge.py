"""Kamailio with our configuration, from outside: who gets in, who is kept out, what nobody can do."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.sip.kamailio.config import EVENTS_ADDRESS, INNER_ADDRESS, write_credentials
from drivers.sip.kamailio.rpc import Rpc
from tests.sip.rig import Kamailio, edge_settings, secret
from tests.sip.sip_client import SipClient, digest

pytestmark = pytest.mark.peer
Make = Callable[..., SipClient]


def udp(address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, port))
    made.settimeout(2)
    return made


def told(events: socket.socket) -> bytes:
    """The next datagram but that of the start, which may come late."""
    data, source = events.recvfrom(2000)
    assert source[0] == INNER_ADDRESS
    return told(events) if data == b"started" else data


def status(client: SipClient, user: str, password: str) -> int | None:
    reply = client.register(user, password)
    return reply.status if reply else None


def test_right_and_wrong_secret(client: Make) -> None:
    assert status(client(), "201", secret("201")) == 200
    assert status(client(), "201", "x" * 32) == 401
    assert status(client(), "999", "x" * 32) == 401


def test_one_handset_cannot_register_as_another(client: Make) -> None:
    phone = client()
    first = phone.ask("REGISTER", "201")
    assert first is not None
    challenge = first.header("WWW-Authenticate") or ""
    answer = digest(challenge, "REGISTER", phone.uri("REGISTER", None), "202", secret("202"))
    reply = phone.ask("REGISTER", "201", f"Authorization: {answer}\r\n")
    assert reply is not None and reply.status == 401


def blank(text: str) -> str:
    """A response without what is random in every one of them."""
    text = re.sub(r'nonce="[^"]*"', "nonce", text)
    text = re.sub(r"branch=[^;\r]*", "branch", text)
    text = re.sub(r"tag=[^;\r]*", "tag", text)
    text = re.sub(r"Call-ID: .*", "Call-ID", text)
    return re.sub(r"(?<=sip:)\d+(?=@)", "user", text)


@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "OPTIONS", "SUBSCRIBE", "BYE"])
def test_known_and_unknown_users_get_the_same_answer(client: Make, method: str) -> None:
    answers = []
    for user in ("201", "999"):
        phone = client()
        for secret_tried in (None, "y" * 32):
            phone.cseq = 0
            if secret_tried is None:
                reply = phone.ask(method, user, to="202")
            else:
                reply = phone.authorized(method, user, secret_tried, to="202")
            assert reply is not None
            answers.append(blank(reply.text).replace(str(phone.port), "port"))
    assert answers[:2] == answers[2:]


@pytest.mark.parametrize("number", ["202", "999"])
def test_a_call_to_a_known_and_an_unknown_number_is_challenged_alike(client: Make, number: str) -> None:
    reply = client().ask("INVITE", "201", to=number)
    assert reply is not None and reply.status == 407


@pytest.mark.parametrize("method", ["PUBLISH", "MESSAGE", "FOO"])
def test_methods_not_on_the_list(client: Make, method: str) -> None:
    reply = client().ask(method, "201")
    assert reply is not None and reply.status == 405
    assert "INVITE" in (reply.header("Allow") or "")


def test_500_wrong_secrets_ban_their_address_only(edge: Kamailio, client: Make) -> None:
    assert edge.settings.flood_requests > 5000, "it is not the flood guard that is tried here"
    good = client("127.0.0.1")
    assert status(good, "201", secret("201")) == 200
    attacker = SipClient(edge.address, "127.0.0.66", timeout=0.01)
    answers = [status(attacker, "201", f"wrong-{n:030d}") for n in range(500)]
    assert answers[0] == 401
    assert answers.count(401) <= 10
    assert set(answers[20:]) == {None}
    attacker.close()
    assert status(good, "201", secret("201")) == 200
    banned = client("127.0.0.66")
    banned.socket.settimeout(0.3)
    assert status(banned, "201", secret("201")) is None, "the right secret does not lift a ban"


def test_a_wrong_secret_with_somebody_elses_nonce_bans_nobody(client: Make) -> None:
    """A forged source address cannot get its owner banned: the nonce was given to another address."""
    honest, forger = client("127.0.0.1"), client("127.0.0.67")
    for _ in range(30):
        got = forger.ask("REGISTER", "201")
        assert got is not None
        nonce = got.header("WWW-Authenticate") or ""
        wrong = digest(nonce, "REGISTER", honest.uri("REGISTER", None), "201", "z" * 32)
        reply = honest.ask("REGISTER", "201", f"Authorization: {wrong}\r\n")
        assert reply is not None and reply.status == 401
    assert status(honest, "201", secret("201")) == 200


def test_a_flood_is_dropped_and_others_are_served(tmp_path: Path) -> None:
    edge = Kamailio(tmp_path / "flooded", edge_settings(("201",)))
    flood, good = SipClient(edge.address, "127.0.0.68", timeout=0.02), SipClient(edge.address)
    try:
        answers = sum(flood.ask("OPTIONS", "201") is not None for _ in range(300))
        assert 0 < answers <= 2 * edge.settings.flood_requests
        assert status(good, "201", secret("201")) == 200
    finally:
        flood.close()
        good.close()
        edge.stop()


def test_new_credentials_take_effect_without_a_restart(edge: Kamailio, client: Make) -> None:
    write_credentials({"201": "n" * 32, "203": secret("203")}, edge.folder)
    rpc = Rpc(edge.folder)
    rpc.call("htable.reload", "ha1")
    rpc.close()
    assert status(client(), "201", secret("201")) == 401
    assert status(client(), "201", "n" * 32) == 200
    assert status(client(), "203", secret("203")) == 200
    assert status(client(), "202", secret("202")) == 401
    assert edge.process.poll() is None


def test_events_of_registrations(edge: Kamailio, client: Make) -> None:
    with udp(EVENTS_ADDRESS, edge.settings.engine_port) as events:
        phone = client()
        phone.register("201", secret("201"))
        assert told(events).startswith(f"registered 201 udp 127.0.0.1 {phone.port} ".encode())
        phone.register("201", secret("201"), expires=0)
        assert told(events) == b"unregistered 201"


def test_an_expired_registration_is_told(tmp_path: Path) -> None:
    edge = Kamailio(tmp_path / "short", edge_settings(("201",), expires_seconds=2))
    try:
        with udp(EVENTS_ADDRESS, edge.settings.engine_port) as events:
            events.settimeout(15)
            phone = SipClient(edge.address)
            phone.register("201", secret("201"), expires=2)
            phone.close()
            assert told(events).startswith(b"registered 201")
            assert told(events) == b"unregistered 201"
    finally:
        edge.stop()


def authorized_invite(phone: SipClient, extra: str = "", to: str = "0301234") -> None:
    """Send an INVITE with credentials; whatever answers it, answers."""
    first = phone.ask("INVITE", "201", to=to)
    assert first is not None and first.status == 407
    challenge = first.header("Proxy-Authenticate") or ""
    answer = digest(challenge, "INVITE", phone.uri("INVITE", to), "201", secret("201"))
    phone.send(phone.build("INVITE", "201", f"{extra}Proxy-Authorization: {answer}\r\n", to))


def test_a_handsets_call_reaches_the_engine_with_its_name_and_no_forged_one(
    edge: Kamailio, client: Make
) -> None:
    with udp("127.0.0.1", edge.settings.engine_port) as engine:
        forged = "X-Callbox-Handset: 202\r\nX-Callbox-Trunk: office\r\nX-Callbox-Next: sip:127.0.0.9:9\r\n"
        authorized_invite(client(), forged)
        text, source = engine.recvfrom(9000)
        assert source[0] == INNER_ADDRESS
        marks = re.findall(rb"^X-Callbox-.*?(?=\r)", text, re.M)
        assert marks == [b"X-Callbox-Handset: 201"]
        assert b"Proxy-Authorization" not in text


def test_nobody_relays_through_the_box(edge: Kamailio, client: Make) -> None:
    """A dialog that is made up, with a route to somebody else, still ends at the engine."""
    with udp("127.0.0.1", edge.settings.engine_port) as engine, udp("127.0.0.70", 0) as victim:
        port = victim.getsockname()[1]
        phone = client()
        text = phone.build("INVITE", "201", f"Route: <sip:127.0.0.70:{port};lr>\r\n", to="0301234")
        text = re.sub(r"^INVITE \S+", f"INVITE sip:0301234@127.0.0.70:{port}", text)
        text = re.sub(r"(To: <[^>]*>)", r"\1;tag=made-up", text)
        phone.send(text)
        assert engine.recv(9000).startswith(b"INVITE ")
        victim.settimeout(0.3)
        with pytest.raises(TimeoutError):
            victim.recv(9000)


def test_only_the_engine_speaks_at_the_inner_side(edge: Kamailio) -> None:
    inner = SipClient((INNER_ADDRESS, edge.settings.engine_port), timeout=0.3)
    assert inner.ask("OPTIONS", "201") is None
    inner.close()


def test_tcp(edge: Kamailio, client: Make) -> None:
    template = client()
    with socket.create_connection(edge.address, 2) as line:
        line.sendall(template.build("OPTIONS", "201").replace("/UDP", "/TCP").encode())
        assert line.recv(4000).startswith(b"SIP/2.0 200")


def test_the_engine_reaches_a_handset_and_hears_why_not(edge: Kamailio, client: Make) -> None:
    phone = client()
    phone.register("201", secret("201"))
    port = edge.settings.engine_port
    engine = SipClient((INNER_ADDRESS, port), timeout=4, port=port)

    def invite(to: str) -> tuple[int, str]:
        engine.send(engine.build("INVITE", "callbox", to=to))
        while True:
            reply = engine.receive()
            assert reply is not None, f"no answer for {to}"
            if reply.status >= 200:
                return reply.status, reply.text.split("\r\n", 1)[0]

    assert invite("202") == (480, "SIP/2.0 480 Not Registered")
    began = time.monotonic()
    assert invite("201")[0] == 408, "registered, but answers nothing"
    assert 1.5 < time.monotonic() - began < 3.5
    assert (phone.receive() or pytest.fail("nothing came")).text.startswith("INVITE sip:201@127.0.0.1")
    engine.close()


def test_memory_of_all_its_processes(edge: Kamailio, client: Make) -> None:
    for _ in range(5):
        client().register("201", secret("201"))
    children = Path(f"/proc/{edge.process.pid}/task/{edge.process.pid}/children").read_text().split()
    total = 0
    for pid in [str(edge.process.pid), *children]:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += int((re.search(r"^Pss:\s+(\d+)", rollup, re.M) or pytest.fail(rollup))[1])
    assert total < 24_000, f"{total} kB"


def test_its_files_are_its_owners_only(edge: Kamailio) -> None:
    for path in (edge.folder / "kamailio.cfg", edge.folder / "db" / "ha1"):
        assert path.stat().st_mode & 0o077 == 0
    assert edge.folder.stat().st_mode & 0o077 == 0
    assert secret("201") not in (edge.folder / "db" / "ha1").read_text()
