"""Which lead is next: callbacks, lists mixed by weight, the agent's own; no lead twice, none lost, none
stale.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.contract.dialling import Blocked, History, Why
from appliance.contract.leads import LeadState
from appliance.core.dialer.hopper import LOW, Chosen
from tests.core.dialer.leads_rig import AT, Rig, candidate, lead

DUE: dict[str, Any] = {"state": LeadState.CALLBACK, "due": AT}


def test_callbacks_go_before_others_and_an_agents_own_wait_for_that_agent() -> None:
    rig = Rig(lead(1), lead(2, **DUE, agent="11", own=True), lead(3, **DUE, agent="12"))
    assert rig.next() == 3
    assert rig.next() == 1
    assert rig.next() is None and rig.next("12") is None
    assert rig.next("11") == 2


def test_leads_to_be_tried_again_go_first_unless_new_ones_shall() -> None:
    both = (lead(1), lead(2, state=LeadState.RETRY, due=AT - timedelta(hours=1)))
    assert Rig(*both).all() == [2, 1]
    assert Rig(*both, fresh_first=True).all() == [1, 2]


def test_lists_are_mixed_by_their_weights_and_not_in_blocks() -> None:
    leads = [lead(n, list="a") for n in range(60)] + [lead(1000 + n, list="b") for n in range(60)]
    rig = Rig(*leads, lists={"a": 3, "b": 1})
    lists = ["b" if (number or 0) >= 1000 else "a" for number in (rig.next() for _ in range(12))]
    assert "".join(lists) == "aabaaabaaaba"


def test_an_agent_is_given_whom_he_spoke_with_before() -> None:
    rig = Rig(lead(1), lead(2), lead(3, agent="11"), lead(4, agent="11", priority=-1))
    assert rig.next("11") == 3
    assert rig.next("11") == 1, "a lead of less priority is not drawn forward"


def test_the_likeliest_of_the_first_few_is_taken() -> None:
    rig = Rig(lead(1), lead(2), lead(3))
    rig.hopper.score = lambda one, at: {1: 0.2, 2: 0.9, 3: 0.5}[one.lead.id]
    assert rig.all() == [2, 3, 1]


def test_a_place_where_it_is_night_is_not_even_asked_for() -> None:
    rig = Rig(lead(1, "+1310555"), lead(2))
    assert rig.all() == [2]
    rig.clock.advance(3600.0)
    rig.hopper.refill()
    assert rig.next() == 1


def test_what_the_gate_refuses_is_passed_over_counted_and_looked_at_later() -> None:
    rig = Rig(lead(1), lead(2))
    rig.hopper.clear()
    told: list[int] = []
    rig.hopper.passed_over = lambda one, verdict: told.append(one.lead.id)
    drop = History(dropped=AT - timedelta(hours=71, minutes=58))
    rig.shelf.rows = [replace(candidate(lead(1)), history=drop), candidate(lead(2))]
    rig.hopper.refill()
    assert rig.next() == 2
    assert told == [1] and rig.hopper.refused == {Why.LOCKED: 1}
    assert rig.next(held=True) is None, "it was put off"
    rig.clock.advance(301.0)
    rig.hopper.refill()
    assert rig.next() == 1


def test_a_lead_that_ended_is_not_given_out_of_an_answer_that_is_older_than_its_end() -> None:
    rig = Rig(lead(1))
    assert rig.next() == 1
    rig.clock.advance(6.0)
    rig.shelf.held = True
    rig.shelf.rows = [candidate(lead(1))]
    rig.hopper._busy.clear()  # the question goes out as if the lead had been free: its rows are old
    rig.hopper.refill()
    rig.hopper._busy.add(1)
    rig.hopper.ended(1)
    rig.shelf.answer()
    assert rig.next() is None
    rig.clock.advance(6.0)
    rig.hopper.refill()
    assert rig.next() == 1


def test_a_number_that_is_blocked_leaves_the_hopper_and_the_answers_on_their_way() -> None:
    rig = Rig(lead(1), lead(2))
    rig.hopper.forget("+12125550001")
    assert rig.next() == 2
    slow = Rig()
    slow.clock.advance(10.0)
    slow.shelf.held = True
    slow.shelf.rows = [candidate(lead(1))]
    slow.hopper.refill()
    slow.hopper.forget("+12125550001")
    slow.shelf.answer()
    assert slow.next() is None
    blocked = Blocked("own", "", "+12125550001", AT)
    slow.shelf.rows = [replace(candidate(lead(1)), blocked=(blocked,))]
    slow.clock.advance(10.0)
    slow.hopper.refill()
    assert slow.next() is None and slow.hopper.refused == {Why.BLOCKED: 1}


def test_lists_that_cannot_be_read_are_asked_for_again() -> None:
    rig = Rig()
    rig.clock.advance(10.0)
    rig.shelf.broken = True
    rig.hopper.refill()
    assert rig.next() is None
    rig.shelf.broken = False
    rig.shelf.rows = [candidate(lead(1))]
    count = len(rig.shelf.asked)
    rig.hopper.refill()
    assert len(rig.shelf.asked) == count, "not at once"
    came: list[bool] = []
    rig.hopper.filled = lambda: came.append(True)
    rig.clock.advance(6.0)
    rig.hopper.refill()
    assert came and rig.next() == 1


def test_a_callback_becomes_due_while_there_are_many_others() -> None:
    rig = Rig(*(lead(n) for n in range(1, 60)))
    assert len(rig.hopper) > LOW
    rig.shelf.rows.append(candidate(lead(90, state=LeadState.CALLBACK, due=AT + timedelta(minutes=1))))
    rig.clock.advance(61.0)
    rig.next()
    assert rig.next() == 90


def test_facts_do_not_grow_old_in_the_hopper() -> None:
    rig = Rig(*(lead(n) for n in range(1, 30)))
    rig.clock.advance(16 * 60.0)
    rig.hopper.next()
    found = rig.hopper.next()
    assert found is not None and found.candidate.read_at == rig.clock.wall()
    assert Why.UNREAD not in rig.hopper.refused


def test_hundreds_of_refusals_do_not_hold_anybody_up() -> None:
    rig = Rig()
    blocked = Blocked("own", "", "+1*", AT)
    rig.shelf.rows = [replace(candidate(lead(n)), blocked=(blocked,)) for n in range(1, 200)]
    rig.shelf.rows.append(candidate(lead(500)))
    rig.clock.advance(6.0)
    asked: list[int] = []
    rig.hopper.filled = lambda: asked.append(1)
    rig.hopper.refill()
    tries = 0
    while rig.next() is None and tries < 100:
        tries += 1
        rig.clock.advance(0.1)
    assert 9 <= tries < 20 and len(asked) >= tries
    assert rig.hopper.refused == {Why.BLOCKED: 199}


class Handling:
    """Steps of a day with the hopper, in any order."""

    def __init__(self) -> None:
        self.rig = Rig(*(lead(n) for n in range(1, 26)))
        self.out: list[Chosen] = []

    def next(self) -> None:
        chosen = self.rig.hopper.next()
        if chosen is not None:
            assert chosen.candidate.lead.id not in {one.candidate.lead.id for one in self.out}
            self.out.append(chosen)

    def end(self) -> None:
        if self.out:
            gone = self.out.pop().candidate.lead.id
            self.rig.shelf.rows = [one for one in self.rig.shelf.rows if one.lead.id != gone]
            self.rig.hopper.ended(gone)

    def back(self) -> None:
        if self.out:
            self.rig.hopper.given_back(self.out.pop())

    def ask(self) -> None:
        self.rig.hopper.refill()

    def hold(self) -> None:
        self.rig.shelf.held = True

    def answer(self) -> None:
        self.rig.shelf.answer()

    def clear(self) -> None:
        self.rig.hopper.clear()


_STEPS = ["next", "next", "end", "back", "ask", "hold", "answer", "clear"]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(_STEPS), max_size=60))
def test_whatever_happens_no_lead_is_out_twice_and_none_is_lost(steps: list[str]) -> None:
    day = Handling()
    for step in steps:
        day.rig.clock.advance(7.0)
        getattr(day, step)()
    day.answer()
    left = {one.lead.id for one in day.rig.shelf.rows} - {one.candidate.lead.id for one in day.out}
    for _ in range(60):
        day.rig.clock.advance(7.0)
        day.ask()
        day.next()
    assert left <= {one.candidate.lead.id for one in day.out}
