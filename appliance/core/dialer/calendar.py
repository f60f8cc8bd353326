"""Public holidays as the gate takes them. Making one takes up to a second: never on the core's own thread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from appliance.contract.dialling import Calendar


def calendar_of(country: str, year: int) -> Calendar | None:
    """The holidays of a country in a year, with those of each region; None where the package knows
    nothing.
    """
    from holidays import country_holidays  # 8 MB: only a box with campaigns pays

    try:
        whole = country_holidays(country, years=year)
        found = {
            region: country_holidays(country, subdiv=region, years=year) for region in whole.subdivisions
        }
    except NotImplementedError:
        return None
    national = _days(whole)
    return Calendar(national, {region: _days(days) - national for region, days in found.items()})


def _days(found: Iterable[date]) -> frozenset[date]:
    return frozenset(found)
