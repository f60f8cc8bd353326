"""The day's budget of drops, counted as the law counts: dropped persons against persons, by campaign and
day.

Persons are all who answered in person: those joined, those dropped, and an estimate of those whom machine
detection took for a machine; each of these last is a drop as well. What may still be dropped is the credit,
limit x persons - drops. With less than one drop of credit only progressive dialling is left, until enough
more persons were reached. The rule holds at each moment, so it holds whenever the day ends.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

VIEW_DAYS = 30


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one campaign did on one day: persons known as such (dropped ones among them), and the dropped
    ones.
    """

    persons: int = 0
    dropped: int = 0

    def rate(self, false_machine: float) -> float:
        """Share of persons dropped, with the estimate of those taken for machines; 0 without persons."""
        if not self.persons:
            return 0.0
        return (1.0 - false_machine) * self.dropped / self.persons + false_machine


class Budget:
    """One campaign's counts of today and of the last thirty days. `limit` and `false_machine` are shares."""

    def __init__(self, limit: float, false_machine: float = 0.0) -> None:
        self.limit = limit
        self.false_machine = false_machine
        self._day = date.min
        self._days: dict[date, DayCount] = {}
        self._today = DayCount()

    def begin(self, day: date) -> None:
        """The day, where the campaign's limit is counted, from now on; harmless if it is already."""
        self._keep()
        self._day = day
        self._today = self._days.get(day, DayCount())

    def restore(self, days: Mapping[date, DayCount]) -> None:
        """What the records say of earlier days, and of today before a restart."""
        self._keep()
        self._days.update(days)
        self._today = self._days.get(self._day, DayCount())

    def person(self) -> None:
        """A person answered."""
        self._today = DayCount(self._today.persons + 1, self._today.dropped)

    def drop(self) -> None:
        """A person who was counted found no agent in time."""
        self._today = DayCount(self._today.persons, self._today.dropped + 1)

    @property
    def today(self) -> DayCount:
        return self._today

    def thirty_days(self) -> DayCount:
        """The sum of today and the 29 days before."""
        self._keep()
        since = self._day - timedelta(days=min(VIEW_DAYS - 1, (self._day - date.min).days))
        counts = [count for day, count in self._days.items() if since <= day <= self._day]
        return DayCount(sum(one.persons for one in counts), sum(one.dropped for one in counts))

    def credit(self) -> float:
        """How many drops more would just be within today's limit; below 0 the limit is passed."""
        return self.credit_of(self._today)

    def credit_of(self, count: DayCount) -> float:
        """The same for any day's count."""
        return self._per_person() * count.persons - count.dropped

    def hopeless(self) -> bool:
        """The persons taken for machines alone reach the limit: no reached person earns credit."""
        return self._per_person() <= 0.0

    def persons_needed(self) -> int:
        """How many persons more, without a drop, until one may be dropped again; 0 if one may be now."""
        earned = self._per_person()
        return max(0, math.ceil((1.0 - self.credit()) / earned - 1e-9)) if earned > 0.0 else 0

    def _per_person(self) -> float:
        """Drops that one person known as such pays for.

        With f the share taken for machines, p persons known stand for p / (1-f): rate = ((1-f) d + f p) / p.
        """
        return (self.limit - self.false_machine) / (1.0 - self.false_machine)

    def _keep(self) -> None:
        self._days[self._day] = self._today
        oldest = self._day - timedelta(days=min(VIEW_DAYS - 1, (self._day - date.min).days))
        self._days = {day: count for day, count in self._days.items() if day >= oldest}
