"""Where leads are: a text for each place, by which the store keeps them and the core says who may be
called.
"""

from __future__ import annotations

from datetime import datetime

from appliance.contract.dialling import Law, Limits, Matter
from appliance.core.dialer.hours import places, shut, zone_of
from appliance.core.dialer.number import numbered

MOST = 300  # characters; a number that may be anywhere on a continent has the most zones


def place_of(number: str, zone: str = "", region: str = "") -> str:
    """ "US|FL|America/New_York,America/Chicago": country, region, zones that must all agree. "" is
    nowhere.
    """
    found = numbered(number)
    if found is None:
        return ""
    zones = ",".join(places(found.zones, zone))
    text = f"{found.country}|{region}|{zones}"
    return text if len(text) <= MOST else f"{found.country}|{region}|"


def zones_in(place: str) -> tuple[str, ...]:
    """The zones of a place."""
    return tuple(filter(None, place.rpartition("|")[2].split(",")))


def open_at(place: str, at: datetime, law: Law, limits: Limits, matter: Matter) -> bool:
    """May anybody be called there now? Only country, hours and holidays count; the gate asks all the rest."""
    country, _, rest = place.partition("|")
    region, _, _ = rest.partition("|")
    rules = law.countries.get(country, law.elsewhere)
    zones = [zone_of(name) for name in zones_in(place)]
    if rules is None or country not in limits.countries or not zones or None in zones:
        return False
    hours, own = rules.hours[matter], limits.hours
    return not any(
        any(shut(zone.key, at.astimezone(zone), hours, own, country, region, law.calendars))
        for zone in zones
        if zone is not None
    )
