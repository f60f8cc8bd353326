"""Star codes about calls: conference, parking, pick-up, intercom, recording."""

from __future__ import annotations

import logging
from collections.abc import Callable

from appliance.contract.errors import CallboxError
from appliance.core.acd.escalate import escalate as give_on
from appliance.core.phrases import Phrase
from appliance.core.star.session import StarSession

log = logging.getLogger(__name__)


def _tried(session: StarSession, act: Callable[[], None], otherwise: Phrase) -> bool:
    """Did it work? If not, that is said."""
    try:
        act()
    except CallboxError as refused:
        log.info("%s at handset %s: %s", session.code.code, session.line.name, refused)
        session.conclude(otherwise)
        return False
    return True


def _with(session: StarSession, prompt: Phrase, go: Callable[[str], None]) -> None:
    """Go on with what was keyed behind the code, or is keyed when asked."""
    given = session.argument(0)
    if given is not None:
        go(given)
    else:
        session.ask(session.text(prompt), go)


def conference(session: StarSession) -> None:
    _tried(session, lambda: session.talk.gathering.confer(session.origin, session.line), Phrase.NO_CALL)


def park(session: StarSession) -> None:
    try:
        slot = session.talk.parking.park(session.line)
    except CallboxError as refused:
        session.conclude(Phrase.NO_SLOT if "slot" in str(refused) else Phrase.NO_CALL)
        return
    session.conclude(Phrase.PARKED, slot=slot)


def fetch(session: StarSession) -> None:
    def go(keyed: str) -> None:
        slot = int(keyed) if keyed.isdecimal() and keyed.isascii() else 0
        _tried(session, lambda: session.talk.parking.fetch(session.origin, slot), Phrase.SLOT_EMPTY)

    _with(session, Phrase.SLOT, go)


def pick_up(session: StarSession) -> None:
    target = session.argument(0)
    _tried(
        session,
        lambda: session.talk.parking.pick_up(session.origin, session.line, target),
        Phrase.NOTHING_RINGS,
    )


def intercom(session: StarSession) -> None:
    def go(keyed: str) -> None:
        _tried(session, lambda: session.talk.parking.intercom(session.origin, keyed), Phrase.NOT_REACHED)

    _with(session, Phrase.EXTENSION, go)


def escalate(session: StarSession) -> None:
    """The caller on hold at this handset goes to the next tier of support."""
    gathering, desk = session.talk.gathering, session.talk.desk

    def act() -> None:
        give_on(gathering.at(session.line), desk.queues, desk.roster)
        session.conclude(Phrase.ESCALATED)

    _tried(session, act, Phrase.NO_TIER)


def record(session: StarSession) -> None:
    """Begins a recording, or ends it."""
    gathering = session.talk.gathering

    def act() -> None:
        call = gathering.at(session.line)
        on = not call.recording
        gathering.record(call, on)
        session.conclude(Phrase.RECORDED if on else Phrase.NOT_RECORDED)

    _tried(session, act, Phrase.NO_CALL)


def pause_recording(session: StarSession) -> None:
    """Pauses the recording, or lets it go on."""
    gathering = session.talk.gathering

    def act() -> None:
        call = gathering.at(session.line)
        paused = not call.recording_paused
        gathering.pause(call, paused, session.line.name)
        session.conclude(Phrase.PAUSED if paused else Phrase.RESUMED)

    _tried(session, act, Phrase.NOT_RECORDED)
