"""The core is killed, in calls and at chosen writes: back at once, on hook, and true to its word."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.journal import CallRecord
from appliance.launch import READY
from simulator import Call, CallState, Listen, Press, Tone, WaitForSound
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.faults_rig import BrokenPromiseError, Point, Rig, spread
from tests.support.office import Office
from tests.support.sounds import tone_seconds

BACK_SECONDS = 3.0
TALK_SECONDS = 4.0
LINES = {"gsm1": 1000.0, "fxo1": 1300.0}  # the callers' tones
PHONES = {"201": 440, "202": 620}  # the agents'

POINTS = 20
MANY_POINTS = 200
CONTROL_POINTS = 16  # a harness that does not find a core without protection at so many proves nothing


@pytest.fixture(scope="module")
def phones(office: Office) -> list[Phone]:
    """Both handsets, their agents at work from now on; no kill sends them home."""
    phones = [office.phone(extension, tone) for extension, tone in PHONES.items()]
    office.agent_at_work("11", "201")
    office.agent_at_work("12", "202")
    return phones


def test_the_core_is_killed_in_two_calls(office: Office, phones: list[Phone]) -> None:
    """Everything holds after each kill; the seconds after the best of three: others use this machine, too."""
    took = _killed_in_two_calls(office, phones)
    for _ in range(2):
        if took > BACK_SECONDS:
            took = min(took, _killed_in_two_calls(office, phones))
    assert took <= BACK_SECONDS, f"ready, all lines in service, {took:.2f} s after the kill"


def _killed_in_two_calls(office: Office, phones: list[Phone]) -> float:
    """Seconds from the kill until everything is in service."""
    wait_for(lambda: _free(office) == 2, 20, "both agents are free")
    closed = [phone.count("CALL_CLOSED") for phone in phones]
    calls = _two_talks(office, phones)
    wait_for(lambda: _talking(office) == 2, 30, "both talk and are recorded")
    time.sleep(TALK_SECONDS)
    took = _kill(office)
    _on_hook(office, calls)
    wait_for(lambda: all(h.registered for h in office.live().handsets), 2, "registered handsets are known")
    assert office.live().calls == []
    for record in office.records(2):
        _interrupted(office, record)
    for phone, before in zip(phones, closed, strict=True):
        phone.expect("CALL_CLOSED", 10, before + 1)
    return took


def test_the_agents_go_on_after_a_kill(office: Office, phones: list[Phone]) -> None:
    _kill(office)
    assert {agent.status for agent in office.live().agents} == {"available"}
    rung = [phone.count("CALL_INCOMING") for phone in phones]
    call = office.call("gsm1", [WaitForSound(), Press("1"), Tone((1000.0,), 30.0)])
    wait_for(
        lambda: [phone.count("CALL_INCOMING") for phone in phones] != rung,
        20,
        "one of their handsets rings",
    )
    call.hang_up()
    office.idle()
    assert office.records(1)[0].outcome == "abandoned"


def test_the_core_is_killed_while_a_recording_is_encoded(office: Office, phones: list[Phone]) -> None:
    wait_for(lambda: _free(office) == 2, 20, "both agents are free")
    calls = _two_talks(office, phones)
    wait_for(lambda: _talking(office) == 2, 30, "both talk and are recorded")
    time.sleep(TALK_SECONDS)
    for call in calls:
        call.hang_up()
    encoder, target = wait_for(lambda: _held_encoder(office), 20, "a recording is being encoded")
    _kill_with_it(office, encoder, target)
    for record in office.records(2):
        assert record.outcome == "answered"
        caller, _ = office.recording(record)
        assert tone_seconds(caller, LINES[str(record.trunk)]) > TALK_SECONDS - 1.0
    for phone in phones:
        phone.hang_up()


def _kill(office: Office, meanwhile: Callable[[int], None] = lambda core: None) -> float:
    """Kill the core; the seconds until the launcher's next one says it is ready and all lines serve."""
    before, core = _ready_lines(office), office.box.child("appliance core")
    killed = time.monotonic()
    os.kill(core, signal.SIGKILL)
    meanwhile(core)
    wait_for(lambda: _ready_lines(office) > before, BACK_SECONDS + 15, "the core is ready again")
    office.wait_lines()
    assert office.box.printed("core ended with code -9 and is started again")
    return time.monotonic() - killed


def _held_encoder(office: Office) -> tuple[int, Path] | None:
    """An encoder stopped at its work, and its file. At first its process is still setpriv, which ties it to
    its core; one that was done before it stopped is let go."""
    with contextlib.suppress(AssertionError, OSError):
        pid = office.box.child("appliance.media.encode")
        if "python" not in Path(f"/proc/{pid}/exe").resolve().name:
            return None
        target = Path(Path(f"/proc/{pid}/cmdline").read_text().split("\0")[-2])
        os.kill(pid, signal.SIGSTOP)
        wait_for(lambda: _state(pid) in _GONE + "T", 10, "the encoder stops")
        if _state(pid) == "T" and not target.exists():
            return pid, target
        os.kill(pid, signal.SIGCONT)
    return None


