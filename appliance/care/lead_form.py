"""One row of a file of leads: a lead, or every reason why it is none. Nothing doubtful is guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import phonenumbers

from appliance.care.lead_columns import NUMBERS
from appliance.care.lead_table import FORMULA
from appliance.contract.dialling import Consent
from appliance.core.dialer.hours import zone_of
from appliance.core.dialer.number import DIALLED, numbered
from appliance.core.dialer.place import place_of
from appliance.core.numbers import to_e164

_YES = frozenset(["1", "yes", "y", "true", "x", "ja", "si", "sí", "oui", "warm", "business"])
_NO = frozenset(["0", "no", "n", "false", "nein", "non", "cold", "private"])
_CONSENT = {
    "": Consent.NONE, "none": Consent.NONE, "customer": Consent.CUSTOMER, "express": Consent.EXPRESS,
    "written": Consent.WRITTEN, "withdrawn": Consent.WITHDRAWN,
}  # fmt: skip
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_MANGLED = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]+", re.IGNORECASE)
_DIALLED = re.compile(r"\+?[0-9 ()./-]+", re.ASCII)
_PARTS = re.compile(r"[;|]|,\s*(?=[+0(])")
_SIGNED = re.compile(r"[+-][0-9 ().,/;|+-]*")
_MOST_NUMBERS = 8


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for a row that does not say; `country` is that of numbers without a country code."""

    country: str
    consent: str = ""
    consent_since: str = ""
    warm: bool = False
    business: bool = False
    language: str | None = None


@dataclass(slots=True)
class Taken:
    """What became of a row: plain data of a lead, or reasons: (column, sentence). Remarks do not refuse it:
    a number of it that is none, where another is one."""

    lead: dict[str, Any] = field(default_factory=dict)
    reasons: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)


class RowReader:
    """Rows of one file. Numbers that were seen in it before are told by their line."""

    def __init__(self, heading: Sequence[str], mapping: Sequence[str], defaults: Defaults) -> None:
        self._heading = [cell.strip() or f"column {place}" for place, cell in enumerate(heading, 1)]
        self._mapping, self._defaults = mapping, defaults
        self._seen: dict[str, int] = {}

    def read(self, line: int, cells: Sequence[str]) -> Taken:
        """The lead of a row."""
        taken = Taken()
        if len(cells) > len(self._mapping) and any(cell.strip() for cell in cells[len(self._mapping) :]):
            taken.reasons.append(("", f"There are {len(cells)} values for {len(self._mapping)} columns."))
            return taken
        values: dict[str, tuple[str, str]] = {}
        phones: list[tuple[str, str]] = []
        for heading, target, cell in zip(self._heading, self._mapping, cells, strict=False):
            value = self._plain(heading, cell, taken) if target else ""
            if value and target in NUMBERS:
                self._number(heading, target, value, phones, taken)
            elif value:
                values[target] = (heading, value)
        if not phones:
            taken.reasons += taken.remarks or [("", "There is no telephone number.")]
        self._twins(phones, taken)
        self._fill(line, phones, values, taken)
        if not taken.reasons:  # a bad row takes no good one's place
            self._seen.update({number: line for number, _ in phones})
        return taken

    def _plain(self, heading: str, cell: str, taken: Taken) -> str:
        if cell.startswith(FORMULA):
            taken.reasons.append((heading, "This is a formula, not a value."))
            return ""
        value = cell.strip()
        if value.startswith("'"):
            return value[1:].strip()
        if value[:1] in ("=", "@") or (value[:1] in ("+", "-") and not _SIGNED.fullmatch(value)):
            taken.reasons.append((heading, "This would be a formula in a spreadsheet."))
            return ""
        return value

    def _number(
        self, heading: str, kind: str, value: str, phones: list[tuple[str, str]], taken: Taken
    ) -> None:
        for part in filter(None, (one.strip() for one in _PARTS.split(value))):
            number, problem = whole(part, self._defaults.country)
            if problem:
                taken.remarks.append((heading, f"{part[:30]}: {problem}"))
            elif number not in [known for known, _ in phones]:
                phones.append((number, "other" if kind == "number" else kind))
        if len(phones) > _MOST_NUMBERS:
            taken.reasons.append((heading, f"A lead has at most {_MOST_NUMBERS} numbers."))

    def _twins(self, phones: Sequence[tuple[str, str]], taken: Taken) -> None:
        for number, _ in phones:
            if number in self._seen:
                taken.reasons.append(("", f"{number} is in line {self._seen[number]} already."))
                return

    def _fill(
        self,
        line: int,
        phones: Sequence[tuple[str, str]],
        values: dict[str, tuple[str, str]],
        taken: Taken,
    ) -> None:
        get = {target: value for target, (_, value) in values.items()}.get
        usual = self._defaults
        zone, region = get("zone", ""), get("region", "").upper()[:10]
        name = get("name") or f"{get('first_name', '')} {get('last_name', '')}".strip()
        lead: dict[str, Any] = {
            "row": line,
            "phones": [list(phone) for phone in phones],
            "name": name[:80],
            "language": (get("language", "")[:20].lower() or usual.language),
            "contact": get("contact", "")[:40] or None,
            "zone": zone,
            "region": region,
            "warm": _yes(values, "temperature", usual.warm, taken),
            "business": _yes(values, "business", usual.business, taken),
            "priority": _priority(values, taken),
            "consent": _consent(values, usual, taken),
            "consent_since": _date(values, "consent_since", usual.consent_since, taken),
            "consent_until": _date(values, "consent_until", "", taken),
            "fields": {
                one[6:]: value[:200] for one, (_, value) in values.items() if one.startswith("field:")
            },
        }
        if zone and zone_of(zone) is None:
            taken.reasons.append(
                (values["zone"][0], f"{zone[:40]} is no time zone. An example is Europe/Berlin.")
            )
        elif phones and not taken.reasons:
            lead["place"] = place_of(phones[0][0], zone, region)
            if not lead["place"].rpartition("|")[2]:
                taken.reasons.append(
                    ("", "Nobody can tell the time zone of this number; give it in a column.")
                )
        taken.lead = lead if not taken.reasons else {}


