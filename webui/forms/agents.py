"""The fields of an agent's form that most offices leave as they are."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from webui.forms import fields as f
from webui.forms.parts import Settings

_SECONDS = _("seconds")


def more_fields(queues: list[f.Option]) -> list[f.Field]:
    """What an agent hears, is good at, and the limits; `queues` to choose from."""
    return [
        f.Check(
            name="whisper",
            label=_("Hears queue and wait before each caller"),
            help=_("Where the queue says them."),
            more=True,
        ),
        f.Levels(
            name="skills",
            label=_("Skills"),
            help=_("Each with a level from 1 to 10, such as: spanish 8, tax 5"),
            more=True,
        ),
        f.Tiers(
            name="tiers",
            label=_("Place in each queue"),
            help=_("Lower levels are asked first, then by position. The share counts where chance decides."),
            options=queues,
            more=True,
        ),
        *_limits(),
    ]


def _limits() -> list[f.Field]:
    return [
        f.Check(
            name="always",
            label=_("Always there, without logging in"),
            help=_("At the handset of their own, unless somebody else logs in there. A break is possible."),
            more=True,
        ),
        f.OptionalNumber(
            name="wrap_up_seconds",
            label=_("Own time to finish up after a call"),
            unit=_SECONDS,
            help=_("Empty: as the queue says."),
            more=True,
        ),
        f.Number(
            name="maximum_calls_an_hour",
            label=_("At most"),
            unit=_("queue calls an hour"),
            help=_("0: no limit."),
            more=True,
        ),
    ]


def outside_fields(settings: Settings) -> list[f.Field]:
    """Where an agent may be called who is not in the office."""
    return [
        f.Field(
            name="outside_number",
            label=_("Telephone outside"),
            heading=_("At a telephone outside"),
            help=_(
                "They may log in there, on the live page. Only key 1 takes a call: no mailbox ever does. "
                "Where keys while talking are allowed, *3 holds the caller, *4 passes them on, *5 calls "
                "somebody first, *6 brings all three together."
            ),
            more=True,
        ),
        f.Select(
            name="outside_group",
            label=_("Called on the lines"),
            options=[(name, name) for name in settings["trunk_groups"]],
            more=True,
        ),
        f.Number(
            name="accept_seconds",
            label=_("Time to press 1"),
            unit=_SECONDS,
            help=_("After the answer."),
            more=True,
        ),
        f.Check(
            name="outside_dials",
            label=_("May pass callers on to numbers outside from there"),
            help=_("On the same lines. Colleagues, queues and menus can be reached in any case."),
            more=True,
        ),
    ]
