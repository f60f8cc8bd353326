"""How soon the campaigns' floor acts: 10 campaigns over 100,000 leads, 32 lines, 24 agents, ten minutes.

The real core on the stepped clock; journal and leads are the real ones on the disk, read and written between
the events as their threads do in service. Counted is each run of the core in which the floor looked at its
campaigns: from the event to the last command that follows from it. The control is a floor that keeps nothing
ready: at each look it makes its tables anew and asks the gate about all leads it has at hand.
"""

from __future__ import annotations

import gc
import random
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from appliance.config.dialer_law import templates
from appliance.contract.answering import AnsweredBy, AnswerWish
from appliance.contract.campaigns import CampaignPlan, DialMethod, WorkPlan
from appliance.contract.cause import HangupCause
from appliance.contract.dialling import Consent, Law, Limits, Matter
from appliance.contract.events import AnswerHeard, Stage
from appliance.contract.ids import LegId
from appliance.contract.leads import Answer, Dial, NoLeads, Outcome, Phone, Wanted
from appliance.contract.outreach import OutreachPlan
from appliance.contract.plan import AgentPlan, HandsetPlan, Plan, QueuePlan
from appliance.contract.services import Services
from appliance.core.dialer.gate import decide
from appliance.core.dialer.place import place_of
from appliance.store.journal import SqliteJournal
from appliance.store.lead_reader import LeadRows
from appliance.store.leads import LeadStore, NewLead
from bench.result import Result, must_miss, percentile, result
from tests.core.fakes import FakeTrunk
from tests.core.office import Office, make_plan

FAMILY = "dialer"
CAMPAIGNS, LINES, AGENTS, LEADS = 10, 32, 24, 100_000
PERSONS = 60  # of each campaign this morning, nobody dropped: predictive ones dial ahead
SECONDS, CONTROL_SECONDS, ROUNDS, STEP = 600.0, 15.0, 3, 0.25
GOAL = 5.0
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 10 in New York
OURS = "+12125550199"
_METHODS = (DialMethod.PREDICTIVE, DialMethod.PROGRESSIVE, DialMethod.POWER)


def fill(folder: Path) -> list[str]:
    """Records with the leads, in a list for each campaign; the lists' ids."""
    with closing(SqliteJournal(folder / "records.sqlite")) as journal:
        store, found = LeadStore(journal, lambda: AT), []
        place = place_of("+12125550100")
        for name in range(CAMPAIGNS):
            which = store.new_list(f"list {name}", "")
            each = LEADS // CAMPAIGNS
            numbers = (f"+1212{2_000_000 + name * each + lead:07d}" for lead in range(each))
            since = AT - timedelta(days=30)
            store.add(
                which,
                [
                    NewLead(row, (Phone(number),), place, consent=Consent.EXPRESS, consent_since=since)
                    for row, number in enumerate(numbers)
                ],
                across=False,
            )
            found.append(which)
    return found


class Disk(NoLeads):
    """Journal and leads on the disk; what they have to say waits in `news` until the core has a moment."""

    def __init__(self, folder: Path) -> None:
        self._rows, self.journal = (
            LeadRows(folder / "records.sqlite"),
            SqliteJournal(folder / "records.sqlite"),
        )
        self.news: list[Callable[[], None]] = []
        self._asked: list[tuple[Wanted, Answer]] = []

    def ready(self, wanted: Wanted, answer: Answer) -> None:
        self._asked.append((wanted, answer))

    def law_now(self, answer: Callable[[Law | None], None]) -> None:
        answer(Law(templates()))

    def dials(self, campaign: str, since: datetime, answer: Callable[[Sequence[Dial] | None], None]) -> None:
        answer([Dial(AT, Outcome.PERSON, 12.0)] * PERSONS)

    def work(self) -> list[Callable[[], None]]:
        """Write and read what was asked for; what the core is told of it."""
        if not self.journal.flush():
            raise RuntimeError("The disk does not come along.")
        asked, self._asked = self._asked, []
        self.news += [partial(answer, self._rows.ready(wanted)) for wanted, answer in asked]
        told = list(self.news)
        self.news.clear()
        return told

    def close(self) -> None:
        self._rows.close()
        self.journal.close()


