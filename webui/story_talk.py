"""A call's journal in words: what supervisors, conferences, parking and notes add to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from flask_babel import gettext as _

from appliance.contract.journal import EntryKind
from webui.times import local_time

Data = Mapping[str, str | int | float | bool | None]
Said = tuple[str, str, str] | None


class Labels(Protocol):
    """What `story.Names` knows."""

    def trunk(self, name: object) -> str:
        """What a person calls a line or handset."""

    def agent(self, name: object) -> str:
        """The agent's name."""


def _supervised(data: Data, names: Labels) -> Said:
    who = names.agent(data.get("by"))
    sentences = {
        "listen": _("%(who)s listens.", who=who),
        "whisper": _("%(who)s whispers to the agent.", who=who),
        "barge": _("%(who)s speaks to everybody.", who=who),
        "taken_over": _("%(who)s takes the call over.", who=who),
        "ended": _("%(who)s listens no more.", who=who),
    }
    mode = str(data.get("mode"))
    return sentences.get(mode, mode), "", "off" if mode == "ended" else "warn"


def _conference(data: Data, names: Labels) -> Said:
    lines = [names.trunk(name) for name in str(data.get("parties") or "").split(",") if name]
    return _("A conference begins: %(parties)s.", parties=", ".join(lines)), "", "good"


def _parked(data: Data, names: Labels) -> Said:
    return _("Parked in place %(slot)s.", slot=str(data.get("slot") or "")), "", "warn"


def _picked_up(data: Data, names: Labels) -> Said:
    return _("%(line)s picks the call up.", line=names.trunk(data.get("by"))), "", "good"


def _paused(data: Data, names: Labels) -> Said:
    if data.get("paused"):
        return _("The recording is paused."), "", "warn"
    return _("The recording goes on."), "", "off"


def _disposition(data: Data, names: Labels) -> Said:
    who, code = names.agent(data.get("agent")), str(data.get("code") or "")
    if data.get("agent") is None:
        return _("How it went, by the keys pressed: %(code)s.", code=code), "", "off"
    return _("%(who)s notes: %(code)s.", who=who, code=code), "", "off"


def _ring_back(data: Data, names: Labels) -> Said:
    at = data.get("at")
    when = local_time(str(at))[:16] if at else ""
    return _("To be rung back at %(when)s.", when=when), "", "warn"


def _note(data: Data, names: Labels) -> Said:
    return _("%(who)s leaves a spoken note.", who=names.agent(data.get("agent"))), "", "off"


TALK: dict[EntryKind, Callable[[Data, Labels], Said]] = {
    EntryKind.SUPERVISED: _supervised,
    EntryKind.CONFERENCE: _conference,
    EntryKind.PARKED: _parked,
    EntryKind.PICKED_UP: _picked_up,
    EntryKind.RECORDING_PAUSED: _paused,
    EntryKind.DISPOSITION: _disposition,
    EntryKind.RING_BACK: _ring_back,
    EntryKind.NOTE: _note,
}
