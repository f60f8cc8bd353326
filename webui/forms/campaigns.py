"""The form of a campaign: a few questions, and the rest under "more"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from webui import dial_words, trade_words
from webui.forms import fields as f
from webui.forms.campaign_fields import Again, Area, Caps, Dispositions, NumberOf, Shares
from webui.forms.outreach import outreach_field, with_flows
from webui.forms.parts import Part, Settings
from webui.forms.queues import queues
from webui.forms.sheets import DAYS

_SPANS = (("day", _("a day")), ("week", _("in 7 days")), ("month", _("in 30 days")), ("life", _("ever")))


def campaign_fields(settings: Settings, lists: Sequence[f.Option]) -> list[f.Field]:
    """All fields; those with `more` are folded away."""
    return [
        *_who(lists),
        *_by_whom(settings),
        *_said(),
        *_at_work(),
        *_order(),
        *_attempts(),
        *_law(settings),
        outreach_field(settings),
        *_dialling(),
        *_learning(),
    ]


def _who(lists: Sequence[f.Option]) -> list[f.Field]:
    return [
        f.Field(name="label", label=_("Name"), help=_("As you and your agents want to read it.")),
        Shares(
            name="lists",
            label=_("Who is called"),
            options=lists,
            help=_("With several lists, a list of weight 2 is called twice as often as one of weight 1."),
        ),
        _method(),
    ]


def _by_whom(settings: Settings) -> list[f.Field]:
    return [
        f.Select(
            name="queue",
            label=_("Agents of the queue"),
            options=[("", gettext("choose one")), *queues(settings)],
            help=_("Its agents take these calls; callers who ring in always come first."),
        ),
        f.Select(
            name="trunk_group",
            label=_("Lines"),
            options=[(name, name) for name in settings["trunk_groups"]],
            help=_("Calls go out on these lines; the last free one stays free for people."),
        ),
        NumberOf(
            name="caller_id",
            label=_("Number that is shown"),
            help=_("With country code, such as +4930123456. Who calls it back must reach this box."),
        ),
        f.Week(
            name="hours",
            label=_("Hours"),
            days=DAYS,
            help=_("By the clock of the person who is called. Empty: as the law there allows."),
        ),
    ]


def _method() -> f.Field:
    options = [(name, f"{text[0]}: {text[1]}") for name, text in dial_words.METHODS.items()]
    return f.Select(
        name="method",
        label=_("How it is dialled"),
        options=options,
        help=_(
            "Progressive suits most: nobody is ever left without an agent. A message, a survey and a "
            "reminder get words to begin with; you change them after saving."
        ),
    )


def _said() -> list[f.Field]:
    return [
        Area(
            name="script",
            label=_("Script"),
            heading=_("What agents see and say"),
            help=_(
                "{name} and other fields of the person are filled in. A line with # begins a part, a "
                "line such as > Yes -> prices is an answer and the part it leads to."
            ),
            more=True,
        ),
        f.Words(
            name="fields",
            label=_("Fields agents see and fill in"),
            help=_(
                "Small letters, digits and _, such as amount_due. Columns of your lists have these names."
            ),
            more=True,
        ),
        Dispositions(
            name="dispositions",
            label=_("How a call may go"),
            options=[(key, str(text)) for key, text in dial_words.THEN.items()],
            help=_("Agents press the key on the page, or dial it on the telephone."),
            more=True,
        ),
    ]


def _at_work() -> list[f.Field]:
    return [
        f.Check(
            name="disposition_required",
            label=_("An agent must say how it went before the next call"),
            help=_("Otherwise a call may stay without a word."),
            more=True,
        ),
        f.Number(
            name="preview_seconds",
            label=_("Time to look before dialling"),
            unit=_("seconds"),
            help=_("With preview only; then it is dialled by itself. 0: when the agent says so."),
            more=True,
        ),
        f.OptionalNumber(
            name="wrap_up_seconds",
            label=_("Time to finish up after a call"),
            unit=_("seconds"),
            help=_("Empty: as the queue says."),
            more=True,
        ),
        f.Check(
            name="auto_answer",
            label=_("Telephones answer by themselves"),
            help=_("Those that can; agents stay connected between two calls, so nobody waits for them."),
            more=True,
        ),
        f.Check(
            name="first_words",
            label=_("Agents hear how the person answered"),
            help=_(
                "The last second and a half, a little faster, then all directly. Only where answering "
                "machines are told from people, and no recording notice comes first."
            ),
            more=True,
        ),
    ]


def _order() -> list[f.Field]:
    orders = [("imported", gettext("as in the file")), ("random", gettext("by chance"))]
    return [
        f.Select(
            name="order",
            label=_("Order"),
            options=orders,
            heading=_("Who is next"),
            help=_("People with a higher priority in the file come first either way."),
            more=True,
        ),
        f.Check(
            name="fresh_first",
            label=_("New people before those to be tried again"),
            help=_("Callbacks that were promised come before both."),
            more=True,
        ),
        f.Check(
            name="last_agent",
            label=_("Give people to the agent they spoke with before"),
            help=_("If that agent is free."),
            more=True,
        ),
    ]


def _attempts() -> list[f.Field]:
    spans = [(name, str(text)) for name, text in _SPANS]
    return [
        Caps(
            name="number_caps",
            label=_("Most calls to one number"),
            spans=spans,
            heading=_("How often people are tried"),
            help=_("Empty: no limit of yours. The limits of the law hold beside these."),
            more=True,
        ),
        Caps(
            name="lead_caps",
            label=_("Most calls to one person"),
            spans=spans,
            help=_("All numbers of the person together."),
            more=True,
        ),
        f.Number(
            name="most_tries",
            label=_("Give a person up after"),
            unit=_("tries"),
            help=_("Whatever became of them."),
            more=True,
        ),
        Again(
            name="again",
            label=_("Try again"),
            options=[(name, str(text), dial_words.usual(name)) for name, text in dial_words.RETRIED.items()],
            checks=[
                ("other_part", gettext("at another part of the day")),
                ("next_number", gettext("at the next number")),
                ("never", gettext("never again")),
            ],
            help=_("Tick an outcome to treat it otherwise than usual."),
            more=True,
        ),
    ]


def _law(settings: Settings) -> list[f.Field]:
    return [
        f.Select(
            name="matter",
            label=_("What the calls are about"),
            options=[(key, str(text)) for key, text in dial_words.MATTERS.items()],
            heading=_("What the law asks"),
            help=_("The law allows other hours for each."),
            more=True,
        ),
        f.Words(
            name="countries",
            label=_("Countries that are called"),
            help=_(
                "Two letters each, such as DE AT. Empty: only %(country)s.",
                country=settings["box"]["country"],
            ),
            more=True,
        ),
        f.Select(
            name="consent",
            label=_("Only people who at least"),
            options=[(key, str(text)) for key, text in dial_words.CONSENTS.items()],
            help=_("Where the law asks for more than this, the law holds."),
            more=True,
        ),
        f.Number(
            name="drop_limit_percent",
            label=_("Calls answered without an agent, at most"),
            unit="%",
            help=_("0 to 3, of each day. Above 0 the box may dial ahead; 0: it never does."),
            more=True,
        ),
    ]


def _dialling() -> list[f.Field]:
    return [
        f.Number(
            name="ratio",
            label=_("Calls for each waiting agent"),
            heading=_("How the box dials"),
            help=_("With the method Power only. 1 to 4."),
            more=True,
        ),
        f.Number(
            name="agents_percent",
            label=_("Agents who wait for it, at most"),
            unit="%",
            help=_("The others wait for callers. More do, when more callers are to be expected."),
            more=True,
        ),
        f.Number(
            name="ring_seconds",
            label=_("Let it ring for"),
            unit=_("seconds"),
            help=_("15 at least: who is slow to the telephone is not annoyed."),
            more=True,
        ),
        f.Select(
            name="machines",
            label=_("Answering machines"),
            options=[(key, str(text)) for key, text in dial_words.MACHINES.items()],
            help=_("Telling them from people takes a moment of silence, and is never quite sure."),
            more=True,
        ),
    ]


def _learning() -> list[f.Field]:
    return [
        f.Check(
            name="learning",
            label=_("Learn who answers when"),
            heading=_("Learning"),
            help=_("From your own calls only. One person of ten is called without it, to see what it gains."),
            more=True,
        )
    ]


# -------------------------------------------------------------------------------- the rows


class Campaigns(Part):
    """Campaigns stand in the settings under `dialer`; they are edited like the rest."""

    __slots__ = ()

    def rows(self, settings: Settings) -> list[f.Row]:
        return list(settings["dialer"]["campaigns"])

    def with_rows(self, settings: Settings, rows: list[f.Row]) -> Settings:
        settings, rows = with_flows(settings, rows)
        return {**settings, "dialer": {**settings["dialer"], "campaigns": rows}}

    def path(self, row: f.Row, place: int) -> str:
        return f"dialer.campaigns.{place}."


def made(trade: str, settings: Settings) -> f.Row:
    """A new campaign of a trade, its first words in the reader's language. KeyError for no trade."""
    from appliance.config.dialer_trades import campaign_of

    title = str(trade_words.TRADES[trade][0])
    row: f.Row = campaign_of(trade, "new", title).model_dump(mode="json")
    said = [trade_words.worded(one) for one in row["dispositions"]]
    groups, names = list(settings["trunk_groups"]), [name for name, _label in queues(settings)]
    return {
        **row,
        "name": "",
        "script": str(trade_words.SCRIPTS[trade]),
        "dispositions": said,
        "trunk_group": groups[0] if groups else "outside",
        "queue": names[0] if len(names) == 1 else None,
    }


def says(row: Mapping[str, Any]) -> str:
    """One line about a campaign."""
    count = len(row["lists"])
    lists = ngettext("%(num)d list", "%(num)d lists", count) if count else gettext("no list")
    return f"{trade_words.TRADES[row['trade']][0]} · {dial_words.METHODS[row['method']][0]} · {lists}"


CAMPAIGNS = Campaigns(
    "campaigns",
    "name",
    _("Campaigns"),
    _("campaign"),
    _("People whom the box calls for you."),
    lambda settings, row: campaign_fields(settings, ()),
    made,
    lambda row, _settings: says(row),
)
