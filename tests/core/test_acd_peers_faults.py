"""Faults that users of other boxes report, each by its name (reference: features, "known faults")."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.contract.journal import EntryKind
from appliance.contract.plan import Choice
from appliance.core.call.wants import Wants
from tests.core.acd_hall import Hall, agent, queue
from tests.core.sim_queue import Caller, World


def test_wrap_up_across_queues() -> None:
    """asterisk#1006: wrap-up counted only in the queue of the call."""
    hall = Hall([queue("sales", wrap_up_seconds=30.0), queue("help")], [agent("11", "sales", "help")])
    hall.call("sales")
    hall.serve("11")
    hall.call("help")
    hall.wait(29)
    assert hall.ringing() == [] and hall.state("11")[1] == "wrap_up"
    hall.wait(1.5)
    assert hall.ringing() == ["11"]


def test_wrap_up_is_not_lost_when_the_caller_hangs_up_or_settings_change() -> None:
    """asterisk#607 and #1736: wrap-up lost, or given twice."""
    hall = Hall([queue(wrap_up_seconds=30.0)], [agent("11")])
    line = hall.call()
    hall.answer("11")
    hall.change_queue(label="Renamed")
    hall.leave(line)
    assert hall.state("11")[1] == "wrap_up"
    hall.wait(31)
    states = [entry.data["state"] for entry in hall.entries(EntryKind.AGENT_STATE)]
    assert states.count("wrap_up") == 1 and hall.state("11")[1] == "waiting"


@settings(max_examples=12, deadline=None)
@given(
    weights=st.tuples(*[st.floats(0.1, 10.0)] * 3),
    starts=st.tuples(*[st.floats(0.0, 600.0)] * 3),
    seed=st.integers(0, 10_000),
)
def test_weight_and_penalty_starving_a_queue(
    weights: tuple[float, ...], starts: tuple[float, ...], seed: int
) -> None:
    """asterisk#1561. Three queues share one agent; two are never empty. The third is served nevertheless:
    its caller's score grows with every second, and what newcomers bring with them is bounded."""
    names = ("sales", "help", "tax")
    queues = [
        queue(name, weight=weight, head_start_seconds=start, maximum_wait_seconds=1e9)
        for name, weight, start in zip(names, weights, starts, strict=True)
    ]
    world = World(queues, [agent("11", *names)], seed, lines=400, keep_entries=False)
    world.log_in()
    crowd = [Caller(float(at), names[at % 2], 20.0) for at in range(0, 700, 7)]
    lonely = Caller(50.0, "tax", 20.0)
    world.day([*crowd, lonely])
    # Each of the crowd came after 50 s gets ahead of the lonely one only while its own score is higher.
    world.run(20.0 * (len(crowd) + 5))
    assert lonely.answered_by == "11"
    behind = [one for one in crowd if one.answered_by is None]
    assert world.system.faults == 0 and len(behind) <= 3


def test_no_newcomer_overtakes_for_ever() -> None:
    """The same without end: the crowd never stops coming, and the lonely caller is served all the same."""
    queues = [
        queue("sales", weight=10.0, head_start_seconds=600.0, maximum_wait_seconds=1e9),
        queue("tax", weight=0.2, maximum_wait_seconds=1e9),
    ]
    world = World(queues, [agent("11", "sales", "tax")], 1, lines=600, keep_entries=False)
    world.log_in()
    # More work than one agent does, for hours; patience as people have it.
    crowd = [Caller(float(at), "sales", 20.0, 120.0) for at in range(0, 10_000, 18)]
    lonely = Caller(100.0, "tax", 20.0)
    world.day([*crowd, lonely])
    world.run(10_000.0)
    # Nobody of the crowd waits longer than 120 s, so none scores above 600 + 10 x 120 = 1,800; the lonely
    # caller scores that after 9,000 s.
    assert lonely.answered_by == "11"


def test_one_call_answered_twice() -> None:
    """asterisk#176: two telephones of a ring-all picked up in the same moment."""
    hall = Hall([queue(strategy="ring_all")])
    line = hall.call()
    hall.phone("12").pick_up()
    hall.phone("11").pick_up()
    hall.pump()
    assert [hall.state(one)[1] for one in ("11", "12", "13")] == ["waiting", "in_call", "waiting"]
    assert not hall.phone("11").legs and len(hall.entries(EntryKind.CONNECTED)) == 1
    hall.leave(line)
    assert [record.agent for record in hall.records] == ["12"]
    hall.check_quiet()


def test_place_lost_on_return() -> None:
    """A caller whom a key led to another queue and who comes back has waited all that time."""
    back = {"1": Choice("queue", "help")}
    hall = Hall([queue(exits=back), queue("help", exits={"1": Choice("queue", "sales")})], available=False)
    first = hall.call(number="+14155550001")
    hall.wait(30)
    hall.call(number="+14155550002")
    for _ in range(2):
        hall.wait(10)
        first.key("1")
        hall.pump()
    assert hall.entries(EntryKind.QUEUE_ENTERED)[-1].data == {"queue": "sales", "position": 1}
    hall.log_in("11")
    assert hall.rung_for("11") == "+14155550001"


def test_stale_agent_after_restart() -> None:
    """A box that comes back rings nobody who is not there: gone from the settings, or without a telephone."""
    before = Hall(agents=[agent("11"), agent("12"), agent("13"), agent("14")])
    before.status("12", "on_break", "lunch")
    before.status("13", "logged_out")
    after = Hall(agents=[agent("11"), agent("12"), agent("13")], available=False)
    after.system.restore_agents(before.journal.entries)
    after.pump()
    assert [after.state(one)[0] for one in ("11", "12", "13")] == ["available", "on_break", "logged_out"]
    after.phone("11").register(False)
    after.call()
    assert after.ringing() == [] and after.left()["11"].code == "unreg"
    after.phone("11").register(True)
    after.pump()
    assert after.ringing() == ["11"]


def test_priority_of_a_caller_is_not_lost_on_transfer_to_another_queue() -> None:
    """Importance goes with the caller, not with the queue."""
    hall = Hall([queue("sales", exits={"1": Choice("queue", "help")}), queue("help")], available=False)
    hall.call("help", "+14155550001")
    hall.wait(60)
    line = hall.call("sales", "+14155550002", Wants(vip=True))
    line.key("1")
    hall.pump()
    assert hall.entries(EntryKind.QUEUE_ENTERED)[-1].data == {"queue": "help", "position": 1}