@lru_cache(maxsize=1024)
def _calling_code(country: str) -> str:
    return str(phonenumbers.country_code_for_region(country))


def whole(text: str, country: str) -> tuple[str, str]:
    """A number in E.164, or "" and what is wrong with it."""
    if _MANGLED.fullmatch(text):
        return "", "A spreadsheet has cut this number; format the column as text and export again."
    if not _DIALLED.fullmatch(text):
        return "", "This is no telephone number."
    number = to_e164(text, country) or ""
    found = numbered(number)
    digits = re.sub(r"[^0-9]", "", text)
    if found is None and not text.startswith("+") and digits.startswith(_calling_code(country)):
        number = to_e164("+" + digits, country) or ""  # spreadsheets drop the plus
        found = numbered(number)
    if found is None:
        return "", f"This is no whole telephone number in {country}; write it with + and the country code."
    if found.kind not in DIALLED:
        return "", f"Numbers of this kind ({found.kind.replace('_', ' ')}) are not called."
    return number, ""


def _yes(values: dict[str, tuple[str, str]], target: str, usual: bool, taken: Taken) -> bool:
    heading, value = values.get(target, ("", ""))
    plain = value.lower()
    if not plain:
        return usual
    if plain not in _YES | _NO:
        taken.reasons.append((heading, f"{value[:30]} is neither yes nor no."))
    return plain in _YES


def _priority(values: dict[str, tuple[str, str]], taken: Taken) -> int:
    heading, value = values.get("priority", ("", "0"))
    if re.fullmatch(r"-?[0-9]{1,3}", value, re.ASCII) and -100 <= int(value) <= 100:
        return int(value)
    taken.reasons.append((heading, "A priority is a whole number from -100 to 100."))
    return 0


def _consent(values: dict[str, tuple[str, str]], usual: Defaults, taken: Taken) -> int:
    heading, value = values.get("consent", ("", usual.consent))
    plain = value.lower()
    if plain in _CONSENT:
        return int(_CONSENT[plain])
    if plain in _YES | _NO:
        return int(Consent.EXPRESS if plain in _YES else Consent.NONE)
    taken.reasons.append((heading, "Consent is none, customer, express, written or withdrawn."))
    return 0


def _date(values: dict[str, tuple[str, str]], target: str, usual: str, taken: Taken) -> str | None:
    heading, value = values.get(target, ("", usual))
    if not value:
        return None
    for form in _DATES:
        try:
            return datetime.strptime(value, form).replace(tzinfo=UTC).isoformat()
        except ValueError:
            continue
    taken.reasons.append((heading, f"{value[:30]} is no date. Write it as 2026-11-22."))
    return None
