"""Telephone numbers: kept in E.164, dialled as the line needs them."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from appliance.contract.ids import DialString, dial_string


def _parsed(number: str, country: str) -> PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


def to_e164(number: str | None, country: str) -> str | None:
    """The number in E.164 where `country`'s plan can tell it, else as it came; None stays None."""
    if not number:
        return None
    parsed = _parsed(number, country)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if parsed else number


def for_loop_start(number: DialString, country: str) -> DialString:
    """The digits for a line that cannot send a plus: national, or with the country's exit code."""
    if not number.startswith("+"):
        return number
    parsed = _parsed(number, country)
    if parsed is None:
        return dial_string(number[1:])
    text = phonenumbers.format_out_of_country_calling_number(parsed, country)
    return dial_string("".join(sign for sign in text if sign in "0123456789"))
