"""Which agent is asked: every strategy, levels, skills, and one agent in several queues."""

from __future__ import annotations

from collections import Counter

import pytest

from appliance.contract.errors import ContractError
from appliance.contract.journal import EntryKind
from appliance.contract.plan import Tier
from appliance.core.acd.strategy import strategy
from appliance.core.call.wants import Wants
from tests.core.acd_hall import Hall, agent, queue


def order(hall: Hall, calls: int, seconds: float = 5.0) -> list[str]:
    """Who is asked, call after call, when everybody is free again before the next."""
    found = []
    for _ in range(calls):
        line = hall.call()
        (who,) = hall.ringing()
        found.append(who)
        hall.answer(who)
        hall.wait(seconds)
        hall.leave(line)
        hall.wait(1)
    hall.check()
    return found


def test_unknown_strategy_is_an_error() -> None:
    with pytest.raises(ContractError):
        strategy("guess")


def test_longest_idle() -> None:
    assert order(Hall(), 5) == ["11", "12", "13", "11", "12"]


def test_top_down_begins_at_the_top_each_time() -> None:
    hall = Hall([queue(strategy="top_down")])
    assert order(hall, 3) == ["11", "11", "11"]
    places = {"11": Tier(1, 3), "12": Tier(1, 1), "13": Tier(1, 2)}
    hall = Hall([queue(strategy="top_down")], [agent(n, tiers={"sales": t}) for n, t in places.items()])
    hall.call()
    hall.call()
    assert hall.ringing() == ["12", "13"]


def test_round_robin_goes_on_where_it_stopped() -> None:
    hall = Hall([queue(strategy="round_robin")])
    assert order(hall, 4) == ["11", "12", "13", "11"]
    hall.status("12", "logged_out")
    assert order(hall, 2) == ["13", "11"]
    hall.log_in("12")
    assert order(hall, 1) == ["12"], "whoever comes after the one asked last, not from the top again"


def test_round_robin_counts_who_was_asked_not_who_answered() -> None:
    hall = Hall([queue(strategy="round_robin")])
    hall.call()
    hall.decline("11")
    hall.decline("12")
    assert hall.ringing() == ["13"]


def test_fewest_calls_and_who_logs_in_late_is_not_flooded() -> None:
    hall = Hall([queue(strategy="fewest_calls")])
    hall.status("13", "logged_out")
    assert sorted(order(hall, 4)) == ["11", "11", "12", "12"]
    hall.log_in("13")
    assert Counter(order(hall, 6)) == {"11": 2, "12": 2, "13": 2}


def test_least_talk_time() -> None:
    hall = Hall([queue(strategy="least_talk_time")], [agent("11"), agent("12")])
    assert order(hall, 1, seconds=60) == ["11"]
    assert order(hall, 3, seconds=10) == ["12", "12", "12"]
    assert order(hall, 1, seconds=40) == ["12"]
    assert order(hall, 1) == ["11"]


def test_random_is_even_and_seeded() -> None:
    first, second = (Hall([queue(strategy="random")], seed=7) for _ in range(2))
    drawn = order(first, 60, 1)
    assert drawn == order(second, 60, 1), "the same seed, the same choices"
    assert all(12 <= count <= 30 for count in Counter(drawn).values())


def test_weighted_random_follows_the_weights() -> None:
    people = [agent("11", tiers={"sales": Tier(weight=9)}), agent("12")]
    drawn = Counter(order(Hall([queue(strategy="weighted_random")], people), 100, 1))
    assert 80 <= drawn["11"] <= 98 and drawn["12"] >= 2


def test_ring_all_rings_all_and_one_answers() -> None:
    hall = Hall([queue(strategy="ring_all")])
    line = hall.call()
    assert hall.ringing() == ["11", "12", "13"]
    hall.answer("12")
    assert hall.ringing() == [] and hall.state("12")[1] == "in_call"
    assert {hall.state(one)[1] for one in ("11", "13")} == {"waiting"}
    hall.leave(line)
    assert [record.agent for record in hall.records] == ["12"]
    hall.check_quiet()


def test_ring_all_adds_who_comes_free_and_goes_on_without_who_declines() -> None:
    hall = Hall([queue(strategy="ring_all")])
    hall.status("13", "on_break")
    hall.call()
    hall.decline("11")
    assert hall.ringing() == ["12"]
    hall.status("13", "available")
    assert hall.ringing() == ["12", "13"]


def test_ring_all_serves_the_next_caller_as_soon_as_one_is_answered() -> None:
    hall = Hall([queue(strategy="ring_all")])
    hall.call(number="+14155550001")
    hall.call(number="+14155550002")
    hall.answer("11")
    assert hall.ringing() == ["12", "13"] and hall.rung_for("12") == "+14155550002"


def test_ring_all_leaves_higher_levels_alone_until_they_are_due() -> None:
    people = [agent("11"), agent("12", tiers={"sales": Tier(2)})]
    hall = Hall([queue(strategy="ring_all", widen_seconds=10.0)], people)
    hall.call()
    assert hall.ringing() == ["11"]
    hall.wait(9)
    assert hall.ringing() == ["11"]
    hall.wait(2)
    assert hall.ringing() == ["11", "12"]
    hall = Hall([queue(strategy="ring_all")], people)
    hall.call()
    hall.wait(15)
    assert hall.ringing() == ["11"], "without widening the lowest level that has anybody is rung"


def test_ring_progressively_adds_one_after_the_other() -> None:
    hall = Hall([queue(strategy="ring_progressively", ring_step_seconds=4.0)])
    hall.call()
    assert hall.ringing() == ["11"]
    hall.wait(4.5)
    assert hall.ringing() == ["11", "12"]
    hall.wait(4)
    assert hall.ringing() == ["11", "12", "13"]
    hall.answer("11")
    assert hall.ringing() == []


