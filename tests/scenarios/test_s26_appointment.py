"""A customer rings, changes the appointment by keys, and has the new time as a text message."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.reports.desk import DeskLists
from simulator import CallState, Listen, Press, Repeat, WaitForSound
from simulator.script import Step
from tests.support.box import wait_for
from tests.support.office import Office

NUMBER = "+12025550101"
NODES: dict[str, Any] = {
    "visit": {
        "kind": "appointment", "box_hours": False, "notice_hours": 0, "next": "write", "none": "bye",
        "week": [{"day": day, "start": "08:00", "end": "18:00"} for day in range(7)],
    },
    "write": {"kind": "sms", "text": "See you: {contact.appointment}", "next": "bye", "failed": "bye"},
    "bye": {"kind": "hangup"},
}  # fmt: skip


def _set_up(office: Office, at: datetime) -> str:
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        flow = {"name": "main", "label": "Appointments", "start": "visit", "otherwise": "bye", "nodes": NODES}
        settings["flows"] = [flow]
        control.save_settings(version, settings, "test")
        fields = {"appointment": at.isoformat(timespec="minutes")}
        return control.desk.save_contact(None, {"name": "Ana", "numbers": [NUMBER], "fields": fields})


def _fields(records: Path, contact: str) -> dict[str, str]:
    with contextlib.closing(DeskLists(records)) as lists:
        found = lists.contact(contact)
    return dict(found.fields) if found is not None else {}


def test_an_appointment_is_changed_and_written_to_the_caller(office: Office) -> None:
    day = datetime.now().astimezone() + timedelta(days=40)
    at = day.replace(hour=10, minute=0, second=0, microsecond=0, tzinfo=None)
    contact = _set_up(office, at)
    # While nothing is asked a key is nothing: 1 is the first of the other times.
    script: list[Step] = [WaitForSound(), Press("2"), Repeat((Listen(1.5), Press("1")), 90)]
    call = office.call("gsm1", script, NUMBER)
    assert call.wait_for(CallState.ENDED, 140)
    office.idle()
    kept = _fields(office.box.options.records, contact)
    assert kept["appointment_state"] == "changed" and kept["appointment"] != at.isoformat(timespec="minutes")
    sent = wait_for(lambda: [*office.gsm1.sms.sent, *office.gsm2.sms.sent], 30, "the message is out")
    assert [(one.to, one.text) for one in sent] == [(NUMBER, f"See you: {kept['appointment']}")]
