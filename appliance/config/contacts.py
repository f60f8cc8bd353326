"""What a contact may be, checked: as the page's form, an import or the API gives it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult
from pydantic import Field, ValidationError

from appliance.config.fields import Language
from appliance.config.model import Model
from appliance.config.words import path_of, sentence
from appliance.contract.appointments import AT_FIELD, appointment_of
from appliance.contract.errors import SettingsError

MOST_CONTACTS = 20_000
FIELD_NAME = r"^[a-z][a-z0-9_]{0,30}$"
#: Names of free fields that self-service speaks of; any other may be added.
KNOWN_FIELDS = ("balance", "order_state", "appointment")
#: Names the core gives itself to what it knows of a contact.
_TAKEN = frozenset({"id", "name", "account", "agent", "vip"})


class ContactForm(Model):
    """One customer. `pin` is None to keep the one there is, "" for none."""

    name: str = Field(default="", max_length=80)
    numbers: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=8)
    language: Language | None = None
    vip: bool = False
    agent: str | None = Field(default=None, pattern=r"^[0-9]{2,6}$")
    account: str = Field(default="", pattern=r"^[0-9]{0,20}$")
    pin: str | None = Field(default=None, pattern=r"^([0-9]{4,8})?$")
    fields: dict[Annotated[str, Field(pattern=FIELD_NAME)], Annotated[str, Field(max_length=200)]] = Field(
        default_factory=dict, max_length=20
    )


_WORDS = {
    "account": "An account number has at most 20 digits and nothing else: callers key it.",
    "pin": "A PIN has 4 to 8 digits.",
}


def e164(text: str, country: str) -> str | None:
    """A telephone number as it is kept; None when it is none that this country can tell."""
    try:
        parsed = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    whole = phonenumbers.is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE
    if not whole or phonenumbers.is_valid_short_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def contact_of(data: Mapping[str, Any], country: str) -> ContactForm:
    """The checked contact of plain data. SettingsError with all that is wrong: field -> sentence."""
    try:
        form = ContactForm.model_validate(data)
    except ValidationError as refused:
        raise SettingsError(dict(_problem(error) for error in refused.errors(include_url=False))) from None
    problems = _number_problems(form, country)
    if not form.name.strip() and not form.numbers and not form.account:
        problems["name"] = "A name, a number or an account number is needed."
    if taken := _TAKEN.intersection(form.fields):
        problems["fields"] = f"A field cannot be called {min(taken)}: the contact has one of that name."
    if form.pin and not form.account:
        problems["pin"] = "A PIN is keyed after the account number; there is none."
    if problems:
        raise SettingsError(problems)
    if form.fields.get(AT_FIELD, "").strip():
        form.fields[AT_FIELD] = _appointment(form.fields[AT_FIELD])
    form.numbers = list(dict.fromkeys(e164(number, country) or number for number in form.numbers))
    form.name = form.name.strip()
    return form


def _appointment(text: str) -> str:
    """The time of an appointment as it is kept. SettingsError when it cannot be understood."""
    plain = re.sub(r"^([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})\b,?", r"\3-\2-\1", text.strip())
    plain = re.sub(r"-([0-9])(?![0-9])", r"-0\1", plain)
    plain = re.sub(r"(?<![0-9:])([0-9]):", r"0\1:", plain)
    at = appointment_of({AT_FIELD: plain})
    if at is None:
        raise SettingsError({"fields": f"An appointment is written like 2026-11-22 14:30, not {text[:40]}."})
    return at.isoformat(timespec="minutes")


def _problem(error: Any) -> tuple[str, str]:
    path = path_of(error["loc"], frozenset())
    if error["type"] == "string_pattern_mismatch" and path in _WORDS:
        return path, _WORDS[path]
    return path, sentence(error, ContactForm)


def _number_problems(form: ContactForm, country: str) -> dict[str, str]:
    return {
        f"numbers.{place}": "This is not a whole telephone number. Write it with the area code, "
        "or with + and the country code."
        for place, number in enumerate(form.numbers)
        if e164(number, country) is None
    }
