"""The real core, simulated, against queueing theory: M/M/c against Erlang C, with patience against Erlang A.

Each case is a number of independent runs, begun with as many callers as the stationary distribution gives,
so every caller of a run sees the queue as theory does and the runs are independent and alike: Student's t
gives the interval. Seeds are fixed. The figures are those of the box's own `reports.measures`.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from statistics import fmean, stdev

import pytest

from appliance.contract.journal import CallRecord
from appliance.reports.measures import BY_NAME, Data, spans
from tests.core.acd_hall import agent, queue
from tests.core.erlang import Theory, erlang_c, erlang_c_wait, erlang_c_within, first_come_first_served
from tests.core.sim_queue import Caller, World

TALK = 180.0  # mean seconds
RUNS = 16
T_999 = 4.073  # Student's t, 15 degrees of freedom, 99.9 % both sides
SINCE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the records of callers who came after its beginning, and the agents' time."""

    records: list[CallRecord]
    waits: list[float]
    talks: list[tuple[float, float]]
    data: Data


def simulate(theory: Theory, seed: int, calls: int, within: float = 20.0) -> Run:
    """So many callers after those who are there at the beginning."""
    chance = random.Random(seed)
    there = bisect(list(accumulate(theory.states())), chance.random())
    people = [agent(str(number)) for number in range(11, 11 + theory.agents)]
    plan = queue(maximum_wait_seconds=1e9)
    lines = there + 40 + int(3 * theory.waiting() + 2 * theory.agents)
    world = World([plan], people, seed, lines=lines)
    world.log_in()
    at, callers = 0.0, []
    for place in range(there + calls):
        at += chance.expovariate(theory.arrivals) if place >= there else 0.0
        patience = chance.expovariate(theory.theta) if theory.theta else float("inf")
        callers.append(Caller(at, "sales", chance.expovariate(theory.service), patience))
    world.day(callers)
    world.run(at)
    ended = world.clock.wall()
    did = spans(world.journal.entries, ended)
    world.run(1e6)
    assert world.system.faults == 0 and not world.lost
    assert len(world.records) == len(callers), "no caller is lost"
    by_number = {record.number: record for record in world.records}
    records = [by_number[caller.number] for caller in callers]
    waits = [record.waited_seconds for record in records]
    talks = [(caller.at, caller.talk) for caller in callers]
    return Run(records[there:], waits, talks, Data(records[there:], did, within))


def runs(theory: Theory, calls: int, seed: int) -> list[Run]:
    return [simulate(theory, seed * 1000 + number, calls) for number in range(RUNS)]


def holds(found: Sequence[float], expected: float, widest: float) -> None:
    """Theory's value lies within the interval, and the interval is narrow enough to mean something."""
    half = T_999 * stdev(found) / len(found) ** 0.5
    assert abs(fmean(found) - expected) <= half, f"{fmean(found):.4g} ± {half:.4g}, theory {expected:.4g}"
    assert half <= widest, f"± {half:.4g} says nothing of {expected:.4g}"


def figure(name: str) -> Callable[[Run], float]:
    def of(run: Run) -> float:
        value = BY_NAME[name].value(run.data)
        assert value is not None
        return value

    return of


CASES = [(1, 0.3, 50), (1, 0.8, 80), (4, 0.9, 110), (10, 0.7, 90), (24, 0.95, 120)]


@pytest.mark.parametrize(("agents", "load", "calls"), CASES)
def test_waits_are_those_of_erlang_c(agents: int, load: float, calls: int) -> None:
    service = 1 / TALK
    theory = Theory(agents, load * agents * service, service)
    wait = erlang_c_wait(agents, theory.arrivals, service)
    assert abs(theory.wait() - wait) < 1e-6 * max(1.0, wait), "two ways to the same"
    found = runs(theory, calls, seed=agents * 100 + int(load * 100))
    for run in found:
        exact = first_come_first_served(agents, run.talks)
        assert all(abs(a - b) < 0.002 for a, b in zip(run.waits, exact, strict=True)), "each caller's wait"
    late = erlang_c(agents, load * agents)
    waits = [fmean(one.waited_seconds for one in run.records) for run in found]
    holds(waits, wait, 1.5 * wait + 3.0)
    holds([figure("asa")(run) for run in found], wait, 1.5 * wait + 3.0)
    holds([fmean(one.waited_seconds > 0.001 for one in run.records) for run in found], late, 0.4)
    level = 100 * erlang_c_within(agents, theory.arrivals, service, 20.0)
    holds([figure("service_level")(run) for run in found], level, 45.0)
    holds([figure("occupancy")(run) for run in found], 100 * load, 20.0)
    assert all(figure("abandonment")(run) == 0 for run in found)


@pytest.mark.parametrize(("agents", "load", "calls"), [(3, 1.2, 90), (24, 1.1, 110)])
def test_impatient_callers_are_those_of_erlang_a(agents: int, load: float, calls: int) -> None:
    service = 1 / TALK
    theory = Theory(agents, load * agents * service, service, theta=1 / 120.0)
    found = runs(theory, calls, seed=7000 + agents)
    waits = [fmean(one.waited_seconds for one in run.records) for run in found]
    holds(waits, theory.wait(), 0.75 * theory.wait())
    lost = 100 * theory.abandonment()
    holds([figure("abandonment")(run) for run in found], lost, 0.75 * lost)
    holds([figure("occupancy")(run) for run in found], 100 * theory.occupancy(), 10.0)


def test_a_queue_that_is_not_fair_would_be_found() -> None:
    """The control: waits of one agent fewer are not those of theory."""
    theory = Theory(3, 0.8 * 3 / TALK, 1 / TALK)
    run = simulate(theory, 5, 200)
    exact = first_come_first_served(2, run.talks)
    assert not all(abs(a - b) < 0.002 for a, b in zip(run.waits, exact, strict=True))
