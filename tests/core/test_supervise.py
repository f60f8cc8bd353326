"""Supervisors in other people's calls: who hears whom, by star code and from the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.errors import CallboxError
from appliance.contract.ids import PortId
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone
from appliance.contract.talk import TalkPlan
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import NOTICE, Office


def supervised(tone: str = "none") -> tuple[Office, FakeTrunk, FakeHandset, FakeHandset]:
    """Agent 11 talks to a customer at 201; agent 14 at 204 may supervise."""
    office = Office()
    agents = dict(office.plan.agents)
    agents["14"] = replace(agents["14"], supervisor=True, queues=())
    office.change(agents=agents, talk=TalkPlan(supervision_tone=tone, supervision_tone_seconds=10.0))
    office.log_in("11", "14")
    line, phone = office.talk()
    office.wait(5)
    return office, line, phone, office.handsets["204"]


def port(phone: FakeHandset) -> PortId:
    found = phone.legs[phone.talking[0]].port
    assert found is not None
    return found


def dialled(code: str, tone: str = "none") -> tuple[Office, FakeTrunk, FakeHandset, FakeHandset]:
    office, line, phone, boss = supervised(tone)
    boss.dial(f"{code}*11")
    office.wait(1)
    return office, line, phone, boss


def test_who_listens_is_heard_by_nobody() -> None:
    office, line, phone, boss = dialled("*60")
    assert line.port is not None
    assert office.audience(port(boss)) == {line.port, port(phone)}
    assert office.audience(line.port) == {port(phone)} and office.audience(port(phone)) == {line.port}
    assert list(office.media.recordings.values()) == [(line.port, port(phone))], "as it was"
    assert [call.stage for call in office.system.live().calls] == ["talking", "talking"]
    boss.hang_up()
    office.pump()
    assert office.connected(line.port, port(phone))
    line.hang_up()
    office.wait(15)
    mine, theirs = office.records
    assert (mine.direction, mine.agent, mine.handset, mine.answered) == ("internal", "14", "204", True)
    assert theirs.agent == "11" and len(theirs.recordings) == 1
    office.check_quiet()


def test_the_agent_alone_hears_a_whisper() -> None:
    office, line, phone, boss = dialled("*61")
    assert line.port is not None
    assert office.audience(port(phone)) == {line.port, port(boss)}
    assert office.audience(line.port) == {port(phone)}
    assert office.audience(port(boss)) == {line.port, port(phone)}


def test_all_hear_who_barges_in() -> None:
    office, line, phone, boss = dialled("*62")
    assert line.port is not None
    assert office.audience(port(phone)) == {line.port, port(boss)}
    assert office.audience(line.port) == {port(phone), port(boss)}


def test_keys_lead_from_one_to_the_other() -> None:
    office, line, phone, boss = dialled("*60")
    assert line.port is not None
    for key, agent_hears, caller_hears in (("5", True, False), ("6", True, True), ("4", False, False)):
        boss.key(key)
        office.pump()
        assert (port(boss) in office.audience(port(phone))) is agent_hears
        assert (port(boss) in office.audience(line.port)) is caller_hears
    modes = [entry.data["mode"] for entry in office.entries(EntryKind.SUPERVISED)]
    assert modes == ["listen", "whisper", "barge", "listen"]


@pytest.mark.parametrize("by_key", [True, False])
def test_who_takes_over_talks_to_the_customer_and_the_agent_is_out(by_key: bool) -> None:
    office, line, phone, boss = dialled("*60" if by_key else "*63")
    if by_key:
        boss.key("9")
        office.pump()
    assert not phone.legs and office.state("11") == "wrap_up"
    assert office.connected(line.port, port(boss)) and not office.media.feeds
    office.wait(5)
    line.hang_up()
    office.wait(30)
    mine, theirs = office.records
    assert "took call" in mine.reason and theirs.transferred_to == "204" and theirs.talk_seconds > 9
    office.check_quiet()


def test_nothing_is_heard_while_the_customer_is_on_hold() -> None:
    office, line, phone, boss = dialled("*61")
    phone.hold(True)
    office.pump()
    assert office.audience(port(boss)) == set() == office.audience(port(phone))
    phone.hold(False)
    office.pump()
    assert office.audience(port(boss)) == {line.port, port(phone)}
    boss.hold(True)
    office.pump()
    assert not office.media.feeds


def test_audio_that_moves_is_followed() -> None:
    office, line, phone, boss = dialled("*61")
    phone.move_audio(phone.talking[0])
    office.pump()
    assert office.audience(port(boss)) == {line.port, port(phone)}
    assert port(boss) in office.audience(port(phone))


@pytest.mark.parametrize("who", ["caller", "agent", "page", "transfer"])
def test_supervision_ends_with_the_talk(who: str) -> None:
    office, line, phone, boss = dialled("*62")
    if who == "caller":
        line.hang_up()
    elif who == "agent":
        phone.hang_up()
    elif who == "page":
        office.system.release_call(office.system.live().calls[0].id)
    else:
        phone.transfer("202")
    office.pump()
    assert not boss.legs and not office.media.feeds
    line.hang_up()
    office.wait(30)
    assert [entry.data["mode"] for entry in office.entries(EntryKind.SUPERVISED)] == ["barge", "ended"]
    office.check_quiet()


@pytest.mark.parametrize(("tone", "agent", "caller"), [("none", 0, 0), ("agent", 2, 0), ("all", 2, 2)])
def test_the_tone_of_the_law_is_heard_by_whom_it_must(tone: str, agent: int, caller: int) -> None:
    office, line, phone, _ = dialled("*60", tone)
    office.wait(11)
    beeps = [where for where, what in office.media.said if what is CallTone.BEEP]
    assert (beeps.count(port(phone)), beeps.count(line.port or PortId(""))) == (agent, caller)


def test_who_is_not_logged_in_shows_number_and_pin() -> None:
    office, line, phone, _ = supervised()
    other = office.handsets["203"]
    other.dial("*60*11")
    office.wait(2)
    other.key("14#1400#")
    office.wait(2)
    assert office.audience(port(other)) == {line.port, port(phone)}


@pytest.mark.parametrize("keyed", ["12#1200#", "14#1#", "99#1#"])
def test_who_may_not_supervise_hears_nothing(keyed: str) -> None:
    office, _, _, _ = supervised()
    other = office.handsets["203"]
    other.dial("*60*11")
    office.wait(2)
    for part in keyed.split("#")[:-1]:
        other.key(f"{part}#")
        office.wait(1)
    assert not office.media.feeds


@pytest.mark.parametrize("target", ["12", "14", "204", "99", ""])
def test_nobody_to_supervise(target: str) -> None:
    office, _, _, boss = supervised()
    boss.dial(f"*60*{target}" if target else "*60")
    office.wait(2)
    if not target:
        boss.key("12#")
        office.wait(1)
    office.wait(2)
    assert not office.media.feeds and not boss.legs and len(office.system.live().calls) == 1


def test_nobody_listens_to_their_own_call() -> None:
    office, _, _, boss = supervised()
    boss.dial("202")
    office.pump()
    office.handsets["202"].pick_up()
    office.pump()
    boss.hold(True)
    for code in ("*60*202", "*60*204", "*60*14"):
        boss.dial(code)
        office.wait(2)
    assert not office.media.feeds and len(boss.legs) == 1


def test_a_supervisor_stays_while_the_agent_begins_a_recording() -> None:
    office, line, phone, boss = supervised()
    office.change(talk=TalkPlan(record_on_demand=True), recording_notice=NOTICE)
    phone.hang_up()
    office.wait(15)
    line, phone = office.talk("gsm2")
    boss.dial("*60*11")
    office.wait(1)
    office.system.record_call(office.system.live().calls[0].id, "start")
    office.wait(0.5)
    assert boss.legs and not office.media.feeds, "the notice is heard"
    office.wait(2)
    assert office.audience(port(boss)) == {line.port, port(phone)} and office.media.recordings


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge", "take_over"])
def test_the_page_rings_the_supervisor(mode: str) -> None:
    office, line, phone, boss = supervised()
    call = office.system.live().calls[0].id
    office.system.supervise(call, "14", mode)
    office.pump()
    ringing = boss.ringing
    assert ringing and boss.legs[ringing].party.number == "201" and not office.media.feeds
    boss.pick_up()
    office.pump()
    if mode == "take_over":
        assert not phone.legs and office.connected(line.port, port(boss))
        return
    assert office.audience(port(boss)) == {line.port, port(phone)}
    office.system.supervise(call, "14", "barge")
    office.pump()
    assert line.port is not None and port(boss) in office.audience(line.port), "without ringing again"
    office.system.supervise(call, "14", "take_over")
    office.pump()
    assert not phone.legs and office.connected(line.port, port(boss))


def test_a_supervisor_who_does_not_come_or_comes_too_late() -> None:
    office, line, _, boss = supervised()
    call = office.system.live().calls[0].id
    office.system.supervise(call, "14", "listen")
    office.wait(31)
    assert not boss.legs and line.off_hook
    office.system.supervise(call, "14", "listen")
    office.pump()
    line.hang_up()
    office.pump()
    boss.pick_up()
    office.wait(40)
    assert not boss.legs
    office.check_quiet()


def test_what_the_page_asks_in_vain_is_said() -> None:
    office, _, _, boss = supervised()
    call = office.system.live().calls[0].id
    for who, mode, why in (
        ("11", "listen", "may not supervise"),
        ("99", "listen", "may not supervise"),
        ("14", "sing", "none of listen"),
    ):
        with pytest.raises(CallboxError, match=why):
            office.system.supervise(call, who, mode)
    with pytest.raises(CallboxError, match="no call nothing"):
        office.system.supervise("nothing", "14", "listen")
    boss.register(False)
    office.pump()
    with pytest.raises(CallboxError, match="not registered"):
        office.system.supervise(call, "14", "listen")
    waiting = office.caller_in_queue("gsm2", "+14155550102")
    boss.register(True)
    office.pump()
    with pytest.raises(CallboxError, match="nobody to listen to"):
        office.system.supervise(office.system.live().calls[1].id, "14", "listen")
    assert waiting.off_hook
