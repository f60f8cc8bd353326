"""A floor of agents and lines with whatever happens to them, on the stepped clock; the pacer alone says how
many are dialled.

Tests make it do odd things in odd order; it knows nothing of how the pacer thinks.
"""

from __future__ import annotations

import random
from datetime import date
from functools import partial

from appliance.contract.clock import SteppedClock
from appliance.core.dialer.pacing import (
    AgentPhase,
    AgentView,
    CallStage,
    CallView,
    Decision,
    Pacer,
    PacingSettings,
)

DAY = date(2026, 3, 2)
PATIENCE = 2.0


class Ring:
    """One call that no agent has."""

    def __init__(self, since: float) -> None:
        self.view = CallView(since)


class Floor:
    """Agents wait, talk, wrap up, leave; calls ring, are answered, fail."""

    def __init__(self, settings: PacingSettings, agents: int, lines: int, seed: int, kept: int = 0) -> None:
        self.clock = SteppedClock()
        self.pacer = Pacer(settings)
        self.pacer.begin(DAY)
        self.chance = random.Random(seed)
        self.agents: list[AgentView] = [AgentView(AgentPhase.WAITING, 0.0) for _ in range(agents)]
        self.rings: list[Ring] = []
        self.lines, self.kept = lines, kept
        self.dialled = self.dropped = self.persons = self.most_out = 0
        self.share = 0.4
        self.decisions: list[Decision] = []

    def waiting(self) -> int:
        """Agents who wait."""
        return sum(agent.phase is AgentPhase.WAITING for agent in self.agents)

    def talking(self) -> int:
        """Lines that agents talk on."""
        return sum(agent.phase is AgentPhase.TALKING for agent in self.agents)

    def ask(self) -> Decision:
        """What the pacer says now; done as it says."""
        now = self.clock.now()
        free = self.lines - self.talking() - len(self.rings)
        views = [ring.view for ring in self.rings]
        found = self.pacer.decide(now, self.agents, views, free, kept_lines=self.kept)
        self.decisions.append(found)
        for _ in range(found.dial):
            self.dial()
        for ring in [ring for ring in self.rings if ring.view.stage is CallStage.DIALLING][-found.excess :]:
            if found.excess:
                self.rings.remove(ring)
                self.pacer.given_up(now - ring.view.since)
        self.most_out = max(self.most_out, len(self.rings))
        return found

    def dial(self) -> None:
        """One number more rings."""
        self.dialled += 1
        ring = Ring(self.clock.now())
        self.rings.append(ring)
        person = self.chance.random() < self.share
        seconds = self.chance.gammavariate(9.0, 12.0 / 9.0) if person else self.chance.uniform(1.0, 24.0)
        self.clock.after(seconds, lambda: self.resolve(ring, person))

    def resolve(self, ring: Ring, person: bool) -> None:
        """It is answered by a person or comes to nothing."""
        if ring not in self.rings:
            return
        seconds = self.clock.now() - ring.view.since
        if not person:
            self.rings.remove(ring)
            self.pacer.dial_ended(seconds)
        else:
            self.persons += 1
            self.pacer.person_answered(seconds)
            ring.view = CallView(ring.view.since, CallStage.PERSON)
            self.clock.after(PATIENCE, lambda: self.in_vain(ring))
            self.join()
        self.ask()

    def in_vain(self, ring: Ring) -> None:
        """A person who waited too long."""
        if ring in self.rings:
            self.rings.remove(ring)
            self.dropped += 1
            self.pacer.person_dropped()
            self.ask()

    def join(self) -> None:
        """Each person who waits gets an agent who waits."""
        persons = [ring for ring in self.rings if ring.view.stage is CallStage.PERSON]
        places = [at for at, one in enumerate(self.agents) if one.phase is AgentPhase.WAITING]
        for ring, place in zip(persons, places, strict=False):
            self.rings.remove(ring)
            view = AgentView(AgentPhase.TALKING, self.clock.now())
            self.agents[place] = view
            seconds = self.chance.expovariate(1.0 / 60.0)
            self.clock.after(seconds, partial(self.talked, view, seconds))

    def talked(self, view: AgentView, seconds: float) -> None:
        """An agent's talk is over."""
        self.pacer.talked(seconds)
        after = AgentView(AgentPhase.WRAP_UP, self.clock.now())
        if self.become(view, after):
            wrap = self.chance.uniform(1.0, 30.0)
            self.clock.after(wrap, partial(self.wrapped, after, wrap))
        self.ask()

    def wrapped(self, view: AgentView, seconds: float) -> None:
        """An agent is free again."""
        self.pacer.wrapped_up(seconds)
        if self.become(view, AgentView(AgentPhase.WAITING, self.clock.now())):
            self.join()
        self.ask()

    def become(self, view: AgentView, after: AgentView) -> bool:
        """The agent of this view, if still here, gets another."""
        for place, one in enumerate(self.agents):
            if one is view:
                self.agents[place] = after
                return True
        return False

    def leave(self) -> None:
        """Any agent leaves at once, whatever they do."""
        if self.agents:
            self.agents.pop(self.chance.randrange(len(self.agents)))
        self.ask()

    def come(self) -> None:
        """An agent more."""
        self.agents.append(AgentView(AgentPhase.WAITING, self.clock.now()))
        self.join()
        self.ask()

    def run(self, seconds: float) -> None:
        """Time passes."""
        self.clock.advance(seconds)
        self.ask()
