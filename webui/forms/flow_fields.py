"""The fields of each kind of node. A field's name is its path in the flow: "nodes.menu.keys"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webui import words
from webui.forms import fields as f
from webui.forms.flow_controls import Area, Cases, Exit, MenuKeys, Openings, Pairs, Said
from webui.forms.parts import Settings


class Around:
    """What a node's fields offer to choose from."""

    def __init__(self, settings: Settings, flow: f.Row) -> None:
        self.settings = settings
        self.flow = flow
        self.nodes = [("", "–"), *((name, title(name, node)) for name, node in flow["nodes"].items())]
        spoken = {
            node["language"]
            for other in [*settings["flows"], flow]
            for node in other["nodes"].values()
            if node.get("kind") == "language" and node.get("language")
        }
        self.languages = sorted(spoken - {settings["box"]["language"]})


def title(name: str, node: f.Row) -> str:
    """What a person calls a node."""
    return str(node.get("label") or name)


def node_fields(name: str, node: f.Row, around: Around) -> list[f.Field]:
    """Every field of a node, its exits last."""
    own = _FIELDS[node["kind"]](node, around)
    label = f.Field(name="label", label=_("Name of this step"))
    exits = [] if node["kind"] in ("hangup", "return") else [_exit("error", around)]
    return [replace(field, name=f"nodes.{name}.{field.name}") for field in (label, *own, *exits)]


def _exit(name: str, around: Around, text: Any = None) -> f.Field:
    options = around.nodes
    if name in ("none", "person", "timeout", "invalid", "failed", "unknown", "error"):
        options = [("", gettext("as the flow says")), *options[1:]]
    elif name == "holiday":
        options = [("", gettext("as when closed")), *options[1:]]
    elif name in ("cancelled", "ring_back"):
        options = [("", gettext("as when it is confirmed")), *options[1:]]
    return Exit(name=name, label=text or words.word(words.EXITS, name), options=options)


def _says(around: Around, name: str = "prompt", text: Any = None) -> list[f.Field]:
    own = Said(name=name, label=text or _("What is said"), help=_HELP if name == "prompt" else "")
    others = [
        Said(name=f"{name}.languages.{language}", label=f"{own.label} ({language})")
        for language in around.languages
    ]
    return [own, *others]


_HELP = _("With values in their places: {contact.name}, {balance:money EUR}, {due:date}, {number:digits}.")


def _prompt(node: f.Row, around: Around) -> list[f.Field]:
    return [*_says(around), _exit("next", around)]


def _asking(around: Around) -> list[f.Field]:
    return [
        f.Number(name="seconds", label=_("Wait for a key"), unit=_("seconds")),
        f.Number(name="tries", label=_("Ask at most"), unit=_("times")),
        *_says(around, "wrong", _("After a wrong answer")),
        _exit("timeout", around),
        _exit("invalid", around),
    ]


def _menu(node: f.Row, around: Around) -> list[f.Field]:
    keys = MenuKeys(
        name="keys",
        label=_("Where each key leads"),
        options=around.nodes[1:],
        languages=around.languages,
    )
    speech = f.Check(
        name="speech",
        label=_("The words may be said"),
        help=_("In English, on a box with 1 GB of memory or more. Everybody else presses keys."),
    )
    barge_in = f.Check(name="barge_in", label=_("They may be said while the menu is still being said"))
    return [*_says(around), keys, speech, barge_in, *_asking(around)]


def _digits(node: f.Row, around: Around) -> list[f.Field]:
    closing = [("#", "#"), ("*", "*"), ("", gettext("none"))]
    return [
        *_says(around),
        f.Field(name="variable", label=_("Keep it as"), help=_("A name for other steps, such as order.")),
        f.Number(name="least", label=_("At least"), unit=_("digits")),
        f.Number(name="most", label=_("At most"), unit=_("digits")),
        Exit(name="closing", label=_("Key that ends the input"), options=closing),
        f.Words(
            name="masks",
            label=_("It must look like"),
            help=_("x is any digit, [2-9] one of some, a dot at the end whatever follows. Such as 49xxxx."),
        ),
        f.Check(name="luhn", label=_("The last digit is a check digit, as on cards")),
        f.Check(name="secret", label=_("Secret, such as a PIN: never written down")),
        _exit("next", around),
        *_asking(around),
    ]


def _hours(node: f.Row, around: Around) -> list[f.Field]:
    return [*_calendar(), *(_exit(name, around) for name in ("open", "closed", "holiday"))]


