"""Campaigns from close by, in words: gauges, why nothing is dialled, the look before a start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from appliance.contract.campaign_look import CampaignLook, CheckLook
from webui import campaign_words, dial_words, dialer_words, words
from webui.times import local

Row = Mapping[str, Any]
Name = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Drops:
    """Calls that were answered and found no agent, against the limit. `fill` is the gauge, 0 to 100."""

    percent: float
    fill: float
    over: bool


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign as it goes now."""

    name: str
    label: str
    about: str  # method and queue
    speaks: bool  # a flow speaks with people; agents may be behind a key
    state: str
    said: str  # the state in words
    tone: str
    why: tuple[str, ...]
    gauges: tuple[tuple[str, str, int], ...]  # name, words, how many
    agents: str
    today: Drops
    month: Drops
    limit: float
    counts: str  # dials and persons of today
    left: str
    finish: str
    outcomes: tuple[tuple[str, str, int], ...]  # words, tone, how many
    refused: tuple[tuple[str, int], ...]

    @property
    def acts(self) -> tuple[str, ...]:
        """What can be told to it."""
        if self.state == "stopped":
            return ("start",)
        # whoever presses twice what starts it pauses it, and does not stop it
        return ("stop", "resume") if self.state == "paused" else ("stop", "pause")


def campaign_lines(looks: Iterable[CampaignLook], rows: Iterable[Row], queue: Name) -> list[CampaignLine]:
    """Every campaign of the settings, in their order; one the core says nothing of stands still."""
    told = {look.name: look for look in looks}
    return [campaign_line(told.get(row["name"]), row, queue) for row in rows]


def campaign_line(look: CampaignLook | None, row: Row, queue: Name) -> CampaignLine:
    """One of them."""
    one = look or CampaignLook(row["name"], row["label"], row["method"], "stopped")
    said, tone = _state(one)
    limit = one.limit_percent or float(row["drop_limit_percent"])
    return CampaignLine(
        name=one.name,
        label=row["label"],
        about=_about(row, queue),
        speaks=row["method"] in dial_words.SPEAKING,
        state=one.state,
        said=said,
        tone=tone,
        why=_why(one, row, queue),
        gauges=_gauges(one),
        agents=_agents(one),
        today=_drops(one.drop_percent, limit),
        month=_drops(one.drop_percent_30, limit),
        limit=limit,
        counts=_counts(one),
        left="–" if one.left is None else str(one.left),
        finish=_finish(one),
        outcomes=_outcomes(one.outcomes),
        refused=tuple((campaign_words.skipped(code), count) for code, count in _most_first(one.refused)),
    )


def _state(one: CampaignLook) -> tuple[str, str]:
    return words.word(dial_words.STATES, one.state), words.tone(dial_words.STATES, one.state)


def _about(row: Row, queue: Name) -> str:
    method = str(dial_words.METHODS[row["method"]][0])
    return f"{method} · {queue(row['queue'])}" if row["queue"] else method


def _why(one: CampaignLook, row: Row, queue: Name) -> tuple[str, ...]:
    """What stands in the way; when nothing does, why no more calls are out."""
    if one.state not in ("running", "halted"):
        return ()
    whose = queue(row["queue"]) if row["queue"] else ""
    found = tuple(campaign_words.halt(why, whose, row["trunk_group"]) for why in one.why if why)
    if found:
        return found
    paced = campaign_words.pace(one.pace, one.figures)
    return (paced,) if paced else ()


def _gauges(one: CampaignLook) -> tuple[tuple[str, str, int], ...]:
    return (
        ("dialling", _("Dialling"), one.dialling),
        ("ringing", _("Ringing"), one.ringing),
        ("listening", _("Answered"), one.listening + one.waiting + one.hearing),
        ("talking", _("Talking"), one.talking),
    )


def _agents(one: CampaignLook) -> str:
    if not one.agents:
        return str(_("No agent is there."))
    free = ngettext("%(num)d agent", "%(num)d agents", one.agents)
    parts = [_("%(count)s waiting", count=one.agents_waiting)]
    if one.agents_wrap_up:
        parts.append(_("%(count)s finishing up", count=one.agents_wrap_up))
    if one.previewing:
        parts.append(_("%(count)s looking at a person", count=one.previewing))
    return f"{free}: {', '.join(parts)}"


def _drops(percent: float, limit: float) -> Drops:
    top = limit or 3.0
    return Drops(percent, min(100.0, 100.0 * percent / top), percent > limit)


def _counts(one: CampaignLook) -> str:
    going_on = one.dialling + one.ringing + one.listening + one.waiting + one.hearing + one.talking
    dials = ngettext("%(num)d call today", "%(num)d calls today", one.dials + going_on)
    return str(
        _(
            "%(calls)s, %(people)s reached, %(dropped)s without an agent",
            calls=dials,
            people=ngettext("%(num)d person", "%(num)d people", one.persons),
            dropped=one.dropped,
        )
    )


def _finish(one: CampaignLook) -> str:
    if one.finish is None:
        return "–"
    when = local(one.finish)
    today = when.date() == datetime.now(when.tzinfo).date()
    return f"{when:%H:%M}" if today else f"{when:%Y-%m-%d %H:%M}"


def _outcomes(counts: Mapping[str, int]) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        (words.word(dial_words.OUTCOMES, name), words.tone(dial_words.OUTCOMES, name), count)
        for name, count in _most_first(counts)
    )


def _most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(((name, count) for name, count in counts.items() if count), key=lambda one: -one[1])


# ------------------------------------------------------------------------- before the start


@dataclass(frozen=True, slots=True)
class CheckSaid:
    """The look before a start. `missing` each with the page where it is put right."""

    starts: bool
    missing: tuple[tuple[str, str], ...]
    allowed: str
    skipped: tuple[tuple[str, int], ...]
    lasts: str
    known: bool
    lines: str
    agents: str
    outside: str


def check_said(look: CheckLook, row: Row, line: Name, agent: Name) -> CheckSaid:
    """It in words."""
    return CheckSaid(
        starts=look.starts,
        missing=tuple((dialer_words.missing(one[0], one[1:]), _mended(one[0], row)) for one in look.missing),
        allowed=_(
            "%(now)s of %(all)s may be called now.",
            now=ngettext("%(num)d person", "%(num)d people", look.allowed),
            all=look.leads,
        ),
        skipped=tuple((campaign_words.skipped(code), count) for code, count in _most_first(look.skipped)),
        lasts=dial_words.lasts(look.hours),
        known=look.known,
        lines=", ".join(line(name) for name in look.lines),
        agents=", ".join(agent(name) for name in look.agents),
        outside=", ".join(agent(name) for name in look.outside),
    )


_MENDED = {
    "agents": "/",
    "agents_outside": "/",
    "behind_key": "/",
    "lines": "/",
    "clock": "/setup/box",
    "dnc": "/dnc",
    "nobody": "",
}


def _mended(code: str, row: Row) -> str:
    """The page where what is missing is put right; empty where time does."""
    if code == "lists" and row["lists"]:
        return "/lists"
    return _MENDED.get(code, f"/campaigns/{row['name']}/settings")
