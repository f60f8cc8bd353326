"""A megabyte of random bytes on every port and every verb: nothing ends but the bytes."""

from __future__ import annotations

import contextlib
import copy
import json
import random
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.journal import CallRecord
from appliance.control.messages import Verb
from simulator import Babble, Call, CallState, HangUp, Line, Listen, Press, WaitForSound
from simulator.script import Script
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.faults import Belongings, belongings
from tests.support.office import Office, heard_by
from tests.support.sounds import RATE, tone_seconds

LINES = ("gsm1", "gsm2", "fxo1", "fxo2")
MEGABYTE = 1_000_000
PIECE = 16384
NOISE_SECONDS = 3.0
ONCE = 1  # what may have been made at its first use
BACK_SECONDS = 20.0  # from the last byte to a line in service
AGENT_TONE = 440
HEARD = 0.75  # of the agent, while there is noise elsewhere: this machine may have other work, too
TALK: Script = [WaitForSound(), Press("1"), WaitForSound(), Babble(120.0)]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Office(tmp_path_factory.mktemp("office"), speed=3) as running:
        yield running


@pytest.fixture(scope="module")
def phone(office: Office) -> Phone:
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        settings["queues"][0]["wrap_up_seconds"] = 0
        control.save_settings(version, settings, "scenario")
    phone = office.phone("201", AGENT_TONE)
    office.agent_at_work("11", "201")
    first = office.call("gsm1", [WaitForSound(), HangUp()])  # what is opened with a first caller is there now
    assert first.wait_for(CallState.ENDED, 30)
    office.idle()
    return phone


@pytest.fixture(autouse=True)
def unharmed(office: Office, phone: Phone) -> Iterator[None]:
    """After each: the same core without a fault of its own, no call left, nothing left over."""
    core, since = office.box.child("appliance core"), len(office.box.log)
    before = belongings(core)
    yield
    assert office.box.child("appliance core") == core
    office.idle()
    said = office.box.log[since:]
    assert not [line for line in said if "Traceback" in line or "could not deal with" in line]
    try:
        wait_for(lambda: sum(_grown(core, before).values()) <= ONCE, 20, "threads and handles as before")
    except AssertionError as left:
        raise AssertionError(f"{left}: {_grown(core, before)}") from None


def _grown(core: int, before: Belongings) -> dict[str, int]:
    """Threads and handles that are more, but for sounds and workers that the box keeps."""
    more = belongings(core).beyond(before)
    return {what: count for what, count in more.items() if "/sounds/" not in what}


class Noise:
    """A megabyte of random bytes from a modem."""

    def __init__(self, line: Line, seed: int) -> None:
        self._line = line
        self._bytes = random.Random(seed).randbytes(MEGABYTE)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        terminal = self._line.terminals[0]
        for at in range(0, MEGABYTE, PIECE):
            self._line.garbage(self._bytes[at : at + PIECE])
            time.sleep(NOISE_SECONDS * PIECE / MEGABYTE)
            while terminal.queued > PIECE:
                time.sleep(0.005)

    def finish(self) -> None:
        """Wait until the box has taken all of it."""
        self._thread.join(40)
        assert not self._thread.is_alive(), f"{self._line.name}: the box does not read"
        terminal = self._line.terminals[0]
        wait_for(lambda: terminal.queued == 0, 5, f"{self._line.name}: the last byte is taken")


def _noise_on(office: Office, lines: tuple[str, ...]) -> None:
    """A megabyte on each of these lines at once, until they are in service again, each fault told by name."""
    since = len(office.box.log)
    noise = [Noise(office.exchange.lines[name], seed) for seed, name in enumerate(lines)]
    for one in noise:
        one.finish()
    wait_for(lambda: _in_service(office, lines), BACK_SECONDS, f"{lines} back in service")
    for name in lines:
        told = [line for line in office.box.log[since:] if f"{name}: " in line]
        assert any("The modem sends bytes that" in line for line in told), told
        assert len(told) < 60, "the noise fills the log"


def _in_service(office: Office, lines: tuple[str, ...]) -> bool:
    return all(trunk.state == "in_service" for trunk in office.live().trunks if trunk.name in lines)


def _talking(office: Office, phone: Phone, line: str) -> Call:
    wait_for(lambda: office.live().agents[0].state == "waiting", 20, "the agent is free")
    rung = sum(event.get("type") == "CALL_INCOMING" for event in list(phone.events))
    call = office.call(line, TALK)
    try:
        phone.expect("CALL_INCOMING", 30, rung + 1)
    except AssertionError as missing:
        raise AssertionError(
            "\n".join([str(missing), str(office.live()), *list(office.box.log)[-60:]])
        ) from None
    phone.accept()
    wait_for(lambda: any(c.stage == "talking" for c in office.live().calls), 5, "they talk")
    wait_for(lambda: tone_seconds(heard_by(call)[-RATE:], AGENT_TONE) > 0.9, 10, "the caller hears the agent")
    return call


