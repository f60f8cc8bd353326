"""Leads, a campaign and a law that lets everything pass, for tests of the hopper; a shelf kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from appliance.contract.campaigns import CampaignPlan, DialMethod
from appliance.contract.clock import SteppedClock
from appliance.contract.dialling import (
    Callee,
    Consent,
    CountryRules,
    DialRequest,
    History,
    Hours,
    Law,
    Limits,
    Matter,
)
from appliance.contract.leads import Answer, Candidate, Lead, LeadState, Phone, Wanted
from appliance.core.dialer.hopper import Hopper
from appliance.core.dialer.place import place_of

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in New York, 07:00 in Los Angeles
ALWAYS = Hours(tuple((day, time(0), time(23, 59, 59)) for day in range(7)), holidays=True)
DAY = Hours(tuple((day, time(8), time(20)) for day in range(7)), holidays=True)


def rules(country: str, hours: Hours = DAY) -> CountryRules:
    nothing = dict.fromkeys(Matter, Consent.NONE)
    return CountryRules(country, dict.fromkeys(Matter, hours), nothing, nothing, Consent.WRITTEN)


LAW = Law({"US": rules("US"), "GB": rules("GB")})


def plan(**more: Any) -> CampaignPlan:
    limits = more.pop("limits", Limits(frozenset({"US", "GB"})))
    lists = more.pop("lists", {"a": 1})
    return CampaignPlan("spring", "Spring", Matter.SALES, DialMethod.PROGRESSIVE, lists, limits, **more)


def lead(number: int, where: str = "+1212555", **more: Any) -> Lead:
    """Lead `number`; its telephone number ends in it."""
    phones = more.pop("phones", (Phone(f"{where}{number:04d}", "mobile"),))
    found = Lead(number, more.pop("list", "a"), phones, **more)
    return found if found.place else replace(found, place=place_of(found.phone.number))


def candidate(one: Lead, at: datetime = AT, **history: Any) -> Candidate:
    return Candidate(one, History(**history), (), at)


def question(clock: SteppedClock) -> Callable[[Candidate, bool], DialRequest]:
    def asked(one: Candidate, held: bool) -> DialRequest:
        return DialRequest(
            number=one.lead.phone.number,
            at=clock.wall(),
            matter=Matter.SALES,
            limits=plan().limits,
            callee=one.lead.callee,
            history=one.history,
            blocked=one.blocked,
            read_at=one.read_at,
            caller_id="+12125559999",
            caller_id_answered=True,
            clock_trusted=True,
            agent_held=held,
            campaign="spring",
            lead=one.lead.id,
        )

    return asked


class Shelf:
    """Answers at once, or (held) when the test says so; `rows` is what the store would read."""

    def __init__(self) -> None:
        self.rows: list[Candidate] = []
        self.asked: list[Wanted] = []
        self.held = False
        self.broken = False
        self._waiting: list[tuple[Sequence[Candidate], Answer]] = []

    def ready(self, wanted: Wanted, answer: Answer) -> None:
        self.asked.append(wanted)
        if self.broken:
            answer(None)
            return
        found = self.read(wanted)
        if self.held:
            self._waiting.append((found, answer))
        else:
            answer(found)

    def read(self, wanted: Wanted) -> list[Candidate]:
        good = [one for one in self.rows if one.lead.id not in wanted.but and wanted.open(one.lead.place)]
        good = [one for one in good if one.lead.due is None or one.lead.due <= wanted.at]
        good = [replace(one, read_at=wanted.at) for one in good if one.lead.state is not LeadState.DIALLING]
        return [
            one
            for name in wanted.lists
            for one in [row for row in good if row.lead.list == name][: wanted.most]
        ]

    def answer(self) -> None:
        """Give the answers that wait."""
        self.held = False
        waiting, self._waiting = self._waiting, []
        for found, answer in waiting:
            answer(found)


class Rig:
    """A hopper over a shelf, on a stepped clock."""

    def __init__(self, *leads: Lead, law: Law = LAW, **more: Any) -> None:
        self.clock = SteppedClock(AT)
        self.shelf = Shelf()
        self.shelf.rows = [candidate(one) for one in leads]
        self.law = law
        self.hopper = Hopper(self.clock, self.shelf, plan(**more), lambda: self.law, question(self.clock))
        self.hopper.refill()

    def next(self, agent: str | None = None, held: bool = False) -> int | None:
        found = self.hopper.next(agent, held)
        return None if found is None else found.candidate.lead.id

    def all(self) -> list[int]:
        """Every lead that comes out, one after the other."""
        return [found for _ in range(500) if (found := self.next()) is not None]


ASKED = Callee(asked_at=AT)
