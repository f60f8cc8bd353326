"""Star codes: what each action of a handset's star code does, by the name the settings give it."""

from __future__ import annotations

from appliance.core.acd.roster import Roster
from appliance.core.call.call import Call
from appliance.core.call.leg import Leg
from appliance.core.directory import StarCode
from appliance.core.line import HandsetLine
from appliance.core.star import boxes, presence, shift, supervise, talking
from appliance.core.star.session import Action, PinCheck, StarSession
from appliance.core.talk import Talk

__all__ = ["STAR_ACTIONS", "PinCheck", "StarSession", "star_session"]

_ACTIONS: dict[str, Action] = {
    "login": presence.login,
    "logout": presence.logout,
    "break": shift.take_break,
    "available": presence.available,
    "end_wrap_up": presence.end_wrap_up,
    "do_not_disturb_on": presence.do_not_disturb_on,
    "do_not_disturb_off": presence.do_not_disturb_off,
    "listen": supervise.listen,
    "whisper": supervise.whisper,
    "barge": supervise.barge,
    "take_over": supervise.take_over,
    "menu": shift.menu,
    "messages": boxes.messages,
    "hear_note": boxes.hear_note,
    "extend_wrap_up": shift.extend_wrap_up,
    "disposition": shift.disposition,
    "ring_back": shift.ring_back,
    "queue_state": shift.queue_state,
    "note": shift.note,
    "conference": talking.conference,
    "park": talking.park,
    "fetch": talking.fetch,
    "pick_up": talking.pick_up,
    "intercom": talking.intercom,
    "escalate": talking.escalate,
    "record": talking.record,
    "pause_recording": talking.pause_recording,
}

#: Every action a plan's star code may name.
STAR_ACTIONS = frozenset(_ACTIONS)


def star_session(
    call: Call,
    origin: Leg,
    line: HandsetLine,
    roster: Roster,
    code: StarCode,
    check_pin: PinCheck,
    talk: Talk,
) -> StarSession:
    """The session that carries out a star code."""
    return StarSession(call, origin, line, roster, code, check_pin, talk, _ACTIONS[code.action])
