"""Every part of the settings with its fields, help texts and the line that describes a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from webui import words
from webui.forms import fields as f
from webui.forms import messages
from webui.forms.parts import Part, Settings, TrunkGroups
from webui.forms.queues import agent_fields, agent_says, queue_fields, queue_says, queues

_LABEL = f.Field(name="label", label=_("Name"), help=_("As you want to read it on the pages."))
_NAME = f.Field(
    name="name",
    label=_("Short name"),
    help=_("Small letters, digits, - and _. Leave it empty and the box makes one."),
    only_new=True,
)


def _flows(settings: Settings) -> list[f.Option]:
    return [(flow["name"], flow["label"]) for flow in settings["flows"]]


def _trunks(settings: Settings) -> list[f.Option]:
    return [(trunk["name"], trunk["label"]) for trunk in settings["trunks"]]


def _targets(settings: Settings, repeat: bool) -> list[f.Option]:
    queue, agent = words.word(words.CHOICES, "queue"), words.word(words.CHOICES, "agent")
    found = [(f"queue:{name}", f"{queue}: {label}") for name, label in queues(settings)]
    found += [(f"agent:{row['id']}", f"{agent}: {row['name']}") for row in settings["agents"]]
    if repeat:
        found.append(("repeat:", words.word(words.CHOICES, "repeat")))
    return [*found, ("hangup:", words.word(words.CHOICES, "hangup"))]


def _ports() -> list[str]:
    """Serial devices that are plugged in, by the place they are plugged into."""
    folder = Path("/dev/serial/by-path")
    return sorted(str(path) for path in folder.iterdir()) if folder.is_dir() else []


def _trunk_fields(settings: Settings, row: f.Row) -> list[f.Field]:
    flow = f.Select(
        name="flow", label=_("Callers hear"), options=_flows(settings), help=_("The menu of this line.")
    )
    enabled = f.Check(name="enabled", label=_("In use"))
    own = {"gsm": _gsm_fields, "voice_modem": _modem_fields, "sip": _sip_fields}[str(row["kind"])]
    return [_LABEL, _NAME, enabled, *own(), flow]


def _family(*names: str) -> f.Field:
    options = [("auto", gettext("Found by itself")), *((name, name) for name in names)]
    return f.Select(name="family", label=_("Modem family"), options=options)


def _port(label: Any, help_text: Any) -> f.Field:
    return f.Field(name="port", label=label, help=help_text, suggest=_ports())


def _gsm_fields() -> list[f.Field]:
    return [
        _port(_("AT port"), _("Click into the field to see what is plugged in.")),
        f.OptionalText(
            name="audio_port",
            label=_("Voice port"),
            help=_("A second serial port for sound, where the modem has one."),
            suggest=_ports(),
        ),
        f.OptionalText(
            name="alsa_device",
            label=_("Sound card"),
            help=_("Only for modems with a sound card of their own, such as hw:2,0."),
        ),
        _family("simcom", "quectel", "huawei", "generic"),
        f.Secret(
            name="pin",
            label=_("SIM PIN"),
            help=_("Tried once only: a wrong PIN three times locks the card."),
        ),
    ]


def _modem_fields() -> list[f.Field]:
    rings = f.Number(
        name="answer_after_rings",
        label=_("Answer after"),
        unit=_("rings"),
        help=_("The caller's number comes after the first ring."),
    )
    port = _port(_("Port of the modem"), _("Click into the field to see what is plugged in."))
    return [port, _family("conexant", "usr", "generic"), rings]


def _sip_fields() -> list[f.Field]:
    return [
        f.Field(name="host", label=_("Server"), help=_("Name or address of the provider or gateway.")),
        f.Number(name="port", label=_("Port")),
        f.Select(name="transport", label=_("Transport"), options=[("udp", "UDP"), ("tcp", "TCP")]),
        f.Check(
            name="register_out",
            label=_("Register there"),
            help=_("With user and password. Off: the gateway is known by its address."),
        ),
        f.Field(name="user", label=_("User")),
        f.Secret(name="password", label=_("Password"), empty=""),
        f.Number(name="channels", label=_("Calls at once")),
    ]


def _trunk_says(row: f.Row, settings: Settings) -> str:
    where = row["host"] if row["kind"] == "sip" else row["port"]
    off = "" if row["enabled"] else " · " + gettext("switched off")
    return f"{words.word(words.TRUNK_KINDS, row['kind'])} · {where}{off}"


def _handset_fields(settings: Settings, row: f.Row) -> list[f.Field]:
    groups = [
        ("", gettext("No lines: internal calls only")),
        *((name, name) for name in settings["trunk_groups"]),
    ]
    return [
        f.Field(name="extension", label=_("Extension"), help=_("2 to 6 digits, such as 203."), only_new=True),
        _LABEL,
        f.Select(name="trunk_group", label=_("May call out on"), options=groups),
        f.Field(
            name="pickup_group",
            label=_("Pick-up group"),
            help=_("Handsets of one group take each other's calls by *8."),
        ),
    ]


def _handset_says(row: f.Row, settings: Settings) -> str:
    agents = [agent["name"] for agent in settings["agents"] if agent["handset"] == row["extension"]]
    return f"{row['extension']}{' · ' if agents else ''}{', '.join(agents)}"


def _queue_fields(settings: Settings, row: f.Row) -> list[f.Field]:
    return queue_fields(_LABEL, _NAME, settings)


def _flow_fields(settings: Settings, row: f.Row) -> list[f.Field]:
    return [_LABEL, _NAME]  # its nodes have a page of their own


def _flow_says(row: f.Row, settings: Settings) -> str:
    first = row["nodes"].get(row["start"], {}).get("prompt") or {"text": "", "upload": None}
    text = first["text"]
    heard = gettext("uploaded recording") if first["upload"] else f"“{text[:60]}{'…' if text[60:] else ''}”"
    count = len(row["nodes"])
    return f"{heard} · {ngettext('%(num)d step', '%(num)d steps', count)}"


def _made_flow(_kind: str, settings: Settings) -> f.Row:
    from appliance.config.fields import ChoiceSettings
    from appliance.config.flow_menu import menu_flow

    names = [name for name, _label in queues(settings)]
    ends = ChoiceSettings(kind="queue", target=names[0]) if names else None
    made: f.Row = menu_flow("main", "main", fallback=ends).model_dump(mode="json")
    return {**made, "name": "", "label": ""}


def _group_fields(settings: Settings, row: f.Row) -> list[f.Field]:
    lines = f.Ordered(
        name="trunks",
        label=_("Lines, tried from the top"),
        options=_trunks(settings),
        help=_("None chosen: every line, in the order of the list of lines."),
    )
    return [f.Field(name="name", label=_("Short name"), help=_NAME.help, only_new=True), lines]


def _group_says(row: f.Row, settings: Settings) -> str:
    labels = dict(_trunks(settings))
    return " → ".join(labels.get(name, name) for name in row["trunks"]) or gettext("every line")


def _made(model: str, **given: Any) -> f.Row:
    """A new row with the schema's own defaults; what has none is empty and must be typed."""
    from appliance.config import schema

    kind = getattr(schema, model)
    blank = kind.model_construct(
        **{name: "" for name, field in kind.model_fields.items() if field.is_required()}
    )
    row: f.Row = blank.model_dump(mode="json")
    return {**row, **given}