class Site(Office):
    """The box, its people, and everybody who is called."""

    def __init__(self, disk: Disk, lists: list[str], seed: int, afresh: bool = False) -> None:
        self.disk, self.seconds = disk, list[float]()
        self._chance, self._busy = random.Random(seed), set[str]()
        self._looked, self._afresh = False, afresh
        services = Services(leads=disk, clock_trusted=lambda: True, deliver=disk.news.append)
        names = [f"gsm{line}" for line in range(LINES)]
        super().__init__(_plan(lists, names), handsets=AGENTS, trunks=" ".join(names), services=services)
        self.clock.advance((AT - self.clock.wall()).total_seconds())
        self.journal.kept = disk.journal.append
        self._measure()
        self.log_in(*self.plan.agents)
        for name in self.plan.campaigns:
            self.system.floor.tell(name, "start", "bench")

    def _measure(self) -> None:
        kernel = self.system._kernel
        run, match = kernel.run, kernel.match

        def look() -> None:
            self._looked = True
            if self._afresh:
                for campaign in self.system.floor.campaigns.values():
                    campaign.pacer._outlook = None
                    for one in campaign.hopper._all():
                        decide(campaign.question(one, True), campaign.law)
            match()

        def timed(work: Callable[[], None]) -> None:
            if kernel._running:
                run(work)
                return
            self._looked, began = False, perf_counter()
            run(work)
            if self._looked:
                self.seconds.append(perf_counter() - began)

        kernel.run, kernel.match = timed, look  # type: ignore[method-assign]

    def go_on(self, seconds: float) -> None:
        """So long, as fast as it goes."""
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.pump()
            for tell in self.disk.work():
                tell()
            self.pump()
            self._people()
            self.clock.advance(STEP)

    def _people(self) -> None:
        """Agents pick up, and who is dialled does what people do."""
        for handset in self.handsets.values():
            if handset.ringing is not None:
                handset.pick_up()
        for line in self.trunks.values():
            if line.leg is not None and line.name not in self._busy:
                self._busy.add(line.name)
                self._ring(line, line.leg)
            elif line.leg is None:
                self._busy.discard(line.name)

    def _ring(self, line: FakeTrunk, leg: LegId) -> None:
        def later(seconds: float, act: Callable[[], None]) -> None:
            self.clock.after(seconds, lambda: act() if line.leg == leg else None)

        def told(kind: AnsweredBy) -> None:
            if line.port is not None:
                self.post.post(AnswerHeard(line.port, kind, 0.9, 1.5, "", 0.4))

        what, chance = self._chance.random(), self._chance
        later(2.0, lambda: line.progress(Stage.RINGING))
        rings = 2.5 + chance.gammavariate(4.0, 2.5)
        if what < 0.1:
            later(3.0, lambda: line.hang_up(HangupCause.USER_BUSY))
        elif what < 0.55:
            kind = AnsweredBy.PERSON if what < 0.4 else AnsweredBy.MACHINE
            later(rings, line.picked_up)
            later(rings + 1.5, lambda: told(kind))
            later(rings + 2.0 + chance.expovariate(1 / 90.0), line.hang_up)


def _plan(lists: list[str], lines: list[str]) -> Plan:
    plan, queues = make_plan(), [f"queue{name}" for name in range(CAMPAIGNS)]
    agents = [str(11 + place) for place in range(AGENTS)]
    handsets = [str(201 + place) for place in range(AGENTS)]
    return replace(
        plan,
        trunks={name: replace(plan.trunks["gsm1"], name=name, label=name) for name in lines},
        trunk_groups={"outside": tuple(lines)},
        queues=plan.queues | {name: QueuePlan(name, name) for name in queues},
        handsets={name: HandsetPlan(name, name) for name in handsets},
        agents={
            name: AgentPlan(name, name, f"hash:{name}", handset, (queues[place % CAMPAIGNS],))
            for place, (name, handset) in enumerate(zip(agents, handsets, strict=True))
        },
        campaigns={f"campaign{place}": _campaign(place, which, queues) for place, which in enumerate(lists)},
    )


def _campaign(place: int, which: str, queues: list[str]) -> CampaignPlan:
    return CampaignPlan(
        f"campaign{place}",
        f"Campaign {place}",
        Matter.SERVICE,
        _METHODS[place % len(_METHODS)],
        {which: 1},
        Limits(frozenset({"US"})),
        queue=queues[place],
        trunk_group="outside",
        caller_id=OURS,
        drop_limit=0.03,
        ratio=1.5,
        machines=None
        if place % len(_METHODS) == 0
        else AnswerWish.BALANCED,  # with it, predictive holds agents
        outreach=OutreachPlan(company="Bench"),
        work=WorkPlan(required=False),
    )


def looks(folder: Path, lists: list[str], seed: int, afresh: bool = False) -> list[float]:
    """Milliseconds of each look, in one round."""
    disk = Disk(folder)
    try:
        site = Site(disk, lists, seed, afresh)
        gc.collect()
        gc.freeze()
        site.go_on(CONTROL_SECONDS if afresh else SECONDS)
        floor = site.system.floor
        ended = sum(sum(one.outcomes.values()) for one in floor.campaigns.values()) - PERSONS * CAMPAIGNS
    finally:
        disk.close()
        gc.unfreeze()
    if site.system.faults or ended < SECONDS / 30 * (not afresh):
        raise RuntimeError(f"The core made {site.system.faults} errors; {ended} dials ended.")
    return [1000 * one for one in site.seconds]


def run() -> list[Result]:
    """Median, p95 and p99 of a look, and the control."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: what it takes to make the leads is not what the core holds.
        with ProcessPoolExecutor(1, get_context("fork")) as maker:
            lists = maker.submit(fill, folder).result()
        rounds = [looks(folder, lists, seed) for seed in range(ROUNDS)]
        control = looks(folder, lists, ROUNDS, afresh=True)
    return [
        result("dialer.floor_p50_ms", [percentile(one, 50) for one in rounds], "ms", GOAL),
        result("dialer.floor_p95_ms", [percentile(one, 95) for one in rounds], "ms", GOAL),
        result("dialer.floor_p99_ms", [percentile(one, 99) for one in rounds], "ms", GOAL),
        must_miss(result("dialer.control_afresh_floor_p95_ms", [percentile(control, 95)], "ms", GOAL)),
    ]
