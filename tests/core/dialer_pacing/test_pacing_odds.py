"""Sums of unlike coins against the plain way of adding them up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.dialer.pacing.odds import CERTAIN, MOST_COINS, at_least, coin, distribution, throw

CHANCES = st.lists(st.floats(0.0, 1.0), max_size=60)


def plainly(chances: list[float]) -> list[float]:
    """P(sum = k) by adding up lists."""
    sums = [1.0]
    for chance in chances:
        longer = [*sums, 0.0]
        sums = [
            value * (1.0 - chance) + (longer[k - 1] * chance if k else 0.0) for k, value in enumerate(longer)
        ]
    return sums


@given(CHANCES)
def test_sums_are_those_of_lists(chances: list[float]) -> None:
    expected = plainly(chances)
    found = distribution([coin(chance) for chance in chances])
    for least in range(len(chances) + 2):
        assert at_least(found, least) == pytest.approx(sum(expected[least:]), abs=2e-5)


@given(CHANCES)
def test_tails_fall_from_one_to_nothing(chances: list[float]) -> None:
    found = CERTAIN
    for chance in chances:
        found = throw(found, coin(chance))
    tails = [at_least(found, least) for least in range(-1, len(chances) + 2)]
    assert tails[0] == 1.0
    assert tails[1] == 1.0
    assert tails[-1] == 0.0
    assert all(one >= other for one, other in zip(tails, tails[1:], strict=False))


def test_as_many_coins_as_there_is_room_for() -> None:
    found = distribution([coin(0.5)] * MOST_COINS)
    assert at_least(found, MOST_COINS // 2 + 1) == pytest.approx(0.5, abs=1e-4)
    assert at_least(distribution([coin(1.0)] * MOST_COINS), MOST_COINS) == pytest.approx(1.0, abs=1e-6)


@given(st.floats(-1.0, 2.0))
def test_a_coin_stays_a_coin(chance: float) -> None:
    tail = at_least(distribution([coin(chance)]), 1)
    assert tail == pytest.approx(min(1.0, max(0.0, chance)), abs=1e-7)
