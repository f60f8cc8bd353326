# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""What an agent's status, a handset's state and changed settings do to who gets calls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError, ContractError
from appliance.contract.explained import Why
from appliance.contract.flow import FlowNode
from appliance.contract.journal import EntryKind
from appliance.contract.plan import Choice
from appliance.core.acd.strategy import strategy
from tests.core.office import GOODBYE, QUEUE_WELCOME, Office, make_menu


def outcomes(office: Office) -> list[tuple[object, object]]:
    return [(entry.data["agent"], entry.data["outcome"]) for entry in office.entries(EntryKind.OFFER_ENDED)]


def test_wrap_up_ends_by_time_by_page_and_not_for_who_goes_on_a_break() -> None:
    office = Office()
    office.log_in("11")
    line, _ = office.talk()
    line.hang_up()
    office.pump()
    assert office.state("11") == "wrap_up"
    office.system.set_agent_status("11", "available", None, None, "page")
    assert office.state("11") == "waiting"
    line, _ = office.talk()
    line.hang_up()
    office.pump()
    office.system.set_agent_status("11", "on_break", "lunch", None, "page")
    assert (office.state("11"), office.status("11")) == ("wrap_up", "on_break")
    office.wait(11)
    assert office.state("11") == "waiting"
    office.caller_in_queue()
    assert office.handsets["201"].ringing is None
    entry = office.entries(EntryKind.AGENT_STATUS)[-1]
    assert (entry.data["pause_code"], entry.data["by"]) == ("lunch", "page")


def test_status_chosen_in_a_call_takes_effect_after_it() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    office.system.set_agent_status("11", "logged_out", None, None, "page")
    office.pump()
    assert (office.status("11"), office.state("11")) == ("available", "in_call")
    office.caller_in_queue("gsm2")
    line.hang_up()
    office.pump()
    assert (office.status("11"), office.state("11")) == ("logged_out", "waiting")
    assert phone.ringing is None


def test_direct_call_keeps_queue_calls_away() -> None:
    office = Office()
    office.log_in("11", "12")
    leg = office.handsets["201"].dial("202")
    office.pump()
    assert (office.state("11"), office.state("12")) == ("in_call", "ringing")
    office.caller_in_queue()
    assert not office.entries(EntryKind.OFFERED)
    office.handsets["202"].pick_up()
    office.pump()
    assert office.connected(
        office.handsets["201"].legs[leg].port,
        office.handsets["202"].legs[office.handsets["202"].talking[0]].port,
    )
    assert not office.media.recordings, "a call between two agents is theirs"
    office.handsets["202"].hang_up()
    office.pump()
    assert len(office.entries(EntryKind.OFFERED)) == 1
    assert office.record().direction == "internal" and office.record().outcome == "answered"


def test_dialling_while_an_offer_rings_gives_the_offer_back() -> None:
    office = Office()
    office.log_in("11")
    office.wait(1)
    office.log_in("12")
    office.caller_in_queue()
    office.handsets["201"].dial("203")
    office.pump()
    assert outcomes(office) == [("11", "busy")]
    assert office.handsets["202"].ringing and office.state("11") == "in_call"


def test_unregistered_handset_is_not_offered_and_said_why() -> None:
    office = Office()
    office.log_in("11")
    phone = office.handsets["201"]
    phone.register(False)
    office.pump()
    office.caller_in_queue()
    assert phone.ringing is None
    assert office.system.live().agents[0].hindered == Why.UNREGISTERED
    assert office.system.live().queues[0].agents_available == 0
    phone.register(True)
    office.pump()
    assert phone.ringing is not None and not office.system.live().agents[0].hindered


def test_do_not_disturb() -> None:
    office = Office()
    office.log_in("11")
    phone = office.handsets["201"]
    phone.dial("*78")
    office.wait(2)
    office.caller_in_queue()
    assert phone.ringing is None
    office.handsets["202"].dial("201")
    office.pump()
    assert office.handsets["202"].ended[-1][1] == HangupCause.USER_BUSY
    phone.dial("*79")
    office.wait(2)
    assert phone.ringing is not None


def test_logging_in_where_somebody_sits_replaces_them() -> None:
    office = Office()
    office.log_in("11")
    office.system.set_agent_status("12", "available", None, "201", "page")
    assert (office.status("11"), office.status("12")) == ("logged_out", "available")
    entry = office.entries(EntryKind.AGENT_STATUS)[1]
    assert entry.data["agent"] == "11" and "12" in str(entry.data["why"])
    office.caller_in_queue()
    assert office.state("12") == "ringing" and office.handsets["201"].ringing
    with pytest.raises(CallboxError, match="in a call"):
        office.system.set_agent_status("13", "available", None, "201", "page")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("99", "available", None, None), "no agent 99"),
        (("11", "asleep", None, None), "no status"),
        (("11", "on_break", None, None), "logged out"),
        (("11", "available", None, "999"), "no handset 999"),
    ],
)
def test_impossible_status_is_refused_in_a_sentence(
    arguments: tuple[str, str, str | None, str | None], sentence: str
) -> None:
    office = Office()
    with pytest.raises(CallboxError, match=sentence):
        office.system.set_agent_status(*arguments, by="page")
    assert office.status("11") == "logged_out"


