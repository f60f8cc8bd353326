"""The forms of queues and of the agents who take their calls: a few fields, and the rest under "more"."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from webui import words
from webui.forms import fields as f
from webui.forms.agents import more_fields, outside_fields
from webui.forms.parts import Settings

STRATEGIES = {
    "longest_idle": _("Who has been without a call for longest"),
    "ring_all": _("All at once; who answers first has the call"),
    "ring_progressively": _("One, then one more every few seconds"),
    "round_robin": _("Everybody in turn"),
    "top_down": _("Always in the same order, from the top"),
    "fewest_calls": _("Who has taken the fewest calls"),
    "least_talk_time": _("Who has talked the least"),
    "random": _("By chance"),
    "weighted_random": _("By chance, by the agents' shares"),
    "skills": _("Who can best what the caller needs"),
}
#: Where Debian's music on hold lies (package asterisk-moh-opsound-wav).
MUSIC = Path("/usr/share/asterisk/moh")
_SECONDS = _("seconds")
_MINUTES = _("minutes")


def queues(settings: Settings) -> list[f.Option]:
    """All queues, to choose from."""
    return [(queue["name"], queue["label"]) for queue in settings["queues"]]


def _ends(settings: Settings) -> list[f.Option]:
    """Where a queue can send its callers."""
    found = [
        (f"queue:{name}", f"{words.word(words.CHOICES, 'queue')}: {label}")
        for name, label in queues(settings)
    ]
    agent, flow = words.word(words.CHOICES, "agent"), words.word(words.CHOICES, "flow")
    found += [(f"agent:{row['id']}", f"{agent}: {row['name']}") for row in settings["agents"]]
    found += [(f"flow:{row['name']}", f"{flow}: {row['label']}") for row in settings["flows"]]
    box = words.word(words.CHOICES, "voicemail")
    found += [(f"voicemail:{one['name']}", f"{box}: {one['label']}") for one in settings["voicemail"]]
    return [*found, ("hangup:", words.word(words.CHOICES, "hangup"))]


# ---------------------------------------------------------------------------------- agents


def agent_fields(settings: Settings, row: f.Row) -> list[f.Field]:
    """Number, name, PIN, handset and queues; under "more" what an agent is good at, and limits."""
    handsets = [
        ("", gettext("None: chosen at login")),
        *((h["extension"], f"{h['extension']} · {h['label']}") for h in settings["handsets"]),
    ]
    return [
        f.Field(
            name="id",
            label=_("Agent number"),
            help=_("2 to 6 digits; keyed to log in on a handset."),
            only_new=True,
        ),
        f.Field(name="name", label=_("Name")),
        f.Secret(
            name="pin_hash",
            label=_("PIN"),
            help=_("4 to 8 digits, for logging in on a handset with *50. Without one only the page logs in."),
            empty="",
        ),
        f.Select(
            name="handset",
            label=_("Handset"),
            options=handsets,
            help=_("None, and a telephone outside below: they are called there."),
        ),
        f.Many(name="queues", label=_("Takes calls of"), options=queues(settings)),
        f.Check(
            name="supervisor",
            label=_("Supervisor"),
            help=_("May listen to calls, speak into them and take them over."),
            more=True,
        ),
        *more_fields(queues(settings)),
        *outside_fields(settings),
    ]


def agent_says(row: f.Row, settings: Settings) -> str:
    """One line about an agent."""
    labels = dict(queues(settings))
    named = ", ".join(labels.get(name, name) for name in row["queues"]) or gettext("no queue")
    handset = f" · {gettext('Handset %(name)s', name=row['handset'])}" if row["handset"] else ""
    skills = f" · {f.levels_text(row['skills'])}" if row["skills"] else ""
    return f"{row['id']} · {named}{handset}{skills}"


# ---------------------------------------------------------------------------------- queues


def queue_fields(label: f.Field, name: f.Field, settings: Settings) -> list[f.Field]:
    """Name, who is rung, and the welcome; all else has a default that suits a small office."""
    return [
        label,
        name,
        f.Select(
            name="strategy",
            label=_("Who is rung"),
            options=[(key, str(text)) for key, text in STRATEGIES.items()],
        ),
        f.Prompt(name="welcome", label=_("Said to callers who come in"), help=_("May be empty.")),
        f.OptionalText(
            name="number",
            label=_("Dialled inside to reach it"),
            help=_("May be empty. Handsets dial it, or transfer to it."),
        ),
        *_ringing(),
        *_choosing(),
        *_waiting(settings),
        *_callbacks(settings),
        *_too_long(settings),
        *_next_caller(settings),
    ]


def _seconds(name: str, label: Any, help_text: Any = "", heading: Any = "") -> f.Field:
    return f.Number(name=name, label=label, unit=_SECONDS, help=help_text, heading=heading, more=True)


def _optional(name: str, label: Any) -> f.Field:
    return f.OptionalNumber(name=name, label=label, unit=_SECONDS, help=_("Empty: the same."), more=True)


def _ringing() -> list[f.Field]:
    return [
        _seconds("ring_seconds", _("Ring an agent for"), heading=_("Ringing")),
        _seconds(
            "ring_step_seconds", _("Ring one more after"), _("Only where one more is rung every few seconds.")
        ),
        _seconds(
            "retry_seconds",
            _("Then leave them alone for"),
            _("Before an agent who missed a call is rung again."),
        ),
        _optional("no_answer_seconds", _("The same when nobody answered")),
        _optional("reject_seconds", _("The same after declining")),
        _optional("busy_seconds", _("The same when the handset was busy")),
        f.Number(
            name="pause_after_misses",
            label=_("Give a break after"),
            unit=_("missed calls in a row"),
            help=_("So that callers do not wait for an empty chair. 0: never."),
            more=True,
        ),
        _seconds("wrap_up_seconds", _("Time to finish up after a call")),
        f.Check(name="record", label=_("Record the calls"), more=True),
        f.Check(
            name="whisper",
            label=_("Tell agents queue and wait before they are joined"),
            help=_("A short sentence; the caller hears ringing meanwhile. Any key skips it."),
            more=True,
        ),
    ]


def _choosing() -> list[f.Field]:
    return [
        f.Levels(
            name="skills",
            label=_("Skills that callers of this queue need"),
            help=_("Each with the lowest level, such as: spanish 5"),
            heading=_("Whom to ask"),
            more=True,
        ),
        _seconds(
            "relax_seconds", _("Ask for less after every"), _("0: never. One level of skill at least stays.")
        ),
        f.Number(name="relax_levels", label=_("By so much"), unit=_("levels"), more=True),
        _seconds(
            "widen_seconds",
            _("Ask the next level of agents after"),
            _("0: all levels at once, lower levels first."),
        ),
        _seconds(
            "sticky_seconds",
            _("Wait for the caller's own or last agent for"),
            _("0: the first who is free takes the call."),
        ),
    ]


def _waiting(settings: Settings) -> list[f.Field]:
    return [
        f.Check(
            name="say_position", label=_("Say the place in the queue"), heading=_("While waiting"), more=True
        ),
        f.Check(
            name="say_wait",
            label=_("Say how long it will take"),
            help=_("In ranges, and only when the queue knows it well enough."),
            more=True,
        ),
        _seconds("say_seconds", _("Every")),
        f.Prompt(name="comfort", label=_("Said now and then"), more=True),
        _seconds("comfort_seconds", _("Every"), _("0: never.")),
        f.Music(name="music", label=_("Music"), options=_music(), more=True),
        f.Choices(
            name="exits",
            label=_("Keys"),
            options=_ends(settings),
            heading=_("Keys while waiting"),
            help=_("Tell callers of them in the text said now and then."),
            more=True,
        ),
    ]


def _music() -> list[f.Option]:
    """What is installed on the box."""
    names = sorted(path.stem for path in MUSIC.glob("*.wav")) if MUSIC.is_dir() else []
    found = [(f"music/{name}", name.replace("_", " ").replace("-", " – ", 1)) for name in names]
    return [("music/default", gettext("The first of the box's own")), *found]


def _callbacks(settings: Settings) -> list[f.Field]:
    return [
        f.Select(
            name="callback_key",
            empty="",
            label=_("Key to be called back"),
            options=[("", gettext("none")), *((key, key) for key in "1234567890*#")],
            heading=_("Being called back instead of waiting"),
            help=_("Callers keep their place. Tell them of the key in the text said now and then."),
            more=True,
        ),
        _seconds(
            "callback_wait_seconds",
            _("Offer it when the wait is or will be as long as"),
            _("0: only by key, or where a flow offers it."),
        ),
        f.Select(
            name="callback_group",
            label=_("On the lines of"),
            options=[(name, name) for name in settings["trunk_groups"]],
            help=_("One of them is kept free for each promise."),
            more=True,
        ),
        f.Number(
            name="callback_most",
            label=_("At most"),
            unit=_("callbacks promised"),
            help=_("0: as many as there are lines."),
            more=True,
        ),
        f.Number(name="callback_tries", label=_("Try"), unit=_("times"), more=True),
        _seconds("callback_retry_seconds", _("Between two tries")),
        f.Check(name="callback_abroad", label=_("Call numbers of other countries back, too"), more=True),
        f.Check(
            name="callback_text",
            label=_("Send a text message with the promise"),
            help=_("Where a line has a SIM."),
            more=True,
        ),
    ]


def _too_long(settings: Settings) -> list[f.Field]:
    as_above = ("", gettext("The same as after the longest wait"))
    stays = ("", gettext("They stay in the queue"))
    there = [
        ("logged_in", gettext("no agent is logged in")),
        ("available", gettext("no agent is available")),
    ]
    return [
        _seconds("maximum_wait_seconds", _("Longest wait"), heading=_("When it takes too long")),
        f.Number(
            name="maximum_waiting",
            label=_("At most"),
            unit=_("callers waiting"),
            help=_("0: no limit."),
            more=True,
        ),
        f.Prompt(name="overflow_message", label=_("Then say"), more=True),
        f.Choice(name="overflow", label=_("After the longest wait"), options=_ends(settings), more=True),
        f.Select(
            name="join",
            label=_("Let nobody in when"),
            options=[("always", gettext("never: everybody comes in")), *there],
            more=True,
        ),
        f.Select(
            name="leave",
            label=_("Let callers leave when"),
            options=[("never", gettext("never: they go on waiting")), *there],
            more=True,
        ),
        f.OptionalChoice(
            name="unstaffed", label=_("Where they go then"), options=[as_above, *_ends(settings)], more=True
        ),
        f.OptionalChoice(
            name="closing",
            label=_("Who still waits at closing time"),
            options=[stays, *_ends(settings)],
            more=True,
        ),
    ]


def _next_caller(settings: Settings) -> list[f.Field]:
    others = [("", gettext("none")), *queues(settings)]
    return [
        _seconds(
            "head_start_seconds",
            _("Head start before other queues"),
            _("Callers count as having waited so much longer."),
            _("Who is next"),
        ),
        _seconds("vip_seconds", _("Head start of important customers")),
        f.Number(
            name="weight",
            label=_("A second of waiting counts"),
            unit=_("times"),
            help=_(
                "Compared with the other queues of the same agents. Nobody is forgotten: every wait grows."
            ),
            more=True,
        ),
        f.Number(
            name="return_minutes",
            label=_("Who was cut off keeps the place for"),
            unit=_MINUTES,
            help=_("When they ring again from the same number. 0: not at all."),
            more=True,
        ),
        f.Select(
            name="escalate_to",
            label=_("Next tier of support"),
            options=others,
            help=_("Where agents give on what they cannot solve."),
            more=True,
        ),
    ]


def queue_says(row: f.Row, settings: Settings) -> str:
    """One line about a queue."""
    count = sum(row["name"] in agent["queues"] for agent in settings["agents"])
    agents = str(ngettext("%(num)d agent", "%(num)d agents", count))
    return f"{agents} · {STRATEGIES.get(row['strategy'], row['strategy'])}"
