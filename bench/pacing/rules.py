"""The rules that are compared: the box's pacer, the same with foresight, one call an agent, VICIdial's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from appliance.core.dialer.pacing import AgentView, Pacer, PacingMethod, PacingSettings
from appliance.core.dialer.pacing.odds import coin
from appliance.core.dialer.pacing.outlook import Outlook
from appliance.core.dialer.pacing.pacer import SLOPE, TOP_RISK
from bench.pacing.day import Day
from bench.pacing.scenario import PATIENCE, RING_SECONDS


class Ours(Pacer):
    """The pacer as the box has it; nothing is known beforehand."""

    def __init__(self, limit: float, false_machine: float = 0.0) -> None:
        super().__init__(
            PacingSettings(
                PacingMethod.PREDICTIVE, limit, false_machine, patience=PATIENCE, ring_seconds=RING_SECONDS
            )
        )
        self.begin(date(2026, 3, 2))

    def ask(self, day: Day) -> tuple[int, int, float | None]:
        found = self.decide(day.now, day.duty(), day.flight(), day.free_lines())
        return found.dial, found.excess, found.again_in


class ForesightOutlook(Outlook):
    """Knows when each agent will be free: q is 0 or 1. Dials it does not foresee."""

    free_at: dict[int, float]

    def busy(self, agent: AgentView, now: float) -> list[int]:
        until = self.free_at[id(agent)] - now
        return [coin(float(until > seconds + PATIENCE)) for seconds in self.seconds]


class Foresight(Ours):
    """The near bound: our rule with the end times of talks known, and a budget that only has to end well."""

    def ask(self, day: Day) -> tuple[int, int, float | None]:
        self._ends = {id(agent.view): agent.free_at for agent in day.agents}
        return super().ask(day)

    def threshold(self, agents: int) -> float:
        return min(TOP_RISK, self.settings.limit * math.exp(SLOPE * min(20.0, self.budget.credit())))

    def _may_risk(self) -> bool:
        return True

    def _affordable(self) -> int:
        return 1000

    def _current(self, now: float, agents: Sequence[AgentView]) -> Outlook:
        outlook = super()._current(now, agents)
        if not isinstance(outlook, ForesightOutlook):
            outlook.__class__ = ForesightOutlook
        assert isinstance(outlook, ForesightOutlook)
        outlook.free_at = self._ends
        return outlook


class OneToOne:
    """A call for each agent who waits, and no more: the control run of the utilisation."""

    def ask(self, day: Day) -> tuple[int, int, float | None]:
        return max(0, day.idle() - len(day.calls)), 0, None

    def person_answered(self, seconds: float) -> None:
        """Learns nothing."""

    def dial_ended(self, seconds: float) -> None:
        """Learns nothing."""

    def given_up(self, seconds: float) -> None:
        """Learns nothing."""

    def person_dropped(self) -> None:
        """Learns nothing."""

    def talked(self, seconds: float) -> None:
        """Learns nothing."""

    def wrapped_up(self, seconds: float) -> None:
        """Learns nothing."""


LOOP = 2.5
LEVEL_PERIOD = 15.0
DROP_PERIOD = 60.0
MOST_LEVEL = 3.0


class Vicidial(OneToOne):
    """VICIdial's ADAPT_HARD_LIMIT, written anew from its own description (docs/PREDICTIVE.txt, 2006), not
    run.

    Every 2.5 s it keeps as many lines busy as active agents (waiting or in a call) times the dial level.
    Every 15 s the level grows by the mean of agents waiting less persons waiting, per agent (target and
    intensity 0), within 1 and 3. Once a minute the day's drops are counted: above the limit the level is 1
    until they are below.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._level = 1.0
        self._persons = self._dropped = 0
        self._over = False
        self._loop = self._level_due = 0.0
        self._drop_due = DROP_PERIOD
        self._sum = self._last = self._since = self._difference = 0.0

    def ask(self, day: Day) -> tuple[int, int, float | None]:
        self._measure(day)
        if day.now < self._loop - 1e-9:
            return 0, 0, self._loop - day.now
        self._loop = day.now + LOOP
        if day.now >= self._drop_due:
            self._drop_due += DROP_PERIOD
            self._over = self._dropped > self._limit * self._persons
        if day.now >= self._level_due:
            self._adapt(day)
        active = day.idle() + day.talking()
        wanted = int(active * self._level) - len(day.calls) - day.talking()
        return max(0, min(wanted, day.free_lines())), 0, LOOP

    def person_answered(self, seconds: float) -> None:
        self._persons += 1

    def person_dropped(self) -> None:
        self._dropped += 1

    def _measure(self, day: Day) -> None:
        self._sum += self._difference * (day.now - self._last)
        self._last = day.now
        self._difference = float(day.idle() - day.people_waiting())

    def _adapt(self, day: Day) -> None:
        seconds = day.now - self._since
        agents = sum(agent.on_duty for agent in day.agents)
        if seconds > 0.0 and agents:
            grown = self._level * (1.0 + self._sum / seconds / agents)
            self._level = min(MOST_LEVEL, max(1.0, grown))
        if self._over:
            self._level = 1.0
        self._level_due, self._since, self._sum = day.now + LEVEL_PERIOD, day.now, 0.0
