"""Anything may happen at any time while an agent is at a telephone outside and queues whisper."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from appliance.contract.errors import CallboxError
from appliance.contract.events import Stage
from appliance.contract.ids import PortId
from appliance.contract.plan import AgentPlan, OutsidePlan, outside_seat
from appliance.contract.talk import TalkPlan
from appliance.core.call.leg import Leg
from tests.core.office import NOTICE, make_plan
from tests.core.test_core_machine import TRUNKS, AnyOrder
from tests.support.examples import examples

NUMBER = "+14155550199"


def _agents(count: int) -> dict[str, AgentPlan]:
    """Agents 11 and 13 may sit outside; 13 has no place inside."""
    kept = dict(list(make_plan().agents.items())[:count])
    found = {}
    for name, agent in kept.items():
        outside = OutsidePlan(NUMBER, accept_seconds=6.0) if name in ("11", "13") else None
        found[name] = replace(
            agent, outside=outside, handset=outside_seat(name) if name == "13" else agent.handset
        )
    return found


class AgentOutside(AnyOrder):
    """As `AnyOrder`, with two agents outside and whispering."""

    def __init__(self) -> None:
        super().__init__()
        self.office.change(agents=_agents(4))
        self.office.change_queue(whisper=True)

    @rule(agent=st.sampled_from(["11", "13"]))
    def an_agent_sits_outside(self, agent: str) -> None:
        try:
            self.office.system.set_agent_status(agent, "available", None, outside_seat(agent), "page")
        except CallboxError as refused:
            assert str(refused)

    @rule(trunk=TRUNKS, accepts=st.booleans())
    def the_agents_telephone_is_picked_up(self, trunk: str, accepts: bool) -> None:
        line = self.office.trunks[trunk]
        if line.dialled and line.dialled[-1] == NUMBER and line.off_hook:
            line.progress(Stage.RINGING)
            line.picked_up()
            self.office.pump()
            if accepts:
                line.key("1")

    @rule(notice=st.booleans(), record=st.booleans(), agents=st.integers(1, 4), spare=st.booleans())
    def the_settings_change_outside(self, notice: bool, record: bool, agents: int, spare: bool) -> None:
        self.office.change(
            agents=_agents(max(agents, 2)),
            recording_notice=NOTICE if notice else (),
            record=record,
            talk=TalkPlan(keep_line_free=spare),
        )

    @invariant()
    def only_parties_of_one_call_hear_each_other(self) -> None:
        if self.office.post.letters:
            return
        for pair in self.office.media.pairs:
            first, second = (self._speaker(port) for port in pair)
            assert first.call is second.call and not first.held and not second.held
        for left, right in self.office.media.recordings.values():
            assert self._speaker(left).outside and not self._speaker(right).outside

    def _speaker(self, port: PortId) -> Leg:
        """Whose voice it is: that of the handset which an outside line stands for."""
        borrowed = [leg for leg in self.kernel.legs.values() if leg.port == port and leg.line.borrows_audio]
        return borrowed[0] if borrowed else self.kernel.ports[port]


TestAgentOutside = AgentOutside.TestCase
TestAgentOutside.settings = settings(
    max_examples=examples(12),
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
