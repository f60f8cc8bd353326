"""An office with an agent at a telephone outside."""

from __future__ import annotations

from dataclasses import replace

from appliance.contract.events import DigitHeard, Stage
from appliance.contract.media import Pause
from appliance.contract.plan import OutsidePlan, Plan, outside_seat
from appliance.core.acd.outside import offer_words
from tests.core.fakes import FakeTrunk
from tests.core.office import Office, make_plan

NUMBER = "+14155550199"
ASKED = (*offer_words("en", "Sales"), Pause(1.0))


def plan_with(group: str = "outside", **agent: object) -> Plan:
    plan = make_plan()
    outside = OutsidePlan(NUMBER, group, accept_seconds=8.0)
    mine = replace(plan.agents["11"], outside=outside, handset=outside_seat("11"), **agent)  # type: ignore[arg-type]
    return replace(plan, agents={**plan.agents, "11": mine})


def office_with(plan: Plan | None = None, trunks: str = "gsm1 gsm2 fxo1 fxo2") -> Office:
    office = Office(plan or plan_with(), trunks=trunks)
    office.log_in("11")
    return office


def rung(office: Office, caller: str = "gsm1", on: str = "gsm2") -> tuple[FakeTrunk, FakeTrunk]:
    """A caller waits, and the agent's telephone rings."""
    line = office.caller_in_queue(caller)
    phone = office.trunks[on]
    assert phone.dialled in ([NUMBER], [NUMBER.removeprefix("+")])
    phone.progress(Stage.RINGING)
    office.pump()
    assert office.state("11") == "ringing"
    return line, phone


def busy(trunk: FakeTrunk) -> bool:
    return trunk.off_hook


def joined(office: Office) -> tuple[FakeTrunk, FakeTrunk]:
    line, phone = rung(office)
    phone.picked_up()
    office.pump()
    assert office.hears(phone.port) == ASKED
    phone.key("1")
    office.pump()
    return line, phone


def press(office: Office, phone: FakeTrunk, keys: str, signalled: bool = True) -> None:
    for key in keys:
        if signalled:
            phone.key(key)
        else:
            assert phone.port is not None
            office.post.post(DigitHeard(phone.port, key))
        office.pump()
