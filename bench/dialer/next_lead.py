"""The next lead of 100,000: chosen by the hopper with the gate, its refills from the disk among the choices.

Half of the leads are where it is night, in six lists' places; every tenth has been tried before. A choice is
what the core's thread does; with the store's reading on a thread of its own that would be less, here both
are counted. The control looks for the next lead in all of them at each choice.
"""

from __future__ import annotations

import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import cast

from appliance.config.dialer_law import templates
from appliance.contract.campaigns import CampaignPlan, DialMethod
from appliance.contract.clock import SteppedClock
from appliance.contract.dialling import Callee, Consent, DialRequest, Law, Limits, Matter
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.contract.leads import Answer, Candidate, LeadShelf, Phone, Wanted
from appliance.core.dialer.hopper import Hopper
from appliance.core.dialer.place import place_of
from appliance.store.journal import SqliteJournal
from appliance.store.lead_reader import LeadRows
from appliance.store.leads import LeadStore, NewLead
from bench.result import Result, must_miss, percentile, result

FAMILY = "dialer"
LEADS, CHOICES, CONTROL = 100_000, 1500, 12
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 10 in New York, 7 in Los Angeles, 15 in London
_FORMS = ("+1212{:07d}", "+1310{:07d}", "+1312{:07d}", "+1415{:07d}", "+4420{:08d}", "+1808{:07d}")


def fill(folder: Path) -> str:
    """Records with the leads; the list's id."""
    with closing(SqliteJournal(folder / "records.sqlite")) as journal:
        store = LeadStore(journal, lambda: AT)
        which = store.new_list("bench", "")
        places: dict[str, str] = {}
        leads = []
        for number in range(LEADS):
            form = _FORMS[number % len(_FORMS)]
            text = form.format((70_000_000 if "8d" in form else 2_000_000) + number)
            place = places.setdefault(form, place_of(text))
            leads.append(NewLead(number, (Phone(text),), place, priority=number % 3, consent=Consent.EXPRESS,
                                 consent_since=AT - timedelta(days=30)))  # fmt: skip
        store.add(which, leads, across=False)
        for lead in range(1, LEADS, 10):
            due = (AT + timedelta(minutes=lead % 600 - 300)).isoformat()
            data: dict[str, JsonValue] = {"lead": lead, "state": "retry", "due": due, "why": "busy"}
            journal.append(Entry(EntryKind.LEAD_SET, AT, None, data))
            if lead % 1000 == 1:
                journal.flush()
        journal.flush()
    return which


class Disk:
    """The store as a hopper asks it, answering at once."""

    def __init__(self, rows: LeadRows) -> None:
        self.rows = rows
        self.seconds: list[float] = []

    def ready(self, wanted: Wanted, answer: Answer) -> None:
        """See `contract.leads.LeadShelf`."""
        began = perf_counter()
        found = self.rows.ready(wanted)
        self.seconds.append(perf_counter() - began)
        answer(found)


def hopper(which: str, clock: SteppedClock, disk: Disk) -> Hopper:
    """A campaign over the list."""
    limits = Limits(frozenset({"US", "GB"}))
    plan = CampaignPlan("bench", "", Matter.SERVICE, DialMethod.PROGRESSIVE, {which: 1}, limits)
    law = Law(templates())

    def question(one: Candidate, held: bool) -> DialRequest:
        return DialRequest(
            one.lead.phone.number, clock.wall(), Matter.SERVICE, limits, Callee(), one.history, one.blocked,
            one.read_at, "+12125559999", True, True, agent_held=held, lead=one.lead.id,
        )  # fmt: skip

    return Hopper(clock, cast(LeadShelf, disk), plan, lambda: law, question)


def choices(which: str, rows: LeadRows, every: bool = False) -> tuple[list[float], list[float]]:
    """Milliseconds of each choice, and of each reading of the disk."""
    clock, disk = SteppedClock(AT), Disk(rows)
    chooser, found = hopper(which, clock, disk), []
    for _ in range(CONTROL if every else CHOICES):
        clock.advance(1.0)
        began = perf_counter()
        if every:  # all leads that are ready, for one of them
            rows.ready(Wanted((which,), LEADS, "imported", clock.wall(), lambda place: True))
            chosen = chooser.next()
        else:
            chosen = chooser.next()
        found.append(1000 * (perf_counter() - began))
        if chosen is None and found[1:]:
            raise RuntimeError(f"The hopper ran dry after {len(found)} choices: {chooser.refused}.")
    return found, [1000 * seconds for seconds in disk.seconds]


def run() -> list[Result]:
    """Median and p99 of a choice, of a refill, the memory of all of it, and the control."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: what it takes to make the leads is not what the hopper holds.
        with ProcessPoolExecutor(1, get_context("fork")) as maker:
            which = maker.submit(fill, folder).result()
        with closing(LeadRows(folder / "records.sqlite")) as rows:
            before = _megabytes()
            rounds = [choices(which, rows) for _ in range(3)]
            grown = _megabytes() - before
            control = choices(which, rows, every=True)[0]
            all_of_them = _megabytes() - before
    return [
        result("dialer.next_lead_p50_ms", [percentile(one, 50) for one, _ in rounds], "ms", 5.0),
        result("dialer.next_lead_p99_ms", [percentile(one, 99) for one, _ in rounds], "ms", 50.0),
        result("dialer.refill_p50_ms", [percentile(one, 50) for _, one in rounds], "ms", 50.0),
        result("dialer.hopper_mb", [grown], "MB", 20.0),
        must_miss(result("dialer.control_all_leads_mb", [all_of_them], "MB", 20.0)),
        must_miss(result("dialer.control_all_leads_p50_ms", [percentile(control, 50)], "ms", 5.0)),
    ]


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
