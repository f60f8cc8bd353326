"""Random questions for the gate, biased to where rules bite: span edges, DST days, half-hour zones, odd
clocks.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

from appliance.config.dialer_law import ELSEWHERE, templates
from appliance.contract.dialling import (
    Blocked,
    Calendar,
    Callee,
    Caps,
    Consent,
    CountryRules,
    DialKind,
    DialRequest,
    Hand,
    History,
    Hours,
    Law,
    Limits,
    Matter,
)
from tests.core.dialer.gate_checker import AREAS, HELP

_DST = [
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2026, 10, 25),
    date(2026, 11, 1),
]
_ZONES = (
    "",
    "",
    "",
    "America/Chicago",
    "Europe/Berlin",
    "Asia/Katmandu",
    "Australia/Lord_Howe",
    "Mars/Base",
    "../x",
)
_MATTERS, _KINDS, _LEVELS = tuple(Matter), tuple(DialKind), tuple(Consent)
_EVERY = tuple(
    Hours(tuple((day, time(0), time(23, 59, 59)) for day in range(7)), holidays=holidays)
    for holidays in (True, False)
)
_NEEDED = (Consent.NONE, Consent.NONE, Consent.CUSTOMER, Consent.EXPRESS, Consent.WRITTEN)
_COUNTRIES = frozenset({"US", "CA", "GB", "DE", "ES", "FR", "AU", "IN", "NP"})


class Cases:
    """An endless row of questions; the same seed gives the same row."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.numbers = [self._drawn() for _ in range(3000)]
        self.laws = [self._law() for _ in range(40)]

    def next(self) -> tuple[DialRequest, Law]:
        """The next question and its law."""
        chance = self.chance
        law = chance.choice(self.laws) if chance.random() > 0.01 else self._law()
        at = self._moment()
        number = self._number()
        request = DialRequest(
            number=number,
            at=at,
            matter=chance.choice(_MATTERS),
            limits=self._limits(),
            callee=self._callee(at),
            history=self._history(at) if chance.random() > 0.02 else None,
            blocked=self._entries(at, number) if chance.random() > 0.02 else None,
            read_at=at - timedelta(seconds=chance.choice((0, 5, 600, 899, 900, 901, -59, -60, -61)))
            if self._rare()
            else at,
            caller_id=self._shown(),
            caller_id_answered=not self._rare(),
            clock_trusted=not self._rare(),
            kind=chance.choice(_KINDS),
            by=chance.choice(tuple(Hand)),
            recorded=chance.random() < 0.15,
            agent_held=chance.random() < 0.3,
            drops_spent=chance.random() < 0.1,
            own_line=chance.random() < 0.1,
            campaign=chance.choice(("spring", "autumn")),
        )
        return request, law

    def _rare(self) -> bool:
        return self.chance.random() < 0.06

    def _number(self) -> str:
        return self.chance.choice(self.numbers)

    def _drawn(self) -> str:
        chance = self.chance
        if chance.random() < 0.02:
            lead = chance.choice(("", "+", "0", "00", "+1", "+49", "+351", "9", "٩"))
            return lead + chance.choice(sorted(HELP))
        form = chance.choice(AREAS[: 15 if chance.random() < 0.95 else len(AREAS)]).form
        return "".join(chance.choice("0123456789") if sign == "x" else sign for sign in form)

    def _moment(self) -> datetime:
        chance = self.chance
        day = (
            chance.choice(_DST)
            if chance.random() < 0.2
            else date(2026, 1, 1) + timedelta(days=chance.randrange(400))
        )
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=12)
        if chance.random() < 0.4:  # on and around quarter hours
            off = chance.choice((-1e-6, 0.0, 1e-6, -1.0, 1.0))
            return begin + timedelta(minutes=15 * chance.randrange(192), seconds=off)
        return begin + timedelta(seconds=chance.uniform(0, 172800))

    def _before(self, at: datetime) -> datetime:
        hours = self.chance.choice(
            (1, 3, 4, 12, 23, 24, 25, 48, 72, 167, 168, 169, 719, 720, 721, 1440, 9000)
        )
        off = self.chance.choice((0.0, 0.0, -1e-6, 1e-6, 1800.0, -1800.0))
        return at - timedelta(hours=hours, seconds=off)

    def _maybe(self, at: datetime, share: float) -> datetime | None:
        if self.chance.random() > share:
            return None
        return (
            self._before(at)
            if self.chance.random() > 0.05
            else at + timedelta(seconds=self.chance.choice((59, 60, 61, 86400)))
        )

    def _callee(self, at: datetime) -> Callee:
        chance = self.chance
        return Callee(
            consent=chance.choice(_LEVELS[1:] if chance.random() < 0.9 else _LEVELS),
            consent_since=self._maybe(at, 0.8),
            consent_until=at + timedelta(seconds=chance.choice((-1, 0, 1, 86400))) if self._rare() else None,
            business=chance.random() < 0.2,
            zone=chance.choice(_ZONES),
            region=chance.choice(("", "BY", "FL", "zz")),
            asked_at=self._maybe(at, 0.3),
        )

    def _history(self, at: datetime) -> History:
        chance = self.chance
        number = tuple(self._before(at) for _ in range(chance.choice((0, 0, 0, 1, 2, 3, 5))))
        more = tuple(self._before(at) for _ in range(chance.choice((0, 0, 1, 2))))
        if self._rare():
            number = (*number, at + timedelta(seconds=chance.choice((30, 60, 61, 7200))))
        return History(
            number, (*number, *more), self._maybe(at, 0.15), self._maybe(at, 0.15), self._maybe(at, 0.1)
        )

    def _entries(self, at: datetime, number: str) -> tuple[Blocked, ...]:
        if self.chance.random() > 0.12:
            return ()
        return (self._entry(at, number),)

    def _entry(self, at: datetime, entry: str) -> Blocked:
        kind = self.chance.choice(("own", "campaign", "official"))
        return Blocked(
            kind, {"own": "", "campaign": "spring", "official": "TPS"}[kind], entry, self._before(at)
        )

    def _shown(self) -> str | None:
        roll = self.chance.random()
        if roll < 0.03:
            return None
        return self._number() if roll < 0.2 else "+442079460123"

    def _caps(self) -> Caps:
        pick = self.chance.choice
        if pick((True, False)):
            return Caps()
        return Caps(
            pick((None, None, 1, 2, 3)), pick((None, 3, 9)), pick((None, 4, 30)), pick((None, 0, 5, 5))
        )

    def _hours(self) -> Hours:
        chance = self.chance
        if chance.random() < 0.75:
            return chance.choice(_EVERY)
        spans = []
        for day in range(7):
            if chance.random() < 0.9:
                start = chance.randrange(24 * 4 - 1)
                end = chance.randrange(start + 1, 24 * 4)
                spans.append((day, time(start // 4, start % 4 * 15), time(end // 4, end % 4 * 15)))
        return Hours(tuple(spans), chance.random() < 0.3)

    def _limits(self) -> Limits:
        chance = self.chance
        return Limits(
            countries=_COUNTRIES
            if chance.random() < 0.9
            else frozenset(chance.sample(sorted(_COUNTRIES), 4)),
            hours=self._hours() if chance.random() < 0.3 else None,
            number=self._caps() if chance.random() < 0.4 else Caps(),
            lead=self._caps() if chance.random() < 0.2 else Caps(),
            consent=chance.choice(_LEVELS[1:]) if chance.random() < 0.2 else Consent.NONE,
        )

    def _rules(self, country: str) -> CountryRules:
        chance = self.chance
        return CountryRules(
            country=country,
            hours={matter: self._hours() for matter in Matter},
            consent={matter: chance.choice(_NEEDED) for matter in Matter},
            business={matter: chance.choice(_NEEDED) for matter in Matter},
            recorded=chance.choice(_LEVELS[1:]),
            lists=chance.choice(((), (), ("TPS",), ("TPS", "other"))),
            list_days=chance.choice((1, 28, 31)),
            list_matters=frozenset(chance.sample(_MATTERS, 2)),
            list_waiver=chance.choice(_LEVELS[1:]),
            caps=self._caps(),
            refusal_days=chance.choice((0, 0, 30, 60)),
            lock_hours=chance.choice((72.0, 72.0, 24.0)),
            machine_hours=chance.choice((0.0, 24.0)),
            mobile_caller_id=chance.random() < 0.5,
        )

    def _law(self) -> Law:
        chance = self.chance
        countries = {name: rules for name, rules in templates().items() if name != ELSEWHERE}
        if chance.random() < 0.8:
            countries = {name: self._rules(name) for name in sorted(_COUNTRIES) if chance.random() < 0.93}
        at = datetime(2026, 6, 1, tzinfo=UTC)
        patterns = ("+4930*", "+1212555????", "+34*", "*0000", "+*", "+44207946?1*", "+447*")
        return Law(
            countries=countries,
            elsewhere=templates()[ELSEWHERE] if chance.random() < 0.5 else None,
            emergency=frozenset(HELP),
            lists={
                name: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(400))
                for name in ("TPS", "other", "CTPS", "National DNCL")
                if chance.random() < 0.8
            },
            patterns=tuple(
                self._entry(at, chance.choice(patterns)) for _ in range(chance.choice((0, 0, 0, 1)))
            ),
            calendars={
                (country, year): self._calendar(year)
                for country in sorted(_COUNTRIES)
                for year in (2025, 2026, 2027)
                if chance.random() < 0.97
            },
        )

    def _calendar(self, year: int) -> Calendar:
        def days(count: int) -> frozenset[date]:
            return frozenset(
                date(year, 1, 1) + timedelta(days=self.chance.randrange(365)) for _ in range(count)
            )

        return Calendar(days(12), {"BY": days(3), "FL": days(2)})
