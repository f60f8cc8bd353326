"""What goes on at this moment, as plain data; `control.server` makes the page's messages of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.contract.campaign_look import CampaignLook
from appliance.contract.plan import outside_seat
from appliance.core.acd.agent import Agent, AgentStatus
from appliance.core.acd.queue import Queues
from appliance.core.acd.roster import Roster
from appliance.core.acd.screen import seat_of
from appliance.core.call.call import Call
from appliance.core.call.conversation import Conversation
from appliance.core.call.parked import Parked
from appliance.core.call.supervision import Supervising
from appliance.core.floor.floor import Floor
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine, Line, TrunkLine


@dataclass(frozen=True, slots=True)
class LiveTrunk:
    """As `control.messages.LiveTrunk`."""

    name: str
    label: str
    kind: str
    state: str
    why: str = ""
    step: str | None = None
    signal: int | None = None
    operator: str | None = None
    call: str | None = None


@dataclass(frozen=True, slots=True)
class LiveHandset:
    """As `control.messages.LiveHandset`."""

    name: str
    label: str
    registered: bool
    address: str | None = None
    call: str | None = None


@dataclass(frozen=True, slots=True)
class LiveAgent:
    """As `control.messages.LiveAgent`."""

    id: str
    name: str
    status: str
    state: str
    since: float
    handset: str | None = None
    pause_code: str | None = None
    call: str | None = None
    supervisor: bool = False  # may listen to others
    outside: str | None = None  # the name of their telephone outside, where they may log in
    hindered: str = ""  # why no call can be offered
    campaign: str | None = None  # whose lead they have before them
    lead: str | None = None  # changes with everything that is to be seen of it


@dataclass(frozen=True, slots=True)
class LiveQueue:
    """As `control.messages.LiveQueue`."""

    name: str
    label: str
    waiting: int
    longest_wait: float
    agents_available: int
    callbacks: int = 0


@dataclass(frozen=True, slots=True)
class LiveCall:
    """As `control.messages.LiveCall`."""

    id: str
    direction: str
    stage: str
    seconds: float
    number: str | None = None
    name: str | None = None
    trunk: str | None = None
    handset: str | None = None
    queue: str | None = None
    agent: str | None = None
    recording: bool = False
    recording_paused: bool = False
    supervised: str | None = None  # id of the call that this one, a supervisor's, listens to
    parked: int | None = None  # the slot it waits in
    next_tier: str | None = None  # the label of the queue it can be given on to


@dataclass(frozen=True, slots=True)
class LiveState:
    """As `control.messages.LiveState`, of what the core knows."""

    at: str
    trunks: list[LiveTrunk] = field(default_factory=list)
    handsets: list[LiveHandset] = field(default_factory=list)
    agents: list[LiveAgent] = field(default_factory=list)
    queues: list[LiveQueue] = field(default_factory=list)
    calls: list[LiveCall] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    campaigns: list[CampaignLook] = field(default_factory=list)


def live_state(kernel: Kernel, roster: Roster, queues: Queues, floor: Floor) -> LiveState:
    """A picture of now."""
    return LiveState(
        at=kernel.clock.wall().isoformat(),
        trunks=[_trunk(kernel, line) for line in kernel.trunks.values()],
        handsets=[_handset(kernel, line) for line in kernel.handsets.values() if not line.borrows_audio],
        agents=[_agent(kernel, roster, floor, agent) for agent in roster.agents.values()],
        queues=[_queue(kernel, roster, queues, name) for name in kernel.plan.queues],
        calls=[_call(kernel, roster, call) for call in kernel.calls.values() if not call.service],
        notes=_line_notes(kernel),
        campaigns=floor.looks(),
    )


def _call_of(line: Line | None) -> str | None:
    legs = [leg for leg in line.legs if not leg.service] if line is not None else []
    return legs[0].call.id if legs else None


def _trunk(kernel: Kernel, line: TrunkLine) -> LiveTrunk:
    plan, status = kernel.plan.trunks.get(line.name), line.status
    faulty = line.faulty(kernel.clock.now())
    return LiveTrunk(
        name=line.name,
        label=plan.label if plan else line.name,
        kind=plan.kind if plan else "",
        state="faulty" if faulty else status.state.value,
        why=line.fault if faulty and line.fault else status.why,
        step=status.step,
        signal=status.signal,
        operator=status.operator,
        call=_call_of(line),
    )


def _handset(kernel: Kernel, line: HandsetLine) -> LiveHandset:
    plan = kernel.plan.handsets.get(line.name)
    label = plan.label if plan else line.name
    return LiveHandset(line.name, label, line.status.registered, line.status.address, _call_of(line))


def _agent(kernel: Kernel, roster: Roster, floor: Floor, agent: Agent) -> LiveAgent:
    campaign, lead = floor.work.token(agent.id)
    return LiveAgent(
        id=agent.id,
        name=agent.plan.name,
        status=agent.status.value,
        state=agent.state.value,
        since=round(kernel.clock.now() - agent.since, 1),
        handset=agent.handset,
        pause_code=agent.pause_code,
        call=_call_of(kernel.handsets.get(agent.handset or "")),
        supervisor=agent.plan.supervisor,
        hindered=_hindered(roster, agent),
        campaign=campaign,
        lead=lead,
        outside=outside_seat(agent.id) if agent.plan.outside is not None else None,
    )


def _queue(kernel: Kernel, roster: Roster, queues: Queues, name: str) -> LiveQueue:
    now = kernel.clock.now()
    waits = [now - queued.entered for queued in queues.waiting if queued.queue == name and queued.here]
    free = len(roster.eligible(name))
    label, longest = kernel.plan.queues[name].label, round(max(waits, default=0.0), 1)
    return LiveQueue(name, label, len(waits), longest, free, queues.promised(name))


def _call(kernel: Kernel, roster: Roster, call: Call) -> LiveCall:
    trunk = next((leg.line.name for leg in call.legs if leg.outside), None)
    handset = next((leg.line.name for leg in call.legs if not leg.outside), None)
    agent = roster.at(handset) if handset else None
    return LiveCall(
        id=call.id,
        direction=call.direction.value,
        stage=call.stage.value,
        seconds=round(kernel.clock.now() - call.started, 1),
        number=call.number,
        name=call.name,
        trunk=trunk,
        handset=handset or seat_of(call),
        queue=call.queue,
        agent=agent.id if agent else None,
        recording=call.recording,
        recording_paused=call.recording and call.recording_paused,
        supervised=call.step.target.id if isinstance(call.step, Supervising) else None,
        parked=call.step.slot if isinstance(call.step, Parked) else None,
        next_tier=_next_tier(kernel, call),
    )


def _next_tier(kernel: Kernel, call: Call) -> str | None:
    queue = kernel.plan.queues.get(call.queue or "")
    higher = kernel.plan.queues.get(queue.escalate_to) if queue is not None else None
    return higher.label if higher is not None and isinstance(call.step, Conversation) else None


def _line_notes(kernel: Kernel) -> list[str]:
    now = kernel.clock.now()
    lines: list[Line] = [*kernel.trunks.values(), *kernel.handsets.values()]
    return [f"{line.fault}." for line in lines if line.faulty(now)]


def _hindered(roster: Roster, agent: Agent) -> str:
    """An agent who chose to be available and is not offered calls should know why."""
    there = agent.status is AgentStatus.AVAILABLE and not agent.busy
    return roster.hindrance(agent) if there and roster.of_handset(agent) else ""
