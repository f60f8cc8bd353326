"""The forms of voicemail boxes, marketing campaigns, mail and the survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webui.forms import fields as f

QUESTION_KINDS = (
    ("", _("not asked")),
    ("csat", _("satisfaction, keys 1 to 5")),
    ("solved", _("settled, keys 1 yes and 2 no")),
    ("free", _("any, keys 0 to 9")),
)
_QUESTIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions(f.Field):
    """The questions of the survey, in their order: kind and text."""

    kind: ClassVar[str] = "questions"
    options: ClassVar[Any] = QUESTION_KINDS
    most: ClassVar[int] = _QUESTIONS

    def read(self, form: f.Form, row: f.Row) -> Any:
        known = row.get(self.name) or []
        found = []
        for place in range(_QUESTIONS):
            kind = form.get(f"{self.name}.{place}.kind", "")
            if kind:
                fresh: f.Row = {"name": f"question{place + 1}", "said": {}}
                before: f.Row = known[place] if place < len(known) else fresh
                text = form.get(f"{self.name}.{place}.text", "").strip()
                said = {"text": text, "upload": before["said"].get("upload")}
                found.append({"name": before["name"], "kind": kind, "said": said})
        return found


def box_fields(settings: f.Row) -> list[f.Field]:
    """Of a voicemail box, behind its names."""
    seconds = _("seconds")
    agents = [(agent["id"], agent["name"]) for agent in settings["agents"]]
    return [
        f.Prompt(name="greeting", label=_("Greeting"), help=_("Callers hear it, then a tone.")),
        f.Select(name="agent", label=_("Whose box"), options=[("", gettext("everybody's")), *agents]),
        f.Field(
            name="email", label=_("Mail new messages to"), help=_("With the message attached; may be empty.")
        ),
        f.Number(name="longest_seconds", label=_("Longest message"), unit=seconds),
        f.Number(name="shortest_seconds", label=_("Shorter ones are not kept"), unit=seconds),
        f.Check(name="review", label=_("Callers may hear their message and leave another one")),
    ]


def marketing_fields(trunks: list[f.Option]) -> list[f.Field]:
    """Of a marketing campaign, behind its names."""
    return [
        f.Many(name="trunks", label=_("Calls on these lines"), options=trunks),
        f.Words(name="numbers", label=_("Calls for these numbers of ours"), help=_("Such as +14155550177.")),
        f.Words(
            name="codes",
            label=_("Codes from an advert that callers key"),
            help=_("Digits. A flow asks for them and puts them into the variable advert_code."),
        ),
    ]


def box_says(row: f.Row) -> str:
    """One line about a voicemail box."""
    return " · ".join(part for part in (row["agent"], row["email"]) if part) or gettext("everybody's")


def marketing_says(row: f.Row) -> str:
    """One line about a marketing campaign."""
    return " · ".join([*row["trunks"], *row["numbers"], *row["codes"]]) or "–"


def mail_fields() -> list[f.Field]:
    """Of the mail server."""
    securities = [
        ("starttls", gettext("STARTTLS, mostly port 587")),
        ("tls", gettext("TLS, mostly port 465")),
        ("none", gettext("none: only within the house")),
    ]
    attach = [
        ("opus", gettext("Opus: small")),
        ("wav", gettext("WAV: plays everywhere")),
        ("none", gettext("not at all")),
    ]
    return [
        f.Field(name="host", label=_("Mail server"), help=_("Name or address; empty: no mail is sent.")),
        f.Select(name="security", label=_("Encryption"), options=securities),
        f.Number(name="port", label=_("Port")),
        f.Field(name="user", label=_("User")),
        f.Secret(name="password", label=_("Password"), empty=""),
        f.Field(name="sender", label=_("Mail comes from"), help=_("Such as callbox@example.com.")),
        f.Select(name="attach", label=_("Messages are attached as"), options=attach),
        f.Number(name="keep_hours", label=_("Give a mail up after"), unit=_("hours")),
    ]


def survey_fields() -> list[f.Field]:
    """Of the survey."""
    return [
        f.Check(name="enabled", label=_("Ask callers after the agent has hung up")),
        f.Number(name="share_percent", label=_("Ask"), unit=_("percent of the callers")),
        f.Words(
            name="queues", label=_("Only callers of these queues"), help=_("Short names; empty: of all.")
        ),
        f.Prompt(name="invite", label=_("Said first")),
        Questions(name="questions", label=_("Questions"), help=_("Callers skip one with the star key.")),
        f.Prompt(name="thanks", label=_("Said at the end")),
        f.Number(
            name="seed",
            label=_("Number that chooses the callers"),
            help=_("With another number other callers are asked."),
        ),
    ]
