"""Telephone numbers as people of the box's country write them; they are kept in E.164."""

from __future__ import annotations

from functools import lru_cache

from appliance.contract.errors import ControlError
from webui.box import box


def shown(number: str) -> str:
    """The number the national way at home, the international way from abroad; anything else as it is."""
    if not number.startswith("+"):
        return number
    try:
        country = str(box().recent_settings()["box"]["country"])
    except ControlError:
        return number
    return _shown(number, country)


@lru_cache(maxsize=512)
def _shown(number: str, country: str) -> str:
    import phonenumbers  # not before the first number is shown: a page without one is lighter

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == phonenumbers.country_code_for_region(country)
    form = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(parsed, form.NATIONAL if home else form.INTERNATIONAL))


def in_e164(text: str) -> str | None:
    """What was typed as E.164, read as in the box's country; None when it is no whole number."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text, str(box().recent_settings()["box"]["country"]))
    except (phonenumbers.NumberParseException, ControlError):
        return None
    whole = phonenumbers.is_valid_number(parsed)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)) if whole else None
