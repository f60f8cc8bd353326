"""The day's budget: counted as the law counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.dialer.pacing import Budget, DayCount

DAY = date(2026, 3, 2)
LIMITS = st.sampled_from([0.0, 0.005, 0.01, 0.02, 0.03])


def reached(limit: float, persons: int, false_machine: float = 0.0) -> Budget:
    budget = Budget(limit, false_machine)
    budget.begin(DAY)
    for _ in range(persons):
        budget.person()
    return budget


@given(LIMITS, st.floats(0.0, 0.02), st.lists(st.booleans(), max_size=400))
def test_who_drops_only_on_credit_never_passes_the_limit(
    limit: float, false_machine: float, days: list[bool]
) -> None:
    """At no moment of the day, as counted by the law: all persons, those taken for machines among them."""
    budget = reached(limit, 0, false_machine)
    for wants_drop in days:
        budget.person()
        if wants_drop and budget.credit() >= 1.0:
            budget.drop()
        count = budget.today
        hidden = count.persons * false_machine / (1.0 - false_machine)
        if count.dropped:
            assert count.dropped + hidden <= limit * (count.persons + hidden) + 1e-6
        assert count.rate(false_machine) == pytest.approx((count.dropped + hidden) / (count.persons + hidden))


@given(st.sampled_from([0.01, 0.02, 0.03]), st.integers(0, 400), st.integers(0, 8))
def test_persons_needed_are_just_enough(limit: float, persons: int, dropped: int) -> None:
    budget = reached(limit, persons + dropped)
    for _ in range(dropped):
        budget.drop()
    needed = budget.persons_needed()
    for _ in range(needed):
        assert budget.credit() < 1.0
        budget.person()
    assert budget.credit() >= 1.0 - 1e-9


def test_thirty_four_persons_at_three_per_cent() -> None:
    assert reached(0.03, 33).credit() < 1.0 <= reached(0.03, 34).credit()
    assert reached(0.01, 99).credit() < 1.0 - 1e-9


def test_persons_taken_for_machines_are_drops() -> None:
    """990 are known as persons and one of a hundred is taken for a machine: ten are gone before any drop."""
    count = DayCount(persons=990, dropped=0)
    assert count.rate(0.01) == pytest.approx(10 / 1000)
    assert reached(0.03, 990, 0.01).credit() == pytest.approx(0.03 * 1000 - 10)
    hopeless = reached(0.01, 990, 0.01)
    assert hopeless.hopeless()
    assert hopeless.credit() <= 0.0
    assert reached(0.0, 50).hopeless()


def test_each_day_begins_anew_and_thirty_are_seen() -> None:
    budget = Budget(0.03)
    for day in range(40):
        budget.begin(DAY + timedelta(days=day))
        for _ in range(10):
            budget.person()
        if day == 5:
            budget.drop()
        assert budget.today.persons == 10
        assert budget.thirty_days() == DayCount(10 * min(30, day + 1), int(5 <= day <= 34))


def test_a_restart_takes_the_counts_from_the_records() -> None:
    budget = Budget(0.03)
    budget.begin(DAY)
    budget.restore({DAY: DayCount(100, 2), DAY - timedelta(days=3): DayCount(50, 1)})
    assert budget.credit() == pytest.approx(1.0)
    assert budget.thirty_days() == DayCount(150, 3)
    budget.person()
    assert budget.today == DayCount(101, 2)
