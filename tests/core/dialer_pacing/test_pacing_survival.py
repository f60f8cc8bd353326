"""What is learnt of lengths: talks, wrap-ups, dials."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.dialer.pacing.ringing import STEP, Ringing, answer_time
from appliance.core.dialer.pacing.survival import MOST_WEIGHT, TALK_GRID, WRAP_GRID, Survival, grid

LENGTHS = st.lists(st.tuples(st.floats(0.0, 5000.0), st.booleans()), max_size=80)


@given(LENGTHS, st.lists(st.floats(0.0, 5000.0), max_size=8))
def test_curves_fall_and_are_shares(lengths: list[tuple[float, bool]], going_on: list[float]) -> None:
    survival = Survival(TALK_GRID, 150.0)
    for seconds, ended in lengths:
        survival.observe(seconds, ended)
    curve = survival.curve(going_on)
    values = [curve.at(second * 7.3) for second in range(900)]
    assert values[0] == 1.0
    assert all(1.0 >= before >= after >= 0.0 for before, after in pairwise(values))
    assert all(0.0 <= curve.ends_within(so_far, 14.0) <= 1.0 for so_far in (0.0, 3.0, 100.0, 4000.0, 1e6))


@given(LENGTHS)
def test_whole_seconds_are_points_of_the_curve(lengths: list[tuple[float, bool]]) -> None:
    survival = Survival(WRAP_GRID, 20.0)
    for seconds, ended in lengths:
        survival.observe(seconds, ended)
    curve = survival.curve()
    for second, value in enumerate(curve.every_second(700)):
        assert value == pytest.approx(curve.at(float(second)), abs=1e-9)


def test_before_the_first_talk_it_is_the_prior() -> None:
    curve = Survival(TALK_GRID, 150.0).curve()
    assert curve.at(150.0) == pytest.approx(math.exp(-1.0), abs=0.01)


@pytest.mark.parametrize("cut", [0.0, 0.5])
def test_what_was_cut_off_does_not_shorten(cut: float) -> None:
    """Half of the talks are seen only until a random moment; the curve is still the true one."""
    chance, survival = random.Random(5), Survival(TALK_GRID, 150.0)
    for _ in range(450):
        length = chance.gammavariate(4.0, 25.0)
        seen = chance.uniform(0.0, 200.0) if chance.random() < cut else math.inf
        survival.observe(min(length, seen), ended=length <= seen)
    curve = survival.curve()
    for seconds in (40.0, 80.0, 120.0, 160.0):
        true = sum((seconds / 25.0) ** k / math.factorial(k) for k in range(4)) * math.exp(-seconds / 25.0)
        assert curve.at(seconds) == pytest.approx(true, abs=0.08)


def test_those_that_go_on_count_as_long_as_they_are() -> None:
    survival = Survival(TALK_GRID, 150.0)
    for _ in range(100):
        survival.observe(20.0)
    assert survival.curve().at(300.0) < 0.1
    assert survival.curve([600.0] * 100).at(300.0) == pytest.approx(0.5, abs=0.06)


def test_what_was_long_ago_fades() -> None:
    survival = Survival(WRAP_GRID, 20.0)
    for _ in range(int(MOST_WEIGHT)):
        survival.observe(10.0)
    for _ in range(int(MOST_WEIGHT * 2)):
        survival.observe(40.0)
    assert survival.curve().at(25.0) > 0.75


@given(st.floats(10.0, 5000.0), st.floats(0.5, 10.0), st.floats(0.0, 0.5))
def test_grids_grow(until: float, first: float, growth: float) -> None:
    edges = grid(until, first, growth)
    assert edges[0] == 0.0
    assert edges[-1] >= until
    assert all(right - left >= first * 0.999 for left, right in pairwise(edges))


DIALS = st.lists(st.tuples(st.floats(0.0, 60.0), st.sampled_from([True, False, None])), max_size=120)


@given(DIALS)
def test_dials_curves_fall_from_one_to_nothing(dials: list[tuple[float, bool | None]]) -> None:
    ringing = Ringing(24.0)
    for seconds, person in dials:
        ringing.observe(seconds, person)
    for curve in ringing.curves():
        assert curve[0] == 1.0
        assert curve[-1] == pytest.approx(0.0, abs=1e-9)
        assert all(before >= after - 1e-12 for before, after in pairwise(curve))
    assert 0.0 < ringing.share() < 1.0
    times = [answer_time(ringing.curves()[0], share) for share in (0.01, 0.1, 0.5, 0.9)]
    assert times == sorted(times)
    assert times[0] >= 1


def dial(ringing: Ringing, chance: random.Random, times: int, share: float) -> None:
    for _ in range(times):
        person = chance.random() < share
        ringing.observe(chance.gammavariate(16.0, 0.75) if person else 24.0, person)


def test_share_and_answer_times_are_learnt() -> None:
    ringing, chance = Ringing(24.0), random.Random(3)
    dial(ringing, chance, 1500, 0.15)
    assert ringing.share() == pytest.approx(0.15, abs=0.04)
    persons, others = ringing.curves()
    assert persons[int(12.0 / STEP)] == pytest.approx(0.46, abs=0.08)
    assert others[int(20.0 / STEP)] > 0.9


def test_a_doubled_share_is_noticed_within_two_hundred_dials() -> None:
    ringing, chance = Ringing(24.0), random.Random(4)
    dial(ringing, chance, 1500, 0.15)
    dial(ringing, chance, 200, 0.30)
    assert ringing.share() > 0.24


def test_leads_expected_to_answer_more_are_set_right_together() -> None:
    """Learning says 0.2 and 0.6, twice what comes true: both are halved, their ratio stays."""
    ringing, chance = Ringing(24.0), random.Random(6)
    for _ in range(3000):
        expected = chance.choice((0.2, 0.6))
        ringing.observe(12.0, chance.random() < expected / 2.0, expected)
    assert ringing.share(0.2) == pytest.approx(0.1, abs=0.025)
    assert ringing.share(0.6) == pytest.approx(0.3, abs=0.075)


def test_dials_given_up_early_do_not_lower_the_share() -> None:
    ringing, chance = Ringing(24.0), random.Random(7)
    dial(ringing, chance, 500, 0.3)
    before = ringing.share()
    for _ in range(500):
        ringing.observe(2.0, None)
    assert ringing.share() == before
    assert ringing.curves()[0][int(12.0 / STEP)] == pytest.approx(0.46, abs=0.1)
