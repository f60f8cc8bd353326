"""What a country brings with it: emergency numbers, tones, time zones. All of it may be edited later.

The data are those of phonenumbers (Google's short numbers), CLDR (Babel) and the media's table of tones.
"""

from __future__ import annotations

import re
from functools import cache

#: Countries whose tones are in `media.cadences`; the others get those that ETSI recommends. A test holds it.
OWN_TONES = frozenset({"CA", "DE", "ES", "FR", "GB", "HU", "IT", "US"})
#: Understood by every GSM network (3GPP TS 22.101, 10.1).
_ANYWHERE = "112"
_LONGEST = 4  # digits; those of five are for towns
_MOST = 20  # of one length; more are a block the plan keeps free, not numbers people dial
#: Where most people live, of countries with several time zones.
_MAIN_ZONES = (
    "America/New_York", "America/Toronto", "America/Mexico_City", "America/Sao_Paulo", "America/Santiago",
    "America/Argentina/Buenos_Aires", "America/Guayaquil", "Australia/Sydney", "Pacific/Auckland",
    "Pacific/Tahiti", "Pacific/Majuro", "Pacific/Pohnpei", "Pacific/Tarawa", "Pacific/Port_Moresby",
    "Europe/Moscow", "Europe/Berlin", "Europe/Madrid", "Europe/Lisbon", "Europe/Kyiv", "Asia/Nicosia",
    "Asia/Almaty", "Asia/Tashkent", "Asia/Shanghai", "Asia/Jakarta", "Asia/Kuala_Lumpur", "Asia/Ulaanbaatar",
    "Asia/Hebron", "Africa/Kinshasa", "America/Nuuk",
)  # fmt: skip


def countries() -> list[str]:
    """The ISO 3166 codes of every country whose numbers are known, in alphabetical order."""
    from phonenumbers import SUPPORTED_REGIONS

    return sorted(SUPPORTED_REGIONS)


@cache
def emergency_numbers(country: str) -> tuple[str, ...]:
    """What is dialled for help in a country, 112 among it; only that where nothing is known."""
    from phonenumbers import SUPPORTED_SHORT_REGIONS, PhoneMetadata

    found = {_ANYWHERE}
    data = PhoneMetadata.short_metadata_for_region(country) if country in SUPPORTED_SHORT_REGIONS else None
    kind = data.emergency if data is not None else None
    if kind is not None and kind.national_number_pattern:
        pattern = re.compile(kind.national_number_pattern)
        for length in (length for length in kind.possible_length if length <= _LONGEST):
            numbers = [f"{number:0{length}}" for number in range(10**length)]
            matching = [number for number in numbers if pattern.fullmatch(number)]
            found.update(matching if len(matching) <= _MOST else ())
    return tuple(sorted(found, key=lambda number: (len(number), number)))


@cache
def time_zones(country: str) -> tuple[str, ...]:
    """The time zones of a country, the one most people live in first; none where none is known."""
    from babel.core import get_global

    zones = sorted(zone for zone, place in get_global("zone_territories").items() if place == country)
    return tuple(sorted(zones, key=lambda zone: zone not in _MAIN_ZONES))
