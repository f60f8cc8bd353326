"""Queue and wait are whispered to an agent before the caller is joined."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone, Prompt, Sound, Speech
from appliance.contract.plan import Plan
from appliance.core.acd.whisper import MOST_MINUTES, words
from appliance.core.spoken import spoken
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import NOTICE, Office, make_plan


def _plan(queue: bool = True, agent: bool = True) -> Plan:
    plan = make_plan()
    return replace(
        plan,
        queues={"sales": replace(plan.queues["sales"], whisper=queue, maximum_wait_seconds=3600.0)},
        agents={name: replace(one, whisper=agent) for name, one in plan.agents.items()},
    )


def _answered(office: Office, waits: float = 0.0) -> tuple[FakeTrunk, FakeHandset]:
    if not waits:
        office.log_in("11")
    line = office.caller_in_queue()
    if waits:
        office.wait(waits)
        office.log_in("11")
    phone = office.handsets["201"]
    phone.pick_up()
    office.pump()
    return line, phone


def _rings(phone: FakeHandset) -> bool:
    return phone.ringing is not None


def test_the_agent_hears_it_and_the_caller_hears_ringing() -> None:
    office = Office(_plan())
    line, phone = _answered(office, waits=130.0)
    (speaking,) = phone.legs.values()
    assert office.hears(speaking.port) == words("en", "Sales", 130.0)
    assert words("en", "Sales", 130.0)[-1] == Speech("Waiting for 2 minutes.", "en")
    assert office.hears(line.port) is CallTone.RINGBACK and not office.connected(line.port, speaking.port)
    office.wait(5.0)
    assert office.connected(line.port, speaking.port) and office.hears(line.port) is None
    assert len(office.entries(EntryKind.CONNECTED)) == 1
    line.hang_up()
    office.wait(20.0)
    office.check_quiet()


def test_a_key_skips_it() -> None:
    office = Office(_plan())
    line, phone = _answered(office)
    phone.key("5")
    office.pump()
    (speaking,) = phone.legs.values()
    assert office.connected(line.port, speaking.port) and office.hears(speaking.port) is None


@pytest.mark.parametrize(("queue", "agent"), [(False, True), (True, False)])
def test_switched_off_nothing_is_in_the_way(queue: bool, agent: bool) -> None:
    office = Office(_plan(queue, agent))
    line, phone = _answered(office)
    (speaking,) = phone.legs.values()
    assert office.connected(line.port, speaking.port)


def test_an_agent_who_hangs_up_meanwhile_leaves_the_caller_waiting() -> None:
    office = Office(_plan())
    line, phone = _answered(office)
    phone.hang_up()
    office.pump()
    assert office.hears(line.port) == (Sound("music/default"),)
    assert not _rings(phone), "not again at once"
    office.wait(6.0)
    assert _rings(phone)
    line.hang_up()
    office.wait(20.0)
    office.check_quiet()


def test_a_caller_who_hangs_up_meanwhile_frees_the_agent() -> None:
    office = Office(_plan())
    line, phone = _answered(office)
    line.hang_up()
    office.wait(1.0)
    assert office.state("11") == "waiting" and not phone.legs
    assert office.record().outcome == "abandoned"
    office.check_quiet()


def test_the_recording_notice_comes_after_it() -> None:
    office = Office(replace(_plan(), record=True, recording_notice=NOTICE))
    line, phone = _answered(office)
    phone.key("1")
    office.pump()
    assert office.hears(line.port) == NOTICE and not office.media.recordings
    office.wait(5.0)
    assert office.media.recordings


def test_every_sentence_is_made_in_advance() -> None:
    made: set[Prompt] = {prompt for prompt in spoken(_plan())}
    for waited in (0, 59, 60, 125, 60.0 * MOST_MINUTES, 60.0 * (MOST_MINUTES + 1), 36000):
        for part in words("en", "Sales", waited):
            assert (part,) in made
    assert not any("Waiting for 2" in str(prompt) for prompt in spoken(_plan(queue=False)))


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_it_is_said_in_each_language(language: str) -> None:
    said = [words(language, "Sales", waited)[-1] for waited in (0.0, 60.0, 120.0, 99999.0)]
    assert len(set(said)) == 4
    assert all(isinstance(one, Speech) and "{" not in one.text and one.language == language for one in said)
