"""A campaign rehearsed: its settings on the real core, the stepped clock and people who are not there.

Hours, lists and consent are not asked again: who may be called was counted by the look before the start. What
is rehearsed is the rest: lines, agents, pacing, machines, what is said, and when who is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from appliance.contract.campaign_look import CampaignLook, RehearsalLook
from appliance.contract.campaigns import CampaignPlan, DialMethod
from appliance.contract.clock import SteppedClock
from appliance.contract.dialling import Consent
from appliance.contract.errors import CallboxError
from appliance.contract.flow import FlowPlan, MenuNode
from appliance.contract.handset import Party
from appliance.contract.ids import LegId, PortId
from appliance.contract.leads import Outcome
from appliance.contract.plan import AgentPlan, HandsetPlan, Plan
from appliance.contract.services import Services
from appliance.core.system import System
from appliance.planning.campaign_people import People, World
from appliance.planning.campaign_stage import (
    COUNTRY,
    LIST,
    CalledLine,
    CampaignSound,
    LeadJournal,
    MemoryLeads,
)
from appliance.planning.stage import Desk, Post

MOST_LEADS, MOST_AGENTS = 2000, 32
_MOST_DIALS = 1200
_MOST_SECONDS = 7200.0
_STEP = 5.0
_TICK = 2.0  # how often an agent who is not there looks at the page
_LOOKS = 12.0  # at a person, before it is dialled
_BIN = 300.0
_EVENTS = 20
_OURS = "+12125559999"
_WHEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wished:
    """What is asked for. `lines` of the campaign's group are there; those of other groups are in any case."""

    campaign: str
    agents: int
    people: int
    lines: tuple[str, ...]
    seed: int = 1


@dataclass(slots=True)
class _Tally:
    dials: int = 0
    persons: int = 0
    joined: int = 0
    keyed: int = 0
    talked: float = 0.0
    bins: list[list[int]] = field(default_factory=list)  # dials, persons, who spoke with an agent or pressed
    events: list[tuple[float, str, str, str]] = field(default_factory=list)  # seconds, what, person, line


def rehearse_campaign(plan: Plan, wished: Wished, world: World) -> RehearsalLook:
    """Run it for two hours at most, or until all were called once."""
    return _Run(plan, wished, world).run()


