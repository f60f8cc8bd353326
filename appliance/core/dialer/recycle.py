"""What becomes of a lead after an attempt: when it is dialled again, at which of its numbers, or that it is
done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from appliance.contract.campaigns import Again, CampaignPlan
from appliance.contract.dialling import Refusal, Verdict, Why
from appliance.contract.leads import Lead, LeadState, Outcome
from appliance.core.dialer.hours import zone_of
from appliance.core.dialer.place import place_of, zones_in

#: Where the parts of a day begin: morning, afternoon, evening. What is before the first is evening still.
PARTS = (time(6), time(12), time(17))
#: Refusals of the gate that time does not mend.
FOR_GOOD = frozenset({Why.EMERGENCY, Why.NO_NUMBER, Why.KIND_OF_NUMBER, Why.BLOCKED, Why.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Next:
    """Where the lead stands now. `bad` is a number that is not dialled any more."""

    state: LeadState
    why: str  # the outcome, or "tries" | "no_numbers" | "person"
    due: datetime | None = None
    phone: int = 0
    parts: tuple[int, int, int] = (0, 0, 0)
    place: str = ""
    bad: str | None = None


def after(lead: Lead, outcome: Outcome, at: datetime, plan: CampaignPlan, tries: int) -> Next:
    """What follows the attempt at `lead.phone` that began at `at`; `tries` counts it.

    A person was reached: the lead is done, unless the agent says otherwise with a disposition. Whoever was
    not dialled after all stands where they stood.
    """
    if outcome is Outcome.NOT_DIALLED:
        return Next(lead.state, outcome.value, lead.due, lead.next, lead.parts, lead.place)
    here = zone_at(lead)
    parts = counted(lead.parts, part_of(at.astimezone(here)))
    if outcome is Outcome.PERSON:
        return Next(LeadState.DONE, "person", None, lead.next, parts, lead.place)
    rule = plan.again.get(outcome, Again(never=True))
    bad = lead.phone.number if rule.never else None
    phone = following(lead, rule)
    if phone is None:
        return Next(LeadState.DONE, "no_numbers", None, lead.next, parts, lead.place, bad)
    if tries >= plan.most_tries:
        return Next(LeadState.DONE, "tries", None, phone, parts, lead.place, bad)
    moved = place_of(lead.phones[phone].number, lead.callee.zone, lead.callee.region)
    due = again_at(at, rule if phone == lead.next else _other(rule), here, parts)
    return Next(LeadState.RETRY, outcome.value, due, phone, parts, moved or lead.place, bad)


def put_off(lead: Lead, verdict: Verdict) -> Next | None:
    """What becomes of a lead that the gate refused: done where no waiting helps, later where the gate says
    when; None where it is simply looked at again (hours, clock, what could not be read)."""
    for refusal in verdict.refusals:
        if refusal.why in FOR_GOOD or (refusal.why is Why.CAP and refusal.arguments[1] == "life"):
            return Next(LeadState.DONE, refusal.why.value, None, lead.next, lead.parts, lead.place)
    until = [moment for refusal in verdict.refusals if (moment := _until(refusal, verdict.at)) is not None]
    if not until:
        return None
    state = LeadState.CALLBACK if lead.state is LeadState.CALLBACK else LeadState.RETRY
    return Next(state, verdict.refusals[0].why.value, max(until), lead.next, lead.parts, lead.place)


def _until(refusal: Refusal, at: datetime) -> datetime | None:
    if refusal.why in (Why.LOCKED, Why.MACHINE, Why.REFUSED):
        return datetime.fromisoformat(refusal.arguments[0])
    if refusal.why is Why.CAP:
        # The oldest attempt that counts is not known here: half a span is never too late by more than that.
        return (
            at
            + {"day": timedelta(hours=12), "week": timedelta(days=3), "month": timedelta(days=10)}[
                refusal.arguments[1]
            ]
        )
    return None


def following(lead: Lead, rule: Again) -> int | None:
    """The position of the number to dial next; None when none is left."""
    good = [place for place, phone in enumerate(lead.phones) if phone.bad is None]
    if rule.never:
        good = [place for place in good if place != lead.next]
    if not good:
        return None
    if not (rule.never or rule.next_number):
        return lead.next
    return next((place for place in good if place > lead.next), good[0])


def again_at(at: datetime, rule: Again, zone: tzinfo, parts: tuple[int, int, int]) -> datetime:
    """The first moment the rule allows, in UTC: of the parts of the day after it, one that was tried
    least.
    """
    earliest = at + timedelta(minutes=rule.minutes)
    local = earliest.astimezone(zone)
    if rule.days:
        day = at.astimezone(zone).date() + timedelta(days=rule.days)
        local = max(local, datetime.combine(day, PARTS[0], zone))
    if not rule.other_part:
        return local.astimezone(UTC)
    now = part_of(at.astimezone(zone))
    choices = [moment for moment in _moments(local) if part_of(moment) != now]
    least = min(parts[part_of(moment)] for moment in choices)
    return next(one for one in choices if parts[part_of(one)] == least).astimezone(UTC)


def part_of(local: datetime) -> int:
    """0 morning, 1 afternoon, 2 evening (and the night that follows)."""
    started = [part for part, begin in enumerate(PARTS) if local.time() >= begin]
    return started[-1] if started else 2


def counted(parts: tuple[int, int, int], part: int) -> tuple[int, int, int]:
    """The tries by parts of the day, with one more."""
    first, second, third = (count + (place == part) for place, count in enumerate(parts))
    return first, second, third


def _moments(local: datetime) -> Iterator[datetime]:
    """This moment, and each beginning of a part of the day within the next two days."""
    yield local
    for days in range(3):
        for begin in PARTS:
            moment = datetime.combine(local.date() + timedelta(days=days), begin, local.tzinfo)
            if moment > local:
                yield moment


def zone_at(lead: Lead) -> tzinfo:
    """A time zone of the place that is called."""
    found = (zone_of(name) for name in zones_in(lead.place))
    return next((zone for zone in found if zone is not None), UTC)


def _other(rule: Again) -> Again:
    """Another number of the same person: soon, but not at once; a bad number costs no wait."""
    return Again(minutes=1) if rule.never else rule