def _calendar() -> list[f.Field]:
    from webui.forms.first import country_options
    from webui.forms.sheets import DAYS

    return [
        f.Check(name="box_hours", label=_("The opening hours of the office"), help=_("Off: those below.")),
        f.Week(name="week", label=_("Opening hours"), days=DAYS),
        Openings(name="openings", label=_("Special openings"), help=_("One a line: 2026-12-24 10:00-14:00.")),
        f.Words(name="own_days", label=_("Own days off"), help=_("2026-12-24, or 12-24 for every year.")),
        Exit(
            name="country", label=_("Public holidays of"), options=[("", gettext("none")), *country_options()]
        ),
        f.Field(name="region", label=_("Region"), help=_("Such as BY for Bavaria.")),
    ]


def _language(node: f.Row, around: Around) -> list[f.Field]:
    from webui.forms.first import VOICES

    return [Exit(name="language", label=_("Language"), options=VOICES), _exit("next", around)]


def _set(node: f.Row, around: Around) -> list[f.Field]:
    return [
        Pairs(name="values", label=_("Values"), help=_("One a line: name = value.")),
        _exit("next", around),
    ]


def _condition(node: f.Row, around: Around) -> list[f.Field]:
    tests = [(test, words.word(words.TESTS, test)) for test in words.TESTS]
    text = _("Such as caller, contact.vip, queue.sales.waiting, or one that a step before has kept.")
    return [
        Cases(name="cases", label=_("The first that holds"), options=around.nodes, tests=tests, help=text),
        _exit("otherwise", around),
    ]


def _labels(around: Around, part: str, key: str = "name") -> list[f.Option]:
    return [(row[key], row.get("label") or row.get("name")) for row in around.settings[part]]


def _pick(around: Around, part: str, name: str, text: Any, key: str = "name") -> f.Field:
    return Exit(name=name, label=text, options=[("", "–"), *_labels(around, part, key)])


def _needs(node: f.Row, around: Around) -> list[f.Field]:
    return [
        Pairs(
            name="skills",
            label=_("Skills"),
            help=_("One a line, with the lowest level, such as: spanish = 5."),
        ),
        f.Number(
            name="head_start_seconds",
            label=_("Counts as having waited longer by"),
            unit=_("seconds"),
            help=_("So that they come before others."),
        ),
        _exit("next", around),
    ]


def _voicemail(node: f.Row, around: Around) -> list[f.Field]:
    return [_pick(around, "voicemail", "voicemail", _("Voicemail"))]


def _callback(node: f.Row, around: Around) -> list[f.Field]:
    return [_pick(around, "queues", "queue", _("Place in the queue")), _exit("failed", around)]


def _queue(node: f.Row, around: Around) -> list[f.Field]:
    return [_pick(around, "queues", "queue", _("Queue"))]


def _department(node: f.Row, around: Around) -> list[f.Field]:
    return [f.Many(name="queues", label=_("Queues"), options=_labels(around, "queues"))]


def _ringing(around: Around) -> list[f.Field]:
    return [f.Number(name="seconds", label=_("Ring for"), unit=_("seconds")), _exit("failed", around)]


def _agent(node: f.Row, around: Around) -> list[f.Field]:
    return [_pick(around, "agents", "agent", _("Agent"), "id"), *_ringing(around)]


def _extension(node: f.Row, around: Around) -> list[f.Field]:
    return [_pick(around, "handsets", "extension", _("Handset"), "extension"), *_ringing(around)]


def _outside(node: f.Row, around: Around) -> list[f.Field]:
    groups = [(name, name) for name in around.settings["trunk_groups"]]
    number = f.Field(
        name="number", label=_("Number outside"), help=_("With country code, such as +49301234567.")
    )
    return [number, Exit(name="group", label=_("Over the lines of"), options=groups), _exit("failed", around)]


def _identify(node: f.Row, around: Around) -> list[f.Field]:
    text = _("The name under which a step before has kept it. Empty: by the caller's number.")
    return [
        f.OptionalText(name="account", label=_("Account number"), help=text),
        f.OptionalText(name="pin", label=_("PIN"), help=_("Kept in the same way. Empty: no PIN is asked.")),
        *(_exit(name, around) for name in ("next", "unknown", "failed")),
    ]


