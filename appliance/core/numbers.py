"""Telephone numbers: kept in E.164, dialled as the line needs them."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from appliance.contract.ids import DialString, dial_string

#: What people and networks write a number with; star codes and names are none.
_DIALLED = re.compile(r"\+?[0-9 ()./-]+", re.ASCII)


def _parsed(number: str, country: str) -> PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException:
        return None
    # A number of local length only, or a short one (112, 116117), means nothing abroad.
    whole = phonenumbers.is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE
    return parsed if whole and not phonenumbers.is_valid_short_number(parsed) else None


def to_e164(number: str | None, country: str) -> str | None:
    """The number in E.164 where `country`'s plan can tell it, else as it came; None stays None."""
    if not number:
        return None
    if not _DIALLED.fullmatch(number):
        return number
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
