"""Seeded days of a small office, with what must hold after every single event.

`python -m tests.core.sim_days 10000 [first seed]` runs as many as wanted and prints the seeds that break it.
"""

from __future__ import annotations

import random
import sys
from typing import get_args

from appliance.config.queues import Strategy
from appliance.contract.cause import HangupCause
from appliance.contract.plan import AgentPlan, Choice, QueuePlan, Tier
from appliance.core.acd.agent import Agent, AgentState, AgentStatus
from appliance.core.acd.queue import QueuedCall
from appliance.core.acd.turn import Turn
from appliance.core.call.leg import LegState
from appliance.core.call.wants import Wants
from tests.core.acd_hall import agent, queue
from tests.core.sim_queue import Caller, World

QUEUES = ("sales", "help", "tax")
SKILLS = ("spanish", "tax")
DAY = 1800.0


class BrokenError(AssertionError):
    """Something that must hold did not."""


def a_queue(chance: random.Random, name: str) -> QueuePlan:
    """Any settings a queue may have that leave the caller in it."""
    others = [other for other in QUEUES if other != name]
    return queue(
        name,
        strategy=chance.choice(get_args(Strategy)),
        wrap_up_seconds=chance.choice([0.0, 5.0, 20.0]),
        ring_seconds=chance.choice([5.0, 15.0]),
        retry_seconds=chance.choice([0.0, 5.0]),
        reject_seconds=chance.choice([None, 10.0]),
        pause_after_misses=chance.choice([0, 0, 3]),
        head_start_seconds=chance.choice([0.0, 60.0]),
        weight=chance.choice([0.5, 1.0, 3.0]),
        skills=chance.choice([{}, {"tax": 3}]),
        relax_seconds=chance.choice([0.0, 20.0]),
        widen_seconds=chance.choice([0.0, 0.0, 15.0]),
        maximum_wait_seconds=chance.choice([60.0, 7200.0]),
        maximum_waiting=chance.choice([0, 0, 3]),
        overflow=chance.choice([Choice("hangup"), Choice("queue", chance.choice(others))]),
        join=chance.choice(["always", "always", "logged_in"]),
        leave=chance.choice(["never", "never", "logged_in"]),
        return_minutes=chance.choice([0.0, 5.0]),
        say_position=chance.random() < 0.3,
        exits={"1": Choice("queue", chance.choice(others))} if chance.random() < 0.3 else {},
    )


def an_agent(chance: random.Random, number: int) -> AgentPlan:
    """In one to three queues, with any skills."""
    mine = chance.sample(QUEUES, chance.randint(1, 3))
    return agent(
        str(number),
        *mine,
        tiers={name: Tier(chance.randint(1, 3), chance.randint(1, 3)) for name in mine},
        skills={name: chance.randint(1, 10) for name in SKILLS if chance.random() < 0.6},
        wrap_up_seconds=chance.choice([None, 0.0, 12.0]),
        maximum_calls_an_hour=chance.choice([0, 0, 6]),
    )


def a_caller(chance: random.Random) -> Caller:
    """Somebody with a patience, perhaps with needs, who perhaps rings again."""
    needs = {name: chance.randint(1, 8) for name in SKILLS if chance.random() < 0.2}
    where, talk = chance.choice(QUEUES), chance.expovariate(1 / 60)
    again = Caller(chance.uniform(1, 200), where, talk, 600.0) if chance.random() < 0.2 else None
    wants = Wants(skills=needs, vip=chance.random() < 0.1)
    return Caller(chance.uniform(0, DAY), where, talk, chance.expovariate(1 / 90), wants=wants, again=again)


