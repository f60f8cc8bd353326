"""Simulated callers and agents around the real core: seeded, on the stepped clock, as fast as it goes.

A telephone answers at once, or after the seconds it is told; a caller hangs up when the patience is over.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from appliance.contract.clock import SteppedClock, Timer
from appliance.contract.events import CallerId, Event
from appliance.contract.handset import Party
from appliance.contract.ids import LegId
from appliance.contract.journal import CallRecord, Entry
from appliance.contract.plan import AgentPlan, QueuePlan
from appliance.core.call.wants import Wants
from appliance.core.system import System
from tests.core.acd_hall import plan_of
from tests.core.fake_media import FakeMedia, PostOffice
from tests.core.fakes import GSM, FakeHandset, FakePins, FakeTrunk


class AtOnce(PostOffice):
    """Hands every event straight to the core, which takes it after what it is doing."""

    def post(self, event: Event) -> None:
        self.sink(event)


class Kept:
    """A journal that keeps what it is told to, so that a long run stays small."""

    def __init__(self, keep: bool) -> None:
        self.entries: list[Entry] = []
        self._keep = keep

    def append(self, entry: Entry, synced: Callable[[], None] | None = None) -> None:
        if self._keep:
            self.entries.append(entry)


@dataclass(slots=True)
class Caller:
    """One call of a day: when, to which queue, how long the talk would be, how long the patience is."""

    at: float
    queue: str
    talk: float
    patience: float = float("inf")
    number: str = ""
    wants: Wants | None = None
    again: Caller | None = None  # rings again when the patience was over
    line: FakeTrunk | None = None
    timer: Timer | None = None
    answered_by: str | None = None


class Phone(FakeHandset):
    """A telephone whose person answers by `answers`: seconds until then, or None to let it ring."""

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name, world.post, world.media)
        self._world = world

    def ring(self, leg: LegId, caller: Party) -> None:
        super().ring(leg, caller)
        seconds = self._world.answers(self.name)
        if seconds is None:
            return
        if seconds <= 0:
            self._take(leg)
        else:
            self._world.clock.after(seconds, lambda: self._take(leg))

    def _take(self, leg: LegId) -> None:
        known = self.legs.get(leg)
        if known is None or known.state != "ringing":
            return
        self._up(leg, known)
        talk = self._world.talks(self.name, known.party.number or "")
        self._world.clock.after(talk, lambda: self.hang_up(leg) if leg in self.legs else None)


class World:
    """The core and all around it."""

    def __init__(
        self,
        queues: Iterable[QueuePlan],
        agents: Iterable[AgentPlan],
        seed: int,
        lines: int = 60,
        keep_entries: bool = True,
    ) -> None:
        self.chance = random.Random(seed)
        self.clock = SteppedClock()
        self.post = AtOnce()
        self.media = FakeMedia(self.clock, self.post)
        self.journal = Kept(keep_entries)
        self.records: list[CallRecord] = []
        self.plan = plan_of(queues, agents, lines)
        self.callers: dict[str, Caller] = {}
        self.lost: list[Caller] = []  # found no free line
        self.answers: Callable[[str], float | None] = lambda phone: 0.0
        self.watch: Callable[[], None] = lambda: None  # after everything that happened
        self.system = System(
            self.clock,
            self.media,
            self.journal,
            FakePins().check,
            lambda: self.watch(),
            self.records.append,
            chance=random.Random(seed + 1),
        )
        self.post.sink = self.system.handle
        self.system.apply(self.plan)
        self.free: dict[str, deque[FakeTrunk]] = {name: deque() for name in self.plan.queues}
        self.phones = {name: Phone(name, self) for name in self.plan.handsets}
        self._add_lines()
        self.agent_at = {plan.handset: plan.id for plan in self.plan.agents.values()}

    def _add_lines(self) -> None:
        for name, plan in self.plan.trunks.items():
            trunk = FakeTrunk(name, self.post, self.media, GSM)
            self.system.add_trunk(trunk)
            trunk.start()
            self.free[plan.flow].append(trunk)
        for phone in self.phones.values():
            self.system.add_handset(phone)
            phone.start()

    def log_in(self, agents: Iterable[str] | None = None) -> None:
        for name in self.plan.agents if agents is None else agents:
            self.system.set_agent_status(name, "available", None, None, "page")

    def day(self, callers: Sequence[Caller]) -> None:
        """Let them all ring at their times."""
        for place, caller in enumerate(callers):
            caller.number = caller.number or f"+1415{place:07}"
            self._expect(caller)

    def _expect(self, caller: Caller) -> None:
        self.clock.after(caller.at - self.clock.now(), lambda: self._rings(caller))

    def _rings(self, caller: Caller) -> None:
        lines = self.free[caller.queue]
        for _ in range(len(lines)):
            if lines[0].leg is None:
                break
            lines.rotate(-1)
        line = lines[0]
        if line.leg is not None:
            self.lost.append(caller)
            return
        lines.rotate(-1)
        self.callers[caller.number], caller.line = caller, line
        leg = line.ring(None)
        if caller.wants is not None:
            self.system._kernel.legs[leg].call.wants = caller.wants
        self.post.post(CallerId(line.name, leg, caller.number))
        if caller.patience < float("inf") and caller.answered_by is None:
            caller.timer = self.clock.after(caller.patience, lambda: self._out_of_patience(caller))

    def _out_of_patience(self, caller: Caller) -> None:
        if caller.answered_by is None and caller.line is not None and caller.line.leg is not None:
            caller.line.hang_up()
            if caller.again is not None:
                again, again.number = caller.again, caller.number
                again.at = self.clock.now() + again.at
                self._expect(again)

    def talks(self, phone: str, number: str) -> float:
        """A telephone took this caller: the talk's length."""
        caller = self.callers[number]
        assert caller.answered_by is None, f"{number} was answered twice"
        caller.answered_by = self.agent_at[phone]
        if caller.timer is not None:
            caller.timer.cancel()
        return caller.talk

    def trunks_key(self, line: str, digit: str) -> None:
        """The caller on a line presses a key."""
        for lines in self.free.values():
            for trunk in lines:
                if trunk.name == line:
                    trunk.key(digit)

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        self.clock.advance(seconds)
