"""A hall for tests of queues: as many lines, queues and agents as wanted, every line straight into its queue.

The core is the real one on the stepped clock; only lines, media and journal are stand-ins.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace

from appliance.contract.cause import HangupCause
from appliance.contract.clock import SteppedClock
from appliance.contract.explained import Reason, unpack
from appliance.contract.flow import FlowPlan, GoNode
from appliance.contract.journal import CallRecord, Entry, EntryKind
from appliance.contract.plan import AgentPlan, HandsetPlan, Plan, QueuePlan, TrunkPlan
from appliance.core.acd.queue import QueuedCall
from appliance.core.call.wants import Wants
from appliance.core.system import System
from tests.core.fake_media import FakeMedia, PostOffice
from tests.core.fakes import GSM, FakeHandset, FakeJournal, FakePins, FakeTrunk


def queue(name: str = "sales", **settings: object) -> QueuePlan:
    """A queue without wrap-up and recording, unless they are asked for."""
    plain = QueuePlan(name, name.capitalize(), wrap_up_seconds=0.0, record=False)
    return replace(plain, **settings)  # type: ignore[arg-type]


def agent(number: str, *queues: str, **settings: object) -> AgentPlan:
    """Agent 11 sits at handset 201."""
    plan = AgentPlan(number, f"Agent {number}", "", f"2{int(number) - 10:02}", queues or ("sales",))
    return replace(plan, **settings)  # type: ignore[arg-type]


def plan_of(queues: Iterable[QueuePlan], agents: Iterable[AgentPlan], lines: int = 4) -> Plan:
    """The settings; lines are called sales1, sales2 …"""
    named, people = {one.name: one for one in queues}, {one.id: one for one in agents}
    flows = {name: FlowPlan(name, "go", {"go": GoNode(kind="queue", target=name)}) for name in named}
    trunks = [(f"{name}{number}", name) for name in named for number in range(1, lines + 1)]
    seats = [one.handset for one in people.values() if one.handset is not None]
    return Plan(
        trunks={line: TrunkPlan(line, line, flow) for line, flow in trunks},
        handsets={name: HandsetPlan(name, f"Desk {name}") for name in seats},
        agents=people,
        queues=named,
        flows=flows,
        record=False,
    )


class Hall:
    """The core with its stand-ins, and short words for what people do."""

    def __init__(
        self,
        queues: Iterable[QueuePlan] | None = None,
        agents: Iterable[AgentPlan] | None = None,
        lines: int = 4,
        seed: int = 1,
        available: bool = True,
    ) -> None:
        self.clock = SteppedClock()
        self.post = PostOffice()
        self.media = FakeMedia(self.clock, self.post)
        self.journal = FakeJournal()
        self.records: list[CallRecord] = []
        people = list(agents if agents is not None else [agent("11"), agent("12"), agent("13")])
        self.plan = plan_of(queues or [queue()], people, lines)
        self.system = System(
            self.clock,
            self.media,
            self.journal,
            FakePins().check,
            lambda: None,
            self.records.append,
            chance=random.Random(seed),
        )
        self.post.sink = self.system.handle
        self.system.apply(self.plan)
        self.trunks = {name: self._trunk(name) for name in self.plan.trunks}
        self.phones = {name: self._phone(name) for name in self.plan.handsets}
        self.pump()
        if available:
            self.log_in(*self.plan.agents)

    def _trunk(self, name: str) -> FakeTrunk:
        trunk = FakeTrunk(name, self.post, self.media, GSM)
        self.system.add_trunk(trunk)
        trunk.start()
        return trunk

    def _phone(self, name: str) -> FakeHandset:
        phone = FakeHandset(name, self.post, self.media)
        self.system.add_handset(phone)
        phone.start()
        return phone

    # --------------------------------------------------------------- courses

    def pump(self) -> None:
        self.post.deliver()

    def wait(self, seconds: float) -> None:
        """Let time pass, delivering what it brings."""
        self.pump()
        end = self.clock.now() + seconds
        while self.clock.now() < end - 1e-9:
            self.clock.advance(min(0.5, end - self.clock.now()))
            self.pump()

    def change(self, **settings: object) -> None:
        """Go on by other settings."""
        self.plan = replace(self.plan, **settings)  # type: ignore[arg-type]
        self.system.apply(self.plan)
        self.pump()

    def change_queue(self, name: str = "sales", **settings: object) -> None:
        changed = replace(self.plan.queues[name], **settings)  # type: ignore[arg-type]
        self.change(queues={**self.plan.queues, name: changed})

    def status(self, who: str, status: str, code: str | None = None) -> None:
        self.system.set_agent_status(who, status, code, None, "page")
        self.pump()

    def log_in(self, *agents: str) -> None:
        for one in agents:
            self.status(one, "available")

    def call(
        self, where: str = "sales", number: str | None = None, wants: Wants | None = None, **flow: str
    ) -> FakeTrunk:
        """Somebody calls on a free line of that queue; what the flow would have found out is `wants`, the
        variables it set are `flow`; "language" is the caller's."""
        line = next(trunk for name, trunk in self.trunks.items() if name.startswith(where) and not trunk.leg)
        self.pump()
        line.ring(number or f"+1415555{len(self.journal.entries):04}")
        first = self.post.letters.pop(0)
        self.system.handle(first)
        call = self.system._kernel.legs[first.leg].call  # type: ignore[union-attr]
        call.wants, call.language = wants or call.wants, flow.pop("language", "")
        call.variables.update(flow)
        self.pump()
        return line

    def phone(self, who: str) -> FakeHandset:
        return self.phones[self.plan.agents[who].handset or ""]

    def answer(self, who: str) -> None:
        self.phone(who).pick_up()
        self.pump()

    def decline(self, who: str, cause: HangupCause = HangupCause.CALL_REJECTED) -> None:
        self.phone(who).refuse(cause)
        self.pump()

    def hang_up(self, who: str) -> None:
        self.phone(who).hang_up()
        self.pump()

    def leave(self, line: FakeTrunk) -> None:
        line.hang_up()
        self.pump()

    def serve(self, who: str, seconds: float = 5.0) -> None:
        """The agent takes the call that rings, talks, and hangs up."""
        self.answer(who)
        self.wait(seconds)
        self.hang_up(who)

    # --------------------------------------------------------------- looking

    def ringing(self) -> list[str]:
        """The agents whose telephones ring, by number."""
        return sorted(one for one in self.plan.agents if self.phone(one).ringing)

    def rung_for(self, who: str) -> str | None:
        """Whose number the agent's telephone shows."""
        phone = self.phone(who)
        leg = phone.ringing
        return phone.legs[leg].party.number if leg is not None else None

    def entries(self, kind: EntryKind) -> list[Entry]:
        return [entry for entry in self.journal.entries if entry.kind is kind]

    def routed(self) -> Entry:
        """The newest decision."""
        return self.entries(EntryKind.ROUTED)[-1]

    def left(self) -> dict[str, Reason]:
        """Agent -> why the newest decision passed them over."""
        found = unpack(str(self.routed().data.get("left", "")))
        return {name: reason for reason in found for name in reason.agents}

    def state(self, who: str) -> tuple[str, str]:
        live = next(one for one in self.system.live().agents if one.id == who)
        return live.status, live.state

    def waiting(self) -> list[QueuedCall]:
        """The callers on the line."""
        return [one for one in self.system._routing.queues.waiting if isinstance(one, QueuedCall)]

    def hears(self, line: FakeTrunk) -> object:
        assert line.port is not None
        return self.media.hears(line.port)

    def said(self, line: FakeTrunk) -> list[str]:
        """All texts spoken to a line so far."""
        found = [what for port, what in self.media.said if port == line.port and isinstance(what, tuple)]
        return [part.text for prompt in found for part in prompt if hasattr(part, "text")]

    def check(self) -> None:
        """What holds at every moment."""
        assert self.system.faults == 0, "the core made an error"
        assert not any(trunk.wrongs for trunk in self.trunks.values())
        assert not any(phone.wrongs for phone in self.phones.values()) and not self.media.wrongs

    def check_quiet(self) -> None:
        """Nothing goes on any more."""
        self.check()
        assert not self.system.live().calls and not self.waiting()
        assert self.clock.pending() == 0


def by_queue(records: Iterable[CallRecord]) -> Mapping[str, list[CallRecord]]:
    """Records by the queue they were in last."""
    found: dict[str, list[CallRecord]] = {}
    for record in records:
        found.setdefault(record.queue or "", []).append(record)
    return found
