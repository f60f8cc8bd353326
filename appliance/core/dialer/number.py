"""What a number says by itself: its country, kind and time zones, and whether it is one that calls for
help.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, timezone

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_KINDS = {
    value: name.lower()
    for name, value in vars(PhoneNumberType).items()
    if not name.startswith("_") and isinstance(value, int)
}
#: Kinds that are people or businesses; the others cost money, or reach a mailbox or a pager.
DIALLED = frozenset({"fixed_line", "mobile", "fixed_line_or_mobile", "voip", "toll_free"})
MOBILE = frozenset({"mobile"})
_NOWHERE = "Etc/Unknown"
_PT, _MT, _CT, _ET = "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York"
#: North American area codes on both sides of a zone border. phonenumbers tells them apart by exchange where
#: it can and takes the larger side where it cannot; a mobile may be on either side, so here both count.
_SPLIT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("208", "986"), (_MT, _PT)),
    **dict.fromkeys(("541", "458", "775"), (_PT, _MT)),
    **dict.fromkeys(("308", "605", "620", "701", "785"), (_CT, _MT)),
    **dict.fromkeys(("219", "270", "364", "423", "448", "574", "606", "812", "850", "906"), (_ET, _CT)),
    **dict.fromkeys(("930", "931"), (_ET, _CT)),
    **dict.fromkeys(("236", "250", "672", "778"), ("America/Vancouver", "America/Edmonton")),
    **dict.fromkeys(("306", "474", "639"), ("America/Regina", "America/Edmonton")),
    **dict.fromkeys(("367", "418", "581"), ("America/Toronto", "America/Halifax")),
    **dict.fromkeys(("709", "879"), ("America/St_Johns", "America/Halifax")),
    "807": ("America/Toronto", "America/Winnipeg"),
    "907": ("America/Anchorage", "America/Adak"),
    "928": ("America/Phoenix", _MT),  # the Navajo Nation keeps summer time
}
_MOST_PREFIX = 4  # digits before an emergency number: exit codes, a plus and a country


@dataclass(frozen=True, slots=True)
class Numbered:
    """A whole and valid number. No zones: nobody can say where it is."""

    country: str
    kind: str
    national: str
    zones: tuple[str, ...]


@lru_cache(maxsize=4096)
def numbered(number: str) -> Numbered | None:
    """What the numbering plans say; None for what is no number in E.164."""
    if not _E164.fullmatch(number):
        return None
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(parsed)
    if country is None or not phonenumbers.is_valid_number(parsed):
        return None
    national = phonenumbers.national_significant_number(parsed)
    kind = _KINDS.get(phonenumbers.number_type(parsed), "unknown")
    return Numbered(country, kind, national, _zones(parsed, national))


def _zones(parsed: phonenumbers.PhoneNumber, national: str) -> tuple[str, ...]:
    zones = [zone for zone in timezone.time_zones_for_number(parsed) if zone != _NOWHERE]
    if parsed.country_code == 1:
        zones += _SPLIT.get(national[:3], ())
    return tuple(dict.fromkeys(zones))


def calls_for_help(number: str, emergency: frozenset[str]) -> bool:
    """Would dialling this reach an emergency line, however it is written?"""
    digits = "".join(
        str(unicodedata.digit(sign)) for sign in number if unicodedata.digit(sign, None) is not None
    )
    if any(digits[start:] in emergency for start in range(min(len(digits), _MOST_PREFIX) + 1)):
        return True
    found = numbered(number)
    return found is not None and phonenumbers.is_emergency_number(found.national, found.country)
