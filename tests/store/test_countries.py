"""What a country brings with it, and the first texts in its language."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from appliance.config.countries import OWN_TONES, countries, emergency_numbers, time_zones
from appliance.config.defaults import defaults
from appliance.config.messages import VoicemailSettings
from appliance.config.schema import dump, load
from appliance.config.texts import spoken
from appliance.media.cadences import signals


def test_the_countries_with_tones_of_their_own_are_the_media_s() -> None:
    others = signals("ZZ")
    assert {code for code in countries() if signals(code) != others} == OWN_TONES


@pytest.mark.parametrize(
    ("country", "numbers"),
    [
        ("DE", ("110", "112")),
        ("US", ("112", "911")),
        ("GB", ("112", "999")),
        ("AU", ("000", "106", "112")),
        ("FR", ("15", "17", "18", "112")),
        ("HU", ("104", "105", "107", "112")),
        ("ZZ", ("112",)),
    ],
)
def test_emergency_numbers(country: str, numbers: tuple[str, ...]) -> None:
    assert emergency_numbers(country) == numbers


def test_every_country_has_numbers_the_settings_take() -> None:
    for country in countries():
        settings = dump(defaults())
        settings["box"]["country"] = country
        settings["box"]["emergency_numbers"] = list(emergency_numbers(country))
        assert "112" in load(settings).box.emergency_numbers
        assert len(emergency_numbers(country)) <= 25, country


def test_the_main_time_zone_comes_first() -> None:
    assert time_zones("US")[0] == "America/New_York" and time_zones("ES")[0] == "Europe/Madrid"
    assert time_zones("AU")[0] == "Australia/Sydney" and time_zones("QQ") == ()
    assert {zone for code in ("DE", "GB", "CA", "RU") for zone in time_zones(code)} <= available_timezones()


@pytest.mark.parametrize("language", ["de", "es", "fr", "it", "en"])
def test_untouched_texts_follow_the_language_and_back(language: str) -> None:
    first = dump(defaults())
    said = spoken(first, language)
    load(said)
    assert (said == first) is (language == "en")
    assert spoken(said, "en") == first
    assert spoken(first, "xx") == first


@pytest.mark.parametrize("language", ["de", "es", "fr", "it"])
def test_a_box_speaks_one_language_to_callers(language: str) -> None:
    """A German voice that reads English words is understood by nobody."""
    first = dump(defaults())
    first["voicemail"] = [VoicemailSettings(name="front", label="Front").model_dump(mode="json")]
    said = spoken(first, language)
    pairs = [(first["voicemail"][0]["greeting"], said["voicemail"][0]["greeting"])]
    pairs += [(first["survey"][name], said["survey"][name]) for name in ("invite", "thanks")]
    questions = zip(first["survey"]["questions"], said["survey"]["questions"], strict=True)
    pairs += [(one["said"], other["said"]) for one, other in questions]
    assert all(one["text"] and one["text"] != other["text"] for one, other in pairs)


def test_own_texts_and_names_stay() -> None:
    settings = defaults()
    settings.flows[0].words("greeting").text = "Hello, the bakery."
    settings.queues[0].label = "Bread"
    said = spoken(dump(settings), "de-AT")
    assert said["flows"][0]["nodes"]["greeting"]["prompt"]["text"] == "Hello, the bakery."
    assert said["queues"][0]["label"] == "Bread" and said["queues"][0]["name"] == "sales"
    assert said["flows"][0]["nodes"]["goodbye"]["prompt"]["text"] == "Auf Wiederhören."
