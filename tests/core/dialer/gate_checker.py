"""A second opinion on what may be dialled, written from the rules' text and not from the gate.

It shares with the gate only the question's form: it has a table of its own of where numbers are (no
library), its own zone arithmetic (dateutil, in minutes of the week), and goes from rule to rule asking "is
this broken?".
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache

from dateutil import tz  # type: ignore[import-untyped]

from appliance.contract.dialling import Blocked, CountryRules, DialRequest, Law

HELP = {"112", "911", "999", "000", "110", "061"}


@dataclass(frozen=True)
class Area:
    """A piece of the numbering plan: what its numbers look like, and where they are."""

    form: str  # "x" is any digit
    country: str
    kind: str
    zones: tuple[str, ...] = ()


_AU_MOBILE = (
    "Australia/Adelaide", "Australia/Brisbane", "Australia/Eucla", "Australia/Lord_Howe", "Australia/Perth",
    "Australia/Sydney", "Indian/Christmas", "Indian/Cocos",
)  # fmt: skip
AREAS = (
    Area("+1212555xxxx", "US", "people", ("America/New_York",)),
    Area("+1850555xxxx", "US", "people", ("America/New_York", "America/Chicago")),
    Area("+1602555xxxx", "US", "people", ("America/Phoenix",)),
    Area("+1709555xxxx", "CA", "people", ("America/Halifax", "America/St_Johns")),
    Area("+1900555xxxx", "US", "premium_rate", ("*",)),
    Area("+44207946xxxx", "GB", "people", ("Europe/London",)),
    Area("+4930123xxxx", "DE", "people", ("Europe/Berlin",)),
    Area("+4915112xxxxxx", "DE", "mobile", ("Europe/Berlin",)),
    Area("+346121xxxxx", "ES", "mobile", ("Atlantic/Canary", "Europe/Madrid")),
    Area("+34928123xxx", "ES", "people", ("Atlantic/Canary",)),
    Area("+3314268xxxx", "FR", "people", ("Europe/Paris",)),
    Area("+9198765xxxxx", "IN", "mobile", ("Asia/Calcutta",)),
    Area("+97798412xxxxx", "NP", "mobile", ("Asia/Katmandu",)),
    Area("+61412345xxx", "AU", "mobile", _AU_MOBILE),
    Area("+6189123xxxx", "AU", "people", ("Australia/Adelaide", "Australia/Perth")),
    Area("+1999999xxxx", "", "none"),
    Area("+1212", "", "none"),
    Area("02079460123", "", "none"),
    Area("+44 20 7946 0123", "", "none"),
    Area("", "", "none"),
    Area("+4912345678901234567", "", "none"),
)
_BY_FORM = [(re.compile(re.escape(area.form).replace("x", "[0-9]")), area) for area in AREAS]


def area_of(number: str) -> Area:
    """The piece of the plan a number belongs to."""
    return next((area for form, area in _BY_FORM if form.fullmatch(number)), Area("", "", "none"))


def objections(request: DialRequest, law: Law) -> set[str]:
    """Every rule that this call would break; none: it may be made."""
    bare = "".join(sign for sign in request.number if sign.isdigit())
    if any(re.fullmatch(rf"\d{{0,4}}{number}", bare) for number in HELP):
        return {"emergency"}
    area = area_of(request.number)
    if area.kind == "none":
        return {"no_number"}
    rules = law.countries.get(area.country) or law.elsewhere
    if rules is None:
        return {"no_rules"}
    wish = _wish(request)
    broken = {"kind_of_number"} if area.kind == "premium_rate" else set()
    broken |= set() if area.country in request.limits.countries else {"country"}
    broken |= _clock_and_hours(request, law, rules, area, wish)
    broken |= _unread(request)
    broken |= _lists(request, law, rules, wish)
    broken |= _too_often(request, rules, area, wish)
    broken |= _after_bad_calls(request, rules, wish)
    broken |= _agreed(request, rules, wish)
    return broken | _shown(request, rules)


def _wish(request: DialRequest) -> datetime | None:
    asked = request.callee.asked_at
    if str(request.kind) != "callback" or asked is None or asked > request.at:
        return None
    return None if request.at > asked + timedelta(days=30) else asked


def _zones(request: DialRequest, area: Area) -> set[str]:
    told = request.callee.zone
    if told and (told in area.zones or not area.zones):
        return {told}
    return set(area.zones) | ({told} if told else set())


@cache
def _zone(name: str) -> tzinfo | None:
    found = tz.gettz(name) if re.fullmatch(r"[A-Z][A-Za-z_/]+", name) else None
    return found if isinstance(found, tzinfo) else None


def _local(name: str, at: datetime) -> datetime | None:
    zone = _zone(name)
    return None if zone is None else at.astimezone(zone)


def _clock_and_hours(
    request: DialRequest, law: Law, rules: CountryRules, area: Area, wish: datetime | None
) -> set[str]:
    if not request.clock_trusted:
        return {"clock"}
    if area.zones == ("*",):  # numbers of a whole continent: only that it is refused anyway matters
        return {"?"}
    broken = set() if _zones(request, area) else {"zone"}
    for name in _zones(request, area):
        local = _local(name, request.at)
        if local is None:
            broken.add("zone")
        elif wish is None or request.at > wish + timedelta(hours=4):
            broken |= _closed(request, law, rules, area, local)
    return broken


def _closed(request: DialRequest, law: Law, rules: CountryRules, area: Area, local: datetime) -> set[str]:
    minute = (local.hour * 60 + local.minute) * 60 + local.second + local.microsecond / 1e6
    broken = set()
    holidays_too = True
    for hours in (rules.hours[request.matter], request.limits.hours):
        if hours is None:
            continue
        holidays_too = holidays_too and hours.holidays
        good = False
        for day, start, end in hours.spans:
            if day == local.weekday():
                begin = (start.hour * 60 + start.minute) * 60 + start.second
                stop = (end.hour * 60 + end.minute) * 60 + end.second
                good = good or begin <= minute < stop
        if not good:
            broken.add("hours")
    if not holidays_too:
        days = law.calendars.get((area.country, local.year))
        if days is None:
            broken.add("no_calendar")
        else:
            mine = [days.regions[request.callee.region]] if request.callee.region in days.regions else []
            off = set().union(days.national, *(mine or days.regions.values()))
            broken |= {"holiday"} if local.date() in off else set()
    return broken


def _unread(request: DialRequest) -> set[str]:
    age = (request.at - request.read_at).total_seconds()
    broken = set()
    if request.history is None or request.blocked is None or age > 900 or age < -60:
        broken.add("unread")
    known = request.history
    if known is not None:
        past = [*known.number, *known.lead, known.dropped, known.machine, known.refused]
        if any(one is not None and (one - request.at).total_seconds() > 60 for one in past):
            broken.add("clock_back")
    return broken


def _consent_now(request: DialRequest) -> int:
    person = request.callee
    level = int(person.consent)
    if level <= 0:
        return level
    if person.consent_until is not None and not person.consent_until > request.at:
        return 0
    if person.consent_since is None:
        return 1 if level == 1 else 0
    return level if person.consent_since <= request.at else 0


def _lists(request: DialRequest, law: Law, rules: CountryRules, wish: datetime | None) -> set[str]:
    matters = request.matter in rules.list_matters
    official = matters and wish is None and _consent_now(request) < int(rules.list_waiver)
    broken = set()
    every: list[Blocked] = list(request.blocked or ())
    every += [one for one in law.patterns if fnmatch.fnmatchcase(request.number, one.entry)]
    for one in every:
        if one.kind == "official":
            stands = official
        else:
            stands = one.kind == "own" or one.list == request.campaign
            stands = stands and (wish is None or one.since > wish)
        broken |= {"blocked"} if stands else set()
    for name in rules.lists if official else ():
        dated = law.lists.get(name)
        if dated is None or (dated - request.at).total_seconds() > 60:
            broken.add("list_missing")
        elif dated + timedelta(days=rules.list_days) < request.at:
            broken.add("list_old")
    return broken


def _too_often(request: DialRequest, rules: CountryRules, area: Area, wish: datetime | None) -> set[str]:
    known = request.history
    if known is None:
        return set()
    limits = request.limits
    for times, caps in ((known.number, rules.caps), (known.number, limits.number), (known.lead, limits.lead)):
        counted = [one for one in times if wish is None or one > wish]
        today = [one for one in counted if _same_day(request, area, one)]
        for cap, number in (
            (caps.day, len(today)),
            (caps.week, sum((request.at - one).total_seconds() < 7 * 86400 for one in counted)),
            (caps.month, sum((request.at - one).total_seconds() < 30 * 86400 for one in counted)),
            (caps.life, len(counted)),
        ):
            if cap is not None and not number < cap:
                return {"cap"}
    return set()


def _same_day(request: DialRequest, area: Area, one: datetime) -> bool:
    if (request.at - one).total_seconds() < 86400:
        return True
    if not request.clock_trusted:
        return False
    for name in _zones(request, area):
        now, then = _local(name, request.at), _local(name, one)
        if now is not None and then is not None and (now.year, now.month, now.day) == (
            then.year, then.month, then.day,
        ):  # fmt: skip
            return True
    return False


def _after_bad_calls(request: DialRequest, rules: CountryRules, wish: datetime | None) -> set[str]:
    known = request.history
    broken: set[str] = set()
    if known is None:
        return broken
    for code, when, hours, held_helps in (
        ("locked", known.dropped, rules.lock_hours, True),
        ("machine", known.machine, rules.machine_hours, True),
        ("refused", known.refused, 24.0 * rules.refusal_days, False),
    ):
        if when is None or (wish is not None and when <= wish) or (held_helps and request.agent_held):
            continue
        if hours > 0 and (request.at - when).total_seconds() < hours * 3600:
            broken.add(code)
    if request.drops_spent and not request.agent_held:
        broken.add("drops")
    return broken


def _agreed(request: DialRequest, rules: CountryRules, wish: datetime | None) -> set[str]:
    table = rules.business if request.callee.business else rules.consent
    need = max(int(table[request.matter]), int(request.limits.consent))
    need = max(need, int(rules.recorded)) if request.recorded else need
    have = _consent_now(request)
    if wish is not None and need < 3:
        return set()
    if have < 0 and wish is None:
        return {"withdrawn"}
    return {"consent"} if have < need else set()


def _shown(request: DialRequest, rules: CountryRules) -> set[str]:
    if request.caller_id is None:
        # A callback shows the number of the line it goes out on; all others must know what they show.
        return set() if request.own_line and request.kind.value == "callback" else {"caller_id"}
    own = area_of(request.caller_id)
    bad = own.kind == "none" or not request.caller_id_answered
    return {"caller_id"} if bad or (own.kind == "mobile" and not rules.mobile_caller_id) else set()
