"""The compliance gate: the one function every dial made for a campaign, a callback or a reminder passes.

Pure: what it is given is all it knows. It refuses whatever it cannot tell (a clock, a zone, a list that was
not read), gives every reason at once, and its answer is the record of the decision. A person's own
emergency call never comes here.

Who asks to be called back (`Callee.asked_at`) agrees to that call: attempts, drops, refusals and
do-not-call entries from before the asking do not count for it, nor do official lists; for `WAITED` after it
not even the hours do, because somebody waits for the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from appliance.contract.dialling import (
    Blocked,
    Callee,
    Caps,
    Consent,
    CountryRules,
    DialKind,
    DialRequest,
    Law,
    Refusal,
    Verdict,
    Why,
)
from appliance.core.dialer.hours import places, shut, zone_of
from appliance.core.dialer.number import DIALLED, MOBILE, Numbered, calls_for_help, numbered

FRESH = timedelta(minutes=15)  # older facts about attempts and do-not-call entries are not trusted
WAITED = timedelta(hours=4)
ASKED = timedelta(days=30)  # a wish to be called back is good for so long
_SKEW = timedelta(minutes=1)
_DAY, _WEEK, _MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=30)


def decide(request: DialRequest, law: Law) -> Verdict:
    """May this be dialled now? Every reason against it, or none."""
    if calls_for_help(request.number, law.emergency):
        return Verdict((Refusal(Why.EMERGENCY),), request.at, request.number)
    found = numbered(request.number)
    if found is None:
        return Verdict((Refusal(Why.NO_NUMBER),), request.at, request.number)
    rules = law.countries.get(found.country, law.elsewhere)
    if rules is None:
        return Verdict((Refusal(Why.NO_RULES, (found.country,)),), request.at, request.number, found.country)
    return _Asked(request, law, found, rules).verdict()


def asked_since(request: DialRequest) -> datetime | None:
    """When the person asked for this very call; None when nobody did, or too long ago."""
    asked = request.callee.asked_at
    if request.kind is not DialKind.CALLBACK or asked is None:
        return None
    return asked if asked <= request.at <= asked + ASKED else None


def fits(pattern: str, number: str) -> bool:
    """Does a number fit an entry with * (any digits, also none) and ? (one digit)?"""
    head, star, rest = pattern.partition("*")
    if len(head) > len(number) or any(
        want not in ("?", sign) for want, sign in zip(head, number, strict=False)
    ):
        return False
    number = number[len(head) :]
    if not star:
        return not number
    return any(fits(rest, number[start:]) for start in range(len(number) + 1))


class _Asked:
    """One question while it is being answered."""

    def __init__(self, request: DialRequest, law: Law, found: Numbered, rules: CountryRules) -> None:
        self.request, self.law, self.found, self.rules = request, law, found, rules
        self.asked = asked_since(request)
        self.zones = places(found.zones, request.callee.zone)
        self.waived: list[str] = []
        self.counted: dict[str, int] = {}
        self.local: dict[str, datetime] = {}

    def verdict(self) -> Verdict:
        checks = (
            self._number(),
            self._time(),
            self._facts(),
            self._blocked(),
            self._lists(),
            self._caps(),
            self._past(),
            self._consent(),
            self._caller_id(),
        )
        refusals = tuple(refusal for check in checks for refusal in check)
        return Verdict(
            refusals,
            self.request.at,
            self.request.number,
            self.found.country,
            f"{self.rules.country or '*'} {self.rules.checked}",
            tuple((zone, local.strftime("%Y-%m-%d %H:%M")) for zone, local in self.local.items()),
            tuple(dict.fromkeys(self.waived)),
            tuple(self.counted.items()),
        )

    def _number(self) -> Iterator[Refusal]:
        if self.found.kind not in DIALLED:
            yield Refusal(Why.KIND_OF_NUMBER, (self.found.kind,))
        if self.found.country not in self.request.limits.countries:
            yield Refusal(Why.COUNTRY, (self.found.country,))

    def _time(self) -> Iterator[Refusal]:
        if not self.request.clock_trusted:
            yield Refusal(Why.CLOCK)
            return
        if not self.zones:
            yield Refusal(Why.ZONE)
        for name in self.zones:
            zone = zone_of(name)
            if zone is None:
                yield Refusal(Why.ZONE, (name,))
            else:
                yield from self._place(name, zone)

    def _place(self, name: str, zone: ZoneInfo) -> Iterator[Refusal]:
        self.local[name] = local = self.request.at.astimezone(zone)
        if self.asked is not None and self.request.at - self.asked <= WAITED:
            self.waived.append("hours")
            return
        law, own = self.rules.hours[self.request.matter], self.request.limits.hours
        region = self.request.callee.region
        yield from shut(name, local, law, own, self.found.country, region, self.law.calendars)

    def _facts(self) -> Iterator[Refusal]:
        request = self.request
        stale = not timedelta(0) <= request.at - request.read_at + _SKEW <= FRESH + _SKEW
        if request.history is None or stale:
            yield Refusal(Why.UNREAD, ("history",))
        if request.blocked is None or stale:
            yield Refusal(Why.UNREAD, ("lists",))
        if request.history is not None:
            latest = max(_moments(request), default=None)
            if latest is not None and latest > request.at + _SKEW:
                yield Refusal(Why.CLOCK_BACK, (latest.isoformat(),))

    def _blocked(self) -> Iterator[Refusal]:
        patterns = (one for one in self.law.patterns if fits(one.entry, self.request.number))
        for entry in (*(self.request.blocked or ()), *patterns):
            if self._counts(entry):
                arguments = (entry.kind, entry.list, entry.entry, entry.since.date().isoformat())
                yield Refusal(Why.BLOCKED, arguments)

    def _counts(self, entry: Blocked) -> bool:
        if entry.kind == "official":
            return self._official()
        if entry.kind == "campaign" and entry.list != self.request.campaign:
            return False
        if self.asked is not None and entry.since <= self.asked:
            self.waived.append("past")
            return False
        return True

    def _official(self) -> bool:
        """Do official lists count for this call?"""
        if self.request.matter not in self.rules.list_matters:
            return False
        if self.asked is not None or self._given() >= self.rules.list_waiver:
            self.waived.append("lists")
            return False
        return True

    def _lists(self) -> Iterator[Refusal]:
        for name in self.rules.lists if self._official() else ():
            as_of = self.law.lists.get(name)
            if as_of is None or as_of > self.request.at + _SKEW:
                yield Refusal(Why.LIST_MISSING, (name,))
            elif self.request.at - as_of > timedelta(days=self.rules.list_days):
                days = (self.request.at - as_of).days
                yield Refusal(Why.LIST_OLD, (name, str(days), str(self.rules.list_days)))

    def _caps(self) -> Iterator[Refusal]:
        history, limits = self.request.history, self.request.limits
        if history is not None:
            yield from self._over("number", history.number, (self.rules.caps, limits.number))
            yield from self._over("lead", history.lead, (limits.lead,))

    def _over(self, whose: str, attempts: Iterable[datetime], caps: tuple[Caps, ...]) -> Iterator[Refusal]:
        times = [time for time in attempts if self.asked is None or time > self.asked]
        at = self.request.at
        counts = {
            "day": sum(at - time < _DAY or self._same_date(time) for time in times),
            "week": sum(at - time < _WEEK for time in times),
            "month": sum(at - time < _MONTH for time in times),
            "life": len(times),
        }
        for span, count in counts.items():
            self.counted[f"{whose}.{span}"] = count
            allowed = min((cap for one in caps if (cap := getattr(one, span)) is not None), default=None)
            if allowed is not None and count >= allowed:
                yield Refusal(Why.CAP, (whose, span, str(count), str(allowed)))

    def _same_date(self, time: datetime) -> bool:
        return any(time.astimezone(local.tzinfo).date() == local.date() for local in self.local.values())

    def _past(self) -> Iterator[Refusal]:
        history, rules, held = self.request.history, self.rules, self.request.agent_held
        if history is None:
            return
        if not held:
            yield from self._until(Why.LOCKED, history.dropped, timedelta(hours=rules.lock_hours))
            yield from self._until(Why.MACHINE, history.machine, timedelta(hours=rules.machine_hours))
            if self.request.drops_spent:
                yield Refusal(Why.DROPS)
        yield from self._until(Why.REFUSED, history.refused, timedelta(days=rules.refusal_days))

    def _until(self, why: Why, since: datetime | None, lasts: timedelta) -> Iterator[Refusal]:
        if since is None or not lasts:
            return
        if self.asked is not None and since <= self.asked:
            self.waived.append("past")
        elif self.request.at - since < lasts:
            yield Refusal(why, ((since + lasts).isoformat(),))

    def _given(self) -> Consent:
        return given(self.request.callee, self.request.at)

    def _consent(self) -> Iterator[Refusal]:
        has, need = self._given(), self._needed()
        if has is Consent.WITHDRAWN and self.asked is None:
            yield Refusal(Why.WITHDRAWN)
        elif self.asked is not None and need < Consent.WRITTEN:
            self.waived.append("consent")
        elif has < need:
            yield Refusal(Why.CONSENT, (has.name.lower(), need.name.lower()))

    def _needed(self) -> Consent:
        request, rules = self.request, self.rules
        by_law = (rules.business if request.callee.business else rules.consent)[request.matter]
        if request.recorded:
            by_law = max(by_law, rules.recorded)
        return max(by_law, request.limits.consent)

    def _caller_id(self) -> Iterator[Refusal]:
        shown = self.request.caller_id
        if shown is None and self.request.own_line and self.request.kind is DialKind.CALLBACK:
            return  # who asked to be called back knows who calls; a campaign shows a number that is known
        if shown is None:
            yield Refusal(Why.CALLER_ID, ("withheld",))
            return
        own = numbered(shown)
        if own is None:
            yield Refusal(Why.CALLER_ID, ("no_number",))
        elif own.kind in MOBILE and not self.rules.mobile_caller_id:
            yield Refusal(Why.CALLER_ID, ("mobile",))
        if not self.request.caller_id_answered:
            yield Refusal(Why.CALLER_ID, ("not_answered",))


def given(callee: Callee, at: datetime) -> Consent:
    """The consent that holds at this moment; one that has run out or lies ahead is none, nor is one that
    was given nobody knows when: it could not be shown."""
    if callee.consent <= Consent.NONE:
        return callee.consent
    undated = callee.consent is Consent.CUSTOMER and callee.consent_since is None
    begun = undated or (callee.consent_since is not None and callee.consent_since <= at)
    over = callee.consent_until is not None and callee.consent_until <= at
    return callee.consent if begun and not over else Consent.NONE


def _moments(request: DialRequest) -> Iterator[datetime]:
    history = request.history
    if history is not None:
        yield from history.number
        yield from history.lead
        yield from (time for time in (history.dropped, history.machine, history.refused) if time is not None)
