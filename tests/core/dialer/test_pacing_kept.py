"""Simulated days that were kept: taken from the file, unless other code made them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.pacing import kept
from bench.pacing.day import Day, Outcome
from bench.pacing.rules import OneToOne
from bench.pacing.scenario import SCENARIOS

KEY = ("one to one", "C", 3, 0.03, 7)


def never() -> Outcome:
    raise AssertionError("it was kept")


def test_a_day_is_simulated_once(tmp_path: Path) -> None:
    file = tmp_path / "days"
    day = Day(SCENARIOS["C"], 3, 7, OneToOne())
    first = kept.Kept(file).day(KEY, day.run)
    assert first.outcome.persons > 100
    assert kept.Kept(file).day(KEY, never) == first


def test_other_days_and_days_of_other_code_are_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "days"
    kept.Kept(file).day(KEY, lambda: Outcome(persons=1))
    assert kept.Kept(file).day((*KEY[:4], 8), lambda: Outcome(persons=2)).outcome.persons == 2
    monkeypatch.setattr(kept, "_code", lambda: "other code")
    assert kept.Kept(file).day(KEY, lambda: Outcome(persons=3)).outcome.persons == 3


def test_without_a_file_nothing_is_kept() -> None:
    box = kept.Kept(None)
    assert box.day(KEY, lambda: Outcome(persons=1)).outcome.persons == 1
    assert box.day(KEY, lambda: Outcome(persons=2)).outcome.persons == 2
