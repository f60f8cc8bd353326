"""What campaigns did, counted: read-only, like `reader`. Each count is one question to the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from appliance.store.codec import microseconds, moment
from appliance.store.lead_tables import attempts, lead_lists, leads
from appliance.store.reading import ReadOnly


@dataclass(frozen=True, slots=True)
class Tried:
    """Attempts alike. `outcome` is None while they last; `at` begins their quarter of an hour."""

    campaign: str
    outcome: str | None
    count: int
    said_no: int
    at: datetime | None = None
    agent: str | None = None


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

    def states(self, lists: Sequence[str]) -> dict[str, int]:
        """Leads of these lists by state."""
        here = leads.c
        query = select(here.state, func.count()).where(here.list.in_(lists)).group_by(here.state)
        with self._connection() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    def by_time(self, campaign: str | None, since: datetime, until: datetime) -> list[Tried]:
        """Attempts by quarter of an hour and outcome; of one campaign or of all."""
        here = attempts.c
        quarter = (here.at // _QUARTER).label("quarter")
        query = select(
            here.campaign,
            here.outcome,
            quarter,
            func.count().label("dials"),
            func.sum(here.said_no).label("no"),
        ).where(*_between(campaign, since, until))
        with self._connection() as connection:
            rows = connection.execute(query.group_by(here.campaign, here.outcome, quarter).order_by(quarter))
            return [
                Tried(row.campaign, row.outcome, row.dials, row.no, moment(row.quarter * _QUARTER))
                for row in rows
            ]

    def by_agent(self, campaign: str | None, since: datetime, until: datetime) -> list[Tried]:
        """Attempts by agent and outcome."""
        here = attempts.c
        query = select(
            here.campaign,
            here.outcome,
            here.agent,
            func.count().label("dials"),
            func.sum(here.said_no).label("no"),
        ).where(here.agent.is_not(None), *_between(campaign, since, until))
        with self._connection() as connection:
            rows = connection.execute(query.group_by(here.campaign, here.outcome, here.agent))
            return [Tried(row.campaign, row.outcome, row.dials, row.no, None, row.agent) for row in rows]


_QUARTER = 900_000_000  # microseconds


def _between(campaign: str | None, since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    here = attempts.c
    found: list[ColumnElement[bool]] = [here.at >= microseconds(since), here.at < microseconds(until)]
    return found if campaign is None else [here.campaign == campaign, *found]
