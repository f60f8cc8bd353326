"""`make bench NAME=pacing`: days of the shipped pacer in five campaigns with 3 to 20 agents, each day from
nothing.

DAYS (50 if not set) is how many days are simulated at each limit; 1000 is the full run. With PACING_LOG=file
each day is kept there as a line, and a run takes from it what it finds: days FIRST (1) to DAYS may be made by
several processes, and a long run that is cut short goes on. Days above the limit are counted at the day's
end, as the law does. What the pacer is compared with runs over the same draws of chance.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.pacing.day import Day, Rule
from bench.pacing.kept import Kept, Run
from bench.pacing.rules import Foresight, OneToOne, Ours, Vicidial
from bench.pacing.scenario import SCENARIOS, SIZES
from bench.result import Result, must_miss, percentile, result

FAMILY = "pacing"
LIMITS = (0.03, 0.01, 0.0)
GOALS = {5: (77.0, 1.12), 10: (81.0, 1.18), 20: (85.0, 1.24)}
FROM_BOUND = 5.0
LOG = "PACING_LOG"

# In turn. Machine detection is off where nobody may be dropped: what it mistakes is a drop.
NAMES = ("A", "B", "A", "C", "A", "D", "A", "AMD", "wide", "drift")
CELLS = [(name, size) for name in NAMES for size in SIZES]


def our_days(days: range, kept: Kept, decisions: list[float]) -> Iterator[Run]:
    """The shipped pacer: at each limit these days, all cells in turn."""
    for seed in days:
        for limit in LIMITS:
            scenario, size = CELLS[seed % len(CELLS)]
            name = "A" if scenario == "AMD" and not limit else scenario
            rule = Timed(limit, SCENARIOS[name].false_machine, decisions)
            yield kept.day(
                ("ours", name, size, limit, seed), Day(SCENARIOS[name], size, seed, rule, limit).run
            )


class Timed(Ours):
    """Ours, and what each thirtieth decision takes, in milliseconds of this thread's processor time."""

    def __init__(self, limit: float, false_machine: float, decisions: list[float]) -> None:
        super().__init__(limit, false_machine)
        self._decisions, self._asked = decisions, 0

    def ask(self, day: Day) -> tuple[int, int, float | None]:
        self._asked += 1
        if self._asked % 30:
            return super().ask(day)
        began = time.thread_time()
        answer = super().ask(day)
        self._decisions.append(1000.0 * (time.thread_time() - began))
        return answer


def peer_days(ours: list[Run], kept: Kept) -> list[Run]:
    """The rules to compare with, on days of scenario A that ours had too: two of each size for the slow
    one.
    """
    found: list[Run] = []
    times: Counter[int] = Counter()
    limit = LIMITS[0]
    for run in (run for run in ours if run.scenario == "A" and run.limit == limit):
        times[run.size] += 1
        rules: dict[str, Rule] = {"vicidial": Vicidial(limit), "one to one": OneToOne()}
        if run.size in GOALS and times[run.size] <= 2:
            rules["foresight"] = Foresight(limit)
        for name, rule in rules.items():
            day = Day(SCENARIOS["A"], run.size, run.seed, rule, limit)
            found.append(kept.day((name, "A", run.size, limit, run.seed), day.run))
    return found


def run() -> Iterator[Result]:
    """All figures; prints the table of utilisation and drops by campaign and size."""
    decisions: list[float] = []
    log = os.environ.get(LOG)
    kept = Kept(Path(log) if log else None)
    days = range(int(os.environ.get("FIRST", "1")), int(os.environ.get("DAYS", "50")) + 1)
    ours = list(our_days(days, kept, decisions))
    peers = peer_days(ours, kept)
    print()
    for line in table(ours + peers):
        print(line)
    yield from figures(ours, peers)
    if decisions:
        yield result("pacing.decision_p50_ms", [percentile(decisions, 50)], "ms", 1.0)
        yield result("pacing.decision_p99_ms", [percentile(decisions, 99)], "ms", 5.0)


def figures(ours: list[Run], peers: list[Run]) -> Iterator[Result]:
    """What there are goals for."""
    for limit in LIMITS:
        over = [float(run.over()) for run in ours if run.limit == limit]
        yield days_over(f"pacing.days_over_{100 * limit:.0f}pct", over)
    yield must_miss(
        days_over(
            "pacing.control_vicidial_days_over_3pct",
            [float(run.over()) for run in peers if run.rule == "vicidial"],
        )
    )
    for size, (goal, ratio) in GOALS.items():
        values = utilisation(ours, "ours", size)
        if not values:
            continue
        vicidial = utilisation(peers, "vicidial", size)
        alone = utilisation(peers, "one to one", size)
        bound = utilisation(peers, "foresight", size)
        yield mean(f"pacing.a.util_{size}", values, "%", goal, statistics.mean(vicidial))
        yield must_miss(mean(f"pacing.a.control_one_to_one_util_{size}", alone, "%", goal))
        ratios = [one / other for one, other in zip(values, vicidial, strict=True)]
        yield mean(f"pacing.a.ratio_to_vicidial_{size}", ratios, "times", ratio)
        missing = [best - one for one, best in zip(values, bound, strict=False)]
        yield result(f"pacing.a.points_from_bound_{size}", missing, "points", FROM_BOUND)


def utilisation(runs: list[Run], rule: str, size: int) -> list[float]:
    """Of the days of scenario A at 3 %, in their order."""
    chosen = (one for one in runs if (one.rule, one.scenario, one.size, one.limit) == (rule, "A", size, 0.03))
    return [one.outcome.utilisation for one in chosen]


def days_over(name: str, over: list[float]) -> Result:
    """The count of days over; the runs are days, the spread is of one day."""
    found = result(name, over, "days", 0.0)
    count = sum(over)
    found["value"], found["met"] = count, count <= 0.0
    return found


def mean(name: str, values: list[float], unit: str, goal: float, peer: float | None = None) -> Result:
    """Mean of days against the goal."""
    found = result(name, values, unit, goal, "more", peer if peer is None else round(peer, 2))
    found["value"] = round(statistics.mean(values), 3)
    found["met"] = found["value"] >= goal
    return found


def table(runs: list[Run]) -> Iterator[str]:
    """Every rule, campaign, size and limit that was run, a line each."""
    yield (
        f"{'rule':<11} {'campaign':<8} {'agents':>6} {'limit':>6} {'days':>5}  {'utilisation %':<22}"
        f" {'talk min/h':>10}  {'dropped % (worst day)':<21} {'over':>4} {'lowest credit':>13}"
    )
    for key in sorted({run.key() for run in runs}):
        yield row([run for run in runs if run.key() == key])


def row(runs: list[Run]) -> str:
    """One line of it."""
    first, days = runs[0], [run.outcome for run in runs]
    used = [day.utilisation for day in days]
    dropped = [day.dropped_percent(SCENARIOS[first.scenario].false_machine) for day in days]
    talk = 60.0 * sum(day.talk for day in days) / sum(day.on_duty for day in days)
    spread = f"{statistics.mean(used):5.2f} ({min(used):.1f} .. {max(used):.1f})"
    drops = f"{statistics.mean(dropped):.2f} ({max(dropped):.2f})"
    over, worst = sum(run.over() for run in runs), min(day.worst_credit for day in days)
    return (
        f"{first.rule:<11} {first.scenario:<8} {first.size:>6} {100 * first.limit:>5.1f}% {len(days):>5}"
        f"  {spread:<22} {talk:>10.1f}  {drops:<21} {over:>4} {worst:>13.2f}"
    )
