"""Telephone numbers: kept in E.164, dialled as the line needs them."""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

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
    return parsed if whole and not _is_short(parsed) else None


def _is_short(parsed: PhoneNumber) -> bool:
    """Most numbers are too long for it, which is known without a look at the plans of 25 countries of +1."""
    digits = len(phonenumbers.national_significant_number(parsed))
    return digits <= _longest_short(parsed.country_code or 0) and phonenumbers.is_valid_short_number(parsed)


@cache
def _longest_short(country_code: int) -> int:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(country_code, ())
    plans = [PhoneMetadata.short_metadata_for_region(region) for region in regions]
    shapes = [plan.general_desc for plan in plans if plan is not None]
    lengths = [shape.possible_length for shape in shapes if shape is not None]
    return max((max(one) for one in lengths if one), default=0)


def to_e164(number: str | None, country: str) -> str | None:
    """The number in E.164 where `country`'s plan can tell it, else as it came; None stays None."""
    if not number:
        return None
    if not _DIALLED.fullmatch(number):
        return number
    parsed = _parsed(number, country)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if parsed else number


#: What a box rings back by itself: no number that costs its owner money, or is not one person's.
_CALLED_BACK = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.UAN,
    }
)


def for_callback(number: str | None, country: str, abroad: bool) -> str | None:
    """The number in E.164 if it may be promised to call it: whole, ordinary, and of `country` unless
    `abroad`; else None."""
    parsed = _parsed(number, country) if number and _DIALLED.fullmatch(number) else None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return None
    if phonenumbers.number_type(parsed) not in _CALLED_BACK:
        return None
    if not abroad and phonenumbers.region_code_for_number(parsed) != country:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def may_take_texts(number: str) -> bool:
    """Could this number in E.164 be a mobile telephone's?"""
    parsed = _parsed(number, "")
    mobile = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return parsed is not None and phonenumbers.number_type(parsed) in mobile


def as_keyed(number: str, country: str) -> str:
    """The digits of a number as people of `country` dial it, to be read out one by one."""
    parsed = _parsed(number, country)
    if parsed is None:
        return number.lstrip("+")
    own = phonenumbers.region_code_for_number(parsed) == country
    form = PhoneNumberFormat.NATIONAL if own else PhoneNumberFormat.E164
    return "".join(sign for sign in phonenumbers.format_number(parsed, form) if sign in "0123456789")


def for_loop_start(number: DialString, country: str) -> DialString:
    """The digits for a line that cannot send a plus: national, or with the country's exit code."""
    if not number.startswith("+"):
        return number
    parsed = _parsed(number, country)
    if parsed is None:
        return dial_string(number[1:])
    text = phonenumbers.format_out_of_country_calling_number(parsed, country)
    return dial_string("".join(sign for sign in text if sign in "0123456789"))