def test_settings_change_while_calls_go_on() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    waiting = office.caller_in_queue("gsm2")
    agents = {name: plan for name, plan in office.plan.agents.items() if name != "11"}
    office.change(agents=agents)
    office.system.remove_trunk("gsm1")
    assert line.off_hook and phone.talking
    phone.hang_up()
    office.pump()
    assert not line.off_hook and office.records[0].outcome == "answered"
    assert "11" not in [agent.id for agent in office.system.live().agents]
    assert waiting.off_hook
    office.log_in("12")
    assert office.handsets["202"].ringing
    assert "gsm1" not in [trunk.name for trunk in office.system.live().trunks]


def test_removed_line_is_reported_idle_when_its_call_has_ended() -> None:
    office = Office()
    office.log_in("11")
    line, _ = office.talk()
    gone: list[str] = []
    office.system.remove_trunk("gsm1", lambda: gone.append("gsm1"))
    office.system.remove_trunk("gsm2", lambda: gone.append("gsm2"))
    assert gone == ["gsm2"]
    line.hang_up()
    office.pump()
    assert gone == ["gsm2", "gsm1"]


def test_queue_taken_out_of_the_settings_keeps_its_callers_until_overflow() -> None:
    office = Office()
    line = office.caller_in_queue()
    agents = {name: replace(plan, queues=()) for name, plan in office.plan.agents.items()}
    flow = make_menu({})
    office.change(queues={}, agents=agents, flows={"main": flow})
    office.wait(590)
    assert line.off_hook
    office.wait(12)
    assert not line.off_hook
    office.check_quiet()


def test_wrong_names_in_a_plan_are_all_named_and_the_old_plan_stays() -> None:
    office = Office()
    plan = office.plan
    queue = replace(plan.queues["sales"], strategy="loudest", overflow=Choice("repeat"))
    flow = make_menu({"1": Choice("queue", "nobody")})
    flow = replace(flow, nodes={**flow.nodes, "on": FlowNode(flow="jump", exits={"next": "nowhere"})})
    with pytest.raises(CallboxError) as error:
        office.system.apply(replace(plan, queues={"sales": queue}, flows={"main": flow}))
    for word in ("loudest", "repeat", "nobody", "jump", "nowhere"):
        assert word in str(error.value)
    assert office.hears(office.caller_in_queue().port) == QUEUE_WELCOME
    with pytest.raises(ContractError):
        strategy("loudest")


def test_releasing_a_call_from_the_page() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    call = office.system.live().calls[0]
    assert (call.stage, call.agent, call.trunk, call.handset) == ("talking", "11", "gsm1", "201")
    office.system.release_call(call.id)
    office.pump()
    assert not line.off_hook and not phone.legs and office.record().ended_by == "box"
    with pytest.raises(CallboxError):
        office.system.release_call(call.id)


def test_stop_closes_everything_as_interrupted() -> None:
    office = Office()
    office.log_in("11")
    office.talk()
    office.caller_in_queue("gsm2")
    office.system.stop()
    office.pump()
    assert [record.outcome for record in office.records] == ["interrupted"] * 2
    assert all(record.cause == HangupCause.INTERRUPTED for record in office.records)
    assert len(office.entries(EntryKind.RECORDING_ENDED)) == 1
    office.check_quiet()


def test_agents_go_on_as_the_journal_left_them() -> None:
    before = Office()
    before.log_in("11", "12", "13")
    before.system.set_agent_status("12", "on_break", "lunch", None, "page")
    before.system.set_agent_status("13", "logged_out", None, None, "page")
    before.system.set_agent_status("11", "available", None, "204", "page")
    after = Office()
    agents = {name: plan for name, plan in after.plan.agents.items() if name != "14"}
    after.change(agents=agents)
    after.system.restore_agents(before.journal.entries)
    live = {agent.id: (agent.status, agent.handset, agent.pause_code) for agent in after.system.live().agents}
    assert live == {
        "11": ("available", "204", None),
        "12": ("on_break", "202", "lunch"),
        "13": ("logged_out", None, None),
    }
    without = Office(handsets=1)
    without.system.restore_agents(before.journal.entries)
    assert {agent.status for agent in without.system.live().agents} == {"logged_out"}


def test_goodbye_is_said_before_a_menu_hangs_up() -> None:
    office = Office()
    flow = make_menu({"1": Choice("hangup")})
    office.change(flows={"main": flow})
    line = office.caller_in_menu()
    line.key("1")
    office.pump()
    assert office.hears(line.port) == GOODBYE
