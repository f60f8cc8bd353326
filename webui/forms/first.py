"""What the first-boot page fills in before a word was typed, and what its steps make of the answers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from flask import request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from appliance.config import countries
from appliance.config.texts import spoken
from webui.forms.fields import Form, Option, Row
from webui.forms.parts import Settings, short_name

#: Languages of the voice, in their own words; those the pages speak come first.
VOICES: tuple[Option, ...] = (
    ("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français"), ("it", "Italiano"),
    ("nl", "Nederlands"), ("pl", "Polski"), ("pt", "Português"), ("pt-BR", "Português (Brasil)"),
    ("hu", "Magyar"), ("ru", "Русский"),
)  # fmt: skip
_HOME = {
    "en": "US",
    **{code: code.upper() for code in ("de", "es", "fr", "it", "pt", "pl", "nl", "hu", "ru")},
}
#: What the settings of a box say that nobody has told where it stands.
_UNTOLD = ("US", "UTC")
_PLACE = ("language", "country", "timezone")


@cache
def _country_names(language: str) -> tuple[Option, ...]:
    names = Locale.parse(language).territories
    found = [(code, str(names.get(code, code))) for code in countries.countries()]
    return tuple(sorted(found, key=lambda option: option[1].casefold()))


def country_options() -> tuple[Option, ...]:
    """Every country there is, in the reader's language and its alphabet."""
    return _country_names(str(get_locale() or "en"))


@dataclass(frozen=True, slots=True)
class Country:
    """What a country brings with it."""

    code: str
    zones: tuple[str, ...]
    emergency: tuple[str, ...]
    own_tones: bool

    @property
    def zone(self) -> str:
        """Where most of its people live."""
        return self.zones[0] if self.zones else "UTC"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def country_of(code: str) -> Country:
    """What is known of a country; little where it is none."""
    zones = tuple(zone for zone in countries.time_zones(code) if zone in _zones())
    return Country(code, zones, countries.emergency_numbers(code), code in countries.OWN_TONES)


def other_zones(country: Country) -> list[str]:
    """All time zones that are not the country's."""
    return sorted(zone for zone in _zones() - set(country.zones) if "/" in zone or zone == "UTC")


def place_of(settings: Settings) -> Row:
    """The answers the first step begins with: those of the settings, or what the browser lets one guess."""
    box = settings["box"]
    row = {name: box[name] for name in _PLACE} | {"emergency_numbers": list(box["emergency_numbers"])}
    if box["first_setup_done"] or (box["country"], box["timezone"]) != _UNTOLD:
        return row
    language, country = _guess()
    found = country_of(country)
    return {
        "language": language,
        "country": country,
        "timezone": found.zone,
        "emergency_numbers": list(found.emergency),
    }


def _guess() -> tuple[str, str]:
    """Language and country of the browser's first wish."""
    known, regions = {code for code, _name in VOICES}, set(countries.countries())
    for tag, _quality in request.accept_languages:
        language, _dash, region = tag.replace("_", "-").partition("-")
        language, region = language.lower(), region.rpartition("-")[2].upper()
        country = region if region in regions else _HOME.get(language)
        if language in known and country is not None:
            whole = f"{language}-{region}"
            return (whole if whole in known else language), country
    return "en", "US"


def read_place(form: Form) -> Row:
    """The answers of the first step, as they were typed."""
    row: Row = {name: form.get(name, "").strip() for name in _PLACE}
    return row | {"emergency_numbers": form.get("emergency_numbers", "").replace(",", " ").split()}


def with_place(settings: Settings, row: Row) -> Settings:
    """The settings with these answers; texts nobody has changed yet are said in the new language."""
    placed = {**settings, "box": {**settings["box"], **row}}
    changed: Settings = spoken(placed, row["language"])
    return changed


# ---------------------------------------------------------------------------------- lines

_LINE_NAMES = {"gsm": ("mobile", _("Mobile line")), "voice_modem": ("phone", _("Telephone line"))}