# ------------------------------------------------------------------------- levels


def test_lower_levels_first_and_the_next_after_a_while() -> None:
    people = [agent("11", tiers={"sales": Tier(2)}), agent("12", tiers={"sales": Tier(1)})]
    hall = Hall([queue()], people)
    hall.call()
    assert hall.ringing() == ["12"]
    hall.call()
    assert hall.ringing() == ["11", "12"], "all levels at once, in order"
    hall = Hall([queue(widen_seconds=30.0)], people)
    hall.call()
    hall.answer("12")
    hall.call()
    assert hall.ringing() == []
    assert hall.left()["11"].code == "tier" and hall.left()["11"].arguments == ("2", "30")
    hall.wait(29)
    assert hall.ringing() == []
    hall.wait(1.5)
    assert hall.ringing() == ["11"]


def test_level_without_anybody_there_is_not_waited_for() -> None:
    people = [agent("11", tiers={"sales": Tier(2)}), agent("12", tiers={"sales": Tier(1)})]
    hall = Hall([queue(widen_seconds=30.0)], people)
    hall.status("12", "logged_out")
    hall.call()
    assert hall.ringing() == ["11"]


def test_new_settings_count_for_those_who_wait() -> None:
    people = [agent("11", tiers={"sales": Tier(2)}), agent("12")]
    hall = Hall([queue(widen_seconds=300.0)], people)
    hall.call()
    hall.answer("12")
    hall.call()
    hall.change_queue(widen_seconds=20.0)
    hall.wait(21)
    assert hall.ringing() == ["11"]


# ------------------------------------------------------------------------- skills


def test_needs_of_the_caller_are_met_and_relaxed_step_by_step() -> None:
    people = [agent("11", skills={"spanish": 4}), agent("12", skills={"spanish": 9}), agent("13")]
    hall = Hall([queue(relax_seconds=20.0, relax_levels=2)], people)
    wants = Wants(skills={"spanish": 8})
    hall.call(wants=wants)
    assert hall.ringing() == ["12"]
    hall.answer("12")
    hall.call(wants=Wants(skills={"spanish": 8}))
    assert hall.ringing() == []
    assert hall.left()["11"].arguments == ("spanish", "4", "8")
    hall.wait(39)
    assert hall.ringing() == []
    hall.wait(2)
    assert hall.ringing() == ["11"], "8 - 2 - 2 = 4"
    hall.answer("11")
    hall.call(wants=Wants(skills={"spanish": 8}))
    hall.wait(300)
    assert hall.ringing() == [], "who has not the skill at all is never asked"


def test_skills_of_the_queue_and_the_best_first() -> None:
    people = [agent("11", skills={"tax": 3}), agent("12", skills={"tax": 7}), agent("13")]
    hall = Hall([queue(strategy="skills", skills={"tax": 2})], people)
    hall.call()
    assert hall.ringing() == ["12"]
    hall.call()
    hall.call()
    assert hall.ringing() == ["11", "12"]


# ------------------------------------------------- one agent in several queues


def test_longest_waiter_across_queues() -> None:
    hall = Hall([queue("sales"), queue("help")], [agent("11", "sales", "help")], available=False)
    hall.call("help", "+14155550001")
    hall.wait(5)
    hall.call("sales", "+14155550002")
    hall.log_in("11")
    assert hall.rung_for("11") == "+14155550001"


def test_head_start_weight_and_importance() -> None:
    queues = [queue("sales", head_start_seconds=60.0), queue("help"), queue("vip", vip_seconds=200.0)]
    hall = Hall(queues, [agent("11", "sales", "help", "vip")], available=False)
    hall.call("help", "+14155550001")
    hall.wait(50)
    hall.call("sales", "+14155550002")
    hall.wait(10)
    hall.call("vip", "+14155550003", Wants(vip=True))
    hall.wait(1)
    hall.log_in("11")
    served = []
    for _ in range(3):
        served.append(hall.rung_for("11"))
        hall.serve("11")
    assert served == ["+14155550003", "+14155550002", "+14155550001"]
    assert hall.entries(EntryKind.ROUTED)[3].data["by"] == "priority"


def test_weight_lets_a_wait_count_more() -> None:
    hall = Hall([queue("sales", weight=3.0), queue("help")], [agent("11", "sales", "help")], available=False)
    hall.call("help", "+14155550001")
    hall.wait(20)
    hall.call("sales", "+14155550002")
    hall.wait(20)
    hall.log_in("11")
    assert hall.rung_for("11") == "+14155550002", "3 x 20 s count more than 40 s"


def test_flows_ask_for_skills_and_head_starts_by_variables() -> None:
    people = [agent("11", skills={"tax": 4}), agent("12", skills={"tax": 8})]
    hall = Hall(agents=people)
    hall.call(skill_tax="6", head_start="nonsense")
    assert hall.ringing() == ["12"]
    hall.status("11", "on_break")
    hall.call(number="+14155550001")
    hall.call(number="+14155550002", head_start="60")
    assert hall.entries(EntryKind.QUEUE_ENTERED)[-1].data["position"] == 1
    hall.status("11", "available")
    assert hall.rung_for("11") == "+14155550002"


@pytest.mark.parametrize(
    ("value", "level"), [("7", 7), ("99", 10), ("", None), ("-3", None), ("٣", None), ("x", None)]
)
def test_what_is_no_level_asks_for_nothing(value: str, level: int | None) -> None:
    wants = Wants()
    wants.take({"skill_tax": value, "other": "5"})
    assert wants.skills == ({} if level is None else {"tax": level})