def _http(node: f.Row, around: Around) -> list[f.Field]:
    methods = [("GET", "GET"), ("POST", "POST")]
    return [
        f.Field(name="url", label=_("Address"), help=_("Its machine must be in the list of machines.")),
        Exit(name="method", label=_("Method"), options=methods),
        Pairs(name="body", label=_("Values to send"), help=_("POST only. One a line: name = value.")),
        Pairs(name="answers", label=_("Values to keep"), help=_("One a line: name = field of the answer.")),
        f.Number(name="seconds", label=_("Wait at most"), unit=_("seconds")),
        _exit("next", around),
    ]


def _sms(node: f.Row, around: Around) -> list[f.Field]:
    groups = [
        ("", gettext("any line with a SIM card")),
        *((name, name) for name in around.settings["trunk_groups"]),
    ]
    others = [
        Area(name=f"languages.{language}", label=gettext("The message (%(language)s)", language=language))
        for language in around.languages
    ]
    return [
        Area(name="text", label=_("The message"), help=_HELP),
        *others,
        f.Field(
            name="to",
            label=_("To the number in"),
            help=_("caller is who calls. Others, such as contact.mobile, must be numbers you keep."),
        ),
        Exit(name="group", label=_("Over the lines of"), options=groups),
        f.Number(name="seconds", label=_("Wait at most"), unit=_("seconds")),
        _exit("next", around),
        _exit("failed", around, _("When it was not sent")),
    ]


def _survey(node: f.Row, around: Around) -> list[f.Field]:
    asked = [
        (row["name"], row["said"]["text"] or row["name"]) for row in around.settings["survey"]["questions"]
    ]
    text = _("None chosen: all of them. They are written under Setup, Survey.")
    return [f.Many(name="questions", label=_("Questions"), options=asked, help=text), _exit("next", around)]


def _appointment(node: f.Row, around: Around) -> list[f.Field]:
    text = _("May be empty: the box says when the appointment is, and asks for 1, 2 or 3.")
    before = replace(_says(around)[0], label=_("Said before"), help=text)
    exits = ("next", "cancelled", "ring_back", "none", "person", "timeout", "invalid")
    return [
        before,
        *_says(around)[1:],
        f.Number(name="minutes", label=_("An appointment takes"), unit=_("minutes")),
        f.Number(name="places", label=_("Appointments at the same time")),
        f.Number(name="offers", label=_("Times offered at once")),
        f.Number(name="notice_hours", label=_("None is offered before"), unit=_("hours from now")),
        f.Number(name="days", label=_("None is offered after"), unit=_("days from now")),
        *_calendar(),
        f.Number(name="seconds", label=_("Wait for a key"), unit=_("seconds")),
        f.Number(name="tries", label=_("Ask at most"), unit=_("times")),
        *_says(around, "wrong", _("After a wrong answer")),
        *(_exit(name, around, _CONFIRMED if name == "next" else None) for name in exits),
    ]


_CONFIRMED = _("When it is confirmed or changed")


def _opt_out(node: f.Row, around: Around) -> list[f.Field]:
    words = _("Empty: “You will not be called again. Goodbye.”, in the language of who hears it.")
    own = f.Check(
        name="campaign_only",
        label=_("Only this campaign does not call again"),
        help=_("Off: no campaign of the box does."),
    )
    return [replace(_says(around)[0], help=words), *_says(around)[1:], own, _exit("next", around)]


def _outcome(node: f.Row, around: Around) -> list[f.Field]:
    text = _("The key of one of the campaign's own words for how a call went, such as 1.")
    return [f.Field(name="code", label=_("It went like"), help=text), _exit("next", around)]


def _flow(node: f.Row, around: Around) -> list[f.Field]:
    return [_pick(around, "flows", "flow", _("Flow")), _exit("next", around, _("When it comes back"))]


def _nothing(node: f.Row, around: Around) -> list[f.Field]:
    return []


_FIELDS: dict[str, Callable[[f.Row, Around], list[f.Field]]] = {
    "prompt": _prompt,
    "announcement": _prompt,
    "menu": _menu,
    "digits": _digits,
    "hours": _hours,
    "language": _language,
    "set": _set,
    "condition": _condition,
    "needs": _needs,
    "voicemail": _voicemail,
    "callback": _callback,
    "queue": _queue,
    "department": _department,
    "agent": _agent,
    "extension": _extension,
    "outside": _outside,
    "identify": _identify,
    "http": _http,
    "sms": _sms,
    "survey": _survey,
    "appointment": _appointment,
    "opt_out": _opt_out,
    "outcome": _outcome,
    "flow": _flow,
    "return": _nothing,
    "hangup": lambda node, around: _says(around),
}
