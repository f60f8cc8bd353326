"""The pacer: from what agents and calls do now to how many numbers are dialled now.

Progressive holds an agent for each call in flight. Predictive dials one number more as long as the person
who may answer it would find no agent with less than the risk allowed now: at each of five answer times,
answers of the calls in flight against agents freed by then, both sums of unlike coins. The risk allowed
follows the day's credit and is nothing when the credit is below one drop. No lock, no timer, no poll: it is
asked at each event.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date

from appliance.core.dialer.pacing.budget import Budget
from appliance.core.dialer.pacing.odds import MOST_COINS, at_least, distribution, throw
from appliance.core.dialer.pacing.outlook import POINTS, Learnt, Outlook
from appliance.core.dialer.pacing.views import (
    AgentPhase,
    AgentView,
    CallStage,
    CallView,
    Decision,
    PacingMethod,
    PacingSettings,
    Reason,
)

GAIN = 1.0
"""Risk allowed at the usual credit, in limits. Nearly every call is dialled as soon as its risk falls so
low, so at 1 the limit is what is dropped.
"""

USUAL_CREDIT, CREDIT_PER_AGENT = 1.5, 0.4
"""Credit at which it is allowed: a larger team has more calls out, and several may be dropped at once."""

SLOPE = 0.6
"""By how much the logarithm of the risk allowed grows with a drop more of credit."""

TOP_RISK = 0.4
_FALL = 3.0
"""Seconds in which the risk falls to a third, about, when nothing happens: how soon it is worth asking
again.
"""

_SOONEST, _LATEST = 0.75, 5.0


class Sight:
    """One decision's sums: for each answer time, how many answered or did not become free by then."""

    def __init__(
        self,
        outlook: Outlook,
        now: float,
        agents: Sequence[AgentView],
        calls: Sequence[CallView],
        reserve: int,
        share: Callable[[float | None], float],
    ) -> None:
        self._outlook, self._now, self._share = outlook, now, share
        staying = [agent for agent in agents if not agent.leaving]
        self._least = len(staying) - reserve - sum(call.stage is CallStage.PERSON for call in calls)
        self._busy = [outlook.busy(one, now) for one in staying if one.phase is not AgentPhase.WAITING]
        self._flights = [
            outlook.call(call, now, share(call.chance))
            for call in calls
            if call.stage is not CallStage.PERSON
        ]
        self._sums: list[int] = []

    def risk(self, enough: float) -> float:
        """The chance that a person who answers one number more finds no agent.

        Looks no further when it is surely more than `enough`: then it is what was found so far, on the high
        side.
        """
        total = looked_at = 0.0
        for point, (_, weight) in enumerate(POINTS):
            if point == len(self._sums):
                self._sums.append(self._sum(point))
            looked_at += weight
            total += weight * at_least(self._sums[point], self._least)
            if total > enough:
                return total / looked_at
        return total

    def add(self, call: CallView) -> None:
        """One number more is dialled."""
        flight = self._outlook.call(call, self._now, self._share(call.chance))
        self._flights.append(flight)
        self._sums = [
            throw(sums, *self._outlook.answered((flight,), point)) for point, sums in enumerate(self._sums)
        ]

    def _sum(self, point: int) -> int:
        coins = [busy[point] for busy in self._busy]
        coins += self._outlook.answered(self._flights, point)
        return distribution(coins)


