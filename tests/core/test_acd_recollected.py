"""A box that starts again goes on where it was: turns, counts, order of idleness, places, last agents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from appliance.contract.journal import CallRecord, EntryKind
from appliance.contract.memory import CallThen, Memory, StatusThen
from appliance.contract.plan import AgentPlan, QueuePlan, Tier
from appliance.core.acd.queue import then
from tests.core.acd_hall import Hall, agent, queue


def memory_of(hall: Hall) -> Memory:
    """What the store would read of this hall's records and journal."""
    calls = tuple(_then(record) for record in hall.records)
    statuses: list[StatusThen] = []
    for entry in hall.entries(EntryKind.AGENT_STATUS):
        who = str(entry.data["agent"])
        statuses = [
            replace(one, ended=entry.at) if one.agent == who and one.ended is None else one
            for one in statuses
        ]
        if entry.data["status"] != "logged_out":
            statuses.append(StatusThen(who, str(entry.data["status"]), entry.at))
    end = hall.clock.wall()
    statuses = [one if one.ended is not None else replace(one, ended=end) for one in statuses]
    return Memory(calls, tuple(statuses), tuple(call for call in calls if call.agent and call.number))


def _then(record: CallRecord) -> CallThen:
    assert record.ended is not None
    return then(record, record.ended)


def restarted(before: Hall, seconds: float = 3.0) -> Hall:
    """The box is stopped and comes back so many seconds later."""
    before.system.stop()
    before.pump()
    after = Hall(before.plan.queues.values(), before.plan.agents.values(), available=False)
    after.clock.advance(before.clock.now() - after.clock.now() + seconds)
    working = [one for one in before.entries(EntryKind.AGENT_STATUS)]
    after.system.restore_agents(working, memory_of(before))
    after.pump()
    return after


def hall_of(people: Iterable[AgentPlan] | None = None, **settings: object) -> Hall:
    one: QueuePlan = queue("sales", **settings)
    return Hall([one], people if people is None else list(people))


def test_round_robin_goes_on_where_it_stopped() -> None:
    hall = hall_of(strategy="round_robin")
    for one in ("11", "12"):
        hall.call()
        assert hall.ringing() == [one]
        hall.serve(one)
    after = restarted(hall)
    after.call()
    assert after.ringing() == ["13"]


def test_longest_idle_goes_on_by_the_last_calls() -> None:
    hall = hall_of()
    for one in ("11", "12", "13"):
        hall.call()
        hall.serve(one)
    hall.status("11", "on_break")
    hall.wait(30)
    hall.status("11", "available")
    after = restarted(hall)
    after.call()
    assert after.ringing() == ["12"], "11 has come back from a break since"


@pytest.mark.parametrize(("strategy", "seconds"), [("fewest_calls", 5.0), ("least_talk_time", 50.0)])
def test_counts_of_the_shift_go_on(strategy: str, seconds: float) -> None:
    hall = hall_of(strategy=strategy)
    hall.status("13", "on_break")
    for one in ("11", "12", "11"):
        hall.call()
        assert hall.ringing() == [one]
        hall.serve(one, seconds if one == "11" else seconds + 1)
    hall.status("11", "on_break")
    hall.status("13", "available")
    after = restarted(hall)
    after.call()
    assert after.ringing() == ["13"], "nothing yet"
    after.status("11", "available")
    after.call()
    assert after.ringing() == ["12", "13"], "one call, 11 has two"


def test_who_logged_in_late_is_not_flooded_after_a_restart() -> None:
    hall = hall_of(strategy="fewest_calls")
    hall.status("13", "logged_out")
    for one in ("11", "12", "11", "12"):
        hall.call()
        hall.serve(one)
    hall.wait(120)
    hall.status("13", "available")
    after = restarted(hall)
    works = {name: one.work.calls for name, one in after.system._roster.agents.items()}
    assert works == {"11": 2, "12": 2, "13": 2}


