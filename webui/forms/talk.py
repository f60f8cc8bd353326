"""The form of what agents and supervisors may do with calls in progress."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from webui.forms import fields as f


def talk_fields() -> list[f.Field]:
    """The fields of `config.talk.TalkSettings`."""
    return [*_others(), *_waiting(), *_after()]


def _others() -> list[f.Field]:
    tones = [("none", _("Nobody")), ("agent", _("The agent")), ("all", _("Everybody"))]
    leaves = [("end", _("The call ends")), ("go_on", _("The others go on"))]
    return [
        f.Select(
            name="supervision_tone",
            label=_("Who hears a tone while a supervisor listens"),
            options=tones,
            heading=_("Supervisors and conferences"),
            help=_("Ask what the law of your country wants. Who may listen is set with each agent."),
        ),
        f.Number(name="supervision_tone_seconds", label=_("A tone every"), unit=_("seconds")),
        f.Select(
            name="agent_leaves_conference", label=_("When the agent leaves a conference"), options=leaves
        ),
        f.Check(
            name="record_on_demand",
            label=_("Record only when the agent asks for it"),
            help=_("By *72 on the handset, or on the live page. *73 pauses any recording."),
        ),
        f.Check(
            name="keep_line_free",
            label=_("Keep the last free line free"),
            help=_("Agents at a telephone outside are then not called on it."),
        ),
        f.Check(
            name="keys_while_talking",
            label=_("Keys while talking: *1 pauses a recording, *2 begins one"),
            help=_(
                "Without putting the customer on hold. Agents at a telephone outside hold by *3, pass the "
                "caller on by *4, call somebody first by *5. A * for the other side then goes out a little "
                "later."
            ),
        ),
    ]


def _waiting() -> list[f.Field]:
    seconds = _("seconds")
    return [
        f.Number(
            name="hold_reminder_seconds",
            label=_("Remind of a customer on hold after"),
            unit=seconds,
            heading=_("Hold and parking"),
            help=_("The agent's handset rings, or beeps. 0: never."),
        ),
        f.Number(name="park_slots", label=_("Places to park calls"), help=_("*70 parks, *71 fetches.")),
        f.Number(
            name="park_seconds",
            label=_("A parked call rings back after"),
            unit=seconds,
            help=_("At the handset where it was parked."),
        ),
    ]


def _after() -> list[f.Field]:
    return [
        f.Number(
            name="wrap_up_extension_seconds",
            label=_("*55 makes the time to finish up longer by"),
            unit=_("seconds"),
            heading=_("Chosen by key on a handset"),
        ),
        f.Phrases(
            name="dispositions",
            label=_("How a call went"),
            help=_("At most 9, parted by commas, in the order of the keys 1 to 9; keyed after *56."),
        ),
        f.Phrases(
            name="breaks",
            label=_("Reasons of a break"),
            help=_("At most 9, parted by commas, in the order of the keys 1 to 9; asked for after *52."),
        ),
    ]
