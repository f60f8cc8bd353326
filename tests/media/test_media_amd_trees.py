"""The table of trees: what is read is what was written, and anything else is refused with a reason."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.answering import AnswerWish
from appliance.media import amd_voice
from appliance.media.amd_features import NAMES
from appliance.media.amd_trees import TableError, Trees, read, shipped

SMALL = """callbox-amd 1
features seconds voiced
start -0.5
wish lose_no_person 0.99 0.9 0.4:0.2
wish balanced 0.9 0.7 0.4:0.1 1.7:0.5
wish few_machines 0.8 0.6 0.4:0.05
tree
1 2.5
leaf -1
0 4
leaf 0.25
leaf 2
tree
leaf 0.125
"""


def _odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


@pytest.mark.parametrize(
    ("seconds", "voiced", "odds"),
    [(1.0, 1.0, -1.375), (9.0, 2.5, -1.375), (4.0, 2.51, -0.125), (4.01, 3.0, 1.625)],
)
def test_the_leaves_that_are_reached_are_summed(seconds: float, voiced: float, odds: float) -> None:
    assert _odds(read(SMALL).of([seconds, voiced])) == pytest.approx(odds)


def test_each_wish_has_its_limits() -> None:
    wishes = read(SMALL).wishes
    balanced = wishes[AnswerWish.BALANCED]
    assert (balanced.machine, balanced.late) == (0.9, 0.7)
    assert wishes[AnswerWish.LOSE_NO_PERSON].machine == 0.99


def test_the_longer_it_is_quiet_the_sooner_a_person_is_believed() -> None:
    limits = read(SMALL).wishes[AnswerWish.BALANCED]
    assert limits.person_after(0.38) < 0
    assert [limits.person_after(quiet) for quiet in (0.4, 1.68, 1.7, 9.0)] == [0.1, 0.1, 0.5, 0.5]


def test_a_table_may_have_no_wishes() -> None:
    told = read("\n".join(line for line in SMALL.splitlines() if not line.startswith("wish")))
    assert (told.wishes, told.of([1.0, 1.0])) == ({}, read(SMALL).of([1.0, 1.0]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("callbox-amd 1", "callbox-amd 2"),
        ("features seconds", "seconds"),
        ("1 2.5", "2 2.5"),  # there is no third feature
        ("1 2.5", "-1 2.5"),
        ("leaf 2\n", ""),
        ("leaf 2\n", "leaf two\n"),
        ("start -0.5", "start -0.5 1"),
        ("balanced", "calm"),
        ("wish few_machines 0.8 0.6 0.4:0.05\n", ""),
        ("0.4:0.05", "0.4"),
        (" 0.8 0.6 0.4:0.05", " 0.8"),
        ("leaf 0.125", "0 1\n" * 5000),
    ],
)
def test_what_is_no_table_is_refused(old: str, new: str) -> None:
    with pytest.raises(TableError):
        read(SMALL.replace(old, new, 1))


@given(st.text(alphabet="tre leaf 012.-\n", max_size=200))
def test_any_text_is_a_table_or_an_error(text: str) -> None:
    try:
        assert isinstance(read("\n".join(SMALL.splitlines()[:6]) + "\n" + text), Trees)
    except TableError:
        return


def test_the_shipped_table_is_for_these_features_and_no_wish_is_bolder_than_the_next() -> None:
    trees = shipped()
    assert trees.features == NAMES
    assert len(trees.trees) > 50
    careful, balanced, bold = (trees.wishes[wish] for wish in AnswerWish)
    assert careful.machine >= balanced.machine >= bold.machine > 0.5
    for limits in (careful, balanced, bold):
        steps = [limit for _, limit in limits.person]
        assert steps == sorted(steps) and steps[0] < 0.2
    voice = amd_voice.shipped()
    assert voice.features == amd_voice.NAMES
    assert (len(voice.trees) >= 30, voice.wishes) == (True, {})
