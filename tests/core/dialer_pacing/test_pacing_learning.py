"""When to call whom: learnt from dials, told in counts, and its gain measured against those it is kept away
from.
"""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.dialer.learning import PARTS, AnswerModel, DialFacts, LeadCounts, Learning, part_of
from appliance.core.dialer.learning_gain import HOLD_OUT, Group, gain, held_out, wilson

EVENING, MORNING = part_of(18), part_of(10)
FACTS = st.builds(
    DialFacts,
    st.integers(0, len(PARTS) - 1),
    st.integers(0, 6),
    st.sampled_from(["a", "b"]),
    st.integers(0, 9),
)


def facts(part: int, tried: int = 0, list_id: str = "a", weekday: int = 1) -> DialFacts:
    return DialFacts(part, weekday, list_id, tried)


@given(st.lists(st.tuples(FACTS, st.booleans()), max_size=120), FACTS)
def test_chances_are_chances(dials: list[tuple[DialFacts, bool]], asked: DialFacts) -> None:
    model = AnswerModel()
    for one, person in dials:
        model.observe(one, person)
    assert 0.0 < model.chance(asked) < 1.0


@pytest.mark.parametrize("hour", range(24))
def test_each_hour_has_its_part(hour: int) -> None:
    begins, ends = PARTS[part_of(hour)]
    assert begins <= hour < ends


def test_the_model_finds_hours_and_lists_apart() -> None:
    """Evenings answer 40 %, mornings 15; list b half as often: all four are found, also where b was hardly
    called.
    """
    model, chance = AnswerModel(), random.Random(1)
    true = {EVENING: 0.4, MORNING: 0.15}
    for _ in range(4000):
        part, list_id = chance.choice((EVENING, MORNING)), chance.choice("aaaab")
        share = true[part] * (0.5 if list_id == "b" else 1.0)
        model.observe(facts(part, list_id=list_id, weekday=chance.randrange(5)), chance.random() < share)
    for part, share in true.items():
        assert model.chance(facts(part)) == pytest.approx(share, abs=0.05)
        assert model.chance(facts(part, list_id="b")) == pytest.approx(share / 2.0, abs=0.06)


def test_chances_come_true() -> None:
    """Of the dials given about 0.3, about three of ten answer; measured on dials not yet learnt."""
    model, chance = AnswerModel(), random.Random(2)
    told: dict[int, list[tuple[float, bool]]] = {}
    for _ in range(6000):
        one = DialFacts(chance.randrange(6), chance.randrange(7), chance.choice("abc"), chance.randrange(4))
        logit = -1.5 + 0.35 * one.part - 0.3 * one.tried + (0.5 if one.list_id == "c" else 0.0)
        person = chance.random() < 1.0 / (1.0 + math.exp(-logit))
        said = model.chance(one)
        told.setdefault(int(said * 5), []).append((said, person))
        model.observe(one, person)
    for pairs in (pairs for pairs in told.values() if len(pairs) > 300):
        mean = sum(said for said, _ in pairs) / len(pairs)
        assert sum(person for _, person in pairs) / len(pairs) == pytest.approx(mean, abs=0.06)


def test_a_lead_that_answers_in_the_evening_is_called_then_and_the_reason_is_a_count() -> None:
    learning = Learning()
    counts = LeadCounts(dials={MORNING: 5, EVENING: 6}, answers={EVENING: 4})
    advice = learning.best(facts(MORNING, tried=11), counts, [MORNING, EVENING])
    assert advice is not None
    assert (advice.part, advice.answered, advice.tried) == (EVENING, 4, 6)
    assert advice.words() == "answered 4 of 6 between 17:00 and 19:00"
    assert advice.chance > 0.4
    mornings = learning.chance(facts(MORNING, tried=11), counts)
    assert mornings is not None
    assert mornings < 0.2


def test_a_lead_never_called_is_what_its_list_is() -> None:
    learning, chance = Learning(), random.Random(3)
    for _ in range(1500):
        learning.model.observe(facts(EVENING), chance.random() < 0.5)
        learning.model.observe(facts(MORNING), chance.random() < 0.1)
    advice = learning.best(facts(MORNING), LeadCounts(), [MORNING, EVENING])
    assert advice is not None
    assert advice.part == EVENING
    assert advice.chance == pytest.approx(0.5, abs=0.07)
    assert advice.words().startswith("not yet called between 17:00 and 19:00; ")


def test_who_never_answers_at_other_hours_is_expected_less_here_too() -> None:
    learning = Learning()
    fresh, silent = (
        learning.chance(facts(EVENING, tried=5), counts)
        for counts in (LeadCounts(), LeadCounts({MORNING: 5}))
    )
    assert fresh is not None
    assert silent is not None
    assert silent < fresh * 0.75


