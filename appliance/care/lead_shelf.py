"""The shelf the core's hoppers are filled from: reads leads, and what the law asks to be read, on a thread
of its own.

Also ends, at a start, the attempts that were going on when the last core was killed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

from appliance.config.dialer import DialerSettings
from appliance.config.dialer_plan import campaign_plans, law_of
from appliance.contract.campaigns import CampaignPlan, DialMethod
from appliance.contract.clock import Clock
from appliance.contract.dialling import Blocked, Calendar, History, Law, Limits, Matter
from appliance.contract.journal import Journal
from appliance.contract.leads import Answer, Wanted
from appliance.core.dialer.attempts import Attempts
from appliance.core.dialer.calendar import calendar_of
from appliance.store.lead_reader import LeadRows
from appliance.store.own_file import Unreadable

log = logging.getLogger(__name__)
Deliver = Callable[[Callable[[], None]], None]
Found = TypeVar("Found")
Known = Callable[[tuple[History, tuple[Blocked, ...]] | None], None]


class LeadShelf:
    """`contract.leads.LeadShelf` over the records' file. Answers come by `deliver`, on the core's thread."""

    def __init__(self, records: Path, deliver: Deliver) -> None:
        self._rows = LeadRows(records)
        self._deliver = deliver
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: Thread | None = None

    def ready(self, wanted: Wanted, answer: Answer) -> None:
        """See `contract.leads.LeadShelf`."""
        self._ask(lambda: self._rows.ready(wanted), answer)

    def of_number(self, number: str, lead: int | None, at: datetime, answer: Known) -> None:
        """What the gate must know of a number that an agent dials, or is called back; None: unreadable."""
        self._ask(lambda: self._rows.of_number(number, lead, at), answer)

    def law(
        self,
        settings: DialerSettings,
        emergency: frozenset[str],
        countries: Iterable[str],
        years: Iterable[int],
        answer: Callable[[Law | None], None],
    ) -> None:
        """The law of the moment, with do-not-call lists and the holidays of these countries and years."""
        asked = [(country, year) for country in sorted(set(countries)) for year in sorted(set(years))]

        def read() -> Law:
            found = {key: made for key in asked if (made := calendar(*key)) is not None}
            return law_of(settings, emergency, self._rows.official_lists(), self._rows.patterns(), found)

        self._ask(read, answer)

    def stop(self) -> None:
        """End the thread; questions that wait are answered first."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(5.0)

    def _ask(self, read: Callable[[], Found], answer: Callable[[Found | None], None]) -> None:
        if self._thread is None:  # a box without campaigns has no such thread
            self._thread = Thread(target=self._run, name="leads", daemon=True)
            self._thread.start()
        self._queue.put(lambda: self._answer(read, answer))

    def _answer(self, read: Callable[[], Found], answer: Callable[[Found | None], None]) -> None:
        found: Found | None = None
        try:
            found = read()
        except Unreadable as problem:
            log.warning("the lists cannot be read: %s", problem)
            self._rows.close()
        except Exception:  # top of the thread: a hopper waits for the answer
            log.exception("leads could not be looked up")
        try:
            self._deliver(lambda: answer(found))
        except RuntimeError:  # the core's loop has ended
            log.debug("nobody waits for leads any more")

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            work()
        self._rows.close()


@lru_cache(maxsize=200)
def calendar(country: str, year: int) -> Calendar | None:
    """The holidays of a country and year, made once; None where nobody knows them."""
    return calendar_of(country, year)


def end_interrupted(
    records: Path, journal: Journal, clock: Clock, settings: DialerSettings, country: str
) -> int:
    """End the attempts that have no end, before anything is dialled; how many there were. Their leads go on
    by the campaign's rules, or where the campaign is gone by the usual ones."""
    rows, plans = LeadRows(records), campaign_plans(settings, country)
    attempts = Attempts(clock, journal, lambda call: call())
    try:
        found = rows.open_attempts()
        for attempt, campaign, number in found:
            lead = None if number is None else rows.lead(number)
            attempts.interrupted(attempt, lead, plans.get(campaign) or _gone(campaign))
    except Unreadable as problem:
        log.warning("attempts that were cut off cannot be read: %s", problem)
        return 0
    finally:
        rows.close()
    if found:
        log.warning(
            "%d attempts were going on when the core ended; they are closed as interrupted", len(found)
        )
    return len(found)


def _gone(campaign: str) -> CampaignPlan:
    return CampaignPlan(campaign, campaign, Matter.SERVICE, DialMethod.MANUAL, {}, Limits(frozenset()))
