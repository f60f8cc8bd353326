"""Whoever hangs up, and however little the line says of it: on hook within the seconds promised."""

from __future__ import annotations

import contextlib

import pytest

from simulator import Babble, Call, CallState, HangUp, Listen, Press, Tone, WaitForSound
from simulator.script import HangUpWay, Step
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.office import Office, within

SILENCE_SECONDS = 6.0


@pytest.fixture(scope="module")
def phone(office: Office) -> Phone:
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        settings["box"]["silence_seconds"] = SILENCE_SECONDS
        settings["queues"][0]["wrap_up_seconds"] = 0
        control.save_settings(version, settings, "scenario")
    phone = office.phone("201", 440)
    office.agent_at_work("11", "201")
    return phone


def _talk(office: Office, phone: Phone, line: str, then: list[Step]) -> Call:
    """A caller who has reached the agent, talks, and does `then`."""
    wait_for(lambda: office.live().agents[0].state == "waiting", 20, "the agent is free again")
    before = len([e for e in phone.events if e.get("type") == "CALL_INCOMING"])
    opening: list[Step] = [WaitForSound(), Listen(1.5), Press("1"), WaitForSound()]
    call = office.call(line, [*opening, *then])
    phone.expect("CALL_INCOMING", 40, before + 1)
    phone.accept()
    wait_for(lambda: any(c.stage == "talking" for c in office.live().calls), 5, "they talk")
    return call


def _on_hook(office: Office, line: str) -> bool:
    modem = {"gsm1": office.gsm1, "fxo1": office.fxo1, "fxo2": office.fxo2}[line]
    return not modem.status()["off_hook"] if line.startswith("fxo") else not modem.status()["calls"]


@pytest.mark.parametrize("line", ["gsm1", "fxo1", "fxo2"])
def test_the_handset_hangs_up(office: Office, phone: Phone, line: str) -> None:
    call = _talk(office, phone, line, [Babble(30.0)])
    with within(1.0, "on hook after the handset hung up"):
        phone.hang_up()
        wait_for(lambda: _on_hook(office, line), 1.5, f"{line} on hook")
    assert call.wait_for(CallState.ENDED, 5) and call.ended_by == "box"
    office.idle()
    assert office.newest_record().ended_by == "agent"


@pytest.mark.parametrize("line", ["gsm1", "fxo1", "fxo2"])
def test_the_caller_hangs_up(office: Office, phone: Phone, line: str) -> None:
    call = _talk(office, phone, line, [Babble(60.0)])
    with within(1.0, "on hook after the caller hung up"):
        call.hang_up()
        wait_for(lambda: _on_hook(office, line), 1.5, f"{line} on hook")
    office.idle()
    assert office.newest_record().ended_by == "caller"


@pytest.mark.parametrize("line", ["fxo1", "fxo2"])
def test_the_far_end_leaves_a_busy_tone_and_nothing_else(office: Office, phone: Phone, line: str) -> None:
    call = _talk(office, phone, line, [Babble(60.0)])
    with within(5.0, "on hook after a busy tone"):
        call.hang_up(HangUpWay.BUSY_TONE)
        wait_for(lambda: _on_hook(office, line), 6, f"{line} on hook")
    office.idle()
    assert office.newest_record().ended_by == "caller"


def test_the_far_end_leaves_only_silence(office: Office, phone: Phone) -> None:
    phone.command("mute")
    call = _talk(office, phone, "fxo1", [Tone((700.0,), 2.0), HangUp(HangUpWay.SILENCE), Listen(60)])
    assert call.wait_for(CallState.GONE, 10)
    with within(SILENCE_SECONDS + 1.0, "on hook after silence"):
        wait_for(lambda: _on_hook(office, "fxo1"), SILENCE_SECONDS + 2, "fxo1 on hook")
    phone.command("mute")
    office.idle()
    assert office.newest_record().cause == 130
