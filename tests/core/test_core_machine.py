"""Anything may happen at any time, in any order: what must hold, holds."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.events import (
    CallWaiting,
    DigitHeard,
    HookFlash,
    SilenceHeard,
    Stage,
    Tone,
    ToneHeard,
    TrunkState,
    VoiceHeard,
)
from appliance.contract.ids import LegId, PortId
from appliance.core.acd.agent import AgentState
from appliance.core.call.step import Idle
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import CHOICES, NOTICE, Office, make_menu, make_plan
from tests.support.examples import examples

TRUNKS = st.sampled_from(["gsm1", "gsm2", "fxo1"])
DESKS = st.sampled_from(["201", "202", "203"])
AGENTS = st.sampled_from(["11", "12", "13"])
CAUSES = st.sampled_from(
    [
        HangupCause.NORMAL_CLEARING,
        HangupCause.USER_BUSY,
        HangupCause.CALL_REJECTED,
        HangupCause.SUBSCRIBER_ABSENT,
        HangupCause.LINE_FAULT,
        HangupCause.CONGESTION,
        HangupCause.NO_ANSWER,
    ]
)
NUMBERS = st.sampled_from(
    ["201", "202", "203", "12", "4155550123", "911", "*50*11*1100", "*50", "*51", "*52", "*53", "*54"]
    + ["*78", "*79", "*50*12*1", "nonsense"]
)

TARGETS = st.sampled_from(["201", "202", "203", "12", "4155550123", "911", "*50", "nonsense"])


class AnyOrder(RuleBasedStateMachine):
    """Three lines, three desks, three agents; events are delivered at once, or later, or some of them."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office(handsets=3, trunks="gsm1 gsm2 fxo1")
        self.kernel = self.office.system._kernel
        self.queues = self.office.system._routing.queues
        self.roster = self.office.system._roster
        self.office.change_queue(ring_seconds=8.0, retry_seconds=2.0, wrap_up_seconds=3.0)

    # ------------------------------------------------------------------ outside

    @rule(trunk=TRUNKS, number=st.sampled_from([None, "4155550199"]))
    def a_caller_rings(self, trunk: str, number: str | None) -> None:
        line = self.office.trunks[trunk]
        if line.leg is None:
            line.ring(number)

    @rule(trunk=TRUNKS)
    def a_caller_rings_and_waits_in_the_queue(self, trunk: str) -> None:
        if self.office.trunks[trunk].leg is None:
            self.office.caller_in_queue(trunk)

    @rule(trunk=TRUNKS, digit=st.sampled_from("1279#"), heard=st.booleans())
    def outside_presses_a_key(self, trunk: str, digit: str, heard: bool) -> None:
        line = self.office.trunks[trunk]
        if not heard:
            line.key(digit)
        elif line.port is not None:
            self.office.post.post(DigitHeard(line.port, digit))

    @rule(trunk=TRUNKS, cause=CAUSES)
    def outside_hangs_up(self, trunk: str, cause: HangupCause) -> None:
        self.office.trunks[trunk].hang_up(cause)

    @rule(trunk=TRUNKS, stage=st.sampled_from(Stage))
    def outside_progresses(self, trunk: str, stage: Stage) -> None:
        self.office.trunks[trunk].progress(stage)

    @rule(trunk=TRUNKS)
    def outside_has_audio_early(self, trunk: str) -> None:
        if self.office.trunks[trunk].off_hook:
            self.office.trunks[trunk].audio()

    @rule(trunk=TRUNKS, inferred=st.booleans())
    def outside_picks_up(self, trunk: str, inferred: bool) -> None:
        self.office.trunks[trunk].picked_up(inferred)

    @rule(trunk=TRUNKS, tone=st.sampled_from(Tone))
    def a_tone_is_heard(self, trunk: str, tone: Tone) -> None:
        self._at_port(trunk, lambda port: self.office.post.post(ToneHeard(port, tone)))

    @rule(trunk=TRUNKS, silent=st.booleans())
    def voice_or_silence_is_heard(self, trunk: str, silent: bool) -> None:
        event = SilenceHeard if silent else VoiceHeard
        self._at_port(trunk, lambda port: self.office.post.post(event(port, 60.0)))

    @rule(trunk=TRUNKS)
    def another_caller_knocks(self, trunk: str) -> None:
        leg = self.office.trunks[trunk].leg
        self.office.post.post(CallWaiting(trunk, leg or LegId("none"), "5550100"))

    @rule(trunk=TRUNKS, state=st.sampled_from(TrunkState), loses=st.booleans())
    def a_line_changes(self, trunk: str, state: TrunkState, loses: bool) -> None:
        line = self.office.trunks[trunk]
        line.status(state)
        if loses and state is not TrunkState.IN_SERVICE:
            line.hang_up(HangupCause.LINE_FAULT)

    @rule(trunk=TRUNKS)
    def a_line_is_well_again(self, trunk: str) -> None:
        self.office.trunks[trunk].status(TrunkState.IN_SERVICE)

    # ------------------------------------------------------------------- inside

    @rule(agent=AGENTS, status=st.sampled_from(["available", "on_break", "logged_out"]), desk=DESKS)
    def the_page_sets_a_status(self, agent: str, status: str, desk: str) -> None:
        try:
            self.office.system.set_agent_status(agent, status, None, desk, "page")
        except CallboxError as refused:
            assert str(refused)

    @rule(agent=AGENTS)
    def an_agent_sits_down(self, agent: str) -> None:
        try:
            self.office.system.set_agent_status(agent, "available", None, None, "page")
        except CallboxError as refused:
            assert str(refused)

    @rule(desk=DESKS)
    def a_handset_is_picked_up(self, desk: str) -> None:
        if self.office.handsets[desk].ringing:
            self.office.handsets[desk].pick_up()

    @rule(desk=DESKS, cause=CAUSES)
    def a_handset_refuses(self, desk: str, cause: HangupCause) -> None:
        if self.office.handsets[desk].ringing:
            self.office.handsets[desk].refuse(cause)

    @rule(desk=DESKS, which=st.integers(0, 2))
    def a_handset_hangs_up(self, desk: str, which: int) -> None:
        legs = list(self.office.handsets[desk].legs)
        if legs:
            self.office.handsets[desk].hang_up(legs[which % len(legs)])

    @rule(desk=DESKS, number=NUMBERS)
    def a_handset_dials(self, desk: str, number: str) -> None:
        if len(self.office.handsets[desk].legs) < 3:
            self.office.handsets[desk].dial(number)

    @rule(desk=DESKS, digits=st.sampled_from(["11#", "1100#", "5", "#"]))
    def a_handset_presses_keys(self, desk: str, digits: str) -> None:
        if self.office.handsets[desk].legs:
            self.office.handsets[desk].key(digits)

    @rule(desk=DESKS, held=st.booleans(), flash=st.booleans())
    def a_handset_holds(self, desk: str, held: bool, flash: bool) -> None:
        phone = self.office.handsets[desk]
        if phone.talking and flash:
            self.office.post.post(HookFlash(desk, phone.talking[0]))
        elif phone.talking:
            phone.hold(held)

    @rule(desk=DESKS, to=TARGETS)
    def a_handset_transfers_blind(self, desk: str, to: str) -> None:
        if self.office.handsets[desk].talking:
            self.office.handsets[desk].transfer(to)

    @rule(desk=DESKS, to=TARGETS, other_way=st.booleans())
    def a_handset_transfers_attended(self, desk: str, to: str, other_way: bool) -> None:
        legs = list(self.office.handsets[desk].legs)
        if len(legs) >= 2:
            first, second = (legs[1], legs[0]) if other_way else (legs[0], legs[1])
            self.office.handsets[desk].transfer(to, first, second)

    @rule(desk=DESKS, registered=st.booleans())
    def a_handset_registers_or_goes(self, desk: str, registered: bool) -> None:
        self.office.handsets[desk].register(registered)

    @rule(desk=DESKS)
    def a_handsets_port_moves(self, desk: str) -> None:
        """A re-INVITE: the audio goes and comes back elsewhere."""
        phone = self.office.handsets[desk]
        self.office.pump()
        if phone.talking:
            phone.move_audio(phone.talking[0])

    # ---------------------------------------------------------------------- box

    @rule(trunk=TRUNKS, command=st.sampled_from(["dial", "answer", "release", "send_digits"]))
    def a_trunk_driver_fails(self, trunk: str, command: str) -> None:
        self.office.trunks[trunk].raises = {command}

    @rule(desk=DESKS, command=st.sampled_from(["ring", "answer", "stop_ringing", "progress"]))
    def a_handset_driver_fails(self, desk: str, command: str) -> None:
        self.office.handsets[desk].raises = {command}

    @rule(trunk=TRUNKS, desk=DESKS, deaf=st.booleans())
    def drivers_go_deaf_or_recover(self, trunk: str, desk: str, deaf: bool) -> None:
        self.office.trunks[trunk].deaf = deaf
        self.office.handsets[desk].deaf = deaf
        self.office.trunks[trunk].raises = set()
        self.office.handsets[desk].raises = set()

    @rule(notice=st.booleans(), record=st.booleans(), agents=st.integers(1, 4))
    def the_settings_change(self, notice: bool, record: bool, agents: int) -> None:
        whole = make_plan()
        kept = dict(list(whole.agents.items())[:agents])
        flow = make_menu() if "12" in kept else make_menu({"1": CHOICES["1"]})
        notice_prompt = NOTICE if notice else ()
        self.office.change(flows={"main": flow}, agents=kept, recording_notice=notice_prompt, record=record)

    @rule(which=st.integers(0, 5))
    def the_page_releases_a_call(self, which: int) -> None:
        calls = self.office.system.live().calls
        if calls:
            self.office.system.release_call(calls[which % len(calls)].id)

    @rule(slow=st.booleans())
    def pins_are_checked(self, slow: bool) -> None:
        self.office.pins.at_once = not slow
        self.office.pins.answer_all()

    @rule(count=st.integers(1, 4))
    def some_events_arrive(self, count: int) -> None:
        for _ in range(min(count, len(self.office.post.letters))):
            self.office.system.handle(self.office.post.letters.pop(0))

    @rule()
    def all_events_arrive(self) -> None:
        self.office.pump()

    @rule(seconds=st.sampled_from([0.25, 1.0, 3.0, 9.0, 30.0]))
    def time_passes(self, seconds: float) -> None:
        self.office.wait(seconds)

    # -------------------------------------------------------------- what holds

    @invariant()
    def records_are_right_and_nothing_broke(self) -> None:
        self.office.check()

    @invariant()
    def no_agent_is_idle_while_a_caller_they_could_take_waits(self) -> None:
        for queued in self.queues.waiting:
            assert queued.offer is not None or not self.roster.eligible(queued.queue)

    @invariant()
    def no_inbound_call_has_two_agents_and_no_agent_two_offers(self) -> None:
        offered = [queued.offer.agent.id for queued in self.queues.waiting if queued.offer is not None]
        assert len(offered) == len(set(offered))
        for call in self.kernel.calls.values():
            inside = [leg for leg in call.legs if leg.alive and not leg.outside]
            assert call.direction != "inbound" or len(inside) <= 1
        for agent in self.roster.agents.values():
            line = self.kernel.handsets.get(agent.handset or "")
            legs = [leg for leg in line.legs if leg.alive and not leg.service] if line else []
            rung = [leg for leg in legs if leg.role == "agent" and leg.call.direction == "inbound"]
            assert len(rung) <= 1, "in two callers' calls at once"
            assert not legs or agent.state not in (AgentState.WAITING, AgentState.WRAP_UP)

    @invariant()
    def every_call_is_going_somewhere_and_every_leg_belongs_to_one(self) -> None:
        for call in self.kernel.calls.values():
            assert call.legs, "a call without a leg is over"
            assert not call.open or not isinstance(call.step, Idle), "a caller is lost"
            assert call.open or not any(leg.alive for leg in call.legs)
        for leg_id, leg in self.kernel.legs.items():
            assert leg.id == leg_id and leg in leg.call.legs and leg.call.id in self.kernel.calls
            assert leg in leg.line.legs
        for port, leg in self.kernel.ports.items():
            assert leg.port == port

    @invariant()
    def what_is_off_hook_is_known(self) -> None:
        if self.office.post.letters:
            return
        for trunk in self.office.trunks.values():
            assert trunk.leg is None or trunk.leg in self.kernel.legs or self._given_up(trunk)
        for phone in self.office.handsets.values():
            assert all(leg in self.kernel.legs for leg in phone.legs) or self._given_up(phone)

    @invariant()
    def only_parties_of_one_call_hear_each_other(self) -> None:
        if self.office.post.letters:
            return
        for pair in self.office.media.pairs:
            legs = [self.kernel.ports[port] for port in pair]
            assert legs[0].call is legs[1].call and not any(leg.held for leg in legs)
        for left, right in self.office.media.recordings.values():
            assert self.kernel.ports[left].outside and not self.kernel.ports[right].outside

    def teardown(self) -> None:
        """Everybody goes home: the lines are on hook and no timer is left."""
        for trunk in self.office.trunks.values():
            trunk.deaf, trunk.raises = False, set()
        for phone in self.office.handsets.values():
            phone.deaf, phone.raises = False, set()
        self.office.pins.answer_all()
        self.office.pump()
        for _ in range(3):
            for trunk in self.office.trunks.values():
                trunk.hang_up()
            for phone in self.office.handsets.values():
                phone.hang_up()
            self.office.wait(15)
        self.office.check_quiet()

    # ------------------------------------------------------------------ helpers

    def _at_port(self, trunk: str, act: Callable[[PortId], None]) -> None:
        port = self.office.trunks[trunk].port
        if port is not None:
            act(port)

    @staticmethod
    def _given_up(line: FakeTrunk | FakeHandset) -> bool:
        """A driver that broke its contract: the core gave its leg up after five seconds."""
        return line.deaf or bool(line.raises) or line.broke


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=examples(60),
    stateful_step_count=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
