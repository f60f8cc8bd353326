"""What the box has learnt of when people answer, applied: who of the next few is likeliest to, now.

One model for all campaigns. A tenth of each campaign's leads is chosen and timed without it, so that its gain
can be shown; switched off for a campaign it still learns from it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from appliance.contract.campaigns import CampaignPlan
from appliance.contract.clock import Clock
from appliance.contract.leads import Candidate, Dial, Lead, Outcome
from appliance.core.dialer.learning import DialFacts, LeadCounts, Learning, part_of
from appliance.core.dialer.learning_gain import held_out
from appliance.core.dialer.recycle import zone_at

_PERSONS = (Outcome.PERSON, Outcome.DROPPED)


class Tutor:
    """One of these a floor."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.learning = Learning()

    def observe(self, lead: Lead, at: datetime, person: bool) -> None:
        """What a dial of this lead, begun then, came to."""
        self.learning.model.observe(_facts(lead, at.astimezone(zone_at(lead))), person)

    def observe_past(self, dial: Dial) -> None:
        """What a dial of another day came to; without its local time nothing is learnt of it."""
        if dial.local is not None:
            facts = DialFacts(part_of(dial.local.hour), dial.local.weekday(), dial.list, 0)
            self.learning.model.observe(facts, dial.outcome in _PERSONS)

    def chance(self, candidate: Candidate, at: datetime | None = None) -> float | None:
        """The chance that a person answers if this lead is dialled now."""
        lead = candidate.lead
        zone = zone_at(lead)
        local = (at or self._clock.wall()).astimezone(zone)
        return self.learning.chance(_facts(lead, local), _counts(candidate, zone))

    def score_of(self, plan: CampaignPlan) -> Callable[[Candidate, datetime], float | None]:
        """How a campaign's leads are told apart; None for those that are kept from it."""

        def score(candidate: Candidate, at: datetime) -> float | None:
            if held_out(str(candidate.lead.id), plan.name):
                return None
            return self.chance(candidate, at)

        return score


def _facts(lead: Lead, local: datetime) -> DialFacts:
    return DialFacts(part_of(local.hour), local.weekday(), lead.list, lead.tries)


def _counts(candidate: Candidate, zone: tzinfo) -> LeadCounts:
    """The number's own dials and answers, by part of the day."""
    dials: dict[int, int] = {}
    answers: dict[int, int] = {}
    for moments, counts in ((candidate.history.number, dials), (candidate.history.persons, answers)):
        for moment in moments:
            part = part_of(moment.astimezone(zone).hour)
            counts[part] = counts.get(part, 0) + 1
    return LeadCounts(dials, answers)