def test_switched_off_it_says_nothing_and_learns_on() -> None:
    learning = Learning(on=False)
    assert learning.chance(facts(EVENING), LeadCounts()) is None
    assert learning.best(facts(EVENING), LeadCounts(), [EVENING]) is None
    for _ in range(100):
        learning.model.observe(facts(EVENING), person=True)
    learning.on = True
    chance = learning.chance(facts(EVENING), LeadCounts())
    assert chance is not None
    assert chance > 0.6
    assert learning.best(facts(EVENING), LeadCounts(), []) is None


def test_what_is_learnt_survives_a_restart_and_rubbish_does_not() -> None:
    model = AnswerModel()
    for _ in range(50):
        model.observe(facts(EVENING), person=True)
    again = AnswerModel()
    again.restore(json.loads(json.dumps(model.snapshot())))
    assert again.chance(facts(EVENING)) == model.chance(facts(EVENING))
    again.restore({"part:4": (math.nan, 1.0), "list:a": (1.0,), "day:1": (0.0, -1.0)})
    assert again.chance(facts(EVENING)) == model.chance(facts(EVENING))


def test_one_lead_of_ten_is_held_out_for_good() -> None:
    leads = [f"lead-{number}" for number in range(20_000)]
    held = [lead for lead in leads if held_out(lead, "spring")]
    assert len(held) / len(leads) == pytest.approx(HOLD_OUT, abs=0.01)
    assert held == [lead for lead in leads if held_out(lead, "spring")]
    other = {lead for lead in leads if held_out(lead, "summer")}
    assert len(other & set(held)) / len(held) == pytest.approx(HOLD_OUT, abs=0.03)
    held_out("\ud800")


def test_wilson_against_its_published_values() -> None:
    """Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    for answers, trials, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(answers / trials, trials) == pytest.approx((low, high), abs=5e-5)


def test_newcombes_difference_of_single_dials() -> None:
    """Newcombe 1998 (differences), table II: 56 of 70 less 48 of 80 is 0.2, from 0.0524 to 0.3339 (method
    10).
    """
    groups = []
    for answers, dials in ((56, 70), (48, 80)):
        group = Group()
        for number in range(dials):
            group.add(0, 0, number < answers)
        groups.append(group)
    found = gain(*groups)
    assert found is not None
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=2e-3)
    assert found.proved


def fill(group: Group, chance: random.Random, leads: int, share: float, alike: bool) -> None:
    for _ in range(leads):
        mine = chance.choice((0.0, 2.0 * share)) if alike else share
        answers = 0
        for tried in range(6):
            person = chance.random() < mine
            group.add(tried, answers, person)
            answers += person


def test_dials_of_one_lead_are_not_counted_as_independent() -> None:
    alike, apart = Group(), Group()
    fill(alike, random.Random(4), 400, 0.3, alike=True)
    fill(apart, random.Random(4), 400, 0.3, alike=False)
    assert apart.worth() > 0.8 * apart.dials
    assert alike.worth() < 0.5 * alike.dials


def test_where_learning_gains_nothing_the_interval_says_so() -> None:
    """Both groups the same, leads alike within: about 95 of 100 intervals hold the true difference, 0."""
    held, rounds = 0, 200
    for seed in range(rounds):
        chance, one, other = random.Random(seed), Group(), Group()
        fill(one, chance, 270, 0.25, alike=True)
        fill(other, chance, 30, 0.25, alike=True)
        found = gain(one, other)
        assert found is not None
        held += not found.proved
    assert held / rounds > 0.9


def test_learning_is_worth_its_while_where_leads_have_their_hours() -> None:
    """Each lead answers at one part of the day only; those learnt from are called then, the tenth at
    random.
    """
    chance, learning = random.Random(9), Learning()
    groups = {True: Group(), False: Group()}
    for lead in range(600):
        own = chance.choice((MORNING, EVENING))
        dials: dict[int, int] = {}
        answers: dict[int, int] = {}
        held = held_out(str(lead))
        for tried in range(8):
            counts = LeadCounts(dict(dials), dict(answers))
            advice = None if held else learning.best(facts(MORNING, tried), counts, [MORNING, EVENING])
            part = advice.part if advice else chance.choice((MORNING, EVENING))
            person = chance.random() < (0.5 if part == own else 0.05)
            learning.model.observe(facts(part, tried), person)
            groups[held].add(sum(dials.values()), sum(answers.values()), person)
            dials[part] = dials.get(part, 0) + 1
            answers[part] = answers.get(part, 0) + person
    found = gain(groups[False], groups[True])
    assert found is not None
    assert found.proved
    assert found.difference > 0.08
    assert found.low < found.difference < found.high


def test_no_gain_is_told_before_both_were_called() -> None:
    called = Group()
    called.add(0, 0, True)
    assert gain(called, Group()) is None
    assert gain(Group(), called) is None
