"""What campaigns did, counted: read-only, like `reader`. Each count is one question to the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from appliance.contract.leads import Outcome
from appliance.store.codec import microseconds, moment
from appliance.store.lead_tables import attempts, lead_lists, leads
from appliance.store.reading import ReadOnly


@dataclass(frozen=True, slots=True)
class Tried:
    """Attempts alike, counted. `outcome` is None while they last; `at` begins their quarter of an hour."""

    outcome: str | None
    dials: int
    rang: int = 0
    answered: int = 0
    joined: int = 0  # an agent was
    said_no: int = 0
    talked: float = 0.0  # seconds with an agent, together
    at: datetime | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Dialled:
    """One attempt that is over, as learning sees it."""

    at: datetime
    list: str | None
    lead: int
    person: bool


@dataclass(frozen=True, slots=True)
class ListSize:
    """A list to choose, and how many leads it has."""

    id: str
    name: str
    leads: int


class CampaignReader(ReadOnly):
    """Safe from any thread; any method may raise StoreError."""

    what = "lists"

    def lists(self) -> list[ListSize]:
        """All lists that are there, the newest first."""
        here = lead_lists.c
        counted = select(leads.c.list, func.count()).group_by(leads.c.list)
        query = select(here.id, here.name).where(here.dropped.is_(None)).order_by(here.made.desc())
        with self._connection() as connection:
            counts = {row[0]: int(row[1]) for row in connection.execute(counted)}
            return [ListSize(row.id, row.name, counts.get(row.id, 0)) for row in connection.execute(query)]

    def by_time(self, campaign: str, since: datetime, until: datetime) -> list[Tried]:
        """Attempts of a campaign by quarter of an hour and outcome, in time's order."""
        quarter = (attempts.c.at // _QUARTER).label("quarter")
        query = _counted(quarter).where(*_between(campaign, since, until)).group_by(quarter)
        with self._connection() as connection:
            return [
                _tried(row, at=moment(row.quarter * _QUARTER))
                for row in connection.execute(query.order_by(quarter))
            ]

    def by_agent(self, campaign: str, since: datetime, until: datetime) -> list[Tried]:
        """Attempts of a campaign by agent and outcome; those that no agent had are left out."""
        agent = attempts.c.agent
        query = _counted(agent).where(agent.is_not(None), *_between(campaign, since, until)).group_by(agent)
        with self._connection() as connection:
            return [_tried(row, agent=row.agent) for row in connection.execute(query)]

    def times_of(self, campaign: str, calls: Sequence[str]) -> dict[str, datetime]:
        """Those of these calls that were attempts of the campaign, and when each began."""
        here, found = attempts.c, dict[str, datetime]()
        with self._connection() as connection:
            for begin in range(0, len(calls), _AT_ONCE):
                some = calls[begin : begin + _AT_ONCE]
                query = select(here.call, here.at).where(here.campaign == campaign, here.call.in_(some))
                found |= {row.call: moment(row.at) for row in connection.execute(query)}
        return found

    def dialled(self, campaign: str, since: datetime) -> Iterator[Dialled]:
        """Attempts of a campaign at leads that are over, in time's order."""
        here = attempts.c
        query = select(here.at, here.list, here.lead, here.outcome).where(
            here.campaign == campaign,
            here.at >= microseconds(since),
            here.lead.is_not(None),
            here.outcome.is_not(None),
            _begun(),
        )
        with self._connection() as connection:
            for row in connection.execute(query.order_by(here.at).execution_options(yield_per=500)):
                yield Dialled(moment(row.at), row.list, row.lead, row.outcome in _PERSONS)


_QUARTER = 900_000_000  # microseconds
_AT_ONCE = 400
_PERSONS = ("person", "dropped")


def _counted(by: ColumnElement[Any]) -> Select[Any]:
    here = attempts.c
    talked = func.sum((here.ended - here.at) / 1e6 - here.joined)
    return select(
        by,
        here.outcome,
        func.count().label("dials"),
        func.count(here.rang).label("rang"),
        func.count(here.answered).label("answered"),
        func.count(here.joined).label("joined"),
        func.count().filter(here.said_no).label("said_no"),
        func.coalesce(talked, 0.0).label("talked"),
    ).group_by(here.outcome)


def _tried(row: Row[Any], at: datetime | None = None, agent: str | None = None) -> Tried:
    return Tried(
        row.outcome, row.dials, row.rang, row.answered, row.joined, row.said_no, row.talked, at, agent
    )


def _between(campaign: str, since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    here = attempts.c
    span = (here.at >= microseconds(since), here.at < microseconds(until))
    return [here.campaign == campaign, *span, _begun()]


def _begun() -> ColumnElement[bool]:
    """A line began to dial, or is about to."""
    outcome = attempts.c.outcome
    return or_(outcome.is_(None), outcome != Outcome.NOT_DIALLED.value)