class _Run:
    def __init__(self, plan: Plan, wished: Wished, world: World) -> None:
        self._wished, self._world = wished, world
        self._campaign = plan.campaigns[wished.campaign]
        self._clock = clock = SteppedClock(_WHEN)
        self._people = People(world, wished.seed)
        self._tally = _Tally()
        self._joined_at: dict[str, float] = {}
        staffed = self._campaign.queue is not None or self._campaign.method.speaks
        self._agents = min(wished.agents, MOST_AGENTS) if staffed else 0
        group = plan.trunk_groups.get(self._campaign.trunk_group or "", ())
        self._there = {name for name in plan.trunks if name in wished.lines or name not in group}
        leads = self._leads = MemoryLeads(max(1, min(wished.people, MOST_LEADS)), clock.wall)
        post = Post(clock)
        self._sound = CampaignSound(clock, post)
        services = Services(leads=leads, clock_trusted=lambda: True)
        journal = LeadJournal(clock, leads)
        self._system = System(clock, self._sound, journal, _no_pins, _nothing, _ignore, services)
        post.sink = self._system.handle
        self._system.apply(self._staged(plan))
        self._set_up(plan, post)

    def _staged(self, plan: Plan) -> Plan:
        """The plan with this campaign alone, its lines in service, and agents who are not there."""
        own, queue = self._campaign, self._campaign.queue
        limits = replace(own.limits, countries=frozenset({COUNTRY}), hours=None, consent=Consent.NONE)
        caller_id = own.caller_id or _OURS
        staged = replace(own, lists={LIST: 1}, limits=limits, caller_id=caller_id)
        seats = [f"seat-{place}" for place in range(1, self._agents + 1)]
        mine = tuple(plan.queues) if own.method.speaks else (queue or "",)  # a key may lead to any
        agents = {
            str(100 + place): AgentPlan(str(100 + place), "", "", seat, mine)
            for place, seat in enumerate(seats, 1)
        }
        trunks = {name: trunk for name, trunk in plan.trunks.items() if name in self._there}
        groups = {
            group: tuple(name for name in names if name in trunks)
            for group, names in plan.trunk_groups.items()
        }
        return replace(
            plan,
            country=COUNTRY,
            trunks=trunks,
            trunk_groups=groups,
            handsets={seat: HandsetPlan(seat, seat) for seat in seats},
            agents=agents,
            campaigns={own.name: staged},
            record=False,
            recording_notice=(),
            survey=None,
        )

    def _set_up(self, plan: Plan, post: Post) -> None:
        keys = _keys(plan.flows.get(self._campaign.outreach.flow or ""), self._campaign)
        for name in self._there:
            line = CalledLine(name, post, self._clock, self._people, keys, self._told)
            self._sound.lines.append(line)
            self._system.add_trunk(line)
            line.start()
        ports = set[PortId]()
        desks = [_Seat(f"seat-{place}", post, ports) for place in range(1, self._agents + 1)]
        self._sound.seats = ports.__contains__
        for desk in desks:
            self._system.add_handset(desk)
            desk.start()
        self._clock.advance(0.0)
        for place in range(1, self._agents + 1):
            agent = str(100 + place)
            self._system.set_agent_status(agent, "available", None, f"seat-{place}", "page")
            self._clock.after(1.0, partial(self._sits, agent, None))

    # ----------------------------------------------------------------------- agents

    def _sits(self, agent: str, done_at: float | None) -> None:
        """An agent looks at the page: dials who is looked at, says how the call went when it is time."""
        floor, now = self._system.floor, self._clock.now()
        look = floor.present(agent)
        try:
            if look is None:
                done_at = None
                if self._campaign.method is DialMethod.MANUAL:
                    floor.preview(agent, self._campaign.name)
            elif look.stage == "preview" and look.seconds >= _LOOKS:
                floor.dial(agent, None)
            elif look.stage == "refused":
                floor.skip(agent, "rehearsal")
            elif look.stage == "wrap_up" and look.required and look.disposition is None:
                done_at = now + self._people.wrap_up() if done_at is None else done_at
                if now >= done_at:
                    self._says(agent)
        except CallboxError:
            pass  # nobody to look at now, or it went too fast: they look again
        self._clock.after(_TICK, partial(self._sits, agent, done_at))

    def _says(self, agent: str) -> None:
        rows = self._campaign.work.dispositions
        found = next((row for row in rows if row.then == "done" and not row.success), rows[0])
        due = (self._clock.wall().replace(microsecond=0)).isoformat()
        self._system.floor.dispose(agent, found.code, {"due": due})

    # ----------------------------------------------------------------------- events

    def _told(self, what: str, line: CalledLine) -> None:
        tally, now = self._tally, self._clock.now()
        bin_ = self._bin(now)
        person = line.person
        if what == "dialled":
            tally.dials += 1
            bin_[0] += 1
        elif what == "answered" and person is not None:
            what = f"answered_{person.fate.value}"
            tally.persons += person.fate is Outcome.PERSON
            bin_[1] += person.fate is Outcome.PERSON
        elif what == "joined":
            self._joined_at[line.name] = now
            if person is not None and person.fate is Outcome.PERSON:
                tally.joined += 1
                bin_[2] += 1
            else:
                what = "joined_machine"
        elif what == "keyed":
            tally.keyed += 1
            bin_[2] += 1
        elif what == "over":
            began = self._joined_at.pop(line.name, None)
            tally.talked += now - began if began is not None else 0.0
            what = _how_it_ended(line, began is not None)
        if len(tally.events) < _EVENTS:
            tally.events.append((round(now, 1), what, line.number[-4:].lstrip("0"), line.name))

    def _bin(self, now: float) -> list[int]:
        bins, place = self._tally.bins, int(now // _BIN)
        while len(bins) <= place:
            bins.append([0, 0, 0])
        return bins[place]

    # -------------------------------------------------------------------------- run

    def run(self) -> RehearsalLook:
        system, name = self._system, self._campaign.name
        system.floor.restore()
        system.floor.tell(name, "start", "rehearsal")
        began = self._clock.now()
        look = self._look()
        while not self._over(look):
            self._clock.advance(_STEP)
            look = self._look()
        return self._said(look, max(_STEP, self._clock.now() - began))

    def _look(self) -> CampaignLook:
        return self._system.live().campaigns[0]

    def _over(self, look: CampaignLook) -> bool:
        now = self._clock.now()
        if now >= _MOST_SECONDS or self._tally.dials >= _MOST_DIALS:
            return True
        out = look.dialling + look.ringing + look.listening + look.waiting + look.talking + look.previewing
        if len(self._leads.tried) >= len(self._leads.leads):
            return not out
        return now >= 120.0 and not self._tally.dials and not out

    def _said(self, look: CampaignLook, seconds: float) -> RehearsalLook:
        tally, agents = self._tally, self._agents
        talked = tally.talked + sum(self._clock.now() - since for since in self._joined_at.values())
        firsts = len(self._leads.tried) * 3600.0 / seconds
        people = max(self._wished.people, len(self._leads.leads))
        return RehearsalLook(
            campaign=look.name,
            method=look.method,
            agents=agents,
            lines=len(self._wished.lines),
            people=people,
            seconds=round(seconds),
            dials=tally.dials,
            per_hour=round(tally.dials * 3600.0 / seconds, 1),
            persons=tally.persons,
            joined=tally.joined,
            keyed=tally.keyed,
            dropped=look.dropped,
            drop_percent=look.drop_percent,
            limit_percent=look.limit_percent,
            talking_percent=round(100.0 * talked / (agents * seconds), 1) if agents else None,
            finish_hours=round(people / firsts, 2) if firsts else None,
            known=self._world.known,
            why=look.why,
            bins=tuple((one[0], one[1], one[2]) for one in tally.bins),
            bin_seconds=_BIN,
            events=tuple(tally.events),
            faults=self._system.faults,
        )


class _Seat(Desk):
    """A handset that is always picked up; its ports are told apart from those of lines."""

    def __init__(self, name: str, post: Post, ports: set[PortId]) -> None:
        super().__init__(name, post, "free")
        self._known = ports

    def ring(self, leg: LegId, caller: Party) -> None:
        super().ring(leg, caller)
        self._known.add(self._ports[leg])


def _how_it_ended(line: CalledLine, talked: bool) -> str:
    fate = line.person.fate if line.person is not None else Outcome.NO_ANSWER
    if talked:
        return "talked"
    return f"over_{fate.value}"


def _keys(flow: FlowPlan | None, campaign: CampaignPlan) -> list[str]:
    """Keys that people may press where a flow speaks."""
    if flow is None or not campaign.method.speaks:
        return []
    menus = [node for node in flow.nodes.values() if isinstance(node, MenuNode)]
    return sorted({key for menu in menus for key in menu.keys if key.isdigit()} - {campaign.outreach.key})


def _no_pins(hashed: str, pin: str, answer: object) -> None:
    return None


def _nothing() -> None:
    return None


def _ignore(record: object) -> None:
    return None