def _kill_with_it(office: Office, encoder: int, target: Path) -> None:
    """The core's end is the encoder's: going on, it is told so before anything else. The launcher is held
    meanwhile, so that no next core makes the file."""
    launcher = office.box.process.pid

    def core_is_gone(core: int) -> None:
        try:
            wait_for(lambda: _parent(encoder) != core, 20, "the core is gone, and its encoder was told")
            os.kill(encoder, signal.SIGCONT)
            wait_for(lambda: _state(encoder) in _GONE, 20, "the encoder ends")
            assert not target.exists(), "an encoder outlived its core"
        finally:
            os.kill(launcher, signal.SIGCONT)

    os.kill(launcher, signal.SIGSTOP)
    _kill(office, core_is_gone)


_GONE = "ZX-"


def _state(pid: int) -> str:
    return _stat(pid)[0]


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    """State and parent as /proc tells them; "-" of a process that is not there."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return ["-", "0"]


def _free(office: Office) -> int:
    return sum(agent.state == "waiting" for agent in office.live().agents)


def _two_talks(office: Office, phones: list[Phone]) -> list[Call]:
    answering = [
        threading.Thread(target=_answer, args=(phone, phone.count("CALL_INCOMING") + 1)) for phone in phones
    ]
    calls = [
        office.call(line, [WaitForSound(), Press("1"), Tone((hertz,), 60.0)]) for line, hertz in LINES.items()
    ]
    for thread in answering:
        thread.start()
    for thread in answering:
        thread.join(40)
    return calls


def _answer(phone: Phone, nth: int) -> None:
    phone.expect("CALL_INCOMING", 40, nth)
    phone.accept()


def _talking(office: Office) -> int:
    return sum(call.stage == "talking" and call.recording for call in office.live().calls)


def _ready_lines(office: Office) -> int:
    return sum(READY in line for line in office.box.log)


def _on_hook(office: Office, calls: list[Call]) -> None:
    assert not office.gsm1.status()["calls"]
    assert not office.fxo1.status()["off_hook"]
    for call in calls:
        assert call.wait_for(CallState.ENDED, 1)


def _interrupted(office: Office, record: CallRecord) -> None:
    assert (record.outcome, record.cause) == ("interrupted", HangupCause.INTERRUPTED), record
    assert record.answered and record.talk_seconds >= TALK_SECONDS and record.ended is not None
    assert record.trunk in LINES and record.agent in ("11", "12") and record.queue == "sales"
    caller, agent = office.recording(record)
    assert tone_seconds(caller, LINES[record.trunk]) > TALK_SECONDS - 1.0, "what the caller said so far"
    assert max(tone_seconds(agent, hertz) for hertz in PHONES.values()) > TALK_SECONDS - 1.0


def test_killed_at_chosen_writes_it_keeps_its_word(tmp_path: Path) -> None:
    _killed_everywhere(tmp_path, POINTS)


@pytest.mark.chaos
@pytest.mark.timeout(2400)
def test_killed_at_two_hundred_writes_it_keeps_its_word(tmp_path: Path) -> None:
    _killed_everywhere(tmp_path, MANY_POINTS)


def _killed_everywhere(folder: Path, count: int) -> None:
    with Rig(folder) as rig:
        points = spread(rig.calibrate(), count)
        for point in points:
            rig.kill_at(point)
        rig.check()
        assert rig.killed >= 0.8 * len(points), f"only {rig.killed} of {len(points)} kills hit their write"
        assert len(rig.promises.ended) >= len(points) and rig.promises.version > 50 + len(points)
        assert rig.exchange.errors == []


def test_the_same_finds_settings_saved_as_tinydb_does(tmp_path: Path) -> None:
    with Rig(tmp_path, "settings") as rig:
        points = [point for point in rig.calibrate() if point[0] in ("fsync", "ftruncate")]
        with pytest.raises(BrokenPromiseError, match="JSONDecodeError"):
            _until_found(rig, spread(points, CONTROL_POINTS))


def test_the_same_finds_a_journal_without_its_tail(tmp_path: Path) -> None:
    """Killed at saves, while calls go on of which nothing is in the database yet."""
    with Rig(tmp_path, "tail", ((WaitForSound(), Listen(5.0)),)) as rig:
        points = [point for point in rig.calibrate() if point[0] == "fsync"]
        with pytest.raises(BrokenPromiseError, match="the box took and forgot"):
            _until_found(rig, spread(points[len(points) // 2 :], CONTROL_POINTS))


def _until_found(rig: Rig, points: list[Point]) -> None:
    for point in points:
        rig.kill_at(point)
    rig.check()
