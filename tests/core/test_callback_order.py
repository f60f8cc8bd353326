"""Callbacks in any order of events: served as they came, a line for each promise, none lost by a restart."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.contract.cause import HangupCause
from appliance.contract.journal import EntryKind
from appliance.core.acd.callback import Callbacks
from tests.core.acd_hall import Hall, agent, queue
from tests.core.fakes import FakeTrunk
from tests.support.examples import examples

LINES = 6
SETTINGS = settings(max_examples=examples(50), suppress_health_check=[HealthCheck.too_slow])


def hall_of(agents: int) -> Hall:
    people = [agent(str(11 + place)) for place in range(agents)]
    plan = queue(callback_key="2", callback_retry_seconds=30.0, callback_tries=9, callback_text=False)
    hall = Hall([plan], people, lines=LINES, available=False)
    hall.change(trunk_groups={"outside": tuple(hall.plan.trunks)})
    return hall


def book(hall: Hall) -> Callbacks:
    return hall.system._routing.callbacks


def take(hall: Hall, line: FakeTrunk) -> bool:
    """The caller takes a callback; were they promised one?"""
    before = len(hall.entries(EntryKind.CALLBACK_PROMISED))
    for key in "21":
        line.key(key)
        hall.pump()
    hall.wait(4)
    return len(hall.entries(EntryKind.CALLBACK_PROMISED)) > before


def check(hall: Hall) -> None:
    """A line for each promise, and never more promises than lines."""
    kernel, promises = hall.system._kernel, book(hall).open.values()
    assert len(kernel.holds) == len(promises) <= LINES
    holds = [promise.hold for promise in promises]
    assert None not in holds and len(set(holds)) == len(holds)
    hall.check()


def called(hall: Hall) -> FakeTrunk | None:
    """The line on which somebody is being called back and has not answered."""
    lines = (line for line in hall.trunks.values() if line.leg is not None and line.off_hook)
    return next((line for line in lines if line.dialled and line.port is None), None)


def serve(hall: Hall, who: str) -> str | None:
    """The agent takes what rings; a customer who is called answers. Whom they spoke with."""
    number = hall.rung_for(who)
    if number is None:
        return None
    hall.answer(who)
    line = called(hall)
    if line is not None:
        line.picked_up()
        hall.pump()
    hall.wait(1)
    hall.hang_up(who)
    hall.wait(1)
    return number


@SETTINGS
@given(st.lists(st.booleans(), min_size=1, max_size=5), st.lists(st.integers(0, 20), min_size=5, max_size=5))
def test_all_are_served_in_the_order_in_which_they_came(taken: list[bool], gaps: list[int]) -> None:
    """Whoever takes the callback and whoever stays, one agent serves them as they came."""
    hall, came = hall_of(1), []
    for place, (wants, gap) in enumerate(zip(taken, gaps, strict=False)):
        number = f"+1415555010{place}"
        line = hall.call(number=number)
        came.append(number)
        hall.wait(gap)
        if wants:
            assert take(hall, line)
        check(hall)
    hall.log_in("11")
    assert [serve(hall, "11") for _ in came] == came
    check(hall)
    assert not book(hall).open


_DOES = st.sampled_from(["call", "take", "leave", "answer", "busy", "pick_up", "hang_up", "wait", "again"])


BEGINNING = [("call", 1), ("take", 0), ("call", 2), ("take", 0)]


@SETTINGS
@given(st.lists(st.tuples(_DOES, st.integers(0, 9)), min_size=5, max_size=40))
def test_whatever_happens_each_promise_has_its_line_and_ends_once(events: list[tuple[str, int]]) -> None:
    hall = hall_of(2)
    for does, which in BEGINNING:
        act(hall, does, which)
    assert len(book(hall).open) == 2
    hall.log_in("11", "12")
    for does, which in events:
        act(hall, does, which)
        check(hall)
    promised = [entry.data["callback"] for entry in hall.entries(EntryKind.CALLBACK_PROMISED)]
    closed = [entry.data["callback"] for entry in hall.entries(EntryKind.CALLBACK_CLOSED)]
    assert len(set(closed)) == len(closed)
    assert set(promised) - set(closed) == set(book(hall).open), "none is lost, none is kept twice"


def act(hall: Hall, does: str, which: int) -> None:
    who, number = f"1{1 + which % 2}", f"+1415555010{which}"
    waiting = hall.waiting()
    free = any(line.leg is None for line in hall.trunks.values())
    if does in ("call", "again") and free:
        hall.call(number=number)
    elif does in ("take", "leave") and waiting:
        line = hall.trunks[waiting[which % len(waiting)].caller.line.name]
        take(hall, line) if does == "take" else hall.leave(line)
    elif does == "answer" and hall.phone(who).ringing:
        hall.answer(who)
    elif does in ("busy", "pick_up") and (rung := called(hall)) is not None:
        rung.hang_up(HangupCause.USER_BUSY) if does == "busy" else rung.picked_up()
        hall.pump()
    elif does == "hang_up" and hall.phone(who).legs:
        hall.hang_up(who)
    hall.wait(float(which))


@SETTINGS
@given(st.lists(st.tuples(_DOES, st.integers(0, 9)), max_size=25))
def test_no_promise_is_lost_by_a_restart(events: list[tuple[str, int]]) -> None:
    """What stands open at any moment is open in the box that starts next, in the same order."""
    hall = hall_of(2)
    for does, which in BEGINNING + events:
        act(hall, does, which)
    known = [promise.told for promise in book(hall).open.values()]
    order = [one.told.id for one in sorted(book(hall).open.values(), key=lambda one: one.rank)]
    hall.system.stop()
    hall.pump()
    again = hall_of(2)
    again.clock.advance(hall.clock.now() - again.clock.now())
    again.system.restore_callbacks(known)
    found = sorted(book(again).open.values(), key=lambda one: one.rank)
    assert [one.told.id for one in found] == order
    check(again)