class Pacer:
    """One campaign's pacer. Times are of the injected clock, in seconds."""

    def __init__(self, settings: PacingSettings) -> None:
        self.settings = settings
        self.budget = Budget(settings.limit, settings.false_machine)
        self.learnt = Learnt(settings.ring_seconds)
        self._outlook: Outlook | None = None

    def set(self, settings: PacingSettings) -> None:
        """New settings; what was learnt and counted stays."""
        self.settings = settings
        self.budget.limit, self.budget.false_machine = settings.limit, settings.false_machine
        self._outlook = None

    def begin(self, day: date) -> None:
        """The day on which persons and drops count from now on."""
        self.budget.begin(day)

    def person_answered(self, dial_seconds: float, chance: float | None = None) -> None:
        """A dial ended in a person, so long after it began. `chance` as it was shown in the call's view."""
        self.learnt.ringing.observe(dial_seconds, True, chance)
        self.budget.person()

    def dial_ended(self, dial_seconds: float, chance: float | None = None) -> None:
        """A dial ended otherwise: busy, machine, invalid, nobody."""
        self.learnt.ringing.observe(dial_seconds, False, chance)

    def given_up(self, dial_seconds: float) -> None:
        """The box hung up before it was known what becomes of the dial."""
        self.learnt.ringing.observe(dial_seconds, None)

    def answer_told(self, person: bool) -> None:
        """Machine detection told what answered (besides `person_answered` or `dial_ended`)."""
        self.learnt.answer_told(person)

    def person_dropped(self) -> None:
        """A person who was counted before found no agent in time."""
        self.budget.drop()

    def talked(self, seconds: float, ended: bool = True) -> None:
        """An agent talked so long; not `ended`: was seen to, and then the talk left the campaign."""
        self.learnt.talk.observe(seconds, ended)

    def wrapped_up(self, seconds: float, ended: bool = True) -> None:
        """An agent wrapped up so long."""
        self.learnt.wrap.observe(seconds, ended)

    def decide(
        self,
        now: float,
        agents: Sequence[AgentView],
        calls: Sequence[CallView],
        free_lines: int,
        *,
        kept_lines: int = 0,
        reserve: int = 0,
        next_chances: Sequence[float | None] = (),
    ) -> Decision:
        """How many numbers to dial now.

        `agents`: all on duty; `calls`: all that no agent has yet. `kept_lines` of the free lines (the last
        one, the one for emergency calls) are never taken; `reserve` agents are kept for callers.
        `next_chances`: what learning expects of the next leads, in their order.
        """
        waiting = sum(agent.phase is AgentPhase.WAITING and not agent.leaving for agent in agents)
        held = waiting - reserve - len(calls)
        if not agents or all(agent.leaving for agent in agents):
            return Decision(0, Reason.NO_AGENT, excess=len(calls))
        lines = free_lines - kept_lines
        if lines <= 0:
            return Decision(0, Reason.NO_LINE)
        if self.settings.method is PacingMethod.PREDICTIVE and self._may_risk():
            return self._predict(now, agents, calls, lines, reserve, next_chances)
        return self._hold(waiting, held, len(calls), lines, reserve)

    def _may_risk(self) -> bool:
        return self.settings.limit > 0.0 and self.budget.credit() >= 1.0

    def _hold(self, waiting: int, held: int, out: int, lines: int, reserve: int) -> Decision:
        """Progressive, or power within the budget: by count alone."""
        reason, figures = self._why_held(waiting, reserve)
        wanted = held
        if reason is Reason.RATIO:
            wanted = int(self.settings.ratio * max(0, waiting - reserve)) - out
        dial = max(0, min(wanted, lines))
        if dial == lines < wanted:
            reason = Reason.NO_LINE
        # Calls that were dialled at a risk ring out: to hang up early annoys, too, and they were paid for.
        risked = reason in (Reason.BUDGET, Reason.RATIO)
        return Decision(dial, reason, excess=0 if risked else max(0, out - waiting), figures=figures)

    def _why_held(self, waiting: int, reserve: int) -> tuple[Reason, dict[str, float]]:
        method, budget = self.settings.method, self.budget
        if waiting and waiting <= reserve:
            return Reason.RESERVED, {"reserve": reserve}
        if method is PacingMethod.PROGRESSIVE:
            return Reason.HELD, {}
        if self.settings.limit <= 0.0:
            return Reason.LIMIT_ZERO, {}
        if budget.hopeless():
            return Reason.FALSE_MACHINES, {"false_machine": budget.false_machine, "limit": budget.limit}
        if budget.credit() < 1.0:
            today = budget.today
            figures = {"persons": today.persons, "dropped": today.dropped, "limit": budget.limit}
            return Reason.BUDGET, {**figures, "persons_needed": budget.persons_needed()}
        return Reason.RATIO, {"ratio": self.settings.ratio}

    def threshold(self, agents: int) -> float:
        """The risk allowed now for one number more: follows the credit of the day."""
        above = self.budget.credit() - USUAL_CREDIT - CREDIT_PER_AGENT * agents
        return min(TOP_RISK, GAIN * self.settings.limit * math.exp(SLOPE * min(20.0, above)))

    def _predict(
        self,
        now: float,
        agents: Sequence[AgentView],
        calls: Sequence[CallView],
        lines: int,
        reserve: int,
        next_chances: Sequence[float | None],
    ) -> Decision:
        sight = Sight(self._current(now, agents), now, agents, calls, reserve, self.learnt.ringing.share)
        threshold = self.threshold(len(agents))
        waiting = sum(agent.phase is AgentPhase.WAITING and not agent.leaving for agent in agents)
        safe = self._affordable() + waiting - reserve - len(calls)
        room = min(lines, MOST_COINS - len(agents) - len(calls))
        for dial in range(max(0, room)):
            risk = sight.risk(threshold)
            if risk > threshold:
                again = min(_LATEST, max(_SOONEST, _FALL * math.log(risk / threshold)))
                return Decision(dial, Reason.RISK, risk, threshold, again_in=again)
            if dial >= safe:
                return Decision(dial, Reason.DAY_AT_STAKE, risk, threshold)
            sight.add(CallView(now, chance=next_chances[dial] if dial < len(next_chances) else None))
        return Decision(max(0, room), Reason.NO_LINE if room == lines else Reason.ENOUGH, 0.0, threshold)

    def _affordable(self) -> int:
        """Calls out beyond waiting agents: were all answered and nobody came free, the limit just holds."""
        return int(self.budget.credit())

    def _current(self, now: float, agents: Sequence[AgentView]) -> Outlook:
        if self._outlook is None or self.learnt.seen >= self._outlook.stale_at:
            self._outlook = Outlook(self.learnt, self.settings.patience, now, agents)
        return self._outlook
