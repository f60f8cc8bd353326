"""The person an agent has before them, in words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from appliance.contract.campaign_look import DispositionLook, LeadLook
from webui import dial_words, words
from webui.dialer_words import refusal
from webui.numbers import shown

STAGES = {
    "preview": (_("Look at this person"), "warn"),
    "dialling": (_("Being dialled"), "busy"),
    "ringing": (_("Ringing"), "busy"),
    "talking": (_("Talking"), "good"),
    "wrap_up": (_("Finishing up"), "warn"),
    "refused": (_("May not be called"), "bad"),
    "failed": (_("Nobody was reached"), "bad"),
}
SKIPS = (
    _("Not the right moment"),
    _("Was called lately"),
    _("The data is wrong"),
)


MOMENT = 2.0  # seconds; less than a core takes to come back


class Desk:
    """Leads as the core told them, kept until the live state marks a change, and for a moment at most: a core
    that was started anew may give the same marks to others.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float, LeadLook | None]] = {}

    def lead(self, agent: str, mark: str, ask: Callable[[str], LeadLook | None]) -> LeadLook | None:
        """The agent's lead; asked of the core when `mark` is another than before."""
        with self._lock:
            kept = self._kept.get(agent)
        if kept is None or kept[0] != mark or self._clock() - kept[1] > MOMENT:
            kept = mark, self._clock(), ask(agent)
            with self._lock:
                self._kept[agent] = kept
        return _later(kept[2], self._clock() - kept[1])


def _later(lead: LeadLook | None, seconds: float) -> LeadLook | None:
    if lead is None:
        return None
    dial_in = None if lead.dial_in is None else max(0.0, lead.dial_in - seconds)
    return replace(lead, seconds=lead.seconds + seconds, dial_in=dial_in)


@dataclass(frozen=True, slots=True)
class ScriptPart:
    """What the agent says, line by line, and the answers that lead on."""

    name: str
    lines: tuple[str, ...]
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LeadSaid:
    """A lead as the page shows it."""

    key: str  # the same as long as it is the same person in the same call
    look: LeadLook
    stage: str
    tone: str
    name: str
    number: str
    phones: tuple[tuple[int, str, str], ...]  # place, number, kind
    asked: tuple[tuple[str, str], ...]  # fields to fill in: name, value
    fields: tuple[tuple[str, str], ...]  # the others
    outcome: str
    script: tuple[ScriptPart, ...]
    dispositions: tuple[DispositionLook, ...]
    given: str
    refusals: tuple[str, ...]  # why it may not be dialled

    @property
    def speaks(self) -> bool:
        """Is there a call to say something of?"""
        return self.look.stage in ("talking", "wrap_up")


def lead_said(look: LeadLook) -> LeadSaid:
    """It in words."""
    given = next((one.label for one in look.dispositions if one.code == look.disposition), "")
    return LeadSaid(
        key=f"{look.lead or look.number}-{look.campaign}-{look.tries}",
        look=look,
        stage=words.word(STAGES, look.stage),
        tone=words.tone(STAGES, look.stage),
        name=look.name or gettext("Name not known"),
        number=shown(look.number),
        phones=tuple(
            (place, shown(number), kind) for place, (number, kind, bad) in enumerate(look.phones) if not bad
        ),
        asked=tuple((name, look.fields.get(name, "")) for name in look.ask),
        fields=tuple((name, value) for name, value in look.fields.items() if name not in look.ask),
        outcome=words.word(dial_words.OUTCOMES, look.outcome) if look.outcome else "",
        script=_script(look),
        dispositions=look.dispositions,
        given=given,
        refusals=tuple(refusal(one[0], one[1:]) for one in look.refusals if one),
    )


def _script(look: LeadLook) -> tuple[ScriptPart, ...]:
    from appliance.config.dialer_script import filled, script_of

    fields = {"name": look.name, **look.fields}
    return tuple(
        ScriptPart(
            part.name,
            tuple(filled(part.text, fields).splitlines()),
            tuple((answer.text, answer.to) for answer in part.answers),
        )
        for part in script_of(look.script)
    )
