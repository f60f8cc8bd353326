"""One decision with 24 agents, 12 queues and 200 callers waiting; and a whole simulated day of 2,000 calls.

Both in the real core on the stepped clock, without lines; what is there before is frozen, as the box does.
The controls: a core that explains every caller anew at every decision, and one that looks for something to do
20 times a second.
"""

from __future__ import annotations

import gc
import random
from time import perf_counter

from appliance.contract.plan import AgentPlan, QueuePlan, Tier
from bench.result import Result, must_miss, percentile, result
from tests.core.acd_hall import agent, queue
from tests.core.sim_queue import Caller, World

FAMILY = "acd"
QUEUES = [f"queue{letter}" for letter in "abcdefghijkl"]
STRATEGIES = ["longest_idle", "skills", "round_robin", "fewest_calls"]
AGENTS, WAITING, DECISIONS, ROUNDS = 24, 200, 300, 3
DAY_CALLS, DAY_SECONDS, DAY_AGENTS = 2000, 36_000.0, 12
POLLS_A_SECOND = 20


def _queues() -> list[QueuePlan]:
    return [
        queue(
            name,
            strategy=STRATEGIES[place % 4],
            skills={"tax": 2} if place % 3 == 0 else {},
            maximum_wait_seconds=1e9,
        )
        for place, name in enumerate(QUEUES)
    ]


def _agents(count: int) -> list[AgentPlan]:
    found = []
    for place in range(count):
        mine = [QUEUES[(place + step) % 12] for step in (0, 3, 5, 7)]
        tiers = {name: Tier(1 + place % 2, place) for name in mine}
        found.append(agent(str(11 + place), *mine, skills={"tax": place % 11}, tiers=tiers))
    return found


def decisions(seed: int, afresh: bool = False) -> list[float]:
    """Milliseconds of each match that gave an agent who came free one of 200 callers."""
    world = World(_queues(), _agents(AGENTS), seed, lines=60, keep_entries=False)
    world.log_in()
    chance = random.Random(seed)
    calls = AGENTS + WAITING + DECISIONS
    # They come faster than they are served, until 200 wait, then as fast as they are.
    pace = [0.1 if place < AGENTS + WAITING else 5.0 for place in range(calls)]
    at, callers = 0.0, []
    for step in pace:
        at += step
        callers.append(Caller(at, chance.choice(QUEUES), chance.uniform(60.0, 180.0)))
    queues, kernel = world.system._routing.queues, world.system._kernel
    found: list[float] = []

    def match() -> None:
        if afresh:
            for queued in queues.waiting:
                queued.explained = False
        before, began = sum(bool(one.offers) for one in queues.waiting), perf_counter()
        queues.match()
        seconds = perf_counter() - began
        after = sum(bool(one.offers) for one in queues.waiting)
        if after > before and len(queues.waiting) >= WAITING * 0.9:
            found.append(1000 * seconds)

    kernel.match = match
    world.day(callers)
    world.run(at)
    if len(found) < DECISIONS / 2 or world.system.faults or world.lost:
        raise RuntimeError(f"Only {len(found)} decisions with {WAITING} waiting.")
    return found


def day(seed: int, polled: bool = False) -> float:
    """Seconds that a day of 2,000 calls takes, waits, abandons and all."""
    world = World(_queues(), _agents(DAY_AGENTS), seed, lines=20, keep_entries=False)
    world.log_in()
    chance = random.Random(seed)
    world.day(
        [
            Caller(
                chance.uniform(0, DAY_SECONDS),
                chance.choice(QUEUES),
                chance.expovariate(1 / 180.0),
                chance.expovariate(1 / 240.0),
            )
            for _ in range(DAY_CALLS)
        ]
    )
    kernel = world.system._kernel
    gc.collect()
    gc.freeze()
    began = perf_counter()
    if polled:
        for _ in range(int(DAY_SECONDS * POLLS_A_SECOND)):
            world.run(1 / POLLS_A_SECOND)
            kernel.run(kernel.wake)
    else:
        world.run(DAY_SECONDS)
    world.run(3 * 3600.0)
    seconds = perf_counter() - began
    if len(world.records) != DAY_CALLS - len(world.lost) or world.system.faults:
        raise RuntimeError(f"{len(world.records)} records of {DAY_CALLS} calls.")
    return seconds


def run() -> list[Result]:
    """The two figures and their controls."""
    rounds = [decisions(seed) for seed in range(ROUNDS)]
    return [
        result("acd.decision_p50_ms", [percentile(one, 50) for one in rounds], "ms", 1.0),
        must_miss(
            result("acd.control_decision_afresh_p50_ms", [percentile(decisions(0, True), 50)], "ms", 1.0)
        ),
        result("acd.simulated_day_s", [day(seed) for seed in range(ROUNDS)], "s", 1.5),
        must_miss(result("acd.control_polled_day_s", [day(0, polled=True)], "s", 1.5)),
    ]