def unused(found: list[dict[str, Any]], settings: Settings) -> list[dict[str, Any]]:
    """The modems that are plugged in and are no line yet."""
    used = {trunk.get("port") for trunk in settings["trunks"]}
    return [modem for modem in found if modem["port"] not in used]


def with_line(settings: Settings, modem: dict[str, Any]) -> Settings:
    """The settings with a line on this modem."""
    from appliance.config.schema import GsmTrunk, VoiceModemTrunk

    stem, label = _LINE_NAMES[modem["kind"]]
    taken = {trunk["name"] for trunk in settings["trunks"]}
    number = sum(trunk["kind"] == modem["kind"] for trunk in settings["trunks"]) + 1
    flows = [flow["name"] for flow in settings["flows"]]
    own = {
        "name": short_name(f"{stem}{number}", taken),
        "label": f"{label} {number}",
        "port": modem["port"],
        "family": modem["family"],
        "flow": "main" if "main" in flows else (flows or ["main"])[0],
    }
    if modem["kind"] == "gsm":
        row = GsmTrunk(**own, audio_port=modem["audio_port"]).model_dump(mode="json")
    else:
        row = VoiceModemTrunk(**own).model_dump(mode="json")
    return {**settings, "trunks": [*settings["trunks"], row]}


def without_line(settings: Settings, name: str) -> Settings:
    """The settings without this line, also in the groups it stands in."""
    trunks = [trunk for trunk in settings["trunks"] if trunk["name"] != name]
    groups = {
        group: [one for one in lines if one != name] for group, lines in settings["trunk_groups"].items()
    }
    return {**settings, "trunks": trunks, "trunk_groups": groups}


def with_pin(settings: Settings, name: str, pin: str) -> Settings:
    """The settings with the PIN of this line's SIM card."""
    trunks = [{**trunk, "pin": pin} if trunk["name"] == name else trunk for trunk in settings["trunks"]]
    return {**settings, "trunks": trunks}


# ---------------------------------------------------------------------------------- handsets


def people(settings: Settings) -> dict[str, str]:
    """Extension -> who is asked for when it rings: its agent, or the handset's own name."""
    agents = {agent["handset"]: agent["name"] for agent in settings["agents"] if agent["handset"]}
    return {row["extension"]: agents.get(row["extension"], row["label"]) for row in settings["handsets"]}


def with_people(settings: Settings, names: dict[str, str]) -> Settings:
    """The settings with other names of handsets and of the agents who sit there."""
    handsets = [
        {**row, "label": names[row["extension"]]} if row["extension"] in names else row
        for row in settings["handsets"]
    ]
    agents = [
        {**row, "name": names[row["handset"]]} if row["handset"] in names else row
        for row in settings["agents"]
    ]
    return {**settings, "handsets": handsets, "agents": agents}


def with_handset(settings: Settings) -> Settings:
    """The settings with one more handset, and an agent of every queue who sits there."""
    extensions = {row["extension"] for row in settings["handsets"]}
    extension = next(str(number) for number in range(201, 999) if str(number) not in extensions)
    ids = {row["id"] for row in settings["agents"]}
    agent = next(str(number) for number in range(11, 999) if str(number) not in ids)
    label = _("Telephone") + f" {extension}"
    handset = {"extension": extension, "label": label, "secret": secrets.token_hex(16)}
    queues = [queue["name"] for queue in settings["queues"]]
    person = {"id": agent, "name": label, "handset": extension, "queues": queues}
    return {
        **settings,
        "handsets": [*settings["handsets"], handset],
        "agents": [*settings["agents"], person],
    }


def without_handset(settings: Settings, extension: str) -> Settings:
    """The settings without this handset and the agent who sat there."""
    return {
        **settings,
        "handsets": [row for row in settings["handsets"] if row["extension"] != extension],
        "agents": [row for row in settings["agents"] if row["handset"] != extension],
    }
