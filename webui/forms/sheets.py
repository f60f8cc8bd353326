"""The parts of the settings there is one of: the box itself, and the opening hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _

from webui.forms import fields as f
from webui.forms import messages
from webui.forms.first import VOICES, country_options
from webui.forms.talk import talk_fields


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form over one part of the settings."""

    name: str
    title: Any
    about: Any
    fields: Callable[[], list[f.Field]]


DAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


def _hours_fields() -> list[f.Field]:
    return [
        f.Week(
            name="spans",
            label=_("Opening hours"),
            days=DAYS,
            help=_("Two spans a day leave room for a break. Nothing at all: always open."),
        ),
        f.Prompt(name="closed", label=_("Said when closed")),
    ]


def _box_fields() -> list[f.Field]:
    return [*_place_fields(), *_calling_fields(), *_limit_fields()]


def _place_fields() -> list[f.Field]:
    return [
        f.Field(name="name", label=_("Name of the box"), help=_("Stands at the top of every page.")),
        f.Select(
            name="country",
            label=_("Country"),
            options=country_options(),
            help=_("Tones of the lines, and how numbers are written."),
        ),
        f.Select(
            name="language",
            label=_("Language of the voice"),
            options=VOICES,
            help=_("Texts you typed yourself stay as they are."),
        ),
        f.Field(
            name="timezone",
            label=_("Time zone"),
            help=_("Such as Europe/Berlin."),
            suggest=sorted(available_timezones()),
        ),
    ]


def _calling_fields() -> list[f.Field]:
    return [
        f.Field(
            name="outside_prefix",
            label=_("Dialled to get outside"),
            heading=_("Calling out"),
            help=_("Such as 0 or 9; may be empty. Emergency numbers never need it."),
        ),
        f.Words(
            name="emergency_numbers",
            label=_("Emergency numbers"),
            help=_("They go out from any handset at any time."),
        ),
        f.Check(name="record", label=_("Record calls"), heading=_("Recording")),
        f.Prompt(
            name="recording_notice",
            label=_("Said before a recording"),
            help=_("Ask what the law of your country wants to be said."),
        ),
    ]


def _limit_fields() -> list[f.Field]:
    seconds = _("seconds")
    return [
        f.Number(
            name="maximum_call_minutes",
            label=_("Longest call"),
            unit=_("minutes"),
            heading=_("Limits"),
        ),
        f.Number(
            name="silence_seconds",
            label=_("Hang up after silence of"),
            unit=seconds,
            help=_("For lines that cannot see the far end hang up."),
        ),
        f.Number(
            name="answer_inference_seconds",
            label=_("Take a call out as answered after"),
            unit=seconds,
            help=_("On analog lines that cannot see an answer."),
        ),
    ]


def _network_fields() -> list[f.Field]:
    return [
        f.Words(
            name="hosts",
            label=_("More names and addresses of the box"),
            help=_(
                "The page opens by callbox.local and by the box's own address. Such as phones.example.com."
            ),
        ),
        f.Words(
            name="lan",
            label=_("Local networks"),
            heading=_("Who may reach the box"),
            help=_(
                "Such as 192.168.1.0/24. Empty: all private addresses. The network the box is in always may."
            ),
        ),
        f.Check(
            name="rtp_from_lan",
            label=_("Take sound from any port of a local device"),
            help=_("Only for telephones that are not heard: they send from another port than they say."),
        ),
    ]


def _requests_fields() -> list[f.Field]:
    text = _("Name or address, with :port where it is another. Such as crm.example.com or 192.168.1.5:8080.")
    return [f.Words(name="hosts", label=_("Machines that flows may ask"), help=text)]


HOURS = Sheet(
    "hours", _("Opening hours"), _("When callers get through, and what they hear else."), _hours_fields
)
BOX = Sheet("box", _("The box"), _("Name, country, language, recording, limits."), _box_fields)
NETWORK = Sheet("network", _("Network"), _("Names of the box, and who may reach it."), _network_fields)
TALK = Sheet(
    "talk", _("During a call"), _("Supervisors, conferences, parking, hold, recording."), talk_fields
)
REQUESTS = Sheet("requests", _("Other machines"), _("What flows may ask over the network."), _requests_fields)
MAIL = Sheet("mail", _("Mail"), _("The server that mail goes out by."), messages.mail_fields)
SURVEY = Sheet("survey", _("Survey"), _("Questions to callers after the call."), messages.survey_fields)
SHEETS = {sheet.name: sheet for sheet in (HOURS, BOX, NETWORK, TALK, REQUESTS, MAIL, SURVEY)}
