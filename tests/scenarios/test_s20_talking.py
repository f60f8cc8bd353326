"""Supervisor, conference and a shift on a plain handset: real telephones, and who hears whose tone."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from appliance.config.secrets import hash_secret
from appliance.contract.journal import CallRecord, EntryKind, JsonValue
from appliance.store.reader import RecordReader
from simulator import Call, CallState, Press, Tone, WaitForSound
from simulator.script import Step
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.office import Office, heard_by
from tests.support.sounds import read_wav, tone_seconds

CUSTOMER, AGENT, BOSS = 1000, 440, 620  # the tone each of them speaks
SHARE = 0.15  # of the energy: several speak at once
PIN = "4711"


@pytest.fixture(scope="module")
def phones(office: Office) -> dict[str, Phone]:
    """Agent 11 at 201; agent 12, who takes no calls of queues, may supervise at 202."""
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        settings["queues"][0]["wrap_up_seconds"] = 60
        settings["agents"][0]["pin_hash"] = hash_secret(PIN)
        settings["agents"][1] |= {"supervisor": True, "queues": []}
        settings["talk"] |= {"dispositions": ["Sold"], "breaks": ["Lunch"], "hold_reminder_seconds": 0}
        control.save_settings(version, settings, "scenario")
    return {"201": office.phone("201", AGENT), "202": office.phone("202", BOSS)}


def _talk(office: Office, phone: Phone) -> Call:
    """A customer who has reached agent 11, and goes on speaking."""
    wait_for(lambda: office.live().agents[0].state == "waiting", 20, "the agent is free")
    before = phone.count("CALL_INCOMING")
    opening: list[Step] = [WaitForSound(), Press("1"), WaitForSound(), Tone((float(CUSTOMER),), 120.0)]
    call = office.call("gsm1", opening)
    phone.expect("CALL_INCOMING", 40, before + 1)
    phone.accept()
    wait_for(lambda: any(one.stage == "talking" for one in office.live().calls), 10, "they talk")
    return call


def _customer_hears(call: Call, tone: int, seconds: float, since: int) -> float:
    """Wait until the customer has heard so much of a tone since then; how much of it there is."""
    heard: Callable[[], float] = lambda: tone_seconds(heard_by(call)[since:], tone, SHARE)  # noqa: E731
    return wait_for(lambda: heard() if heard() >= seconds else None, 20, f"the customer hears {tone} Hz")


def _phone_heard(phone: Phone, tone: int) -> float:
    """How much of a tone the telephone heard in all its calls that are over."""
    return sum(tone_seconds(read_wav(path), tone, SHARE) for path in phone.heard())


def test_supervisor_listens_whispers_barges_and_takes_over(office: Office, phones: dict[str, Phone]) -> None:
    agent, boss = phones["201"], phones["202"]
    office.agent_at_work("11", "201")
    office.agent_at_work("12", "202")
    call = _talk(office, agent)
    talk = next(one.id for one in office.live().calls if one.trunk == "gsm1")
    boss.dial("*60*11")
    wait_for(lambda: any(one.supervised == talk for one in office.live().calls), 10, "the supervisor listens")
    since = len(heard_by(call))
    _customer_hears(call, AGENT, 2.5, since)
    assert tone_seconds(heard_by(call)[since:], BOSS, SHARE) < 0.2, "who listens is not heard"
    began = time.monotonic()
    with contextlib.closing(office.box.control) as control:
        control.talk.supervise(talk, "12", "whisper")
        since = len(heard_by(call))
        _customer_hears(call, AGENT, 1.5, since)
        assert tone_seconds(heard_by(call)[since:], BOSS, SHARE) < 0.2, "a whisper is for the agent"
        control.talk.supervise(talk, "12", "barge")
        _customer_hears(call, BOSS, 1.0, len(heard_by(call)))
        control.talk.supervise(talk, "12", "take_over")
    agent.expect("CALL_CLOSED", 10)
    spoken = time.monotonic() - began
    since = len(heard_by(call))
    _customer_hears(call, BOSS, 1.5, since)
    assert tone_seconds(heard_by(call)[since + 4000 :], AGENT, SHARE) < 0.2, "the agent is out of it"
    boss.hang_up()
    assert call.wait_for(CallState.ENDED, 10)
    office.idle()
    assert 2.0 < _phone_heard(agent, BOSS) < spoken + 1.0, "by whisper and barge, not before"
    assert _phone_heard(boss, AGENT) > 3.0 and _phone_heard(boss, CUSTOMER) > 4.0
    record = next(one for one in office.records(2) if one.direction == "inbound")
    assert (record.agent, record.transferred_to, len(record.recordings)) == ("11", "202", 2)


def test_three_confer(office: Office, phones: dict[str, Phone]) -> None:
    agent, third = phones["201"], phones["202"]
    office.agent_at_work("11", "201")  # ends the wrap-up
    known, before = len(agent.heard()), third.count("CALL_INCOMING")
    call = _talk(office, agent)
    _customer_hears(call, AGENT, 1.5, 0)  # baresip names what it heard by the second a call began in
    agent.command("hold")
    wait_for(lambda: any(one.stage == "held" for one in office.live().calls), 10, "the customer is on hold")
    agent.dial("202")
    third.expect("CALL_INCOMING", 10, before + 1)
    third.accept()
    consults = lambda: any(c.stage == "talking" and c.seconds > 1.5 for c in office.live().calls)  # noqa: E731
    wait_for(consults, 10, "the agent consults")
    agent.command("hold")
    agent.dial("*74")
    wait_for(lambda: len(office.live().calls) == 1, 10, "one call of three")
    since = len(heard_by(call))
    _customer_hears(call, AGENT, 2.0, since)
    _customer_hears(call, BOSS, 2.0, since)
    call.hang_up()
    wait_for(lambda: [one.trunk for one in office.live().calls] == [None], 10, "two are left")
    third.hang_up()
    office.idle()
    wait_for(lambda: agent.count("CALL_CLOSED") >= 4, 10, "every leg is over")
    heard = [read_wav(path) for path in agent.heard()[known:]]
    both = [min(tone_seconds(samples, tone, SHARE) for tone in (CUSTOMER, BOSS)) for samples in heard]
    assert max(both) > 1.0, "the agent heard the two others in one call"
    last = read_wav(third.heard()[-1])
    assert tone_seconds(last, CUSTOMER, SHARE) > 1.0 and tone_seconds(last, AGENT, SHARE) > 1.0


def _status(office: Office) -> tuple[str, str | None]:
    return office.live().agents[0].status, office.live().agents[0].pause_code


def _dial(phone: Phone, code: str) -> None:
    """Dial a star code, and hear it out."""
    before = phone.count("CALL_CLOSED")
    phone.dial(code)
    wait_for(lambda: phone.count("CALL_CLOSED") > before, 30, f"{code} has been said")


def _choose(office: Office, phone: Phone, code: str, key: str, status: tuple[str, str | None]) -> None:
    """Dial a spoken menu and press a key until it does what it should: one that comes early is not for it."""
    before = phone.count("CALL_CLOSED")
    phone.dial(code)
    for _ in range(20):
        phone.command("sndcode", key)
        with contextlib.suppress(AssertionError):
            wait_for(lambda: _status(office) == status, 1.0, "the menu does it")
            break
    wait_for(lambda: phone.count("CALL_CLOSED") > before, 20, "the menu is over")
    assert _status(office) == status


def _noted(office: Office, record: CallRecord) -> dict[EntryKind, Mapping[str, JsonValue]]:
    """What stands in the journal about a call."""
    with contextlib.closing(RecordReader(office.box.options.records)) as reader:
        found = reader.call(record.call)
    assert found is not None
    return {entry.kind: entry.data for entry in found[1]}


def test_a_whole_shift_without_the_page(office: Office, phones: dict[str, Phone]) -> None:
    agent = phones["201"]
    office.agent_goes_home("11")
    _dial(agent, f"*50*11*{PIN}")
    assert _status(office) == ("available", None)
    call = _talk(office, agent)
    _customer_hears(call, AGENT, 0.5, 0)
    agent.hang_up()
    office.idle()
    record = office.newest_record()
    assert office.live().agents[0].state == "wrap_up"
    _dial(agent, "*56*1")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    _dial(agent, f"*57*{tomorrow:%d%m}*1430")
    _dial(agent, "*54")
    assert office.live().agents[0].state == "waiting"
    _dial(agent, "*52*1")
    assert _status(office) == ("on_break", "Lunch")
    _choose(office, agent, "*5", "1", ("available", None))
    _dial(agent, "*51")
    assert _status(office)[0] == "logged_out"
    noted = _noted(office, record)
    assert noted[EntryKind.DISPOSITION] == {"agent": "11", "code": "Sold"}
    assert noted[EntryKind.RING_BACK]["at"] == f"{tomorrow:%Y-%m-%d}T14:30:00+00:00"


def test_a_spoken_note_is_heard_by_whoever_has_the_customer_next(
    office: Office, phones: dict[str, Phone]
) -> None:
    agent, recordings = phones["201"], office.box.options.recordings
    office.agent_at_work("11", "201")
    call = _talk(office, agent)
    _customer_hears(call, AGENT, 0.5, 0)
    agent.hang_up()
    office.idle()
    record = office.newest_record()
    before = agent.count("CALL_CLOSED")
    agent.dial("*59")
    noted = wait_for(lambda: _noted(office, record).get(EntryKind.NOTE), 30, "the note is begun")
    sound = recordings / f"{noted['recording']}.left.wav"
    wait_for(lambda: sound.exists() and sound.stat().st_size > 40_000, 20, "2.5 s of it are on the disk")
    agent.hang_up()
    wait_for(lambda: agent.count("CALL_CLOSED") > before, 10, "the telephone is on hook")
    wait_for((recordings / f"{noted['recording']}.opus").exists, 30, "the note is encoded")
    known = len(agent.heard())
    _dial(agent, "*77")
    wait_for(lambda: len(agent.heard()) > known, 10, "what the telephone heard is on the disk")
    assert tone_seconds(read_wav(agent.heard()[-1]), AGENT, SHARE) > 1.5, "the agent's own voice"
