"""Values in words, by the grammar of each language."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.media.grammar import say
from tests.support.examples import examples

SAID = [
    ("21", "number", "", "en", "twenty-one"),
    ("21", "number", "", "de", "einundzwanzig"),
    ("21", "number", "", "es", "veintiuno"),
    ("21", "number", "", "fr", "vingt et un"),
    ("-2.5", "number", "", "de", "minus zwei Komma fünf"),
    ("1234.5", "number", "", "it", "1234.5"),  # num2words would leave the half out
    ("3", "ordinal", "", "en", "third"),
    ("3", "ordinal", "", "fr", "troisième"),
    ("+49 301", "digits", "", "de", "vier neun drei, null eins"),
    ("12.50", "money", "EUR", "en", "twelve euros fifty"),
    ("12.50", "money", "EUR", "de", "zwölf Euro fünfzig"),
    ("12.50", "money", "EUR", "es", "doce euros cincuenta"),
    ("12.50", "money", "EUR", "fr", "douze euros cinquante"),
    ("1", "money", "GBP", "de", "ein Britisches Pfund"),
    ("1", "money", "GBP", "es", "una libra esterlina"),
    ("1", "money", "GBP", "fr", "une livre sterling"),
    ("-3", "money", "usd", "fr", "moins trois dollars des États-Unis"),
    ("999.6", "money", "JPY", "en", "one thousand Japanese yen"),
    ("2026-11-01", "date", "", "en", "Sunday, November first, twenty twenty-six"),
    ("2026-11-01", "date", "", "de", "Sonntag, erster November zweitausendsechsundzwanzig"),
    ("2026-11-01", "date", "", "es", "domingo, uno de noviembre de dos mil veintiséis"),
    ("2026-11-01", "date", "", "fr", "dimanche premier novembre deux mille vingt-six"),
    ("2026-11-22", "date", "", "it", "domenica 22 novembre 2026"),
    ("14:05", "time", "", "en", "two oh five p.m."),
    ("14:05", "time", "", "de-AT", "vierzehn Uhr fünf"),
    ("21:21", "time", "", "es", "las veintiuna y veintiuno"),
    ("01:00", "time", "", "es", "la una"),
    ("21:21", "time", "", "fr", "vingt et une heures vingt et une"),
    ("12:00", "time", "", "fr", "midi"),
    ("2026-11-22T00:30", "time", "", "en", "twelve thirty a.m."),
    ("2026-11-22T14:30", "moment", "", "de",
     "Sonntag, zweiundzwanzigster November zweitausendsechsundzwanzig, vierzehn Uhr dreißig"),
    ("5", "number", "", "xx", "5"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "form", "argument", "language", "words"), SAID)
def test_values_in_words(value: str, form: str, argument: str, language: str, words: str) -> None:
    assert say(value, form, argument, language) == words


@pytest.mark.parametrize(
    ("value", "form", "argument"),
    [
        ("soon", "date", ""),
        ("2026-02-30", "date", ""),
        ("25:00", "time", ""),
        ("many", "number", ""),
        ("NaN", "money", ""),
        ("1e40", "number", ""),
        ("12", "money", "euro"),
        ("--", "digits", ""),
        ("1.5", "ordinal", ""),
        ("12", "colour", ""),
        ("1" * 61, "digits", ""),
    ],
)
def test_what_is_not_of_the_form_is_refused(value: str, form: str, argument: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        say(value, form, argument, "en")


FORMS = st.sampled_from(["number", "ordinal", "digits", "money", "date", "time", "moment"])
LANGUAGES = st.sampled_from(["en", "de", "es", "fr", "it", "nl", "pl", "pt-BR", "hu", "ru", "xx"])
VALUES = (
    st.text(max_size=12)
    | st.decimals(allow_nan=True).map(str)
    | st.datetimes().map(lambda at: at.isoformat())
)


@given(VALUES, FORMS, LANGUAGES)
@example(".0001", "number", "hu")  # num2words has no word for ten-thousandths there
@settings(max_examples=examples(150), deadline=None)
def test_any_value_is_said_or_refused(value: str, form: str, language: str) -> None:
    try:
        assert say(value, form, "EUR", language)
    except ValueError:
        return
