"""How many numbers the pacer dials, why no more, and what it never does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.core.dialer.pacing import (
    AgentPhase,
    AgentView,
    CallStage,
    CallView,
    Pacer,
    PacingMethod,
    PacingSettings,
    Reason,
    words,
)
from tests.core.dialer_pacing.pacing_floor import DAY, Floor

NOW = 1000.0
IDLE = AgentView(AgentPhase.WAITING, NOW - 5.0)
TALKS = AgentView(AgentPhase.TALKING, NOW - 30.0)
WRAPS = AgentView(AgentPhase.WRAP_UP, NOW - 18.0)
RINGS = CallView(NOW - 6.0)
PERSON = CallView(NOW - 12.0, CallStage.PERSON)

PREDICTIVE = PacingSettings(PacingMethod.PREDICTIVE)
LIMITS = st.sampled_from([0.0, 0.01, 0.03])


def made(settings: PacingSettings = PREDICTIVE, persons: int = 0, seed: int = 1) -> Pacer:
    """A pacer that has seen a morning: a quarter answers after 12 s, talks of 120 s, wrap-ups of 20 s."""
    pacer, chance = Pacer(settings), random.Random(seed)
    pacer.begin(DAY)
    for _ in range(persons):
        pacer.person_answered(chance.gammavariate(16.0, 0.75))
        for _ in range(3):
            pacer.dial_ended(chance.choice((24.0, 24.0, 14.0, 3.0)))
        pacer.talked(chance.lognormvariate(4.54, 0.7))
        pacer.wrapped_up(chance.gammavariate(16.0, 1.25))
    return pacer


@pytest.mark.parametrize("method", list(PacingMethod))
def test_without_agents_nothing_is_dialled_and_what_rings_is_too_much(method: PacingMethod) -> None:
    pacer = made(PacingSettings(method), 300)
    for agents in ([], [AgentView(AgentPhase.TALKING, 990.0, leaving=True)]):
        found = pacer.decide(NOW, agents, [RINGS, RINGS], 10)
        assert (found.dial, found.reason, found.excess) == (0, Reason.NO_AGENT, 2)


@pytest.mark.parametrize(
    ("agents", "calls", "expected"),
    [
        ([IDLE] * 3, [], 3),
        ([IDLE] * 3, [RINGS], 2),
        ([IDLE] * 3, [RINGS, PERSON], 1),
        ([IDLE, TALKS, WRAPS], [], 1),
        ([TALKS, WRAPS], [], 0),
        ([IDLE], [RINGS] * 3, 0),
    ],
)
def test_progressive_holds_an_agent_for_each_call(
    agents: Sequence[AgentView], calls: Sequence[CallView], expected: int
) -> None:
    found = made(PacingSettings(), 200).decide(NOW, agents, calls, 20)
    assert (found.dial, found.reason, found.again_in) == (expected, Reason.HELD, None)
    waiting = sum(agent.phase is AgentPhase.WAITING for agent in agents)
    assert found.excess == max(0, len(calls) - waiting)


def test_kept_lines_are_never_taken() -> None:
    pacer = made(persons=300)
    assert pacer.decide(NOW, [IDLE] * 5, [], 3, kept_lines=2).dial == 1
    found = pacer.decide(NOW, [IDLE] * 5, [], 2, kept_lines=2)
    assert (found.dial, found.reason) == (0, Reason.NO_LINE)
    assert made(PacingSettings()).decide(NOW, [IDLE] * 5, [], 3, kept_lines=1).reason is Reason.NO_LINE


def test_reserved_agents_are_kept_for_callers() -> None:
    progressive = made(PacingSettings())
    assert progressive.decide(NOW, [IDLE] * 4, [], 20, reserve=1).dial == 3
    found = progressive.decide(NOW, [IDLE, TALKS], [], 20, reserve=1)
    assert (found.dial, found.reason) == (0, Reason.RESERVED)
    predictive = made(persons=400)
    dialled = [predictive.decide(NOW, [IDLE] * 3 + [WRAPS], [], 40, reserve=kept).dial for kept in range(4)]
    assert dialled == sorted(dialled, reverse=True)
    assert dialled[0] > dialled[3]


def test_predictive_dials_more_than_agents_wait_but_only_on_credit() -> None:
    floor = [IDLE, WRAPS, WRAPS, TALKS, TALKS]
    rich = made(persons=300).decide(NOW, floor, [], 40)
    assert rich.dial > 1
    assert rich.reason in (Reason.RISK, Reason.DAY_AT_STAKE)
    poor = made(persons=33).decide(NOW, floor, [], 40)
    assert (poor.dial, poor.reason) == (1, Reason.BUDGET)
    assert words(poor) == (
        "Fell back to one call for each agent who waits: 0 of 33 persons were dropped today,"
        " one more could pass 3 %. After 1 more persons it dials ahead again."
    )
    assert made(persons=34).decide(NOW, floor, [], 40).dial > 1


def test_at_no_limit_it_is_progressive_and_says_so() -> None:
    found = made(PacingSettings(PacingMethod.PREDICTIVE, limit=0.0), 500).decide(NOW, [IDLE, WRAPS], [], 40)
    assert (found.dial, found.reason) == (1, Reason.LIMIT_ZERO)


def test_persons_taken_for_machines_can_use_up_the_limit() -> None:
    hopeless = PacingSettings(PacingMethod.PREDICTIVE, limit=0.01, false_machine=0.012)
    found = made(hopeless, 500).decide(NOW, [IDLE, WRAPS], [], 40)
    assert (found.dial, found.reason) == (1, Reason.FALSE_MACHINES)


def test_a_drop_on_the_last_credit_falls_back_at_once() -> None:
    pacer = made(persons=40)
    floor = [IDLE, WRAPS, WRAPS, WRAPS]
    assert pacer.decide(NOW, floor, [], 40).reason is not Reason.BUDGET
    pacer.person_dropped()
    found = pacer.decide(NOW, floor, [], 40)
    assert (found.dial, found.reason, found.excess) == (1, Reason.BUDGET, 0)
    assert found.figures["persons_needed"] == 27
    for _ in range(27):
        pacer.person_answered(12.0)
    assert pacer.decide(NOW, floor, [], 40).reason is not Reason.BUDGET


def test_power_keeps_its_ratio_as_long_as_there_is_credit() -> None:
    power = PacingSettings(PacingMethod.POWER, ratio=2.5)
    found = made(power, 300).decide(NOW, [IDLE] * 3 + [TALKS], [RINGS], 40)
    assert (found.dial, found.reason) == (6, Reason.RATIO)
    fallen = made(power, 20).decide(NOW, [IDLE] * 3 + [TALKS], [RINGS], 40)
    assert (fallen.dial, fallen.reason) == (2, Reason.BUDGET)


def test_one_who_leaves_frees_nobody() -> None:
    pacer = made(persons=400)
    staying = pacer.decide(NOW, [IDLE, WRAPS, WRAPS], [], 40).dial
    leaving = AgentView(AgentPhase.WRAP_UP, WRAPS.since, leaving=True)
    assert pacer.decide(NOW, [IDLE, leaving, leaving], [], 40).dial < staying


def test_more_risk_is_taken_with_more_credit_and_less_with_more_calls_out() -> None:
    floor = [IDLE, WRAPS, WRAPS, TALKS, TALKS]
    dialled = [made(persons=persons).decide(NOW, floor, [], 40).dial for persons in (20, 60, 150, 400)]
    assert dialled == sorted(dialled)
    pacer = made(persons=150)
    out = [pacer.decide(NOW, floor, [RINGS] * calls, 40).dial for calls in range(6)]
    assert out == sorted(out, reverse=True)
    assert out[-1] == 0


def test_leads_that_seldom_answer_are_dialled_in_greater_number() -> None:
    floor = [IDLE, WRAPS, WRAPS, TALKS]
    seldom, often = ([chance] * 40 for chance in (0.05, 0.6))
    pacer = made(persons=300)
    assert (
        pacer.decide(NOW, floor, [], 40, next_chances=seldom).dial
        > pacer.decide(NOW, floor, [], 40, next_chances=often).dial
    )


def test_an_answer_not_yet_told_counts_by_its_chance_to_be_a_person() -> None:
    listening = CallView(NOW - 14.0, CallStage.LISTENING)
    machines, persons = made(persons=300), made(persons=300)
    for _ in range(200):
        machines.answer_told(person=False)
        persons.answer_told(person=True)
    floor = [IDLE, IDLE, WRAPS]
    few = persons.decide(NOW, floor, [listening] * 2, 40).dial
    assert machines.decide(NOW, floor, [listening] * 2, 40).dial > few


def test_it_asks_to_be_asked_again_only_while_time_alone_may_change_the_answer() -> None:
    pacer = made(persons=300)
    found = pacer.decide(NOW, [TALKS, WRAPS], [RINGS] * 3, 40)
    assert found.reason is Reason.RISK
    assert found.again_in is not None
    assert 0.5 <= found.again_in <= 5.0
    assert pacer.decide(NOW, [], [], 40).again_in is None
    assert made(persons=3).decide(NOW, [TALKS, WRAPS], [], 40).again_in is None


@pytest.mark.parametrize(
    "wrong",
    [{"limit": 0.031}, {"limit": -0.01}, {"false_machine": 1.0}, {"ratio": 0.9}, {"patience": 0.0}],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"."):
        PacingSettings(PacingMethod.PREDICTIVE, **wrong)


@cache
def kept_pacer(method: PacingMethod, limit: float, persons: int) -> Pacer:
    """One for all examples: to decide changes nothing that is learnt or counted."""
    return made(PacingSettings(method, limit, ratio=3.0), persons)


VIEWS = st.lists(
    st.builds(
        AgentView, st.sampled_from(AgentPhase), st.floats(-1e5, NOW), st.sampled_from([False, False, True])
    ),
    max_size=40,
)
CALLS = st.lists(
    st.builds(CallView, st.floats(-1e5, NOW), st.sampled_from(CallStage), st.none() | st.floats(0.0, 1.0)),
    max_size=40,
)


@given(
    VIEWS,
    CALLS,
    st.integers(0, 64),
    st.integers(0, 3),
    st.integers(0, 3),
    LIMITS,
    st.sampled_from(PacingMethod),
    st.sampled_from([0, 34, 120]),
)
@settings(deadline=None)
def test_whatever_it_is_shown(
    agents: list[AgentView],
    calls: list[CallView],
    lines: int,
    kept: int,
    reserve: int,
    limit: float,
    method: PacingMethod,
    persons: int,
) -> None:
    pacer = kept_pacer(method, limit, persons)
    found = pacer.decide(NOW, agents, calls, lines, kept_lines=kept, reserve=reserve)
    staying = [agent for agent in agents if not agent.leaving]
    waiting = sum(agent.phase is AgentPhase.WAITING for agent in staying)
    assert words(found).endswith(".")
    assert 0 <= found.dial <= max(0, lines - kept)
    assert 0 <= found.excess <= len(calls)
    if not staying:
        assert found.dial == 0
    if limit == 0.0 or method is PacingMethod.PROGRESSIVE or pacer.budget.credit() < 1.0:
        assert not found.dial or len(calls) + found.dial <= waiting - reserve


EVENTS = st.lists(
    st.tuples(st.sampled_from(["run", "leave", "come", "run", "run"]), st.floats(0.0, 60.0)), max_size=40
)


@given(EVENTS, st.integers(0, 6), st.sampled_from(PacingMethod), st.integers(0, 1000))
@settings(deadline=None, max_examples=60)
def test_with_nothing_allowed_nobody_is_ever_dropped(
    events: list[tuple[str, float]], agents: int, method: PacingMethod, seed: int
) -> None:
    """Agents vanish while it rings for them: calls in excess are given up in the same moment."""
    floor = Floor(PacingSettings(method, limit=0.0, ratio=3.0), agents, 20, seed, kept=1)
    floor.ask()
    for what, seconds in events:
        if what == "leave":
            floor.leave()
        elif what == "come":
            floor.come()
        floor.run(seconds)
        assert len(floor.rings) <= floor.waiting()
        assert floor.talking() + len(floor.rings) <= 19
    assert floor.dropped == 0


@given(st.integers(1, 12), st.sampled_from([0.01, 0.03]), st.integers(0, 1000))
@settings(deadline=None, max_examples=15)
def test_the_limit_holds_at_each_moment_but_for_what_is_out(agents: int, limit: float, seed: int) -> None:
    """The credit never falls below nothing by more than the calls that were out when it was last enough."""
    floor = Floor(PacingSettings(PacingMethod.PREDICTIVE, limit), agents, 40, seed)
    lowest = 0.0
    for _ in range(360):
        floor.run(5.0)
        lowest = min(lowest, floor.pacer.budget.credit())
        assert lowest >= -1e-9
        if floor.pacer.budget.credit() < 1.0:
            assert floor.decisions[-1].reason in (Reason.BUDGET, Reason.NO_AGENT, Reason.NO_LINE)
    assert floor.persons > 0
    assert floor.pacer.budget.today.dropped == floor.dropped


def test_a_floor_without_agents_stops_within_the_event() -> None:
    floor = Floor(PREDICTIVE, 4, 20, 3)
    floor.run(1.0)
    assert floor.rings
    for _ in range(4):
        floor.leave()
    assert floor.decisions[-1].reason is Reason.NO_AGENT
    assert not floor.rings
    before = floor.dialled
    floor.run(3600.0)
    assert floor.dialled == before


def test_dialling_ahead_reaches_more_people_than_holding_agents() -> None:
    """Three hours, the same agents: more persons are joined, and at no moment more dropped than allowed."""
    joined = {}
    for method in (PacingMethod.PROGRESSIVE, PacingMethod.PREDICTIVE):
        floor = Floor(PacingSettings(method), 6, 40, 11)
        for _ in range(36):
            floor.run(300.0)
            assert floor.dropped <= 0.03 * floor.persons + 1e-9
        joined[method] = floor.persons - floor.dropped
    assert joined[PacingMethod.PREDICTIVE] > 1.03 * joined[PacingMethod.PROGRESSIVE]
