"""What differs between families of voice modems: how they name themselves, what they want to hear and send.

One file a family, facts only, each with where it comes from; `FAMILIES` is in the order of matching.
Nothing in here talks to a modem.
"""

from __future__ import annotations

from drivers.fxo.quirks import conexant, generic, usr
from drivers.fxo.quirks.family import Family, Signal, best_format

__all__ = ["FAMILIES", "Family", "Signal", "best_format", "family_named", "identify"]

FAMILIES = (conexant.FAMILY, usr.FAMILY, generic.FAMILY)


def identify(answers: str) -> Family:
    """The family of a modem by all it said to ATI0 and ATI3; the generic one when nobody claims it."""
    for family in FAMILIES:
        if family.identity.search(answers):
            return family
    return generic.FAMILY


def family_named(name: str) -> Family | None:
    """The family of a setting, or None for "auto" and names nobody knows."""
    return next((family for family in FAMILIES if family.name == name), None)
