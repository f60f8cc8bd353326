"""The table of trees: what is read is what was written, and anything else is refused with a reason."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.answering import AnswerWish
from appliance.media.amd_features import NAMES
from appliance.media.amd_trees import TableError, Trees, read, shipped

SMALL = """callbox-amd 1
features seconds voiced
start -0.5
wish lose_no_person 0.2 0.99
wish balanced 0.1 0.9
wish few_machines 0.05 0.8
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
    assert wishes[AnswerWish.BALANCED].person == 0.1 and wishes[AnswerWish.LOSE_NO_PERSON].machine == 0.99


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
    assert all(limits.person < 0.5 for limits in (careful, balanced, bold))
