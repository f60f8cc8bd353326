"""A day of calls runs in seconds, and nothing is left of it."""

from __future__ import annotations

import random
from dataclasses import replace

from appliance.contract.cause import HangupCause
from appliance.contract.plan import AgentPlan, HandsetPlan, TrunkPlan
from tests.core.office import CHOICES, Office, make_menu, make_plan


def big_plan(trunks: int, agents: int) -> Office:
    plan = make_plan()
    names = tuple(f"gsm{number}" for number in range(trunks))
    desks = [str(300 + number) for number in range(agents)]
    plan = replace(
        plan,
        trunks={name: TrunkPlan(name, name, "main") for name in names},
        handsets={desk: HandsetPlan(desk, desk) for desk in desks},
        agents={f"5{desk}": AgentPlan(f"5{desk}", desk, "hash:1", desk, ("sales",)) for desk in desks},
        trunk_groups={"outside": names},
    )
    flow = make_menu({key: choice for key, choice in CHOICES.items() if key != "2"})
    return Office(replace(plan, flows={"main": flow}), handsets=agents, trunks=" ".join(names))


def test_a_thousand_calls() -> None:
    """16 lines, 8 agents, callers and agents who do as people do; the seed makes it the same each time."""
    office, chance = big_plan(16, 8), random.Random(7)
    office.log_in(*office.plan.agents)
    started = 0
    while started < 1000 or office.system.live().calls:
        for trunk in office.trunks.values():
            if trunk.leg is None and started < 1000 and chance.random() < 0.2:
                trunk.ring(f"+1415555{started:04d}")
                started += 1
            elif trunk.leg is not None and chance.random() < 0.3:
                trunk.key(chance.choice("1119"))
            elif trunk.leg is not None and chance.random() < 0.03:
                trunk.hang_up()
        for phone in office.handsets.values():
            if phone.ringing and chance.random() < 0.4:
                if chance.random() < 0.1:
                    phone.refuse()
                else:
                    phone.pick_up()
            elif phone.talking and chance.random() < 0.1:
                phone.hang_up()
        office.pump()
        office.clock.advance(1.0)
        office.pump()
    office.wait(30)
    assert len(office.records) == 1000
    outcomes = {record.outcome for record in office.records}
    assert outcomes == {"answered", "abandoned", "menu"}
    assert sum(record.outcome == "answered" for record in office.records) > 300
    assert all(record.cause == HangupCause.NORMAL_CLEARING for record in office.records)
    office.check_quiet()


def test_twenty_five_waiting_callers_are_served_in_order() -> None:
    office = big_plan(25, 1)
    for trunk in office.trunks.values():
        trunk.ring("+14155550100")
    office.wait(2.5)
    for trunk in office.trunks.values():
        trunk.key("1")
        office.wait(0.25)
    agent = next(iter(office.plan.agents))
    office.change_queue(wrap_up_seconds=0.0)
    office.log_in(agent)
    phone = next(iter(office.handsets.values()))
    for _ in range(25):
        phone.pick_up()
        office.wait(1)
        phone.hang_up()
        office.pump()
    assert [record.trunk for record in office.records] == list(office.trunks)
    office.check_quiet()
