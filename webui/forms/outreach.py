"""What a campaign says where no agent speaks: one field of its form, and a flow to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webui import trade_words
from webui.dial_words import SPEAKING
from webui.forms.fields import KEYS, Field, Form, Option, Row
from webui.forms.parts import Settings, short_name

#: What is chosen for a flow that is yet to be made.
NEW = "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outreach(Field):
    """All of it together. What the form does not show stays as it is."""

    flows: Sequence[Option] = ()
    keys: ClassVar[Sequence[str]] = KEYS
    kind: ClassVar[str] = "outreach"

    def read(self, form: Form, row: Row) -> Any:
        before = row.get(self.name) or {}
        texts = {name: form.get(f"{self.name}.{name}", "").strip() for name in ("company", "number", "key")}
        long = ("dropped", "machine")
        said = {name: {**(before.get(name) or {}), "text": self._long(form, name)} for name in long}
        checks = {
            name: f"{self.name}.{name}" in form for name in ("everywhere", "leave_message", "left_is_done")
        }
        return {**before, **texts, **said, **checks, "flow": self._flow(form)}

    def _flow(self, form: Form) -> str | None:
        """Where a flow is to speak and none is chosen, one to begin with."""
        usual = NEW if form.get("method") in SPEAKING else None
        return form.get(f"{self.name}.flow") or usual

    def _long(self, form: Form, name: str) -> str:
        return form.get(f"{self.name}.{name}.text", "").replace("\r\n", "\n").strip()


def outreach_field(settings: Settings) -> Outreach:
    """The field, with the flows there are and one to begin with."""
    flows = [(row["name"], row["label"]) for row in settings["flows"]]
    return Outreach(
        name="outreach",
        label=_("What is said"),
        heading=_("When no agent speaks"),
        help=_(
            "Texts may hold {lead.name} and every other column of the list as {lead.column}, "
            "{campaign.company} and {campaign.number}."
        ),
        flows=[("", gettext("none")), (NEW, gettext("a new one to begin with")), *flows],
        more=True,
    )


def with_flows(settings: Settings, rows: list[Row]) -> tuple[Settings, list[Row]]:
    """Make the flow to begin with for each campaign that asks for one, in the campaign's language, and how
    calls may go by its keys."""
    from appliance.config.dialer_flows import outcomes, starter_flow

    flows, done = list(settings["flows"]), []
    for row in rows:
        talk = row.get("outreach") or {}
        if talk.get("flow") == NEW:
            method, trade = row["method"], row["trade"]
            name = short_name(str(row["label"]) or trade, {flow["name"] for flow in flows})
            language = row["language"] or settings["box"]["language"]
            made = starter_flow(method, trade, name, str(row["label"]) or name, row["queue"], language)
            flows.append(made.model_dump(mode="json"))
            brought = [one.model_dump(mode="json") for one in outcomes(method, trade)]
            said = with_words(row["dispositions"], brought)
            row = {**row, "outreach": {**talk, "flow": name}, "dispositions": said}
        done.append(row)
    return {**settings, "flows": flows}, done


def with_words(said: Sequence[Row], brought: Sequence[Row]) -> list[Row]:
    """How calls may go, with those a flow brings along, their words in the reader's language."""
    known = {one["code"] for one in said}
    return [*said, *(trade_words.worded(one) for one in brought if one["code"] not in known)]
