"""What agents do in campaigns: leads looked at, dialled by hand, and how calls went."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from appliance.contract.campaigns import DialMethod, WorkPlan
from appliance.contract.dialling import Caps, Limits
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind
from appliance.contract.leads import LeadState
from tests.core.fakes import FakeTrunk
from tests.core.floor_hall import SAID, FloorHall, lead


def preview(**work: object) -> FloorHall:
    plan = WorkPlan(**{"dispositions": SAID, "required": False, **work})  # type: ignore[arg-type]
    hall = FloorHall(method=DialMethod.PREVIEW, work=plan)
    hall.start("11")
    return hall


def talking(hall: FloorHall) -> FakeTrunk:
    """The agent dials the lead they look at, and the person answers."""
    hall.floor.dial("11", None)
    hall.pump()
    hall.take_lines()
    (line,) = hall.out()
    hall.answers(line)
    assert hall.together("11", line)
    return line


def test_a_lead_is_looked_at_and_dialled_when_told() -> None:
    hall = preview(script="Good day {name}", fields=("note",))
    before = hall.before("11")
    assert (before.stage, before.name, before.script, before.ask) == (
        "preview",
        "Lead 1",
        "Good day {name}",
        ("note",),
    )
    assert not hall.out() and hall.look().previewing == 1
    line = talking(hall)
    assert line.dialled == ["+12125550001"]
    assert hall.before("11").stage == "talking"
    hall.gone(line)
    assert hall.ended() == [("person", "11")]
    hall.wait(15)
    assert hall.before("11").name == "Lead 2"
    hall.check()


def test_the_clock_dials_when_the_time_to_look_is_over() -> None:
    hall = preview(preview_seconds=30.0)
    assert hall.before("11").dial_in == 30.0
    hall.wait(31)
    hall.take_lines()
    assert hall.out()[0].dialled == ["+12125550001"]


def test_a_lead_is_skipped_with_a_reason() -> None:
    hall = preview()
    hall.floor.skip("11", "knows them")
    hall.pump()
    assert hall.before("11").name == "Lead 2"
    one = hall.shelf.leads[1]
    assert one.state is LeadState.RETRY and one.due is not None
    assert hall.entries(EntryKind.LEAD_SET)[0].data["why"] == "skipped: knows them"


def test_a_lead_that_is_looked_at_goes_back_when_the_agent_leaves() -> None:
    hall = preview()
    hall.system.set_agent_status("11", "on_break", None, None, "page")
    hall.pump()
    assert hall.floor.present("11") is None
    hall.log_in("12")
    assert hall.before("12").name == "Lead 1"


def test_the_agent_hears_the_line_and_a_busy_one_ends_it() -> None:
    hall = preview()
    hall.floor.dial("11", None)
    hall.pump()
    hall.take_lines()
    (line,) = hall.out()
    assert hall.state("11") == "in_call"
    hall.gone(line)
    hall.wait(1)
    assert hall.ended()[0][0] == "unreachable"
    assert hall.phone("11").talking, "the line stands again"
    hall.wait(6)
    assert hall.before("11").name == "Lead 2"
    hall.check()


def test_any_number_is_dialled_inside_the_campaign_and_passes_the_gate() -> None:
    hall = preview()
    hall.floor.dial_by_hand("11", "spring", "(212) 555-0177")
    hall.pump()
    hall.take_lines()
    (line,) = hall.out()
    assert line.dialled == ["+12125550177"]
    assert hall.entries(EntryKind.ATTEMPT_BEGUN)[0].data["number"] == "+12125550177"
    hall.answers(line)
    assert hall.together("11", line)
    hall.gone(line)
    assert hall.ended() == [("person", "11")]


def test_a_number_that_the_gate_refuses_is_not_dialled_and_the_page_is_told_why() -> None:
    hall = preview()
    hall.floor.dial_by_hand("11", "spring", "+442071838750")
    hall.pump()
    before = hall.before("11")
    assert before.stage == "refused" and before.refusals[0][0] == "no_rules"
    assert hall.entries(EntryKind.DIAL_REFUSED)[0].data["agent"] == "11"
    assert not hall.out()
    with pytest.raises(CallboxError, match="no whole telephone number"):
        hall.floor.dial_by_hand("11", "spring", "12")


def test_the_lead_before_a_hand_dial_goes_back() -> None:
    hall = preview()
    hall.floor.dial_by_hand("11", "spring", "2125550177")
    hall.pump()
    hall.log_in("12")
    assert hall.before("12").name == "Lead 1"


def test_a_callback_is_made_by_the_agent_who_promised_it_before_all_others() -> None:
    hall = preview()
    line = talking(hall)
    due = hall.clock.wall() + timedelta(minutes=10)
    hall.floor.dispose("11", "2", {"due": due.isoformat(), "own": True, "fields": {"note": "at noon"}})
    hall.gone(line)
    hall.wait(1)
    one = hall.shelf.leads[1]
    assert (one.state, one.agent, one.own) == (LeadState.CALLBACK, "11", True)
    assert hall.entries(EntryKind.LEAD_SET)[-1].data["fields"] == '{"note": "at noon"}'
    hall.shelf.leads[1] = replace(one, due=due)
    hall.wait(700)
    for _ in range(3):
        if hall.before("11").lead == 1:
            break
        hall.floor.skip("11", "not this one")
        hall.wait(31)
    assert hall.before("11").lead == 1 and hall.before("11").callback


def test_a_callback_needs_its_time() -> None:
    hall = preview()
    talking(hall)
    with pytest.raises(CallboxError, match="When is this person"):
        hall.floor.dispose("11", "2", {})
    with pytest.raises(CallboxError, match="from now on"):
        hall.floor.dispose("11", "2", {"due": "2020-01-01T10:00:00+00:00"})
    with pytest.raises(CallboxError, match="no disposition 9"):
        hall.floor.dispose("11", "9", {})


def test_who_says_no_is_written_as_that_also_after_the_call() -> None:
    hall = preview()
    line = talking(hall)
    hall.gone(line)
    hall.floor.dispose("11", "3", {})
    hall.pump()
    assert hall.entries(EntryKind.ATTEMPT_ENDED)[-1].data["said_no"] is True
    assert hall.shelf.leads[1].state is LeadState.DONE


def test_never_again_puts_the_number_on_the_list() -> None:
    hall = preview()
    line = talking(hall)
    hall.floor.dispose("11", "4", {})
    hall.gone(line)
    (entry,) = hall.entries(EntryKind.DNC_ADDED)
    assert (entry.data["entry"], entry.data["why"], entry.data["by"]) == ("+12125550001", "disposition", "11")
    assert hall.entries(EntryKind.ATTEMPT_ENDED)[-1].data["said_no"] is True


def test_a_disposition_that_is_required_comes_before_the_next_lead() -> None:
    hall = preview(required=True)
    line = talking(hall)
    hall.gone(line)
    hall.wait(120)
    assert hall.before("11").stage == "wrap_up" and hall.state("11") == "wrap_up"
    with pytest.raises(CallboxError, match="Say first"):
        hall.floor.preview("11", "spring")
    hall.floor.dispose("11", "1", {})
    hall.pump()
    assert hall.before("11").name == "Lead 2"
    assert hall.state("11") == "waiting"


def test_in_a_manual_campaign_a_lead_comes_when_asked_for() -> None:
    hall = FloorHall(method=DialMethod.MANUAL)
    hall.start("11")
    assert hall.floor.present("11") is None
    hall.floor.preview("11", "spring")
    assert hall.before("11").name == "Lead 1"


def test_caps_are_asked_again_at_the_moment_of_dialling() -> None:
    hall = FloorHall(method=DialMethod.PREVIEW, leads=1)
    hall.change(
        campaigns={"spring": replace(hall.campaign, limits=Limits(frozenset({"US"}), number=Caps(day=1)))}
    )
    hall.start("11")
    present = hall.floor.work.presents["11"]
    assert present.chosen is not None
    from appliance.contract.dialling import History

    late = replace(present.chosen.candidate, history=History(number=(hall.clock.wall(),)))
    present.chosen = replace(present.chosen, candidate=late)
    hall.floor.dial("11", None)
    hall.pump()
    hall.take_lines()
    assert not hall.out() and hall.before("11").refusals[0][0] == "cap"


def test_another_number_of_the_lead_is_dialled() -> None:
    hall = preview()
    other = lead(77).phones[0]
    one = hall.floor.work.presents["11"]
    assert one.lead is not None
    one.lead = replace(one.lead, phones=(*one.lead.phones, other))
    hall.floor.dial("11", 1)
    hall.pump()
    hall.take_lines()
    assert hall.out()[0].dialled == ["+12125550077"]


def test_how_a_call_went_is_keyed_on_the_handset() -> None:
    hall = preview(required=True)
    line = talking(hall)
    hall.gone(line)
    hall.handsets["201"].dial("*56*3")
    hall.wait(3)
    assert hall.entries(EntryKind.ATTEMPT_ENDED)[-1].data["said_no"] is True
    assert hall.entries(EntryKind.DISPOSITION)[0].data["code"] == "3"
    assert hall.before("11").name == "Lead 2"