@contextlib.contextmanager
def _undisturbed(office: Office, phone: Phone, line: str) -> Iterator[None]:
    """A caller on `line` and the agent talk all the while, and the caller hears every bit of it."""
    call = _talking(office, phone, line)
    call_id = _call_id(office)
    begin = len(heard_by(call))
    try:
        yield
        heard, state = heard_by(call)[begin:], call.state
    finally:
        phone.hang_up()
        office.idle()
    assert state is CallState.CONNECTED
    assert tone_seconds(heard, AGENT_TONE) > HEARD * len(heard) / RATE
    record = _record(office, call_id)
    assert record.ended_by == "agent", record


def _call_id(office: Office) -> str:
    """The call that is talked in; noise may look like another line's ring."""
    (found,) = (live.id for live in office.live().calls if live.stage == "talking")
    return found


def _record(office: Office, call_id: str) -> CallRecord:
    wait_for(lambda: any(r.call == call_id for r in office.all_records()), 10, "the call's record")
    return next(r for r in office.all_records() if r.call == call_id)


@pytest.mark.parametrize(
    ("noisy", "talking"), [(("gsm1", "fxo1"), "gsm2"), (("gsm2", "fxo2"), "fxo1")], ids=["first", "second"]
)
def test_a_megabyte_on_idle_ports(office: Office, phone: Phone, noisy: tuple[str, ...], talking: str) -> None:
    with _undisturbed(office, phone, talking):
        _noise_on(office, noisy)


@pytest.mark.parametrize("line", ["gsm1", "fxo1"])
def test_a_megabyte_in_a_lines_own_call(office: Office, phone: Phone, line: str) -> None:
    call = _talking(office, phone, line)
    call_id = _call_id(office)
    _noise_on(office, (line,))
    call.hang_up()
    assert call.wait_for(CallState.ENDED, 10), "the line hangs"
    record = _record(office, call_id)
    assert record.answered and record.agent == "11", record
    if line == "gsm1":  # on an analog line the bytes are sound and signals: any of them may end the call
        assert record.cause == HangupCause.LINE_FAULT, record


NASTY: tuple[object, ...] = (
    None, True, -1, 0, 1, 2, 3.5, 1e308, 2**63, "", "0", "201", "11", "gsm9", "\0", "\ud800",
    "../../etc/passwd", "a" * 5000, "available", "$argon2id$", [], [[]], {}, {"a": None},
)  # fmt: skip
NAMES = ("version", "settings", "who", "path", "text", "language", "agent", "status", "pause_code", "handset",
         "call", "trunk", "hash")  # fmt: skip


def _nonsense(chance: random.Random) -> bytes:
    """A JSON object with names a verb may know and values it does not want."""
    chosen = chance.sample(NAMES, chance.randint(0, len(NAMES)))
    return json.dumps({name: chance.choice(NASTY) for name in chosen}).encode()


def _raw(office: Office, data: bytes) -> bytes:
    """Send bytes to the control socket, whatever they are; the beginning of what comes back."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(5)
        link.connect(str(office.box.options.control))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            link.sendall(data)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError, OSError):
            link.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            return link.recv(65536)
    return b""


def test_random_bytes_on_every_verb(office: Office, phone: Phone) -> None:
    chance = random.Random(7)
    with contextlib.closing(office.box.control) as control:
        before = control.settings()
    with _undisturbed(office, phone, "gsm1"):
        statuses: dict[str, set[int]] = {}
        for verb in Verb:
            statuses[verb] = _ask_nonsense(office, verb, chance)
            rest = chance.randbytes(MEGABYTE)
            _raw(office, rest)
            answer = _raw(office, f"POST /v1/{verb} HTTP/1.1\r\n".encode() + rest)
            assert re.match(rb"HTTP/1\.[01] 400 ", answer), answer[:200]
    refused = {status for found in statuses.values() for status in found}
    assert refused <= {200, 400, 404, 409, 413, 422}, statuses
    assert all(400 in found for found in statuses.values()), "bytes that are no JSON are refused"
    with contextlib.closing(office.box.control) as control:
        assert _without_what_needs_no_word(control.settings()[1]) == _without_what_needs_no_word(before[1])


def _without_what_needs_no_word(settings: dict[str, Any]) -> dict[str, Any]:
    """Two verbs have no arguments, so nonsense may well ask for them: a new backup key, a used first code."""
    kept = copy.deepcopy(settings)
    del kept["backup"]["recipient"], kept["web"]["admin_code_used"]
    return kept


def _ask_nonsense(office: Office, verb: Verb, chance: random.Random) -> set[int]:
    statuses = set()
    transport = httpx.HTTPTransport(uds=str(office.box.options.control))
    with httpx.Client(transport=transport, base_url="http://core", timeout=10) as client:
        bodies = [chance.randbytes(MEGABYTE), *(_nonsense(chance) for _ in range(40))]
        for body in bodies:
            answer = client.post(f"/v1/{verb}", content=body)
            assert isinstance(answer.json(), dict)
            statuses.add(answer.status_code)
    return statuses


def test_afterwards_every_line_takes_a_call(office: Office) -> None:
    calls = {name: office.call(name, [WaitForSound(), Listen(1.0), HangUp()]) for name in LINES}
    for name, call in calls.items():
        assert call.wait_for(CallState.CONNECTED, 20), f"{name} does not answer"
    for name, call in calls.items():
        assert call.wait_for(CallState.ENDED, 20) and call.ended_by == "far end", f"nothing heard on {name}"
    office.idle()