def test_a_new_shift_begins_at_nothing() -> None:
    hall = hall_of(strategy="fewest_calls")
    for one in ("11", "12", "13", "11"):
        hall.call()
        hall.serve(one)
    for one in ("11", "12", "13"):
        hall.status(one, "logged_out")
    hall.wait(15 * 3600)
    hall.log_in("12")
    hall.log_in("11", "13")
    works = {name: one.work.calls for name, one in hall.system._roster.agents.items()}
    assert works == {"11": 0, "12": 0, "13": 0}
    after = restarted(hall)
    assert {one.work.calls for one in after.system._roster.agents.values()} == {0}


def test_the_limit_of_calls_an_hour_counts_calls_before_the_start() -> None:
    hall = hall_of([agent("11", maximum_calls_an_hour=2), agent("12")])
    hall.status("12", "on_break")
    for _ in range(2):
        hall.call()
        hall.serve("11", 60)
    after = restarted(hall)
    after.change_queue(maximum_wait_seconds=7200.0)
    after.call()
    assert after.ringing() == [] and after.left()["11"].code == "load"
    after.wait(3600 - 60)
    assert after.ringing() == ["11"]


def test_who_waited_when_the_box_ended_has_the_old_place_back() -> None:
    hall = hall_of(return_minutes=5.0, maximum_wait_seconds=7200.0)
    for one in ("11", "12", "13"):
        hall.status(one, "logged_out")
    hall.call(number="+14155550001")
    hall.wait(40)
    hall.leave(hall.call(number="+14155550002"))
    hall.wait(10)
    after = restarted(hall, 20.0)
    for number in ("+14155550003", "+14155550002", "+14155550001"):
        after.call(number=number)
        after.wait(1)
    after.log_in("11")
    assert after.rung_for("11") == "+14155550001"
    assert [one.call.number for one in after.waiting()] == ["+14155550003", "+14155550002", "+14155550001"]
    places = [one.call.number for one in after.system._routing.queues.in_order()]
    assert places == ["+14155550001", "+14155550002", "+14155550003"]


def test_places_are_not_kept_longer_for_a_restart() -> None:
    hall = hall_of(return_minutes=1.0, join="always")
    for one in ("11", "12", "13"):
        hall.status(one, "logged_out")
    hall.leave(hall.call(number="+14155550001"))
    after = restarted(hall, 61.0)
    after.call(number="+14155550002")
    after.call(number="+14155550001")
    assert after.entries(EntryKind.QUEUE_ENTERED)[-1].data["position"] == 2


def test_the_last_agent_is_known_after_a_restart() -> None:
    hall = hall_of(sticky_seconds=30.0)
    hall.status("11", "on_break")
    hall.call(number="+14155550001")
    hall.serve("12")
    hall.status("11", "available")
    after = restarted(hall, 86400.0)
    after.call(number="+14155550001")
    assert after.ringing() == ["12"] and after.routed().data["rule"] == "last_agent"


def test_a_clock_that_was_wrong_does_no_harm() -> None:
    """No battery, no network: the records are of a time that is still to come."""
    hall = hall_of(sticky_seconds=30.0, return_minutes=5.0)
    hall.call(number="+14155550001")
    hall.serve("11")
    before = memory_of(hall)
    after = Hall(hall.plan.queues.values(), hall.plan.agents.values(), available=False)
    after.system.restore_agents([], before)
    after.log_in("11", "12", "13")
    after.call(number="+14155550001")
    assert len(after.ringing()) == 1
    after.check()


def test_what_is_gone_from_the_settings_is_passed_over() -> None:
    hall = hall_of([agent("11", tiers={"sales": Tier(1, 2)}), agent("12")], strategy="round_robin")
    hall.call(number="+14155550001")
    hall.serve("12")
    before = memory_of(hall)
    after = Hall([queue("help")], [agent("15", "help")], available=False)
    after.system.restore_agents([], before)
    after.log_in("15")
    after.call("help", number="+14155550001")
    assert after.ringing() == ["15"]
    after.check()
