# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""An agent at a telephone outside puts the caller on hold by keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone
from appliance.contract.talk import TalkPlan
from tests.core.outside_hall import joined, office_with, plan_with, press, rung


@pytest.mark.parametrize(("trunks", "on"), [("gsm1 gsm2", "gsm2"), ("gsm1 fxo1", "fxo1")])
def test_the_agent_holds_the_caller_by_keys(trunks: str, on: str) -> None:
    talk = TalkPlan(keys={"*1": "pause_recording", "*2": "record"}, hold_reminder_seconds=60.0)
    office = office_with(replace(plan_with(), talk=talk), trunks=trunks)
    line, phone = rung(office, on=on)
    phone.picked_up()
    office.pump()
    signalled = on != "fxo1"
    press(office, phone, "1", signalled)
    assert office.connected(line.port, phone.port)
    press(office, phone, "*3", signalled)
    assert not office.connected(line.port, phone.port) and office.hears(line.port) is not None, "music"
    office.wait(59.0)
    assert office.hears(phone.port) is None
    office.wait(2.0)
    assert office.media.said[-1] == (phone.port, CallTone.BEEP), "a reminder on the line that is there"
    assert len(phone.dialled) == 1
    office.wait(300.0)
    assert phone.off_hook and line.off_hook, "whoever holds may be silent"
    press(office, phone, "*3", signalled)
    assert office.connected(line.port, phone.port)
    if signalled:
        press(office, phone, "*9", signalled)
        assert line.sent == "*9", "what is no code goes on, whole and in order"
    line.hang_up()
    office.pump()
    assert not phone.off_hook
    held = [entry.data["held"] for entry in office.journal.entries if entry.kind is EntryKind.HELD]
    assert held == [True, False]


def test_keys_mean_nothing_where_the_settings_say_so() -> None:
    office = office_with()
    line, phone = joined(office)
    press(office, phone, "*3", True)
    assert office.connected(line.port, phone.port) and line.sent == "*3"
