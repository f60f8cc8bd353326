"""How values are said: numbers, money, dates and times in words, by the grammar of each language.

Pure: the same value is always said the same way, so what is spoken is cached by its content. Words are those
of num2words and of CLDR (Babel). A language that either does not know gets the value as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache

#: How num2words and Babel fail at values they have no words for (num2words in Hungarian at 0.0001: KeyError).
_GAPS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError)
_LONGEST = 60  # characters; longer values are no numbers or dates


@lru_cache(maxsize=512)
def say(value: str, form: str, argument: str, language: str) -> str:
    """`value` in words. Forms: number, ordinal, digits, money (argument: the currency, ISO 4217), date, time,
    moment (date and time). ValueError when the value is not of that form."""
    speak = _FORMS.get(form)
    if speak is None or len(value) > _LONGEST:
        raise ValueError(form)
    try:
        return speak(value.strip(), argument, language)
    except _GAPS as gap:
        raise ValueError(value) from gap


def _number(value: str, argument: str, language: str) -> str:
    number = _decimal(value)
    if number == number.to_integral_value():
        return _in_words(int(number), language, "cardinal")
    fractions = language.partition("-")[0].lower() in _FRACTIONS
    return _in_words(number, language, "cardinal") if fractions else value


#: Languages in which num2words says what comes after the point; Italian, for one, leaves it out.
_FRACTIONS = frozenset({"de", "en", "es", "fr", "hu", "nl", "pl", "pt", "ru"})


def _ordinal(value: str, argument: str, language: str) -> str:
    return _in_words(int(value), language, "ordinal")


def _digits(value: str, argument: str, language: str) -> str:
    """One by one; a + and what parts groups are kept as a pause."""
    digits = [sign for sign in value if sign.isascii() and sign.isdigit()]
    words = [_in_words(int(digit), language, "cardinal") for digit in digits]
    if not words:
        raise ValueError(value)
    return ", ".join(" ".join(words[place : place + 3]) for place in range(0, len(words), 3))


def _money(value: str, argument: str, language: str) -> str:
    """12.50 as words: the whole units, and the hundredths where there are some."""
    from babel.numbers import get_currency_name, get_currency_precision

    currency = argument.upper() or "EUR"
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError(argument)
    amount = round(_decimal(value), get_currency_precision(currency))
    whole, rest = divmod(abs(amount), 1)
    name = get_currency_name(currency, count=int(whole), locale=_locale(language))
    said = f"{_one(int(whole), name, language)} {name}"
    if rest:
        said += f" {_in_words(int(rest * 100), language, 'cardinal')}"
    return f"{_minus(language)} {said}" if amount < 0 else said


def _date(value: str, argument: str, language: str) -> str:
    """Weekday, day, month; the year as well, said as a year is."""
    return _day(_moment_of(value).date(), language)


def _time(value: str, argument: str, language: str) -> str:
    at = _moment_of(value if "T" in value or " " in value else f"2000-01-01T{value}")
    return _clock(at.time(), language)


def _moment(value: str, argument: str, language: str) -> str:
    at = _moment_of(value)
    return f"{_day(at.date(), language)}, {_clock(at.time(), language)}"


def _day(day: date, language: str) -> str:
    from babel.dates import format_date

    locale = _locale(language)
    family = language.partition("-")[0].lower()
    weekday, month = (format_date(day, pattern, locale=locale) for pattern in ("EEEE", "MMMM"))
    shape = _DAYS.get(family)
    if shape is None:
        return format_date(day, "full", locale=locale)
    ordinal = family in ("en", "de")
    spoken = _in_words(day.day, language, "ordinal") if ordinal else _day_word(day.day, language)
    if family == "de":
        spoken = f"{spoken}r" if spoken.endswith("e") else spoken
    year = _in_words(day.year, language, "year")
    return shape.format(weekday=weekday, day=spoken, month=month, year=year)


def _day_word(day: int, language: str) -> str:
    """The first of a month is an ordinal in French."""
    first = day == 1 and language.lower().startswith("fr")
    return "premier" if first else _in_words(day, language, "cardinal")


_DAYS = {
    "en": "{weekday}, {month} {day}, {year}",
    "de": "{weekday}, {day} {month} {year}",
    "es": "{weekday}, {day} de {month} de {year}",
    "fr": "{weekday} {day} {month} {year}",
}


def _clock(at: time, language: str) -> str:
    from babel.dates import format_time

    shape = _CLOCKS.get(language.partition("-")[0].lower())
    if shape is None:
        return format_time(at, "short", locale=_locale(language))
    return shape(at.hour, at.minute, lambda number: _in_words(number, language, "cardinal"))


Word = Callable[[int], str]


def _english(hour: int, minute: int, word: Word) -> str:
    half = "a.m." if hour < 12 else "p.m."
    minutes = f" oh {word(minute)}" if 0 < minute < 10 else f" {word(minute)}" if minute else ""
    return f"{word(hour % 12 or 12)}{minutes} {half}"


def _german(hour: int, minute: int, word: Word) -> str:
    said = "ein Uhr" if hour == 1 else f"{word(hour)} Uhr"
    return f"{said} {word(minute)}" if minute else said


def _spanish(hour: int, minute: int, word: Word) -> str:
    said = "la una" if hour == 1 else f"las {word(hour).replace('veintiuno', 'veintiuna')}"
    return f"{said} y {word(minute)}" if minute else said


def _french(hour: int, minute: int, word: Word) -> str:
    said = {0: "minuit", 12: "midi"}.get(hour) if not minute else None
    if said is not None:
        return said
    hours = "une heure" if hour == 1 else f"{_feminine(word(hour))} heures" if hour else "zéro heure"
    return f"{hours} {_feminine(word(minute))}" if minute else hours


def _feminine(said: str) -> str:
    return said + "e" if said == "un" or said.endswith((" un", "-un")) else said


_CLOCKS: dict[str, Callable[[int, int, Word], str]] = {
    "en": _english,
    "de": _german,
    "es": _spanish,
    "fr": _french,
}

_ONE = {"de": ("eine", ("Mark", "Krone", "Lira")), "es": ("una", ("libra", "corona", "rupia", "lira"))}


def _one(number: int, name: str, language: str) -> str:
    """One of a currency, by the gender of its name."""
    family = language.partition("-")[0].lower()
    if number == 1 and family == "de":
        return "eine" if any(word in name for word in _ONE["de"][1]) else "ein"
    if number == 1 and family == "es":
        return "una" if any(word in name for word in _ONE["es"][1]) else "un"
    if number == 1 and family == "fr":
        return "une" if name.startswith(("livre", "couronne", "roupie")) else "un"
    return _in_words(number, language, "cardinal")


def _minus(language: str) -> str:
    return {"es": "menos", "fr": "moins"}.get(language.partition("-")[0].lower(), "minus")


def _decimal(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(value) from None
    if not number.is_finite() or abs(number) >= 10**15:
        raise ValueError(value)
    return number


def _moment_of(value: str) -> datetime:
    """ISO 8601; a day alone is midnight."""
    return datetime.fromisoformat(value)


@lru_cache(maxsize=64)
def _locale(language: str) -> str:
    """The name CLDR has for a language; English where it has none."""
    from babel import Locale, UnknownLocaleError

    for name in (language, language.partition("-")[0]):
        try:
            return str(Locale.parse(name, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"


def _in_words(number: int | Decimal, language: str, to: str) -> str:
    """num2words knows some languages by region (pt_BR), most without."""
    from num2words import num2words  # type: ignore[import-untyped]  # none are published

    for name in (language.replace("-", "_"), language.partition("-")[0]):
        try:
            return str(num2words(number, lang=name, to=to))
        except NotImplementedError:
            continue
    return str(number)


_FORMS: dict[str, Callable[[str, str, str], str]] = {
    "number": _number,
    "ordinal": _ordinal,
    "digits": _digits,
    "money": _money,
    "date": _date,
    "time": _time,
    "moment": _moment,
}