class Day:
    """One seeded day."""

    def __init__(self, seed: int, calls: int = 28) -> None:
        self.chance = chance = random.Random(seed)
        people = [an_agent(chance, number) for number in range(11, 11 + chance.randint(1, 6))]
        self.world = World([a_queue(chance, name) for name in QUEUES], people, seed, lines=calls)
        self.callers = [a_caller(chance) for _ in range(calls)]
        self.world.answers = self._answers
        self.world.watch = self._watch
        self.problem: BrokenError | None = None  # the first; the core contains what its watcher raises
        self.kernel = self.world.system._kernel
        self.roster = self.world.system._roster
        self.queues = self.world.system._routing.queues

    def run(self) -> None:
        """The day, and the time until the last call of it has ended."""
        self.world.log_in()
        self.world.day(self.callers)
        for _ in range(30):
            self.world.clock.after(self.chance.uniform(0, DAY), self._somebody_does_something)
        self.world.run(DAY)
        for phone in self.world.phones.values():
            phone.register(True)
        self.world.answers = lambda phone: 1.0
        self.world.run(4 * 3600.0)
        self.end()

    def _answers(self, phone: str) -> float | None:
        """Most answer after a while; some decline, some are not at the desk."""
        drawn = self.chance.random()
        if drawn < 0.1:
            return None
        if drawn < 0.2:
            line = self.world.phones[phone]
            self.world.clock.after(1.0, lambda: line.refuse(self._cause()) if line.ringing else None)
            return None
        return self.chance.uniform(0, 8)

    def _cause(self) -> HangupCause:
        return self.chance.choice([HangupCause.CALL_REJECTED, HangupCause.USER_BUSY, HangupCause.LINE_FAULT])

    def _somebody_does_something(self) -> None:
        chance, world = self.chance, self.world
        name = chance.choice(list(world.plan.agents))
        does = chance.choice(["logged_out", "on_break", "available", "available", "dead", "back", "key"])
        if does == "key":
            for queued in self.queues.waiting[:1]:
                if isinstance(queued, QueuedCall):
                    world.trunks_key(queued.caller.line.name, "1")
        elif does in ("dead", "back"):
            world.phones[world.plan.agents[name].handset or ""].register(does == "back")
        elif does != "on_break" or self.roster.agents[name].status is not AgentStatus.LOGGED_OUT:
            world.system.set_agent_status(name, does, None, None, "page")

    # ------------------------------------------------------------------ invariants

    def _watch(self) -> None:
        if self.problem is None:
            try:
                self.check()
            except BrokenError as problem:
                self.problem = problem

    def check(self) -> None:
        """After every event: nobody twice, and nobody idle for no reason."""
        rung: list[str] = []
        for call in self.kernel.calls.values():
            talking = [leg for leg in call.legs if not leg.outside and leg.state is LegState.UP]
            if len(talking) > 1:
                raise BrokenError(f"a call with {len(talking)} agents")
        for line in self.kernel.handsets.values():
            if len({leg.call.id for leg in line.legs if leg.alive}) > 1:
                raise BrokenError(f"handset {line.name} has two calls")
        for queued in self.queues.waiting:
            rung += [one.id for one in queued.rung]
            if not queued.offers:
                self._nobody_idle(queued)
        if len(rung) != len(set(rung)):
            raise BrokenError("an agent is rung for two callers")

    def _nobody_idle(self, queued: Turn) -> None:
        for one in self.roster.agents.values():
            if self._free(one) and self._may(one, queued):
                raise BrokenError(f"agent {one.id} is idle while a caller of {queued.queue} waits")

    def _free(self, one: Agent) -> bool:
        """Written anew on purpose, not asked of the roster."""
        line = self.kernel.handsets[one.plan.handset or ""]
        most = one.plan.maximum_calls_an_hour
        return (
            one.status is AgentStatus.AVAILABLE
            and one.state is AgentState.WAITING
            and not one.skipped
            and line.status.registered
            and not line.legs
            and (not most or one.work.within_hour(self.kernel.clock.now()) < most)
        )

    def _may(self, one: Agent, queued: Turn) -> bool:
        plan = self.world.plan.queues[queued.queue]
        if queued.queue not in one.plan.queues:
            return False
        # A hair later than the moment itself: who is due then is asked by the timer of that moment.
        waited = self.kernel.clock.now() - queued.entered - 0.01
        relaxed = (
            int(waited / plan.relax_seconds) * plan.relax_levels if plan.relax_seconds and waited > 0 else 0
        )
        for name in SKILLS:
            need = max(plan.skills.get(name, 0), queued.call.wants.skills.get(name, 0))
            if need and one.plan.skills.get(name, 0) < max(1, need - relaxed):
                return False
        if not plan.widen_seconds:
            return True
        mine = one.plan.tiers[queued.queue].level
        lower = {
            other.plan.tiers[queued.queue].level
            for other in self.roster.agents.values()
            if queued.queue in other.plan.queues and other.status is AgentStatus.AVAILABLE
        }
        return waited > plan.widen_seconds * len([level for level in lower if level < mine])

    def end(self) -> None:
        """Nobody is lost: every call has its one record, and nothing goes on."""
        world = self.world
        if self.problem is not None:
            raise self.problem
        if world.system.faults:
            raise BrokenError("the core made an error")
        rang = [caller for caller in self._all() if caller.line is not None]
        if len(rang) != len(world.records) or world.lost:
            raise BrokenError(f"{len(rang)} callers, {len(world.records)} records")
        talked = {record.number for record in world.records if record.answered}
        served = {caller.number for caller in rang if caller.answered_by is not None}
        if talked != served:
            raise BrokenError(f"records and telephones differ: {talked ^ served}")
        if self.queues.waiting or world.system.live().calls:
            raise BrokenError("somebody still waits")

    def _all(self) -> list[Caller]:
        found = list(self.callers)
        return found + [caller.again for caller in self.callers if caller.again is not None]


def broken(seed: int) -> str | None:
    """What broke on that day; None when nothing did."""
    try:
        Day(seed).run()
    except AssertionError as problem:
        return f"{seed}: {problem}"
    return None


def main(days: int, first: int = 0) -> int:
    """Run so many days; 1 when one of them broke."""
    bad = 0
    for seed in range(first, first + days):
        found = broken(seed)
        if found is not None:
            bad += 1
            sys.stdout.write(f"{found}\n")
    sys.stdout.write(f"{days} days, {bad} broken\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*(int(text) for text in sys.argv[1:3])))