def _in_words(row: f.Row, settings: Settings) -> f.Row:
    """The row with its first texts in the language that the box speaks."""
    from appliance.config.texts import spoken

    said: f.Row = spoken(row, str(settings["box"]["language"]))
    return said


def _made_trunk(kind: str, settings: Settings) -> f.Row:
    models = {"gsm": "GsmTrunk", "voice_modem": "VoiceModemTrunk", "sip": "SipTrunk"}
    flows = [name for name, _label in _flows(settings)]
    return _made(models.get(kind, "GsmTrunk"), flow="main" if "main" in flows else (flows or ["main"])[0])


def _made_handset(_kind: str, settings: Settings) -> f.Row:
    groups = list(settings["trunk_groups"])
    return _made("HandsetSettings", trunk_group=groups[0] if groups else None)


TRUNKS = Part(
    "trunks", "name", _("Lines"), _("line"), _("Telephone lines to the outside: GSM, analog, SIP."),
    _trunk_fields, _made_trunk, _trunk_says, tuple(words.TRUNK_KINDS.items()),
)  # fmt: skip
HANDSETS = Part(
    "handsets", "extension", _("Handsets"), _("handset"), _("SIP telephones and softphones of your people."),
    _handset_fields, _made_handset, _handset_says,
)  # fmt: skip
AGENTS = Part(
    "agents", "id", _("Agents"), _("agent"), _("The people who take calls."),
    agent_fields, lambda _kind, _settings: _made("AgentSettings"), agent_says,
)  # fmt: skip
QUEUES = Part(
    "queues", "name", _("Queues"), _("queue"), _("Where callers wait for an agent."),
    _queue_fields, lambda _kind, _settings: _made("QueueSettings"), queue_says,
)  # fmt: skip
FLOWS = Part(
    "flows", "name", _("Flows"), _("flow"), _("What a caller hears before a person answers."),
    _flow_fields, _made_flow, _flow_says,
)  # fmt: skip
GROUPS = TrunkGroups(
    "trunk_groups", "name", _("Line groups"), _("line group"),
    _("Which lines a call out may take, and in which order."),
    _group_fields, lambda _kind, _settings: {"name": "", "trunks": []}, _group_says,
)  # fmt: skip
VOICEMAIL = Part(
    "voicemail", "name", _("Voicemail boxes"), _("voicemail box"), _("Where callers leave messages."),
    lambda settings, row: [_LABEL, _NAME, *messages.box_fields(settings)],
    lambda _kind, settings: _in_words(_made("VoicemailSettings"), settings),
    lambda row, _settings: messages.box_says(row),
)  # fmt: skip
MARKETING = Part(
    "marketing", "name", _("Marketing campaigns"), _("marketing campaign"), _("What brings callers to you."),
    lambda settings, row: [_LABEL, _NAME, *messages.marketing_fields(_trunks(settings))],
    lambda _kind, _settings: _made("MarketingSettings"),
    lambda row, _settings: messages.marketing_says(row),
)  # fmt: skip
_ALL = (TRUNKS, HANDSETS, AGENTS, QUEUES, FLOWS, GROUPS, VOICEMAIL, MARKETING)
PARTS = {part.name: part for part in _ALL}
