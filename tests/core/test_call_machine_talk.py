"""Anything may happen at any time, with supervisors, conferences, parked calls and reminders among it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from appliance.contract.errors import CallboxError
from appliance.contract.talk import TalkPlan
from appliance.core.call.conference import Conference
from appliance.core.call.conversation import Conversation
from appliance.core.call.leg import Leg, LegState
from appliance.core.call.parked import Parked
from appliance.core.call.supervision import Supervising
from tests.core.fakes import FakeHandset
from tests.core.test_core_machine import AGENTS, DESKS, AnyOrder
from tests.support.examples import examples

CODES = st.sampled_from(
    ["*60*11", "*61*12", "*62*11", "*63*12", "*63*11", "*60", "*8", "*8*201", "*8*202", "*70", "*71*1", "*71"]
    + ["*72", "*73", "*74", "*75*202", "*75*203"]
)


class TalkInAnyOrder(AnyOrder):
    """As `AnyOrder`, with every agent a supervisor and short times."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = self.office.system._routing.talk
        self._settings("end", False)
        self.office.log_in("11", "12", "13")
        self.office.talk("gsm1", "201")

    def _settings(self, leaves: str, on_demand: bool) -> None:
        plans = {name: replace(plan, supervisor=True) for name, plan in self.office.plan.agents.items()}
        talk = TalkPlan(
            supervision_tone="all",
            supervision_tone_seconds=5.0,
            agent_leaves_conference=leaves,
            park_slots=2,
            park_seconds=10.0,
            hold_reminder_seconds=6.0,
            record_on_demand=on_demand,
            numbers={"300": ("queue", "sales"), "301": ("flow", "main")},
        )
        self.office.change(agents=plans, talk=talk)

    @rule(notice=st.booleans(), record=st.booleans(), agents=st.integers(1, 4))
    def the_settings_change(self, notice: bool, record: bool, agents: int) -> None:
        super().the_settings_change(notice, record, agents)
        self._settings("go_on" if notice else "end", record)

    def _phone(self, desk: str) -> FakeHandset:
        """The handset of that desk if somebody talks there, else one where somebody does."""
        phone = self.office.handsets[desk]
        talking = [other for other in self.office.handsets.values() if other.talking]
        return phone if phone.talking or not talking else talking[0]

    @rule(desk=DESKS, code=CODES)
    def a_handset_dials_a_star_code(self, desk: str, code: str) -> None:
        if len(self.office.handsets[desk].legs) < 4:
            self.office.handsets[desk].dial(code)
            self.office.wait(0.5)

    @rule(desk=DESKS, code=st.sampled_from(["*60", "*61", "*62", "*62", "*63"]))
    def an_idle_handset_supervises(self, desk: str, code: str) -> None:
        idle = [phone for phone in self.office.handsets.values() if not phone.legs]
        target = self._phone(desk)
        if idle and target.talking:
            idle[0].dial(f"{code}*{target.name}")
            self.office.wait(1.0)

    @rule(desk=DESKS, number=st.sampled_from(["300", "301"]), transfer=st.booleans())
    def a_handset_goes_to_the_queue_or_the_flow(self, desk: str, number: str, transfer: bool) -> None:
        phone = self.office.handsets[desk]
        if transfer and phone.talking:
            phone.transfer(number)
        elif len(phone.legs) < 4:
            phone.dial(number)

    @rule(trunk=st.sampled_from(["gsm1", "gsm2", "fxo1"]))
    def they_talk(self, trunk: str) -> None:
        """Somebody free answers the next caller."""
        if self.office.trunks[trunk].leg is None:
            self.office.caller_in_queue(trunk)
        for phone in self.office.handsets.values():
            if phone.ringing:
                phone.pick_up()
                self.office.pump()
                return

    @rule()
    def all_that_ring_are_picked_up(self) -> None:
        for phone in self.office.handsets.values():
            if phone.ringing:
                phone.pick_up()
                self.office.pump()

    @rule(desk=DESKS, code=st.sampled_from(["*74", "*70", "*73", "*72"]))
    def a_handset_holds_all_and_dials_a_star_code(self, desk: str, code: str) -> None:
        phone = self._phone(desk)
        for leg in phone.talking:
            phone.hold(True, leg)
        if len(phone.legs) < 4:
            phone.dial(code)
            self.office.wait(0.5)

    @rule(desk=DESKS)
    def a_handset_holds_all_and_calls_a_colleague_who_answers(self, desk: str) -> None:
        phone = self._phone(desk)
        other = self.office.handsets["203" if phone.name != "203" else "201"]
        if phone.talking and len(phone.legs) < 3:
            phone.hold(True)
            phone.dial(other.name)
            self.office.pump()
            if other.ringing:
                other.pick_up()
                self.office.pump()

    @rule(desk=DESKS, outside=st.booleans())
    def a_handset_brings_three_together(self, desk: str, outside: bool) -> None:
        if outside:
            self._phone(desk).dial("4155550123")
            self.office.pump()
            for trunk in self.office.trunks.values():
                trunk.picked_up()
            self.office.pump()
        else:
            self.a_handset_holds_all_and_calls_a_colleague_who_answers(desk)
        self.a_handset_holds_all_and_dials_a_star_code(desk, "*74")

    @rule(desk=DESKS)
    def a_handset_parks_whom_it_talks_to(self, desk: str) -> None:
        self.a_handset_holds_all_and_dials_a_star_code(desk, "*70")

    @rule(desk=DESKS, key=st.sampled_from("4569"))
    def a_supervisor_presses_a_key(self, desk: str, key: str) -> None:
        phone = self._phone(desk)
        if phone.talking:
            phone.key(key, phone.talking[-1])

    @rule(which=st.integers(0, 5), agent=AGENTS, mode=st.sampled_from(["listen", "barge", "take_over"]))
    def the_page_supervises(self, which: int, agent: str, mode: str) -> None:
        self._ask(which, lambda call: self.office.system.supervise(call, agent, mode))

    @rule(which=st.integers(0, 5), do=st.sampled_from(["start", "stop", "pause", "resume"]))
    def the_page_records(self, which: int, do: str) -> None:
        self._ask(which, lambda call: self.office.system.record_call(call, do))

    def _ask(self, which: int, what: object) -> None:
        calls = self.office.system.live().calls
        if calls and callable(what):
            try:
                what(calls[which % len(calls)].id)
            except CallboxError as refused:
                assert str(refused)

    # ---------------------------------------------------------------- what holds

    @invariant()
    def no_inbound_call_has_two_agents_and_no_agent_two_offers(self) -> None:
        """But for conferences, and a handset that is reminded of whom it holds."""
        for call in self.kernel.calls.values():
            inside = [leg for leg in call.legs if leg.alive and not leg.outside]
            if call.direction == "inbound" and not isinstance(call.step, Conference) and call.open:
                assert len({leg.line.name for leg in inside}) <= 1 or self._inside_caller(call.legs)
        for line in self.kernel.handsets.values():
            assert sum(leg.state is LegState.CALLING for leg in line.legs) <= 1, "rings twice at once"

    @staticmethod
    def _inside_caller(legs: list[Leg]) -> bool:
        """An inbound call may have lost its caller: a conference went on without."""
        return not any(leg.outside for leg in legs)

    @invariant()
    def who_is_heard_one_way_is_supervised(self) -> None:
        if self.office.post.letters:
            return
        for source, sink in self.office.media.feeds:
            steps = [self.kernel.ports[port].call.step for port in (source, sink)]
            (watching,) = [step for step in steps if isinstance(step, Supervising)]
            assert watching.agent in watching.target.step.talkers()
            ends = {self.kernel.ports[source], self.kernel.ports[sink]}
            assert watching.origin in ends and not watching.origin.held
            assert ends - {watching.origin} <= set(watching.target.step.audible())

    @invariant()
    def slots_hold_who_is_parked_there(self) -> None:
        for slot, parked in self.talk.parking.slots.items():
            assert parked.slot == slot and parked.call.step is parked and parked.party.alive
        steps = [call.step for call in self.kernel.calls.values()]
        assert sum(isinstance(step, Parked) for step in steps) == len(self.talk.parking.slots)

    @invariant()
    def a_paused_recording_is_silent(self) -> None:
        if self.office.post.letters:
            return
        for recording in self.office.media.recordings:
            call = self.kernel.calls.get(self.kernel.recordings[recording])
            if call is not None and call.open and call.recording_paused:
                assert recording in self.office.media.paused

    @invariant()
    def a_conference_has_three_and_a_talk_two(self) -> None:
        for call in self.kernel.calls.values():
            if call.open and isinstance(call.step, Conference | Conversation):
                talkers = call.step.talkers()
                assert len(talkers) >= (3 if isinstance(call.step, Conference) else 2)
                assert all(leg in call.legs for leg in talkers)


#: What `AnyOrder` tries already, and what would only keep people from talking here.
for _tried in (
    "a_trunk_driver_fails",
    "a_handset_driver_fails",
    "drivers_go_deaf_or_recover",
    "a_line_changes",
    "a_tone_is_heard",
    "voice_or_silence_is_heard",
    "another_caller_knocks",
    "pins_are_checked",
    "a_handset_dials",
    "outside_progresses",
    "a_handset_registers_or_goes",
    "the_page_sets_a_status",
    "outside_presses_a_key",
    "a_caller_rings",
):
    setattr(TalkInAnyOrder, _tried, None)

TestTalkInAnyOrder = TalkInAnyOrder.TestCase
TestTalkInAnyOrder.settings = settings(
    max_examples=examples(30),
    stateful_step_count=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
