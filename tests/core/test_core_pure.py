"""The parts that need no call: hours, digits, menu, numbers, states."""

from __future__ import annotations

from datetime import UTC, datetime, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.clock import SteppedClock
from appliance.contract.errors import ContractError
from appliance.contract.ids import dial_string
from appliance.contract.plan import OpeningHours
from appliance.core.acd.agent import Agent, AgentState
from appliance.core.acd.offer import Offer, OfferState, outcome_of
from appliance.core.call.call import Call, Direction, Stage
from appliance.core.call.digits import DigitCollector
from appliance.core.call.leg import LegState, Role
from appliance.core.ivr.schedule import is_open
from appliance.core.numbers import for_loop_start, to_e164
from tests.core.office import Office


@pytest.mark.parametrize(
    ("at", "is_it"),
    [
        (datetime(2026, 3, 2, 7, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 8, 0, tzinfo=UTC), True),  # 09:00 in Berlin, winter
        (datetime(2026, 3, 2, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 6, 7, 0, tzinfo=UTC), True),  # summer time
        (datetime(2026, 3, 3, 10, 0, tzinfo=UTC), False),  # a Tuesday
    ],
)
def test_opening_hours_are_local(at: datetime, is_it: bool) -> None:
    assert is_open(OpeningHours("Europe/Berlin", ((0, time(9), time(17)),)), at) is is_it


def test_no_hours_is_always_and_several_spans_a_day_count() -> None:
    assert is_open(OpeningHours(), datetime(2026, 1, 1, tzinfo=UTC))
    hours = OpeningHours("UTC", ((0, time(9), time(12)), (0, time(13), time(17))))
    at = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (10, 12, 13)]
    assert [is_open(hours, when) for when in at] == [True, False, True]


def collect(clock: SteppedClock, most: int = 4, closing: str = "#") -> tuple[DigitCollector, list[str]]:
    done: list[str] = []
    return DigitCollector(clock.after, 5.0, most, done.append, closing), done


def test_digits_end_by_count_key_or_silence_once() -> None:
    clock = SteppedClock()
    collector, done = collect(clock)
    for digit in "12345":
        collector.take(digit)
    assert done == ["1234"]
    collector, done = collect(clock)
    for digit in "12#3":
        collector.take(digit)
    assert done == ["12"]
    collector, done = collect(clock)
    clock.advance(100)
    assert done == [], "the time-out begins when the prompt is over"
    collector.wait()
    clock.advance(4)
    collector.take("7")
    clock.advance(4.9)
    assert done == []
    clock.advance(0.2)
    assert done == ["7"]
    assert clock.pending() == 0


def test_cancelled_collector_gives_nothing() -> None:
    clock = SteppedClock()
    collector, done = collect(clock)
    collector.take("1")
    collector.cancel()
    collector.take("2")
    collector.wait()
    clock.advance(60)
    assert done == [] and clock.pending() == 0


@pytest.mark.parametrize(
    ("number", "country", "kept"),
    [
        ("030 1234567", "DE", "+49301234567"),
        ("(415) 555-0100", "US", "+14155550100"),
        ("+44 20 7946 0958", "US", "+442079460958"),
        ("112", "DE", "112"),
        ("116117", "DE", "116117"),
        ("5550100", "US", "5550100"),
        ("*4155550100", "US", "*4155550100"),
        ("anonymous", "US", "anonymous"),
        (None, "US", None),
        ("", "US", None),
    ],
)
def test_numbers_are_kept_in_e164_where_they_can_be(
    number: str | None, country: str, kept: str | None
) -> None:
    assert to_e164(number, country) == kept


@given(st.text(max_size=40), st.sampled_from(["US", "DE", "XX", ""]))
def test_any_text_is_a_number_or_stays_what_it_is(text: str, country: str) -> None:
    kept = to_e164(text, country)
    assert kept is None or kept == text or kept.startswith("+")


@given(st.from_regex(r"\A\+?[0-9*#]{1,32}\Z"))
def test_loop_start_lines_get_keys_only(text: str) -> None:
    assert not for_loop_start(dial_string(text), "US").startswith("+")


def test_plus_is_spelled_out_by_country() -> None:
    assert for_loop_start(dial_string("+14155550100"), "US") == "14155550100"
    assert for_loop_start(dial_string("+493012345678"), "DE") == "03012345678"
    assert for_loop_start(dial_string("4155550100"), "US") == "4155550100"


def test_moves_that_are_not_legal_are_errors() -> None:
    office = Office()
    kernel = office.system._kernel
    call = Call(kernel, Direction.INTERNAL)
    line = kernel.handsets["201"]
    leg = call.add_leg(line, LegState.RINGING, Role.CALLER)
    with pytest.raises(ContractError):
        leg.answered(False, "nobody answered it")
    with pytest.raises(ContractError):
        call.move(Stage.HELD, "nobody talks")
    agent = Agent(kernel, office.plan.agents["11"])
    with pytest.raises(ContractError):
        agent.move(AgentState.WRAP_UP, "there was no call")
    offer = Offer(call, office.plan.queues["sales"], agent, kernel.handsets["202"])
    offer.answered()
    with pytest.raises(ContractError):
        offer.answered()
    assert offer.state is OfferState.ANSWERED


def test_call_that_ends_takes_no_leg_and_no_step() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    call = next(iter(office.system._kernel.calls.values()))
    phone.deaf = True
    line.hang_up()
    office.pump()
    assert call.stage is Stage.ENDING
    with pytest.raises(ContractError):
        call.add_leg(office.system._kernel.handsets["202"], LegState.CALLING, Role.AGENT)
    step = call.step
    call.enter(step, "too late")
    assert call.stage is Stage.ENDING


def test_offer_outcomes_are_total() -> None:
    assert outcome_of(None) is OfferState.ABSENT


def test_journal_order_within_a_call() -> None:
    office = Office()
    office.log_in("11")
    line, _ = office.talk()
    line.hang_up()
    office.pump()
    kinds = [entry.kind.value for entry in office.journal.entries if entry.call is not None]
    assert kinds == [
        "call_started",
        "leg_added",
        "caller_id",
        "leg_answered",
        "flow_entered",  # greeting
        "flow_entered",  # menu
        "digits",
        "flow_entered",
        "queue_entered",
        "routed",
        "leg_added",
        "offered",
        "leg_answered",
        "offer_ended",
        "connected",
        "recording_started",
        "recording_ended",
        "leg_released",
        "leg_released",
        "call_ended",
    ]
    times = [entry.at for entry in office.journal.entries]
    assert all(earlier <= later for earlier, later in pairwise(times))
