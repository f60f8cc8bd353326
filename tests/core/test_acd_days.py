"""Seeded days through the real core; `python -m tests.core.sim_days 10000` runs as many as one likes."""

from __future__ import annotations

import pytest

from appliance.core.acd.queue import _Pools
from appliance.core.acd.waiting import QueuedCall
from tests.core.sim_days import broken

DAYS, AT_ONCE = 200, 25


@pytest.mark.parametrize("first", range(0, DAYS, AT_ONCE))
def test_days_without_a_broken_promise(first: int) -> None:
    assert [found for seed in range(first, first + AT_ONCE) if (found := broken(seed))] == []


def test_days_see_an_agent_who_is_rung_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: agents given away twice."""
    monkeypatch.setattr(_Pools, "take", lambda self, agents: None)
    assert any(broken(seed) for seed in range(20))


def test_days_see_an_agent_who_idles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: nobody looks again when only time has passed."""
    monkeypatch.setattr(QueuedCall, "_time_has_come", lambda self: None)
    assert any(broken(seed) for seed in range(40))
