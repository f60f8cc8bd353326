"""No more hear a message with a key to an agent than the free agents can take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.core.dialer.behind_key import COVERED, BehindKey, room

CHANCES = st.floats(0.01, 0.9)


def _more_than(free: int, chances: list[float]) -> float:
    """The chance of more than `free` keys, by all ways it can go."""
    ways = {0: 1.0}
    for chance in chances:
        ways = {
            keys: ways.get(keys, 0.0) * (1 - chance) + ways.get(keys - 1, 0.0) * chance
            for keys in range(max(ways) + 2)
        }
    return sum(chance for keys, chance in ways.items() if keys > free)


@given(st.integers(1, 6), st.lists(CHANCES, max_size=6), CHANCES, st.integers(0, 32))
def test_as_many_as_the_chance_allows_and_not_one_more(
    free: int, out: list[float], chance: float, most: int
) -> None:
    count = room(free, out, chance, most)
    assert 0 <= count <= most
    slip = 1e-9
    if count:
        assert _more_than(free, [*out, *[chance] * count]) <= 1 - COVERED + slip
    if count < most:
        assert _more_than(free, [*out, *[chance] * (count + 1)]) > 1 - COVERED - slip


@given(st.lists(CHANCES, max_size=6), CHANCES)
def test_nobody_is_dialled_while_no_agent_is_free(out: list[float], chance: float) -> None:
    assert room(0, out, chance, 32) == 0 == room(-2, out, chance, 32)


def test_the_share_is_learnt_from_both_ends() -> None:
    learnt = BehindKey()
    assert (learnt.chance(hears=False), learnt.chance(hears=True)) == (0.1, 0.25)
    for number in range(200):
        learnt.ended(heard=number % 2 == 0, keyed=number % 20 == 0)
    assert 0.045 < learnt.chance(hears=False) < 0.06 and 0.09 < learnt.chance(hears=True) < 0.12
    for _ in range(900):
        learnt.ended(heard=True, keyed=True)
    assert learnt.chance(hears=False) > 0.8, "it follows what has changed"


def test_a_message_that_few_answer_by_key_takes_more_lines() -> None:
    assert room(2, [], 0.5, 32) < room(2, [], 0.1, 32) < room(2, [], 0.03, 32)
